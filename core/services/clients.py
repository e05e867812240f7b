"""Clients for the desk: the list and the page of one with its people's phone, sites and regions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NotFound
from storage.models.directory import Client, Contract, OwnEntity, Site


@dataclass(frozen=True, slots=True)
class ClientLine:
    client_id: int
    code: str
    name: str
    sites: int


@dataclass(frozen=True, slots=True)
class ClientPage:
    lines: tuple[ClientLine, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class ClientCard:
    client_id: int
    code: str
    name: str
    contact: str
    phone: str
    sites: int
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Label:
    """What stands on the sticker of a site; `operator` is our entity of the client's contract."""

    token: str
    code: str
    site: str
    address: str
    operator: str


def listed(session: Session, actor: Actor, *, now: datetime, offset: int = 0, limit: int = 8) -> ClientPage:
    if not actor.is_desk:
        raise NotAllowed
    total = session.scalar(select(func.count()).select_from(Client)) or 0
    rows = session.execute(
        select(Client, func.count(Site.id))
        .outerjoin(Site, Site.client_id == Client.id)
        .group_by(Client.id)
        .order_by(Client.name, Client.id)
        .offset(offset)
        .limit(limit)
    )
    lines = tuple(ClientLine(client.id, client.code, client.name, sites) for client, sites in rows)
    return ClientPage(lines, total, offset)


def card(session: Session, actor: Actor, client_id: int, *, now: datetime) -> ClientCard:
    client = session.get(Client, client_id) if actor.is_desk else None
    if client is None:
        raise NotFound
    of_client = Site.client_id == client.id
    regions = session.scalars(select(Site.region).where(of_client).distinct().order_by(Site.region))
    return ClientCard(
        client.id,
        client.code,
        client.name,
        client.contact_name,
        client.contact_phone,
        session.scalar(select(func.count()).select_from(Site).where(of_client)) or 0,
        tuple(regions),
    )


def labels(session: Session, actor: Actor, client_id: int, *, now: datetime) -> tuple[Label, ...]:
    """All sites of the client, in the order in which the stickers are carried round."""
    if not actor.is_desk or session.get(Client, client_id) is None:
        raise NotFound
    ours = session.scalars(
        select(OwnEntity.name)
        .join(Contract, Contract.own_entity_id == OwnEntity.id)
        .where(Contract.client_id == client_id)
        .order_by(Contract.starts_on.desc(), Contract.id)
        .limit(1)
    ).first()
    order = (Site.region, Site.city, Site.name, Site.code)
    rows = session.scalars(select(Site).where(Site.client_id == client_id).order_by(*order))
    return tuple(
        Label(site.qr_token, site.code, site.name, f"{site.city}, {site.address}", ours or "") for site in rows
    )
