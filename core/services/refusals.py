"""Who said no to a job, and whose no the present version of it answers.

The same version is never offered again to who refused it. Another version comes back to him when it answers his
reason, and then he goes first; otherwise not before the cool-down is over.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from core.domain.offer import ANSWERED_BY, DeclineReason, OfferStatus, WaveReason
from core.domain.talk import CallOutcome
from core.services import assignments, numbers
from storage.models.offer import Offer, Wave
from storage.models.talk import Call
from storage.models.ticket import Assignment, Ticket


@dataclass(frozen=True, slots=True)
class Refusals:
    """`standing`: not asked. `answered`: asked first. `asked`: have had an offer of this version in this round."""

    standing: frozenset[int]
    answered: frozenset[int]
    asked: frozenset[int]


def of(session: Session, ticket: Ticket, reason: WaveReason | None, *, now: datetime) -> Refusals:
    """`reason` is that of the wave being asked, whose row does not exist yet."""
    offers = session.execute(_OFFERS, {"ticket_id": ticket.id}).all()
    declined = {one.contractor_id: one for one in offers if one.status is OfferStatus.DECLINED}  # the last no of each
    made = _reasons_by_version(session, ticket) if declined else []
    if reason is not None:
        made.append((ticket.job_version, reason))
    standing, answered = set(_handed_back(session, ticket)), set()
    cool = now - timedelta(hours=numbers.of(session).cool_down_hours)
    for contractor_id, one in declined.items():
        if one.job_version == ticket.job_version:
            standing.add(contractor_id)
        elif _is_answered(one.decline_reason, one.job_version, made):
            answered.add(contractor_id)
        elif one.answered_at is None or one.answered_at > cool:
            standing.add(contractor_id)
    standing |= _refused_by_phone(session, ticket, cool)
    now_on_offer = (ticket.round, ticket.job_version)
    asked = frozenset(one.contractor_id for one in offers if (one.round, one.job_version) == now_on_offer)
    return Refusals(frozenset(standing), frozenset(answered - standing), asked)


def want_more(session: Session, ticket: Ticket) -> bool:
    """Somebody refused the present version only for what it pays."""
    version = (Offer.ticket_id == ticket.id, Offer.job_version == ticket.job_version, Offer.round == ticket.round)
    wanted = Offer.decline_reason.in_(ANSWERED_BY[WaveReason.RAISED])
    return session.scalar(select(Offer.id).where(*version, wanted).limit(1)) is not None


def _is_answered(why: DeclineReason | None, version: int, made: list[tuple[int, WaveReason]]) -> bool:
    return any(later > version and why in ANSWERED_BY.get(reason, frozenset()) for later, reason in made)


def _reasons_by_version(session: Session, ticket: Ticket) -> list[tuple[int, WaveReason]]:
    rows = session.execute(_WAVES, {"ticket_id": ticket.id})
    return [(version, reason) for version, reason in rows if reason in ANSWERED_BY]


def _refused_by_phone(session: Session, ticket: Ticket, since: datetime) -> set[int]:
    return set(session.scalars(_BY_PHONE, {"ticket_id": ticket.id, "since": since}))


def _handed_back(session: Session, ticket: Ticket) -> set[int]:
    return set(session.scalars(_HANDED_BACK, {"ticket_id": ticket.id}))


# The statements are built once: building one takes as long as running it, and every search asks them all.
_TICKET: BindParameter[int] = bindparam("ticket_id")
_WAVES = select(Wave.job_version, Wave.reason).where(Wave.ticket_id == _TICKET)
_OFFERS = (
    select(Offer.contractor_id, Offer.round, Offer.job_version, Offer.status, Offer.decline_reason, Offer.answered_at)
    .where(Offer.ticket_id == _TICKET)
    .order_by(Offer.id)
)
_BY_PHONE = select(Call.contractor_id).where(
    Call.ticket_id == _TICKET, Call.outcome == CallOutcome.REFUSED, Call.at > bindparam("since")
)
_HANDED_BACK = select(Assignment.contractor_id).where(
    Assignment.ticket_id == _TICKET, Assignment.end_reason.in_(assignments.NOT_AGAIN)
)
