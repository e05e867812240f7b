"""Finds who may be asked about a job, in order, and why the others may not.

All with the skill are walked in the order of asking until enough may be asked; everybody passed on the way has his
reason. So the ten are those a look at everybody would give, and no crowd is ever read whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain import rest
from core.domain.defaults import Defaults
from core.domain.matching import Candidate, Job, exclusion, in_order, is_out_of_reach
from core.domain.offer import Exclusion, WaveReason
from core.domain.ticket import Priority
from core.domain.wave import COUNTED_TO
from core.services import candidates, nearest, numbers, refusals
from core.services.candidates import Case
from core.services.nearest import Look, Spots
from storage.models.contractor import Contractor
from storage.models.directory import Site
from storage.models.ticket import Ticket

ENOUGH = 10
#: After so many whom the job is too far for, only those are looked at whose own radius or region reaches the site.
OUT_OF_REACH_KEPT = 100


@dataclass(frozen=True, slots=True)
class Search:
    """The field as it looked at one moment: those who may be asked in order, and the others with the reason."""

    ranked: tuple[Candidate, ...]
    excluded: tuple[tuple[Candidate, Exclusion], ...]
    #: Counted up to `COUNTED_TO`, which means so many or more.
    not_considered: int
    #: Of the ranked those who go first: this version answers what they refused an earlier one for.
    answered: frozenset[int] = frozenset()


class Field:
    """Whom the walk has passed so far."""

    def __init__(self) -> None:
        self.ranked: list[Candidate] = []
        self.excluded: list[tuple[Candidate, Exclusion]] = []
        self.out_of_reach = 0

    def take(self, judged: Iterable[tuple[Candidate, Exclusion | None]], room: int) -> None:
        """Until so many may be asked; who stands behind them was not looked at."""
        for candidate, reason in judged:
            if len(self.ranked) >= room:
                return
            if is_out_of_reach(candidate):
                if self.out_of_reach >= OUT_OF_REACH_KEPT:
                    continue
                self.out_of_reach += 1
            if reason is None:
                self.ranked.append(candidate)
            else:
                self.excluded.append((candidate, reason))


def search(
    session: Session,
    ticket: Ticket,
    *,
    now: datetime,
    reason: WaveReason | None = None,
    again: frozenset[int] = frozenset(),
) -> Search:
    """`reason` is that of the wave which is about to be asked; `again` are firms it asks beside the others.

    They, and those whose refusal is answered, are judged wherever they stand.
    """
    refused = refusals.of(session, ticket, reason, now=now)
    visit_at = max(now, ticket.visit_from or now)
    case = candidates.case(session, ticket, refused, visit_at=visit_at, now=now)
    found = field(session, case, look_from(session, case), first=again | refused.answered)
    ordered = in_order(found.ranked, band_km=numbers.of(session).score_band_km)
    return Search(
        tuple(sorted(ordered, key=lambda one: one.contractor_id not in refused.answered)),
        tuple(found.excluded),
        _others(session, len(found.ranked) + len(found.excluded)),
        refused.answered,
    )


def field(session: Session, case: Case, look: Look, *, first: frozenset[int] = frozenset()) -> Field:
    """Those in `first` at any distance, and then from the nearest outwards until enough more may be asked."""
    rules = numbers.of(session)
    found = Field()
    spots = nearest.of(session, look, first)
    found.take(_judge(session, case, spots), len(spots))
    walk = nearest.Walk(session, look, known=spots)
    enough = len(found.ranked) + max(ENOUGH, rules.emergency_wave, rules.second_wave, rules.third_wave)
    while len(found.ranked) < enough and not walk.is_over:
        found.take(_judge(session, case, walk.on(ENOUGH)), enough)
        if found.out_of_reach >= OUT_OF_REACH_KEPT:
            walk.only_comers()
    return found


def verdict(
    session: Session,
    ticket: Ticket,
    contractor_id: int,
    *,
    visit_at: datetime,
    now: datetime,
    passing: frozenset[Exclusion] = frozenset(),
) -> tuple[Candidate | None, Exclusion | None]:
    """One contractor judged again at the moment of his yes; None: not in the field at all."""
    rules = numbers.of(session)
    refused = refusals.of(session, ticket, None, now=now)
    case = candidates.case(session, ticket, refused, visit_at=visit_at, now=now)
    spots = nearest.of(session, look_from(session, case), [contractor_id])
    for candidate in candidates.of(session, case, spots):
        job = job_of(ticket, case.site, visit_at, rules)
        return candidate, exclusion(candidate, job, jobs_per_engineer=rules.jobs_per_engineer, passing=passing)
    return None, None


def job_of(ticket: Ticket, site: Site, visit_at: datetime, rules: Defaults) -> Job:
    night_ends = rest.ends(visit_at, site.zone, rules.night_from_hour, rules.night_to_hour)
    day = visit_at.astimezone(ZoneInfo(site.zone)).date()
    return Job(day, night_ends is not None, disturbs=ticket.priority is Priority.EMERGENCY)


def _judge(session: Session, case: Case, spots: Spots) -> list[tuple[Candidate, Exclusion | None]]:
    """In the order of asking."""
    rules = numbers.of(session)
    job = job_of(case.ticket, case.site, case.now, rules)
    return [
        (candidate, exclusion(candidate, job, jobs_per_engineer=rules.jobs_per_engineer))
        for candidate in in_order(candidates.of(session, case, spots), band_km=rules.score_band_km)
    ]


def look_from(session: Session, case: Case) -> Look:
    ticket, site, rules = case.ticket, case.site, numbers.of(session)
    return Look(
        lat=site.lat,
        lon=site.lon,
        region=site.region,
        skill_id=case.skill_id,
        service_id=ticket.service_id,
        oldest=case.now - timedelta(minutes=rules.live_position_max_age_minutes),
        recent_from=case.now - timedelta(days=rules.load_days),
        widest_m=(nearest.widest_km(session) + ticket.widened_km) * 1000,
        widened_km=ticket.widened_km,
        band_m=rules.score_band_km * 1000,
    )


def _others(session: Session, considered: int) -> int:
    """How many the directories hold beside; nobody reads a million rows to say "very many"."""
    some = select(Contractor.id).limit(COUNTED_TO + considered).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) - considered
