"""A visit gets another time: by the client, the crew or the desk, inside the hours, once, and everybody hears it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import Changed, FieldInvalid, NotAllowed, NotFound, SlotGone, TimePast
from core.domain.notice import Delivery, Notice
from core.domain.offer import OfferStatus
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.domain.visit import Side, VisitStatus
from core.services import confirmations, history, moves, offers, staffing, visits
from storage.models.contractor import Absence, ContractorSkill
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from storage.models.visit import Visit, VisitMove
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, arrive, card_of, make_world, send, take, tap, visit_of

DAY = timedelta(days=1)


def agreed(world: World, start: datetime | None = None) -> tuple[Ticket, Visit]:
    """The engineer said yes to tomorrow, 10:00 in Moscow."""
    ticket = send(world)
    offer = world.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    offers.accept(world.session, tap(world.engineer), offer.id, start or world.now + DAY, None, now=world.now)
    return ticket, visit_of(world, ticket)


def told(session: Session, actor: Actor, notice: Notice) -> list[Delivery]:
    rows = select(Outbox.delivery).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)
    return list(session.scalars(rows.order_by(Outbox.id)))


@pytest.mark.parametrize(
    ("who", "side", "rings"),
    [
        ("requester", Side.CLIENT, {"engineer"}),
        ("engineer", Side.CREW, {"requester"}),
        ("dispatcher", Side.DESK, {"requester", "engineer"}),
    ],
)
def test_each_side_moves_and_the_others_hear_it(
    session: Session, now: datetime, who: str, side: Side, rings: set[str]
) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    before, actor = visit.starts_at, getattr(world, who)
    version = ticket.version
    moves.move(session, tap(actor), visit.id, before + DAY, now=now, was=before)

    assert (visit.starts_at, visit.ends_at) == (before + DAY, before + DAY + timedelta(hours=2))
    row = session.scalars(select(VisitMove)).one()
    assert (row.side, row.person_id, row.from_starts_at, row.to_starts_at, row.at) == (
        side,
        actor.person_id,
        before,
        before + DAY,
        now,
    )
    (trace,) = session.scalars(select(Audit).where(Audit.entity == "visit", Audit.event == "move"))
    assert trace.data == {"side": side, "from": before.isoformat(), "to": (before + DAY).isoformat()}
    assert ticket.version == version
    for name in ("requester", "engineer"):
        expected = [Delivery.NEW] if name in rings else []
        assert [one for one in told(session, getattr(world, name), Notice.MOVED) if one is Delivery.NEW] == expected
    assert told(session, actor, Notice.MOVED) == [Delivery.EDIT]


def test_who_is_no_side_of_the_visit_does_not_move_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    near = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    head = add_person(session, Grant(Role.HEAD_OFFICE, client_id=world.client.id), now=now)
    foreign = make_world(session, now=now)
    _, visit = agreed(world)
    later = visit.starts_at + DAY
    for actor in (near, foreign.requester, foreign.engineer):
        with pytest.raises(NotFound):
            moves.move(session, tap(actor), visit.id, later, now=now)
        with pytest.raises(NotFound):
            moves.options(session, tap(actor), visit.id, now=now)
    for actor in (colleague, head):
        with pytest.raises(NotAllowed):
            moves.move(session, tap(actor), visit.id, later, now=now)
    with pytest.raises(NotFound):
        moves.move(session, tap(world.requester), 987_654, later, now=now)

    assert session.scalars(select(VisitMove)).all() == []


@pytest.mark.parametrize(
    "start",
    [
        "2026-03-16 09:00",  # over
        "2026-03-17 03:00",  # closed
        "2026-03-17 21:30",  # about to close
        "2026-05-16 12:00",  # farther than anybody plans
        "2020-01-01 12:00",
    ],
)
def test_a_time_nobody_could_come_at_is_refused(session: Session, now: datetime, start: str) -> None:
    world = make_world(session, now=now)
    world.site.opens_min, world.site.closes_min = 600, 1320
    _, visit = agreed(world)
    before = visit.starts_at
    at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(world.site.zone))
    for actor in (world.requester, world.engineer, world.dispatcher):
        with pytest.raises(SlotGone):
            moves.move(session, tap(actor), visit.id, at, now=now)
    assert visit.starts_at == before


def test_two_who_move_at_once_do_not_overwrite_each_other(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    seen = visit.starts_at
    moves.move(session, tap(world.requester), visit.id, seen + DAY, now=now, was=seen)
    with pytest.raises(Changed):
        moves.move(session, tap(world.engineer), visit.id, seen + 2 * DAY, now=now, was=seen)
    assert visit.starts_at == seen + DAY

    # The same wish twice is no quarrel, and no second move.
    moves.move(session, tap(world.engineer), visit.id, seen + DAY, now=now, was=seen)
    assert len(session.scalars(select(VisitMove)).all()) == 1
    assert card_of(world, world.engineer, ticket).starts_at == seen + DAY


def test_a_row_that_changed_under_the_hand_is_not_moved(session: Session, now: datetime) -> None:
    """The second line: what was read is compared again in the statement that writes."""
    world = make_world(session, now=now)
    _, visit = agreed(world)
    stale = visit.starts_at
    session.execute(Visit.__table__.update().values(starts_at=stale + 3 * DAY))
    with pytest.raises(Changed):
        moves.move(session, tap(world.engineer), visit.id, stale + DAY, now=now)
    session.execute(Visit.__table__.update().values(starts_at=stale))


def test_who_is_on_the_way_is_not_moved(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, visit = agreed(world)
    visits.go(session, tap(world.engineer), visit.id, now=now)
    for actor in (world.requester, world.engineer, world.dispatcher):
        with pytest.raises(Changed):
            moves.move(session, tap(actor), visit.id, visit.starts_at + DAY, now=now)
        with pytest.raises(Changed):
            moves.options(session, tap(actor), visit.id, now=now)


def test_a_visit_that_fell_away_is_not_moved(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world)
    staffing.take_back(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)
    with pytest.raises(Changed):
        moves.move(session, tap(world.requester), visit.id, visit.starts_at + DAY, now=now)


def test_moving_voids_a_confirmation(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    _, visit = agreed(world, now + 2 * DAY)
    clock.move(days=1)
    confirmations.sweep(session, 50, now=now + DAY)
    confirmations.confirm(session, tap(world.engineer), visit.id, now=now + DAY)
    assert (visit.status, visit.asked) == (VisitStatus.CONFIRMED, 1)
    moves.move(session, tap(world.requester), visit.id, visit.starts_at + 3 * DAY, now=now + DAY)

    assert (visit.status, visit.confirmed_at, visit.asked) == (VisitStatus.PLANNED, None, 0)
    assert visit.ask_at == visit.starts_at - DAY


def test_windows_are_shown_day_by_day_without_the_taken_and_the_free_days_of_who_goes(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    world.site.opens_min, world.site.closes_min = 600, 1320
    agreed(world, now + timedelta(hours=2))  # today, 12:00
    _, visit = agreed(world)
    session.add(Absence(person_id=world.engineer.person_id, first_on=date(2026, 3, 17), last_on=date(2026, 3, 18)))
    session.flush()
    first = moves.options(session, tap(world.requester), visit.id, now=now)
    second = moves.options(session, tap(world.requester), visit.id, now=now, page=1)
    beyond = moves.options(session, tap(world.requester), visit.id, now=now, page=99_999)

    def hours(found: moves.Options) -> list[str]:
        return [f"{slot.start.astimezone(ZoneInfo(found.zone)):%d %H}" for slot in found.slots]

    assert hours(first) == ["16 14", "16 16", "16 18", "16 20"]
    assert hours(second) == ["19 10", "19 12", "19 14", "19 16", "19 18", "19 20"]
    assert (first.page, second.page, beyond.page, first.pages) == (0, 1, first.pages - 1, beyond.pages)
    for slot in (*second.slots, *beyond.slots):
        moves.move(session, tap(world.requester), visit.id, slot.start, now=now)
        assert visit.starts_at == slot.start
    with pytest.raises(SlotGone):
        moves.move(session, tap(world.requester), visit.id, now + 2 * DAY, now=now)


def test_nobody_is_moved_to_a_day_on_which_his_certificate_is_over(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, visit = agreed(world)
    skill = session.scalars(select(ContractorSkill).where(ContractorSkill.contractor_id == world.contractor.id)).one()
    skill.valid_until = date(2026, 3, 20)
    session.flush()
    moves.move(session, tap(world.requester), visit.id, now + 4 * DAY, now=now)
    with pytest.raises(SlotGone):
        moves.move(session, tap(world.requester), visit.id, now + 5 * DAY, now=now)


def test_the_crew_comes_no_sooner_than_the_client_wants(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, visit = agreed(world, now + 2 * DAY)
    ticket.visit_from = now + 2 * DAY
    session.flush()
    with pytest.raises(SlotGone):
        moves.move(session, tap(world.engineer), visit.id, now + DAY, now=now)
    offered = moves.options(session, tap(world.engineer), visit.id, now=now).slots
    assert min(slot.start for slot in offered) >= ticket.visit_from
    moves.move(session, tap(world.requester), visit.id, now + DAY, now=now)
    assert visit.starts_at == now + DAY


def test_a_typed_time_is_meant_at_the_site(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.site.zone, world.site.opens_min, world.site.closes_min = "Asia/Vladivostok", 540, 1260
    ticket, visit = agreed(world, now + timedelta(hours=17))  # tomorrow 10:00 in Vladivostok
    was = visit.starts_at
    for typed, refusal in (("когда-нибудь", FieldInvalid), ("завтра 5:00", SlotGone), ("вчера 10:00", TimePast)):
        with pytest.raises(refusal):
            moves.move_typed(session, tap(world.requester), visit.id, typed, was, now=now)
    moves.move_typed(session, tap(world.requester), visit.id, "завтра 15:30", was, now=now)

    assert f"{visit.starts_at.astimezone(ZoneInfo('Asia/Vladivostok')):%d %H:%M}" == "17 15:30"
    assert told(session, world.requester, Notice.MOVED) == [Delivery.NEW]  # the card has scrolled away
    with pytest.raises(Changed):
        moves.move_typed(session, tap(world.engineer), visit.id, "завтра 17:00", was, now=now)
    assert ticket.status is TicketStatus.ASSIGNED


@pytest.mark.parametrize("burns", [True, False])
def test_a_move_of_a_visit_soon_rings_at_night_and_a_far_one_waits(
    session: Session, now: datetime, clock: HandClock, burns: bool
) -> None:
    world = make_world(session, now=now)
    _, visit = agreed(world, now + DAY)
    night = clock.move(hours=13, minutes=30)  # 23:30 in Moscow
    if not burns:
        moves.move(session, tap(world.dispatcher), visit.id, visit.starts_at + 2 * DAY, now=now)
    moves.move(session, tap(world.requester), visit.id, visit.starts_at + timedelta(hours=2), now=night)
    rows = select(Outbox).where(Outbox.person_id == world.engineer.person_id, Outbox.notice == Notice.MOVED)
    last = session.scalars(rows.order_by(Outbox.id.desc())).first()
    assert last is not None

    assert (last.not_before == night) is burns


def test_every_card_has_the_button_while_nobody_is_on_the_way(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    head = add_person(session, Grant(Role.HEAD_OFFICE, client_id=world.client.id), now=now)
    ticket, visit = agreed(world)
    for actor in (world.requester, world.dispatcher):
        assert card_of(world, actor, ticket).moves_visit == visit.id
    assert card_of(world, head, ticket).moves_visit is None
    arrive(world, ticket)
    for actor in (world.requester, world.dispatcher, head):
        assert card_of(world, actor, ticket).moves_visit is None


def test_who_moved_it_stands_in_the_history(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    near = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    ticket, visit = agreed(world)
    moves.move(session, tap(world.requester), visit.id, visit.starts_at + DAY, now=now)

    def seen(actor: Actor) -> list[tuple[str, str]]:
        steps = history.why(session, actor, ticket.id, now=now).steps
        return [(step.event, step.data["side"]) for step in steps if step.entity == "visit"]

    for actor in (world.dispatcher, world.requester, world.engineer):
        assert seen(actor) == [("move", "client")]
    with pytest.raises(NotFound):
        seen(near)


def test_a_ticket_without_a_contractor_has_no_visit_to_move(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    assert card_of(world, world.requester, ticket).moves_visit is None
    take(world, ticket)
    assert session.scalars(select(Offer.status)).all() == [OfferStatus.ACCEPTED]
    assert card_of(world, world.requester, ticket).moves_visit is not None
