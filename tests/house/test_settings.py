"""`.env.example` names every setting with its default, and a wrong setting is answered in one line."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.domain.defaults import Defaults
from core.settings import Settings
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
    ("name", "value"),
    [
        ("BOT_TOKEN", "change_me"),
        ("BOT_TOKEN", "123:abc"),
        ("ADMIN_IDS", "me"),
        ("DATABASE_URL", "mysql://x"),
        ("LANGUAGE", "de"),
        ("NIGHT_FROM_HOUR", "25"),
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
