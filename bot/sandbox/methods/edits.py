"""Editing the bot's own messages: text, caption, media, keyboard. An edit that changes nothing is refused."""

from copy import deepcopy
from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.errors import bad, not_here
from bot.sandbox.methods.media import input_media
from bot.sandbox.methods.messages import entities_field, text_body
from bot.sandbox.rooms import Post, Room
from bot.sandbox.texts import CAPTION_LIMIT, formatted

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)
CONTENT = ("text", "entities", "link_preview_options", "caption", "caption_entities", "photo", "document", "video")
CAPTIONED = ("photo", "document", "video", "voice")
MARKS = ("has_media_spoiler", "show_caption_above_media")


def editable(call: Call) -> tuple[Room, Post]:
    if call.get("inline_message_id"):
        raise not_here("inline messages")
    if call.get("message_id") is None:
        call.room()
        raise bad("message identifier is not specified")
    room = call.writable()
    post = room.posts.get(call.get("message_id"))
    if post is None:
        raise bad("message to edit not found")
    if not post.outgoing or post.plain_markup:
        raise bad("message can't be edited")
    return room, post


def finish(call: Call, room: Room, post: Post, body: dict[str, Any], **extra: Any) -> dict[str, Any]:
    """Put the new content in place unless it is the old one; a keyboard not given again is gone."""
    markup = call.markup(room)
    if markup is not None and markup.inline is None and (markup.below or markup.removes):
        raise bad("inline keyboard expected")
    inline = markup.inline if markup else None
    if body == post.body and inline == post.inline:
        raise bad(NOT_MODIFIED)
    post.body, post.inline, post.edited = body, inline, call.world.now()
    for name, value in extra.items():
        setattr(post, name, value)
    call.world.changed(call.bot, room, post)
    return deepcopy(post.as_json())


def rest_of(post: Post) -> dict[str, Any]:
    """What an edit of the content leaves alone."""
    return {name: value for name, value in post.body.items() if name not in (*CONTENT, *MARKS)}


async def edit_message_text(call: Call) -> dict[str, Any]:
    body = text_body(call)
    room, post = editable(call)
    if "text" not in post.body:
        raise bad("there is no text in the message to edit")
    return finish(call, room, post, rest_of(post) | body)


async def edit_message_caption(call: Call) -> dict[str, Any]:
    words, entities = formatted(
        call.get("caption") or "", call.get("parse_mode"), call.plain("caption_entities"), limit=CAPTION_LIMIT
    )
    room, post = editable(call)
    if not any(kind in post.body for kind in CAPTIONED):
        raise bad("there is no caption in the message to edit")
    body = {name: value for name, value in post.body.items() if name not in ("caption", "caption_entities")}
    if words:
        body |= {"caption": words, **entities_field("caption_entities", entities)}
    return finish(call, room, post, body)


async def edit_message_media(call: Call) -> dict[str, Any]:
    _, post = editable(call)
    if not any(kind in post.body for kind in CAPTIONED):
        raise bad("there is no media in the message to edit")
    media = await input_media(call, call.plain("media"))
    room, post = editable(call)
    return finish(call, room, post, rest_of(post) | media.body, blob=media.blob)


async def edit_message_reply_markup(call: Call) -> dict[str, Any]:
    room, post = editable(call)
    return finish(call, room, post, post.body)
