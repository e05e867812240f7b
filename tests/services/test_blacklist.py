"""A block begins and ends: who is offered nothing from that second on, who is told, and what may be said to it."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, Subject
from core.domain.errors import (
    Changed,
    NeedsAnother,
    NotAllowed,
    NotFound,
    NotQualified,
    OfferClosed,
    PersonBarred,
    TextEmpty,
)
from core.domain.notice import Notice
from core.domain.offer import Exclusion, OfferStatus
from core.domain.role import Role
from core.domain.ticket import Priority, TicketStatus
from core.services import blacklist, block_requests, blocks, entrances, invites, ledger, matching, offers
from storage.models.contractor import Block, Contractor
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin, block_of, propose
from tests.make.directories import add_client, add_contractor
from tests.make.people import add_dispatcher, add_person, again
from tests.make.tickets import SKILL, World, add_engineer, bring, make_world, report, send, take, tap

L = BlockLevel
DAY = timedelta(days=1)


def why_not(world: World, ticket: Ticket, firm: Contractor | None = None) -> Exclusion | None:
    firm_id = (firm or world.contractor).id
    return matching.verdict(world.session, ticket, firm_id, visit_at=world.now, now=world.now)[1]


def told(session: Session, actor: Actor, notice: Notice = Notice.BLOCK) -> list[str]:
    rows = select(Outbox.data).where(Outbox.person_id == actor.person_id, Outbox.notice == notice).order_by(Outbox.id)
    return [data.get("event", "") for data in session.scalars(rows)]


def offers_of(session: Session, firm_id: int) -> list[OfferStatus]:
    session.expire_all()
    return list(session.scalars(select(Offer.status).where(Offer.contractor_id == firm_id).order_by(Offer.id)))


@pytest.mark.parametrize(
    ("level", "of_normal", "of_emergency"),
    [
        (L.LIMITED, None, Exclusion.LIMITED),
        (L.SUSPENDED, Exclusion.BLOCKED, Exclusion.BLOCKED),
        (L.BLOCKED, Exclusion.BLOCKED, Exclusion.BLOCKED),
    ],
)
def test_each_level_keeps_away_what_it_says(
    session: Session, now: datetime, level: BlockLevel, of_normal: Exclusion | None, of_emergency: Exclusion
) -> None:
    world = make_world(session, now=now)
    ticket, urgent, passes = send(world), send(world), frozenset({Exclusion.ASKED})
    urgent.priority = Priority.EMERGENCY
    session.flush()
    begin(world, level)
    given = {"visit_at": now, "now": now, "passing": passes}
    assert matching.verdict(session, ticket, world.contractor.id, **given)[1] is of_normal
    assert matching.verdict(session, urgent, world.contractor.id, **given)[1] is of_emergency


def test_offers_out_are_withdrawn_and_the_next_is_asked_in_the_same_stroke(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second = add_contractor(session, skills=[SKILL], lat=55.80)
    add_engineer(session, second, now=now)
    ticket = send(world)
    assert offers_of(session, world.contractor.id) == [OfferStatus.SENT]
    begin(world)
    assert offers_of(session, world.contractor.id) == [OfferStatus.WITHDRAWN]
    assert offers_of(session, second.id) == [OfferStatus.SENT]
    assert ticket.status is TicketStatus.SEARCHING
    with pytest.raises((OfferClosed, NotQualified)):
        take(world, ticket)


def test_a_limit_withdraws_emergencies_alone(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    normal, urgent = send(world), send(world)
    urgent.priority = Priority.EMERGENCY
    session.flush()
    begin(world, L.LIMITED)
    rows = session.execute(select(Offer.ticket_id, Offer.status).where(Offer.contractor_id == world.contractor.id))
    assert dict(rows.all()) == {normal.id: OfferStatus.SENT, urgent.id: OfferStatus.WITHDRAWN}
    take(world, normal)


def test_a_block_of_one_client_leaves_the_others_their_contractor(session: Session, now: datetime) -> None:
    world, other = make_world(session, now=now), add_client(session)
    begin(world, client_id=other.id)
    assert why_not(world, send(world)) is Exclusion.ASKED
    score = world.contractor.score
    begin(world, client_id=world.client.id)
    assert why_not(world, session.scalars(select(Ticket)).one()) is Exclusion.BLOCKED
    assert world.contractor.score == score


@pytest.mark.parametrize(("level", "keeps"), [(L.LIMITED, True), (L.SUSPENDED, False), (L.BLOCKED, False)])
def test_a_job_that_was_only_agreed_goes_to_another(
    session: Session, now: datetime, level: BlockLevel, keeps: bool
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    second = add_contractor(session, skills=[SKILL], lat=55.80)
    add_engineer(session, second, now=now)
    begin(world, level)
    session.refresh(ticket)
    assert ticket.status is (TicketStatus.ASSIGNED if keeps else TicketStatus.SEARCHING)
    assert offers_of(session, second.id) == ([] if keeps else [OfferStatus.SENT])


def test_a_suspended_firm_ends_what_it_began(session: Session, now: datetime) -> None:
    """Begun is begun: the visit under way goes to its report."""
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    begin(world)
    session.refresh(ticket)
    assert (ticket.status, ticket.contractor_id) == (TicketStatus.IN_WORK, world.contractor.id)
    report(world, ticket)
    assert ticket.status is TicketStatus.REPORTED


def test_the_firm_and_the_managers_are_told_when_it_begins_and_once_when_it_is_over(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    manager = add_manager(world)
    block = begin(world, days=14)
    for who in (world.engineer, manager):
        assert told(session, who) == ["start"]
    assert told(session, world.dispatcher) == []
    assert blacklist.sweep(session, 50, now=now + 14 * DAY - timedelta(seconds=1)) == 0
    late = clock.at = now + 17 * DAY
    assert blacklist.sweep(session, 50, now=late) == 1
    assert blacklist.sweep(session, 50, now=late) == 0
    assert told(session, world.engineer) == ["start", "end"]
    assert block.ends_at == now + 14 * DAY
    world.now = late
    assert why_not(world, send(world)) is Exclusion.ASKED


def test_a_block_says_in_the_audit_who_and_why(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    block = begin(world)
    row = session.get_one(Audit, block.audit_id)
    assert (row.entity, row.entity_id, row.event, row.to_state) == ("block", block.id, "start", "suspended")
    assert row.actor_id == world.dispatcher.person_id
    assert row.data["contractor"] == world.contractor.id


def test_a_manager_lifts_a_block_with_a_reason_and_it_is_over_at_once(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    manager, block = add_manager(world), begin(world)
    with pytest.raises(TextEmpty):
        blacklist.lift(session, tap(manager), block.id, "  ", now=now)
    clock.move(days=1)
    blacklist.lift(session, tap(manager), block.id, "Разобрались", now=clock.now())
    assert (block.ends_at, block.lifted_by, block.lift_reason) == (now + DAY, manager.person_id, "Разобрались")
    assert told(session, world.engineer) == ["start", "lift"]
    with pytest.raises(Changed):
        blacklist.lift(session, tap(manager), block.id, "Ещё раз", now=now + DAY)
    assert blacklist.sweep(session, 50, now=now + 20 * DAY) == 0


def test_only_the_desk_lifts_and_no_dispatcher_his_own(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second = add_dispatcher(session, now=now)
    row = propose(world)
    block_requests.confirm(session, tap(second), row.id, now=now)
    block = block_of(world)
    for who in (world.engineer, world.requester):
        with pytest.raises(NotFound):
            blacklist.lift(session, tap(who), block.id, "Можно", now=now)
    for who in (world.dispatcher, second):
        with pytest.raises(NeedsAnother):
            blacklist.lift(session, tap(who), block.id, "Можно", now=now)
    blacklist.lift(session, tap(add_dispatcher(session, now=now)), block.id, "Можно", now=now)


def block_person(world: World, who: Actor, level: BlockLevel = L.SUSPENDED, **more: object) -> Block:
    return begin(world, level, whom=Subject(None, who.person_id, more.pop("client_id", None)), **more)  # type: ignore[arg-type]


def test_a_blocked_person_is_known_by_phone_and_account_in_another_row(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    man = session.get_one(Person, world.engineer.person_id)
    man.phone = "+79031112233"
    session.flush()
    block_person(world, world.engineer)
    ticket = send(world)
    for field, value in (("phone", man.phone), ("telegram_id", man.telegram_id)):
        setattr(man, field, None)
        session.flush()
        firm = add_contractor(session, skills=[SKILL], lat=55.80)
        other = add_engineer(session, firm, now=now, **{field: value})
        assert blocks.keeps_person_away(session, other.person_id or 0, ticket, now=now), field
        assert blocks.is_barred(session, other.person_id or 0, now=now) is not None
        assert why_not(world, ticket, firm) is Exclusion.UNREACHABLE
        setattr(session.get_one(Person, other.person_id), field, None)
        session.flush()
    clean = add_engineer(session, add_contractor(session, skills=[SKILL]), now=now, phone="+79031112299")
    assert not blocks.keeps_person_away(session, clean.person_id or 0, ticket, now=now)


def test_a_blocked_person_joins_no_firm_until_it_is_over(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    block_person(world, world.engineer, days=30)
    firm = add_contractor(session)
    owner = add_person(session, Grant(Role.OWNER, contractor_id=firm.id), now=now)
    for at in (now, now + 31 * DAY):
        clock.at = at
        issued = invites.create(session, tap(owner), Grant(Role.ENGINEER, contractor_id=firm.id), "s:1", now=at)
        invites.accept(session, tap(world.engineer), issued.token, now=at)
        if at == now:
            with pytest.raises(PersonBarred):
                entrances.join(session, tap(world.engineer), now=at)
            continue
        entrances.join(session, tap(world.engineer), now=at)
    assert firm.id in again(session, world.engineer, now=at).contractor_ids


def test_offers_of_a_firm_whose_only_man_is_blocked_are_withdrawn(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    send(world)
    block_person(world, world.engineer)
    assert offers_of(session, world.contractor.id) == [OfferStatus.WITHDRAWN]


def test_a_colleague_of_a_blocked_man_keeps_the_offer_and_alone_may_take_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_engineer(session, world.contractor, now=now)
    ticket = send(world)
    block_person(world, world.engineer)
    assert offers_of(session, world.contractor.id) == [OfferStatus.SENT]
    offer = session.scalars(select(Offer)).one()
    with pytest.raises(NotQualified):
        offers.accept(session, tap(world.engineer), offer.id, None, None, now=now)
    take(world, ticket, colleague)
    assert ticket.status is TicketStatus.ASSIGNED


def test_a_person_limited_for_emergencies_takes_other_jobs(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    block_person(world, world.engineer, L.LIMITED)
    assert offers_of(session, world.contractor.id) == [OfferStatus.SENT]
    take(world, ticket)
    assert ticket.status is TicketStatus.ASSIGNED


def test_what_is_in_force_is_shown_to_the_one_it_is_about(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    of_firm = begin(world, L.LIMITED, days=14)
    of_man = block_person(world, world.engineer, days=None, client_id=world.client.id)
    found = ledger.mine(session, world.engineer, now=now).blocks
    assert [(one.block_id, one.is_mine, one.level, one.client) for one in found] == [
        (of_firm.id, False, L.LIMITED, ""),
        (of_man.id, True, L.SUSPENDED, world.client.name),
    ]
    later = ledger.mine(session, world.engineer, now=now + 15 * DAY).blocks
    assert [one.block_id for one in later] == [of_man.id]
    with pytest.raises(NotAllowed):
        ledger.mine(session, world.requester, now=now)
