"""Two client libraries against the sandbox; every request they make fits the published Bot API."""

import base64
from io import BytesIO

import pytest
import telegram
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat, TelegramRetryAfter
from aiogram.types import (
    BotCommand,
    BotCommandScopeChat,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.request import HTTPXRequest

from tests.botapi_spec import answer_problems, journal_problems, request_problems
from tests.sandbox.conftest import DARYA, TOKEN, Box, jpeg

BUTTONS = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text="Принять", callback_data="take:1", style="success")]]
)


async def test_aiogram_sends_edits_and_downloads(box: Box) -> None:
    await box.meet()
    bot = box.aiogram()
    (update,) = await bot.get_updates(timeout=5, allowed_updates=["message", "callback_query"])
    assert update.message is not None
    reply = ReplyParameters(message_id=update.message.message_id)
    sent = await bot.send_message(
        DARYA, "<b>Заявка</b>", parse_mode="HTML", reply_markup=BUTTONS, reply_parameters=reply
    )
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].callback_data == "take:1"
    assert sent.reply_to_message is not None
    edited = await bot.edit_message_text("Взята", chat_id=DARYA, message_id=sent.message_id)
    assert edited is not True
    assert edited.text == "Взята"
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Телефон", request_contact=True)]])
    await bot.send_message(DARYA, "Пришлите телефон", reply_markup=keyboard)
    photo = await bot.send_photo(DARYA, BufferedInputFile(jpeg(), "до.jpg"), caption="До")
    assert photo.photo is not None
    file = await bot.get_file(photo.photo[-1].file_id)
    assert file.file_path is not None
    out = await bot.download_file(file.file_path, BytesIO())
    assert out is not None
    assert out.read(2) == b"\xff\xd8"
    media = InputMediaPhoto(media=BufferedInputFile(jpeg(500, 400, "red"), "после.jpg"), caption="После")
    changed = await bot.edit_message_media(media, chat_id=DARYA, message_id=photo.message_id)
    assert changed is not True
    assert changed.caption == "После"
    album = await bot.send_media_group(DARYA, [media, InputMediaPhoto(media=photo.photo[-1].file_id)])
    assert len({one.media_group_id for one in album}) == 1
    document = await bot.send_document(DARYA, BufferedInputFile(b"%PDF-1.7", "акт.pdf"), caption="Акт")
    assert document.document is not None
    assert document.document.file_name == "акт.pdf"
    await bot.set_message_reaction(DARYA, sent.message_id, [ReactionTypeEmoji(emoji="👍")])
    scope = BotCommandScopeChat(chat_id=DARYA)
    await bot.set_my_commands([BotCommand(command="menu", description="Меню")], scope=scope)
    assert (await bot.get_chat(DARYA)).first_name == "Дарья"
    assert (await bot.get_chat_member(DARYA, DARYA)).status == "member"
    await bot.delete_message(DARYA, document.message_id)
    journal = await box.sim("journal")
    assert journal_problems(journal) == []
    assert answer_problems(journal) == []


async def test_what_people_do_reaches_the_bot_in_the_published_form(box: Box) -> None:
    await box.meet()
    bot = box.aiogram()
    data = base64.b64encode(jpeg(600, 400)).decode()
    for kind in ("photo", "document", "video", "voice"):
        await box.sim("media", user=DARYA, kind=kind, data=data, caption="Вот /help", forwarded=True, group="a")
    live = await box.sim("location", user=DARYA, lat=55.7, lon=37.6, accuracy=20, live=600)
    await box.sim("move", chat=DARYA, message_id=live["message"]["message_id"], lat=55.8, lon=37.6)
    await box.sim("contact", user=DARYA, phone="+79990000101", owner=DARYA)
    await box.sim("group", id=-500, title="Диспетчерская", token=TOKEN, by=DARYA)
    sent = await bot.send_message(DARYA, "x", reply_markup=BUTTONS)
    await box.sim("text", user=DARYA, text="Ответ", reply_to=sent.message_id)
    await box.sim("press", user=DARYA, message_id=sent.message_id, text="Принять")
    await box.sim("press", user=DARYA, message_id=sent.message_id, text="Принять", inaccessible=True)
    await box.sim("block", chat=DARYA)
    await box.sim("migrate", **{"from": -500, "to": -1_001_000_000_500})
    await bot.get_updates()
    assert (await bot.get_chat_member(-1_001_000_000_500, bot.id)).status == "administrator"
    assert (await bot.get_chat(-1_001_000_000_500)).title == "Диспетчерская"
    journal = await box.sim("journal")
    assert len([entry for entry in journal if entry["direction"] == "update"]) == 15
    assert answer_problems(journal) == []


