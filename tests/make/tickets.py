"""A small company with one site and one contractor, and tickets brought to any state by the use cases themselves."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.clock import StopReason
from core.domain.proof import ProofKind
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.domain.words import search_key
from core.services import acceptances, cards, holds, intakes, offers, proofs, reports, tickets, visits, waves
from core.services.hold_evidence import Evidence
from storage.models.contractor import Contractor
from storage.models.desk import Task
from storage.models.directory import ApprovalStep, Client, Contract, LegalEntity, OwnEntity, Service, Site, SiteEntity
from storage.models.directory import Skill as SkillRow
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Proof, Visit
from tests.clock import HandClock
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_dispatcher, add_person

SKILL = "Электрика"
#: What a pause rests on.
WHY = Evidence("Администратор просил подождать")
_updates = count(1)


@dataclass
class World:
    """`engineer` is the first firm's man and its owner as well."""

    session: Session
    now: datetime
    client: Client
    site: Site
    service: Service
    requester: Actor
    dispatcher: Actor
    contractor: Contractor
    engineer: Actor


def tap(actor: Actor) -> Actor:
    """The same person at the next update."""
    return Actor(actor.person_id, actor.grants, actor.name, actor.language, f"update:{next(_updates)}")


def make_world(session: Session, *, now: datetime, **contract: Any) -> World:
    client = add_client(session)
    site = add_site(session, client, responsible_name="Иванова Мария", responsible_phone="+79161234567")
    contractor = add_contractor(session, skills=[SKILL], contact_name="Петров Пётр", phone="+79031112233")
    add_contract(session, client, site, **contract)
    requester = add_person(session, Grant(Role.REQUESTER, client_id=client.id, site_id=site.id), now=now)
    engineer = add_engineer(session, contractor, now=now)
    service = add_service(session, "Замена светильника")
    return World(session, now, client, site, service, requester, add_dispatcher(session, now=now), contractor, engineer)


def add_contract(session: Session, client: Client, site: Site, **fields: Any) -> Contract:
    own = session.scalars(select(OwnEntity).limit(1)).one()
    entity = _added(session, LegalEntity(inn=f"77{client.id:08}", client_id=client.id, name=f"ООО «{client.name}»"))
    _added(session, SiteEntity(site_id=site.id, legal_entity_id=entity.id))
    given = {
        "number": f"Д-{client.id}",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 2, 28),
        "period": "month",
        "documents": "счёт; акт",
        "sla_plan": "Базовый",
        "payment_days": 30,
        **fields,
    }
    return _added(session, Contract(client_id=client.id, legal_entity_id=entity.id, own_entity_id=own.id, **given))


def add_service(session: Session, name: str, **fields: Any) -> Service:
    skill = session.scalars(select(SkillRow).where(SkillRow.name == fields.pop("skill", SKILL))).one()
    number = next(_updates)
    given = {
        "code": f"В-{number}",
        "name": name,
        "skill_id": skill.id,
        "unit": "шт",
        "client_price_kop": 420_000,
        "contractor_rate_kop": 260_000,
        "shots_before": 1,
        "shots_after": 1,
        "norm_minutes": 60,
        "search": search_key(name),
        **fields,
    }
    return _added(session, Service(**given))


def add_step(session: Session, client: Client, *, from_kop: int = 0) -> None:
    """The client's chain takes part from this sum on."""
    step = ApprovalStep(client_id=client.id, step=1, role_name="Инженер", person_name="Громов", phone="+79990000001")
    step.from_kop = from_kop
    _added(session, step)


def add_engineer(session: Session, contractor: Contractor, *, now: datetime, **fields: Any) -> Actor:
    grants = (Grant(Role.OWNER, contractor_id=contractor.id), Grant(Role.ENGINEER, contractor_id=contractor.id))
    return add_person(session, *grants, now=now, **fields)


def tell(world: World, actor: Actor | None = None, *, text: str = "Не горит свет", **start: Any) -> int:
    """A request told to its end, not sent yet; returns the id of the intake."""
    actor, session, now = actor or world.requester, world.session, world.now
    intakes.start(session, tap(actor), now=now, **({"site_id": world.site.id} | start))
    intake_id = intakes.current_id(session, actor, now=now)
    assert intake_id is not None
    intakes.choose_service(session, tap(actor), intake_id, world.service.id, now=now)
    intakes.say(session, tap(actor), text, now=now)
    return intake_id


def send(world: World, actor: Actor | None = None, **told: Any) -> Ticket:
    """A registered ticket; the first contractor has been asked."""
    actor = actor or world.requester
    intake_id = tell(world, actor, **told)
    return world.session.get_one(Ticket, tickets.register(world.session, tap(actor), intake_id, now=world.now))


def draft(world: World) -> tuple[Ticket, Actor]:
    """Somebody unknown scanned the sticker."""
    session, now = world.session, world.now
    stranger = add_person(session, now=now)
    intakes.scan(session, tap(stranger), world.site.qr_token, now=now)
    intake_id = intakes.current_id(session, stranger, now=now)
    assert intake_id is not None
    intakes.choose_service(session, tap(stranger), intake_id, world.service.id, now=now)
    intakes.say(session, tap(stranger), "Капает с потолка", now=now)
    return session.get_one(Ticket, tickets.register(session, tap(stranger), intake_id, now=now)), stranger


