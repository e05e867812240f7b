"""The rows of a clock: its ledger of intervals, cut and laid on, and the cached deadline that follows from them.

Only `core.services.clocks`, `core.services.clock_changes` and the sweep of warnings write through here.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from core.domain import clock as rules
from core.domain.calendar import CalendarKind, RoundTheClock
from core.domain.clock import LEVELS, STOPS, ClockKind, ClockState, Interval, StopReason, Whose
from core.services import calendars
from storage.models.clock import Clock, ClockInterval
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.ticket import Ticket

Span = tuple[datetime, datetime]

LIVE = frozenset({ClockState.RUNNING, ClockState.STOPPED})


def refresh(session: Session, clock: Clock) -> None:
    """The deadline and the next warning as the intervals say."""
    session.flush()
    reckon(clock, intervals(session, clock) if clock.state is ClockState.RUNNING else ())
    session.flush()


def reckon(clock: Clock, ledger: Sequence[Interval]) -> None:
    """As `refresh`, by intervals that are known; there is neither for a clock that stands or is over."""
    target, level = timedelta(minutes=clock.target_min), next((one for one in LEVELS if one > clock.warned_pct), None)
    runs = clock.state is ClockState.RUNNING
    clock.due_at = rules.reaches(ledger, target) if runs else None
    clock.warn_at = rules.reaches(ledger, target * level / 100) if runs and level is not None else None


def burnt(clock: Clock) -> None:
    """All of it is gone: there is no level left to warn of."""
    clock.warned_pct, clock.warn_at = LEVELS[-1], None


def run(session: Session, clock: Clock, cause: Audit | None, *, now: datetime, waits: Iterable[Span] = ()) -> None:
    """It runs from now on, but for what the client has put off: those waits are known before they begin."""
    at = now
    for begins, ends in waits:
        if begins > at:
            _lay(session, clock, cause, at, begins)
        _lay(session, clock, cause, max(begins, at), ends, StopReason.MOVED_BY_CLIENT)
        at = ends
    _lay(session, clock, cause, at, None)
    clock.state = ClockState.RUNNING
    refresh(session, clock)


def stand(session: Session, clock: Clock, cause: Audit | None, reason: StopReason, *, now: datetime) -> None:
    """It stands until somebody lets it go on."""
    _lay(session, clock, cause, now, None, reason)
    clock.state = ClockState.STOPPED
    refresh(session, clock)


def _lay(
    session: Session,
    clock: Clock,
    cause: Audit | None,
    begins: datetime,
    ends: datetime | None,
    reason: StopReason | None = None,
) -> None:
    """With a reason it stands, and the reason says whose time it is."""
    row = ClockInterval(clock_id=clock.id, from_at=begins, to_at=ends, runs=reason is None, reason=reason)
    row.whose = Whose.OURS if reason is None else STOPS[reason][0]
    row.calendar, row.audit_id = clock.calendar, cause.id if cause is not None else None
    session.add(row)
    session.flush()


def cut(session: Session, clock: Clock, at: datetime) -> None:
    """The ledger ends at `at`: what begins then or was laid ahead of it falls away, what lasted until then is closed.

    The first interval always stays, be it of no length.
    """
    rows = session.scalars(_rows_of(clock.id)).all()
    ahead = [row.id for row in rows[1:] if row.from_at >= at]
    session.execute(delete(ClockInterval).where(ClockInterval.id.in_(ahead)))
    last = [row for row in rows if row.id not in ahead][-1]
    last.to_at = max(at, last.from_at)
    session.flush()


def begin_at(session: Session, clock: Clock, at: datetime) -> ClockInterval:
    """It was begun by a time that has not come: it begins at `at`, and nothing has run of it. Gives the first row."""
    rows = session.scalars(_rows_of(clock.id)).all()
    for row in rows:
        row.from_at = min(row.from_at, at)
        row.to_at = min(row.to_at, at) if row.to_at is not None else None
    clock.started_at = at
    session.flush()
    return rows[0]


def _rows_of(clock_id: int) -> Select[ClockInterval]:
    return (
        select(ClockInterval)
        .where(ClockInterval.clock_id == clock_id)
        .order_by(ClockInterval.from_at, ClockInterval.id)
    )


def zone_of(session: Session, clock: Clock) -> str:
    return session.get_one(Site, session.get_one(Ticket, clock.ticket_id).site_id).zone


def intervals(session: Session, clock: Clock) -> list[Interval]:
    zone = zone_of(session, clock)
    rows = session.scalars(_rows_of(clock.id)).all()
    known = {kind: calendars.of(session, kind, zone) for kind in {row.calendar for row in rows}}
    return [Interval(row.from_at, row.to_at, row.runs, known[row.calendar]) for row in rows]


def ledgers(session: Session, clocks: Collection[Clock]) -> dict[int, list[Interval]]:
    """As `intervals`, of many: each table is read once."""
    found: dict[int, list[Interval]] = {clock.id: [] for clock in clocks}
    rows = session.execute(
        select(ClockInterval, Site.zone)
        .join(Clock, Clock.id == ClockInterval.clock_id)
        .join(Ticket, Ticket.id == Clock.ticket_id)
        .join(Site, Site.id == Ticket.site_id)
        .where(ClockInterval.clock_id.in_(found))
        .order_by(ClockInterval.from_at, ClockInterval.id)
    )
    plain, working = RoundTheClock(), calendars.by_zone(session)
    for row, zone in rows:
        calendar = plain if row.calendar is CalendarKind.ROUND_THE_CLOCK else working(zone)
        found[row.clock_id].append(Interval(row.from_at, row.to_at, row.runs, calendar))
    return found


def live(session: Session, ticket_id: int, *states: ClockState) -> list[Clock]:
    return list(
        session.scalars(
            select(Clock).where(Clock.ticket_id == ticket_id, Clock.state.in_(states or LIVE)).order_by(Clock.id)
        )
    )


def last(session: Session, ticket_id: int, kind: ClockKind) -> Clock | None:
    return session.scalars(
        select(Clock).where(Clock.ticket_id == ticket_id, Clock.kind == kind).order_by(Clock.number.desc()).limit(1)
    ).one_or_none()


def has_waits_ahead(session: Session, ticket_id: int, now: datetime) -> bool:
    """Something is laid behind `now`: a wait for the client that somebody may end by coming sooner."""
    ahead = select(ClockInterval.id).join(Clock, Clock.id == ClockInterval.clock_id)
    return session.scalar(ahead.where(Clock.ticket_id == ticket_id, ClockInterval.from_at > now).limit(1)) is not None
