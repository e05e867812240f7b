"""The rows of the agreed table about what speaks against a crew: who hears of a strike. Read by `test_notices`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core.domain.notice import Notice
from core.services import acceptances, visits
from storage.models.ticket import Ticket
from tests.make.tickets import arrive, report, tap, visit_of
from tests.services.scenes_of_visits import backed_out

Event = tuple[Ticket, Callable[[], object]]


def came_late(scene: Any) -> Event:
    ticket, _ = backed_out(scene)
    visit = visit_of(scene.world, ticket)
    scene.world.now = scene.clock.at = visit.ends_at + timedelta(minutes=40)
    return ticket, lambda: visits.arrive_by_word(scene.session, tap(scene.world.engineer), visit.id, now=scene.clock.at)


def sent_again(scene: Any) -> Event:
    ticket, _ = backed_out(scene)
    arrive(scene.world, ticket)
    report(scene.world, ticket)
    who, now = scene.people["responsible"], scene.world.now
    acceptances.wrong(scene.session, tap(who), ticket.id, "Мигает", now=now)
    return ticket, lambda: acceptances.order_rework(scene.session, tap(scene.other_desk), ticket.id, now=now)


#: In the order of `test_notices.AGREED`. Who came by word only is looked at by the desk: a task of its own.
SCORE = {
    (backed_out, Notice.STRIKE): "- - N - - - N",
    (came_late, Notice.STRIKE): "- - N - - -T N",
    (sent_again, Notice.STRIKE): "- - N - - - N",
}
