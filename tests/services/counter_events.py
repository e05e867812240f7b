"""What may happen to a contractor's own price, as events of the table of notices."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.services import counter_prices, tickets, waves
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from tests.make.tickets import send, tap

Event = tuple[Ticket, Callable[[], object]]


def _asked(scene: Any) -> tuple[Ticket, Offer]:
    """The first firm let its time run out, the second is being asked."""
    world, session = scene.world, scene.session
    ticket = send(world)
    world.now = scene.clock.at = ticket.search_due_at
    waves.sweep(session, 50, now=world.now)
    first = select(Offer).where(Offer.ticket_id == ticket.id, Offer.contractor_id == world.contractor.id)
    return ticket, session.scalars(first).one()


def _names(scene: Any, offer: Offer) -> None:
    world = scene.world
    counter_prices.name_price(scene.session, tap(world.engineer), offer.id, 300_000, now=world.now)


def _named(scene: Any) -> tuple[Ticket, Offer]:
    ticket, offer = _asked(scene)
    _names(scene, offer)
    return ticket, offer


def _decides(scene: Any, offer: Offer, yes: bool) -> None:
    counter_prices.decide(scene.session, tap(scene.other_desk), offer.id, yes, now=scene.world.now)


def countered(scene: Any) -> Event:
    ticket, offer = _asked(scene)
    return ticket, lambda: _names(scene, offer)


def counter_refused(scene: Any) -> Event:
    ticket, offer = _named(scene)
    return ticket, lambda: _decides(scene, offer, False)


def counter_agreed(scene: Any) -> Event:
    ticket, offer = _named(scene)
    return ticket, lambda: _decides(scene, offer, True)


def counter_expired(scene: Any) -> Event:
    ticket, offer = _named(scene)

    def wait() -> None:
        scene.world.now = scene.clock.at = offer.counter_until
        counter_prices.sweep(scene.session, 50, now=scene.world.now)

    return ticket, wait


def cancelled_on_price(scene: Any) -> Event:
    ticket, _ = _named(scene)
    act, now = tap(scene.other_desk), scene.world.now
    return ticket, lambda: tickets.cancel(scene.session, act, ticket.id, ticket.version, now=now)
