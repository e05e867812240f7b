"""How people behave in the simulated month: one table, then draws from it.

A person's behaviour is drawn from (seed, who, which ticket) alone. What matching, waves, the clock or the rules of
limits have found is never looked at, so the engine cannot be flattered by its own choices.

Given are the shares of yes, no and silence, of back-outs, of those who never come and of clients who never answer;
everything else is our choice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from core.domain.offer import DeclineReason
from core.domain.ticket import Priority

T = TypeVar("T")

#: So many firms in a hundred are careless: late, faulty and absent more often than others, though they say yes alike.
#: In a crowded month there are more of them, each with a fault of its own, so that every rule of the limits meets
#: somebody.
CARELESS, CARELESS_CROWDED = 4, 20


class Fault(StrEnum):
    ABSENT = "absent"  #: never comes
    FAULTY = "faulty"  #: does bad work
    LATE = "late"  #: comes after the window, and reports another day
    PUTS_OFF = "puts off"  #: moves the visit by days


#: How often a careless firm of a crowded month does what is its own fault, in percent; all else like the others.
OWN = {Fault.ABSENT: 45, Fault.FAULTY: 50, Fault.LATE: 95, Fault.PUTS_OFF: 80}


@dataclass(frozen=True, slots=True)
class Share:
    """Percent of all firms together, and of the careless ones; the others have what is left, so the mean stays (but in
    a crowded month, where the others are as they always are)."""

    mean: float
    careless: float

    def of(self, is_careless: bool) -> float:
        return self.careless if is_careless else (100 * self.mean - CARELESS * self.careless) / (100 - CARELESS)


#: What a contractor does with an offer, in percent. Given.
TAKES, REFUSES, SILENT = 45, 25, 30

#: Why he refuses, in percent of refusals.
REASONS = {
    DeclineReason.BUSY: 30,
    DeclineReason.FAR: 20,
    DeclineReason.PRICE: 25,
    DeclineReason.TIME: 15,
    DeclineReason.NO_PARTS: 5,
    DeclineReason.NOT_MINE: 5,
}

#: He who refuses for the price says yes to so much more of the first pay, in percent of such refusals; None: never.
CONTENT_WITH_PCT: dict[int | None, int] = {10: 35, 20: 25, 40: 10, None: 30}

#: How long an answer takes: from – to, in minutes, and how many in a hundred answer so. The first yes wins, and
#: everybody knows it.
DELAYS = (
    (0.2, 1, 35),
    (1, 5, 38),
    (5, 15, 15),
    (15, 60, 8),
    (60, 300, 4),
)

#: Who does not opt in to night jobs reads nothing in these hours of his own day.
SLEEPS_FROM, WAKES_AT = 23, 7

#: After a yes, in percent. The means are given.
BACKS_OUT, NEVER_COMES = Share(3, 8), Share(1, 12)

#: Of visits that are made: so many begin only after the agreed window, so many minutes after its end.
COMES_LATE, LATE_BY = Share(3, 40), (20, 150)

#: Who reports another day does so after from – to minutes; who moves a visit, by so many days.
REPORTS_AFTER, PUT_OFF_DAYS = (780, 1500), (2, 5)

#: Of finished works so many are faulty; of the good ones the client says "wrong" all the same of so many in a hundred,
#: and says yes when the desk has talked to him, after from – to minutes.
FAULTY, GRUMBLES, GIVES_IN_AFTER = Share(5, 40), 1, (60, 1440)

#: Of a hundred crews told to do faulty work again so many hand the job back.
REFUSES_REWORK = 15

#: Of a hundred faulty works of a careless firm so many were covered up, and the manager proves it.
PROVEN_FRAUD = 8

#: "Still going?": whoever will come says so, after from – to minutes.
CONFIRMS_AFTER = (1, 40)

#: Of those who take, in percent: these come at once, the others choose one of the proposed times.
COMES_NOW = 30

#: Of a hundred people of clients so many never answer to a report (given); the others after from – to minutes.
NEVER_ACCEPT = 20
ACCEPTS_AFTER = (5, 2880)

#: The mark that goes with the yes, in percent; and that of a careless firm.
MARKS = {5: 62, 4: 24, 3: 9, 2: 3, 1: 2}
MARKS_OF_CARELESS = {5: 20, 4: 20, 3: 30, 2: 20, 1: 10}

#: Of a hundred events that speak against him a contractor disputes so many, of a hundred limits he appeals against so
#: many; after from – to minutes. Of a hundred so many are found right.
DISPUTES, DISPUTES_AFTER = 10, (30, 4320)
APPEALS, APPEALS_AFTER = 50, (30, 2880)
UPHELD = 30

#: Of a hundred blocks that would cost a site its last contractor a person says yes to so many.
CONFIRMS_BLOCK = 30

#: How long whoever decides about all that takes, minutes; and so many in a hundred are forgotten for longer.
JUDGED_AFTER, FORGETS, FORGOTTEN_FOR = (60, 2880), 5, (4320, 14400)

#: Nobody could be found: the desk looks again every so many hours, and after so many days the client is told so.
LOOKS_AGAIN_HOURS, GIVES_UP_DAYS = 24, 5

#: Minutes until the desk gets to a task: what burns first goes first.
DESK_AFTER = {Priority.EMERGENCY: (2, 10), Priority.NORMAL: (10, 45), Priority.PLANNED: (20, 90)}

#: Minutes until the client's chain has said yes; the desk taps for it.
APPROVED_AFTER = (10, 240)

#: "Still with us?" after silence: so many in a hundred answer yes, after from – to minutes.
STILL_THERE, STILL_THERE_AFTER = 60, (5, 900)

#: How requests come: kind of hour at the site, its hours, whether on working days, and how many in a hundred.
HOURS = (
    (9, 18, True, 72),
    (7, 9, True, 5),
    (18, 23, True, 10),
    (9, 20, False, 9),
    (23, 31, None, 4),
)


class Says(StrEnum):
    YES = "yes"
    NO = "no"
    NOTHING = "nothing"


class Keeps(StrEnum):
    """What becomes of a promise to come."""

    COMES = "comes"
    BACKS_OUT = "backs out"
    NEVER = "never comes"


@dataclass(frozen=True, slots=True)
class Answer:
    """`delay` is from the first offer of this job to this firm; a later version is answered no sooner."""

    says: Says
    delay: timedelta
    reason: DeclineReason | None = None
    #: The raise that turns a no for the price into a yes, percent of the first pay.
    content_with_pct: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A client's person at a site tells what is wrong; `work` is a pair of service and priority as history had it."""

    at: datetime
    site_id: int
    service_id: int
    priority: Priority


