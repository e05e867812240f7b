"""When what is due is done: one list of (name, trigger, job).

A job is a function of `core.services` that takes at most so many due rows and says how many it took. The rows are
the schedule: nothing is planned here per ticket, so a restart after three days catches up once.
"""

from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from core.services import (
    appeals,
    blacklist,
    checkup,
    confirmations,
    counter_prices,
    digests,
    guard,
    holds,
    inbox,
    limit_walk,
    limits,
    no_shows,
    silence,
    skill_ends,
    unfit,
    warnings,
    waves,
)

TICK_S = 2


@dataclass(frozen=True, slots=True)
class Job:
    """`sweep(session, limit, *, now, skip)` → rows taken. One that only reads is asked for one after another."""

    name: str
    trigger: BaseTrigger
    sweep: Callable[..., int]
    only_reads: bool = False


def timetable(zone: str) -> tuple[Job, ...]:
    return (
        Job("unfit", IntervalTrigger(seconds=TICK_S), unfit.sweep),
        Job("offers", IntervalTrigger(seconds=TICK_S), waves.sweep),
        Job("warnings", IntervalTrigger(seconds=TICK_S), warnings.sweep),
        Job("counter prices", IntervalTrigger(seconds=TICK_S), counter_prices.sweep),
        Job("still going?", IntervalTrigger(seconds=TICK_S), confirmations.sweep),
        Job("where are you?", IntervalTrigger(seconds=TICK_S), no_shows.sweep),
        Job("still with us?", IntervalTrigger(minutes=10), silence.ask),
        Job("silence", IntervalTrigger(minutes=1), silence.switch_off),
        Job("holds", IntervalTrigger(seconds=TICK_S), holds.sweep),
        Job("digest", IntervalTrigger(minutes=1), digests.sweep),
        Job("alive", IntervalTrigger(minutes=1), guard.alive),
        Job("limits", IntervalTrigger(seconds=20), limits.sweep),
        Job("annulled", IntervalTrigger(seconds=20), limits.lift_annulled),
        Job("blocks over", IntervalTrigger(seconds=20), blacklist.sweep),
        Job("appeals", IntervalTrigger(minutes=1), appeals.sweep),
        Job("limits anew", CronTrigger(hour=3, minute=25, timezone=zone), limit_walk.begin),
        Job("papers", IntervalTrigger(minutes=5), skill_ends.sweep),
        Job("old updates", CronTrigger(hour=3, minute=10, timezone=zone), inbox.forget),
        Job("invariants", CronTrigger(hour=3, minute=40, timezone=zone), checkup.night, only_reads=True),
    )
