"""`python -m core sla` as a stranger uses it: another process, its output, its exit code."""

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from storage.models.directory import SlaTarget
from tests.databases import PostgresServer, SqliteFiles
from tests.imports.test_command import run
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.tickets import add_contract
from tests.make.workbooks import small_book, write_xlsx


@pytest.fixture
def url(databases: SqliteFiles | PostgresServer, database_url: str) -> str:
    """О-00001 in Kamchatka with a plan that knows two priorities, О-00017 whose contract knows no plan."""
    engine: Engine = databases.engine(database_url)
    with Session(engine) as session, session.begin():
        add_contractor(session, skills=["Электрика"])
        client, other = add_client(session), add_client(session)
        site = add_site(session, client, code="О-00001", zone="Asia/Kamchatka")
        add_contract(session, client, site, sla_plan="План", ends_on=None)
        add_contract(session, other, add_site(session, other, code="О-00017"), sla_plan="Пусто")
        add_site(session, add_client(session), code="О-00020")
        times = {"reaction_min": 60, "arrival_min": 540, "resolution_min": 1080}
        session.add(SlaTarget(plan="План", priority="normal", calendar="working", **times))
        session.add(SlaTarget(plan="План", priority="emergency", calendar="24x7", **times))
    engine.dispose()
    return database_url


def test_json_is_three_deadlines_in_utc_and_nothing_else(url: str) -> None:
    told = run(url, "sla", "O-1", "обычный", "--at", "2026-03-06T17:30", "--json")

    assert told.returncode == 0, told.stderr
    # Friday before a long weekend in Kamchatka (+12): half an hour is left of it, then Tuesday and Wednesday.
    assert json.loads(told.stdout) == {
        "reaction": "2026-03-09T21:30:00+00:00",
        "arrival": "2026-03-10T05:30:00+00:00",
        "resolution": "2026-03-11T05:30:00+00:00",
    }
    assert told.stdout.count("\n") == 1


def test_a_time_with_a_zone_is_that_moment_and_round_the_clock_is_plain_time(url: str) -> None:
    told = run(url, "sla", "о-00001", "EMERGENCY", "--at", "2026-03-06T17:30+03:00", "--json")

    assert json.loads(told.stdout) == {
        "reaction": "2026-03-06T15:30:00+00:00",
        "arrival": "2026-03-06T23:30:00+00:00",
        "resolution": "2026-03-07T08:30:00+00:00",
    }


@pytest.mark.parametrize(
    ("at", "priority", "due"),
    [
        ("2028-02-29T20:00", "аварийный", ("2028-02-29T09:00", "2028-02-29T17:00", "2028-03-01T02:00")),
        ("2028-02-29T17:30", "обычный", ("2028-02-29T21:30", "2028-03-01T05:30", "2028-03-02T05:30")),
        ("2026-12-31T20:00", "аварийный", ("2026-12-31T09:00", "2026-12-31T17:00", "2027-01-01T02:00")),
        # The last working day of 2026 and then the holidays.
        ("2026-12-30T17:30", "обычный", ("2027-01-10T21:30", "2027-01-11T05:30", "2027-01-12T05:30")),
        # A Saturday worked for the eve of 23 February is as short as that: half an hour is left of it.
        ("2027-02-20T16:30", "обычный", ("2027-02-23T21:30", "2027-02-24T05:30", "2027-02-25T05:30")),
    ],
)
def test_a_leap_day_and_the_new_year_are_days_like_others(
    url: str, at: str, priority: str, due: tuple[str, ...]
) -> None:
    told = run(url, "sla", "O-1", priority, "--at", at, "--json")

    assert told.returncode == 0, told.stderr
    assert tuple(json.loads(told.stdout).values()) == tuple(f"{one}:00+00:00" for one in due)


def test_in_words_it_says_which_plan_calendar_zone_and_days(url: str) -> None:
    told = run(url, "sla", "1", "обычная", "--at", "2026-03-06T17:30")

    assert told.returncode == 0, told.stderr
    for words in ("План", "Asia/Kamchatka", "рабочее время", "1080 мин", "11.03.2026 17:30", "07.03, 08.03, 09.03"):
        assert words in told.stdout


