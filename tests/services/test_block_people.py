"""Who may speak in a block: its firm's owner against it, and nobody who is of the firm or made what it rests on."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, Subject
from core.domain.clock import ClockKind, StopReason
from core.domain.errors import NeedsAnother, NotAllowed
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.services import (
    appeals,
    audit,
    blacklist,
    block_cards,
    block_people,
    block_requests,
    holds,
    invariants,
    ledger,
    memberships,
    objections,
    quality,
    quality_disputes,
)
from core.services.objections import Verdict
from core.services.quality import Crew
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.desk import Audit
from storage.models.people import Membership, Person
from storage.models.quality import QualityEvent
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin, block_of, judge, propose, strike
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.promises import clock_of, promise
from tests.make.tickets import SKILL, WHY, World, add_engineer, make_world, send, take, tap

#: Strikes written by hand come from nowhere, of which the auditor of the ledger would complain.
pytestmark = pytest.mark.breaks_invariants
K = QualityKind


@pytest.fixture(autouse=True)
def an_appeal_is_answered_by_another(session: Session, clock: HandClock) -> Iterator[None]:
    yield
    broken = invariants.violations(session, now=clock.now())
    assert [line for line in broken if line.startswith("94 ")] == []


def company(session: Session, now: datetime, *, colleague: bool = True) -> World:
    """Another firm is beside it, so that a limit costs nobody his last contractor."""
    world = promise(session, now=now)
    if not colleague:
        return world
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    return world


def said_so(world: World, clock: HandClock, who: Actor) -> None:
    """He declared that nobody came."""
    strike(world, K.NO_SHOW, send(world), by=who)


def refused_the_dispute(world: World, clock: HandClock, who: Actor) -> None:
    event = strike(world, K.NO_SHOW, send(world))
    quality_disputes.dispute(world.session, tap(world.engineer), event.id, "Я был там", now=world.now)
    quality_disputes.decide(world.session, tap(who), event.id, False, "Вас не видели", now=world.now)


def refused_that_of_a_twin(world: World, clock: HandClock, who: Actor) -> None:
    """What one cause made is disputed at one of its events."""
    event = strike(world, K.NO_SHOW, send(world))
    cause = world.session.get_one(Audit, event.audit_id)
    ticket, crew = send(world), Crew(world.contractor.id, None)
    twin = quality.write(world.session, K.BACK_OUT, 1000, crew, ticket, cause=cause, now=world.now)
    world.session.flush()
    quality_disputes.dispute(world.session, tap(world.engineer), twin.id, "Я был там", now=world.now)
    quality_disputes.decide(world.session, tap(who), twin.id, False, "Вас не видели", now=world.now)


def decided_about_the_clock(world: World, clock: HandClock, who: Actor) -> None:
    """The crew's pause of the very clock that ran out was no pause, he said."""
    session, ticket = world.session, send(world)
    take(world, ticket)
    until = world.now + timedelta(hours=1)
    holds.hold(session, tap(world.engineer), ticket.id, ticket.version, StopReason.NO_ACCESS, until, WHY, now=world.now)
    world.now = clock.move(hours=2)
    holds.sweep(session, 50, now=world.now)
    objections.object_(session, tap(world.requester), ticket.id, 1, "Мы открыли сразу", now=world.now)
    objections.decide(session, tap(who), ticket.id, 1, Verdict.RUNS, "", now=world.now)
    of_clock = ("clock", clock_of(world, ticket, ClockKind.ARRIVAL).id, "breach")
    cause = audit.record(session, Actor.system("job:breaches"), *of_clock, now=world.now)
    # Of the same weight for the rule as any other; only its cause matters here.
    quality.write(session, K.NO_SHOW, 3000, Crew(world.contractor.id, None), ticket, cause=cause, now=world.now)
    session.flush()


PARTS = [said_so, refused_the_dispute, refused_that_of_a_twin, decided_about_the_clock]


def limited(world: World) -> Appeal:
    """By one strike more, of which nobody said anything, and appealed against."""
    strike(world, K.NO_SHOW, send(world))
    judge(world)
    block = block_of(world)
    appeals.give(world.session, tap(world.engineer), block.id, "Объект был закрыт", now=world.now)
    return world.session.scalars(select(Appeal).where(Appeal.block_id == block.id)).one()


