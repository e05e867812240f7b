"""The rows of the agreed table about what the desk decides: who hears of it. Read by `test_notices`."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.domain.clock import StopReason
from core.domain.notice import Notice
from core.domain.ticket import Priority
from core.services import holds, priorities, reclassify, warnings, waves
from storage.models.clock import Clock
from storage.models.directory import Contract
from storage.models.ticket import Ticket
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, WHY, add_service, send, take, tap

Event = tuple[Ticket, Callable[[], object]]


def held_on_offer(scene: Any) -> Event:
    ticket = _both_asked(scene)
    return ticket, lambda: _hold(scene, ticket)


def held(scene: Any) -> Event:
    ticket = _taken(scene)
    return ticket, lambda: _hold(scene, ticket)


def extended(scene: Any) -> Event:
    ticket = _taken(scene)
    _hold(scene, ticket)
    later = scene.world.now + timedelta(days=3)
    return ticket, lambda: holds.extend(
        scene.session, tap(scene.other_desk), ticket.id, ticket.version, later, now=scene.world.now
    )


def resumed(scene: Any) -> Event:
    ticket, act = held(scene)
    act()
    return ticket, lambda: _resume(scene, ticket)


def resumed_to_search(scene: Any) -> Event:
    ticket, act = held_on_offer(scene)
    act()
    return ticket, lambda: _resume(scene, ticket)


def reclassified_on_offer(scene: Any) -> Event:
    ticket = _both_asked(scene)
    return ticket, lambda: _reclassify(scene, ticket, SKILL)


def reclassified(scene: Any) -> Event:
    ticket = _taken(scene)
    return ticket, lambda: _reclassify(scene, ticket, SKILL)


def reclassified_to_others(scene: Any) -> Event:
    """Work that the crew cannot do, and who can is to be phoned."""
    ticket = _taken(scene)
    add_contractor(scene.session, skills=["Холод"])
    return ticket, lambda: _reclassify(scene, ticket, "Холод")


def _reclassify(scene: Any, ticket: Ticket, skill: str) -> None:
    service = add_service(scene.session, "Ремонт щита", skill=skill)
    desk, now = tap(scene.other_desk), scene.world.now
    reclassify.apply(scene.session, desk, ticket.id, ticket.version, service.id, now=now)


def _hold(scene: Any, ticket: Ticket) -> None:
    until, now = scene.world.now + timedelta(hours=5), scene.world.now
    desk = tap(scene.other_desk)
    holds.hold(scene.session, desk, ticket.id, ticket.version, StopReason.NOT_READY, until, WHY, now=now)


def _resume(scene: Any, ticket: Ticket) -> None:
    holds.resume(scene.session, tap(scene.other_desk), ticket.id, ticket.version, now=scene.world.now)


def _both_asked(scene: Any) -> Ticket:
    ticket = send(scene.world)
    assert ticket.search_due_at is not None
    scene.world.now = scene.clock.at = ticket.search_due_at
    waves.sweep(scene.session, 50, now=scene.world.now)
    return ticket


def _taken(scene: Any) -> Ticket:
    ticket = _both_asked(scene)
    take(scene.world, ticket)
    return ticket


def hurried(scene: Any) -> Event:
    ticket = _taken(scene)
    return ticket, lambda: _hurry(scene, ticket)


def hurried_on_offer(scene: Any) -> Event:
    ticket = _both_asked(scene)
    return ticket, lambda: _hurry(scene, ticket)


def _hurry(scene: Any, ticket: Ticket) -> None:
    desk, now = tap(scene.other_desk), scene.world.now
    priorities.change(scene.session, desk, ticket.id, ticket.version, Priority.EMERGENCY, now=now)


def promise_broken(scene: Any) -> Event:
    """Nobody has said yes in time, and the contract says that the client hears of it."""
    session = scene.session
    contract = select(Contract).where(Contract.client_id == scene.world.client.id)
    session.scalars(contract).one().client_hears_breach = True
    ticket = _both_asked(scene)
    scene.world.now = scene.clock.at = session.scalars(select(Clock.due_at).where(Clock.ticket_id == ticket.id)).one()
    return ticket, lambda: warnings.sweep(session, 50, now=scene.world.now)


#: In the order of `test_notices.AGREED`.
DESK = {
    (held, Notice.HELD): "N N N - - E -",
    (held_on_offer, Notice.HELD): "N N N N N E -",
    (extended, Notice.HELD): "N N N - - E -",
    (resumed, Notice.RESUMED): "N N N - - E -",
    (resumed_to_search, Notice.RESUMED): "N N - - - E -",
    (hurried, Notice.PRIORITY): "N N N - - E -",
    (hurried_on_offer, Notice.PRIORITY): "N N - - - E -",
    (reclassified, Notice.RECLASSIFIED): "N N N - - E -",
    (reclassified_to_others, Notice.RECLASSIFIED): "N N N - - ET -",
    (promise_broken, Notice.BREACH): "N N - - - -T -",
    (reclassified_on_offer, Notice.RECLASSIFIED): "N N - - - E -",
}
