"""Copying and forwarding messages between chats of the bot."""

from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.errors import bad
from bot.sandbox.methods.messages import entities_field
from bot.sandbox.rooms import Person, Post
from bot.sandbox.texts import CAPTION_LIMIT, formatted

LEFT_BEHIND = ("reply_to_message", "media_group_id", "has_protected_content")


def original(call: Call, verb: str) -> Post:
    source = call.world.room(call.bot, call.get("from_chat_id"))
    post = source.posts.get(call.get("message_id"))
    if post is None:
        raise bad(f"message to {verb} not found")
    return post


def content(post: Post) -> dict[str, Any]:
    return {name: value for name, value in post.body.items() if name not in LEFT_BEHIND}


async def copy_message(call: Call) -> dict[str, Any]:
    post = original(call, "copy")
    body = {name: value for name, value in content(post).items() if name != "forward_origin"}
    if call.get("caption") is not None and "text" not in body:
        options = (call.get("parse_mode"), call.plain("caption_entities"))
        words, entities = formatted(call.get("caption"), *options, limit=CAPTION_LIMIT)
        body = {name: value for name, value in body.items() if not name.startswith("caption")}
        body |= {"caption": words, **entities_field("caption_entities", entities)}
    return {"message_id": call.send(call.writable(), body, blob=post.blob).id}


async def forward_message(call: Call) -> dict[str, Any]:
    post = original(call, "forward")
    origin = post.body.get("forward_origin") or {"type": "user", "date": post.date, "sender_user": post.sender}
    return call.send(call.writable(), content(post) | {"forward_origin": origin}, blob=post.blob).as_json()


def hidden_origin(person: Person, date: int) -> dict[str, Any]:
    """What a forwarded message of somebody who hides behind a name carries."""
    return {"type": "hidden_user", "date": date, "sender_user_name": f"{person.name} (forwarded)"}
