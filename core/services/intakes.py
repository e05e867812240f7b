"""A request while it is being told: two questions at most. Everything sent is a row at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from core.domain import typed
from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound
from core.domain.notice import Delivery, Notice
from core.domain.proof import ProofStatus
from core.domain.role import Role
from core.domain.ticket import OPEN, Priority, TicketStatus
from core.domain.visit import LIVE
from core.domain.words import search_stems
from core.services import notices, scope
from storage.models.directory import Service, Site
from storage.models.ticket import Intake, Ticket
from storage.models.visit import Proof, Visit

TEXT_LIMIT = 2000
SUGGESTED = 6


@dataclass(frozen=True, slots=True)
class IntakeCard:
    """The request as told so far; what is None is asked next."""

    intake_id: int
    site_id: int | None
    site: str
    address: str
    sites: tuple[tuple[int, str], ...]
    service_id: int | None
    service: str
    services: tuple[tuple[int, str], ...]
    priority: Priority
    text: str
    media: int
    #: Open tickets of the same site and service: (id, number, status, registered at).
    reported: tuple[tuple[int, str, TicketStatus, datetime], ...]
    is_stranger: bool
    zone: str
    read_at: datetime

    @property
    def is_complete(self) -> bool:
        return bool(self.site_id and self.service_id and (self.text or self.media))


def start(session: Session, actor: Actor, *, now: datetime, site_id: int | None = None) -> None:
    """A new request; one that was left half way is dropped. A person of one site is not asked where."""
    if site_id is not None:
        scope.find(session, scope.visible_sites(actor), Site.id == site_id)
    elif not (actor.is_desk or actor.has(Role.REQUESTER, Role.HEAD_OFFICE)):
        raise NotAllowed
    else:
        own = _own_sites(session, actor, limit=2)
        site_id = own[0][0] if len(own) == 1 else None
    _open(session, actor, site_id, now=now)


def scan(session: Session, actor: Actor, token: str, *, now: datetime) -> None:
    """The sticker of a site was scanned: site, payer and contract are known. Raises NotFound for a dead sticker.

    The engineer who has a visit there is shown his job: he has not come to report something new.
    """
    site_id = session.scalar(select(Site.id).where(Site.qr_token == token))
    if site_id is None:
        raise NotFound
    job = _job_here(session, actor, site_id)
    if job is not None:
        notices.answer(session, job[0], Notice.CARD, ticket=job[1], cause=actor.source, now=now, delivery=Delivery.NEW)
        return
    _open(session, actor, site_id, now=now, by_sticker=True)


def choose_site(session: Session, actor: Actor, intake_id: int, site_id: int, *, now: datetime) -> None:
    intake = _own(session, actor, intake_id)
    scope.find(session, scope.visible_sites(actor), Site.id == site_id)
    intake.site_id = site_id
    _show(session, actor, intake, now=now)


def choose_service(session: Session, actor: Actor, intake_id: int, service_id: int, *, now: datetime) -> None:
    intake = _own(session, actor, intake_id)
    if session.get(Service, service_id) is None:
        raise NotFound
    intake.service_id = service_id
    _show(session, actor, intake, now=now)


def change_service(session: Session, actor: Actor, intake_id: int, *, now: datetime) -> None:
    intake = _own(session, actor, intake_id)
    intake.service_id = None
    _show(session, actor, intake, now=now)


def set_priority(session: Session, actor: Actor, intake_id: int, priority: Priority, *, now: datetime) -> None:
    intake = _own(session, actor, intake_id)
    intake.priority = priority
    _show(session, actor, intake, now=now)


def say(session: Session, actor: Actor, text: str, *, now: datetime) -> None:
    """What is wrong, in the client's words; a second message is added to the first."""
    intake = _current(session, actor)
    intake.text = typed.words(f"{intake.text}\n{text}", TEXT_LIMIT, may_be_empty=True)
    _show(session, actor, intake, now=now)


def drop(session: Session, actor: Actor, intake_id: int, *, now: datetime) -> None:
    close(session, actor, intake_id, now=now)
    notices.reply(session, actor, Notice.MENU, cause=f"{actor.source} drop", now=now)


def card(session: Session, actor: Actor, intake_id: int, *, now: datetime) -> IntakeCard:
    intake = _own(session, actor, intake_id)
    site = session.get(Site, intake.site_id) if intake.site_id else None
    service = session.get(Service, intake.service_id) if intake.service_id else None
    media = session.scalar(
        select(func.count()).select_from(Proof).where(Proof.intake_id == intake.id, Proof.status != ProofStatus.REFUSED)
    )
    return IntakeCard(
        intake_id=intake.id,
        site_id=intake.site_id,
        site=site.name if site else "",
        address=f"{site.city}, {site.address}" if site else "",
        sites=() if site else _own_sites(session, actor, limit=SUGGESTED),
        service_id=intake.service_id,
        service=service.name if service else "",
        services=suggested(session, site) if site and not service else (),
        priority=intake.priority,
        text=intake.text,
        media=media or 0,
        reported=_reported(session, actor, intake),
        is_stranger=site is not None and is_stranger(actor, site),
        zone=site.zone if site else "",
        read_at=now,
    )


