"""What the directories and the ledger know of contractors at one moment: the facts which the rules judge.

Gathered for many at once, in few statements, and only for those whom the search has come to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy import case as if_
from sqlalchemy.orm import Session

from core.domain.block import STOPS_ALL
from core.domain.matching import Candidate
from core.domain.ticket import DONE_WELL
from core.services import blocks, duty, numbers
from core.services.duty import Standing
from core.services.nearest import Spots
from core.services.refusals import Refusals
from core.services.rows import columns
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill
from storage.models.directory import Service, Site
from storage.models.ticket import Assignment, Ticket


@dataclass(frozen=True, slots=True)
class Case:
    """The job they are looked at for."""

    ticket: Ticket
    site: Site
    skill_id: int
    refused: Refusals
    visit_at: datetime
    now: datetime


def case(session: Session, ticket: Ticket, refused: Refusals, *, visit_at: datetime, now: datetime) -> Case:
    site, service = session.get_one(Site, ticket.site_id), session.get_one(Service, ticket.service_id)
    return Case(ticket, site, service.skill_id, refused, visit_at, now)


def of(session: Session, case: Case, spots: Spots) -> list[Candidate]:
    """`spots` says how far each is; who does not name the skill at all is none."""
    ids = list(spots)
    if not ids:
        return []
    given = {
        "ids": ids,
        "skill_id": case.skill_id,
        "service_id": case.ticket.service_id,
        "region": case.site.region,
        "client_id": case.ticket.client_id,
        "recent_from": case.now - timedelta(days=numbers.of(session).load_days),
        "now": case.now,
    }
    standing = duty.standing(
        session,
        ids,
        case.ticket.client_id,
        visit_at=case.visit_at,
        now=case.now,
        levels=blocks.levels(case.ticket.priority),
    )
    return [_candidate(row, spots[row.id], case, standing) for row in columns(session, _KNOWN, given)]


def _candidate(row: Any, distance_m: int, case: Case, standing: Standing) -> Candidate:
    has_refused = row.id in case.refused.standing
    return Candidate(
        contractor_id=row.id,
        distance_m=distance_m,
        radius_km=row.radius_km + case.ticket.widened_km,
        serves_region=row.serves_region,
        is_active=row.is_active,
        is_blocked=row.blocked == 1,
        is_limited=row.blocked == 0,
        is_reachable=row.id in standing.reachable,
        is_available=row.is_available and row.id not in standing.away,
        is_on_site=row.id in standing.on_site,
        skill_confirmed=row.is_confirmed,
        skill_valid_until=row.valid_until,
        night_jobs=row.night_jobs,
        has_refused=has_refused,
        was_asked=row.id in case.refused.asked and not has_refused,
        open_jobs=row.open_jobs,
        engineers=row.engineers,
        score=row.score,
        accepted_jobs=row.accepted_jobs,
        recent_jobs=row.recent_jobs,
        is_watched=not row.is_confirmed and row.watched_since is not None,
    )


# The statements are built once: building one takes as long as running it.
#: Nothing: no block in force; 0: limits only; 1: what keeps every offer away. One look for both.
_BLOCKED = select(func.max(if_((Block.level.in_(STOPS_ALL), 1), else_=0))).where(
    Block.contractor_id == Contractor.id, blocks.live(bindparam("client_id"), bindparam("now"))
)
_JOBS = select(func.count()).where(Assignment.contractor_id == Contractor.id)
_DONE = select(func.count()).where(Ticket.contractor_id == Contractor.id, Ticket.status.in_(DONE_WELL))
_SERVES = select(ContractorRegion.contractor_id).where(ContractorRegion.contractor_id == Contractor.id)
_KNOWN = (
    select(
        Contractor.id,
        Contractor.radius_km,
        Contractor.is_active,
        Contractor.is_available,
        Contractor.night_jobs,
        Contractor.engineers,
        Contractor.score,
        ContractorSkill.is_confirmed,
        ContractorSkill.valid_until,
        ContractorSkill.watched_since,
        _SERVES.where(ContractorRegion.region == bindparam("region")).exists().label("serves_region"),
        _BLOCKED.scalar_subquery().label("blocked"),
        _JOBS.where(Assignment.ended_at.is_(None)).scalar_subquery().label("open_jobs"),
        _JOBS.where(Assignment.started_at >= bindparam("recent_from")).scalar_subquery().label("recent_jobs"),
        _DONE.where(Ticket.service_id == bindparam("service_id")).scalar_subquery().label("accepted_jobs"),
    )
    .join(ContractorSkill, ContractorSkill.contractor_id == Contractor.id)
    .where(Contractor.id.in_(bindparam("ids", expanding=True)), ContractorSkill.skill_id == bindparam("skill_id"))
)