def take(world: World, ticket: Ticket, engineer: Actor | None = None) -> Visit:
    """The engineer says yes, now."""
    engineer, session = engineer or world.engineer, world.session
    mine = (Offer.ticket_id == ticket.id, Offer.contractor_id.in_(engineer.contractor_ids))
    offer = session.scalars(select(Offer).where(*mine).order_by(Offer.id.desc()).limit(1)).one()
    offers.accept(session, tap(engineer), offer.id, None, None, now=world.now)
    return visit_of(world, ticket)


def visit_of(world: World, ticket: Ticket) -> Visit:
    query = select(Visit).where(Visit.ticket_id == ticket.id).order_by(Visit.number.desc()).limit(1)
    return world.session.scalars(query).one()


def arrive(world: World, ticket: Ticket) -> Visit:
    session, engineer, now = world.session, world.engineer, world.now
    visit = visit_of(world, ticket)
    visits.go(session, tap(engineer), visit.id, now=now)
    place = {"accuracy_m": 10, "sent_at": now, "forwarded": False}
    visits.arrive_by_location(session, tap(engineer), visit.id, world.site.lat, world.site.lon, **place, now=now)
    return visit


def report(world: World, ticket: Ticket) -> Visit:
    """The rest of the visit: work begun, a picture before and after, the report sent."""
    session, engineer, now = world.session, world.engineer, world.now
    visit = visit_of(world, ticket)
    visits.begin_work(session, tap(engineer), visit.id, now=now)
    shoot(world)
    visits.before_done(session, tap(engineer), visit.id, now=now)
    shoot(world)
    visits.after_done(session, tap(engineer), visit.id, now=now)
    reports.send(session, tap(engineer), visit.id, now=now)
    return visit


def shoot(world: World) -> Proof:
    """A picture of the engineer, with its bytes already here."""
    number = next(_updates)
    incoming = proofs.Incoming(
        kind=ProofKind.PHOTO,
        bot_id=1,
        chat_id=world.engineer.person_id or 0,
        message_id=number,
        file_id=f"file{number}",
        file_unique_id=f"unique{number}",
        size=1000,
        file_name="",
        caption="",
        media_group_id=None,
        is_forwarded=False,
        sent_at=world.now,
    )
    proofs.receive(world.session, tap(world.engineer), incoming, now=world.now)
    row = world.session.scalars(select(Proof).where(Proof.message_id == number)).one()
    facts = proofs.Facts(100, 100, f"{number:016x}")
    proofs.stored(world.session, row.id, f"{number:064x}", 1000, facts, now=world.now)
    return row


def bring(world: World, status: TicketStatus) -> Ticket:
    """A ticket in this state, by the straight road."""
    session, now = world.session, world.now
    if status is TicketStatus.APPROVAL:
        add_step(session, world.client)
    ticket = send(world)
    if ticket.status is status:
        return ticket
    take(world, ticket)
    if status is TicketStatus.ON_HOLD:
        wait(world, ticket)
    if ticket.status is status:
        return ticket
    arrive(world, ticket)
    if status is TicketStatus.IN_WORK:
        return ticket
    report(world, ticket)
    if status is TicketStatus.ACCEPTED:
        acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=now)
    if status in (TicketStatus.DISPUTED, TicketStatus.REWORK):
        acceptances.wrong(session, tap(world.requester), ticket.id, "Мигает", now=now)
    if status is TicketStatus.REWORK:
        acceptances.order_rework(session, tap(world.dispatcher), ticket.id, now=now)
    assert ticket.status is status
    return ticket


def wait(world: World, ticket: Ticket, reason: StopReason = StopReason.NOT_READY, **after: int) -> None:
    """The desk lets it wait, for three hours where nothing else is said."""
    until = world.now + timedelta(**(after or {"hours": 3}))
    holds.hold(world.session, tap(world.dispatcher), ticket.id, ticket.version, reason, until, WHY, now=world.now)


def nobody_left(world: World, clock: HandClock) -> Ticket:
    """Asked and waited for in vain: the ticket is `unstaffed`."""
    ticket = send(world)
    while ticket.status is TicketStatus.SEARCHING:
        assert ticket.search_due_at is not None
        world.now = clock.at = max(world.now, ticket.search_due_at)
        waves.sweep(world.session, 50, now=world.now)
        world.session.flush()
        world.session.refresh(ticket)
    return ticket


def open_tasks(session: Session, ticket: Ticket) -> list[Task]:
    return list(session.scalars(select(Task).where(Task.ticket_id == ticket.id, Task.ended_at.is_(None))))


def card_of(world: World, actor: Actor, ticket: Ticket) -> Any:
    assert actor.person_id is not None
    return cards.for_person(world.session, actor.person_id, ticket.id, now=world.now)


def _added(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
