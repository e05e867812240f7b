"""Who said no to a job, and whose no the present version of it answers.

The same version is never offered again to who refused it. Another version comes back to him when it answers his
reason, and then he goes first; otherwise not before the cool-down is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.offer import ANSWERED_BY, DeclineReason, OfferStatus, WaveReason
from core.domain.talk import CallOutcome
from core.services import assignments, numbers
from storage.models.offer import Offer, Wave
from storage.models.talk import Call
from storage.models.ticket import Assignment, Ticket


@dataclass(frozen=True, slots=True)
class Refusals:
    """`standing`: not asked. `answered`: asked first."""

    standing: frozenset[int]
    answered: frozenset[int]


def of(session: Session, ticket: Ticket, reason: WaveReason | None, *, now: datetime) -> Refusals:
    """`reason` is that of the wave being asked, whose row does not exist yet."""
    made = _reasons_by_version(session, ticket)
    if reason is not None:
        made.append((ticket.job_version, reason))
    standing, answered = set(_handed_back(session, ticket)), set()
    cool = now - timedelta(hours=numbers.of(session).cool_down_hours)
    for contractor_id, version, why, at in _declined(session, ticket):
        if version == ticket.job_version:
            standing.add(contractor_id)
        elif _is_answered(why, version, made):
            answered.add(contractor_id)
        elif at is None or at > cool:
            standing.add(contractor_id)
    standing |= _refused_by_phone(session, ticket, cool)
    return Refusals(frozenset(standing), frozenset(answered - standing))


def _is_answered(why: DeclineReason | None, version: int, made: list[tuple[int, WaveReason]]) -> bool:
    return any(later > version and why in ANSWERED_BY.get(reason, frozenset()) for later, reason in made)


def _reasons_by_version(session: Session, ticket: Ticket) -> list[tuple[int, WaveReason]]:
    rows = session.execute(select(Wave.job_version, Wave.reason).where(Wave.ticket_id == ticket.id))
    return [(version, reason) for version, reason in rows if reason in ANSWERED_BY]


def _declined(session: Session, ticket: Ticket) -> list[tuple[int, int, DeclineReason | None, datetime | None]]:
    """The last no of each firm."""
    rows = session.execute(
        select(Offer.contractor_id, Offer.job_version, Offer.decline_reason, Offer.answered_at)
        .where(Offer.ticket_id == ticket.id, Offer.status == OfferStatus.DECLINED)
        .order_by(Offer.id)
    )
    last = {row[0]: row for row in rows}
    return [(row[0], row[1], row[2], row[3]) for row in last.values()]


def _refused_by_phone(session: Session, ticket: Ticket, since: datetime) -> set[int]:
    rows = select(Call.contractor_id).where(
        Call.ticket_id == ticket.id, Call.outcome == CallOutcome.REFUSED, Call.at > since
    )
    return set(session.scalars(rows))


def _handed_back(session: Session, ticket: Ticket) -> set[int]:
    rows = select(Assignment.contractor_id).where(
        Assignment.ticket_id == ticket.id, Assignment.end_reason == assignments.GAVE_UP
    )
    return set(session.scalars(rows))
