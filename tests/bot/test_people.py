"""People, sites, contractors and the workbook as they look on the phones, over the sandbox."""

import base64
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from bot.app import feeder
from bot.screens.people import EndRole, NewInvite, ShowPerson
from bot.screens.sites import ShowSite, Stickers
from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.services import people
from core.settings import Settings
from storage.blobs import Blobs
from storage.models.contractor import Contractor
from storage.models.directory import Client, Site
from storage.models.people import Consent, Invite, Membership, Person
from tests.bot.conftest import Edge
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_person
from tests.make.workbooks import Sheets, put, small_book, write_xlsx
from tests.sandbox.conftest import DARYA, PYOTR, TOKEN

PHONE = "+79161234567"


@pytest.fixture(autouse=True)
def quick_chats(monkeypatch: pytest.MonkeyPatch) -> None:
    """These stories talk in one chat faster than people do."""
    monkeypatch.setattr("bot.limits.CHAT_BURST", 1000)


class Phone:
    """One person at the phone."""

    def __init__(self, edge: Edge, user: int, name: str = "Дарья") -> None:
        self.edge, self.user, self.name = edge, user, name

    async def say(self, text: str) -> None:
        await self.edge.box.sim("user", id=self.user, name=self.name)
        await self.edge.box.sim("text", token=TOKEN, user=self.user, text=text)

    async def contact(self, phone: str = PHONE, owner: int | None = None) -> None:
        await self.edge.box.sim("contact", token=TOKEN, user=self.user, phone=phone, owner=owner or self.user)

    async def place(self, lat: float, lon: float) -> None:
        await self.edge.box.sim("location", token=TOKEN, user=self.user, lat=lat, lon=lon)

    async def send_file(self, content: bytes, name: str) -> None:
        data = base64.b64encode(content).decode()
        await self.edge.box.sim("media", token=TOKEN, user=self.user, kind="document", data=data, name=name)

    async def press(self, text: str) -> None:
        """The newest message with such a button."""
        for message in reversed(await self.edge.shown(self.user)):
            if any(button["text"].startswith(text) for row in message["inline"] for button in row):
                found = next(b["text"] for row in message["inline"] for b in row if b["text"].startswith(text))
                where = {"token": TOKEN, "user": self.user, "message_id": message["message_id"]}
                await self.edge.box.sim("press", **where, text=found)
                return
        raise AssertionError(f"nobody shows the button {text!r}: {await self.edge.texts(self.user)}")

    async def forge(self, data: str) -> None:
        last = (await self.edge.shown(self.user))[-1]["message_id"]
        await self.edge.box.sim("press", token=TOKEN, user=self.user, message_id=last, data=data, forged=True)

    async def sees(self, words: str) -> str:
        """Waits for a message with these words and gives its whole text."""

        async def newest() -> str | None:
            return next((text for text in reversed(await self.edge.texts(self.user)) if words in text), None)

        try:
            await self.edge.until(newest)
        except AssertionError as error:
            raise AssertionError(f"{words!r} is not shown: {await self.edge.texts(self.user)}; {error}") from None
        return await newest() or ""

    async def sees_button(self, text: str) -> None:
        async def shown() -> bool:
            return any(
                button["text"].startswith(text)
                for message in await self.edge.shown(self.user)
                for row in message["inline"]
                for button in row
            )

        await self.edge.until(shown)


async def prepare(edge: Edge, work: Any) -> Any:
    def run(session: Session, *, now: datetime) -> Any:
        return work(session, now)

    return await edge.db.write(run)


async def appoint(edge: Edge, user: int, *grants: Grant) -> Actor:
    """Somebody who has been here for long."""
    actor: Actor = await prepare(edge, lambda s, now: add_person(s, *grants, now=now, telegram_id=user))
    return actor


async def actor_of(edge: Edge, user: int) -> Actor:
    return await edge.db.read(people.actor, user)


