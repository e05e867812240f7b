"""A hold: who may let which work wait and why, which moments are proposed, and who is told of it."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.domain.clock import STOPS, StopReason, Whose
from core.domain.notice import TOLD, Audience, Delivery, Notice
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus

R, S = StopReason, TicketStatus

#: The crew knows why its own work cannot go on.
CREW_REASONS = (R.NO_ACCESS, R.NOT_READY, R.CLIENT_ANSWER, R.CLIENT_PARTS, R.OUR_PARTS, R.FORCE_MAJEURE)
DESK_REASONS = (*CREW_REASONS, R.MOVED_BY_CLIENT, R.MOVED_BY_CONTRACTOR, R.ESTIMATE, R.EXTRA_WORKS)

#: Nobody has the job in these: whoever had it before is left in peace.
NOBODYS = frozenset({S.APPROVAL, S.SEARCHING, S.UNSTAFFED})
#: Nobody is asked while it waits: what was on offer is withdrawn, and afterwards everybody is asked anew.
SEARCHED = frozenset({S.SEARCHING, S.UNSTAFFED})

#: Tasks that ask for nothing once the ticket waits.
ENDED_BY_HOLD = frozenset(
    {
        TaskKind.UNSTAFFED,
        TaskKind.REACTION,
        TaskKind.COUNTER,
        TaskKind.QUESTION,
        TaskKind.UNCONFIRMED,
        TaskKind.NOT_COME,
        TaskKind.HELD,
    }
)
#: Tasks that nobody can do while the ticket waits: the queue shows them again when it goes on.
ASLEEP_ON_HOLD = frozenset({TaskKind.APPROVAL, TaskKind.DISPUTE, TaskKind.LEFT, TaskKind.DEADLINE})

#: Of evidence in words: "нет света" says something; "нет" and "закрыто" say no more than the reason.
LEAST_LETTERS, MOST_LETTERS = 8, 500

SOON = timedelta(hours=2)
#: Mornings proposed beside "soon", in days from today.
MORNINGS = (1, 3, 7, 30)


def asks_evidence(reason: StopReason) -> bool:
    """It stops a promise to the client, who may ask what that rests on."""
    whose, clocks = STOPS[reason]
    return bool(clocks) and whose in (Whose.CLIENT, Whose.NOBODY)


def stops_nothing(reason: StopReason) -> bool:
    """Nobody asks what it rests on, and nobody can object: a crew that says so by itself is excused by nothing."""
    return not STOPS[reason][1]


def whose(reason: StopReason, *, is_own: bool) -> Whose:
    """`is_own`: somebody of the crew lays it, and the desk has not said yes to it."""
    return Whose.CONTRACTOR if is_own and stops_nothing(reason) else STOPS[reason][0]


def says_something(words: str) -> bool:
    return sum(one.isalnum() for one in words) >= LEAST_LETTERS


def back_to(before: TicketStatus) -> TicketStatus:
    """What the ticket is afterwards: what it was, only a search that had ended begins anew."""
    return S.SEARCHING if before is S.UNSTAFFED else before


def told(notice: Notice, before: TicketStatus) -> dict[Audience, Delivery]:
    """Of those the table names, without a crew that gave the job back long ago."""
    return {who: how for who, how in TOLD[notice].items() if who is not Audience.CREW or before not in NOBODYS}


def proposed(now: datetime, zone: str, morning_hour: int) -> tuple[datetime, ...]:
    """In two hours, tomorrow morning, in three days, a week, a month; whole minutes."""
    soon = (now + SOON).replace(second=0, microsecond=0)
    return (soon, *(morning(now, zone, days, morning_hour) for days in MORNINGS))


def morning(now: datetime, zone: str, days: int, hour: int) -> datetime:
    here = ZoneInfo(zone)
    day = now.astimezone(here).date() + timedelta(days=days)
    return datetime.combine(day, time(hour), tzinfo=here).astimezone(UTC)
