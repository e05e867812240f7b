"""What the directories and the ledger know of contractors at one moment: the facts which the rules judge.

Gathered for many at once, in few statements, and only for those whom the search has come to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, or_, select
from sqlalchemy.orm import Session

from core.domain.matching import Candidate
from core.domain.offer import OfferStatus
from core.domain.ticket import DONE_WELL
from core.services import blocks, duty, numbers
from core.services.duty import Standing
from core.services.nearest import Spots
from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.ticket import Assignment, Ticket


@dataclass(frozen=True, slots=True)
class Case:
    """The job they are looked at for."""

    ticket: Ticket
    site: Site
    skill_id: int
    #: Firms whose no stands.
    refused: frozenset[int]
    #: What each already said to this version of the job in this round.
    answers: dict[int, OfferStatus]
    visit_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is known beside the directories, by contractor."""

    open_jobs: dict[int, int]
    recent_jobs: dict[int, int]
    accepted_jobs: dict[int, int]
    standing: Standing


def case(session: Session, ticket: Ticket, refused: frozenset[int], *, visit_at: datetime, now: datetime) -> Case:
    answers = session.execute(
        select(Offer.contractor_id, Offer.status).where(
            Offer.ticket_id == ticket.id, Offer.round == ticket.round, Offer.job_version == ticket.job_version
        )
    )
    return Case(
        ticket,
        session.get_one(Site, ticket.site_id),
        session.get_one(Service, ticket.service_id).skill_id,
        refused,
        {contractor_id: status for contractor_id, status in answers},
        visit_at,
        now,
    )


def of(session: Session, case: Case, spots: Spots) -> list[Candidate]:
    """`spots` says how far each is; who does not name the skill at all is none."""
    ids = list(spots)
    if not ids:
        return []
    ledger = _ledger(session, case, ids)
    given = {
        "ids": ids,
        "skill_id": case.skill_id,
        "region": case.site.region,
        "client_id": case.ticket.client_id,
        "now": case.now,
    }
    return [_candidate(row, spots[row.id], case, ledger) for row in session.execute(_DIRECTORY, given)]


def _ledger(session: Session, case: Case, ids: Sequence[int]) -> _Ledger:
    recent_from = case.now - timedelta(days=numbers.of(session).load_days)
    jobs = session.execute(_JOBS, {"ids": ids, "recent_from": recent_from}).all()
    accepted = session.execute(_ACCEPTED, {"ids": ids, "service_id": case.ticket.service_id})
    return _Ledger(
        open_jobs={contractor_id: open_ for contractor_id, open_, _ in jobs},
        recent_jobs={contractor_id: recent for contractor_id, _, recent in jobs},
        accepted_jobs={contractor_id: count for contractor_id, count in accepted if contractor_id is not None},
        standing=duty.standing(session, ids, case.ticket.client_id, visit_at=case.visit_at, now=case.now),
    )


def _candidate(row: Any, distance_m: int, case: Case, ledger: _Ledger) -> Candidate:
    has_refused = row.id in case.refused
    return Candidate(
        contractor_id=row.id,
        distance_m=distance_m,
        radius_km=row.radius_km + case.ticket.widened_km,
        serves_region=row.serves_region,
        is_active=row.is_active,
        is_blocked=row.is_blocked,
        is_reachable=row.id in ledger.standing.reachable,
        is_available=row.is_available and row.id not in ledger.standing.away,
        is_on_site=row.id in ledger.standing.on_site,
        skill_confirmed=row.is_confirmed,
        skill_valid_until=row.valid_until,
        night_jobs=row.night_jobs,
        has_refused=has_refused,
        was_asked=row.id in case.answers and not has_refused,
        open_jobs=ledger.open_jobs.get(row.id, 0),
        engineers=row.engineers,
        score=row.score,
        accepted_jobs=ledger.accepted_jobs.get(row.id, 0),
        recent_jobs=ledger.recent_jobs.get(row.id, 0),
    )


# The statements are built once: building one takes as long as running it.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_BLOCKS = blocks.live(bindparam("client_id"), bindparam("now"))
_DIRECTORY = (
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
        select(ContractorRegion.contractor_id)
        .where(ContractorRegion.contractor_id == Contractor.id, ContractorRegion.region == bindparam("region"))
        .exists()
        .label("serves_region"),
        select(Block.id).where(Block.contractor_id == Contractor.id, _BLOCKS).exists().label("is_blocked"),
    )
    .join(ContractorSkill, ContractorSkill.contractor_id == Contractor.id)
    .where(Contractor.id.in_(_IDS), ContractorSkill.skill_id == bindparam("skill_id"))
)
_OPEN = Assignment.ended_at.is_(None)
_BEGUN = Assignment.started_at >= bindparam("recent_from")
_JOBS = (
    select(Assignment.contractor_id, func.count().filter(_OPEN), func.count().filter(_BEGUN))
    .where(Assignment.contractor_id.in_(_IDS), or_(_OPEN, _BEGUN))
    .group_by(Assignment.contractor_id)
)
_ACCEPTED = (
    select(Ticket.contractor_id, func.count())
    .where(Ticket.contractor_id.in_(_IDS), Ticket.service_id == bindparam("service_id"), Ticket.status.in_(DONE_WELL))
    .group_by(Ticket.contractor_id)
)
