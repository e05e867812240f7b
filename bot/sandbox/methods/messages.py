"""Sending and deleting messages, reactions and pins."""

from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.errors import bad
from bot.sandbox.formatting import Entity
from bot.sandbox.rooms import Post, Room
from bot.sandbox.texts import formatted

DELETABLE_SECONDS = 48 * 3600
FOREVER = 0x7FFFFFFF
LIVE_PERIODS = range(60, 86_401)
LATITUDES, LONGITUDES = 90, 180
MEDIA_ACTIONS = ("photo", "video", "voice", "document", "video_note")
ACTIONS = frozenset(
    ["typing", "choose_sticker", "find_location", "record_video", "record_voice", "record_video_note"]
    + [f"upload_{kind}" for kind in MEDIA_ACTIONS]
)
CALLBACK_SECONDS = 15
CALLBACK_TEXT = 200
BULK = range(1, 101)


def text_body(call: Call) -> dict[str, Any]:
    words, entities = formatted(call.get("text"), call.get("parse_mode"), call.plain("entities"))
    if not words:
        raise bad("text must be non-empty")
    body: dict[str, Any] = {"text": words, **entities_field("entities", entities)}
    preview = call.plain("link_preview_options")
    return body | ({"link_preview_options": preview} if preview else {})


def entities_field(name: str, entities: list[Entity]) -> dict[str, Any]:
    return {name: entities} if entities else {}


async def send_message(call: Call) -> dict[str, Any]:
    body = text_body(call)
    return call.send(call.writable(), body).as_json()


async def send_location(call: Call) -> dict[str, Any]:
    latitude, longitude = call.get("latitude"), call.get("longitude")
    if abs(latitude) > LATITUDES or abs(longitude) > LONGITUDES:
        raise bad("wrong location specified" if abs(latitude) > LATITUDES else "wrong longitude specified")
    location: dict[str, Any] = {"latitude": latitude, "longitude": longitude}
    for name in ("horizontal_accuracy", "live_period", "heading", "proximity_alert_radius"):
        if call.get(name) is not None:
            location[name] = call.get(name)
    period = location.get("live_period")
    if period is not None and period != FOREVER and period not in LIVE_PERIODS:
        raise bad("invalid live location period specified")
    return call.send(call.writable(), {"location": location}).as_json()


async def send_chat_action(call: Call) -> bool:
    if call.get("action") not in ACTIONS:
        raise bad("wrong parameter action in request")
    room = call.writable()
    call.world.feed.note("typing", call.bot.id, room.id, call.get("action"))
    return True


async def delete_message(call: Call) -> bool:
    room = call.writable()
    post = room.posts.get(call.get("message_id"))
    if post is None:
        raise bad("message to delete not found")
    if not erase(call, room, post):
        raise bad("message can't be deleted for everyone")
    return True


async def delete_messages(call: Call) -> bool:
    numbers = call.get("message_ids")
    if len(numbers) not in BULK:
        raise bad("too many message identifiers specified" if numbers else "message identifiers are not specified")
    room = call.writable()
    for number in numbers:
        post = room.posts.get(number)
        if post is not None:
            erase(call, room, post)
    return True


def erase(call: Call, room: Room, post: Post) -> bool:
    if call.world.now() - post.date > DELETABLE_SECONDS:
        return False
    del room.posts[post.id]
    call.world.feed.note("deleted", call.bot.id, room.id, post.id)
    return True


async def set_message_reaction(call: Call) -> bool:
    room = call.writable()
    if call.get("message_id") not in room.posts:
        raise bad("message to react not found")
    reactions = call.plain("reaction") or []
    if len(reactions) > 1 or any(one.get("type") != "emoji" for one in reactions):
        raise bad("REACTIONS_TOO_MANY" if len(reactions) > 1 else "REACTION_INVALID")
    room.reactions[call.get("message_id")] = reactions
    call.world.feed.note("message", call.bot.id, room.id, call.get("message_id"))
    return True


async def pin_chat_message(call: Call) -> bool:
    room = call.writable()
    number = call.get("message_id")
    if number not in room.posts:
        raise bad("message to pin not found")
    room.pinned = [one for one in room.pinned if one != number] + [number]
    call.world.feed.note("message", call.bot.id, room.id, number)
    return True


async def unpin_chat_message(call: Call) -> bool:
    room = call.writable()
    number = call.get("message_id") or (room.pinned[-1] if room.pinned else None)
    if number not in room.pinned:
        raise bad("message to unpin not found")
    room.pinned.remove(number)
    call.world.feed.note("message", call.bot.id, room.id, number)
    return True


async def answer_callback_query(call: Call) -> bool:
    words = call.get("text") or ""
    if len(words) > CALLBACK_TEXT:
        raise bad("MESSAGE_TOO_LONG")
    pressed = call.bot.pressed.get(call.get("callback_query_id"))
    if pressed is None or call.world.clock.unix() - pressed.at > CALLBACK_SECONDS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if pressed.answer is None:
        answer = {"text": words or None, "alert": bool(call.get("show_alert")), "url": call.get("url")}
        pressed.answer = answer
        shown = {"callback": pressed.id, "chat": pressed.chat, "user": pressed.user, **answer}
        call.world.feed.note("answer", call.bot.id, pressed.chat, shown | {"message_id": pressed.message_id})
    return True
