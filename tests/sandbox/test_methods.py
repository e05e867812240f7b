"""Methods one by one: how requests may be encoded, files sent again, albums, captions, pins, copies, menus."""

from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import DARYA, PYOTR, TOKEN, Box, jpeg


async def posted(box: Box, method: str, data: Any) -> tuple[int, dict[str, Any]]:
    async with box.http.post(f"{box.base}/bot{TOKEN}/{method}", data=data) as response:
        return response.status, await response.json()


def form(**files: bytes) -> aiohttp.FormData:
    data = aiohttp.FormData({"chat_id": str(DARYA)})
    for name, content in files.items():
        data.add_field(name, content, filename=f"{name}.bin")
    return data


async def uploaded(box: Box, kind: str, content: bytes) -> dict[str, Any]:
    status, told = await posted(box, f"send{kind.capitalize()}", form(**{kind: content}))
    assert status == 200, told
    message: dict[str, Any] = told["result"]
    return message


async def test_a_request_may_be_a_query_a_form_or_json(box: Box) -> None:
    await box.meet()
    markup = '{"inline_keyboard":[[{"text":"Да","callback_data":"y"}]]}'
    fields = {"chat_id": str(DARYA), "text": "Раз", "reply_markup": markup, "protect_content": "true"}
    async with box.http.get(f"{box.base}/bot{TOKEN}/sendMessage", params=fields) as response:
        answers = [(await response.json())["result"]]
    answers.append((await posted(box, "SENDMESSAGE", fields))[1]["result"])
    multipart = aiohttp.FormData(fields, default_to_multipart=True)
    answers.append((await posted(box, "sendMessage", multipart))[1]["result"])
    answers.append(await box.ok("sendMessage", **fields))
    for sent in answers:
        assert (sent["text"], sent["has_protected_content"]) == ("Раз", True)
        assert sent["reply_markup"]["inline_keyboard"][0][0] == {"text": "Да", "callback_data": "y"}


@pytest.mark.parametrize("kind", ["photo", "document", "video", "voice"])
async def test_a_file_is_sent_once_and_then_by_its_id(box: Box, kind: str) -> None:
    await box.meet()
    first = (await uploaded(box, kind, jpeg(500, 400)))[kind]
    first = first[-1] if kind == "photo" else first
    again = await box.ok(
        f"send{kind.capitalize()}", chat_id=DARYA, caption="<b>Ещё</b>", parse_mode="HTML", **{kind: first["file_id"]}
    )
    shown = again[kind][-1] if kind == "photo" else again[kind]
    assert shown == first
    assert (again["caption"], again["caption_entities"]) == ("Ещё", [{"type": "bold", "offset": 0, "length": 3}])


async def test_what_is_no_picture_too_long_or_of_another_kind_is_refused(box: Box) -> None:
    await box.meet()
    document = (await uploaded(box, "document", b"%PDF"))["document"]["file_id"]
    told = [
        await posted(box, "sendPhoto", form(photo=b"not a picture")),
        await posted(box, "sendPhoto", form(photo=jpeg(2100, 100))),
        await posted(box, "sendDocument", form(document=b"")),
        await box.call("sendPhoto", chat_id=DARYA, photo=document),
        await box.call("sendDocument", chat_id=DARYA, document=document, caption="я" * 1025),
    ]
    assert [(status, body["description"]) for status, body in told] == [
        (400, "Bad Request: IMAGE_PROCESS_FAILED"),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        (400, "Bad Request: file must be non-empty"),
        (400, "Bad Request: can't use file of type Document as Photo"),
        (400, "Bad Request: message caption is too long"),
    ]
    status, body = await posted(box, "sendDocument", form(document=bytes((50 << 20) + 1)))
    assert (status, body["description"]) == (413, "Request Entity Too Large")


async def test_captions_and_keyboards_are_edited_and_the_picture_stays(box: Box) -> None:
    await box.meet()
    photo = await uploaded(box, "photo", jpeg(500, 400))
    where = {"chat_id": DARYA, "message_id": photo["message_id"]}
    captioned = await box.ok("editMessageCaption", **where, caption="До")
    assert (captioned["caption"], captioned["photo"]) == ("До", photo["photo"])
    markup = {"inline_keyboard": [[{"text": "Да", "callback_data": "y"}]]}
    keyed = await box.ok("editMessageReplyMarkup", **where, reply_markup=markup)
    assert (keyed["caption"], keyed["reply_markup"]) == ("До", markup)
    status, told = await box.call("editMessageReplyMarkup", **where, reply_markup=markup)
    assert (status, told["description"].partition(":")[2][:24]) == (400, " message is not modified")
    assert "reply_markup" not in await box.ok("editMessageReplyMarkup", **where)
    status, told = await box.call("editMessageText", **where, text="x")
    assert (status, told["description"]) == (400, "Bad Request: there is no text in the message to edit")


