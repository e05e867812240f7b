"""Logs carry neither tokens nor phone numbers, and still carry what one needs to find a fault."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from core import logs

TOKEN = "123456789:" + "AAbb-cc_DD11" * 3


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize(
    "secret",
    [TOKEN, "+79991234567", "+7 (999) 123-45-67", "8 999 123 45 67", "89991234567"],
)
def test_a_secret_is_gone_wherever_it_stands(secret: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(as_json=True)
    log = structlog.get_logger("bot.receiver")
    log.warning(f"said {secret} aloud", url=f"https://api/bot{TOKEN}/getMe?to={secret}", nested={"deep": [secret]})
    logging.getLogger("aiohttp.client").warning("asked %s", secret)
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("failed")

    lines = written(capsys)

    assert len(lines) == 3
    assert secret not in json.dumps(lines, ensure_ascii=False)
    assert TOKEN not in json.dumps(lines)


@pytest.mark.parametrize("kept", ["З-000017", "update:8123456789012", "ticket 8912", "2026-03-16T07:00:00"])
def test_what_is_needed_to_find_a_fault_stays(kept: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(as_json=True)
    structlog.get_logger("core").info("seen", what=kept, chat=-1001234567890)

    (line,) = written(capsys)

    assert line["what"] == kept
    assert line["chat"] == -1001234567890
    assert line["level"] == "info"
