"""The sandbox and the bot as child processes: started in order, watched, and ended together."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
LISTENS_S = 60.0
ENDS_S = 12.0


class ChildFailed(Exception):
    """A part of the demonstration ended by itself; the text is the end of its log."""


class Children:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, Process] = {}

    async def sandbox(self, port: int, token: str, cast: Path) -> str:
        """Gives its address when it listens."""
        command = ["bot.sandbox", "--port", str(port), "--token", token, "--cast", str(cast)]
        process = await self._start("sandbox", command, {}, stdout=PIPE)
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), LISTENS_S)).decode().strip()
        if not line.startswith("http://"):
            raise ChildFailed(self._tail("sandbox"))
        return line

    async def bot(self, environment: Mapping[str, str]) -> None:
        await self._start("bot", ["bot"], environment)

    async def first_end(self) -> str:
        """Waits until one of them ends; there is no good reason for it to."""
        waits = {asyncio.create_task(process.wait()): name for name, process in self._running.items()}
        done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        name = waits[done.pop()]
        return f"{name}: {self._tail(name)}"

    async def end(self) -> None:
        """The bot first, so that it ends while there is somebody to answer it."""
        for name in ("bot", "sandbox"):
            process = self._running.pop(name, None)
            if process is None or process.returncode is not None:
                continue
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), ENDS_S)
            except TimeoutError:
                process.kill()
                await process.wait()

    async def _start(
        self, name: str, module: list[str], environment: Mapping[str, str], stdout: int | None = None
    ) -> Process:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", *module, cwd=ROOT, env={**os.environ, **environment},
                stdin=asyncio.subprocess.DEVNULL, stdout=stdout or log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._running[name] = process
        return process

    def _tail(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:] if path.exists() else []
        return "\n".join(lines) or "ничего не сказал / said nothing"


def free_port(wanted: int) -> int:
    """The wanted port if nobody has it: a page that stayed open finds the next demonstration again."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
    return wanted
