"""Documents of skills as they come from a phone, checked, and jobs under watch."""

from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

from sqlalchemy import select

from core.domain.actor import Actor
from core.domain.notice import Notice
from core.domain.proof import ProofKind
from core.domain.ticket import TicketStatus
from core.services import acceptances, certificate_checks, certificates, papers, proofs, staffing, visits
from storage.models.contractor import Certificate, Contractor, ContractorSkill
from storage.models.directory import Skill
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer, report, send, tap, visit_of

BOT = 7
_numbers = count(500_000)

INCOMING = proofs.Incoming(
    kind=ProofKind.PHOTO,
    bot_id=BOT,
    chat_id=1,
    message_id=0,
    file_id="",
    file_unique_id="",
    size=1000,
    file_name="",
    caption="",
    media_group_id=None,
    is_forwarded=False,
    sent_at=None,  # type: ignore[arg-type]
)


def incoming(world: World, **fields: Any) -> proofs.Incoming:
    number = next(_numbers)
    named = {"message_id": number, "file_id": f"doc{number}", "file_unique_id": f"unique{number}"}
    return replace(INCOMING, sent_at=world.now, **(named | fields))


def sends(world: World, number: int | None, who: Actor | None = None, **fields: Any) -> Certificate:
    """A document for the skill with this number; its bytes are not here yet."""
    came = incoming(world, **fields)
    certificates.receive(world.session, tap(who or world.engineer), came, number, now=world.now)
    return world.session.scalars(select(Certificate).where(Certificate.message_id == came.message_id)).one()


def arrives(world: World, row: Certificate, *, pdf: bool = False, broken: bool = False, **fields: Any) -> Certificate:
    facts = None if pdf or broken else proofs.Facts(100, 100, "0" * 16)
    given = {"sha256": f"{row.id:064x}", "size": 1000, "facts": facts, "is_pdf": pdf} | fields
    certificates.stored(world.session, row.id, **given, now=world.now)
    world.session.refresh(row)
    return row


def waiting(world: World, number: int, who: Actor | None = None) -> Certificate:
    """A document that lies before the checker."""
    return arrives(world, sends(world, number, who))


def approved(world: World, number: int, until: date | None = None, who: Actor | None = None) -> Certificate:
    row = waiting(world, number, who)
    certificate_checks.approve(world.session, tap(world.dispatcher), row.id, until, now=world.now)
    return row


def skill_row(world: World, name: str = SKILL, firm: Contractor | None = None) -> ContractorSkill:
    query = select(ContractorSkill).join(Skill, Skill.id == ContractorSkill.skill_id)
    firm_id = (firm or world.contractor).id
    return world.session.scalars(query.where(Skill.name == name, ContractorSkill.contractor_id == firm_id)).one()


def learner(world: World, until: date | None = None) -> tuple[Actor, ContractorSkill]:
    """A firm next door that has named the skill and whose document was approved: it works under watch."""
    session = world.session
    firm = add_contractor(session, lat=55.76, engineers=5)
    owner = add_engineer(session, firm, now=world.now)
    skill = session.scalars(select(Skill).where(Skill.name == SKILL)).one()
    papers.declare(session, tap(owner), firm.id, skill.id, now=world.now)
    row = skill_row(world, firm=firm)
    approved(world, row.id, until, owner)
    session.refresh(row)
    return owner, row


def given(world: World, row: ContractorSkill) -> Ticket:
    """The desk gives the learner a job by hand."""
    ticket = send(world)
    staffing.assign(world.session, tap(world.dispatcher), ticket.id, row.contractor_id, now=world.now)
    world.session.refresh(ticket)
    return ticket


def done(world: World, owner: Actor, row: ContractorSkill, ticket: Ticket | None = None) -> Ticket:
    """A job under watch from the hand of the desk to the client's yes."""
    ticket = ticket or given(world, row)
    walked(world, owner, ticket)
    acceptances.accept(world.session, tap(world.requester), ticket.id, ticket.version, now=world.now)
    assert ticket.status is TicketStatus.ACCEPTED
    return ticket


def walked(world: World, owner: Actor, ticket: Ticket) -> None:
    """There, at work, and the report sent."""
    session, now = world.session, world.now
    was, world.engineer = world.engineer, owner
    visit = visit_of(world, ticket)
    visits.go(session, tap(owner), visit.id, now=now)
    visits.arrive_by_location(
        session,
        tap(owner),
        visit.id,
        world.site.lat,
        world.site.lon,
        accuracy_m=10,
        sent_at=now,
        forwarded=False,
        now=now,
    )
    report(world, ticket)
    world.engineer = was
    session.refresh(ticket)


def letters(world: World, notice: Notice, who: Actor | None = None) -> list[Outbox]:
    person = (who or world.engineer).person_id
    rows = select(Outbox).where(Outbox.notice == notice, Outbox.person_id == person).order_by(Outbox.id)
    return list(world.session.scalars(rows))
