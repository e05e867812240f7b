"""A missing or wrong setting, and a token nobody knows: one clear line of the real process, in both languages."""

import asyncio
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from bot.__main__ import main
from tests.sandbox.conftest import TOKEN, Box, box

__all__ = ["box"]

PROJECT = Path(__file__).parents[2]
PASSWORD = "tr0ub4dor"
#: Nothing listens there, and nothing must be asked of it.
NOWHERE = "http://127.0.0.1:9"

WRONG = {
    "no token": ("BOT_TOKEN", ""),
    "a token that is none": ("BOT_TOKEN", "123:abc"),
    "a token of the example": ("BOT_TOKEN", "change_me"),
    "ids that are names": ("ADMIN_IDS", "me"),
    "an unknown database": ("DATABASE_URL", "mysql://x"),
    "a database in memory": ("DATABASE_URL", "sqlite+aiosqlite:///:memory:"),
    "a folder that is not there": ("DATABASE_URL", "sqlite+aiosqlite:////no/such/folder/n.db"),
    "a server that is not there": ("DATABASE_URL", f"postgresql+asyncpg://u:{PASSWORD}@127.0.0.1:9/n"),
    "a folder that cannot be made": ("MEDIA_DIR", "/dev/null/media"),
    "an unknown language": ("LANGUAGE", "de"),
    "an unknown zone": ("OPERATOR_ZONE", "Mars/Olympus"),
    "no address of Telegram": ("TELEGRAM_API_URL", "nonsense"),
    "no address of a proxy": ("TELEGRAM_PROXY", f"ftp://u:{PASSWORD}@h"),
    "no address of a clock": ("CLOCK_URL", "nonsense"),
    "neither yes nor no": ("RUN_SCHEDULER", "perhaps"),
    "too fast": ("SEND_PER_SECOND", "0"),
    "an unknown level": ("LOG_LEVEL", "LOUD"),
    "a share over the whole": ("OFFER_WAIT_SHARE_PCT", "101"),
    "an hour that is none": ("NIGHT_FROM_HOUR", "24"),
    "words for a number": ("SITE_RADIUS_M", "далеко"),
}


def environment(folder: Path, **given: str) -> dict[str, str]:
    inherited = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
    ours = {"PYTHONPATH": str(PROJECT), "BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": NOWHERE}
    return inherited | ours | {"DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'n.db'}"} | given


@pytest.fixture
def quiet_logs() -> Iterator[None]:
    """`main` sets up logging for the whole process."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


def is_clear(name: str, said: str) -> None:
    lines = [line for line in said.splitlines() if name in line]
    assert len(lines) == 1, said
    assert "Traceback" not in said
    assert "Настройка" in lines[0]
    assert "Setting" in lines[0]
    assert "Input should" not in lines[0]
    assert ".env" in lines[0]
    assert PASSWORD not in said
    assert TOKEN not in said


@pytest.mark.parametrize(("name", "value"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_setting_is_one_line_that_names_it_and_where_it_stands(
    name: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quiet_logs: None,
) -> None:
    monkeypatch.chdir(tmp_path)
    for key, given in environment(tmp_path, **{name: value}).items():
        monkeypatch.setenv(key, given)
    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 2
    is_clear(name, capsys.readouterr().err)


@pytest.mark.parametrize("case", ["no token", "a server that is not there"])
def test_the_real_process_ends_with_that_line(case: str, tmp_path: Path) -> None:
    name, value = WRONG[case]
    done = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env=environment(tmp_path, **{name: value}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    is_clear(name, done.stderr)


@pytest.mark.parametrize("module", ["scheduler", "core"])
def test_the_other_programs_say_it_the_same_way(module: str, tmp_path: Path) -> None:
    # A word of `.env` counts like one of the environment.
    (tmp_path / ".env").write_text("DATABASE_URL=sqlite+aiosqlite:////no/such/folder/n.db\n", encoding="utf-8")
    wrong = {key: value for key, value in environment(tmp_path).items() if key != "DATABASE_URL"}
    command = [sys.executable, "-m", module, *(["check"] if module == "core" else [])]
    done = subprocess.run(command, cwd=tmp_path, env=wrong, capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


async def run(box: Box, folder: Path, **given: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        cwd=folder,
        env=environment(folder, TELEGRAM_API_URL=box.base, **given),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, said.decode()


async def test_a_token_telegram_does_not_know_is_said_in_both_languages(box: Box, tmp_path: Path) -> None:
    await box.sim("fault", method="getMe", code=401, description="Unauthorized")
    code, said = await run(box, tmp_path)

    assert code == 1
    assert "Traceback" not in said
    assert TOKEN not in said
    last = said.splitlines()[-1]
    assert "не знает такой BOT_TOKEN" in last
    assert "does not know this BOT_TOKEN" in last
    assert ".env" in last


async def test_telegram_out_of_reach_is_said_without_the_token(box: Box, tmp_path: Path) -> None:
    await box.sim("fault", method="getMe", unreachable=True, times=None)
    code, said = await run(box, tmp_path)

    assert code == 1
    assert "Traceback" not in said
    assert TOKEN not in said
    last = said.splitlines()[-1]
    assert "не отвечает" in last
    assert "TELEGRAM_API_URL" in last
    assert "out of reach" in last