class People:
    """Everybody of one month. The same seed gives the same people in every process."""

    def __init__(self, seed: int, careless: float = CARELESS, *, with_own_faults: bool = False) -> None:
        self.seed = seed
        self.careless = careless
        self.with_own_faults = with_own_faults

    def answer(self, contractor_id: int, ticket: str) -> Answer:
        dice = self._dice("answer", contractor_id, ticket)
        says = _one_of(dice, {Says.YES: TAKES, Says.NO: REFUSES, Says.NOTHING: SILENT})
        low, high = _one_of(dice, {(low, high): share for low, high, share in DELAYS})
        delay = timedelta(seconds=round(dice.uniform(low, high) * 60))
        if says is not Says.NO:
            return Answer(says, delay)
        reason = _one_of(dice, REASONS)
        more = _one_of(dice, CONTENT_WITH_PCT)
        return Answer(says, delay, reason, more if reason is DeclineReason.PRICE else None)

    def is_careless(self, contractor_id: int) -> bool:
        return self._happens(self.careless, "careless", contractor_id)

    def fault(self, contractor_id: int) -> Fault | None:
        """Its own; None: it is not careless, or a little of everything."""
        if not self.with_own_faults or not self.is_careless(contractor_id):
            return None
        return _one_of(self._dice("fault", contractor_id), dict.fromkeys(Fault, 1))

    def keeps(self, contractor_id: int, ticket: str) -> Keeps:
        backs_out = self._percent(BACKS_OUT, contractor_id)
        never = self._percent(NEVER_COMES, contractor_id, Fault.ABSENT)
        shares = {Keeps.BACKS_OUT: backs_out, Keeps.NEVER: never, Keeps.COMES: 100 - backs_out - never}
        return _one_of(self._dice("keeps", contractor_id, ticket), shares)

    def late_by(self, contractor_id: int, visit_id: int) -> timedelta | None:
        """After the end of the agreed window; None: within it, if nothing else keeps him."""
        if not self._happens(self._percent(COMES_LATE, contractor_id, Fault.LATE), "late", visit_id):
            return None
        return _minutes(self._dice("late by", visit_id), LATE_BY)

    def reports_after(self, contractor_id: int, visit_id: int) -> timedelta | None:
        """From the end of the work; None: at once."""
        if not self._does(Fault.LATE, contractor_id, visit_id):
            return None
        return _minutes(self._dice("reports after", visit_id), REPORTS_AFTER)

    def puts_off_by(self, contractor_id: int, visit_id: int) -> int | None:
        """Days, before he sets out; None: he leaves the visit where it is."""
        if not self._does(Fault.PUTS_OFF, contractor_id, visit_id):
            return None
        return self._dice("days", visit_id).randint(*PUT_OFF_DAYS)

    def is_faulty(self, contractor_id: int, visit_id: int) -> bool:
        """The work reported at the end of this visit."""
        return self._happens(self._percent(FAULTY, contractor_id, Fault.FAULTY), "faulty", visit_id)

    def grumbles(self, visit_id: int) -> bool:
        return self._happens(GRUMBLES, "grumbles", visit_id)

    def gives_in_after(self, visit_id: int) -> timedelta:
        return _minutes(self._dice("gives in", visit_id), GIVES_IN_AFTER)

    def refuses_rework(self, visit_id: int) -> bool:
        return self._happens(REFUSES_REWORK, "refuses rework", visit_id)

    def is_proven_fraud(self, contractor_id: int, event_id: int) -> bool:
        return self.is_careless(contractor_id) and self._happens(PROVEN_FRAUD, "fraud", event_id)

    def confirms_after(self, visit_id: int, asked: int) -> timedelta:
        return _minutes(self._dice("confirms", visit_id, asked), CONFIRMS_AFTER)

    def comes_now(self, contractor_id: int, ticket: str) -> bool:
        return self._happens(COMES_NOW, "when", contractor_id, ticket)

    def part(self, *who: object) -> float:
        """A plain number from 0 to 1 for the small things: how late, which of the proposed times."""
        return self._dice(*who).random()

    def accepts_after(self, person_id: int, ticket: str) -> timedelta | None:
        """None: this person never answers to anything."""
        if self._dice("accepts", person_id).random() * 100 < NEVER_ACCEPT:
            return None
        return _minutes(self._dice("accepts", person_id, ticket), ACCEPTS_AFTER)

    def mark(self, person_id: int, contractor_id: int, ticket: str) -> int:
        marks = MARKS_OF_CARELESS if self.is_careless(contractor_id) else MARKS
        return _one_of(self._dice("mark", person_id, ticket), marks)

    def disputes_after(self, event_id: int) -> timedelta | None:
        dice = self._dice("disputes", event_id)
        return _minutes(dice, DISPUTES_AFTER) if dice.random() * 100 < DISPUTES else None

    def appeals_after(self, block_id: int) -> timedelta | None:
        dice = self._dice("appeals", block_id)
        return _minutes(dice, APPEALS_AFTER) if dice.random() * 100 < APPEALS else None

    def judged_after(self, task_id: int) -> timedelta:
        is_forgotten = self._happens(FORGETS, "forgets", task_id)
        return _minutes(self._dice("judged", task_id), FORGOTTEN_FOR if is_forgotten else JUDGED_AFTER)

    def is_upheld(self, task_id: int) -> bool:
        return self._happens(UPHELD, "upheld", task_id)

    def confirms_block(self, request_id: int) -> bool:
        return self._happens(CONFIRMS_BLOCK, "confirms block", request_id)

    def still_there_after(self, contractor_id: int, asked_at: datetime) -> timedelta | None:
        dice = self._dice("still there", contractor_id, asked_at.isoformat())
        return _minutes(dice, STILL_THERE_AFTER) if dice.random() * 100 < STILL_THERE else None

    def desk_after(self, task_id: int, priority: Priority) -> timedelta:
        return _minutes(self._dice("desk", task_id), DESK_AFTER[priority])

    def approved_after(self, task_id: int) -> timedelta:
        return _minutes(self._dice("chain", task_id), APPROVED_AFTER)

    def _percent(self, share: Share, contractor_id: int, of_fault: Fault | None = None) -> float:
        own = self.fault(contractor_id)
        if own is None:
            return share.of(self.is_careless(contractor_id))
        return OWN[own] if own is of_fault else share.of(False)

    def _does(self, fault: Fault, contractor_id: int, visit_id: int) -> bool:
        return self.fault(contractor_id) is fault and self._happens(OWN[fault], fault, visit_id)

    def _happens(self, percent: float, *who: object) -> bool:
        return self._dice(*who).random() * 100 < percent

    def _dice(self, *who: object) -> Random:
        # A string is hashed by the generator itself, alike in every process.
        return Random(":".join(str(part) for part in (self.seed, *who)))