async def test_a_shop_manager_comes_in_with_her_phone(edge: Edge) -> None:
    site = await prepare(
        edge, lambda s, _: add_site(s, name="Лавка <b>№1</b>", responsible_name="Мария", responsible_phone=PHONE)
    )
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/start")
    await darya.sees("по номеру телефона")
    keyboard = (await edge.box.sim("messages", chat=DARYA))["keyboard"]
    assert "request_contact" in str(keyboard)

    await darya.contact(owner=PYOTR)
    await darya.sees("Это чужой номер")
    await darya.contact()
    shown = await darya.sees("Вас ждут здесь")
    assert "Ответственный за объект — Лавка <b>№1</b>" in shown  # the name is shown as typed, not obeyed
    assert (await edge.box.sim("messages", chat=DARYA))["keyboard"] is None
    assert (await actor_of(edge, DARYA)).grants == ()
    await darya.press("Да, это я")
    await darya.sees("Чем помочь")
    assert "отказом." in shown  # the list of consents ends like a sentence

    async def welcome_is_settled() -> bool:
        return all(one["inline"] == [] for one in await edge.shown(DARYA) if "Вас ждут здесь" in one["text"])

    await edge.until(welcome_is_settled)
    assert (await actor_of(edge, DARYA)).grants == (Grant(Role.REQUESTER, client_id=site.client_id, site_id=site.id),)


async def test_who_came_in_otherwise_is_asked_for_consent_at_the_first_start(edge: Edge) -> None:
    await appoint(edge, DARYA, Grant(Role.ADMIN))
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/start")
    await darya.sees("нужно ваше согласие")
    await darya.press("Согласен")
    await darya.sees("Чем помочь")
    given = {(row.kind, row.version) for row in await edge.rows(Consent)}
    assert given == {("personal_data", 1), ("tap_signature", 1)}
    await darya.say("/start")

    async def menus() -> bool:
        return sum("Чем помочь" in text for text in await edge.texts(DARYA)) == 2

    await edge.until(menus)


async def test_an_unknown_phone_is_told_whom_to_ask(edge: Edge) -> None:
    edge.start()
    pyotr = Phone(edge, PYOTR, "Пётр")
    await pyotr.say("/start")
    await pyotr.sees("по номеру телефона")
    await pyotr.contact("+79990000000")
    await pyotr.sees("Вашего номера пока нет")


async def test_an_invite_goes_from_the_admin_to_a_dispatcher_and_works_once(edge: Edge) -> None:
    await appoint(edge, DARYA, Grant(Role.ADMIN))
    edge.start()
    darya, pyotr = Phone(edge, DARYA), Phone(edge, PYOTR, "Пётр")
    await darya.say("/invite")
    await darya.sees("Кого пригласить")
    await darya.press("Диспетчер")
    text = await darya.sees("Перешлите это сообщение")
    payload = re.search(r"https://t\.me/\w+\?start=(i-[A-Za-z0-9_-]{22})", text)
    assert payload is not None

    await pyotr.say(f"/start {payload[1]}")
    await pyotr.sees("Вас ждут здесь")
    await pyotr.press("Да, это я")
    await pyotr.sees("Чем помочь")
    assert (await actor_of(edge, PYOTR)).roles == {Role.DISPATCHER}

    stranger = Phone(edge, 103, "Чужой")
    await stranger.say(f"/start {payload[1]}")
    await stranger.sees("приглашение не действует")
    assert (await actor_of(edge, 103)).grants == ()
    token = payload[1].removeprefix("i-")
    await edge.until(lambda: _none_holds(edge, token))


async def _none_holds(edge: Edge, token: str) -> bool:
    return all(token not in row.body for row in await edge.inbox())


