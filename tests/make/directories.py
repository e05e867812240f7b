"""Clients, sites and contractors as the workbook would have brought them; every field can be named."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.geo import unit_vector
from core.domain.words import search_key
from storage.models.contractor import Contractor, ContractorSkill, MatchPoint
from storage.models.directory import ApprovalStep, Client, OwnEntity, Site, Skill

_numbers = count(1)


def add_client(session: Session, **fields: Any) -> Client:
    number = next(_numbers)
    row = Client(**{"code": f"К-{number:03}", "name": f"Сеть {number}", **fields})
    return _added(session, row)


def add_site(session: Session, client: Client | None = None, **fields: Any) -> Site:
    number = next(_numbers)
    given = {
        "code": f"О-{number:05}",
        "qr_token": f"qr{number}",
        "client_id": (client or add_client(session)).id,
        "name": f"Магазин {number}",
        "region": "Москва",
        "city": "Москва",
        "address": f"ул. Тверская, д. {number}",
        "lat": 55.7558,
        "lon": 37.6173,
        "zone": "Europe/Moscow",
        "opens_min": 600,
        "closes_min": 1320,
        **fields,
    }
    words = search_key(*(given[name] for name in ("code", "name", "city", "region", "address")))
    return _added(session, Site(**{"search": words, **given}))


def add_step(session: Session, client: Client, phone: str, *, step: int = 1) -> ApprovalStep:
    row = ApprovalStep(
        client_id=client.id,
        step=step,
        role_name="Инженерная служба",
        person_name="Громов Олег",
        phone=phone,
        from_kop=0,
    )
    return _added(session, row)


def add_contractor(session: Session, *, skills: Iterable[str] = (), **fields: Any) -> Contractor:
    """`skills` are confirmed without an end; each gets its point of the search."""
    number = next(_numbers)
    given = {
        "code": f"П-{number:04}",
        "name": f"Мастер {number}",
        "form": "ООО",
        "inn": "7707083893",
        "region": "Москва",
        "city": "Москва",
        "lat": 55.75,
        "lon": 37.62,
        "radius_km": 50,
        "zone": "Europe/Moscow",
        "own_entity_id": _own_entity(session).id,
        "engineers": 2,
        "night_jobs": False,
        **fields,
    }
    words = search_key(*(given.get(name, "") for name in ("code", "name", "city", "region", "contact_name", "phone")))
    row = _added(session, Contractor(**{"search": words, **given}))
    for name in skills:
        _add_skill(session, row, name)
    return row


def _add_skill(session: Session, contractor: Contractor, name: str) -> None:
    skill = session.scalars(select(Skill).where(Skill.name == name)).one_or_none()
    skill = skill or _added(session, Skill(name=name))
    _added(session, ContractorSkill(contractor_id=contractor.id, skill_id=skill.id, is_confirmed=True))
    point = unit_vector(contractor.lat, contractor.lon)
    place = {"lat": contractor.lat, "lon": contractor.lon, "x": point.x, "y": point.y, "z": point.z}
    place["score"] = contractor.score
    _added(session, MatchPoint(skill_id=skill.id, contractor_id=contractor.id, **place))


def _own_entity(session: Session) -> OwnEntity:
    known = session.scalars(select(OwnEntity).limit(1)).first()
    return known or _added(session, OwnEntity(inn="7707083893", name="ООО «Наряд-Сервис»", vat_percent=22))


def _added(session: Session, row: Any) -> Any:
    session.add(row)
    session.flush()
    return row
