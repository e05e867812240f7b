"""The page of a firm: what each reader sees of its score, its limits and its events, and in what order."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel, BlockRule
from core.domain.defaults import Defaults
from core.domain.errors import NotAllowed
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.score import Part
from core.domain.ticket import TicketStatus
from core.services import card_facts, cards, ledger, numbers, quality_disputes, records, visits
from storage.models.contractor import Block
from storage.models.quality import QualityEvent
from tests.clock import HandClock
from tests.make.blocks import strike
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.tickets import SKILL, add_engineer, bring, make_world, send, tap, visit_of


def test_a_new_firm_sees_how_far_it_is_from_a_score_of_its_own(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    found = ledger.mine(session, world.engineer, now=now)
    assert (found.score.value, found.score.is_new, found.score.accepted, found.new_below) == (70, True, 0, 10)
    assert (found.lines, found.total, found.strikes, found.blocks) == ((), 0, (), ())
    assert [one.n for one in found.score.parts] == [0] * 5
    for nobody in (world.requester, world.dispatcher):
        with pytest.raises(NotAllowed):
            ledger.mine(session, nobody, now=now)


def test_events_come_newest_first_by_pages_and_a_rework_is_one_line(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    bring(world, TicketStatus.ACCEPTED)
    world.now = clock.at = now + timedelta(hours=1)
    bring(world, TicketStatus.REWORK)
    found = ledger.mine(session, world.engineer, now=world.now, limit=4)
    kinds = [one.kind for one in found.lines]
    assert kinds == [QualityKind.FIRST_TIME, QualityKind.PROOF, QualityKind.ARRIVAL, QualityKind.FIRST_TIME]
    assert found.total == 6  # the strike for faulty work is one with the first
    assert found.strikes == ((QualityKind.REWORK, 1, 90),)
    rest = ledger.page(session, world.engineer, world.contractor.id, now=world.now, offset=4, limit=4)
    assert [one.kind for one in rest.lines] == [QualityKind.PROOF, QualityKind.ARRIVAL]
    assert ledger.event(session, world.engineer, found.lines[0].event_id, now=world.now).is_rework


def test_an_engineer_sees_his_own_events_and_the_score_of_the_firm(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    bring(world, TicketStatus.ACCEPTED)
    ilya = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    his = session.scalars(select(QualityEvent).where(QualityEvent.kind == QualityKind.PROOF)).one()
    his.person_id = ilya.person_id
    session.flush()
    found = ledger.mine(session, ilya, now=now)
    assert ([one.kind for one in found.lines], found.is_own) == ([QualityKind.PROOF], True)
    assert {one.part: one.n for one in found.score.parts}[Part.ON_TIME] == 1
    owner = ledger.mine(session, world.engineer, now=now)
    assert (owner.total, owner.is_own) == (3, False)


def test_limits_in_force_are_shown_until_they_end_the_firms_and_ones_own(session: Session, now: datetime) -> None:
    """Of a colleague a mate sees nothing; the owner and the desk do."""
    world = make_world(session, now=now)
    mate = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    ilya = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    until = now + timedelta(days=14)
    firm = {"contractor_id": world.contractor.id, "level": BlockLevel.LIMITED, "rule": BlockRule.REWORKS}
    session.add(Block(**firm, reason="Три исправления", starts_at=now, ends_at=until))
    session.add(Block(**firm, reason="Прошлое", starts_at=now - timedelta(days=9), ends_at=now))
    person = {"person_id": ilya.person_id, "client_id": world.client.id}
    session.add(Block(**person, reason="Грубость", starts_at=now))
    session.flush()

    def seen(actor: Actor) -> list[tuple[str, str, bool, str]]:
        found = ledger.page(session, actor, world.contractor.id, now=now)
        return [(one.reason, one.person, one.is_mine, one.client) for one in found.blocks]

    of_firm = ("Три исправления", "", False, "")
    assert seen(mate) == [of_firm]
    where = world.client.name
    assert seen(ilya) == [of_firm, ("Грубость", ilya.name, True, where)]
    assert seen(world.engineer) == seen(world.dispatcher) == [of_firm, ("Грубость", ilya.name, False, where)]


def test_the_desk_sees_papers_disputes_and_who_caused_what(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    visit = visit_of(world, ticket)
    visits.go(session, tap(world.engineer), visit.id, now=now)
    visits.give_up(session, tap(world.engineer), visit.id, now=now)
    event = session.scalars(select(QualityEvent)).one()
    quality_disputes.dispute(session, tap(world.engineer), event.id, "Сломалась машина", now=now)
    found = ledger.page(session, world.dispatcher, world.contractor.id, now=now)
    assert (found.is_desk, found.open_disputes, len(found.skills)) == (True, 1, 1)
    assert ledger.event(session, world.dispatcher, event.id, now=now).source_name == world.engineer.name
    own = ledger.mine(session, world.engineer, now=now)
    assert (own.skills, own.open_disputes) == ((), 1)
    assert ledger.event(session, world.engineer, event.id, now=now).source_name == ""


@pytest.mark.breaks_invariants
def test_the_counts_are_those_of_the_rules(session: Session, clock: HandClock) -> None:
    """A job speaks once of its deadlines; a no-show is forgotten by the day by which the rule forgets it."""
    world = make_world(session, now=clock.now())
    ticket = send(world)
    other = send(world)
    for one in (ticket, ticket, other):
        strike(world, QualityKind.MISSED, one)
    strike(world, QualityKind.NO_SHOW, ticket, ago=timedelta(days=61))
    strike(world, QualityKind.NO_SHOW, ticket, ago=timedelta(days=59))
    strike(world, QualityKind.BACK_OUT, ticket, ago=timedelta(days=89))
    strike(world, QualityKind.BACK_OUT, ticket, ago=timedelta(days=91))
    strike(world, QualityKind.FRAUD, ticket, ago=timedelta(days=400))
    found = ledger.mine(session, world.engineer, now=world.now)
    assert found.strikes == (
        (QualityKind.BACK_OUT, 1, 90),
        (QualityKind.NO_SHOW, 1, 60),
        (QualityKind.MISSED, 2, 30),
        (QualityKind.FRAUD, 1, 0),
    )
    session.info[numbers.KEY] = Defaults(missed_jobs=1)
    found = ledger.mine(session, world.engineer, now=world.now)
    assert (QualityKind.MISSED, 1, 1) in found.strikes


def test_what_is_excused_is_looked_up_once_for_a_page(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, asked = make_world(session, now=now), []
    look = records.excused
    monkeypatch.setattr(records, "excused", lambda *of: asked.append(of) or look(*of))
    ledger.mine(session, world.engineer, now=now)
    assert len(asked) == 1


def test_the_way_to_a_ticket_is_shown_to_whom_its_card_is_open(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.contractor.engineers = 9
    rival = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    stranger = add_person(session, now=now)
    sent, had = send(world), bring(world, TicketStatus.ASSIGNED)
    visits.give_up(session, tap(world.engineer), visit_of(world, had).id, now=now)
    tickets = [sent, had, bring(world, TicketStatus.ASSIGNED), bring(world, TicketStatus.ACCEPTED)]
    found = set()
    for reader in (world.engineer, colleague, rival, world.requester, world.dispatcher, stranger):
        for ticket in tickets:
            opens = card_facts.may_open(session, reader, ticket.id)
            assert opens is (cards.for_person(session, reader.person_id, ticket.id, now=now) is not None)
            found.add(opens)
    assert found == {True, False}
