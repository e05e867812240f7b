"""Directories at random around Moscow and on both sides of the date line, as a plain search may look through them."""

import random
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.models.contractor import Block, Contractor, ContractorRegion, ContractorSkill
from storage.models.directory import Skill
from tests.make.directories import add_client, add_contractor, add_site

SKILLS = ("Электрика", "Сантехника", "Двери")
#: 22:00 of the 15th in Moscow is the 16th in Omsk.
LATE = datetime(2026, 3, 15, 19, 0, tzinfo=UTC)
MOSCOW, OMSK = "Europe/Moscow", "Asia/Omsk"


def skill_of(session: Session, firm: Contractor, name: str = "Электрика") -> ContractorSkill:
    query = select(ContractorSkill).join(Skill, Skill.id == ContractorSkill.skill_id)
    return session.scalars(query.where(ContractorSkill.contractor_id == firm.id, Skill.name == name)).one()


def block(session: Session, firm: Contractor, **fields: object) -> None:
    given = {"reason": "срывы", "starts_at": LATE - timedelta(days=1), **fields}
    session.add(Block(contractor_id=firm.id, **given))
    session.flush()


def fill(session: Session, chance: random.Random) -> None:
    """Sites and firms around Moscow and on both sides of the date line."""
    client = add_client(session)
    places = (("Москва", 55.75, 37.6, MOSCOW), ("Тула", 54.2, 37.6, MOSCOW), ("Чукотка", 66.0, 179.9, "Asia/Anadyr"))

    def around(lat: float, lon: float) -> tuple[float, float]:
        east = lon + chance.uniform(-2, 2)
        return lat + chance.uniform(-1, 1), east - 360 if east > 180 else east

    for _ in range(20):
        region, lat, lon, zone = chance.choice(places)
        lat, lon = around(lat, lon)
        add_site(session, client, region=region, city=f"Город {chance.randrange(3)}", lat=lat, lon=lon, zone=zone)
    for _ in range(15):
        _, lat, lon, _ = chance.choice(places)
        lat, lon = around(lat, lon)
        names = chance.sample(SKILLS, chance.randint(0, 3))
        firm = add_contractor(session, skills=names, lat=lat, lon=lon, radius_km=chance.randint(1, 150))
        firm.is_active = chance.random() > 0.15
        for name in names:
            skill = skill_of(session, firm, name)
            skill.is_confirmed = chance.random() > 0.2
            skill.valid_until = chance.choice((None, *(date(2026, 3, day) for day in (14, 15, 16))))
        if chance.random() < 0.3:
            session.add(ContractorRegion(contractor_id=firm.id, region=chance.choice(places)[0]))
        if chance.random() < 0.2:
            block(session, firm, client_id=chance.choice((None, client.id)))
    session.flush()
