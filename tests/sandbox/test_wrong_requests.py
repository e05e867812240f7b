"""Wrong requests get the code and the words of the real server."""

from typing import Any

import pytest

from tests.sandbox.conftest import DARYA, Box

LONG = "я" * 4097
ME = {"chat_id": DARYA}
BAD = "Bad Request: "


def keyboard(*buttons: Any) -> dict[str, Any]:
    return ME | {"text": "x", "reply_markup": {"inline_keyboard": [list(buttons)]}}


def html(text: str) -> dict[str, Any]:
    return ME | {"text": text, "parse_mode": "HTML"}


UNPARSED = BAD + "can't parse entities: "
WRONG = [
    ("sendMessage", {"text": "x"}, 400, BAD + "chat_id is empty"),
    ("sendMessage", {"chat_id": 999, "text": "x"}, 400, BAD + "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, 400, BAD + "chat not found"),
    ("sendMessage", ME, 400, BAD + "message text is empty"),
    ("sendMessage", ME | {"text": ""}, 400, BAD + "message text is empty"),
    ("sendMessage", ME | {"text": " \n "}, 400, BAD + "text must be non-empty"),
    ("sendMessage", ME | {"text": LONG}, 400, BAD + "message is too long"),
    ("sendMessage", ME | {"text": "😀" * 2049}, 400, BAD + "message is too long"),
    ("sendMessage", ME | {"text": "x", "parse_mode": "BBCode"}, 400, BAD + "unsupported parse_mode"),
    ("sendMessage", html("ё<b>x"), 400, UNPARSED + 'Can\'t find end tag corresponding to start tag "b"'),
    ("sendMessage", html("ё<div>x</div>"), 400, UNPARSED + 'Unsupported start tag "div" at byte offset 2'),
    ("sendMessage", html("a < b"), 400, UNPARSED + 'Unsupported start tag "" at byte offset 2'),
    ("sendMessage", html("a <b"), 400, UNPARSED + "Unclosed start tag at byte offset 2"),
    ("sendMessage", html("x</b>"), 400, UNPARSED + "Unexpected end tag at byte offset 1"),
    (
        "sendMessage",
        html("<b>x</i>"),
        400,
        UNPARSED + 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"',
    ),
    ("sendMessage", html('<span class="red">x</span>'), 400, UNPARSED + 'Tag "span" must have class "tg-spoiler" at'),
    ("sendMessage", keyboard({"text": "x", "callback_data": "я" * 33}), 400, BAD + "BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        keyboard({"text": "x", "callback_data": ""}),
        400,
        BAD + "can't parse InlineKeyboardButton: Text buttons are not allowed in the inline keyboard",
    ),
    (
        "sendMessage",
        keyboard({"callback_data": "x"}),
        400,
        BAD + "can't parse InlineKeyboardButton: Can't find field \"text\"",
    ),
    (
        "sendMessage",
        keyboard({"text": "", "callback_data": "x"}),
        400,
        BAD + "inline keyboard button text must be non-empty",
    ),
    ("sendMessage", keyboard(*[{"text": "x", "callback_data": "x"}] * 9), 400, BAD + "reply markup is too long"),
    (
        "sendMessage",
        keyboard({"text": "x", "url": "http://localhost/x"}),
        400,
        BAD + "inline keyboard button URL 'http://localhost/x' is invalid: Wrong HTTP URL",
    ),
    (
        "sendMessage",
        ME | {"text": "x", "reply_markup": "{"},
        400,
        BAD + "can't parse reply keyboard markup JSON object",
    ),
    ("sendMessage", ME | {"text": "x", "reply_markup": "[]"}, 400, BAD + "object expected as reply markup"),
    (
        "sendMessage",
        ME | {"text": "x", "reply_markup": {"inline_keyboard": [{}]}},
        400,
        BAD + 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    (
        "sendMessage",
        ME | {"text": "x", "reply_parameters": {"message_id": 77}},
        400,
        BAD + "message to be replied not found",
    ),
    ("sendMessage", ME | {"text": "x", "colour": "red"}, 400, BAD + 'sendMessage has no parameter "colour"'),
    ("sendMessage", ME | {"text": "x", "message_thread_id": 5}, 400, BAD + "the sandbox does not do parameter"),
    ("sendPhoto", ME, 400, BAD + "there is no photo in the request"),
    ("sendPhoto", ME | {"photo": "AgACnonsense"}, 400, BAD + "wrong file identifier/HTTP URL specified"),
    ("sendDocument", ME | {"document": "attach://x"}, 400, BAD + "file attached by attach:// is not in the request"),
    ("sendMediaGroup", ME | {"media": []}, 400, BAD + "media group must include 2-10 items"),
    ("sendMediaGroup", ME | {"media": "{"}, 400, BAD + "can't parse media JSON object"),
    ("sendLocation", ME | {"longitude": 3}, 400, BAD + "latitude is empty"),
    ("sendChatAction", ME | {"action": "sleeping"}, 400, BAD + "wrong parameter action in request"),
    ("editMessageText", ME | {"message_id": 99, "text": "x"}, 400, BAD + "message to edit not found"),
    ("editMessageText", ME | {"message_id": 1, "text": "x"}, 400, BAD + "message can't be edited"),
    ("editMessageText", ME | {"text": "x"}, 400, BAD + "message identifier is not specified"),
    ("deleteMessage", ME | {"message_id": 99}, 400, BAD + "message to delete not found"),
    (
        "answerCallbackQuery",
        {"callback_query_id": "5"},
        400,
        BAD + "query is too old and response timeout expired or query ID is invalid",
    ),
    ("answerCallbackQuery", {"callback_query_id": "5", "text": "x" * 201}, 400, BAD + "MESSAGE_TOO_LONG"),
    ("getFile", {"file_id": "nonsense"}, 400, BAD + "wrong file_id or the file is temporarily unavailable"),
    ("getFile", {}, 400, BAD + "file_id not specified"),
    (
        "setMyCommands",
        {"commands": [{"command": "Привет", "description": "x"}]},
        400,
        BAD + "BOT_COMMAND_INVALID",
    ),
    ("getChat", {"chat_id": -100500}, 400, BAD + "chat not found"),
    ("getChatMember", ME | {"user_id": 5}, 400, BAD + "invalid user_id specified"),
    ("sendDice", ME, 400, BAD + "the sandbox does not do method sendDice yet"),
    ("setWebhook", {"url": "https://example.org/x"}, 400, BAD + "the sandbox does not do webhook delivery"),
    ("sendPigeon", ME, 404, "Not Found"),
]


@pytest.mark.parametrize(
    ("method", "params", "code", "words"), WRONG, ids=[f"{number}-{row[0]}" for number, row in enumerate(WRONG)]
)
async def test_a_wrong_request_gets_the_servers_words(
    box: Box, method: str, params: dict[str, Any], code: int, words: str
) -> None:
    await box.meet()
    status, told = await box.call(method, **params)
    assert (status, told["ok"], told["error_code"]) == (code, False, code)
    assert told["description"].startswith(words), told["description"]
    assert (await box.sim("messages", chat=DARYA))["messages"][1:] == [], "nothing was sent all the same"


@pytest.mark.parametrize("token", ["123:short", "abc", "1000000001:WRONG_WRONG_WRONG_WRONG_WRONG_WRONG"])
async def test_a_wrong_token_is_unauthorized(box: Box, token: str) -> None:
    await box.ok("getMe")
    assert await box.call("getMe", token) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})