async def test_a_dispatcher_finds_a_site_and_changes_it(edge: Edge) -> None:
    site = await prepare(edge, lambda s, _: add_site(s, code="О-00077", name="Берёзка", lat=55.0, lon=37.0))
    await appoint(edge, DARYA, Grant(Role.DISPATCHER))
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/sites O-77")
    await darya.sees("1 объект")
    await darya.press("Берёзка")
    await darya.sees("О-00077")
    await _then(darya, "Изменить")
    await _then(darya, "Радиус отметки")
    await darya.sees("радиус в метрах")
    await darya.say("триста")
    await darya.sees("целое число метров")
    await darya.say("300")
    await darya.sees("в пределах 300 м")
    await _then(darya, "Изменить")
    await _then(darya, "Точка на карте")
    await darya.sees("Отправьте геопозицию")
    await darya.place(55.5, 37.5)

    async def moved() -> bool:
        return [(row.lat, row.lon, row.radius_m) for row in await edge.rows(Site)] == [(55.5, 37.5, 300)]

    await edge.until(moved)
    await darya.say("/sites")
    await _then(darya, "📍 Рядом со мной")
    await darya.sees("выберите точку")
    await darya.place(55.5, 37.5)
    await darya.sees("Ближайшие объекты")
    assert site.id == 1


async def _then(phone: Phone, button: str) -> None:
    await phone.sees_button(button)
    await phone.press(button)


async def test_a_dispatcher_turns_a_contractor_to_night_jobs(edge: Edge) -> None:
    await prepare(edge, lambda s, _: add_contractor(s, name="Электросвет", skills=["Электрика"]))
    await appoint(edge, DARYA, Grant(Role.DISPATCHER))
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/contractor электро")
    await _then(darya, "Электросвет")
    await _then(darya, "Изменить")
    await _then(darya, "🌙")
    await darya.sees("Ночные выезды: да")
    assert [row.night_jobs for row in await edge.rows(Contractor)] == [True]


async def test_an_owner_invites_an_engineer_and_lets_him_go(edge: Edge) -> None:
    firm = await prepare(edge, lambda s, _: add_contractor(s))
    await appoint(edge, DARYA, Grant(Role.OWNER, contractor_id=firm.id))
    edge.start()
    darya, pyotr = Phone(edge, DARYA), Phone(edge, PYOTR, "Пётр <i>")
    await darya.say("/team")
    await _then(darya, "Пригласить инженера")
    text = await darya.sees("Перешлите это сообщение")
    await pyotr.say("/start " + text.split("start=")[1].split()[0])
    await pyotr.sees("автоматически")
    await pyotr.press("Да, это я")
    await darya.sees("теперь в вашей команде")
    await _then(darya, "Открыть команду")
    await _then(darya, "Убрать: Пётр <i>")
    await darya.sees("Убрать Пётр <i> из команды?")
    await _then(darya, "Да, убрать")
    await pyotr.sees("завершена")
    assert (await actor_of(edge, PYOTR)).grants == ()


async def test_an_admin_loads_the_workbook_looks_first_and_takes_it_back(edge: Edge, tmp_path: Path) -> None:
    await appoint(edge, DARYA, Grant(Role.ADMIN))
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    edge.feed = feeder(edge.bot, edge.db, settings=settings, blobs=Blobs(tmp_path / "media"), pictures=None)
    book = written(tmp_path / "operator.xlsx")
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/import")
    await darya.sees("Пришлите книгу")
    await darya.send_file(book, "Справочники.XLSX")
    await darya.sees("Что изменит эта книга")
    assert await edge.rows(Client) == []
    await _then(darya, "Загрузить")
    await darya.sees("справочники загружены")
    assert await edge.rows(Client)
    await darya.send_file(book, "Справочники.XLSX")
    await darya.sees("книга ничего не изменит")
    await darya.say("/export")

    async def has_file() -> bool:
        return any("document" in message for message in await edge.shown(DARYA))

    await edge.until(has_file)


