"""`python -m tests.bench [section …]`: the figures of this machine as a table, each beside what it is compared with.

Benchmarks, not tests: nothing here passes or fails. The table is kept in `docs/benchmarks.md`.
"""

import platform
import sys
import tempfile
import time
from collections.abc import Callable

from tests.bench import deadlines, ledger, near, stack, sweep
from tests.bench.processes import python, seconds
from tests.shared_files import shared

WORKBOOK = "data/operator.xlsx"


def main() -> None:
    rows = [("figure", "value", "beside", "ratio", "wanted")]
    for name in sys.argv[1:] or SECTIONS:
        rows += SECTIONS[name]()
    print(f"Python {platform.python_version()}, {platform.machine()}\n")
    for number, row in enumerate(rows):
        print("| " + " | ".join(row) + " |")
        if number == 0:
            print("|---" * len(row) + "|")


def _workbook() -> list[tuple[str, ...]]:
    book = str(shared(WORKBOOK))
    with tempfile.TemporaryDirectory() as folder:
        env = {"DATABASE_URL": f"sqlite+aiosqlite:///{folder}/bench.db"}
        seconds("core", "check", env=env)  # makes the empty database
        preview = seconds("core", "import", book, "--json", env=env)
        apply = seconds("core", "import", book, "--apply", "--json", env=env)
        again = seconds("core", "import", book, "--apply", "--json", env=env)
    return [
        ("workbook, preview", f"{preview:.1f} s", f"apply {apply:.1f} s", f"{preview / apply:.2f}", "≤ 10 s"),
        ("workbook, apply", f"{apply:.1f} s", f"again {again:.1f} s", f"{apply / again:.2f}", "≤ 20 s"),
    ]


def _commands() -> list[tuple[str, ...]]:
    help_ = min(seconds("core", "--help") for _ in range(3))
    bare = min(seconds("this") for _ in range(3))
    return [("core --help", f"{help_:.2f} s", f"bare Python {bare:.2f} s", f"{help_ / bare:.1f}", "≤ 1 s")]


def _demo() -> list[tuple[str, ...]]:
    """From the start to the page with its cast let in; the libraries are installed."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        with python("bot.sandbox.demo", "--dir", folder) as process:
            assert process.stdout is not None
            for line in process.stdout:
                if "http://" in line:
                    address = time.perf_counter() - started
                if "Готово" in line:
                    break
            ready = time.perf_counter() - started
    return [("demo, usable page", f"{ready:.0f} s", f"address {address:.0f} s", f"{ready / address:.1f}", "≤ 60 s")]


def _stack() -> list[tuple[str, ...]]:
    ours, echo = stack.measure()
    speed = ours.per_second / echo.per_second
    wait = ours.p50_ms / echo.p50_ms
    memory = ours.memory_mb / echo.memory_mb
    return [
        ("updates, whole stack", f"{ours.per_second:.0f}/s", f"echo {echo.per_second:.0f}/s", f"{speed:.2f}", "≥ 40/s"),
        ("answer idle, p50", f"{ours.p50_ms:.0f} ms", f"echo {echo.p50_ms:.0f} ms", f"{wait:.1f}", "≤ 100 ms"),
        ("answer idle, worst of 60", f"{ours.p99_ms:.0f} ms", f"echo {echo.p99_ms:.0f} ms", "", ""),
        ("bot process", f"{ours.memory_mb:.0f} MB", f"echo {echo.memory_mb:.0f} MB", f"{memory:.1f}", "≤ 350 MB"),
    ]


SECTIONS: dict[str, Callable[[], list[tuple[str, ...]]]] = {
    "workbook": _workbook,
    "commands": _commands,
    "demo": _demo,
    "stack": _stack,
    "near": near.measure,
    "deadlines": deadlines.measure,
    "sweep": sweep.measure,
    "ledger": ledger.measure,
}

if __name__ == "__main__":
    main()
