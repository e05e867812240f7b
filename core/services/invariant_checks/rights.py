"""Invariants of rights: every change says by whom, who left does nothing and hears nothing, an invite is one role.

Who held which role when is read from the audit's own order: a clock may stand still or be set back.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.notice import Delivery, OutboxStatus
from core.domain.offer import OfferStatus
from core.domain.role import CLIENT_ROLES, CONTRACTOR_ROLES, OPERATOR_ROLES, Role
from core.domain.ticket import TicketEvent
from core.domain.visit import VisitStatus
from core.services import memberships, scope
from core.services.invariant_checks.found import Found
from storage.models.desk import Audit, Task
from storage.models.directory import Site
from storage.models.offer import Offer
from storage.models.people import Invite, Membership
from storage.models.post import Outbox
from storage.models.ticket import Acceptance, Assignment, Ticket
from storage.models.visit import Visit

#: A message that is rendered already may still be on its way when a role ends.
IN_FLIGHT = timedelta(minutes=2)
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Held:
    """A role of a person between two rows of the audit."""

    person_id: int
    grant: Grant
    since: int
    until: int | None
    started_at: datetime
    ended_at: datetime | None

    def at(self, audit_id: int) -> bool:
        return self.since < audit_id and (self.until is None or self.until > audit_id)

    def when(self, moment: datetime) -> bool:
        return self.started_at <= moment and (self.ended_at is None or moment <= self.ended_at + IN_FLIGHT)


def held(session: Session) -> list[Held]:
    """Every role anybody ever held."""
    since: dict[int, int] = {}
    until: dict[int, int] = {}
    rows = select(Audit.id, Audit.entity_id, Audit.event).where(Audit.entity == "membership").order_by(Audit.id)
    for audit_id, membership_id, event in session.execute(rows):
        (since if event == "start" else until).setdefault(membership_id, audit_id)
    return [
        Held(
            row.person_id,
            memberships.grant_of(row),
            since.get(row.id, 0),
            until.get(row.id),
            row.started_at,
            row.ended_at,
        )
        for row in session.scalars(select(Membership).order_by(Membership.id))
    ]


def sent_to_who_may_see(session: Session, *, now: datetime) -> Found:
    """Nobody was sent a card of a ticket that was not for these eyes at that moment."""
    roles: defaultdict[int, list[Held]] = defaultdict(list)
    for one in held(session):
        roles[one.person_id].append(one)
    crews = _crews(session)
    rows = session.execute(
        select(Outbox.id, Outbox.person_id, Outbox.sent_at, Ticket.id.label("ticket_id"), Ticket.requester_id, Site)
        .join(Ticket, Ticket.id == Outbox.ticket_id)
        .join(Site, Site.id == Ticket.site_id)
        .where(
            Outbox.status == OutboxStatus.SENT,
            Outbox.sent_at.is_not(None),
            Outbox.delivery.in_((Delivery.NEW, Delivery.EDIT)),
        )
    ).all()
    broken = []
    for row in rows:
        grants = [one.grant for one in roles[row.person_id] if one.when(row.sent_at)]
        is_own = row.requester_id == row.person_id
        if not is_own and not any(_sees(grant, row.person_id, row.Site, crews[row.ticket_id]) for grant in grants):
            broken.append(f"outbox {row.id} told person {row.person_id} of ticket {row.ticket_id}")
    return broken, len(rows)


@dataclass(slots=True)
class _Crew:
    """Firms that were asked, and firms and engineers that had the job."""

    asked: set[int]
    held: set[int]
    engineers: set[int | None]


def _crews(session: Session) -> defaultdict[int, _Crew]:
    crews: defaultdict[int, _Crew] = defaultdict(lambda: _Crew(set(), set(), set()))
    for ticket_id, contractor_id in session.execute(select(Offer.ticket_id, Offer.contractor_id)):
        crews[ticket_id].asked.add(contractor_id)
    rows = select(Assignment.ticket_id, Assignment.contractor_id, Assignment.engineer_id)
    for ticket_id, contractor_id, engineer_id in session.execute(rows):
        crews[ticket_id].held.add(contractor_id)
        crews[ticket_id].engineers.add(engineer_id)
    return crews


def _sees(grant: Grant, person_id: int, site: Site, crew: _Crew) -> bool:
    if grant.role in OPERATOR_ROLES:
        return True
    if grant.role in CLIENT_ROLES:
        return scope.covers_site(grant, site)
    is_named = person_id in crew.engineers or grant.role is Role.OWNER
    return grant.contractor_id in crew.asked or (is_named and grant.contractor_id in crew.held)


def every_change_has_its_row(session: Session, *, now: datetime) -> Found:
    """One row of the audit for each change, which says by whom: no more and no less."""
    rows = session.execute(
        select(Audit.id).where(
            or_(
                Audit.source == "",
                Audit.event == "",
                and_(Audit.actor_role == Role.SYSTEM, Audit.actor_id.is_not(None)),
            )
        )
    )
    broken = [f"audit row {row} does not say by whom or what" for (row,) in rows]
    counted = session.execute(_TRACES).all()
    broken += [f"{entity} {row} has {n} rows of the audit for {event}" for entity, event, row, n in counted if n != 1]
    return broken, len(counted)


#: What changed → the one event that tells of it.
_CHANGES: tuple[tuple[str, Any, Any, tuple[str, ...]], ...] = (
    ("membership", Membership.id, Membership.id.is_not(None), ("start",)),
    ("membership", Membership.id, Membership.ended_at.is_not(None), ("end", memberships.REMOVED)),
    ("invite", Invite.id, Invite.id.is_not(None), ("create",)),
    ("invite", Invite.id, Invite.used_at.is_not(None), ("take",)),
    ("offer", Offer.id, Offer.id.is_not(None), ("send",)),
    ("offer", Offer.id, Offer.status == OfferStatus.DECLINED, ("decline",)),
    ("visit", Visit.id, Visit.status == VisitStatus.EN_ROUTE, ("go",)),
    ("visit", Visit.id, Visit.work_started_at.is_not(None), ("start",)),
    ("visit", Visit.id, Visit.before_done_at.is_not(None), ("before",)),
    ("visit", Visit.id, Visit.after_done_at.is_not(None), ("after",)),
    ("task", Task.id, Task.taken_at.is_not(None), ("take",)),
    ("task", Task.id, Task.ended_at.is_not(None), ("end",)),
    ("acceptance", Acceptance.id, Acceptance.mark.is_not(None), ("mark",)),
)
#: For each change how many rows tell of it.
_TRACES = union_all(
    *(
        select(literal(entity), literal(events[0]), key, func.count(Audit.id))
        .outerjoin(Audit, and_(Audit.entity == entity, Audit.entity_id == key, Audit.event.in_(events)))
        .where(condition)
        .group_by(key)
        for entity, key, condition, events in _CHANGES
    )
)


def who_left_does_nothing(session: Session, *, now: datetime) -> Found:
    """Whoever moved a ticket, an offer, a visit or a mark held the role of that row at that moment."""
    roles: defaultdict[tuple[int, Role], list[Held]] = defaultdict(list)
    for one in held(session):
        roles[one.person_id, one.grant.role].append(one)
    rows = session.execute(
        select(Audit.id, Audit.event, Audit.actor_id, Audit.actor_role, Ticket.client_id)
        .outerjoin(Ticket, and_(Audit.entity == "ticket", Ticket.id == Audit.entity_id))
        .where(
            Audit.entity.in_(("ticket", "offer", "visit", "acceptance")),
            Audit.event.not_in((TicketEvent.DRAFT, TicketEvent.IMPORT)),  # strangers draft, the shell imports
            Audit.actor_id.is_not(None),
        )
    ).all()
    broken = [
        f"audit row {row.id}: person {row.actor_id} did {row.event} without being {row.actor_role} then"
        for row in rows
        if not any(one.at(row.id) and _is_here(one.grant, row.client_id) for one in roles[row.actor_id, row.actor_role])
    ]
    return broken, len(rows)


def _is_here(grant: Grant, client_id: int | None) -> bool:
    if client_id is None or grant.role not in CLIENT_ROLES:
        return True
    return grant.client_id == client_id


def invites_used_once(session: Session, *, now: datetime) -> Found:
    """By one person, in time, for a role that is whole; the token itself is nowhere."""
    takers: defaultdict[int, set[int | None]] = defaultdict(set)
    taken = select(Audit.entity_id, Audit.actor_id).where(Audit.entity == "invite", Audit.event == "take")
    for invite_id, person_id in session.execute(taken):
        takers[invite_id].add(person_id)
    invites = session.scalars(select(Invite)).all()
    broken = []
    for row in invites:
        if row.used_at is not None and not row.created_at <= row.used_at <= row.expires_at:
            broken.append(f"invite {row.id} was used out of its time")
        if takers[row.id] - {row.used_by}:
            broken.append(f"invite {row.id} of person {row.used_by} was taken by another")
        if not _HASH.fullmatch(row.token_hash):
            broken.append(f"invite {row.id} keeps its token")
        grant = Grant(row.role, row.client_id, row.contractor_id, row.site_id, row.region)
        if not memberships.is_whole(grant) or row.role not in CLIENT_ROLES | CONTRACTOR_ROLES | OPERATOR_ROLES:
            broken.append(f"invite {row.id} is for no whole role")
    return broken, len(invites)


CHECKS: dict[str, tuple[str, Callable[..., Found]]] = {
    "20": ("told only what may be seen", sent_to_who_may_see),
    "36": ("every change says by whom", every_change_has_its_row),
    "37": ("who left does nothing", who_left_does_nothing),
    "38": ("an invite is used once and in time", invites_used_once),
}
