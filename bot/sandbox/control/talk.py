"""Control calls in which a person does something in a chat: writes, sends, presses; the bot gets the update."""

import asyncio
import base64
import binascii
import itertools
from typing import Any

from bot.sandbox.control.people import Op, person_of, room_of
from bot.sandbox.errors import ApiError, Refused
from bot.sandbox.files import Shape
from bot.sandbox.formatting import units
from bot.sandbox.methods.copies import hidden_origin
from bot.sandbox.methods.media import media_fields
from bot.sandbox.methods.messages import entities_field
from bot.sandbox.rooms import Group, Person, Post, Room
from bot.sandbox.texts import CAPTION_LIMIT, TEXT_LIMIT, cleaned, trimmed, with_automatic
from bot.sandbox.world import Bot, Pressed, World

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
callback_numbers = itertools.count(4_000_000_000_000_000)
MIME_EXTENSIONS = {"photo": "photo.jpg", "document": "file.bin", "video": "video.mp4", "voice": "voice.ogg"}


class Said(Op):
    """Whoever acts, where, towards which bot. A private chat has the id of its person.

    An `anonymous` administrator of a group hides behind the group and a made-up sender.
    """

    user: int
    chat: int | None = None
    token: str | None = None
    forwarded: bool = False
    anonymous: bool = False
    reply_to: int | None = None


class TextOp(Said):
    text: str


class MediaOp(Said):
    """`data` is base64; `size` declares a bigger file than there are bytes; `group` makes an album."""

    kind: str
    data: str
    name: str | None = None
    caption: str = ""
    group: str | None = None
    size: int | None = None
    width: int = 640
    height: int = 480
    duration: int = 5


class LocationOp(Said):
    lat: float
    lon: float
    accuracy: float | None = None
    live: int | None = None


class MoveOp(Op):
    chat: int
    message_id: int
    lat: float
    lon: float
    accuracy: float | None = None
    end: bool = False
    user: int | None = None
    token: str | None = None


class ContactOp(Said):
    phone: str
    owner: int | None = None
    name: str | None = None


class PressOp(Op):
    """`forged` sends any data for any message, as a modified client could; `inaccessible` hides the message."""

    user: int
    message_id: int
    chat: int | None = None
    token: str | None = None
    text: str | None = None
    data: str | None = None
    forged: bool = False
    inaccessible: bool = False


def place(world: World, op: Said | PressOp) -> tuple[Bot, Room, Person]:
    bot = world.chosen_bot(op.token)
    person = person_of(world, op.user)
    room = room_of(world, bot, op.user if op.chat is None else op.chat)
    if room.private and room.id != person.id:
        raise Refused(f"chat {room.id} is somebody else's private chat")
    if room.shut:
        raise Refused("the bot is blocked here; lift it with the op block first")
    return bot, room, person


def say(world: World, op: Said, body: dict[str, Any], **extra: Any) -> dict[str, Any]:
    bot, room, person = place(world, op)
    if op.forwarded:
        body = body | {"forward_origin": hidden_origin(person, world.now() - 3600)}
    if op.reply_to is not None:
        original = room.posts.get(op.reply_to)
        if original is None:
            raise Refused(f"there is no message {op.reply_to} to reply to")
        body = body | {"reply_to_message": original.as_json() | {"reply_to_message": None}}
        del body["reply_to_message"]["reply_to_message"]
    room.started = True
    sender = person.as_user()
    if isinstance(room.chat, Group):
        room.chat.members.add(person.id)
        if op.anonymous:
            sender, body = ANONYMOUS, body | {"sender_chat": room.chat.as_chat()}
    post = world.add_post(room, sender, body, bot, **extra)
    return world.send_update(bot, "message", post.as_json(), post.date)


def words_of(text: str, limit: int) -> tuple[str, list[dict[str, Any]]]:
    words, _ = trimmed(cleaned(text), [])
    if units(words) > limit:
        raise Refused(f"a phone does not send more than {limit} characters in one message")
    return words, with_automatic(words, [])


async def text(world: World, op: TextOp) -> dict[str, Any]:
    words, entities = words_of(op.text, TEXT_LIMIT)
    if not words:
        raise Refused("an empty message cannot be sent")
    return say(world, op, {"text": words, **entities_field("entities", entities)})


