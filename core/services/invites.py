"""Invites: random, single use, with an expiry, bound to a role in an organisation.

Only the hash of a token is stored. The token is made from a random seed and a secret of the caller, so that the
message with the link can be written before it is sent and still nothing in the database opens a door.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed, NotFound
from core.domain.notice import Notice
from core.services import audit, memberships, notices, numbers, scope
from storage.models.contractor import Contractor
from storage.models.directory import Client, Site
from storage.models.people import Invite, InviteTry, Membership

CAME_BY = "invite"
#: Before the token in a link to the bot: tells an invite from the sticker of a site.
PAYLOAD = "i-"
_TOKEN_BYTES = 16
_LONGEST_TOKEN = 64


class Taking(StrEnum):
    """How taking an invite ended. A wrong one is told, not raised: the try must be counted."""

    TAKEN = "taken"
    INVALID = "invalid"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Issued:
    token: str
    grant: Grant
    organisation: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class InviteCard:
    grant: Grant
    organisation: str
    expires_at: datetime
    is_open: bool


def token_of(secret: str, seed: str) -> str:
    """22 characters; without the secret nobody can make it from the seed."""
    digest = hmac.new(secret.encode(), f"invite:{seed}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:_TOKEN_BYTES]).decode().rstrip("=")


def create(session: Session, actor: Actor, grant: Grant, secret: str, *, now: datetime) -> Issued:
    """Answers the maker with a message whose link is drawn when it is sent."""
    if not memberships.is_whole(grant) or not memberships.may_give(actor, grant):
        raise NotAllowed
    _check_place(session, actor, grant)
    seed = secrets.token_urlsafe(_TOKEN_BYTES)
    token = token_of(secret, seed)
    row = Invite(
        token_hash=_hash(token),
        role=grant.role,
        client_id=grant.client_id,
        contractor_id=grant.contractor_id,
        site_id=grant.site_id,
        region=grant.region,
        created_by=actor.person_id,
        created_at=now,
        expires_at=now + timedelta(days=numbers.of(session).invite_days),
    )
    session.add(row)
    session.flush()
    trace = audit.record(session, actor, "invite", row.id, "create", now=now, to_state=grant.role)
    data = {"invite": row.id, "seed": seed}
    notices.reply(session, actor, Notice.INVITE, cause=f"audit {trace.id}", now=now, data=data)
    return Issued(token, grant, memberships.organisations(session, [grant])[0], row.expires_at)


def card(session: Session, actor: Actor, invite_id: int, *, now: datetime) -> InviteCard:
    """For the maker only: what was offered, and whether it is still open."""
    row = session.get(Invite, invite_id)
    if row is None or row.created_by != actor.person_id:
        raise NotFound
    grant = _grant(row)
    name = memberships.organisations(session, [grant])[0]
    return InviteCard(grant, name, row.expires_at, row.used_at is None and row.expires_at > now)


def accept(session: Session, actor: Actor, token: str, *, now: datetime) -> Taking:
    """Takes the invite for this person alone; the role itself is given by the tap which also consents."""
    if actor.person_id is None:
        raise NotFound
    if _wrong_tries(session, actor.person_id, now=now) >= numbers.of(session).invite_tries:
        return Taking.TOO_MANY
    taken = session.scalar(
        update(Invite)
        .where(
            Invite.token_hash == _hash(token),
            Invite.used_at.is_(None),
            Invite.expires_at > now,
        )
        .values(used_at=now, used_by=actor.person_id)
        .returning(Invite.id)
    )
    if taken is None and not _is_mine(session, actor.person_id, token):
        session.add(InviteTry(person_id=actor.person_id, at=now))
        session.flush()
        return Taking.INVALID
    if taken is not None:
        audit.record(session, actor, "invite", taken, "take", now=now)
    cause = f"invite {_hash(token)[:32]} {actor.source}"
    notices.reply(session, actor, Notice.WELCOME, cause=cause, now=now)
    return Taking.TAKEN


def taken(session: Session, person_id: int, *, now: datetime) -> list[Grant]:
    """Roles of invites this person took and has not joined by yet. Each gives its role once, before its expiry."""
    rows = session.scalars(
        select(Invite).where(Invite.used_by == person_id, Invite.expires_at > now).order_by(Invite.id)
    ).all()
    had = session.scalars(select(Membership).where(Membership.person_id == person_id)).all()
    return [_grant(row) for row in rows if not any(_came_from(membership, row) for membership in had)]


def _came_from(membership: Membership, row: Invite) -> bool:
    """Held since before is as good: the invite has nothing to add."""
    if memberships.grant_of(membership) != _grant(row) or row.used_at is None:
        return False
    return membership.started_at >= row.used_at or membership.ended_at is None


def _check_place(session: Session, actor: Actor, grant: Grant) -> None:
    """The organisation exists and is in the maker's sight; site and region belong to the client."""
    if grant.contractor_id is not None:
        scope.find(session, scope.visible_contractors(actor), Contractor.id == grant.contractor_id)
    if grant.client_id is None:
        return
    if session.get(Client, grant.client_id) is None:
        raise NotFound
    place = scope.visible_sites(actor).where(Site.client_id == grant.client_id)
    if grant.site_id is not None:
        place = place.where(Site.id == grant.site_id)
    if grant.region is not None:
        place = place.where(Site.region == grant.region)
    if (grant.site_id or grant.region) and session.scalars(place.limit(1)).first() is None:
        raise NotFound


def _wrong_tries(session: Session, person_id: int, *, now: datetime) -> int:
    since = now - timedelta(minutes=numbers.of(session).invite_tries_minutes)
    query = select(func.count()).where(InviteTry.person_id == person_id, InviteTry.at > since)
    return session.scalar(query) or 0


def _is_mine(session: Session, person_id: int, token: str) -> bool:
    """The same link opened twice by the same person, before or after the tap: no wrong try."""
    query = select(Invite.id).where(Invite.token_hash == _hash(token), Invite.used_by == person_id)
    return session.scalar(query) is not None


def _grant(row: Invite) -> Grant:
    return Grant(row.role, row.client_id, row.contractor_id, row.site_id, row.region)


def _hash(token: str) -> str:
    return hashlib.sha256(token[:_LONGEST_TOKEN].encode()).hexdigest()