def awake(at: datetime, zone: str, *, night_jobs: bool) -> datetime:
    """`at`, or the morning after it for somebody who sleeps then."""
    local = at.astimezone(ZoneInfo(zone))
    if night_jobs or WAKES_AT <= local.hour < SLEEPS_FROM:
        return at
    day = local.date() + timedelta(days=1 if local.hour >= SLEEPS_FROM else 0)
    morning = datetime(day.year, day.month, day.day, WAKES_AT, local.minute, local.second, tzinfo=ZoneInfo(zone))
    return morning.astimezone(at.tzinfo)


def requests(
    seed: int,
    count: int,
    start: datetime,
    days: int,
    sites: list[tuple[int, str]],
    works: list[tuple[int, Priority]],
) -> list[Request]:
    """`sites` are (id, zone) of the directories, `works` (service, priority) as often as history had them."""
    dice = Random(f"{seed}:requests")
    made = []
    for _ in range(count):
        site_id, zone = dice.choice(sites)
        service_id, priority = dice.choice(works)
        made.append(Request(_moment(dice, start, days, zone), site_id, service_id, priority))
    return sorted(made, key=lambda one: (one.at, one.site_id))


def _moment(dice: Random, start: datetime, days: int, zone: str) -> datetime:
    hours = {(low, high, works): share for low, high, works, share in HOURS}
    low, high, works = _one_of(dice, hours)
    first = start.astimezone(ZoneInfo(zone)).date()
    while True:
        day = first + timedelta(days=dice.randrange(days))
        if works is None or (day.weekday() < 5) is works:
            break
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    at = midnight + timedelta(seconds=dice.randrange(int(low * 3600), int(high * 3600)))
    return max(at.astimezone(start.tzinfo), start)


def _minutes(dice: Random, span: tuple[float, float]) -> timedelta:
    return timedelta(seconds=round(dice.uniform(*span) * 60))


def _one_of(dice: Random, shares: Mapping[T, float]) -> T:
    return dice.choices(list(shares), weights=list(shares.values()))[0]
