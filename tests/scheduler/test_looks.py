"""The night's look at what must hold: it keeps nobody from writing, and a rule that fails is asked once."""

import asyncio
import threading
from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from core.services import checkup, guard, invariants
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.db import Database

(AUDIT,) = [job for job in timetable("Europe/Moscow") if job.sweep is checkup.night]


def rules(monkeypatch: pytest.MonkeyPatch, *checks: invariants.Check) -> None:
    named = {str(number): (f"rule {number}", check) for number, check in enumerate(checks)}
    monkeypatch.setattr(invariants, "CHECKS", named)


async def test_while_it_looks_everybody_may_write(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looking, may_go_on = threading.Event(), threading.Event()

    def slow(session: Session, *, now: datetime) -> invariants.Found:
        looking.set()
        assert not db.is_sqlite or may_go_on.wait(20)
        return [], 0

    rules(monkeypatch, slow)
    running = asyncio.create_task(Runner(db, [AUDIT]).run_job(AUDIT))
    await asyncio.wait_for(asyncio.to_thread(looking.wait, 10), 10)
    await asyncio.wait_for(db.write(guard.alive, 1), 5)
    may_go_on.set()
    assert await running == 1


async def test_a_rule_that_fails_is_asked_once_and_hides_no_other(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def bad(session: Session, *, now: datetime) -> invariants.Found:
        asked.append("bad")
        raise RuntimeError("nobody can tell")

    def broken(session: Session, *, now: datetime) -> invariants.Found:
        asked.append("broken")
        return ["a row"], 1

    lines: list[str] = []
    monkeypatch.setattr(checkup.log, "error", lambda event, **said: lines.append(said["rule"]))
    rules(monkeypatch, bad, broken)
    assert await Runner(db, [AUDIT]).run_job(AUDIT) == 1
    assert (asked, lines) == (["bad", "broken"], ["1 rule 1: a row"])


async def test_every_rule_is_looked_at(db: Database) -> None:
    assert await Runner(db, [AUDIT]).run_job(AUDIT) == len(invariants.CHECKS)


async def test_a_database_out_of_reach_is_asked_no_further(db: Database) -> None:
    tried = 0

    async def away(*given: object, **named: object) -> int:
        nonlocal tried
        tried += 1
        raise OSError("nobody there")

    runner = Runner(db, [AUDIT])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "read", away)
        await runner.run_due()
    assert tried == 2