async def test_the_same_edit_is_refused_and_a_lost_keyboard_is_a_change(box: Box) -> None:
    await box.meet()
    markup = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    sent = await box.ok("sendMessage", chat_id=DARYA, text="<b>Раз</b>", parse_mode="HTML", reply_markup=markup)
    same = {"chat_id": DARYA, "message_id": sent["message_id"], "text": "<b>Раз</b>", "parse_mode": "HTML"}
    status, told = await box.call("editMessageText", **same, reply_markup=markup)
    assert status == 400
    assert told["description"] == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    edited = await box.ok("editMessageText", **same)
    assert "reply_markup" not in edited


async def test_text_has_no_caption_and_no_media_to_edit(box: Box) -> None:
    await box.meet()
    sent = await box.ok("sendMessage", chat_id=DARYA, text="Раз")
    where = {"chat_id": DARYA, "message_id": sent["message_id"]}
    media = {"type": "photo", "media": "nonsense"}
    told = [
        await box.call("editMessageCaption", **where, caption="x"),
        await box.call("editMessageMedia", **where, media=media),
    ]
    assert [body["description"] for _, body in told] == [
        "Bad Request: there is no caption in the message to edit",
        "Bad Request: there is no media in the message to edit",
    ]


async def test_a_message_with_a_reply_keyboard_cannot_be_edited_and_does_not_echo_it(box: Box) -> None:
    await box.meet()
    below = {"keyboard": [[{"text": "Фото"}]]}
    sent = await box.ok("sendMessage", chat_id=DARYA, text="Снимите", reply_markup=below)
    assert "reply_markup" not in sent
    assert (await box.sim("messages", chat=DARYA))["keyboard"]["keyboard"] == [[{"text": "Фото"}]]
    status, told = await box.call("editMessageText", chat_id=DARYA, message_id=sent["message_id"], text="Иначе")
    assert (status, told["description"]) == (400, "Bad Request: message can't be edited")


async def test_people_who_never_wrote_blocked_or_left_cannot_be_written_to(box: Box) -> None:
    await box.ok("getMe")
    await box.sim("user", id=DARYA, name="Дарья")
    hello = {"chat_id": DARYA, "text": "Здравствуйте"}
    never = await box.call("sendMessage", **hello)
    await box.sim("text", user=DARYA, text="/start")
    await box.sim("block", chat=DARYA)
    blocked = await box.call("sendMessage", **hello)
    await box.sim("block", chat=DARYA, on=False)
    assert (await box.call("sendMessage", **hello))[0] == 200
    await box.sim("block", chat=DARYA, deactivated=True)
    gone = await box.call("sendMessage", **hello)
    assert [(status, told["description"]) for status, told in (never, blocked, gone)] == [
        (403, "Forbidden: bot can't initiate conversation with a user"),
        (403, "Forbidden: bot was blocked by the user"),
        (403, "Forbidden: user is deactivated"),
    ]
