"""`.env.example` names every setting with its default, and a wrong setting is answered in one line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.defaults import Defaults
from core.settings import Settings, load
from tests.house.sources import ROOT

EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")


def read(env: str, folder: Path) -> Settings:
    file = folder / "env"
    file.write_text(env, encoding="utf-8")
    return Settings(_env_file=file)


def test_the_example_names_exactly_the_settings() -> None:
    named = re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE)

    assert sorted(named) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_shows_the_true_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    uncommented = re.sub(r"^# ([A-Z][A-Z_]+=)", r"\1", EXAMPLE, flags=re.MULTILINE)

    assert read(uncommented, tmp_path) == read("", tmp_path)


def test_every_business_default_is_a_setting() -> None:
    assert set(Defaults.__dataclass_fields__) <= set(Settings.model_fields)


@pytest.mark.parametrize(
    ("hours", "told"),
    [((9, 18), (9, 18)), ((18, 9), (18, 33)), ((0, 24), (0, 24)), ((23, 22), (23, 46)), ((0, 1), (0, 1))],
)
def test_work_that_ends_before_it_begins_ends_on_the_next_day(hours: tuple[int, int], told: tuple[int, int]) -> None:
    defaults = Settings(_env_file=None, work_from_hour=hours[0], work_to_hour=hours[1]).defaults()  # type: ignore[call-arg]
    assert (defaults.work_from_hour, defaults.work_to_hour) == told


@pytest.mark.parametrize("env", ["WORK_FROM_HOUR=18", "WORK_TO_HOUR=9", "WORK_FROM_HOUR=3\nWORK_TO_HOUR=3"])
def test_work_without_a_length_is_refused_in_both_languages(
    env: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(env, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        load()

    said = capsys.readouterr().err
    assert left.value.code == 2
    assert all(words in said for words in ("WORK_TO_HOUR", "не может быть равен", "must not equal WORK_FROM_HOUR"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "change_me"),
        ("BOT_TOKEN", "123:abc"),
        ("ADMIN_IDS", "me"),
        ("DATABASE_URL", "mysql://x"),
        ("LANGUAGE", "de"),
        ("NIGHT_FROM_HOUR", "25"),
        ("GUARD_GAP_MINUTES", "2"),
        ("RUN_SCHEDULER", "perhaps"),
    ],
)
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import core.settings; core.settings.load(needs_token=True)"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), name: value},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert name in done.stderr
    assert ".env" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    if name == "BOT_TOKEN":
        assert value not in done.stderr
