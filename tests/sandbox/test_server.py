"""The server as a program of its own: it prints one address, listens there, and ends when told to."""

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.conftest import SECOND_TOKEN, TOKEN

ROOT = Path(__file__).parents[2]


@pytest.fixture
def address() -> Iterator[str]:
    command = [sys.executable, "-m", "bot.sandbox", "--port", "0", "--token", TOKEN, "--no-flood"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def fetched(url: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_the_program_serves_bots_people_and_the_page(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")
    assert json.loads(fetched(f"{address}/bot{TOKEN}/getMe")[1])["result"]["id"] == 1_000_000_001
    assert json.loads(fetched(f"{address}/bot{TOKEN}/GETME?x=")[1])["ok"] is True
    assert fetched(f"{address}/bot{SECOND_TOKEN}/getMe")[0] == 401
    person = json.loads(fetched(f"{address}/_sim/cast")[1])["result"]["people"][0]
    told = json.loads(fetched(f"{address}/_sim/text", {"user": person["user"], "text": "/start"})[1])
    assert told["result"]["message"]["from"]["first_name"] == person["name"]
    assert fetched(address)[0] == 200
    assert fetched(f"{address}/_sim/file/nothing")[0] == 404
    assert fetched(f"{address}/../pyproject.toml")[0] == 404