@pytest.mark.parametrize("part", PARTS)
def test_who_made_what_a_rule_counts_neither_answers_nor_lifts(
    session: Session, clock: HandClock, part: Callable[..., None]
) -> None:
    world = company(session, clock.now())
    world.contractor.engineers = 5
    other = add_dispatcher(session, now=world.now)
    part(world, clock, world.dispatcher)
    row = limited(world)
    block = session.get_one(Block, row.block_id)
    assert not block_cards.appeal(session, tap(world.dispatcher), row.id, now=world.now).may_decide
    assert not block_cards.block(session, tap(world.dispatcher), block.id, now=world.now).may_lift
    with pytest.raises(NeedsAnother):
        appeals.decide(session, tap(world.dispatcher), row.id, True, "", now=world.now)
    with pytest.raises(NeedsAnother):
        blacklist.lift(session, tap(world.dispatcher), block.id, "Можно", now=world.now)
    assert block_cards.block(session, tap(other), block.id, now=world.now).may_lift
    appeals.decide(session, tap(other), row.id, True, "", now=world.now)
    assert row.is_upheld


@pytest.mark.parametrize("part", PARTS)
def test_who_made_what_a_rule_counts_does_not_confirm_what_it_asks_for(
    session: Session, clock: HandClock, part: Callable[..., None]
) -> None:
    world = company(session, clock.now(), colleague=False)
    world.contractor.engineers = 5
    other = add_dispatcher(session, now=world.now)
    part(world, clock, world.dispatcher)
    strike(world, K.NO_SHOW, send(world))
    judge(world)
    row = session.scalars(select(BlockRequest)).one()
    card = block_cards.request(session, tap(world.dispatcher), row.id, now=world.now)
    assert (card.may_confirm, card.may_refuse, card.is_mine) == (False, True, False)
    with pytest.raises(NeedsAnother):
        block_requests.confirm(session, tap(world.dispatcher), row.id, now=world.now)
    assert block_cards.request(session, tap(other), row.id, now=world.now).may_confirm
    block_requests.confirm(session, tap(other), row.id, now=world.now)
    assert row.block_id is not None


def test_where_the_whole_desk_made_what_a_rule_counts_it_may_confirm(session: Session, now: datetime) -> None:
    world = company(session, now, colleague=False)
    for _ in range(2):
        strike(world, K.NO_SHOW, send(world), by=world.dispatcher)
    judge(world)
    row = session.scalars(select(BlockRequest)).one()
    block_requests.confirm(session, tap(world.dispatcher), row.id, now=now)
    assert row.block_id is not None


def test_a_machine_is_nobody_and_who_agreed_with_the_firm_is_no_party(session: Session, now: datetime) -> None:
    """Of three strikes two still bear the limit."""
    world = company(session, now)
    event, _ = (strike(world, K.NO_SHOW, send(world)) for _ in range(2))
    row = limited(world)
    quality_disputes.dispute(session, tap(world.engineer), event.id, "Я был там", now=now)
    quality_disputes.decide(session, tap(world.dispatcher), event.id, True, "", now=now)
    assert block_people.involved(session, session.get_one(Block, row.block_id)) == {world.engineer.person_id}
    add_dispatcher(session, now=now)
    appeals.decide(session, tap(world.dispatcher), row.id, True, "", now=now)


def trace(session: Session, row: Appeal) -> str:
    of_row = (Audit.entity == "appeal", Audit.entity_id == row.id, Audit.event == "decide")
    return str(session.scalars(select(Audit.data).where(*of_row)).one().get("fallback", ""))


def test_where_everybody_had_a_part_the_manager_decides(session: Session, now: datetime) -> None:
    world = company(session, now)
    manager = add_manager(world)
    for who in (world.dispatcher, manager):
        strike(world, K.NO_SHOW, send(world), by=who)
    judge(world)
    row = limited(world)
    with pytest.raises(NeedsAnother):
        appeals.decide(session, tap(world.dispatcher), row.id, True, "", now=now)
    assert block_cards.appeal(session, tap(manager), row.id, now=now).may_decide
    appeals.decide(session, tap(manager), row.id, True, "", now=now)
    assert trace(session, row) == "manager alone"


@pytest.mark.parametrize("has_admin", [False, True])
def test_a_dispatcher_alone_decides_what_he_said_himself_rather_than_nobody(
    session: Session, now: datetime, has_admin: bool
) -> None:
    """An admin of the settings who never wrote to the bot is nobody who could."""
    world = company(session, now)
    if has_admin:
        admin = add_person(session, Grant(Role.ADMIN), now=now)
        session.get_one(Person, admin.person_id).unreachable_at = now
    for _ in range(2):
        strike(world, K.NO_SHOW, send(world), by=world.dispatcher)
    row = limited(world)
    assert block_cards.appeal(session, tap(world.dispatcher), row.id, now=now).may_decide
    appeals.decide(session, tap(world.dispatcher), row.id, False, "Охрана вас не видела", now=now)
    assert trace(session, row) == "dispatcher alone"


