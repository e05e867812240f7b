"""What happens on a job is an event of the ledger, in the same stroke, and the score follows at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import quality as rules
from core.domain.actor import Grant
from core.domain.clock import StopReason
from core.domain.defaults import Defaults
from core.domain.errors import Changed, NotAllowed, NotFound, TextEmpty, TextTooLong
from core.domain.notice import Notice
from core.domain.quality import QualityKind, Window
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.domain.visit import Side, VisitOutcome
from core.services import acceptances, confirmations, holds, moves, quality, score, visits
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.people import add_person
from tests.make.tickets import World, arrive, bring, make_world, report, send, take, tap, visit_of, wait
from tests.services.test_moves import agreed

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def events(session: Session) -> list[tuple[QualityKind, int]]:
    rows = select(QualityEvent.kind, QualityEvent.weight_milli).order_by(QualityEvent.id)
    return [(kind, weight) for kind, weight in session.execute(rows)]


def told(session: Session, person_id: int | None) -> list[int]:
    rows = select(Outbox).where(Outbox.person_id == person_id, Outbox.notice == Notice.STRIKE).order_by(Outbox.id)
    return [row.data["event"] for row in session.scalars(rows)]


def comes(world: World, clock: HandClock, visit: Visit, at: datetime) -> QualityEvent:
    world.now = clock.at = at
    visits.arrive_by_word(world.session, tap(world.engineer), visit.id, now=at)
    return world.session.scalars(select(QualityEvent).where(QualityEvent.kind == QualityKind.ARRIVAL)).one()


def test_a_job_done_well_leaves_three_good_events_and_the_mark_a_fourth(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    acceptances.give_mark(session, tap(world.requester), ticket.id, 4, now=now)

    assert events(session) == [
        (QualityKind.ARRIVAL, 1000),
        (QualityKind.PROOF, 1000),
        (QualityKind.FIRST_TIME, 1000),
        (QualityKind.MARK, 800),
    ]
    for event in session.scalars(select(QualityEvent)):
        assert (event.contractor_id, event.person_id, event.ticket_id, event.at) == (
            world.contractor.id,
            world.engineer.person_id,
            ticket.id,
            now,
        )
    causes = select(Audit.event).join(QualityEvent, QualityEvent.audit_id == Audit.id).order_by(QualityEvent.id)
    assert list(session.scalars(causes)) == ["arrive", "report", "accept", "mark"]
    assert told(session, world.engineer.person_id) == []


@pytest.mark.parametrize(
    ("off", "good", "minutes"),
    [(-31, False, -31), (-30, True, 0), (0, True, 0), (135, True, 0), (136, False, 16), (160, False, 40)],
)
def test_on_time_is_the_agreed_window_with_its_grace(
    session: Session, now: datetime, clock: HandClock, off: int, good: bool, minutes: int
) -> None:
    world = make_world(session, now=now)
    _, visit = agreed(world, now + DAY)
    assert visit.ends_at - visit.starts_at == 120 * MINUTE
    event = comes(world, clock, visit, visit.starts_at + off * MINUTE)

    assert event.weight_milli == (1000 if good else 0)
    assert session.get_one(Audit, event.audit_id).data["off_minutes"] == minutes
    assert told(session, world.engineer.person_id) == ([] if good else [event.id])


@pytest.mark.parametrize(
    ("who", "hours_before", "good"),
    [("requester", 1, True), ("dispatcher", 1, True), ("engineer", 3, True), ("engineer", 1, False)],
)
def test_a_moved_visit_counts_from_its_new_time_but_not_where_the_crew_moves_it_at_the_last_moment(
    session: Session, now: datetime, clock: HandClock, who: str, hours_before: int, good: bool
) -> None:
    world = make_world(session, now=now)
    _, visit = agreed(world, now + DAY)
    world.now = clock.at = visit.starts_at - timedelta(hours=hours_before)
    actor = {"requester": world.requester, "dispatcher": world.dispatcher, "engineer": world.engineer}[who]
    moves.move(session, tap(actor), visit.id, visit.starts_at + DAY, now=world.now)
    event = comes(world, clock, visit, visit.starts_at)

    assert event.weight_milli == (1000 if good else 0)


@pytest.mark.parametrize(("minutes", "good"), [(2, True), (61, False)])
@pytest.mark.parametrize("why", ["held", "left"])
def test_a_window_set_an_hour_ahead_and_moved_away_at_once_makes_nobody_late(
    session: Session, now: datetime, clock: HandClock, why: str, minutes: int, good: bool
) -> None:
    """The machine set it; who lets it begin is held to it."""
    world, visit = set_an_hour_ahead(session, now, clock, why)
    assert visit.starts_at - world.now == 60 * MINUTE
    world.now = clock.move(minutes=minutes)
    moves.move(session, tap(world.engineer), visit.id, visit.starts_at + DAY, now=world.now)
    world.now = clock.at = visit.starts_at + 20 * MINUTE
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=world.now)
    assert events(session)[-1] == (QualityKind.ARRIVAL, 1000 if good else 0)


def set_an_hour_ahead(session: Session, now: datetime, clock: HandClock, why: str) -> tuple[World, Visit]:
    world = make_world(session, now=now)
    if why == "held":
        ticket, visit = agreed(world)
        world.now = clock.at = visit.starts_at - timedelta(hours=1)
        wait(world, ticket, hours=24)
        world.now = clock.move(hours=24)
        holds.sweep(session, 50, now=world.now)
        session.refresh(ticket)
        return world, visit_of(world, ticket)
    ticket = bring(world, TicketStatus.IN_WORK)
    world.now = clock.move(hours=1)
    visits.leave(session, tap(world.engineer), visit_of(world, ticket).id, VisitOutcome.NEEDS_PARTS, now=world.now)
    return world, visit_of(world, ticket)


def test_nobody_is_early_for_a_window_that_was_planned_anew(session: Session, now: datetime, clock: HandClock) -> None:
    world, visit = set_an_hour_ahead(session, now, clock, "held")
    assert quality.minutes_off(session, visit, at=world.now) == 0
    moves.move(session, tap(world.requester), visit.id, visit.starts_at + DAY, now=world.now)
    assert quality.minutes_off(session, visit, at=world.now) < 0


def test_nobody_is_early_for_a_window_that_was_only_planned(session: Session, now: datetime, clock: HandClock) -> None:
    """The rework stands in the next window of the site; who comes at once is thanked, who comes after it is late."""
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REWORK)
    visit = visit_of(world, ticket)
    assert visit.starts_at > now + 31 * MINUTE
    assert quality.minutes_off(session, visit, at=now) == 0
    assert quality.minutes_off(session, visit, at=visit.ends_at + 16 * MINUTE) == 16
    confirmations.confirm(session, tap(world.engineer), visit.id, now=now)
    assert quality.minutes_off(session, visit, at=visit.starts_at - 31 * MINUTE) == -31


def test_the_promised_start_follows_everybody_but_a_crew_that_moves_too_late() -> None:
    start, hour = datetime.fromisoformat("2026-03-16T10:00:00+00:00"), timedelta(hours=1)
    had = [
        Window(start, Side.CREW, start - DAY),
        Window(start + DAY, Side.CREW, start - 2 * hour),  # in good time
        Window(start + 2 * DAY, Side.CREW, start + DAY - hour),  # too late: the day before stands
        Window(start + 3 * DAY, Side.CLIENT, start + DAY),
    ]
    promised = [rules.promised_start(had[: count + 1], Defaults()) for count in range(4)]
    assert promised == [start, start + DAY, start + DAY, start + 3 * DAY]


@pytest.mark.parametrize(
    ("by", "is_confirmed", "before", "is_free"),
    [
        (None, False, 2, True),
        (Side.CLIENT, False, 2, True),
        (None, False, -1, False),  # it let it begin
        (None, True, 60, False),  # it had said that it was coming
        (None, True, 121, True),
        (Side.CREW, False, 60, False),
    ],
)
def test_a_window_a_crew_never_agreed_to_binds_it_once_it_has_begun(
    by: Side | None, is_confirmed: bool, before: int, is_free: bool
) -> None:
    start = datetime.fromisoformat("2026-03-16T10:00:00+00:00")
    given = Window(start, by, start - DAY, is_confirmed)
    own = Window(start + DAY, Side.CREW, start - before * MINUTE)
    assert rules.promised_start([given, own], Defaults()) == (own.start if is_free else start)


def test_faulty_work_is_a_strike_and_not_accepted_the_first_time_and_is_told_once(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    ticket = bring(world, TicketStatus.REWORK)
    first, second = session.scalars(select(QualityEvent).order_by(QualityEvent.id.desc()).limit(2)).all()[::-1]

    assert (first.kind, first.weight_milli) == (QualityKind.FIRST_TIME, 0)
    assert (second.kind, second.audit_id) == (QualityKind.REWORK, first.audit_id)
    assert told(session, world.engineer.person_id) == told(session, manager.person_id) == [first.id]

    again(world, ticket)
    kinds = [kind for kind, _ in events(session)]
    assert kinds.count(QualityKind.FIRST_TIME) == 1
    assert kinds.count(QualityKind.REWORK) == 2
    assert len(told(session, world.engineer.person_id)) == 2
    acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=now)
    assert [kind for kind, _ in events(session)].count(QualityKind.FIRST_TIME) == 1


def again(world: World, ticket: Ticket) -> None:
    """The rework is done, found faulty once more, done once more."""
    for is_last in (False, True):
        arrive(world, ticket)
        report(world, ticket)
        if not is_last:
            acceptances.wrong(world.session, tap(world.requester), ticket.id, "Снова мигает", now=world.now)
            acceptances.order_rework(world.session, tap(world.dispatcher), ticket.id, now=world.now)


@pytest.mark.parametrize(("hours", "good"), [(13, True), (14, False)])
def test_a_report_is_on_time_within_the_norm_of_the_work_and_a_fair_time(
    session: Session, now: datetime, clock: HandClock, hours: int, good: bool
) -> None:
    world = make_world(session, now=now)  # the norm is an hour
    ticket = bring(world, TicketStatus.IN_WORK)
    world.now = clock.at = now + timedelta(hours=hours)
    report(world, ticket)
    assert events(session)[-1] == (QualityKind.PROOF, 1000 if good else 0)


def test_a_report_is_not_late_by_what_waited_for_the_client(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    wait(world, ticket, StopReason.CLIENT_PARTS, days=2)
    world.now = clock.at = now + timedelta(days=2, hours=1)
    holds.sweep(session, 50, now=world.now)
    report(world, ticket)
    assert events(session)[-1] == (QualityKind.PROOF, 1000)


def test_the_norm_grows_with_what_is_ordered() -> None:
    start = datetime.fromisoformat("2026-03-16T10:00:00+00:00")
    assert rules.proof_due(start, 60, 3000, Defaults()) == start + timedelta(hours=15)
    assert rules.mark_milli(1, 5) == 200


def test_at_night_a_strike_waits_for_the_morning_and_the_score_does_not(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    world.now = clock.at = now.replace(hour=20, minute=30)  # 23:30 in Moscow
    visits.go(session, tap(world.engineer), visit.id, now=world.now)
    visits.give_up(session, tap(world.engineer), visit.id, now=world.now)
    letter = session.scalars(select(Outbox).where(Outbox.notice == Notice.STRIKE)).one()
    assert letter.not_before == (now + DAY).replace(hour=5, minute=0)


def test_the_score_stands_on_the_firm_as_soon_as_the_tenth_job_is_accepted(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    for _ in range(9):
        bring(world, TicketStatus.ACCEPTED)
    assert (world.contractor.score, score.of(session, world.contractor.id).is_new) == (70, True)
    bring(world, TicketStatus.ACCEPTED)
    assert world.contractor.score == 100
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    visits.go(session, tap(world.engineer), visit.id, now=now)
    visits.give_up(session, tap(world.engineer), visit.id, now=now)
    # One of ten handed back: 13.5 of 15 where 90 are at stake.
    assert session.get_one(Contractor, world.contractor.id).score == 98


def test_fraud_is_a_managers_word_with_words_once_for_a_job(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    bring(world, TicketStatus.REPORTED)
    seen = session.scalars(select(QualityEvent.id).where(QualityEvent.kind == QualityKind.PROOF)).one()
    with pytest.raises(NotAllowed):
        quality.fraud(session, tap(world.dispatcher), seen, "Фото с другого объекта", now=now)
    with pytest.raises(NotAllowed):
        quality.fraud(session, tap(world.engineer), seen, "Фото с другого объекта", now=now)
    with pytest.raises(NotFound):
        quality.fraud(session, tap(world.requester), seen, "Фото с другого объекта", now=now)
    with pytest.raises(TextEmpty):
        quality.fraud(session, tap(manager), seen, "  ", now=now)
    with pytest.raises(TextTooLong):
        quality.fraud(session, tap(manager), seen, "я" * 501, now=now)
    quality.fraud(session, tap(manager), seen, " Фото с другого объекта ", now=now)
    event = session.scalars(select(QualityEvent).where(QualityEvent.kind == QualityKind.FRAUD)).one()
    assert (event.words, event.person_id) == ("Фото с другого объекта", world.engineer.person_id)
    assert told(session, world.engineer.person_id) == [event.id]
    with pytest.raises(Changed):
        quality.fraud(session, tap(manager), seen, "Ещё раз", now=now)

    quality.annul(session, tap(manager), event, reason="test", now=now)
    quality.annul(session, tap(manager), event, reason="test", now=now)
    assert event.annulled_at == now
    annulled = select(Audit).where(Audit.entity == "quality_event", Audit.event == "annul")
    assert len(session.scalars(annulled).all()) == 1
    quality.fraud(session, tap(manager), seen, "И всё же", now=now)


def test_imported_history_gives_no_events_and_no_jobs_to_judge(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    assert score.of(session, world.contractor.id).accepted == 1
    ticket.origin = "import"  # type: ignore[assignment]
    session.flush()
    assert score.of(session, world.contractor.id).accepted == 0
    ticket.origin = "bot"  # type: ignore[assignment]
    session.flush()


def test_a_crew_by_phone_has_events_without_a_person(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    visit = take(world, ticket)
    visit.engineer_id = None
    cause = session.scalars(select(Audit).order_by(Audit.id.desc()).limit(1)).one()
    crew = quality.Crew(world.contractor.id, None)
    event = quality.write(session, QualityKind.MISSED, 1000, crew, ticket, cause=cause, now=now)
    assert event.person_id is None
    assert told(session, world.engineer.person_id) == [event.id]  # he is the owner