async def media(world: World, op: MediaOp) -> dict[str, Any]:
    if op.kind not in MIME_EXTENSIONS:
        raise Refused(f"kind of media is one of {', '.join(MIME_EXTENSIONS)}")
    try:
        data = base64.b64decode(op.data.rpartition(",")[2], validate=True)
    except binascii.Error as error:
        raise Refused("data is not base64") from error
    if not data:
        raise Refused("the file is empty")
    bot, _, _ = place(world, op)
    sizes = await sizes_of(world, op, data)
    body = media_fields(world.files, bot.id, sizes)
    words, entities = words_of(op.caption, CAPTION_LIMIT)
    if words:
        body |= {"caption": words, **entities_field("caption_entities", entities)}
    if op.group:
        key = (op.user, op.group)
        body["media_group_id"] = world.albums.setdefault(key, str(13_000_000_000_000_000 + next(world.numbers)))
    return say(world, op, body, blob=sizes[-1])


async def sizes_of(world: World, op: MediaOp, data: bytes) -> list[Any]:
    if op.kind == "photo":
        try:
            return await asyncio.to_thread(world.files.add_photo, data)
        except ApiError as error:
            raise Refused(f"a phone cannot send this as a photo ({error.description}); send a document") from error
    shape = Shape(op.width, op.height, op.duration) if op.kind != "document" else Shape()
    return [world.files.add(op.kind, data, op.name or MIME_EXTENSIONS[op.kind], op.size, shape)]


async def location(world: World, op: LocationOp) -> dict[str, Any]:
    return say(world, op, {"location": coordinates(op) | ({"live_period": op.live} if op.live else {})})


def coordinates(op: LocationOp | MoveOp) -> dict[str, Any]:
    if abs(op.lat) > 90 or abs(op.lon) > 180:
        raise Refused("there is no such place on Earth")
    point: dict[str, Any] = {"latitude": op.lat, "longitude": op.lon}
    return point | ({"horizontal_accuracy": op.accuracy} if op.accuracy is not None else {})


async def move(world: World, op: MoveOp) -> dict[str, Any]:
    bot = world.chosen_bot(op.token)
    room = room_of(world, bot, op.chat)
    post = room.posts.get(op.message_id)
    period = post.body.get("location", {}).get("live_period") if post else None
    if post is None or period is None:
        raise Refused(f"message {op.message_id} is no live location")
    if world.now() > post.date + period:
        raise Refused("this live location has ended")
    post.body = {"location": coordinates(op) | ({} if op.end else {"live_period": period})}
    post.edited = world.now()
    world.changed(bot, room, post)
    return world.send_update(bot, "edited_message", post.as_json(), post.edited)


async def contact(world: World, op: ContactOp) -> dict[str, Any]:
    owner = world.people.get(op.owner) if op.owner is not None else None
    name = op.name or (owner.name if owner else "Somebody")
    card: dict[str, Any] = {"phone_number": op.phone, "first_name": name}
    return say(world, op, {"contact": card | ({"user_id": op.owner} if op.owner is not None else {})})


async def press(world: World, op: PressOp) -> dict[str, Any]:
    bot, room, person = place(world, op)
    post = room.posts.get(op.message_id)
    data = (op.data or "") if op.forged else button_data(post, op)
    shown = hidden(room, op.message_id) if post is None or op.inaccessible else post.as_json()
    pressed = Pressed(str(next(callback_numbers)), person.id, room.id, op.message_id, world.clock.unix())
    bot.pressed[pressed.id] = pressed
    room.started = True
    query = {
        "id": pressed.id,
        "from": person.as_user(),
        "message": shown,
        "chat_instance": str(hash((bot.id, room.id)) & 0x7FFF_FFFF_FFFF_FFFF),
        "data": data,
    }
    return world.send_update(bot, "callback_query", query)


def hidden(room: Room, number: int) -> dict[str, Any]:
    """What a bot gets for a message Telegram no longer shows it."""
    return {"chat": room.chat.as_chat(), "message_id": number, "date": 0}


def button_data(post: Post | None, op: PressOp) -> str:
    if post is None:
        raise Refused(f"there is no message {op.message_id} in this chat")
    buttons = [one for row in (post.inline or {}).get("inline_keyboard", []) for one in row]
    for one in buttons:
        if op.data is not None and one.get("callback_data") != op.data:
            continue
        if op.text is not None and one["text"] != op.text:
            continue
        if "disabled" in one:
            raise Refused(f"the button “{one['text']}” is disabled")
        if "callback_data" not in one:
            raise Refused(f"the button “{one['text']}” opens something on the phone and tells the bot nothing")
        return str(one["callback_data"])
    there = ", ".join(one["text"] for one in buttons) or "none"
    raise Refused(f"message {op.message_id} has no such button (its buttons: {there})")
