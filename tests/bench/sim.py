"""The control side of the sandbox, as the benchmarks need it."""

import json
import time
from datetime import datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

WAIT_S = 120


class Sim:
    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def call(self, op: str, **body: Any) -> Any:
        request = Request(f"{self.address}/_sim/{op}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        try:
            with urlopen(request, timeout=WAIT_S) as answer:
                told = json.load(answer)
        except HTTPError as error:
            told = json.load(error)
        if not told["ok"]:
            raise RuntimeError(told["error"])
        return told["result"]

    def say(self, user: int, text: str) -> None:
        self.call("text", token=self.token, chat=user, user=user, text=text)

    def last_seq(self) -> int:
        entries = self.call("journal", since=0)
        return int(entries[-1]["seq"]) if entries else 0

    def wait_started(self, since: int, user: int, text: str) -> None:
        """The bot has come and answers."""
        self._wait(lambda: any(e.get("method") == "getMe" for e in self.call("journal", since=since)))
        self.say(user, text)
        self.wait_sent(since, 1)

    def wait_sent(self, since: int, count: int) -> list[datetime]:
        """Moments at which the sandbox received `count` messages of the bot."""
        self._wait(lambda: len(self._sent(since)) >= count)
        return self._sent(since)[:count]

    def _sent(self, since: int) -> list[datetime]:
        return [
            datetime.fromisoformat(entry["at"])
            for entry in self.call("journal", since=since)
            if entry.get("method") == "sendMessage"
        ]

    def _wait(self, ready: Any) -> None:
        deadline = time.monotonic() + WAIT_S
        while not ready():
            if time.monotonic() > deadline:
                raise TimeoutError("the bot did not do what was waited for")
            time.sleep(0.1)
