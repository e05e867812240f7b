"""A command that is killed from inside: `python -m tests.imports.dying_import N import FILE --apply` dies with its
N-th writing statement done and not committed."""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Engine, event

from core.__main__ import app


def main(last: int, arguments: list[str]) -> None:
    done = 0

    @event.listens_for(Engine, "after_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal done
        if statement.startswith(("INSERT INTO", "UPDATE")) and "alembic_version" not in statement:
            done += 1
        if done == last:
            os.kill(os.getpid(), signal.SIGKILL)

    app(arguments)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
