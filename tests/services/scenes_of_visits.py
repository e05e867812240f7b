"""What happens to a visit that lies ahead, for the table of who hears what; `scene` is that of test_notices."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from core.domain.actor import Actor
from core.domain.notice import Notice
from core.services import confirmations, moves, visits, waves
from storage.models.ticket import Ticket
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
    (backed_out, Notice.BACKED_OUT): "N N E - - E -",
    (unconfirmed, Notice.UNCONFIRMED): "- - - - - NT -",
}
