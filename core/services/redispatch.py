"""What a block does to running and future jobs, in its own transaction: no ticket is lost by it.

What is begun (on the way, on site, at work, reported) may be finished. What is only agreed goes back to the search
without a word against the firm, or to another engineer of it where the person alone is blocked. The block itself must
already be written: it is what keeps the firm out of the search.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.notice import Notice
from core.domain.ticket import Priority, TicketEvent
from core.domain.visit import AHEAD
from core.services import assignments, back_outs, blocks, crew, lifecycle, moves, notices, substitutes, unfit
from storage.models.contractor import Block
from storage.models.desk import Audit
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit


def of_contractor(
    session: Session,
    contractor_id: int,
    level: BlockLevel,
    cause: Audit,
    *,
    now: datetime,
    client_id: int | None = None,
) -> int:
    """Jobs the firm has agreed to and not begun are looked for anew, emergencies alone where it is only limited; its
    open offers are withdrawn. `cause` is the audit row of the block. Returns how many jobs it has lost."""
    actor = Actor.system(f"block:{cause.id}")
    unfit.withdraw_of(session, actor, contractor_id, now=now)
    jobs = list(_agreed(session, Assignment.contractor_id == contractor_id, level, client_id))
    for ticket, visit, _ in jobs:
        _search_anew(session, actor, ticket, visit, cause, now=now)
    return len(jobs)


def of_person(
    session: Session,
    person_id: int,
    level: BlockLevel,
    cause: Audit,
    *,
    now: datetime,
    client_id: int | None = None,
) -> int:
    """The owner names another of the firm who can be written to; where there is none, the job is looked for anew."""
    actor = Actor.system(f"block:{cause.id}")
    jobs = list(_agreed(session, Visit.engineer_id == person_id, level, client_id))
    for ticket, visit, firm in jobs:
        # A blocked owner names nobody: he would walk the visit himself.
        others = substitutes.fit(session, visit, ticket, firm, now=now)
        owners = [person for person in crew.owners(session, firm) if person in others]
        if not owners:
            _search_anew(session, actor, ticket, visit, cause, now=now)
            continue
        trace = substitutes.put(session, actor, visit, ticket, None, now=now)
        burns = visit.starts_at - now < moves.SOON
        for owner in owners:
            key = f"audit {trace.id}"
            notices.tell(session, owner, Notice.NAME_ANOTHER, ticket=ticket, cause=key, now=now, burns=burns)
    return len(jobs)


def after_hold(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """A job that waited while its crew was blocked goes on without it."""
    if ticket.status not in moves.EXPECTED:
        return
    for one, visit, firm in list(_agreed(session, Ticket.id == ticket.id, BlockLevel.SUSPENDED, None)):
        block = session.scalars(stopping(one, visit, firm, now).limit(1)).first()
        if block is not None:
            _search_anew(session, Actor.system(f"block:{block.id}"), one, visit, None, now=now)


def stopping(ticket: Ticket, visit: Visit, firm: int, now: datetime) -> Select[Block]:
    """Blocks in force of the firm or of the one who goes that keep this very job away from them."""
    whose = or_(Block.contractor_id == firm, Block.person_id == visit.engineer_id)
    found = select(Block).where(whose, blocks.live(ticket.client_id, now)).order_by(Block.id)
    return found if ticket.priority is Priority.EMERGENCY else found.where(Block.level != BlockLevel.LIMITED)


def _agreed(
    session: Session, which: ColumnElement[bool], level: BlockLevel, client_id: int | None
) -> Iterator[tuple[Ticket, Visit, int]]:
    """Agreed, and nobody is on the way."""
    rows = session.execute(
        select(Ticket, Visit, Assignment.contractor_id)
        .join(Visit, Visit.ticket_id == Ticket.id)
        .join(Assignment, Assignment.id == Visit.assignment_id)
        .where(which, Ticket.status.in_(moves.EXPECTED), Visit.status.in_(AHEAD), Assignment.ended_at.is_(None))
        .order_by(Visit.starts_at, Ticket.id)
    ).all()
    for ticket, visit, firm in rows:
        is_excused = level is BlockLevel.LIMITED and ticket.priority is not Priority.EMERGENCY
        if not is_excused and client_id in (None, ticket.client_id):
            yield ticket, visit, firm


def _search_anew(
    session: Session, actor: Actor, ticket: Ticket, visit: Visit, block: Audit | None, *, now: datetime
) -> None:
    data = {"visit": visit.id, "block": block.id if block is not None else None}
    event, again = TicketEvent.REDISPATCH, Ticket.round + 1
    cause = lifecycle.advance(session, ticket, event, actor, now=now, round=again, data=data)
    burns = visit.starts_at - now < moves.SOON
    notices.publish(session, Notice.REDISPATCHED, ticket, cause=cause, now=now, burns=burns)
    back_outs.search_anew(session, actor, ticket, assignments.REDISPATCHED, now=now)
