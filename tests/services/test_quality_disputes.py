"""An event is disputed once and in time; another person decides, whoever is left; of two at once one wins."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import (
    Changed,
    DisputeDecided,
    DisputeGiven,
    DisputeLate,
    DomainError,
    NeedsAnother,
    NotAllowed,
    NotFound,
    TextEmpty,
    TextTooLong,
)
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import audit, ledger, quality, quality_disputes, tasks
from core.services.ledger import Disputed
from storage.db import Database
from storage.models.clock import Clock
from storage.models.contractor import Contractor
from storage.models.desk import Audit, Task
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.quality import QualityDispute, QualityEvent
from tests.clock import HandClock
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import World, bring, make_world, tap

WORDS = "Клиент сам попросил переделать по-другому"


def reworked(world: World) -> QualityEvent:
    """Sent again by the dispatcher of the world."""
    bring(world, TicketStatus.REWORK)
    query = select(QualityEvent).where(QualityEvent.kind == QualityKind.FIRST_TIME).order_by(QualityEvent.id.desc())
    return world.session.scalars(query.limit(1)).one()


def disputed(world: World) -> QualityEvent:
    event = reworked(world)
    quality_disputes.dispute(world.session, tap(world.engineer), event.id, WORDS, now=world.now)
    return event


def decide(world: World, actor: Actor, event: QualityEvent, upheld: bool, words: str = "") -> None:
    quality_disputes.decide(world.session, tap(actor), event.id, upheld, words, now=world.now)


def heard(session: Session, actor: Actor, notice: Notice) -> int:
    return len(
        session.scalars(select(Outbox.id).where(Outbox.person_id == actor.person_id, Outbox.notice == notice)).all()
    )


def of_the_decision(session: Session) -> Audit:
    return session.scalars(select(Audit).where(Audit.entity == "quality_event", Audit.event == "decide")).one()


def test_a_dispute_is_a_task_of_the_desk_and_the_event_counts_meanwhile(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    event = disputed(world)

    (task,) = session.scalars(select(Task).where(Task.kind == TaskKind.SCORE_DISPUTE)).all()
    assert (task.ticket_id, task.person_id, task.data["event"]) == (None, world.engineer.person_id, event.id)
    assert TaskKind.SCORE_DISPUTE in {
        line.kind for line in tasks.queue(session, world.dispatcher, now=now, limit=50).lines
    }
    card = ledger.event(session, world.engineer, event.id, now=now)
    assert (card.line.disputed, card.line.is_annulled, card.may_dispute) == (Disputed.OPEN, False, False)
    assert card.dispute is not None
    assert card.dispute.words == WORDS
    assert heard(session, world.engineer, Notice.QUALITY_EVENT) == 1
    with pytest.raises(DisputeGiven):
        quality_disputes.dispute(session, tap(world.engineer), event.id, WORDS, now=now)


def test_who_is_right_gets_the_event_annulled_and_the_score_back(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 20
    for _ in range(10):
        bring(world, TicketStatus.ACCEPTED)
    other = add_dispatcher(session, now=now)
    event = disputed(world)
    # 10 of 11 the first time.
    assert session.get_one(Contractor, world.contractor.id).score == 97
    decide(world, other, event, True)

    twin = select(QualityEvent).where(QualityEvent.audit_id == event.audit_id)
    assert {row.annulled_at for row in session.scalars(twin)} == {now}
    assert session.get_one(Contractor, world.contractor.id).score == 100
    card = ledger.event(session, other, event.id, now=now)
    assert (card.line.disputed, card.line.is_annulled, card.may_decide) == (Disputed.UPHELD, True, False)
    assert card.dispute is not None
    assert card.dispute.decided_by == other.name
    assert ledger.event(session, world.engineer, event.id, now=now).dispute.decided_by == ""  # type: ignore[union-attr]
    assert heard(session, world.engineer, Notice.DISPUTE_DECIDED) == 1
    (task,) = session.scalars(select(Task).where(Task.kind == TaskKind.SCORE_DISPUTE)).all()
    assert (task.ended_by, task.outcome) == (other.person_id, "upheld")
    assert of_the_decision(session).data == {"upheld": True}


def test_a_refusal_needs_a_word_and_leaves_the_event(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_dispatcher(session, now=now)
    event = disputed(world)
    with pytest.raises(TextEmpty):
        decide(world, other, event, False, " ")
    with pytest.raises(TextTooLong):
        decide(world, other, event, False, "я" * 2001)
    decide(world, other, event, False, "Фото показывают обратное")
    card = ledger.event(session, world.engineer, event.id, now=now)
    assert (card.line.disputed, card.line.is_annulled) == (Disputed.REFUSED, False)
    assert card.dispute is not None
    assert card.dispute.answer == "Фото показывают обратное"
    with pytest.raises(DisputeDecided) as told:
        decide(world, other, event, True)
    assert told.value.name == other.name


def test_after_the_term_the_refusal_says_how_long_it_was(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    event = reworked(world)
    world.now = clock.at = now + timedelta(days=14)
    assert ledger.event(session, world.engineer, event.id, now=world.now).may_dispute
    world.now = clock.at = now + timedelta(days=14, seconds=1)
    assert not ledger.event(session, world.engineer, event.id, now=world.now).may_dispute
    with pytest.raises(DisputeLate) as told:
        quality_disputes.dispute(session, tap(world.engineer), event.id, WORDS, now=world.now)
    assert told.value.days == 14


def test_a_good_event_and_one_that_counts_no_more_are_not_disputed(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_dispatcher(session, now=now)
    event = reworked(world)
    good = session.scalars(select(QualityEvent.id).where(QualityEvent.kind == QualityKind.ARRIVAL)).one()
    with pytest.raises(Changed):
        quality_disputes.dispute(session, tap(world.engineer), good, WORDS, now=now)
    for words, error in (("  ", TextEmpty), ("я" * 2001, TextTooLong)):
        with pytest.raises(error):
            quality_disputes.dispute(session, tap(world.engineer), event.id, words, now=now)
    with pytest.raises(NotFound):
        decide(world, other, event, True)  # nobody disputed it


def test_of_the_firm_the_owner_and_who_went_may_dispute_nobody_else_sees_it(session: Session, now: datetime) -> None:
    world, foreign = make_world(session, now=now), make_world(session, now=now)
    event = reworked(world)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    accountant = add_person(session, Grant(Role.ACCOUNTANT), now=now)
    unseen = (colleague, foreign.engineer, world.requester, accountant, add_person(session, now=now))
    for actor in unseen:
        for number in (event.id, 987_654_321):
            with pytest.raises(NotFound):
                quality_disputes.dispute(session, tap(actor), number, WORDS, now=now)
            with pytest.raises(NotFound):
                quality_disputes.decide(session, tap(actor), number, True, "", now=now)
            with pytest.raises(NotFound):
                ledger.event(session, actor, number, now=now)
    for actor in (foreign.engineer, world.requester, accountant):
        with pytest.raises(NotFound):
            ledger.page(session, actor, world.contractor.id, now=now)
    with pytest.raises(NotAllowed):
        quality_disputes.dispute(session, tap(world.dispatcher), event.id, WORDS, now=now)
    with pytest.raises(NotFound):
        decide(world, world.engineer, event, True)

    owner = add_person(session, Grant(Role.OWNER, contractor_id=world.contractor.id), now=now)
    quality_disputes.dispute(session, tap(owner), event.id, WORDS, now=now)
    assert session.scalars(select(QualityDispute.person_id)).one() == owner.person_id


def test_who_ordered_the_rework_does_not_judge_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    add_dispatcher(session, now=now)
    event = disputed(world)
    assert not ledger.event(session, world.dispatcher, event.id, now=now).may_decide
    with pytest.raises(NeedsAnother):
        decide(world, world.dispatcher, event, True)


def test_who_is_of_the_firm_does_not_judge_for_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    both = add_person(session, Grant(Role.DISPATCHER), Grant(Role.OWNER, contractor_id=world.contractor.id), now=now)
    add_dispatcher(session, now=now)
    event = disputed(world)
    with pytest.raises(NeedsAnother):
        decide(world, both, event, True)


def test_without_another_dispatcher_a_manager_judges_and_the_audit_says_so(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    event = disputed(world)
    with pytest.raises(NeedsAnother):  # one dispatcher alone does not judge himself
        decide(world, world.dispatcher, event, True)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    decide(world, manager, event, True)
    audit = of_the_decision(session)
    assert (audit.actor_role, audit.data) == (Role.MANAGER, {"upheld": True, "fallback": "manager"})


def test_an_admin_alone_at_the_desk_judges_even_himself_and_the_audit_says_so(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    session.get_one(Person, world.dispatcher.person_id).telegram_id = None
    world.dispatcher = admin
    event = disputed(world)
    decide(world, admin, event, False, "Остаётся")
    assert of_the_decision(session).data == {"upheld": False, "fallback": "admin alone"}


def test_a_promise_he_was_found_right_about_does_not_accuse_him_again(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    clock = session.scalars(select(Clock.id).where(Clock.ticket_id == ticket.id).limit(1)).one()
    cause = audit.record(session, Actor.system("test"), "clock", clock, "breach", now=now)
    crew = quality.Crew(world.contractor.id, world.engineer.person_id)
    event = quality.write(session, QualityKind.MISSED, 1000, crew, ticket, cause=cause, now=now)
    quality_disputes.dispute(session, tap(world.engineer), event.id, "Ждали доступа", now=now)
    firm = world.contractor.id
    assert quality_disputes.excused(session, {clock}) == frozenset()
    decide(world, world.dispatcher, event, True)
    assert quality_disputes.excused(session, {clock, clock + 1}) == {(clock, firm)}
    assert quality_disputes.excused(session, {clock + 1}) == frozenset()


async def test_of_two_who_decide_at_once_one_wins_and_the_other_learns_who(db: Database) -> None:
    def prepare(session: Session, *, now: datetime) -> tuple[list[int], Actor, Actor]:
        world = make_world(session, now=now)
        world.contractor.engineers = 20
        events = [disputed(world).id for _ in range(10)]
        return events, add_dispatcher(session, now=now), add_dispatcher(session, now=now)

    async def deciding(actor: Actor, event: int, upheld: bool) -> str:
        try:
            await db.write(quality_disputes.decide, tap(actor), event, upheld, "Так")
        except DisputeDecided as error:
            return error.name
        return "won"

    events, one, two = await db.write(prepare)
    for event in events:
        results = await asyncio.gather(deciding(one, event, True), deciding(two, event, False))
        assert sorted(results) in (sorted(["won", one.name]), sorted(["won", two.name]))
        assert results[0 if results[1] == "won" else 1] == (two.name if results[1] == "won" else one.name)


async def test_of_two_who_dispute_at_once_one_is_told_that_it_was_done(db: Database) -> None:
    def prepare(session: Session, *, now: datetime) -> tuple[list[int], Actor, Actor]:
        world = make_world(session, now=now)
        world.contractor.engineers = 20
        owner = add_person(session, Grant(Role.OWNER, contractor_id=world.contractor.id), now=now)
        return [reworked(world).id for _ in range(10)], world.engineer, owner

    async def disputing(actor: Actor, event: int) -> str:
        try:
            await db.write(quality_disputes.dispute, tap(actor), event, WORDS)
        except DomainError as error:
            return type(error).__name__
        return "given"

    events, one, two = await db.write(prepare)
    for event in events:
        results = await asyncio.gather(disputing(one, event), disputing(two, event))
        assert sorted(results) == ["DisputeGiven", "given"]
