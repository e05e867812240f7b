"""Processes that are measured: started on a free port of this machine, ended by their own id."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
ENDS_WITHIN_S = 15


@contextlib.contextmanager
def python(module: str, *args: str, env: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """`python -m module args`, its first words on standard output readable; stopped at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *args],
        cwd=ROOT,
        env=os.environ | dict(env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
        process.kill()


def seconds(*args: str, env: Mapping[str, str] | None = None) -> float:
    """How long a whole command takes; it must end well."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", *args], cwd=ROOT, env=os.environ | dict(env or {}), check=True, capture_output=True
    )
    return time.perf_counter() - started


def memory_mb(process: subprocess.Popen[str]) -> float:
    """Resident memory of the process itself, without its picture child."""
    return float(psutil.Process(process.pid).memory_info().rss) / 2**20
