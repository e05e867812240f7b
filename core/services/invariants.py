"""What must always hold, as code: each check returns the rows that break it and how many rows it looked at.

Run after every test, after every kill, by `python -m core check` and by the timetable. The numbers are those of the
product's reliability page. Imported tickets have a past this program did not live through: checks of offers, visits
and proof do not ask for them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.services.invariant_checks import (
    blocks,
    breaches,
    clocks,
    desk,
    moves,
    papers,
    post,
    rights,
    score,
    times,
    told,
    visits,
    work,
)
from core.services.invariant_checks.found import Found

Check = Callable[..., Found]


@dataclass(frozen=True, slots=True)
class Result:
    number: str
    name: str
    rows: tuple[str, ...]
    examined: int

    @property
    def holds(self) -> bool:
        return not self.rows


_PARTS = (
    work,
    moves,
    clocks,
    breaches,
    desk,
    told,
    rights,
    score,
    blocks,
    visits,
    papers,
    post,
    times,
)
#: Number → (name, check). Ordered as people read them.
CHECKS: dict[str, tuple[str, Check]] = dict(
    sorted((one for part in _PARTS for one in part.CHECKS.items()), key=lambda one: int(one[0]))
)


def run(session: Session, *, now: datetime) -> Iterator[Result]:
    for number, (name, check) in CHECKS.items():
        rows, examined = check(session, now=now)
        yield Result(number, name, tuple(rows), examined)


def collect(session: Session, *, now: datetime) -> list[Result]:
    return list(run(session, now=now))


def violations(session: Session, *, now: datetime) -> list[str]:
    """Empty is good; otherwise one line per broken row, with the number of the rule in front."""
    return [f"{result.number} {result.name}: {row}" for result in run(session, now=now) for row in result.rows]
