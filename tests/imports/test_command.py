"""The command line as a stranger uses it: another process, its output, its exit code."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from storage import migrate
from tests.make.workbooks import put, small_book, write_xlsx

ROOT = Path(__file__).parents[2]


def run(url: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "DATABASE_URL": url, "COLUMNS": "200"}
    command = [sys.executable, "-m", "core", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_help_takes_less_than_a_second_of_work_and_names_the_commands() -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = run("sqlite+aiosqlite:///unused.db", "--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)

    assert told.returncode == 0
    assert all(name in told.stdout for name in ("import", "export", "invite", "check"))
    # Its own time: on a busy machine the wall clock measures the neighbours.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_import_brings_an_empty_database_up_to_date_and_prints_only_json(
    empty_database_url: str, tmp_path: Path
) -> None:
    book = write_xlsx(tmp_path / "book.xlsx", small_book())

    told = run(empty_database_url, "import", book, "--apply", "--json")

    assert told.returncode == 0, told.stderr
    report = json.loads(told.stdout)
    assert list(report) == ["applied", "sheets", "wrong", "ignored"]
    assert report["applied"] is True
    assert report["sheets"]["Объекты"] == {"added": 2, "changed": 0, "same": 0, "wrong": 0}
    assert (report["wrong"], report["ignored"]) == ([], [])
    assert migrate.is_current(empty_database_url)
    assert ("PostgreSQL" in told.stderr) is empty_database_url.startswith("postgresql")

    again = json.loads(run(empty_database_url, "import", book, "--apply", "--json").stdout)
    assert again["sheets"]["Объекты"] == {"added": 0, "changed": 0, "same": 2, "wrong": 0}


def test_wrong_book_is_told_and_left_with_code_one(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'n.db'}"
    sheets = small_book()
    put(sheets, "Юрлица", 2, "ИНН", "1234567890")
    put(sheets, "Договоры", 2, "ИНН юрлица", "1234567890")
    put(sheets, "Объекты", 2, "ИНН юрлица", "1234567890")
    book = write_xlsx(tmp_path / "book.xlsx", sheets)

    told = run(url, "import", book, "--apply", "--json")
    report = json.loads(told.stdout)

    assert told.returncode == 1
    assert report["applied"] is False
    assert report["sheets"]["Юрлица"] == {"added": 2, "changed": 0, "same": 0, "wrong": 1}
    (fault,) = report["wrong"]
    assert (fault["sheet"], fault["row"], fault["column"]) == ("Юрлица", 2, "ИНН")
    assert "ИНН" in fault["reason"]

    spoken = run(url, "import", book)
    assert spoken.returncode == 1
    assert "лист «Юрлица», строка 2, «ИНН»: ИНН «1234567890» неверен" in spoken.stdout


@pytest.mark.parametrize("content", [b"", b"not a book"])
def test_file_that_is_no_workbook_is_told_in_the_same_shape(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    told = run(f"sqlite+aiosqlite:///{tmp_path / 'n.db'}", "import", path, "--json")
    assert told.returncode == 1
    report = json.loads(told.stdout)
    assert (report["applied"], report["sheets"], report["ignored"]) == (False, {}, [])
    assert "не книга XLSX" in report["wrong"][0]["reason"]
    assert "Traceback" not in told.stderr


def test_export_writes_a_book_that_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'n.db'}"
    run(url, "import", write_xlsx(tmp_path / "book.xlsx", small_book()), "--apply")

    told = run(url, "export", tmp_path / "out.xlsx")

    assert told.returncode == 0, told.stderr
    report = json.loads(run(url, "import", tmp_path / "out.xlsx", "--json").stdout)
    assert report["wrong"] == []
    assert all(count["added"] == count["changed"] == 0 for count in report["sheets"].values())
    assert sorted(path.name for path in tmp_path.glob("*.part")) == []


def test_export_to_an_unlikely_place_is_refused_in_words(tmp_path: Path) -> None:
    told = run(f"sqlite+aiosqlite:///{tmp_path / 'n.db'}", "export", tmp_path / "no" / "out.xlsx")
    assert told.returncode == 2
    assert "xlsx" in told.stderr


def test_invite_is_a_token_the_database_does_not_hold(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'n.db'}"

    told = run(url, "invite", "--role", "dispatcher", "--json")

    assert told.returncode == 0, told.stderr
    issued = json.loads(told.stdout)
    assert issued["start"].startswith("i-")
    assert issued["role"] == "dispatcher"
    dump = "\n".join(sqlite3.connect(tmp_path / "n.db").iterdump())
    assert 'INSERT INTO "invite"' in dump
    assert issued["start"].removeprefix("i-") not in dump


@pytest.mark.parametrize(
    "arguments", [["--role", "king"], ["--role", "requester"], ["--role", "owner", "--contractor", "П-1"]]
)
def test_invite_to_nowhere_is_refused_in_words(tmp_path: Path, arguments: list[str]) -> None:
    told = run(f"sqlite+aiosqlite:///{tmp_path / 'n.db'}", "invite", *arguments)
    assert told.returncode == 2
    assert "Traceback" not in told.stderr


@pytest.mark.slow
@pytest.mark.parametrize("statement", [1, 9, 16])
def test_import_killed_in_the_middle_leaves_nothing_and_can_be_run_again(tmp_path: Path, statement: int) -> None:
    path, url = tmp_path / "n.db", f"sqlite+aiosqlite:///{tmp_path / 'n.db'}"
    migrate.upgrade(url)
    book = write_xlsx(tmp_path / "book.xlsx", small_book())

    command = [sys.executable, "-m", "tests.imports.dying_import", str(statement), "import", str(book), "--apply"]
    killed = subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, timeout=60, check=False)

    assert killed.returncode == -signal.SIGKILL
    with sqlite3.connect(path) as database:
        tables = ("own_entity", "client", "site", "contractor", "ticket", "audit")
        assert [database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables] == [0] * 6
    report = json.loads(run(url, "import", book, "--apply", "--json").stdout)
    assert report["applied"] is True
    assert report["sheets"]["История заявок"]["added"] == 3
