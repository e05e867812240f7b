"""Updates through the whole stack: inbox → handler → transaction → outbox → the sandbox received the answer.

Beside it, in the same run and against the same sandbox, a bare aiogram echo bot that stores nothing.
"""

import os
import signal
import statistics
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.services import memberships
from storage import migrate
from storage.db import Database
from storage.models.directory import Site
from storage.models.people import Person
from tests.bench.processes import memory_mb, python
from tests.bench.sim import Sim
from tests.clock import HandClock
from tests.make.directories import add_client, add_site

TOKEN = "700000001:" + "b" * 35
ECHO_TOKEN = "700000002:" + "e" * 35
PEOPLE = 300
UPDATES = 900
TAPS = 60
FIRST_USER = 50_000


@dataclass(frozen=True, slots=True)
class Speed:
    per_second: float
    p50_ms: float
    p99_ms: float
    memory_mb: float


def measure() -> tuple[Speed, Speed]:
    """Our bot and the echo bot, one after the other."""
    with tempfile.TemporaryDirectory() as folder, sandbox() as address:
        for number in range(PEOPLE):
            Sim(address, TOKEN).call("user", id=FIRST_USER + number, name=f"Человек {number}")
        url = f"sqlite+aiosqlite:///{folder}/bench.db"
        fill(url)
        env = {
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "DATABASE_URL": url,
            "MEDIA_DIR": f"{folder}/media",
            "SEND_PER_SECOND": "1000",
            "LOG_LEVEL": "ERROR",
        }
        ours = _speed("bot", Sim(address, TOKEN), env, "/new")
        echo = _speed("tests.bench.echo_bot", Sim(address, ECHO_TOKEN), env | {"BOT_TOKEN": ECHO_TOKEN}, "/new")
    return ours, echo


@contextmanager
def sandbox() -> Iterator[str]:
    with python("bot.sandbox", "--port", "0", "--no-flood") as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()


def fill(url: str) -> None:
    """Responsible people of one site each, as if they had come in long ago."""
    migrate.upgrade(url)
    database = Database.open(url, HandClock())
    database.write_sync(_people)
    database.close_sync()


def _people(session, *, now: datetime) -> None:  # type: ignore[no-untyped-def]
    client = add_client(session)
    for number in range(PEOPLE):
        site: Site = add_site(session, client)
        person = Person(telegram_id=FIRST_USER + number, name=f"Человек {number}", created_at=datetime.now(UTC))
        session.add(person)
        session.flush()
        grant = Grant(Role.REQUESTER, client_id=client.id, site_id=site.id)
        memberships.give(session, Actor.system("bench"), person, [grant], "invite", now=now)


def _speed(module: str, sim: Sim, env: Mapping[str, str], text: str) -> Speed:
    since = sim.last_seq()
    with python(module, env=env) as process:
        sim.wait_started(since, FIRST_USER, text)
        _burst(process, sim, text, PEOPLE)  # warm: first use of everything
        per_second = _burst(process, sim, text, UPDATES)
        waits = sorted(_one(sim, FIRST_USER + number, text) for number in range(TAPS))
        return Speed(per_second, statistics.median(waits), waits[-1], memory_mb(process))


def _burst(process: subprocess.Popen[str], sim: Sim, text: str, count: int) -> float:
    """The updates lie ready while the bot is held; then it is let go."""
    since = sim.last_seq()
    os.kill(process.pid, signal.SIGSTOP)
    for number in range(count):
        sim.say(FIRST_USER + number % PEOPLE, text)
    started = datetime.now(UTC)
    os.kill(process.pid, signal.SIGCONT)
    sent = sim.wait_sent(since, count)
    return count / (sent[-1] - started).total_seconds()


def _one(sim: Sim, user: int, text: str) -> float:
    """Milliseconds from the update made to the answer received, nothing else going on."""
    since = sim.last_seq()
    made = datetime.now(UTC)
    sim.say(user, text)
    return (sim.wait_sent(since, 1)[0] - made).total_seconds() * 1000
