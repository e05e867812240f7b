"""Hypothesis drives random people, jumps of the clock and restarts; a failing story is printed as steps to repeat."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, event, make_url
from sqlalchemy.orm import Session

from storage import engines
from tests.databases import SqliteFiles
from tests.stateful.company import Company, set_out

EXAMPLES, STEPS = 200, 6
MANY_EXAMPLES, MANY_STEPS = 5_000, 40
QUIET = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck), "print_blob": True}

pytestmark = pytest.mark.slow


@pytest.fixture
def fresh(sqlite_files: SqliteFiles) -> Iterator[Callable[[], Engine]]:
    """One engine, so that statements are compiled once; each call puts the beginning back below it."""
    url = sqlite_files.fresh()
    template = Path(make_url(url).database or "")
    engine = sqlite_files.engine(url)
    with Session(engine) as session, session.begin():
        set_out(session)
    engine.dispose()
    stage = template.with_name(f"company-{template.name}")
    engine = engines.sqlite_writer(make_url(url).set(database=str(stage)))

    @event.listens_for(engine, "connect")
    def on_connect(connection: object, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF")  # type: ignore[attr-defined]

    def again() -> Engine:
        engine.dispose()
        for tail in ("-wal", "-shm"):
            stage.with_name(stage.name + tail).unlink(missing_ok=True)
        shutil.copyfile(template, stage)
        return engine

    yield again
    engine.dispose()
    for path in (template, stage):
        path.unlink()


@pytest.mark.timeout(600)
def test_nothing_that_people_do_breaks_what_must_hold(fresh: Callable[[], Engine]) -> None:
    Company.fresh = staticmethod(fresh)
    given = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, derandomize=True, **QUIET)
    run_state_machine_as_test(Company, settings=given)


@pytest.mark.soak
@pytest.mark.timeout(36_000)
def test_nothing_breaks_it_in_long_stories_either(fresh: Callable[[], Engine]) -> None:
    Company.fresh = staticmethod(fresh)
    run_state_machine_as_test(
        Company, settings=settings(max_examples=MANY_EXAMPLES, stateful_step_count=MANY_STEPS, **QUIET)
    )
