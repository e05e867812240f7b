"""Words of people that look like something else: markup, wildcards, turned and joined letters, texts without end."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import posting
from bot.texts import escape, load, visible
from bot.ui import Screen
from core.domain.actor import Grant
from core.domain.notice import InboxStatus, OutboxStatus
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import contractors, intakes, people, sites, tickets
from storage.models.directory import Site
from storage.models.people import Person
from tests.bot.crew import Crew
from tests.make.directories import add_contractor, add_site
from tests.make.people import add_person
from tests.make.tickets import World, add_service, make_world, send, tell

FAMILY = "👩‍👩‍👧‍👦"
WORKER = "👷🏽‍♂️"
TURNED = "\u202eгпж.exe"
ZALGO = "Ц" + "\u0335" * 300
ODD_NAMES = [
    "<b>Лампа</b> & Ко",
    "<a href='x'>",
    "&lt;script&gt;",
    "_*[Ромашка](`~",
    "{ $money }",
    f"Семья {FAMILY} {WORKER}",
    f"Магазин {TURNED}",
    "Мага\u200bзин\u2066",
    ZALGO,
]

WILDCARDS = ["100%", "_", "%", "'; DROP TABLE site; --", "\\", '"', "\\%", "[a-z]", "*", "?"]


@pytest.mark.parametrize("words", WILDCARDS)
def test_what_is_a_wildcard_elsewhere_is_a_letter_in_every_search(session: Session, now: datetime, words: str) -> None:
    """Only the one that really bears these letters is found; nothing is dropped."""
    world = make_world(session, now=now)
    desk = world.dispatcher
    named = f"Клин{words}Клин"
    add_site(session, world.client, name=named)
    add_contractor(session, name=named)
    add_person(session, Grant(Role.DISPATCHER), now=now, name=named)
    ticket = send(world)
    sought = f"Клин{words}"

    assert sites.find(session, desk, f"Ма{words}ин", now=now).total == 0  # "Магазин" is not found by it
    assert [one.name for one in sites.find(session, desk, sought, now=now).lines] == [named]
    assert {one.name for one in contractors.find(session, desk, sought, now=now).lines} <= {named}
    assert {one.name for one in people.find(session, world.dispatcher, sought, now=now).lines} <= {named}
    assert tickets.find(session, desk, sought, now=now).total == 0
    assert intakes.find_services(session, world.requester, tell(world), sought, now=now) == ()
    assert session.scalar(select(func.count()).select_from(Site)) == 2
    assert ticket.status is TicketStatus.SEARCHING


@pytest.mark.parametrize(
    "names", [ODD_NAMES[0:4], ODD_NAMES[4:8], [ZALGO, *ODD_NAMES[:3]]], ids=["markup", "joined", "marks"]
)
async def test_names_that_look_like_something_else_go_through_a_whole_day(crew: Crew, names: list[str]) -> None:
    """The sandbox takes the same markup as Telegram and no other; nothing goes out plain, nothing fails."""

    def rename(world: World) -> None:
        session = world.session
        site, service = session.merge(world.site), session.merge(world.service)
        site.name, service.name = names[0][:100], f"Работа {names[1]}"[:100]
        for person in session.scalars(select(Person)):
            person.name = names[2][:100]
        for firm in session.scalars(select(type(world.contractor))):
            firm.name = names[3][:100]
        world.site, world.service = site, service

    await crew.does(rename)
    await crew.does(lambda world: send(world, text=names[3][:200]))
    await crew.engineer.taps("выезжаю сейчас")
    await crew.engineer.taps("Выезжаю")
    await crew.here()
    await crew.engineer.taps("Начать работу")
    await crew.sends()
    await crew.engineer.taps("Дальше: фото ПОСЛЕ")
    await crew.sends()
    await crew.engineer.taps("Дальше: отчёт")
    await crew.engineer.taps("Отправить отчёт")
    await crew.client.taps("принять")
    await crew.desk.says("/queue")
    await crew.desk.says("/find З-000001")

    assert (await crew.ticket()).status is TicketStatus.ACCEPTED
    assert {row.status for row in await crew.edge.outbox()} <= {OutboxStatus.SENT, OutboxStatus.CANCELLED}
    assert {row.status for row in await crew.edge.inbox()} == {InboxStatus.DONE}
    refused = [one for one in await crew.edge.box.sim("journal", direction="request") if one.get("status") == 400]
    assert [one["reply"] for one in refused if "not modified" not in str(one["reply"])] == []
    said = "\n".join(await crew.edge.texts(crew.client.chat))
    assert visible(names[0][:50]) in said
    assert "\u202e" not in said


def test_one_emoji_of_five_signs_counts_as_telegram_counts() -> None:
    assert posting.units(WORKER) == 7
    assert posting.units(escape(FAMILY)) == posting.units(FAMILY)


TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Z", "So", "Mn")) | st.just("\n"), max_size=9000)


@settings(max_examples=60, deadline=None)
@given(TEXT)
def test_a_text_of_any_length_is_split_within_the_limit_and_keeps_every_word(text: str) -> None:
    parts = posting.parts(escape(text))

    assert all(0 < posting.units(part) <= posting.TEXT_LIMIT for part in parts if part.strip())
    whole = "".join("".join(parts).split())
    assert whole == "".join(escape(text).split())


@pytest.mark.parametrize("length", [4096, 4097, 9000])
async def test_a_long_screen_arrives_whole_and_the_last_part_bears_the_buttons(crew: Crew, length: int) -> None:
    from bot.ui import Button

    line = f"{WORKER} строка & ещё\n"
    text = escape(line * (length // len(line)))
    rows = ((Button("Дальше", "menu"),),)
    sent = await posting.send(crew.edge.bot, crew.client.chat, Screen(text, rows))

    shown = await crew.client.shown()
    told = "\n".join(one["text"] for one in shown[-len(sent) :])
    assert told.count(WORKER) == text.count(WORKER)
    assert [bool(one["inline"]) for one in shown[-len(sent) :]] == [False] * (len(sent) - 1) + [True]


async def test_a_caption_that_is_too_long_becomes_a_message_of_its_own(crew: Crew) -> None:
    from tests.bot.crew import jpeg

    picture = crew.edge.media / "p.jpg"
    picture.write_bytes(jpeg(1))
    await posting.send(crew.edge.bot, crew.client.chat, Screen("ж" * 1025, photo=picture))
    first, second = (await crew.client.shown())[-2:]

    assert bool(first["photo"])
    assert not first["text"]
    assert second["text"] == "ж" * 1025


async def test_a_request_longer_than_a_request_may_be_is_refused_and_what_was_told_stays(crew: Crew) -> None:
    """The phone itself cuts five thousand letters into two messages; the first is too long already."""
    client = crew.client
    await client.says("/new")
    await client.taps("Замена светильника")
    await client.says("Мигает лампа")
    await client.says("ж" * 4096)
    refusal = await client.last()

    def told(session: Session, *, now: datetime) -> str:
        card = intakes.current(session, crew.world.requester, now=now)
        assert card is not None
        return card.text

    assert "ж" * 10 not in refusal
    assert "длин" in refusal
    assert await crew.edge.db.read(told) == "Мигает лампа"
    assert {row.status for row in await crew.edge.inbox()} == {InboxStatus.DONE}
    await client.taps("Отправить")
    assert (await crew.ticket()).text == "Мигает лампа"


async def test_lists_of_hundreds_come_in_pages_telegram_takes(crew: Crew) -> None:
    def many(world: World) -> None:
        for number in range(150):
            add_site(world.session, world.client, name=f"Киоск {number} {FAMILY}")
            add_service(world.session, f"Починка киоска {number}")

    await crew.does(many)
    await crew.desk.says("/sites киоск")
    await crew.desk.says("/sites")
    await crew.client.says("/sites")
    await crew.client.says("/new")
    for phone in (crew.desk, crew.client):
        for message in await phone.shown():
            assert sum(len(row) for row in message["inline"]) <= 100
    assert {row.status for row in await crew.edge.inbox()} == {InboxStatus.DONE}


@pytest.mark.parametrize("language", ["ru", "en"])
def test_whatever_a_person_is_called_the_words_around_stay(language: str) -> None:
    for name in ODD_NAMES:
        said = load(language)("error-unexpected", incident=name)
        assert escape(name) in said
        assert "<b>Л" not in said


def test_a_text_of_five_thousand_letters_leaves_the_request_as_it_was(session: Session, now: datetime) -> None:
    from core.domain.errors import TextTooLong
    from tests.make.tickets import tap

    world = make_world(session, now=now)
    intake_id = tell(world)
    with pytest.raises(TextTooLong):
        intakes.say(session, tap(world.requester), "ж" * 5000, now=now)
    assert intakes.card(session, world.requester, intake_id, now=now).text == "Не горит свет"
