"""/cover on the phone of the desk: the picture, the skills, the regions, the sites; and nobody else's."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.app import feeder
from bot.texts import load
from core.domain.actor import Grant
from core.domain.role import Role
from core.settings import Settings
from storage.blobs import Blobs
from storage.models.people import Person
from tests.bot.company import Company, company
from tests.bot.conftest import Edge, box, edge
from tests.bot.phones import phone_of
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_person

__all__ = ["box", "company", "edge"]


def add_far_away(session: Session, *, now: datetime) -> None:
    """Eleven regions without anybody; the first has nine sites."""
    client = add_client(session)
    for number in range(19):
        region = f"Область {max(0, number - 8):02}"
        add_site(session, client, code=f"Д-{number:02}", region=region, city="Дальний", lat=62.0, lon=129.7)
    add_contractor(session, skills=["Сантехника"], is_active=False)


@pytest.fixture
async def found(company: Company) -> Company:
    keep_pictures(company.edge)
    await company.edge.db.write(add_far_away)
    return company


def keep_pictures(edge: Edge) -> None:
    settings = Settings(_env_file=None, media_dir=edge.media)  # type: ignore[call-arg]
    edge.feed = feeder(edge.bot, edge.db, settings=settings, blobs=Blobs(edge.media), pictures=None)


def pictures(edge: Edge) -> set[str]:
    return {path.name for path in (edge.media / "cover").glob("*")}


async def test_the_picture_comes_first_and_leads_to_the_sites(found: Company) -> None:
    desk = found.desk
    await desk.says("/cover")

    (message,) = [one for one in await desk.shown() if "photo" in one]
    assert "20 объектов" in message["text"]
    assert len(pictures(found.edge)) == 1
    assert await desk.buttons() == ["🟥 20 Сантехника", "🟥 19 🟧 1 Электрика"]

    await desk.taps("Электрика")
    assert "никого — 19 объектов" in await desk.last()
    assert "один — 1 объект" in await desk.last()
    assert (await desk.buttons())[0] == "🟥 9 Область 00"
    assert len(pictures(found.edge)) == 2
    await desk.taps("›")
    assert (await desk.buttons())[-2:] == ["2/2", "Назад"]
    assert len([one for one in await desk.shown() if "photo" in one]) == 1  # the same message

    await desk.taps("‹")
    await desk.taps("Область 00")
    assert "Электрика · Область 00" in await desk.last()
    assert "🟥 Д-00" in (await desk.buttons())[0]
    await desk.taps("›")
    assert "🟥 Д-08" in (await desk.buttons())[0]
    await desk.taps("Назад")
    await desk.taps("Назад")
    assert "20 объектов" in await desk.last()
    await desk.taps("Электрика")
    assert len(pictures(found.edge)) == 2  # drawn once


async def test_the_reader_of_english_has_it_in_english(found: Company) -> None:
    def speak_english(session: Session, *, now: datetime) -> None:
        row = session.scalars(select(Person).where(Person.telegram_id == found.desk.chat)).one()
        row.language = "en"

    await found.edge.db.write(speak_english)
    await found.desk.says("/cover")

    assert "20 sites" in await found.desk.last()


async def test_nothing_is_drawn_of_empty_directories(edge: Edge) -> None:
    def hire(session: Session, *, now: datetime) -> object:
        return add_person(session, Grant(Role.MANAGER), now=now)

    keep_pictures(edge)
    manager = await phone_of(edge, await edge.db.write(hire))
    edge.start()
    await manager.says("/cover")

    assert "загрузите справочники" in await manager.last()
    assert pictures(edge) == set()


@pytest.mark.parametrize("role", ["client", "engineer"])
async def test_others_are_refused_in_words(found: Company, role: str) -> None:
    phone = getattr(found, role)
    await phone.says("/cover")

    assert await phone.last() == load("ru")("error-not-allowed")
    assert not any("photo" in one for one in await phone.shown())
    assert pictures(found.edge) == set()


async def test_without_a_place_for_pictures_the_numbers_still_come(found: Company) -> None:
    (found.edge.media / "cover").write_text("a file where the folder should be")
    await found.desk.says("/cover")

    assert "20 объектов" in await found.desk.last()
    assert len(await found.desk.buttons()) == 2