async def test_aiogram_recognises_the_servers_refusals(box: Box) -> None:
    await box.meet()
    bot = box.aiogram()
    await box.sim("fault", method="sendMessage", code=429, retry_after=3)
    with pytest.raises(TelegramRetryAfter) as waiting:
        await bot.send_message(DARYA, "x")
    assert waiting.value.retry_after == 3
    await box.sim("group", id=-500, title="Диспетчерская")
    await box.sim("migrate", **{"from": -500, "to": -1_001_000_000_500})
    with pytest.raises(TelegramMigrateToChat) as moved:
        await bot.send_message(-500, "x")
    assert moved.value.migrate_to_chat_id == -1_001_000_000_500
    await box.sim("block", chat=DARYA)
    with pytest.raises(TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(DARYA, "x")


async def test_another_client_library_gets_on_with_the_sandbox(box: Box) -> None:
    await box.meet()
    request = HTTPXRequest(read_timeout=30)
    async with telegram.Bot(TOKEN, f"{box.base}/bot", f"{box.base}/file/bot", request=request) as bot:
        (update,) = await bot.get_updates(timeout=5)
        assert update.message is not None
        assert update.message.text == "/start"
        keyboard = telegram.InlineKeyboardMarkup([[telegram.InlineKeyboardButton("Принять", callback_data="take:1")]])
        sent = await bot.send_message(DARYA, "<i>Заявка</i>", parse_mode="HTML", reply_markup=keyboard)
        await box.sim("press", user=DARYA, message_id=sent.message_id, text="Принять")
        (update,) = await bot.get_updates(offset=update.update_id + 1, timeout=5)
        assert update.callback_query is not None
        assert update.callback_query.data == "take:1"
        assert await update.callback_query.answer("Ваша")
        edited = await bot.edit_message_text("Взята", DARYA, sent.message_id)
        assert isinstance(edited, telegram.Message)
        assert edited.text == "Взята"
        with pytest.raises(telegram.error.BadRequest, match="not modified"):
            await bot.edit_message_text("Взята", DARYA, sent.message_id)
        photo = await bot.send_photo(DARYA, jpeg(800, 600), caption="До")
        file = await photo.photo[-1].get_file()
        assert bytes(await file.download_as_bytearray())[:2] == b"\xff\xd8"
    assert journal_problems(await box.sim("journal")) == []


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        ({"method": "sendPigeon", "params": {}}, "no such method"),
        ({"method": "sendMessage", "params": {"chat_id": 5}}, "sendMessage.text: required"),
        ({"method": "sendMessage", "params": {"chat_id": 5, "text": "x", "colour": 1}}, "sendMessage.colour: unknown"),
        ({"method": "sendMessage", "params": {"chat_id": 5, "text": 7}}, "sendMessage.text: 7 is not String"),
        ({"method": "sendLocation", "params": {"chat_id": 5, "latitude": "x", "longitude": "1.5"}}, "is not Float"),
        (
            {"method": "sendMessage", "params": {"chat_id": 5, "text": "x", "reply_parameters": {"message_id": "7"}}},
            "reply_parameters.message_id: '7' is not Integer",
        ),
        (
            {
                "method": "sendMessage",
                "params": {
                    "chat_id": 5,
                    "text": "x",
                    "reply_markup": {"inline_keyboard": [[{"text": "x", "dat": ""}]]},
                },
            },
            "reply_markup.inline_keyboard[0][0].dat: unknown",
        ),
        (
            {"method": "sendMediaGroup", "params": {"chat_id": 5, "media": [{"type": "photo"}]}},
            "media[0].media: required",
        ),
        ({"method": "sendPhoto", "params": {"chat_id": 5, "photo": "attach://a"}}, "attach://a is not in the request"),
        (
            {"method": "setMyCommands", "params": {"commands": [], "scope": {"type": "moon"}}},
            "setMyCommands.scope.type: 'moon' is not",
        ),
    ],
)
def test_a_request_outside_the_published_api_is_caught(entry: dict[str, object], complaint: str) -> None:
    problems = request_problems({"files": {}, **entry})
    assert any(complaint in problem for problem in problems), problems


def test_a_request_inside_the_published_api_is_let_through() -> None:
    buttons = [[{"text": "x", "callback_data": "y", "style": "danger"}]]
    params = {"chat_id": "-5", "text": "x", "protect_content": "true", "reply_markup": {"inline_keyboard": buttons}}
    assert request_problems({"method": "sendMessage", "params": params, "files": {}}) == []
    media = [{"type": "photo", "media": "attach://a"}, {"type": "video", "media": "BAAC", "width": 5}]
    entry = {"method": "sendMediaGroup", "params": {"chat_id": 5, "media": media}, "files": {"a": {"size": 5}}}
    assert request_problems(entry) == []
