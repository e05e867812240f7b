"""What happens to a visit that lies ahead, for the table of who hears what; `scene` is that of test_notices."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.notice import Notice
from core.services import blacklist, confirmations, moves, no_shows, searches, substitutes, visits, waves
from core.services.blacklist import Order
from storage.models.people import Person
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.make.blocks import NO_COST
from tests.make.letters import delivered
from tests.make.tickets import send, take, tap, visit_of


def moved_by_client(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    return _moved(scene, "requester")


def moved_by_crew(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    return _moved(scene, "engineer")


def moved_by_desk(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket, _ = _moved(scene, "desk")
    return ticket, lambda: _moves(scene, ticket, scene.other_desk)


def _moved(scene: Any, who: str) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    return ticket, lambda: _moves(scene, ticket, scene.people[who])


def _moves(scene: Any, ticket: Ticket, actor: Actor) -> None:
    later = scene.world.now + timedelta(days=2)
    moves.move(scene.session, tap(actor), visit_of(scene.world, ticket).id, later, now=scene.world.now)


def backed_out(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    visit = visit_of(scene.world, ticket)
    return ticket, lambda: visits.give_up(scene.session, tap(scene.world.engineer), visit.id, now=scene.world.now)


def unconfirmed(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    _moves(scene, ticket, scene.world.engineer)
    starts_at = visit_of(scene.world, ticket).starts_at
    scene.clock.at = starts_at - timedelta(hours=2)
    confirmations.sweep(scene.session, 50, now=scene.clock.at)

    def stays_silent() -> None:
        scene.clock.at = starts_at - timedelta(minutes=60)
        confirmations.sweep(scene.session, 50, now=scene.clock.at)

    return ticket, stays_silent


def no_show(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket, visit = _over(scene)
    return ticket, lambda: _watched(scene, visit)


def late(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket, visit = _over(scene)
    return ticket, lambda: no_shows.eta(scene.session, tap(scene.world.engineer), visit.id, 30, now=scene.world.now)


def not_come(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    """Nobody of the firm can be asked."""
    ticket = _taken(scene)
    visit = visit_of(scene.world, ticket)
    for name in ("engineer", "colleague"):
        scene.session.get_one(Person, scene.people[name].person_id).unreachable_at = scene.world.now
    scene.session.flush()
    return ticket, lambda: _watched(scene, visit)


def time_named(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket, start, desk = send(scene.world), scene.world.now + timedelta(days=1), tap(scene.other_desk)
    words, now = "Звонила Ирина", scene.world.now
    return ticket, lambda: searches.move(scene.session, desk, ticket.id, ticket.version, start, words, now=now)


def crew_changed(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    visit, other = visit_of(scene.world, ticket), scene.people["colleague"].person_id
    owner = tap(scene.world.engineer)
    return ticket, lambda: substitutes.name(scene.session, owner, visit.id, other, now=scene.world.now)


def redispatched(scene: Any) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    firm, now = scene.world.contractor, scene.world.now

    def is_blocked() -> None:
        order = Order(Subject(contractor_id=firm.id), BlockLevel.SUSPENDED, BlockRule.BY_HAND, "x", 30, NO_COST)
        blacklist.begin(scene.session, Actor.system("test"), order, now=now + timedelta(seconds=1))

    return ticket, is_blocked


def _over(scene: Any) -> tuple[Ticket, Visit]:
    """The agreed time is over and he was asked where he is."""
    ticket = _taken(scene)
    visit = visit_of(scene.world, ticket)
    _watched(scene, visit)
    delivered(scene.session, now=scene.world.now)
    return ticket, visit


def _watched(scene: Any, visit: Visit) -> None:
    scene.world.now = scene.clock.at = visit.watch_at
    assert no_shows.sweep(scene.session, 50, now=scene.world.now) == 1


def _taken(scene: Any) -> Ticket:
    """The second firm was asked too, and lost."""
    ticket = send(scene.world)
    assert ticket.search_due_at is not None
    scene.world.now = scene.clock.at = ticket.search_due_at
    waves.sweep(scene.session, 50, now=scene.world.now)
    take(scene.world, ticket)
    return ticket


VISITS = {
    (moved_by_client, Notice.MOVED): "E N N - - E -",
    (moved_by_crew, Notice.MOVED): "N N E - - E -",
    (moved_by_desk, Notice.MOVED): "N N N - - E -",
    (time_named, Notice.TIME_NAMED): "N N - - - E -",
    (backed_out, Notice.BACKED_OUT): "N N E - - E -",
    (unconfirmed, Notice.UNCONFIRMED): "- - - - - NT -",
    (no_show, Notice.NO_SHOW): "N N N - - N -",
    (late, Notice.LATE): "N N E - - E -",
    (not_come, Notice.NOT_COME): "- - - - - NT -",
    (crew_changed, Notice.CREW_CHANGED): "N N E N - E -",
    (redispatched, Notice.REDISPATCHED): "N N N - - E -",
}
