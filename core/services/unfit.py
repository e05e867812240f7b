"""Offers of firms that may not be asked any more: blocked themselves or everybody of them, closed, or without the skill
since the offer was made.

The letter about such an offer is not sent, for `why_not` is asked once more at that moment. The sweep withdraws the
offer and asks the next as after a no. Who only moved away, went on holiday or took other jobs keeps his offer: a yes
passes over all that, or says itself that it is too much.
"""

from bisect import bisect_right
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import STOPS_ALL, BlockLevel
from core.domain.notice import Notice
from core.domain.offer import Exclusion, OfferStatus, WaveReason
from core.domain.role import CONTRACTOR_ROLES
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import audit, blocks, duty, guard, matching, notices, open_offers, rows, tasks, waves
from core.services.rows import moved
from storage.models.contractor import Block, Contractor, ContractorSkill
from storage.models.desk import Counter
from storage.models.directory import Service
from storage.models.offer import Offer
from storage.models.people import Membership, Person
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


#: So many suspects are judged in one transaction, and so many offers withdrawn, then others may write.
LOOK_AT, WITHDRAW = 50, 10
#: The counter of the last suspect that was judged, where there are more than that.
_LAST = "unfit"


def why_not(session: Session, person_id: int, offer_id: int, *, now: datetime) -> Exclusion | None:
    """Why this offer is not announced to this person now. None: nothing speaks against it."""
    offer = session.get_one(Offer, offer_id)
    ticket = session.get_one(Ticket, offer.ticket_id)
    if blocks.keeps_person_away(session, person_id, ticket, now=now):
        return Exclusion.BLOCKED
    return _why(session, offer, ticket, now)


def sweep(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Withdraws offers of firms that may not be asked any more. Returns how many; `skip` have just failed.

    To judge a suspect costs a verdict of the search, so only some are judged in one transaction, and next time those
    behind them. After a failure all are: who failed is among them, and nobody waits behind him. While the time is in
    doubt no document is over by it: what is withdrawn is not offered once more.
    """
    suspects = _suspects(session, now)
    page = suspects if skip else suspects[:LOOK_AT]
    actor, taken = Actor.system("job:unfit"), 0
    doubted = {Exclusion.SKILL_EXPIRED} if guard.is_held(session) else set()

    def ends_by(offer_id: int) -> Exclusion | None:
        offer, ticket = _rows(session, offer_id)
        why = _why(session, offer, ticket, now)
        if why is None and _has_blocked_crew(session, offer, ticket, now):
            why = Exclusion.BLOCKED
        return None if why in doubted else why

    for offer_id, why in rows.due(page, ends_by, skip):
        if (found := _locked(session, offer_id)) is not None:
            taken += withdraw(session, actor, *found, why, now=now)
        if taken == min(limit, WITHDRAW):
            return taken
    if len(page) < len(suspects):
        _go_on_behind(session, page[-1])
    return taken


def _suspects(session: Session, now: datetime) -> list[int]:
    """Offers whose firm may have lost what it needs, those behind the last one judged first. The statement finds them,
    the rule of the search decides: a day ends in the zone of the site."""
    ids = session.scalars(
        select(Offer.id)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .join(Service, Service.id == Ticket.service_id)
        .where(
            Ticket.status.in_((TicketStatus.SEARCHING, TicketStatus.UNSTAFFED)),
            open_offers.are_open(),
            or_(_is_stopped(now), _has_stopped_crew(now), ~_has_skill(now)),
        )
    )
    # Put in order here: asked for an order, a database walks through all offers there ever were.
    found = sorted(ids)
    if len(found) <= LOOK_AT:
        return found
    last = session.scalar(select(Counter.value).where(Counter.name == _LAST)) or 0
    behind = bisect_right(found, last)
    return found[behind:] + found[:behind]


def _go_on_behind(session: Session, offer_id: int) -> None:
    row = session.get(Counter, _LAST)
    if row is None:
        session.add(Counter(name=_LAST, value=offer_id))
    else:
        row.value = offer_id
    session.flush()


def _rows(session: Session, offer_id: int) -> tuple[Offer, Ticket]:
    offer = session.get_one(Offer, offer_id)
    return offer, session.get_one(Ticket, offer.ticket_id)


def _locked(session: Session, offer_id: int) -> tuple[Offer, Ticket] | None:
    """None: somebody else is at it."""
    row = session.execute(
        select(Offer, Ticket)
        .join(Ticket, Ticket.id == Offer.ticket_id)
        .where(Offer.id == offer_id, open_offers.are_open())
        .with_for_update(skip_locked=True, of=(Offer, Ticket))
    ).one_or_none()
    return None if row is None else (row[0], row[1])


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


def _has_stopped_crew(now: datetime) -> ColumnElement[bool]:
    """Somebody of the firm is blocked himself, and nobody beyond doubt may still be rung."""
    of_firm = and_(Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None))
    in_force = and_(Block.contractor_id.is_(None), blocks.in_force(now))
    # From the blocks, which are few: with the role as well SQLite would go through all crews of the country.
    touched = (
        select(Membership.contractor_id)
        .select_from(Block)
        .join(Person, blocks.of_person())
        .join(Membership, and_(Membership.person_id == Person.id, Membership.ended_at.is_(None)))
        .where(in_force)
    )
    rung = (
        select(Membership.id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.contractor_id == Offer.contractor_id,
            of_firm,
            Person.telegram_id.is_not(None),
            Person.unreachable_at.is_(None),
            ~select(Block.id).where(in_force, blocks.of_person()).exists(),
        )
    )
    return and_(Offer.contractor_id.in_(touched), ~rung.exists())


def _has_skill(now: datetime) -> ColumnElement[bool]:
    """Beyond doubt: confirmed, and valid wherever it may be tomorrow, and on the day after the visit begins in UTC."""
    at_visit = or_(Ticket.visit_from.is_(None), ContractorSkill.valid_until > Ticket.visit_from)
    lasts = and_(ContractorSkill.valid_until >= (now + _AHEAD).date(), at_visit)
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


def _has_blocked_crew(session: Session, offer: Offer, ticket: Ticket, now: datetime) -> bool:
    """Blocks of persons, and nothing else, keep everybody of the firm from hearing of it."""
    visit_at, firm = max(now, ticket.visit_from or now), offer.contractor_id

    def is_heard(levels: Collection[BlockLevel]) -> bool:
        asked = duty.standing(session, [firm], ticket.client_id, visit_at=visit_at, now=now, levels=levels)
        return firm in asked.reachable

    return is_heard(()) and not is_heard(blocks.levels(ticket.priority))


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
