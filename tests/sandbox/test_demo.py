"""What the demonstration is made of: directories the product's own import accepts, and tries that can be ticked."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.cast import Cast as CastFile
from bot.sandbox.demo import loading, roles
from bot.sandbox.demo.casting import Casting, NoStage, choose
from bot.sandbox.demo.directories import Size, write_book
from bot.sandbox.demo.phones import Sim, picture
from bot.sandbox.demo.tries import tries
from core.domain import limits
from core.domain.defaults import Defaults
from core.domain.geo import metres
from core.domain.notice import OutboxStatus
from core.domain.quality import QualityKind
from core.imports.book import Workbook
from core.imports.check import check
from core.imports.read import read
from core.services import imports, invariants, records, score
from core.services.invariant_checks.files import stored_bytes
from storage.db import Database
from storage.models.post import Outbox

TODAY = date(2026, 3, 16)
SMALL = Size(sites=60, contractors=60)
RUSSIAN = Path(__file__).parents[2] / "bot" / "texts" / "ru"


def book(folder: Path, size: Size) -> Workbook:
    path = folder / "directories.xlsx"
    write_book(path, TODAY, size)
    return check(read(path))


def test_the_directories_have_the_size_of_a_real_operator_and_no_mistake(tmp_path: Path) -> None:
    found = book(tmp_path, Size())
    assert found.wrong == []
    assert found.ignored == []
    counted = {str(title): len(sheet.rows) for title, sheet in found.sheets.items()}
    assert (counted["Клиенты"], counted["Юрлица"], counted["Объекты"], counted["Подрядчики"]) == (40, 187, 3500, 800)
    phones = Counter(row.values["responsible_phone"] for row in found.rows("Объекты"))
    phones += Counter(row.values["phone"] for row in found.rows("Подрядчики"))
    assert max(phones.values()) == 1
    assert len({row.values["city"] for row in found.rows("Объекты")}) > 50
    for row in found.rows("Договоры"):
        assert row.values["starts_on"] <= TODAY < row.values["ends_on"]


def test_the_same_day_gives_the_same_directories(tmp_path: Path) -> None:
    first, second = (book(tmp_path, SMALL) for _ in range(2))
    assert {title: sheet.rows for title, sheet in first.sheets.items()} == {
        title: sheet.rows for title, sheet in second.sheets.items()
    }


@pytest.fixture
def casting(session: Session, tmp_path: Path, now: datetime) -> Casting:
    assert imports.apply(session, loading.SHELL, book(tmp_path, SMALL), now=now).applied
    return choose(session, now=now)


def test_the_two_engineers_stand_before_everybody_else_in_the_search(casting: Casting, session: Session) -> None:
    stage = casting.stage
    bands = [metres(stage.lat, stage.lon, firm.lat, firm.lon) // 5_000 for firm in (*casting.near, *casting.others)]
    assert bands[0] < bands[1] < min(bands[2:])
    phones = [firm.phone for firm in (*casting.near, casting.newcomer, *casting.others)]
    assert len(set(phones)) == len(phones)


def test_without_directories_there_is_no_stage(session: Session, now: datetime) -> None:
    with pytest.raises(NoStage):
        choose(session, now=now)


def test_every_step_to_try_can_be_seen_in_the_texts_of_the_bot(casting: Casting, tmp_path: Path) -> None:
    cast = roles.cast_of(Sim("http://127.0.0.1:1", roles.TOKEN), casting)
    told = tries(casting, cast)
    roles.write_cast(tmp_path / "cast.json", casting, cast, told)
    shown = CastFile.model_validate_json((tmp_path / "cast.json").read_text(encoding="utf-8"))
    names = {person.name for person in shown.people} | {""}
    lines = "\n".join(path.read_text(encoding="utf-8") for path in RUSSIAN.glob("*.ftl"))
    said = re.sub(r"<[^>]+>", "", lines)
    words = "\n".join(re.sub(r"\{ \$\w+ \}", value, said) for value in ("1", "★", "50", "75", "90"))
    assert 6 <= len(shown.tries) <= 15
    for story in shown.tries:
        for step in story.steps:
            assert step.who in names
            assert step.seen, f"{story.title}: {step.what}"
            assert re.search(step.seen, words, re.IGNORECASE), f"no text of the bot is like /{step.seen}/"


def accepted(session: Session, contractor_id: int, *, now: datetime) -> list[datetime]:
    return score.accepted(session, contractor_id, 10)


def test_what_happened_before_it_opens_breaks_no_rule(tmp_path: Path) -> None:
    url, now = f"sqlite+aiosqlite:///{tmp_path / 'naryad.db'}", loading.morning(datetime.now(UTC))
    loaded = loading.load(url, tmp_path, None, SMALL, now)
    near, second = (firm.contractor_id for firm in loaded.casting.near)
    database = Database.open(url, loading.StandingClock(now))
    try:
        assert database.read_sync(invariants.violations) == []
        assert database.read_sync(stored_bytes, tmp_path / "media").holds
        record, other = (database.read_sync(records.of, firm) for firm in (near, second))
        assert len(database.read_sync(accepted, near)) >= 10
        assert database.read_sync(unsent) == []
    finally:
        database.close_sync()
    assert 75 <= record.score <= 85
    assert [strike.kind for strike in other.strikes] == [QualityKind.NO_SHOW]
    assert limits.near(other, now=now, rules=Defaults()) is not None


def unsent(session: Session, *, now: datetime) -> list[str]:
    """Letters that would ring on the phones when the demonstration opens."""
    waiting = (OutboxStatus.NEW, OutboxStatus.SENDING)
    return list(session.scalars(select(Outbox.notice).where(Outbox.status.in_(waiting))))


def test_the_story_begins_on_a_working_morning() -> None:
    starts = [
        loading.morning(datetime(2026, 3, day, hour, tzinfo=UTC)) for day in range(16, 30) for hour in (0, 12, 23)
    ]
    assert all(start.astimezone(loading.MOSCOW).hour == 10 for start in starts)
    assert all(start.astimezone(loading.MOSCOW).weekday() < 5 for start in starts)
    assert all(one <= other for one, other in pairwise(starts))


def test_no_two_pictures_are_alike() -> None:
    assert len({picture(seed) for seed in range(5)}) == 5
