"""What a firm is judged by is found however long its past is."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.domain.defaults import Defaults
from core.domain.quality import QualityKind
from core.domain.score import WINDOWS, Part
from core.services import numbers, records
from storage.models.ticket import Assignment
from tests.make.blocks import strike
from tests.make.tickets import make_world, send

#: Strikes and assignments written by hand come from nowhere, of which the auditors would complain.
pytestmark = pytest.mark.breaks_invariants


def test_the_last_jobs_are_the_newest_of_those_it_has_and_those_that_ended(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.info[numbers.KEY] = Defaults(missed_jobs=4)
    tickets = [send(world) for _ in range(8)]
    firm = world.contractor.id

    def had(ticket: int, ended: timedelta | None) -> None:
        at = None if ended is None else now - ended
        row = {"started_at": now - timedelta(days=9), "ended_at": at, "over_limit": False, "end_reason": ""}
        session.add(Assignment(ticket_id=tickets[ticket].id, contractor_id=firm, **row))
        session.flush()

    for ticket, ended in enumerate((1, None, 8, 7, 6, None, 4, 3)):
        had(ticket, None if ended is None else timedelta(days=ended))
    had(2, timedelta(hours=1))  # a job it has taken up once more is its newest
    found = records.of(session, firm, now=now)
    assert found.jobs == {tickets[number].id for number in (2, 7, 6, 5)}
    del session.info[numbers.KEY]


def test_only_a_firm_below_the_floor_is_asked_what_lowers_its_score(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    late = [strike(world, QualityKind.ARRIVAL, ticket, weight_milli=0) for _ in range(WINDOWS[Part.ON_TIME] + 5)]
    out = strike(world, QualityKind.BACK_OUT, ticket)
    strike(world, QualityKind.PROOF, ticket)
    four = strike(world, QualityKind.MARK, ticket, weight_milli=800)
    two = strike(world, QualityKind.MARK, ticket, weight_milli=400)
    assert records.of(session, world.contractor.id, now=now).bad == ()
    world.contractor.score = 10
    session.flush()
    lowering = sorted(event.id for event in late)[5:]  # older ones are no part of the score any more
    bad = records.of(session, world.contractor.id, now=now).bad
    assert bad == (*lowering, out.id, two.id)
    assert four.id not in bad  # a four lifts a score of ten
