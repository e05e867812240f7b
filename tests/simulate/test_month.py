"""A few days of a small company through the simulator of the month, so that it does not rot between two runs."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from core.domain.quality import QualityKind
from core.domain.ticket import Priority
from storage.models.directory import SlaTarget
from storage.models.visit import VisitMove
from tests.clock import START
from tests.databases import PostgresServer, SqliteFiles
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.tickets import SKILL, add_contract, add_service
from tests.simulate import directories, figures, people
from tests.simulate.month import Month
from tests.simulate.people import Fault

REQUESTS = 60
#: Where two stories are only compared.
FEW = 20
DAYS = 6
NEAR = (
    {"lat": 55.76},
    {"lat": 55.80, "night_jobs": True},
    {"lat": 55.90},
    {"lat": 55.70, "engineers": 4},
    {"lat": 55.6},
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def played(
    engine: Engine,
    seed: int,
    count: int = REQUESTS,
    near: tuple[dict[str, Any], ...] = NEAR,
    careless: float = people.CARELESS,
    with_own_faults: bool = False,
    targets: tuple[SlaTarget, ...] = (),
) -> tuple[dict[str, Any], dict[str, Any], Month]:
    with Session(engine) as session, session.begin():
        session.add_all(targets)
        firms = [add_contractor(session, skills=[SKILL], **{"lon": 37.62, "engineers": 3, **place}) for place in near]
        assert len(firms) == len(near)
        add_service(session, "Замена светильника")
        for number in range(4):
            client = add_client(session)
            add_contract(session, client, add_site(session, client, lat=55.75 + number / 100))
        far = add_client(session)
        add_contract(session, far, add_site(session, far, lat=61.0))
        directories.let_in(session, now=START - timedelta(days=1))
    with Session(engine) as session:
        sites, works = directories.sites(session), directories.works(session)
    everybody = people.People(seed, careless, with_own_faults=with_own_faults)
    month = Month(engine, everybody, people.requests(seed, count, START, DAYS, sites, works), START)
    return figures.of(month, month.run()), figures.beside(month), month


@pytest.mark.parametrize("seed", [1, 2])
def test_a_few_days_end_with_every_promise_kept_or_accounted_for(
    databases: SqliteFiles | PostgresServer, seed: int
) -> None:
    url = databases.fresh()
    engine = databases.engine(url)
    found, beside, month = played(engine, seed)
    engine.dispose()
    databases.drop(url)

    assert found["violations"] == []
    assert found["requests"] == REQUESTS == sum(found["reach"].values())
    assert found["reach"]["0"] > 0
    assert found["reach"]["3+"] > 0
    assert 0 < found["untouched_share"] <= 1
    assert 0 <= found["reaction_kept"] <= 1
    assert set(found["median_minutes_to_yes"]) <= set(Priority)
    assert beside["stuck"] == []
    assert beside["strikes of nobody's fault"] == []
    # Whom nobody can reach the desk must have looked at.
    assert all(month.desk.touches[one.ticket_id] for one in month.told if one.reach == 0)


def test_where_everybody_is_careless_the_last_ones_are_asked_about_and_some_are_heard(
    sqlite_files: SqliteFiles,
) -> None:
    url = sqlite_files.fresh()
    engine = sqlite_files.engine(url)
    found, beside, _ = played(engine, 1, near=NEAR[:2], careless=100)
    engine.dispose()
    sqlite_files.drop(url)

    assert found["violations"] == []
    assert beside["stuck"] == []
    assert beside["tasks over their limit"] == {}
    assert beside["strikes of nobody's fault"] == []
    assert beside["cover lost that was not counted"] == 0
    assert beside["blocks"]
    assert beside["blocks by a person"]
    assert beside["appeals"]["given"] == beside["appeals"]["upheld"] + beside["appeals"]["refused"] > 0


def test_every_fault_of_its_own_leads_to_what_it_is_punished_for(sqlite_files: SqliteFiles) -> None:
    url = sqlite_files.fresh()
    engine = sqlite_files.engine(url)
    found, beside, month = played(engine, 3, careless=100, with_own_faults=True)

    assert found["violations"] == []
    assert beside["stuck"] == []
    assert beside["strikes of nobody's fault"] == []
    faults = {month.people.fault(firm) for firm in month.crews.firms}
    assert faults >= {Fault.LATE, Fault.PUTS_OFF, Fault.ABSENT}
    assert {"score of late", "no_shows of absent"} <= set(beside["blocks by fault"])
    with month.stage.reading() as session:
        assert session.scalar(select(func.count()).select_from(VisitMove)) > 0  # type: ignore[operator]
    engine.dispose()
    sqlite_files.drop(url)


def test_a_missed_deadline_is_a_strike_of_who_came_or_reported_after_the_window_he_had_agreed_to(
    sqlite_files: SqliteFiles,
) -> None:
    url = sqlite_files.fresh()
    engine = sqlite_files.engine(url)
    short = {"reaction_min": 240, "arrival_min": 480, "resolution_min": 720}
    plan = tuple(SlaTarget(plan="Базовый", priority=one, calendar="working", **short) for one in Priority)
    found, beside, month = played(engine, 3, careless=100, with_own_faults=True, targets=plan)

    assert found["violations"] == []
    assert beside["strikes of nobody's fault"] == []
    missed = beside["strikes"][QualityKind.MISSED]
    assert missed > 0
    for trip in month.crews.trips.values():  # as if nobody had agreed to come in time
        trip.ends_at += timedelta(days=30)
    blamed = [one for one in figures.beside(month)["strikes of nobody's fault"] if one.startswith(QualityKind.MISSED)]
    assert len(blamed) == missed
    engine.dispose()
    sqlite_files.drop(url)


def test_a_seed_is_one_story(sqlite_files: SqliteFiles) -> None:
    prints = []
    for seed in (3, 3, 4):
        url = sqlite_files.fresh()
        engine = sqlite_files.engine(url)
        found, beside, month = played(engine, seed, FEW)
        prints.append((month.stage.trace.hexdigest(), found, beside))
        engine.dispose()
        sqlite_files.drop(url)

    assert prints[0] == prints[1]
    assert prints[0][0] != prints[2][0]
