"""A window ends with the promise: whoever comes within it is never both in time and at fault."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, Whose
from core.domain.errors import SlotGone
from core.domain.ticket import Priority
from core.services import calls, cards, intakes, moves, offers, priorities, tickets
from core.services.card_views import OfferCard
from storage.models.directory import SlaTarget
from storage.models.offer import Offer
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.promises import breach_of, later, promise
from tests.make.tickets import World, arrive, send, take, tap, tell
from tests.services.test_breaches import breach, missed

K = ClockKind


@pytest.fixture
def world(session: Session, clock: HandClock) -> World:
    return promise(session, now=clock.now())


def test_whoever_comes_within_the_window_he_took_has_kept_the_promise(world: World, clock: HandClock) -> None:
    """The window ends with the arrival, an hour before the end at the latest with the norm of the work."""
    ticket = send(world)
    started = world.now
    later(world, clock, minutes=30)
    offered = cards.ticket(world.session, world.engineer, ticket.id, now=world.now)
    assert isinstance(offered, OfferCard)
    visit = take(world, ticket)
    assert (offered.come_by, visit.ends_at) == (started + timedelta(minutes=120), started + timedelta(minutes=120))
    later(world, clock, minutes=89)
    arrive(world, ticket)
    later(world, clock, minutes=2)

    assert breach_of(world, ticket, K.ARRIVAL) is None
    assert [event.weight_milli for event in world.session.scalars(select(QualityEvent))] == [1000]


@pytest.mark.parametrize(("quantity", "left"), [(1000, 110), (1500, 80)])
def test_a_window_leaves_the_norm_of_the_work_before_the_resolution(
    session: Session, clock: HandClock, quantity: int, left: int
) -> None:
    """An hour for each unit."""
    world = promise(session, now=clock.now(), arrival_min=240, resolution_min=170)
    ticket = send(world)
    ticket.quantity_milli = quantity
    session.flush()

    assert take(world, ticket).ends_at == world.now + timedelta(minutes=left)


def test_after_a_broken_arrival_the_window_ends_in_time_for_the_work(world: World, clock: HandClock) -> None:
    """The arrival is over; the work of an hour can still be done in time by whoever comes within it."""
    ticket = send(world)
    later(world, clock, minutes=130)
    visit = take(world, ticket)
    assert visit.ends_at - visit.starts_at == timedelta(minutes=240 - 130 - 60)
    later(world, clock, minutes=111)

    assert breach(world, ticket, K.RESOLUTION).whose is Whose.CONTRACTOR


@pytest.mark.parametrize(
    ("minutes", "whose"),
    [(70, Whose.CONTRACTOR), (95, Whose.OURS)],  # who leaves right now is told: be there in 50 minutes
)
def test_where_too_little_was_left_to_come_in_it_is_ours(
    world: World, clock: HandClock, minutes: int, whose: Whose
) -> None:
    ticket = send(world)
    later(world, clock, minutes=minutes)
    visit = take(world, ticket)
    assert visit.ends_at - visit.starts_at == timedelta(minutes=50 if whose is Whose.CONTRACTOR else 85)
    later(world, clock, minutes=60)

    assert breach(world, ticket, K.ARRIVAL).whose is whose
    assert len(missed(world)) == (whose is Whose.CONTRACTOR)


def test_a_promise_that_came_nearer_after_his_yes_is_ours(session: Session, clock: HandClock) -> None:
    """He agreed to a window that was in time then."""
    world = promise(session, now=clock.now(), arrival_min=300, resolution_min=900)
    session.execute(update(SlaTarget).where(SlaTarget.priority == "emergency").values(arrival_min=90))
    ticket = send(world)
    visit = take(world, ticket)
    assert visit.ends_at - visit.starts_at == timedelta(hours=2)
    priorities.change(session, tap(world.dispatcher), ticket.id, ticket.version, Priority.EMERGENCY, now=world.now)
    later(world, clock, minutes=110)
    arrive(world, ticket)

    assert breach(world, ticket, K.ARRIVAL).whose is Whose.OURS
    assert missed(world) == []


def test_a_window_the_client_moves_to_is_not_cut_by_what_was_promised_before(world: World, clock: HandClock) -> None:
    ticket = send(world)
    visit = take(world, ticket)
    start = world.now + timedelta(minutes=60)
    moves.move(world.session, tap(world.requester), visit.id, start, now=world.now)

    assert (visit.starts_at, visit.ends_at) == (start, start + timedelta(hours=2))


def emergency(world: World) -> Ticket:
    intake_id = tell(world)
    intakes.set_priority(world.session, tap(world.requester), intake_id, Priority.EMERGENCY, now=world.now)
    ticket_id = tickets.register(world.session, tap(world.requester), intake_id, now=world.now)
    return world.session.get_one(Ticket, ticket_id)


def test_nobody_chooses_to_be_late_for_an_emergency_and_the_desk_may_agree_to_it(
    session: Session, clock: HandClock
) -> None:
    """10:00 at the shop; somebody must be there by 11:00, the first window is at 12:00."""
    world = promise(session, now=clock.now(), arrival_min=60)
    ticket = emergency(world)
    card = cards.ticket(session, world.engineer, ticket.id, now=world.now)
    assert isinstance(card, OfferCard)
    assert (card.can_go_now, card.slots) == (True, ())
    noon = world.now + timedelta(hours=2)
    offer = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    with pytest.raises(SlotGone):
        offers.accept(session, tap(world.engineer), offer.id, noon, None, now=world.now)
    of = (ticket.id, world.contractor.id)
    assert noon in {slot.start for slot in calls.times(session, world.dispatcher, *of, now=world.now).slots}

    later(world, clock, minutes=241)  # every promise is broken: better late than never
    card = cards.ticket(session, world.engineer, ticket.id, now=world.now)
    assert isinstance(card, OfferCard)
    assert card.slots
    offers.accept(session, tap(world.engineer), offer.id, card.slots[0].start, None, now=world.now)


def test_the_desk_writes_down_a_late_yes_to_an_emergency(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now(), arrival_min=60)
    ticket = emergency(world)
    noon = world.now + timedelta(hours=2)
    calls.accepted(session, tap(world.dispatcher), ticket.id, world.contractor.id, noon, now=world.now)
    later(world, clock, minutes=61)

    assert breach(world, ticket, K.ARRIVAL).whose is Whose.OURS


def test_other_work_is_offered_late_only_where_nothing_is_in_time(session: Session, clock: HandClock) -> None:
    world = promise(session, now=clock.now(), arrival_min=180)
    ticket = send(world)
    due = world.now + timedelta(minutes=180)
    card = cards.ticket(session, world.engineer, ticket.id, now=world.now)
    assert isinstance(card, OfferCard)
    assert [(slot.start, slot.end) for slot in card.slots] == [(due - timedelta(hours=1), due)]