async def test_a_document_does_not_mix_with_photos_in_an_album(box: Box) -> None:
    await box.meet()
    photo = (await uploaded(box, "photo", jpeg(500, 400)))["photo"][-1]["file_id"]
    document = (await uploaded(box, "document", b"%PDF"))["document"]["file_id"]
    media = [{"type": "photo", "media": photo}, {"type": "document", "media": document}]
    status, told = await box.call("sendMediaGroup", chat_id=DARYA, media=media)
    assert (status, told["description"]) == (400, "Bad Request: document can't be mixed with other media types")
    album = await box.ok("sendMediaGroup", chat_id=DARYA, media=[media[0]] * 3)
    assert len({one["message_id"] for one in album}) == 3
    assert len({one["media_group_id"] for one in album}) == 1


async def test_messages_are_pinned_copied_forwarded_and_deleted_together(box: Box) -> None:
    await box.meet()
    await box.meet(PYOTR, "Пётр")
    sent = await box.ok("sendMessage", chat_id=DARYA, text="<b>Раз</b>", parse_mode="HTML")
    where = {"chat_id": DARYA, "message_id": sent["message_id"]}
    await box.ok("pinChatMessage", **where)
    assert (await box.ok("getChat", chat_id=DARYA))["pinned_message"]["message_id"] == sent["message_id"]
    await box.ok("unpinChatMessage", chat_id=DARYA)
    assert "pinned_message" not in await box.ok("getChat", chat_id=DARYA)
    source = {"chat_id": PYOTR, "from_chat_id": DARYA, "message_id": sent["message_id"]}
    copied = await box.ok("copyMessage", **source)
    forwarded = await box.ok("forwardMessage", **source)
    assert forwarded["forward_origin"]["sender_user"]["is_bot"] is True
    shown = (await box.sim("messages", chat=PYOTR))["messages"][1:]
    assert [(one["html"], one["forwarded"]) for one in shown] == [("<b>Раз</b>", False), ("<b>Раз</b>", True)]
    numbers = [copied["message_id"], forwarded["message_id"], 9999]
    assert await box.ok("deleteMessages", chat_id=PYOTR, message_ids=numbers) is True
    assert len((await box.sim("messages", chat=PYOTR))["messages"]) == 1


async def test_places_are_sent_and_impossible_ones_refused(box: Box) -> None:
    await box.meet()
    sent = await box.ok("sendLocation", chat_id=DARYA, latitude="55.75", longitude="37.6", live_period="600")
    assert sent["location"] == {"latitude": 55.75, "longitude": 37.6, "live_period": 600}
    for wrong in ({"latitude": 91, "longitude": 0}, {"latitude": 0, "longitude": 181}):
        assert (await box.call("sendLocation", chat_id=DARYA, **wrong))[0] == 400
    status, _ = await box.call("sendLocation", chat_id=DARYA, latitude=1, longitude=1, live_period=59)
    assert status == 400


async def test_the_menu_button_of_a_chat_falls_back_to_the_one_of_all(box: Box) -> None:
    await box.meet()
    assert await box.ok("getChatMenuButton", chat_id=DARYA) == {"type": "commands"}
    await box.ok("setChatMenuButton", menu_button={"type": "default"})
    await box.ok("setChatMenuButton", chat_id=DARYA, menu_button={"type": "commands"})
    assert await box.ok("getChatMenuButton", chat_id=DARYA) == {"type": "commands"}
    assert await box.ok("getChatMenuButton") == {"type": "default"}


async def test_message_ids_run_through_all_private_chats_but_not_through_supergroups(box: Box) -> None:
    await box.meet()
    await box.meet(PYOTR, "Пётр")
    await box.sim("group", id=-1_001_000_000_700, title="Диспетчерская")
    numbers = [
        (await box.ok("sendMessage", chat_id=chat, text="x"))["message_id"]
        for chat in (DARYA, PYOTR, -1_001_000_000_700, DARYA)
    ]
    assert numbers == [3, 4, 1, 5]
