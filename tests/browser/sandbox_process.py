"""The sandbox as a process of its own, its control side, and a bot that is nothing but raw HTTP calls."""

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from bot.sandbox.cast import DEFAULT_TOKEN

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 15.0
T = TypeVar("T")


def until(look: Callable[[], T], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """The first answer that is not empty; asks again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.05)
    raise AssertionError(f"never happened: {what}")


def post(url: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60) as response:
        answer = json.load(response)
    assert answer["ok"], answer
    return answer["result"]


class SandboxProcess:
    def __init__(self, cast: Path | None = None, port: int = 0) -> None:
        command = [sys.executable, "-m", "bot.sandbox", "--port", str(port), "--no-flood"]
        if cast is not None:
            command += ["--cast", str(cast)]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the sandbox did not start"
        self._offset = 0

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def sim(self, op: str, **body: Any) -> Any:
        return post(f"{self.url}/_sim/{op}", body)

    def bot(self, method: str, **params: Any) -> Any:
        return post(f"{self.url}/bot{DEFAULT_TOKEN}/{method}", params)

    def download(self, file_id: str) -> bytes:
        path = self.bot("getFile", file_id=file_id)["file_path"]
        with urllib.request.urlopen(f"{self.url}/file/bot{DEFAULT_TOKEN}/{path}", timeout=30) as response:
            return bytes(response.read())

    def next_update(self, kind: str, chat: int) -> dict[str, Any]:
        """The next update of this kind from this chat; everything before it is confirmed and forgotten."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for update in self.bot("getUpdates", offset=self._offset, timeout=2, limit=1):
                self._offset = update["update_id"] + 1
                body: dict[str, Any] = update.get(kind, {})
                if body.get("message", body).get("chat", {}).get("id") == chat:
                    return body
        raise AssertionError(f"no {kind} came from chat {chat}")
