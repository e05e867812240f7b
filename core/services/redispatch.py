"""What a block does to running and future jobs, in its own transaction: no ticket is lost by it.

What is begun (on the way, on site, at work, reported) may be finished. What is only agreed goes back to the search
without a word against the firm, or to another engineer of it where the person alone is blocked. The block itself must
already be written: it is what keeps the firm out of the search.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.notice import Notice
from core.domain.ticket import Priority, TicketEvent
from core.domain.visit import AHEAD
from core.services import assignments, back_outs, blocks, crew, lifecycle, moves, notices, steps, substitutes
from core.services.rows import meet
from storage.models.contractor import Block, Contractor
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit


def of_block(session: Session, block: Block, cause: Audit, *, now: datetime) -> int:
    """Jobs the firm or the person has agreed to and not begun; emergencies alone where it is only limited, those of one
    client where he alone does not want them. `cause` is the audit row of the block. Returns how many there were."""
    actor = Actor.system(f"block:{block.id}")
    _meet_blocked(session, block)
    jobs = list(_agreed(session, _whose(block), block.level, block.client_id))
    for ticket, visit, firm in jobs:
        _take_away(session, actor, block, ticket, visit, firm, cause, now=now)
    return len(jobs)


def after_hold(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """A job that waited while its crew was blocked goes on without it, as one that did not wait."""
    if ticket.status not in moves.EXPECTED:
        return
    assignment = assignments.live(session, ticket.id)
    if assignment is not None:
        assignments.meet_crew(session, assignment.contractor_id, assignment.engineer_id)
    of_ticket(session, ticket, now=now)


def of_ticket(session: Session, ticket: Ticket, *, now: datetime) -> None:
    """Agreed and not begun, and a block in force keeps it from its crew, as it is now."""
    for one, visit, firm in list(_agreed(session, Ticket.id == ticket.id, BlockLevel.SUSPENDED, None)):
        block = session.scalars(stopping(one, visit, firm, now).limit(1)).first()
        if block is not None:
            actor = Actor.system(f"block:{block.id}")
            _take_away(session, actor, block, one, visit, firm, None, now=now)


def is_kept_away(session: Session, ticket: Ticket, *, now: datetime) -> bool:
    """Whether a block in force keeps the job from the crew that has it, be it begun or not."""
    assignment, visit = assignments.live(session, ticket.id), steps.current_visit(session, ticket.id)
    if assignment is None or visit is None:
        return False
    found = stopping(ticket, visit, assignment.contractor_id, now).limit(1)
    return session.scalars(found).first() is not None


def stopping(ticket: Ticket, visit: Visit, firm: int, now: datetime) -> Select[Block]:
    """Blocks in force of the firm or of the one who goes that keep this very job away from them; the firm's first."""
    goes = select(Person.id).where(Person.id == visit.engineer_id, blocks.of_person()).exists()
    whose = or_(Block.contractor_id == firm, and_(Block.contractor_id.is_(None), goes))
    in_force = blocks.live(ticket.client_id, now, blocks.levels(ticket.priority))
    return select(Block).where(whose, in_force).order_by(Block.contractor_id.is_(None), Block.id)


def _meet_blocked(session: Session, block: Block) -> None:
    if block.contractor_id is not None:
        meet(session, Contractor, [block.contractor_id])
    else:
        meet(session, Person, session.scalars(_known(block)))


def _known(block: Block) -> Select[int]:
    """The blocked person, in whatever row."""
    return select(Person.id).join(Block, blocks.of_person()).where(Block.id == block.id)


def _whose(block: Block) -> ColumnElement[bool]:
    if block.contractor_id is not None:
        return Assignment.contractor_id == block.contractor_id
    return Visit.engineer_id.in_(_known(block))


def _take_away(
    session: Session,
    actor: Actor,
    block: Block,
    ticket: Ticket,
    visit: Visit,
    firm: int,
    cause: Audit | None,
    *,
    now: datetime,
) -> None:
    """Of a blocked person the owner names another of the firm who can be written to; where there is none, or the firm
    itself is blocked, the job is looked for anew."""
    if block.contractor_id is not None:
        return _search_anew(session, actor, ticket, visit, cause, now=now)
    others = substitutes.fit(session, visit, ticket, firm, now=now)
    # A blocked owner names nobody: he would walk the visit himself.
    owners = [person for person in crew.owners(session, firm) if person in others]
    if not owners:
        return _search_anew(session, actor, ticket, visit, cause, now=now)
    trace = substitutes.put(session, actor, visit, ticket, None, now=now)
    burns = visit.starts_at - now < moves.SOON
    for owner in owners:
        key = f"audit {trace.id}"
        notices.tell(session, owner, Notice.NAME_ANOTHER, ticket=ticket, cause=key, now=now, burns=burns)
    return None


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
