"""`python -m core check` as a stranger uses it: another process, its output, its exit code."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.commands.check import NAMES
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.services import invariants
from core.services.invariant_checks.files import stored_bytes
from storage import engines
from storage.blobs import Blobs
from storage.models.people import Person
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.databases import PostgresServer, SqliteFiles
from tests.imports.test_command import run
from tests.make.stories import full_story
from tests.shared_files import shared

#: The process has a clock of its own; what is written here must lie before it.
LONG_AGO = datetime(2026, 1, 12, 7, tzinfo=UTC)


@pytest.fixture
def engine(databases: SqliteFiles | PostgresServer, database_url: str) -> Engine:
    return databases.engine(database_url)


def break_a_letter(engine: Engine) -> int:
    """Cancelled, and nobody knows why."""
    with Session(engine) as session, session.begin():
        person = Person(telegram_id=1, name="Иван", created_at=LONG_AGO)
        session.add(person)
        session.flush()
        row = Outbox(
            dedupe_key="one",
            delivery=Delivery.NEW,
            notice=Notice.MENU,
            person_id=person.id,
            chat_id=1,
            data={},
            priority=0,
            created_at=LONG_AGO,
            not_before=LONG_AGO,
            status=OutboxStatus.CANCELLED,
        )
        session.add(row)
        session.flush()
        number = row.id
    engine.dispose()
    return number


def test_every_rule_has_a_name_for_people() -> None:
    assert set(NAMES) == {*invariants.CHECKS, "24b"}
    assert len(set(NAMES.values())) == len(NAMES)


def test_a_database_in_order_leaves_with_code_zero(database_url: str) -> None:
    told = run(database_url, "check", "--json")

    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert report["ok"] is True
    assert [one["number"] for one in report["checks"]] == [*invariants.CHECKS, "24b"]
    assert all(one["ok"] and one["rows"] == [] for one in report["checks"])


def test_a_broken_row_is_named_and_leaves_with_code_one(engine: Engine, database_url: str) -> None:
    row = break_a_letter(engine)

    told = run(database_url, "check", "--json")
    spoken = run(database_url, "check")

    assert (told.returncode, spoken.returncode) == (1, 1)
    report = json.loads(told.stdout)
    assert report["ok"] is False
    (broken,) = [one for one in report["checks"] if not one["ok"]]
    assert broken["number"] == "19"
    assert f"outbox {row} is cancelled" in broken["rows"][0]
    assert NAMES["19"] in spoken.stdout
    assert f"19: outbox {row} is cancelled" in spoken.stdout


def test_the_reference_workbook_passes_and_is_examined_quickly(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'naryad.db'}"
    loaded = run(url, "import", shared("data/operator.xlsx"), "--apply", "--json")
    assert loaded.returncode == 0, loaded.stdout[-500:]

    began = time.process_time()
    engine = engines.sqlite_writer(url)
    with Session(engine) as session:
        violations = invariants.violations(session, now=datetime.now(UTC))
    assert time.process_time() - began < 8  # a neighbour that fights for the processor counts a little, too
    assert violations == []
    assert run(url, "check").returncode == 0
    engine.dispose()


def test_a_file_that_is_gone_or_changed_is_named(engine: Engine, clock: HandClock, tmp_path: Path) -> None:
    """All shots of the story have invented hashes: no file of them is there until it is put."""
    with Session(engine, expire_on_commit=False) as session, session.begin():
        full_story(session, clock)
        gone = stored_bytes(session, tmp_path, now=clock.now())
        assert gone.examined == len(gone.rows) > 0
        assert all(row.endswith("has no file") for row in gone.rows)

        blob = Blobs(tmp_path).put(_file(tmp_path, b"before"), limit=100)
        files = _make_all_this_file(session, blob.sha256, blob.size)
        assert stored_bytes(session, tmp_path, now=clock.now()).rows == ()

        path = Blobs(tmp_path).path(blob.sha256)
        path.chmod(0o640)
        path.write_bytes(b"BEFORE")
        changed = stored_bytes(session, tmp_path, now=clock.now())
        assert set(changed.rows) == {f"{one}: its file is not what was stored" for one in files}
        session.rollback()
    engine.dispose()


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "shot.jpg"
    path.write_bytes(content)
    return path


def _make_all_this_file(session: Session, sha256: str, size: int) -> list[str]:
    from sqlalchemy import update

    from storage.models.contractor import Certificate
    from storage.models.visit import Proof

    found = []
    for table in (Proof, Certificate):
        change = update(table).where(table.sha256.is_not(None)).values(sha256=sha256, size=size).returning(table.id)
        found += [f"{table.__tablename__} {number}" for number in session.scalars(change)]
    return found
