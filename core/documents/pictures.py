"""Pictures, decoded where they can do no harm: in children that are killed when a picture costs too much.

`Pictures` is safe to call from many threads (`await asyncio.to_thread(pictures.inspect, path)`); two children
serve, so one bomb does not stop the next person's photo. This module imports no picture library.
"""

import base64
import json
import queue
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.domain.errors import NotAPicture, PictureTooHard

_ROOT = Path(__file__).parents[2]
_JOBS_PER_CHILD = 300  # decoders' memory never shrinks; a fresh child costs a fifth of a second
_START_SECONDS = 60
_PATIENCE = 4  # wall-clock seconds per allowed second of processor: the machine has other work


@dataclass(frozen=True)
class PictureFacts:
    """Size with the orientation applied; `exif_taken_at` is naive local time of the camera."""

    width: int
    height: int
    format: str
    dhash: str
    exif_taken_at: str | None
    exif_lat: float | None
    exif_lon: float | None
    has_exif: bool


@dataclass(frozen=True)
class Shot:
    """A stored picture and the lines to be written over its lower edge."""

    path: Path
    stamp: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairLabels:
    """Words around the pictures, in the reader's language."""

    title: str
    subtitle: str
    before: str
    after: str
    missing: str


class Pictures:
    """Asks the children; `close()` ends them."""

    def __init__(self, *, children: int = 2, cpu_seconds: int = 5) -> None:
        self._cpu_seconds = cpu_seconds
        self._children = children
        self._closed = False
        self._guard = threading.Lock()
        self._alive: set[_Child] = set()
        # Last in, first out: the second child starts only when the first is busy.
        self._seats: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(children):
            self._seats.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def inspect(self, path: Path) -> PictureFacts:
        """Facts, or `NotAPicture` / `PictureTooHard`; a lost file is an `OSError`."""
        return PictureFacts(**self._ask("inspect", {"path": str(path.resolve())}))

    def watermark(self, shot: Shot) -> bytes:
        """A JPEG to show: at most 2560 px, stamped, no metadata and nothing hidden behind the picture."""
        return base64.b64decode(self._ask("watermark", {"shot": _plain(shot)}))

    def pairs(self, before: Sequence[Shot], after: Sequence[Shot], labels: PairLabels) -> bytes:
        """One JPEG of at most 2 MB with the rows before | after; good to read up to four rows."""
        args = {
            "before": [_plain(shot) for shot in before],
            "after": [_plain(shot) for shot in after],
            "labels": asdict(labels),
        }
        return base64.b64decode(self._ask("pairs", args, shots=len(before) + len(after)))

    def close(self) -> None:
        """Ends the children; who is still waiting for a picture gets a `RuntimeError`."""
        with self._guard:
            self._closed = True
            for child in self._alive:
                child.stop()
            self._alive.clear()
        for _ in range(self._children):
            seated = self._seats.get()
            if seated is not None:
                seated.kill()
        for _ in range(self._children):
            self._seats.put(None)

    def _ask(self, job: str, args: dict[str, Any], *, shots: int = 1) -> Any:
        cpu_seconds = self._cpu_seconds * max(1, shots)
        line = json.dumps({"job": job, "args": args, "cpu_seconds": cpu_seconds}).encode() + b"\n"
        seated = self._seats.get()
        try:
            seated = child = self._ready(seated)
            try:
                answer = child.ask(line, cpu_seconds * _PATIENCE)
            except _Killed:  # by somebody else, so it says nothing about the picture
                seated = child = self._ready(child)
                answer = child.ask(line, cpu_seconds * _PATIENCE)
        except (_Died, _Killed) as death:
            raise PictureTooHard(str(death)) from death
        finally:
            self._seats.put(seated)
        return _understood(answer)

    def _ready(self, child: "_Child | None") -> "_Child":
        if child is not None and child.fit:
            return child
        with self._guard:
            if self._closed:
                raise RuntimeError("Pictures is closed")
            if child is not None:
                self._alive.discard(child)
                child.kill()
            fresh = _Child()
            self._alive.add(fresh)
        try:
            fresh.wait_until_ready()
        except RuntimeError:
            with self._guard:
                self._alive.discard(fresh)
            fresh.kill()
            raise
        return fresh


class _Died(Exception):
    """The child did not survive the picture."""


class _Killed(Exception):
    """The child was ended from outside: an administrator, a shortage of memory of the whole machine."""


class _Child:
    def __init__(self) -> None:
        # Nothing of our environment: the child needs no tokens and no database.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.documents.picture_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=_ROOT,
            env={"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,
        )
        self._jobs = 0
        self._spoilt = False

    @property
    def fit(self) -> bool:
        return not self._spoilt and self._jobs < _JOBS_PER_CHILD and self._process.poll() is None

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_until_ready(self) -> None:
        try:
            self._read_line(_START_SECONDS)
        except (_Died, _Killed) as death:
            raise RuntimeError(f"the picture child does not start: {death}") from death

    def ask(self, line: bytes, wall_seconds: float) -> dict[str, Any]:
        self._jobs += 1
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # reading tells how it died
            self._process.stdin.write(line)
        answer: dict[str, Any] = json.loads(self._read_line(wall_seconds))
        self._spoilt = "too_hard" in answer  # what it ate is still in its memory
        return answer

    def _read_line(self, wall_seconds: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.monotonic() + wall_seconds
        poller = select.poll()
        poller.register(self._process.stdout, select.POLLIN)
        parts: list[bytes] = []
        while not (parts and parts[-1].endswith(b"\n")):
            left_ms = int((deadline - time.monotonic()) * 1000)
            if left_ms <= 0 or not poller.poll(left_ms):
                self.kill()
                raise _Died(f"no answer in {wall_seconds:.0f} s")
            part = self._process.stdout.read(1 << 20)
            if not part:
                raise self._cause_of_death()
            parts.append(part)
        return b"".join(parts)

    def _cause_of_death(self) -> Exception:
        self._spoilt = True
        code = self._process.wait(timeout=_START_SECONDS)
        if code in {-signal.SIGKILL, -signal.SIGTERM}:
            return _Killed(f"ended with {code}")
        return _Died("processor time" if code == -signal.SIGXCPU else f"ended with {code}")

    def stop(self) -> None:
        """Only the signal: another thread may be reading, and finds the end of the stream."""
        self._process.kill()

    def kill(self) -> None:
        self._spoilt = True
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def _plain(shot: Shot) -> dict[str, Any]:
    return {"path": str(shot.path.resolve()), "stamp": list(shot.stamp)}


def _understood(answer: dict[str, Any]) -> Any:
    match answer:
        case {"ok": result}:
            return result
        case {"too_hard": reason}:
            raise PictureTooHard(reason)
        case {"not_a_picture": reason}:
            raise NotAPicture(reason)
        case {"disk": reason}:
            raise OSError(reason)
    raise RuntimeError(f"picture child: {answer}")
