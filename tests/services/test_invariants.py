"""Every invariant holds on a full story, and says which row breaks it when it is broken on purpose."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.services import inbox, invariants
from tests.clock import HandClock
from tests.databases import PostgresServer, SqliteFiles, rolled_back
from tests.make.stories import full_story, receive
from tests.services.breaks_of_blocks import BLOCKS
from tests.services.breaks_of_breaches import BREACHES
from tests.services.breaks_of_clocks import CLOCKS
from tests.services.breaks_of_desk import DESK
from tests.services.breaks_of_papers import PAPERS
from tests.services.breaks_of_post import POST
from tests.services.breaks_of_score import SCORE
from tests.services.breaks_of_talk import TALK
from tests.services.breaks_of_visits import VISITS
from tests.services.breaks_of_work import WORK
from tests.services.broken import Break, Story

BREAKS = [*CLOCKS, *BREACHES, *BLOCKS, *DESK, *WORK, *VISITS, *SCORE, *PAPERS, *POST, *TALK]


@pytest.fixture(scope="module")
def told(databases: SqliteFiles | PostgresServer) -> Iterator[tuple[Engine, HandClock]]:
    """The story is told once; every test breaks it in a transaction that is rolled back."""
    clock = HandClock()
    url = databases.fresh()
    engine = databases.engine(url)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        full_story(session, clock)
    yield engine, clock
    engine.dispose()
    databases.drop(url)


@pytest.fixture
def story(told: tuple[Engine, HandClock]) -> Iterator[Story]:
    engine, clock = told
    with rolled_back(engine) as session:
        yield Story(session, clock.now())


def test_every_invariant_holds_on_a_full_story_and_looked_at_something(story: Story) -> None:
    results = invariants.collect(story.session, now=story.now)

    assert [(result.number, result.rows) for result in results if not result.holds] == []
    assert [result.number for result in results if not result.examined] == []


def test_every_invariant_is_broken_by_a_test() -> None:
    assert {number for number, _, _ in BREAKS} == set(invariants.CHECKS)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("broken", BREAKS, ids=[f"{number} {how}" for number, how, _ in BREAKS])
def test_what_is_broken_on_purpose_is_named(story: Story, broken: Break) -> None:
    number, _, breaks = broken
    rows, examined = story.check(number)
    assert rows == []
    assert examined > 0

    name = breaks(story)

    rows, _ = story.check(number)
    assert len(rows) == 1, rows
    assert name in rows[0]


@pytest.mark.breaks_invariants
def test_a_row_that_was_told_to_nobody_is_named_among_all_violations(story: Story) -> None:
    story.run("DELETE FROM outbox WHERE notice = 'accepted'")

    lines = invariants.violations(story.session, now=story.now + timedelta(hours=1))

    assert any(line.startswith("17 who must be told has a message: audit ") for line in lines)


def test_the_error_of_a_parked_update_loses_the_token_of_the_bot(story: Story) -> None:
    claim = receive(story.session, 990_001, now=story.now)
    error = "ClientError: http://127.0.0.1/bot1000000001:SANDBOX_SANDBOX_SANDBOX_SANDBOX_SAN/getFile"

    inbox.failed(story.session, claim, error, now=story.now, hopeless=True)

    kept = story.one("SELECT error FROM inbox WHERE update_id = 990001")
    assert kept == "ClientError: http://127.0.0.1/bot[token]/getFile"
    assert story.check("39")[0] == []