def find_services(
    session: Session, actor: Actor, intake_id: int, words: str, *, now: datetime
) -> tuple[tuple[int, str], ...]:
    """Kinds of work by words of their name, when the buttons have not the right one."""
    _own(session, actor, intake_id)
    query = select(Service.id, Service.name).order_by(Service.name).limit(SUGGESTED)
    for term in search_stems(words):
        query = query.where(Service.search.contains(f" {term}", autoescape=True))
    return tuple((service_id, name) for service_id, name in session.execute(query))


def current(session: Session, actor: Actor, *, now: datetime) -> IntakeCard | None:
    """The request that is being told, however long ago it was begun."""
    intake_id = current_id(session, actor, now=now)
    return card(session, actor, intake_id, now=now) if intake_id is not None else None


def close(session: Session, actor: Actor, intake_id: int, *, now: datetime) -> None:
    """Nothing more is told: it was dropped, or it is a known ticket."""
    _own(session, actor, intake_id).closed_at = now


def current_id(session: Session, actor: Actor, *, now: datetime) -> int | None:
    intake = session.scalars(_open_of(actor)).one_or_none()
    return intake.id if intake is not None else None


def is_stranger(actor: Actor, site: Site) -> bool:
    """May only draft: nobody of the desk, and no requester of this site."""
    may = any(g.role in (Role.REQUESTER, Role.HEAD_OFFICE) and scope.covers_site(g, site) for g in actor.grants)
    return not (actor.is_desk or may)


def suggested(session: Session, site: Site) -> tuple[tuple[int, str], ...]:
    """What is ordered most: at this site first, then by this client, then anywhere."""
    weight = case((Ticket.site_id == site.id, 100), (Ticket.client_id == site.client_id, 10), else_=1)
    rows = session.execute(
        select(Service.id, Service.name)
        .outerjoin(Ticket, Ticket.service_id == Service.id)
        .group_by(Service.id, Service.name)
        .order_by(func.coalesce(func.sum(weight), 0).desc(), Service.id)
        .limit(SUGGESTED)
    )
    return tuple((service_id, name) for service_id, name in rows)


def _open(session: Session, actor: Actor, site_id: int | None, *, now: datetime, by_sticker: bool = False) -> None:
    if actor.person_id is None:
        raise NotAllowed
    half_told = session.scalars(_open_of(actor)).one_or_none()
    if half_told is not None:
        half_told.closed_at = now
        session.flush()
    intake = Intake(person_id=actor.person_id, site_id=site_id, by_sticker=by_sticker, opened_at=now)
    session.add(intake)
    session.flush()
    _show(session, actor, intake, now=now)


def _job_here(session: Session, actor: Actor, site_id: int) -> tuple[int, Ticket] | None:
    ticket = session.scalars(
        select(Ticket)
        .join(Visit, Visit.ticket_id == Ticket.id)
        .where(Visit.engineer_id == actor.person_id, Visit.status.in_(LIVE), Ticket.site_id == site_id)
        .order_by(Visit.starts_at)
        .limit(1)
    ).one_or_none()
    return (actor.person_id, ticket) if ticket is not None and actor.person_id is not None else None


def _own(session: Session, actor: Actor, intake_id: int) -> Intake:
    intake = session.get(Intake, intake_id)
    if intake is None or intake.person_id != actor.person_id:
        raise NotFound
    if intake.closed_at is not None:
        raise Changed
    return intake


def _current(session: Session, actor: Actor) -> Intake:
    intake = session.scalars(_open_of(actor)).one_or_none()
    if intake is None:
        raise Changed
    return intake


def _open_of(actor: Actor) -> Select[Intake]:
    return select(Intake).where(Intake.person_id == actor.person_id, Intake.closed_at.is_(None))


def _show(session: Session, actor: Actor, intake: Intake, *, now: datetime) -> None:
    """One answer for each update: a repeated one writes nothing."""
    session.flush()
    notices.answer(
        session,
        intake.person_id,
        Notice.INTAKE,
        cause=f"{actor.source} intake {intake.id}",
        now=now,
        data={"intake": intake.id},
    )


def _own_sites(session: Session, actor: Actor, *, limit: int) -> tuple[tuple[int, str], ...]:
    if actor.is_operator:
        return ()
    rows = scope.visible_sites(actor).order_by(Site.name, Site.id).limit(limit)
    return tuple((site.id, f"{site.name}, {site.city}") for site in session.scalars(rows))


def _reported(session: Session, actor: Actor, intake: Intake) -> tuple[tuple[int, str, TicketStatus, datetime], ...]:
    if intake.site_id is None or intake.service_id is None:
        return ()
    rows = session.scalars(
        scope.visible_tickets(actor)
        .where(
            Ticket.site_id == intake.site_id,
            Ticket.service_id == intake.service_id,
            Ticket.status.in_(OPEN),
            Ticket.origin != "import",
        )
        .order_by(Ticket.id.desc())
        .limit(3)
    )
    return tuple((row.id, row.number, row.status, row.registered_at) for row in rows)