def test_a_manager_of_the_firm_does_not_decide_while_a_dispatcher_can(session: Session, now: datetime) -> None:
    world = company(session, now)
    both = of_both(world, Role.MANAGER)
    for _ in range(2):
        strike(world, K.NO_SHOW, send(world), by=world.dispatcher)
    row = limited(world)
    with pytest.raises(NeedsAnother):
        appeals.decide(session, tap(both), row.id, True, "", now=now)
    appeals.decide(session, tap(world.dispatcher), row.id, True, "", now=now)


def of_both(world: World, role: Role, of_firm: Role = Role.OWNER) -> Actor:
    """Of the desk, and of the firm."""
    firm = Grant(of_firm, contractor_id=world.contractor.id)
    return add_person(world.session, Grant(role), firm, now=world.now)


def nobody_else_is_at_the_desk(world: World) -> None:
    rows = select(Membership).where(Membership.person_id == world.dispatcher.person_id)
    for row in world.session.scalars(rows).all():
        memberships.end(world.session, Actor.system("test"), row, why="left", now=world.now)


@pytest.mark.parametrize("of_firm", [Role.OWNER, Role.ENGINEER])
@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.MANAGER, Role.ADMIN])
def test_nobody_lifts_or_confirms_a_block_of_his_own_firm(
    session: Session, now: datetime, role: Role, of_firm: Role
) -> None:
    """Not even alone at the desk."""
    world = make_world(session, now=now)
    both = of_both(world, role, of_firm)
    block, row = begin(world), propose(world, client_id=world.client.id)
    of_man = begin(world, whom=Subject(None, world.engineer.person_id))
    man = propose(world, BlockLevel.BLOCKED, person=world.engineer)
    nobody_else_is_at_the_desk(world)
    for one in (block, of_man):
        with pytest.raises(NeedsAnother):
            blacklist.lift(session, tap(both), one.id, "Свои", now=now)
        assert not block_cards.block(session, tap(both), one.id, now=now).may_lift
        assert one.lift_reason == ""
    for asked in (row, man):
        with pytest.raises(NeedsAnother):
            block_requests.confirm(session, tap(both), asked.id, now=now)
        with pytest.raises(NeedsAnother):
            block_requests.refuse(session, tap(both), asked.id, "Свои", now=now)
        card = block_cards.request(session, tap(both), asked.id, now=now)
        assert (card.may_confirm, card.may_refuse, asked.decided_at) == (False, False, None)


def test_nobody_accuses_his_own_firm_of_fraud(session: Session, now: datetime) -> None:
    """It would end at a judge of his own; a manager of no firm may."""
    world = make_world(session, now=now)
    both, manager = of_both(world, Role.MANAGER), add_manager(world)
    event = strike(world, K.NO_SHOW, send(world))
    with pytest.raises(NeedsAnother):
        quality.fraud(session, tap(both), event.id, "Чужое фото", now=now)
    assert not ledger.event(session, tap(both), event.id, now=now).may_accuse
    assert session.scalars(select(QualityEvent).where(QualityEvent.kind == K.FRAUD)).all() == []
    assert ledger.event(session, tap(manager), event.id, now=now).may_accuse
    quality.fraud(session, tap(manager), event.id, "Чужое фото", now=now)


def test_an_owner_alone_appeals_for_the_firm(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    man = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    block = begin(world)
    card = block_cards.block(session, man, block.id, now=now)
    assert (card.may_appeal, card.owner_may_appeal, card.ends_at) == (False, True, block.ends_at)
    for act in (appeals.ensure_may, lambda *args, **more: appeals.give(*args, "Не согласен", **more)):
        with pytest.raises(NotAllowed):
            act(session, tap(man), block.id, now=now)
    assert session.scalars(select(Appeal)).all() == []
    card = block_cards.block(session, world.engineer, block.id, now=now)
    assert (card.may_appeal, card.owner_may_appeal) == (True, False)
    appeals.give(session, tap(world.engineer), block.id, "Не согласен", now=now)
    assert not block_cards.block(session, man, block.id, now=now).owner_may_appeal


def test_an_engineer_appeals_for_himself(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    man = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    block = begin(world, whom=Subject(None, man.person_id))
    assert block_cards.block(session, man, block.id, now=now).may_appeal
    owner = block_cards.block(session, world.engineer, block.id, now=now)
    assert (owner.may_appeal, owner.owner_may_appeal) == (False, False)
    appeals.give(session, tap(man), block.id, "Не согласен", now=now)
