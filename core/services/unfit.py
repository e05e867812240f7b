"""Offers of firms that may not be asked any more: blocked, closed, or without the skill since the offer was made.

The letter about such an offer is not sent, for `why_not` is asked once more at that moment. The sweep withdraws the
offer and asks the next as after a no. Who only moved away, went on holiday or took other jobs keeps his offer: a yes
passes over all that, or says itself that it is too much.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import STOPS_ALL
from core.domain.notice import Notice
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import audit, blocks, matching, notices, open_offers, tasks, waves
from core.services.rows import moved
from storage.models.contractor import Block, Contractor, ContractorSkill
from storage.models.directory import Service
from storage.models.offer import Offer
from storage.models.ticket import Ticket

#: What ends an offer that was right when it was made.
ENDS = frozenset(
    {
        Exclusion.INACTIVE,
        Exclusion.BLOCKED,
        Exclusion.LIMITED,
        Exclusion.SKILL_UNCONFIRMED,
        Exclusion.SKILL_EXPIRED,
        Exclusion.UNDER_WATCH,
    }
)
#: The farthest zone is ahead of UTC by so much: there it is tomorrow already.
_AHEAD = timedelta(hours=14)


def why_not(session: Session, person_id: int, offer_id: int, *, now: datetime) -> Exclusion | None:
    """Why this offer is not announced to this person now. None: nothing speaks against it."""
    offer = session.get_one(Offer, offer_id)
    ticket = session.get_one(Ticket, offer.ticket_id)
    if blocks.keeps_person_away(session, person_id, ticket, now=now):
        return Exclusion.BLOCKED
    return _why(session, offer, ticket, now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Withdraws offers of firms that may not be asked any more. Returns how many; `skip` have just failed."""
    actor, taken = Actor.system("job:unfit"), 0
    for number, (offer, ticket, why) in enumerate(_unfit(session, now)):
        if taken == limit:
            break
        if number >= skip:
            taken += withdraw(session, actor, offer, ticket, why, now=now)
    return taken


def _unfit(session: Session, now: datetime) -> Iterator[tuple[Offer, Ticket, Exclusion]]:
    """The statement finds who may have lost it, the rule of the search decides: a day ends in the zone of the site."""
    suspects = session.execute(
        select(Offer, Ticket)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Service, Service.id == Ticket.service_id)
        .where(
            Ticket.status.in_((TicketStatus.SEARCHING, TicketStatus.UNSTAFFED)),
            open_offers.are_open(),
            or_(_is_stopped(now), ~_has_skill(now)),
        )
        .order_by(Offer.id)
        .with_for_update(skip_locked=True, of=(Offer, Ticket))
    ).all()
    for offer, ticket in suspects:
        why = _why(session, offer, ticket, now)
        if why is not None:
            yield offer, ticket, why


def _is_stopped(now: datetime) -> ColumnElement[bool]:
    return or_(
        select(Contractor.id).where(Contractor.id == Offer.contractor_id, Contractor.is_active.is_(False)).exists(),
        select(Block.id)
        .where(
            Block.contractor_id == Offer.contractor_id,
            blocks.live(Ticket.client_id, now),
            or_(Block.level.in_(STOPS_ALL), Ticket.priority == Priority.EMERGENCY),
        )
        .exists(),
    )


def _has_skill(now: datetime) -> ColumnElement[bool]:
    """Beyond doubt: confirmed, and valid wherever it may be tomorrow, or without end for a visit that is far off."""
    lasts = and_(ContractorSkill.valid_until >= (now + _AHEAD).date(), Ticket.visit_from.is_(None))
    return (
        select(ContractorSkill.id)
        .where(
            ContractorSkill.contractor_id == Offer.contractor_id,
            ContractorSkill.skill_id == Service.skill_id,
            ContractorSkill.is_confirmed,
            or_(ContractorSkill.valid_until.is_(None), lasts),
        )
        .exists()
    )


def _why(session: Session, offer: Offer, ticket: Ticket, now: datetime) -> Exclusion | None:
    """Who does not name the skill at all any more has lost its confirmation with it."""
    visit_at = max(now, ticket.visit_from or now)
    passing = frozenset(Exclusion) - ENDS
    candidate, why = matching.verdict(session, ticket, offer.contractor_id, visit_at=visit_at, now=now, passing=passing)
    return why if candidate is not None else Exclusion.SKILL_UNCONFIRMED


def withdraw(session: Session, actor: Actor, offer: Offer, ticket: Ticket, why: Exclusion, *, now: datetime) -> int:
    """Returns how many offers ended by it; the next is asked where this one was waited for."""
    before = offer.status
    if not moved(session, offer, open_offers.are_open(), status=OfferStatus.WITHDRAWN, answered_at=now):
        return 0
    cause = audit.record(
        session,
        actor,
        "offer",
        offer.id,
        "withdraw",
        now=now,
        from_state=before,
        to_state=OfferStatus.WITHDRAWN,
        data={"reason": why},
    )
    tasks.end_for_cause(session, actor, TaskKind.COUNTER, f"offer {offer.id}", "withdrawn", now=now)
    for person in notices.contractor_people(session, [offer.contractor_id]):
        notices.answer(session, person.id, Notice.CARD, ticket=ticket, cause=f"audit {cause.id}", now=now)
    was_waited_for = before is OfferStatus.SENT and ticket.status is TicketStatus.SEARCHING
    if was_waited_for and not waves.is_waited_for(session, ticket):
        waves.ask_next(session, actor, ticket, now=now, reason=WaveReason.DECLINED)
    return 1
