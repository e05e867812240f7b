"""Finds who has the skill near a site and gathers the facts the rules judge. The search walks `match_point`.

The area grows until enough may be asked or the widest radius is covered: exact, and cheap where many are near.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from core.domain import geo, slots
from core.domain.defaults import Defaults
from core.domain.matching import Candidate, Job, exclusion, in_order
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.ticket import Priority, TicketStatus
from core.services import blocks, duty, numbers, refusals
from core.services.duty import Standing
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill, MatchPoint
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.ticket import Assignment, Ticket

FIRST_AREA_M = 50_000
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Search:
    """The field as it looked at one moment: those who may be asked in order, and the others with the reason."""

    ranked: tuple[Candidate, ...]
    excluded: tuple[tuple[Candidate, Exclusion], ...]
    not_considered: int
    #: Of the ranked those who go first: this version answers what they refused an earlier one for.
    answered: frozenset[int] = frozenset()


def search(session: Session, ticket: Ticket, *, now: datetime, reason: WaveReason | None = None) -> Search:
    """`reason` is that of the wave which is about to be asked."""
    site = session.get_one(Site, ticket.site_id)
    rules = numbers.of(session)
    job = job_of(ticket, site, now, rules)
    refused = refusals.of(session, ticket, reason, now=now)
    widest_m = ((session.scalar(select(func.max(Contractor.radius_km))) or 0) + ticket.widened_km) * 1000
    area_m = min(FIRST_AREA_M, widest_m)
    while True:
        found = _judge(session, ticket, site, area_m, job, refused.standing, now=now)
        if len(found[0]) >= ENOUGH or area_m >= widest_m:
            break
        area_m = min(area_m * 2, widest_m)
    ranked, excluded = found
    ordered = in_order(ranked, band_km=rules.score_band_km)
    everybody = session.scalar(select(func.count()).select_from(Contractor)) or 0
    return Search(
        tuple(sorted(ordered, key=lambda one: one.contractor_id not in refused.answered)),
        tuple(excluded),
        everybody - len(ranked) - len(excluded),
        refused.answered,
    )


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
    site = session.get_one(Site, ticket.site_id)
    rules = numbers.of(session)
    distances = _distances(session, ticket, site, None, now=now, only=contractor_id)
    refused = refusals.of(session, ticket, None, now=now).standing
    for candidate in _facts(session, ticket, site, distances, refused, visit_at=visit_at, now=now):
        job = job_of(ticket, site, visit_at, rules)
        return candidate, exclusion(candidate, job, jobs_per_engineer=rules.jobs_per_engineer, passing=passing)
    return None, None


def job_of(ticket: Ticket, site: Site, visit_at: datetime, rules: Defaults) -> Job:
    night = slots.is_night(visit_at, site.zone, from_hour=rules.night_from_hour, to_hour=rules.night_to_hour)
    day = visit_at.astimezone(ZoneInfo(site.zone)).date()
    return Job(day, night, disturbs=ticket.priority is Priority.EMERGENCY)


def _judge(
    session: Session, ticket: Ticket, site: Site, area_m: int, job: Job, refused: frozenset[int], *, now: datetime
) -> tuple[list[Candidate], list[tuple[Candidate, Exclusion]]]:
    rules = numbers.of(session)
    ranked: list[Candidate] = []
    excluded: list[tuple[Candidate, Exclusion]] = []
    distances = _distances(session, ticket, site, area_m, now=now)
    visit_at = max(now, ticket.visit_from or now)
    for candidate in _facts(session, ticket, site, distances, refused, visit_at=visit_at, now=now):
        reason = exclusion(candidate, job, jobs_per_engineer=rules.jobs_per_engineer)
        if reason is None:
            ranked.append(candidate)
        else:
            excluded.append((candidate, reason))
    return ranked, excluded


def _distances(
    session: Session, ticket: Ticket, site: Site, area_m: int | None, *, now: datetime, only: int | None = None
) -> dict[int, int]:
    """Contractor → metres from his nearest point, for all inside the area and all who serve the region."""
    skill_id = select(Service.skill_id).where(Service.id == ticket.service_id).scalar_subquery()
    oldest = now - timedelta(minutes=numbers.of(session).live_position_max_age_minutes)
    fresh = or_(MatchPoint.person_id.is_(None), MatchPoint.seen_at >= oldest)
    points = select(MatchPoint.contractor_id, MatchPoint.lat, MatchPoint.lon).where(
        MatchPoint.skill_id == skill_id, fresh
    )
    serves = select(ContractorRegion.contractor_id).where(ContractorRegion.region == site.region)
    if only is not None:
        points = points.where(MatchPoint.contractor_id == only)
    elif area_m is not None:
        points = points.where(or_(_inside(site, area_m), MatchPoint.contractor_id.in_(serves)))
    regional = set(session.scalars(serves))
    nearest: dict[int, int] = {}
    for contractor_id, lat, lon in session.execute(points):
        metres = round(geo.metres(site.lat, site.lon, lat, lon))
        if area_m is not None and metres > area_m and contractor_id not in regional:
            continue
        nearest[contractor_id] = min(metres, nearest.get(contractor_id, metres))
    return nearest


def _inside(site: Site, area_m: int) -> ColumnElement[bool]:
    box = geo.bounding_box(site.lat, site.lon, area_m)
    return and_(
        MatchPoint.lat.between(box.south, box.north),
        or_(*(MatchPoint.lon.between(west, east) for west, east in box.longitudes)),
    )


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is known of the contractors in the area, by contractor."""

    widened_km: int
    served: set[int]
    blocked: set[int]
    reachable: set[int]
    refused: frozenset[int]
    answers: dict[int, OfferStatus]
    open_jobs: dict[int, int]
    recent_jobs: dict[int, int]
    accepted_jobs: dict[int, int]
    standing: Standing


