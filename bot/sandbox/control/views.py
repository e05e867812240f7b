"""Messages as the page shows them, and the files they show."""

from typing import Any

from aiohttp import web

from bot.sandbox.bot_side import WORLD
from bot.sandbox.drawing import button, safe_html
from bot.sandbox.files import Blob
from bot.sandbox.rooms import Post, Room
from bot.sandbox.world import Bot

SHOWN_FILES = ("photo", "video", "document", "voice")


def message_view(room: Room, post: Post) -> dict[str, Any]:
    words, entities = post.words()
    body = post.body
    view: dict[str, Any] = {
        "message_id": post.id,
        "date": post.date,
        "from": "bot" if post.outgoing else post.sender["id"],
        "html": safe_html(words, entities),
        "text": words,
        "edited": post.edited is not None,
        "forwarded": "forward_origin" in body,
        "pinned": post.id in room.pinned,
        "inline": [[button(one) for one in row] for row in (post.inline or {}).get("inline_keyboard", [])],
    }
    for name in ("media_group_id", "location"):
        if name in body:
            view[name] = body[name]
    if "contact" in body:
        card = body["contact"]
        view["contact"] = {"name": card["first_name"], "phone": card["phone_number"], "user_id": card.get("user_id")}
    if "reply_to_message" in body:
        view["reply_to"] = body["reply_to_message"]["message_id"]
    if post.id in room.reactions:
        view["reactions"] = [one["emoji"] for one in room.reactions[post.id]]
    kind = next((kind for kind in SHOWN_FILES if kind in body), None)
    return view | ({kind: file_view(post.blob)} if kind and post.blob else {})


def file_view(blob: Blob) -> dict[str, Any]:
    url = f"/_sim/file/{blob.unique}"
    return {"url": url, "w": blob.width, "h": blob.height, "name": blob.name, "size": blob.size, "mime": blob.mime}


def keyboard_view(room: Room) -> dict[str, Any] | None:
    return room.below


def commands_for(bot: Bot, room: Room) -> list[dict[str, Any]]:
    """The menu of this chat: the narrowest scope that has a list, first in the person's language."""
    private = room.private
    language = getattr(room.chat, "language", "")
    scopes = [f"chat:{room.id}", "all_private_chats" if private else "all_group_chats", "default"]
    places = [(scope, tongue) for scope in scopes for tongue in (language, "")]
    return next((bot.commands[place] for place in places if place in bot.commands), [])


async def page_file(request: web.Request) -> web.StreamResponse:
    blob = request.app[WORLD].files.by_unique(request.match_info["unique"])
    if blob is None:
        raise web.HTTPNotFound
    # A document may be any HTML a test made up: it must not run in the page. A browser shows no PDF in such a cage.
    headers = {"X-Content-Type-Options": "nosniff"}
    if blob.mime != "application/pdf":
        headers["Content-Security-Policy"] = "sandbox"
    return web.Response(body=blob.data, content_type=blob.mime, headers=headers)
