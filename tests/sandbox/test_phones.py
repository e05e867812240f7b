"""The control side: what people do on their phones, and what the page is told."""

import asyncio
import base64

import pytest

from tests.sandbox.conftest import DARYA, PYOTR, SECOND_TOKEN, TOKEN, Box, jpeg

YES = {"inline_keyboard": [[{"text": "Да", "callback_data": "yes:1"}, {"text": "Сайт", "url": "https://ya.ru"}]]}


async def latest(box: Box) -> dict[str, object]:
    updates = await box.ok("getUpdates", limit=100, offset=-1)
    found: dict[str, object] = updates[-1]
    return found


async def test_a_press_reaches_the_bot_and_its_answer_reaches_the_phone(box: Box) -> None:
    await box.meet()
    sent = await box.ok("sendMessage", chat_id=DARYA, text="Берёте?", reply_markup=YES)
    where = {"user": DARYA, "message_id": sent["message_id"]}
    update = await box.sim("press", **where, text="Да")
    query = update["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]["text"]) == ("yes:1", DARYA, "Берёте?")
    assert (await box.sim("callback", id=query["id"]))["answered"] is False
    since = (await box.sim("changes"))["seq"]
    await box.ok("answerCallbackQuery", callback_query_id=query["id"], text="Готово", show_alert=True)
    assert await box.sim("callback", id=query["id"]) == {"answered": True, "text": "Готово", "alert": True, "url": None}
    (answer,) = (await box.sim("changes", since=since))["answers"]
    assert (answer["user"], answer["text"], answer["alert"]) == (DARYA, "Готово", True)


async def test_only_a_button_on_the_message_can_be_pressed_unless_forged(box: Box) -> None:
    await box.meet()
    sent = await box.ok("sendMessage", chat_id=DARYA, text="Берёте?", reply_markup=YES)
    where = {"user": DARYA, "message_id": sent["message_id"]}
    assert "no such button" in await box.refused("press", **where, data="no:1")
    assert "tells the bot nothing" in await box.refused("press", **where, text="Сайт")
    assert "no message 99" in await box.refused("press", user=DARYA, message_id=99, text="Да")
    forged = await box.sim("press", **where, data="no:99999999999999999999999", forged=True)
    assert forged["callback_query"]["data"] == "no:99999999999999999999999"
    hidden = await box.sim("press", **where, text="Да", inaccessible=True)
    assert hidden["callback_query"]["message"]["date"] == 0


async def test_a_callback_left_too_long_is_too_old(box: Box) -> None:
    await box.meet()
    sent = await box.ok("sendMessage", chat_id=DARYA, text="Берёте?", reply_markup=YES)
    update = await box.sim("press", user=DARYA, message_id=sent["message_id"], text="Да")
    await box.sim("clock", advance=60)
    status, told = await box.call("answerCallbackQuery", callback_query_id=update["callback_query"]["id"])
    assert status == 400
    assert told["description"].startswith("Bad Request: query is too old")


async def test_photos_lose_their_exif_and_documents_keep_every_byte(box: Box) -> None:
    await box.meet()
    original = jpeg(3000, 2000, exif=True)
    data = base64.b64encode(original).decode()
    photo = (await box.sim("media", user=DARYA, kind="photo", data=data, caption="До"))["message"]
    sizes = [(one["width"], one["height"]) for one in photo["photo"]]
    assert sizes == [(320, 213), (1280, 853)]
    document = (await box.sim("media", user=DARYA, kind="document", data=data, name="IMG_1.jpg"))["message"]["document"]
    assert (document["file_name"], document["mime_type"]) == ("IMG_1.jpg", "image/jpeg")
    downloaded = []
    for file_id in (photo["photo"][-1]["file_id"], document["file_id"]):
        path = (await box.ok("getFile", file_id=file_id))["file_path"]
        async with box.http.get(f"{box.base}/file/bot{TOKEN}/{path}") as response:
            downloaded.append(await response.read())
    assert b"Phone of a witness" in original
    assert b"Phone of a witness" not in downloaded[0]
    assert downloaded[1] == original
    again = (await box.sim("media", user=DARYA, kind="document", data=data, name="copy.jpg"))["message"]["document"]
    assert again["file_unique_id"] == document["file_unique_id"] != photo["photo"][-1]["file_unique_id"]


async def test_a_file_id_is_worth_nothing_to_another_bot(box: Box) -> None:
    await box.meet()
    data = base64.b64encode(b"%PDF-1.4").decode()
    document = (await box.sim("media", user=DARYA, kind="document", data=data, name="a.pdf"))["message"]["document"]
    update = await box.sim("media", token=SECOND_TOKEN, user=DARYA, kind="document", data=data, name="a.pdf")
    same = update["message"]["document"]
    assert same["file_unique_id"] == document["file_unique_id"]
    assert same["file_id"] != document["file_id"]
    status, told = await box.call("getFile", SECOND_TOKEN, file_id=document["file_id"])
    assert (status, told["description"]) == (
        400,
        "Bad Request: wrong file_id or the file is temporarily unavailable",
    )


async def test_a_file_declared_over_twenty_megabytes_cannot_be_downloaded(box: Box) -> None:
    await box.meet()
    data = base64.b64encode(b"short").decode()
    video = (await box.sim("media", user=DARYA, kind="video", data=data, size=21 << 20))["message"]["video"]
    assert video["file_size"] == 21 << 20
    status, told = await box.call("getFile", file_id=video["file_id"])
    assert (status, told["description"]) == (400, "Bad Request: file is too big")


async def test_an_album_is_messages_with_one_group_id(box: Box) -> None:
    await box.meet()
    told = []
    for colour in ("red", "green"):
        data = base64.b64encode(jpeg(400, 300, colour)).decode()
        told.append((await box.sim("media", user=DARYA, kind="photo", data=data, group="a"))["message"])
    assert told[0]["media_group_id"] == told[1]["media_group_id"]
    assert told[0]["message_id"] != told[1]["message_id"]
    assert "as a photo" in await box.refused("media", user=DARYA, kind="photo", data=base64.b64encode(b"x").decode())


async def test_a_live_location_moves_by_edits_and_ends(box: Box) -> None:
    await box.meet()
    sent = (await box.sim("location", user=DARYA, lat=55.7, lon=37.6, live=900))["message"]
    where = {"chat": DARYA, "message_id": sent["message_id"]}
    moved = await box.sim("move", **where, lat=55.8, lon=37.6, accuracy=15)
    assert moved["edited_message"]["location"] == {
        "latitude": 55.8,
        "longitude": 37.6,
        "horizontal_accuracy": 15,
        "live_period": 900,
    }
    ended = await box.sim("move", **where, lat=55.8, lon=37.6, end=True)
    assert "live_period" not in ended["edited_message"]["location"]
    assert "no live location" in await box.refused("move", **where, lat=55, lon=37)


async def test_a_contact_says_whose_it_is(box: Box) -> None:
    await box.meet()
    await box.sim("user", id=PYOTR, name="Пётр")
    own = (await box.sim("contact", user=DARYA, phone="+79990000101", owner=DARYA))["message"]["contact"]
    others = (await box.sim("contact", user=DARYA, phone="+79990000102", owner=PYOTR, forwarded=True))["message"]
    assert (own["user_id"], own["first_name"]) == (DARYA, "Дарья")
    assert others["contact"]["user_id"] == PYOTR
    assert others["forward_origin"]["type"] == "hidden_user"


async def test_the_page_is_told_of_every_change_once(box: Box) -> None:
    await box.meet()
    since = (await box.sim("changes"))["seq"]
    waiting = asyncio.create_task(box.sim("changes", since=since, wait=20))
    sent = await box.ok("sendMessage", chat_id=DARYA, text="<b>Раз</b>", parse_mode="HTML", reply_markup=YES)
    told = await waiting
    (message,) = told["chats"][str(DARYA)]
    assert (message["html"], message["from"], message["edited"]) == ("<b>Раз</b>", "bot", False)
    assert message["inline"][0][0] | {"text": "Да", "data": "yes:1"} == message["inline"][0][0]
    await box.ok("editMessageText", chat_id=DARYA, message_id=sent["message_id"], text="Два")
    await box.ok("sendChatAction", chat_id=DARYA, action="typing")
    other = await box.ok("sendMessage", chat_id=DARYA, text="Лишнее")
    await box.ok("deleteMessage", chat_id=DARYA, message_id=other["message_id"])
    told = await box.sim("changes", since=told["seq"])
    assert [one["text"] for one in told["chats"][str(DARYA)]] == ["Два"]
    assert told["deleted"] == {str(DARYA): [other["message_id"]]}
    assert told["typing"] == {str(DARYA): "typing"}


async def test_the_menu_of_a_chat_is_the_narrowest_one_in_the_persons_language(box: Box) -> None:
    await box.meet()
    for name, extra in (
        ("all", {}),
        ("russian", {"language_code": "ru"}),
        ("private", {"scope": {"type": "all_private_chats"}}),
        ("hers", {"scope": {"type": "chat", "chat_id": DARYA}}),
    ):
        await box.ok("setMyCommands", commands=[{"command": name, "description": name}], **extra)
    assert [one["command"] for one in (await box.sim("messages", chat=DARYA))["commands"]] == ["hers"]
    await box.ok("deleteMyCommands", scope={"type": "chat", "chat_id": DARYA})
    await box.ok("deleteMyCommands", scope={"type": "all_private_chats"})
    assert [one["command"] for one in (await box.sim("messages", chat=DARYA))["commands"]] == ["russian"]
    assert await box.ok("getMyCommands") == [{"command": "all", "description": "all"}]


async def test_a_group_that_became_a_supergroup_names_its_new_id(box: Box) -> None:
    await box.meet()
    await box.sim("group", id=-500, title="Диспетчерская", members=[DARYA], token=TOKEN, by=DARYA)
    assert (await latest(box))["my_chat_member"]["new_chat_member"]["status"] == "administrator"  # type: ignore[index]
    await box.ok("sendMessage", chat_id=-500, text="Работает")
    await box.sim("migrate", **{"from": -500, "to": -1_001_000_000_500})
    status, told = await box.call("sendMessage", chat_id=-500, text="Ещё работает")
    assert (status, told["description"], told["parameters"]) == (
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        {"migrate_to_chat_id": -1_001_000_000_500},
    )
    sent = await box.ok("sendMessage", chat_id=-1_001_000_000_500, text="Работает снова")
    assert sent["chat"]["type"] == "supergroup"
    moved = [entry["update"].get("message", {}) for entry in await box.sim("journal", direction="update")]
    assert [one["migrate_to_chat_id"] for one in moved if "migrate_to_chat_id" in one] == [-1_001_000_000_500]
    assert [one["migrate_from_chat_id"] for one in moved if "migrate_from_chat_id" in one] == [-500]


async def test_an_anonymous_administrator_hides_behind_the_group(box: Box) -> None:
    await box.meet()
    await box.sim("group", id=-1_001_000_000_700, title="Диспетчерская", admins=[DARYA])
    told = await box.sim("text", user=DARYA, chat=-1_001_000_000_700, text="/report", anonymous=True)
    assert told["message"]["sender_chat"]["id"] == -1_001_000_000_700
    assert told["message"]["from"]["is_bot"] is True


async def test_a_bot_thrown_out_of_a_group_may_not_write_there(box: Box) -> None:
    await box.meet()
    await box.sim("group", id=-1_001_000_000_700, title="Диспетчерская", admins=[DARYA])
    await box.sim("block", chat=-1_001_000_000_700)
    status, told = await box.call("sendMessage", chat_id=-1_001_000_000_700, text="Эй")
    assert (status, told["description"]) == (403, "Forbidden: bot was kicked from the supergroup chat")
    assert (await latest(box))["my_chat_member"]["new_chat_member"]["status"] == "kicked"  # type: ignore[index]


async def test_the_bot_learns_that_it_was_blocked_and_taken_back(box: Box) -> None:
    await box.meet()
    await box.sim("block", chat=DARYA)
    assert (await latest(box))["my_chat_member"]["new_chat_member"]["status"] == "kicked"  # type: ignore[index]
    assert "blocked" in await box.refused("text", user=DARYA, text="Привет")
    await box.sim("block", chat=DARYA, on=False)
    assert (await latest(box))["my_chat_member"]["new_chat_member"]["status"] == "member"  # type: ignore[index]


@pytest.mark.parametrize(
    ("op", "body", "words"),
    [
        ("text", {"user": 5, "text": "x"}, "user 5 is unknown"),
        ("text", {"user": DARYA, "chat": PYOTR, "text": "x"}, "somebody else's private chat"),
        ("text", {"user": DARYA, "text": "   "}, "empty message"),
        ("text", {"user": DARYA, "text": "x", "colour": 1}, "text: colour: Extra inputs"),
        ("group", {"id": -5, "title": "x", "forum": True}, "forum topics are not done yet"),
        ("media", {"user": DARYA, "kind": "smell", "data": ""}, "kind of media"),
        ("webhook", {}, "webhook delivery is not done yet"),
        ("webapp", {}, "the Mini App is not done yet"),
        ("telepathy", {}, "there is no op telepathy"),
        ("clock", {"set": "2026-02-01T09:00:00"}, "needs its zone"),
    ],
)
async def test_a_senseless_control_call_is_refused_in_a_sentence(
    box: Box, op: str, body: dict[str, object], words: str
) -> None:
    await box.meet()
    await box.sim("user", id=PYOTR, name="Пётр")
    assert words in await box.refused(op, **body)