def _facts(
    session: Session,
    ticket: Ticket,
    site: Site,
    distances: dict[int, int],
    refused: frozenset[int],
    *,
    visit_at: datetime,
    now: datetime,
) -> Iterable[Candidate]:
    ids = list(distances)
    ledger = _ledger(session, ticket, site, ids, refused, visit_at=visit_at, now=now)
    skill_id = session.get_one(Service, ticket.service_id).skill_id
    rows = session.execute(
        select(Contractor, ContractorSkill)
        .join(ContractorSkill, ContractorSkill.contractor_id == Contractor.id)
        .where(Contractor.id.in_(ids), ContractorSkill.skill_id == skill_id)
    )
    for contractor, skill in rows:
        yield _candidate(contractor, skill, distances[contractor.id], ledger)


def _ledger(
    session: Session,
    ticket: Ticket,
    site: Site,
    ids: list[int],
    refused: frozenset[int],
    *,
    visit_at: datetime,
    now: datetime,
) -> _Ledger:
    recent_from = now - timedelta(days=numbers.of(session).load_days)
    regional = select(ContractorRegion.contractor_id).where(ContractorRegion.region == site.region)
    same_work = (
        Ticket.service_id == ticket.service_id,
        Ticket.status.in_((TicketStatus.ACCEPTED, TicketStatus.CLOSED)),
    )
    return _Ledger(
        widened_km=ticket.widened_km,
        served=set(session.scalars(regional)),
        blocked=_blocked(session, ids, ticket.client_id, now),
        reachable=_reachable(session, ids, ticket.client_id, now),
        refused=refused,
        answers=_answers(session, ticket),
        open_jobs=_counts(session, Assignment.contractor_id, ids, Assignment.ended_at.is_(None)),
        recent_jobs=_counts(session, Assignment.contractor_id, ids, Assignment.started_at >= recent_from),
        accepted_jobs=_counts(session, Ticket.contractor_id, ids, *same_work),
        standing=duty.standing(session, ids, ticket.client_id, visit_at=visit_at, now=now),
    )


def _candidate(contractor: Contractor, skill: ContractorSkill, distance_m: int, ledger: _Ledger) -> Candidate:
    answer = ledger.answers.get(contractor.id)
    return Candidate(
        contractor_id=contractor.id,
        distance_m=distance_m,
        radius_km=contractor.radius_km + ledger.widened_km,
        serves_region=contractor.id in ledger.served,
        is_active=contractor.is_active,
        is_blocked=contractor.id in ledger.blocked,
        is_reachable=contractor.id in ledger.reachable,
        is_available=contractor.is_available and contractor.id not in ledger.standing.away,
        is_on_site=contractor.id in ledger.standing.on_site,
        skill_confirmed=skill.is_confirmed,
        skill_valid_until=skill.valid_until,
        night_jobs=contractor.night_jobs,
        has_refused=contractor.id in ledger.refused,
        was_asked=answer is not None and contractor.id not in ledger.refused,
        open_jobs=ledger.open_jobs.get(contractor.id, 0),
        engineers=contractor.engineers,
        score=contractor.score,
        accepted_jobs=ledger.accepted_jobs.get(contractor.id, 0),
        recent_jobs=ledger.recent_jobs.get(contractor.id, 0),
    )


def _answers(session: Session, ticket: Ticket) -> dict[int, OfferStatus]:
    """What each contractor already said to this version of the job in this round."""
    rows = session.execute(
        select(Offer.contractor_id, Offer.status).where(
            Offer.ticket_id == ticket.id, Offer.round == ticket.round, Offer.job_version == ticket.job_version
        )
    )
    return {contractor_id: status for contractor_id, status in rows}


def is_person_blocked(session: Session, person_id: int, client_id: int, now: datetime) -> bool:
    """The person is blocked apart from the firm: also under another firm he does not go."""
    block = select(Block.id).where(Block.person_id == person_id, blocks.live(client_id, now))
    return session.scalar(block.limit(1)) is not None


def _blocked(session: Session, ids: list[int], client_id: int, now: datetime) -> set[int]:
    rows = session.scalars(select(Block.contractor_id).where(Block.contractor_id.in_(ids), blocks.live(client_id, now)))
    return {contractor_id for contractor_id in rows if contractor_id is not None}


def _reachable(session: Session, ids: list[int], client_id: int, now: datetime) -> set[int]:
    """Firms with at least one person in Telegram who has not shut us out and is not blocked himself."""
    shut = select(Block.person_id).where(Block.person_id.is_not(None), blocks.live(client_id, now))
    rows = session.scalars(
        select(Membership.contractor_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.contractor_id.in_(ids),
            Membership.role.in_(CONTRACTOR_ROLES),
            Membership.ended_at.is_(None),
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
            Person.id.not_in(shut),
        )
    )
    return {contractor_id for contractor_id in rows if contractor_id is not None}


def _counts(session: Session, column: Any, ids: list[int], *conditions: Any) -> dict[int, int]:
    rows = session.execute(select(column, func.count()).where(column.in_(ids), *conditions).group_by(column))
    return {contractor_id: count for contractor_id, count in rows}
