"""`python -m tests.simulate`: a simulated month on the reference directories, one line for each of five seeds.

`--seed N --json` prints the figures of one month as JSON, `--seed N --why` what explains them too. `--crowded` puts
the same number of requests into a few regions with more careless firms, each careless in its own way, so that the
rules of limits have whom to judge.
"""

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.services.clocks import PROMISED
from tests.shared_files import SHARED
from tests.simulate import directories, figures, people
from tests.simulate.month import Month

SEEDS = (1, 2, 3, 4, 5)
REQUESTS = 1000
START = datetime(2026, 4, 1, 0, 0, tzinfo=UTC)
DAYS = 30
#: Far from one another: a big city, the country around one, places with few firms.
CROWDED = ("Санкт-Петербург г", "Ростовская обл", "Новосибирская обл", "Приморский край", "Дагестан Респ")
BOOK = SHARED / "data" / "operator.xlsx"


def main() -> None:
    given = _arguments()
    regions = CROWDED if given.crowded else ()
    if not BOOK.exists():
        raise SystemExit(f"reference file is not here: {BOOK.relative_to(SHARED.parent)}")
    with tempfile.TemporaryDirectory() as name:
        template = directories.template(BOOK, Path(name))
        if given.seed is None:
            _table(template, given.requests, regions)
        else:
            figures_, beside = _month(template, given.seed, given.requests, regions)
            print(json.dumps(figures_, ensure_ascii=False))
            if given.why:
                print(json.dumps(beside, ensure_ascii=False, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulate")
    parser.add_argument("--seed", type=int, help="one month; without it five seeds as a table")
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--crowded", action="store_true", help="all of it in a few regions")
    parser.add_argument("--json", action="store_true", help="how one month is always printed")
    parser.add_argument("--why", action="store_true", help="also what explains the figures")
    return parser.parse_args()


def _month(template: Path, seed: int, count: int, regions: tuple[str, ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    engine = directories.opened(template, f"seed{seed}.db")
    with Session(engine) as session:
        sites, works = directories.sites(session, regions), directories.works(session)
    careless = people.CARELESS_CROWDED if regions else people.CARELESS
    everybody = people.People(seed, careless, with_own_faults=bool(regions))
    month = Month(engine, everybody, people.requests(seed, count, START, DAYS, sites, works), START)
    violations = month.run()
    found = figures.of(month, violations), figures.beside(month)
    engine.dispose()
    return found


def _table(template: Path, count: int, regions: tuple[str, ...]) -> None:
    heads = (
        *("seed", "none / one / two / 3+", "untouched", "touches/100", "with quarrels", "yes, min"),
        *("reaction", "arrival", "resolution", "limited firms", "cover lost", "appeals given / upheld / late"),
        *("stuck", "late tasks", "unfair", "broken", "s", "trace"),
    )
    print(f"| {' | '.join(heads)} |")
    print("|---" * len(heads) + "|")
    for seed in SEEDS:
        started = time.perf_counter()
        found, beside = _month(template, seed, count, regions)
        row = (
            seed,
            " / ".join(map(str, found["reach"].values())),
            f"{found['untouched_share']:.1%}",
            found["touches_per_100"],
            found["touches_with_quarrels_per_100"],
            " / ".join(f"{found['median_minutes_to_yes'].get(one, 0):.0f}" for one in people.Priority),
            *(f"{beside['kept'][str(kind)]:.1%}" for kind in PROMISED),
            f"{beside['limited_share']:.1%}",
            f"{beside['cover_lost']:.2%}",
            " / ".join(str(beside["appeals"][one]) for one in ("given", "upheld", "late")),
            len(beside["stuck"]),
            sum(beside["tasks over their limit"].values()),
            len(beside["strikes of nobody's fault"]),
            len(found["violations"]),
            f"{time.perf_counter() - started:.0f}",
            beside["trace"],
        )
        print(f"| {' | '.join(str(one) for one in row)} |", flush=True)


if __name__ == "__main__":
    main()
