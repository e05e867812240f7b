"""A price of his own is taken back before the desk has answered."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.offer import OfferStatus
from core.services import counter_prices
from tests.make.tickets import make_world, send, take, tap
from tests.services.test_counter_prices import counter_tasks, decide, name


def test_a_price_is_taken_back_once_and_by_its_own_firm_only(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = name(world, ticket)
    for stranger in (world.dispatcher, world.requester):
        with pytest.raises((NotFound, NotAllowed)):
            counter_prices.call_off(session, tap(stranger), offer.id, now=now)

    counter_prices.call_off(session, tap(world.engineer), offer.id, now=now)

    assert offer.status is OfferStatus.LAPSED
    assert counter_tasks(session, ticket) == [("ended", "call_off")]
    with pytest.raises(Changed):
        counter_prices.call_off(session, tap(world.engineer), offer.id, now=now)
    with pytest.raises(Changed):
        decide(world, offer, True)
    take(world, ticket)
    assert ticket.contractor_rate_kop == 260_000
