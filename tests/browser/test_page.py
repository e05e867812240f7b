"""The sandbox's page: what is tapped on a phone reaches the bot, and what the bot says is shown as text."""

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import Locator, Page, expect

from bot.sandbox.cast import DEFAULT_TOKEN
from tests.browser.sandbox_process import SandboxProcess, until

DISPATCHER, ENGINEER, SECOND, SHOP, ACCOUNTANT = 101, 102, 103, 104, 105
CORNER: dict[str, Any] = {"title": "Магазин на углу", "lat": 55.761, "lon": 37.64}


def person(number: int, name: str, role: str) -> dict[str, object]:
    place = {"lat": 55.75, "lon": 37.61}
    phone = f"+7999000{number:04}"
    return {"user": number, "chat": number, "name": name, "role": role, "phone": phone, "place": place}


CAST = {
    "people": [
        person(DISPATCHER, "Дарья Ким", "диспетчер"),
        person(ENGINEER, "Пётр Алексеев", "инженер"),
        person(SECOND, "Иван Сидоренко", "инженер"),
        {**person(SHOP, "Ольга Белова", "магазин"), "scan": [{"title": "Наклейка на витрине", "payload": "s_1"}]},
        person(ACCOUNTANT, "Нина Рау", "бухгалтер"),
    ],
    "shown": [DISPATCHER, ENGINEER, SECOND, SHOP],
    "sites": [CORNER],
    "tries": [
        {
            "title": "Знакомство",
            "steps": [
                {"who": "Нина Рау", "what": "Нажмите «Начать»", "seen": "здравствуйте, нина"},
                {"who": "Нина Рау", "what": "Осмотритесь"},
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    cast = tmp_path_factory.mktemp("cast") / "cast.json"
    cast.write_text(json.dumps(CAST), encoding="utf-8")
    server = SandboxProcess(cast)
    yield server
    server.close()


def phone(page: Page, sandbox: SandboxProcess, chat: int) -> Locator:
    """The phone of a person who has pressed "start"."""
    page.goto(sandbox.url)
    found = page.locator(f'section.phone[data-chat="{chat}"]')
    start = found.get_by_role("button", name="Начать")
    found.get_by_role("textbox", name="Сообщение", exact=True).or_(start).wait_for()
    if start.is_visible():
        start.click()
        assert sandbox.next_update("message", chat)["text"] == "/start"
    found.get_by_role("textbox", name="Сообщение", exact=True).wait_for()
    return found


def attach(found: Locator, *titles: str) -> None:
    found.get_by_role("button", name="Прикрепить").click()
    for title in titles:
        found.get_by_role("menu").get_by_role("menuitem", name=title).first.click()


def inline(*rows: list[str]) -> dict[str, object]:
    keyboard = [[{"text": text, "callback_data": f"tap:{text}"} for text in row] for row in rows]
    return {"inline_keyboard": keyboard}


def test_a_tap_on_a_button_reaches_the_bot_and_its_answer_the_phone(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, ENGINEER)
    offer = sandbox.bot("sendMessage", chat_id=ENGINEER, text="Заявка 17", reply_markup=inline(["Беру"], ["Нет"]))
    card = found.locator(f'article[data-message-id="{offer["message_id"]}"]')
    card.get_by_role("button", name="Беру").click()
    query = sandbox.next_update("callback_query", ENGINEER)
    assert query["data"] == "tap:Беру"
    assert query["message"]["message_id"] == offer["message_id"]

    sandbox.bot("answerCallbackQuery", callback_query_id=query["id"], text="Заявка ваша")
    expect(found.get_by_role("status")).to_have_text("Заявка ваша")
    edited = {"chat_id": ENGINEER, "message_id": offer["message_id"], "text": "Вас ждут в 13:00"}
    sandbox.bot("editMessageText", **edited, reply_markup=inline(["Еду"]))
    expect(card).to_contain_text("Вас ждут в 13:00")
    expect(card).to_contain_text("изменено")
    expect(card.get_by_role("button")).to_have_text(["Еду"])

    card.get_by_role("button", name="Еду").click()
    query = sandbox.next_update("callback_query", ENGINEER)
    sandbox.bot("answerCallbackQuery", callback_query_id=query["id"], text="Уже занято", show_alert=True)
    found.get_by_role("alertdialog").get_by_role("button", name="OK").click()
    expect(found.get_by_role("alertdialog")).to_have_count(0)


def test_a_sample_photo_arrives_as_a_photo_and_no_two_are_the_same(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, ENGINEER)
    attach(found, "Фото", "До")
    first = sandbox.next_update("message", ENGINEER)["photo"][-1]
    attach(found, "Фото", "До")
    second = sandbox.next_update("message", ENGINEER)["photo"][-1]
    assert first["file_unique_id"] != second["file_unique_id"]
    with Image.open(io.BytesIO(sandbox.download(first["file_id"]))) as picture:
        assert picture.format == "JPEG"
        assert picture.width > picture.height > 700
    expect(found.locator("article.mine img")).to_have_count(2)


def test_a_photo_sent_as_a_file_carries_the_place_where_the_phone_is(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, SECOND)
    attach(found, "Геопозиция", CORNER["title"])
    where = sandbox.next_update("message", SECOND)["location"]
    assert (where["latitude"], where["longitude"]) == (CORNER["lat"], CORNER["lon"])
    attach(found, "Фото файлом", "Табличка")
    sent = sandbox.next_update("message", SECOND)["document"]
    with Image.open(io.BytesIO(sandbox.download(sent["file_id"]))) as picture:
        place = picture.getexif().get_ifd(ExifTags.IFD.GPSInfo)
        taken = picture.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal]
    degrees, minutes, seconds = place[ExifTags.GPS.GPSLatitude]
    assert float(degrees + minutes / 60 + seconds / 3600) == pytest.approx(CORNER["lat"], abs=1e-4)
    assert re.fullmatch(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", taken)


def test_an_album_is_sent_as_one_group(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, SECOND)
    attach(found, "Фото", "Альбом из трёх")
    groups = {sandbox.next_update("message", SECOND)["media_group_id"] for _ in range(3)}
    assert len(groups) == 1
    expect(found.locator(".album article")).to_have_count(3)


def test_the_keyboard_of_the_bot_shares_the_own_phone_and_the_place(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, SHOP)
    share = {"text": "Мой телефон", "request_contact": True}
    rows = [[share, {"text": "Где я", "request_location": True}], [{"text": "Мои заявки"}]]
    sandbox.bot("sendMessage", chat_id=SHOP, text="Кто вы?", reply_markup={"keyboard": rows})
    keys = found.get_by_role("group", name="Клавиатура бота")
    keys.get_by_role("button", name="Мой телефон").click()
    card = sandbox.next_update("message", SHOP)["contact"]
    assert (card["phone_number"], card["user_id"]) == ("+79990000104", SHOP)
    keys.get_by_role("button", name="Где я").click()
    found.get_by_role("menuitem", name="Здесь").click()
    assert sandbox.next_update("message", SHOP)["location"]["latitude"] == 55.75
    keys.get_by_role("button", name="Мои заявки").click()
    assert sandbox.next_update("message", SHOP)["text"] == "Мои заявки"
    attach(found, "Чужой контакт", "Пётр Алексеев")
    assert sandbox.next_update("message", SHOP)["contact"]["user_id"] == ENGINEER
    sandbox.bot("sendMessage", chat_id=SHOP, text="Спасибо", reply_markup={"remove_keyboard": True})
    expect(keys).to_be_hidden()


def test_stickers_and_links_start_the_bot_with_their_payload(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, SHOP)
    found.get_by_role("button", name="Навести камеру на QR").click()
    found.get_by_role("menuitem", name="Наклейка на витрине").click()
    assert sandbox.next_update("message", SHOP)["text"] == "/start s_1"
    link = f"https://t.me/{sandbox.bot('getMe')['username']}?start=inv_2"
    sandbox.bot("sendMessage", chat_id=SHOP, text=f"Приглашение: {link}")
    found.get_by_role("link", name="inv_2").click()
    assert sandbox.next_update("message", SHOP)["text"] == "/start inv_2"
    other = phone(page, sandbox, ENGINEER)
    other.get_by_role("button", name="Навести камеру на QR").click()
    other.get_by_role("menuitem", name="Ольга Белова").click()
    assert sandbox.next_update("message", ENGINEER)["text"] == "/start inv_2"


def test_markup_typed_by_a_stranger_stays_text(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, DISPATCHER)
    nasty = '<img src=x onerror="window.caught = 1"> <b>я</b> & 🛠'
    found.get_by_role("textbox", name="Сообщение", exact=True).fill(nasty)
    found.get_by_role("button", name="Отправить").click()
    assert sandbox.next_update("message", DISPATCHER)["text"] == nasty
    expect(found.locator("article.mine").last).to_contain_text(nasty)
    html = "<b>Пятёрочка &lt;b&gt;</b> " + "длинное" * 400
    sent = sandbox.bot("sendMessage", chat_id=DISPATCHER, text=html, parse_mode="HTML")
    bubble = found.locator(f'article[data-message-id="{sent["message_id"]}"]')
    expect(bubble.locator("b")).to_have_text("Пятёрочка <b>")
    assert page.evaluate("window.caught") is None
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert found.evaluate("node => node.querySelector('.messages').scrollWidth <= node.clientWidth")


def test_what_happens_on_another_phone_is_pointed_at(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, ENGINEER)
    page.mouse.move(1, 1)
    page.evaluate("document.activeElement.blur()")
    for number in range(2):
        sandbox.bot("sendMessage", chat_id=ENGINEER, text=f"Новость {number}")
    expect(found.get_by_label("Новых: 2")).to_be_visible()
    found.get_by_text("Новость 1").hover()
    expect(found.get_by_label("Новых: 2")).to_be_hidden()


def test_the_clock_moves_an_hour_for_everybody(page: Page, sandbox: SandboxProcess) -> None:
    phone(page, sandbox, DISPATCHER)
    before = sandbox.sim("clock")["offset"]
    page.get_by_role("button", name="+1 час").click()
    until(lambda: sandbox.sim("clock")["offset"] == before + 3600, "the hour has passed")
    expect(page.get_by_text("идёт…")).to_be_hidden()


def test_the_guide_shows_whose_turn_it_is_and_ticks_itself_off(page: Page, sandbox: SandboxProcess) -> None:
    phone(page, sandbox, DISPATCHER)
    guide = page.get_by_role("navigation", name="Что попробовать")
    expect(guide).to_contain_text("Нажмите «Начать»")
    guide.get_by_role("button", name="Показать телефон").click()
    found = page.locator(f'section.phone[data-chat="{ACCOUNTANT}"]')
    found.get_by_role("button", name="Начать").click()
    assert sandbox.next_update("message", ACCOUNTANT)["text"] == "/start"
    sandbox.bot("sendMessage", chat_id=ACCOUNTANT, text="Здравствуйте, Нина!")
    expect(guide).to_contain_text("Осмотритесь")
    guide.get_by_role("button", name="Сделано").click()
    expect(guide).to_contain_text("Готово")


def test_a_phone_can_be_swapped_for_another_persons(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, SHOP)
    found.get_by_label("Показать телефон").select_option(str(ACCOUNTANT))
    expect(page.locator("section.phone")).to_have_count(4)
    expect(page.locator(f'section.phone[data-chat="{ACCOUNTANT}"]')).to_be_visible()
    expect(found).to_have_count(0)


def test_news_for_a_person_without_a_phone_are_announced(page: Page, sandbox: SandboxProcess) -> None:
    phone(page, sandbox, DISPATCHER)
    unknown = {"token": DEFAULT_TOKEN, "chat": ACCOUNTANT, "user": ACCOUNTANT}
    sandbox.sim("text", **unknown, text="/start")
    sandbox.bot("sendMessage", chat_id=ACCOUNTANT, text="Счёт готов")
    page.get_by_role("group", name="Новое на других телефонах").get_by_role("button", name="Нина Рау").click()
    expect(page.locator(f'section.phone[data-chat="{ACCOUNTANT}"]')).to_contain_text("Счёт готов")


def test_on_a_real_phone_one_phone_is_shown_at_a_time(page: Page, sandbox: SandboxProcess) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(sandbox.url)
    page.get_by_role("tab", name="Ольга Белова").click()
    expect(page.locator("section.phone:visible")).to_have_attribute("data-chat", str(SHOP))
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_voice_and_video_are_recorded_on_the_spot(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, ENGINEER)
    attach(found, "Голосовое")
    assert sandbox.next_update("message", ENGINEER)["voice"]["duration"] == 2
    attach(found, "Видео", "Короткое видео")
    assert sandbox.next_update("message", ENGINEER)["video"]["file_size"] > 1000


def test_a_live_place_moves_instead_of_being_sent_again(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, ENGINEER)
    attach(found, "Геопозиция")
    found.get_by_label("Транслировать 1 час").check()
    found.get_by_role("menuitem", name="В 5 км отсюда").click()
    sent = sandbox.next_update("message", ENGINEER)
    assert sent["location"]["live_period"] == 3600
    expect(found.get_by_text("Трансляция геопозиции")).to_be_visible()
    attach(found, "Геопозиция", CORNER["title"])
    moved = sandbox.next_update("edited_message", ENGINEER)
    assert (moved["message_id"], moved["location"]["latitude"]) == (sent["message_id"], CORNER["lat"])


def test_a_person_who_blocked_the_bot_can_take_it_back(page: Page, sandbox: SandboxProcess) -> None:
    found = phone(page, sandbox, SECOND)
    found.get_by_role("button", name="Ещё").click()
    found.get_by_role("menuitem", name="Заблокировать бота").click()
    assert sandbox.next_update("my_chat_member", SECOND)["new_chat_member"]["status"] == "kicked"
    found.get_by_role("button", name="Разблокировать бота").click()
    assert sandbox.next_update("my_chat_member", SECOND)["new_chat_member"]["status"] == "member"
    expect(found.get_by_role("textbox", name="Сообщение", exact=True)).to_be_visible()


def test_the_page_asks_the_server_for_nothing_nobody_tapped(page: Page, sandbox: SandboxProcess) -> None:
    seen = sandbox.sim("journal")[-1]["seq"]
    page.goto(sandbox.url)
    page.locator("section.phone").last.wait_for()
    page.locator(".clock-now").wait_for()
    assert sandbox.sim("journal", since=seen, direction="control") == []
