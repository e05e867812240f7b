"""Which deadlines a request would get, and why: plan, calendar, zone, and the days that are skipped."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from heapq import nsmallest
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.calendar import CalendarKind
from core.domain.clock import ClockKind
from core.domain.errors import FieldInvalid, NoContract, NotFound
from core.domain.ticket import Priority
from core.domain.words import search_terms
from core.services import calendars, clocks, payers, promises, scope, sites
from core.services.promises import Promise
from storage.models.directory import Contract, Site, SlaTarget

#: So many days between the request and its last deadline are told one by one.
_MOST_DAYS = 400
#: So many sites are proposed for a mistyped one, if at least this part of the letters is the same.
_MOST_ALIKE, _ALIKE = 3, 0.5


@dataclass(frozen=True, slots=True)
class Deadline:
    kind: ClockKind
    promise: Promise
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """`deadlines` holds what is promised only. Off and short days are those of the working calendar, up to the last
    deadline."""

    site_code: str
    site: str
    zone: str
    contract: str
    plan: str
    priority: Priority
    has_row: bool
    at: datetime
    deadlines: tuple[Deadline, ...]
    #: Working hours, in minutes after midnight; more than a day: they end on the next.
    worked: tuple[int, int]
    off: tuple[date, ...]
    short: tuple[date, ...]

    def due_at(self, kind: ClockKind) -> datetime | None:
        return next((one.due_at for one in self.deadlines if one.kind is kind), None)


def site_called(session: Session, actor: Actor, words: str, *, now: datetime) -> tuple[sites.SiteLine, ...]:
    """The sites these words may mean. A code, or its number alone, means the site that bears it and no longer one."""
    terms = search_terms(words)
    if not terms:
        return ()
    if len(terms) == 1 and terms[0][-1].isdigit():
        return sites.bearing(session, actor, terms[0])
    return sites.find(session, actor, words, now=now).lines


def sites_alike(session: Session, actor: Actor, words: str, *, now: datetime) -> tuple[str, ...]:
    """Code and name of the few whose code or name is nearest to these words, the likest first."""
    typed = " ".join(search_terms(words))
    if not typed:
        return ()
    matcher, found = SequenceMatcher(autojunk=False), []
    matcher.set_seq2(typed)
    for code, name in session.execute(scope.visible_sites(actor).with_only_columns(Site.code, Site.name)):
        likeness = max(_likeness(matcher, one) for one in (code, name))
        if likeness >= _ALIKE:
            found.append((-likeness, code, name))
    return tuple(f"{code} {name}" for _, code, name in nsmallest(_MOST_ALIKE, found))


def _likeness(matcher: "SequenceMatcher[str]", name: str) -> float:
    matcher.set_seq1(" ".join(search_terms(name)))
    # The quick bound spares most names the long look.
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def zone_of(session: Session, actor: Actor, site_id: int, *, now: datetime) -> ZoneInfo:
    """Raises NotFound; FieldInvalid("zone") for a site whose zone nobody knows."""
    site = scope.find(session, scope.visible_sites(actor), Site.id == site_id)
    try:
        return ZoneInfo(site.zone)
    except (ValueError, OSError, KeyError):
        raise FieldInvalid("zone") from None


def quote(
    session: Session, actor: Actor, site_id: int, priority: Priority, *, now: datetime, at: datetime | None = None
) -> Quote:
    """For a request of the moment `at`. Raises NotFound, NoContract, FieldInvalid("zone")."""
    if not actor.is_operator:
        raise NotFound
    zone, start = zone_of(session, actor, site_id, now=now), at or now
    site = session.get_one(Site, site_id)
    payer = payers.of_site(session, site, now=start)
    if payer is None:
        raise NoContract
    contract = payer[1]
    target = promises.row(session, contract.sla_plan, priority)
    deadlines = _deadlines(session, site, target, priority, start)
    return _quote(session, site, zone, contract, priority, target, start, deadlines)


def _deadlines(
    session: Session, site: Site, target: SlaTarget | None, priority: Priority, start: datetime
) -> tuple[Deadline, ...]:
    found = ((kind, promises.of_row(session, target, priority, kind)) for kind in clocks.PROMISED)
    return tuple(
        Deadline(kind, promise, promises.due(session, promise, site.zone, start))
        for kind, promise in found
        if promise is not None
    )


def _quote(
    session: Session,
    site: Site,
    zone: ZoneInfo,
    contract: Contract,
    priority: Priority,
    target: SlaTarget | None,
    start: datetime,
    deadlines: tuple[Deadline, ...],
) -> Quote:
    worked = [one.due_at for one in deadlines if one.promise.calendar is CalendarKind.WORKING]
    off, short = _unlike(session, start, max(worked), zone) if worked else ((), ())
    return Quote(
        site_code=site.code,
        site=site.name,
        zone=site.zone,
        contract=contract.number,
        plan=contract.sla_plan,
        priority=priority,
        has_row=target is not None,
        at=start,
        deadlines=deadlines,
        worked=calendars.usual(session),
        off=off,
        short=short,
    )


def _unlike(
    session: Session, start: datetime, end: datetime, zone: ZoneInfo
) -> tuple[tuple[date, ...], tuple[date, ...]]:
    """Days that are not worked, and those that end sooner."""
    hours, off, short = calendars.hours(session), [], []
    closes = calendars.usual(session)[1]
    # What is worked after midnight belongs to the day before, and the last minute counts, not what follows it.
    over = timedelta(minutes=max(closes - 24 * 60, 0))
    moments = (start, end - timedelta(minutes=1))
    day, last = ((at.astimezone(zone).replace(tzinfo=None) - over).date() for at in moments)
    for _ in range(_MOST_DAYS):
        if day > last:
            break
        span = hours(day)
        if span is None:
            off.append(day)
        elif span[1] < closes:
            short.append(day)
        day += timedelta(days=1)
    return tuple(off), tuple(short)