def test_work_over_midnight_belongs_to_the_day_it_begins_on(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The night of Wednesday the 29th; that of the 30th ends an hour sooner; the First of May begins no shift."""
    monkeypatch.setenv("WORK_FROM_HOUR", "18")
    monkeypatch.setenv("WORK_TO_HOUR", "9")
    told = run(url, "sla", "O-1", "обычный", "--at", "2026-04-30T08:30")

    assert told.returncode == 0, told.stderr
    for words in (
        "Реакция     30.04.2026 18:30",
        "Прибытие    01.05.2026 02:30",
        "Выполнение  04.05.2026 21:30",
        "Рабочее время: 18:00–09:00 следующего дня",
        "Не рабочие дни: 01.05, 02.05, 03.05\n",
        "Короткие дни: 30.04\n",
    ):
        assert words in told.stdout, told.stdout
    assert json.loads(run(url, "sla", "O-1", "обычный", "--at", "2026-05-01T08:30", "--json").stdout)["reaction"] == (
        "2026-05-04T07:00:00+00:00"  # the night of the 30th is over at eight
    )


def test_the_hours_that_count_are_told(url: str) -> None:
    assert "Рабочее время: 09:00–18:00\n" in run(url, "sla", "O-1", "обычный").stdout
    assert "Рабочее время:" not in run(url, "sla", "O-1", "аварийный").stdout


@pytest.mark.parametrize(("site", "priority"), [("O-1", "плановый"), ("О-17", "обычный")])
def test_a_plan_without_a_row_promises_the_reaction_alone_and_says_so(url: str, site: str, priority: str) -> None:
    told = run(url, "sla", site, priority, "--at", "2026-03-16T09:00", "--json")
    assert told.returncode == 0, told.stderr
    due = json.loads(told.stdout)
    assert (due["reaction"] is not None, due["arrival"], due["resolution"]) == (True, None, None)
    assert "В плане нет строки" in run(url, "sla", site, priority).stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("O-2", "обычный"), "нет такого объекта: O-2. Может быть: О-00020"),
        (("Магзин", "обычный"), "Может быть: О-000"),
        (("Ъ-777", "обычный"), "нет такого объекта: Ъ-777 "),
        (("", "обычный"), "нет такого объекта"),
        (("O-1", "вчерашний"), "аварийный, обычный, плановый (emergency, normal, planned)"),
        (("O-1", "обычный", "--at", "2027-02-29T10:00"), "2026-03-16T10:00"),
        (("O-1", "обычный", "--at", "завтра"), "2026-03-16T10:00"),
        (("O-1", "обычный", "--at", "2026-02-30"), "2026-03-16T10:00"),
        (("O-20", "обычный"), "нет договора"),
        (("O-1", "обычный", "--at", "0001-01-01T00:00+14:00"), "--at"),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(url: str, arguments: tuple[str, ...], said: str) -> None:
    told = run(url, "sla", *arguments)

    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_a_site_without_a_zone_is_named(databases: SqliteFiles | PostgresServer, database_url: str, url: str) -> None:
    engine = databases.engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE site SET zone = '' WHERE code = 'О-00001'"))
    engine.dispose()
    told = run(url, "sla", "O-1", "обычный")

    assert told.returncode == 2
    assert "часовой пояс" in told.stderr


def test_an_hour_that_the_clock_shows_twice_is_told_with_its_offset(
    url: str, databases: SqliteFiles | PostgresServer
) -> None:
    engine: Engine = databases.engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE site SET zone = 'Europe/Berlin' WHERE code = 'О-00001'"))
        connection.execute(text("UPDATE sla_target SET reaction_min = 30 WHERE priority = 'emergency'"))
    engine.dispose()
    told = run(url, "sla", "1", "авария", "--at", "2026-10-25T02:30+02:00")

    assert "Заявка: 25.10.2026 02:30 (+02:00)" in told.stdout
    assert "Реакция     25.10.2026 02:00 (+01:00)  30 мин" in told.stdout
    assert "Прибытие    25.10.2026 10:30  540 мин" in told.stdout


@pytest.mark.parametrize(
    "arguments",
    [("calendar",), ("sla", "1", "авария"), ("check",), ("cover",), ("calendar", "2026-03-17", "выходной")],
    ids=" ".join,
)
def test_a_file_that_is_not_there_is_said_and_not_made(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    file = tmp_path / "nariad.db"
    told = run(f"sqlite+aiosqlite:///{file}", *arguments)

    assert (told.returncode, told.stdout) == (2, "")
    assert f"DATABASE_URL: такого файла нет / there is no such file: {file}" in told.stderr
    assert not file.exists()


def test_an_import_may_begin_a_database(tmp_path: Path) -> None:
    file, book = tmp_path / "new.db", write_xlsx(tmp_path / "book.xlsx", small_book())
    assert run(f"sqlite+aiosqlite:///{file}", "import", book, "--apply").returncode == 0
    assert run(f"sqlite+aiosqlite:///{file}", "calendar").returncode == 0