async def test_a_wrong_workbook_is_explained_and_cannot_be_loaded(edge: Edge, tmp_path: Path) -> None:
    await appoint(edge, DARYA, Grant(Role.ADMIN))
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    edge.feed = feeder(edge.bot, edge.db, settings=settings, blobs=Blobs(tmp_path / "media"), pictures=None)
    sheets = small_book()
    put(sheets, "Клиенты", 2, "Телефон", "<позвоните>")
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/help")
    await darya.sees("Что можно сделать")
    await darya.send_file(b"PK\x03\x04 no book at all", "book.xlsx")
    await edge.until(lambda: _shown_count(edge, 2))
    await darya.send_file("Код;Название\n".encode("cp1251"), "clients.csv")
    await edge.until(lambda: _said_twice(edge, "CSV загружает команда"))
    await darya.send_file(written(tmp_path / "wrong.xlsx", sheets), "wrong.xlsx")
    shown = await darya.sees("ошибка")
    assert "Клиенты, строка" in shown
    assert "«<позвоните>» — не номер телефона" in shown
    assert not any(message["inline"] for message in (await edge.shown(DARYA))[-1:])
    assert await edge.rows(Client) == []


async def _shown_count(edge: Edge, count: int) -> bool:
    return len(await edge.shown(DARYA)) >= count


async def _said_twice(edge: Edge, words: str) -> bool:
    return sum(words in message["text"] for message in await edge.shown(DARYA)) == 2


def written(path: Path, sheets: Sheets | None = None) -> bytes:
    return write_xlsx(path, sheets or small_book()).read_bytes()


async def test_stickers_of_a_client_come_as_a_pdf(edge: Edge) -> None:
    client = await prepare(edge, add_two_sites)
    await appoint(edge, DARYA, Grant(Role.DISPATCHER))
    edge.start()
    darya = Phone(edge, DARYA)
    await darya.say("/invite")
    await _then(darya, "Клиента")
    await _then(darya, client.name)
    await _then(darya, "Наклейки QR")

    async def pdf() -> bool:
        files = [message["document"]["name"] for message in await edge.shown(DARYA) if "document" in message]
        return any(name.endswith(".pdf") for name in files)

    await edge.until(pdf, 60)


def add_two_sites(session: Session, now: datetime) -> Client:
    client = add_client(session)
    for _ in range(2):
        add_site(session, client)
    return client


async def test_forged_buttons_of_a_stranger_do_nothing_and_tell_nothing(edge: Edge) -> None:
    site = await prepare(edge, lambda s, _: add_site(s))
    admin = await appoint(edge, DARYA, Grant(Role.ADMIN))
    (role,) = await edge.rows(Membership)
    edge.start()
    stranger = Phone(edge, PYOTR, "Чужой")
    await stranger.say("/help")
    await stranger.sees("Что можно сделать")
    for data in (
        ShowSite(site_id=site.id).pack(),
        ShowSite(site_id=999_999).pack(),
        Stickers(client_id=site.client_id).pack(),
        ShowPerson(person_id=admin.person_id or 0).pack(),
        EndRole(person_id=admin.person_id or 0, membership_id=role.id, sure=True).pack(),
        NewInvite(role=Role.ADMIN).pack(),
        "site:-1",
        "site:99999999999999999999999",
        "site:abc",
        "invite:god::::",
        "apply:AAAA",
        "people:0:",
        "join",
        "firms:0:",
        "clients:0",
    ):
        await stranger.forge(data)

    async def quiet() -> bool:
        return all(row.status == "done" for row in await edge.inbox()) and len(await edge.inbox()) == 16

    await edge.until(quiet, 30)
    shown = " ".join(await edge.texts(PYOTR))
    assert site.name not in shown
    assert len(await edge.rows(Invite)) == 0
    assert [row.ended_at for row in await edge.rows(Membership)] == [None]
    assert (await actor_of(edge, PYOTR)).grants == ()
    assert len(await edge.rows(Person)) == 2
