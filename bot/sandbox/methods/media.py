"""Photos, documents, videos, voice notes and albums: uploaded, or sent again by file id."""

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.errors import ApiError, bad, not_here
from bot.sandbox.files import DOWNLOAD_BYTES, Blob, FileStore, Shape
from bot.sandbox.methods.messages import entities_field
from bot.sandbox.requests import Upload
from bot.sandbox.texts import CAPTION_LIMIT, formatted

UPLOAD_BYTES = 50 << 20
ALBUM = range(2, 11)
KINDS = ("photo", "document", "video", "voice")


@dataclass(frozen=True)
class Media:
    """The content of a message with a file, and the file the page shows."""

    kind: str
    body: dict[str, Any]
    blob: Blob


def media_fields(files: FileStore, bot: int, sizes: list[Blob]) -> dict[str, Any]:
    """The Telegram object of a stored file; a photo is the list of its sizes."""
    shown = [file_fields(files, bot, blob) for blob in sizes]
    kind = sizes[-1].kind
    return {"photo": shown} if kind == "photo" else {kind: shown[-1]}


def file_fields(files: FileStore, bot: int, blob: Blob) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "file_id": files.file_id(bot, blob),
        "file_unique_id": blob.unique,
        "file_size": blob.size,
    }
    if blob.kind in ("photo", "video"):
        shown |= {"width": blob.width, "height": blob.height}
    if blob.kind in ("video", "voice"):
        shown["duration"] = blob.duration
    if blob.kind in ("document", "video"):
        shown["file_name"] = blob.name
    if blob.kind != "photo":
        shown["mime_type"] = blob.mime
    return shown


async def stored(call: Call, kind: str, source: str, shape: Shape) -> list[Blob]:
    """The sizes of a file that comes with the request or is known already."""
    files = call.world.files
    found = call.file(source)
    if isinstance(found, Upload):
        if len(found.data) > UPLOAD_BYTES:
            raise ApiError(413, "Request Entity Too Large")
        if kind == "photo":
            return await asyncio.to_thread(files.add_photo, found.data)
        return [files.add(kind, found.data, found.name, None, shape)]
    if found.startswith(("http://", "https://")):
        raise not_here("files by HTTP address")
    blob = files.by_file_id(call.bot.id, found)
    if blob is None:
        raise bad("wrong file identifier/HTTP URL specified")
    if blob.kind != kind:
        raise bad(f"can't use file of type {blob.kind.capitalize()} as {kind.capitalize()}")
    return files.photo_sizes(blob) if kind == "photo" else [blob]


async def media_of(call: Call, kind: str, source: str, options: dict[str, Any]) -> Media:
    """`options` are the caption and measures, of the request itself or of one InputMedia."""
    words, entities = formatted(
        options.get("caption") or "",
        options.get("parse_mode"),
        options.get("caption_entities"),
        limit=CAPTION_LIMIT,
    )
    shape = Shape(options.get("width") or 0, options.get("height") or 0, options.get("duration") or 0)
    sizes = await stored(call, kind, source, shape)
    body = media_fields(call.world.files, call.bot.id, sizes)
    if words:
        body |= {"caption": words, **entities_field("caption_entities", entities)}
    for name in ("has_spoiler", "show_caption_above_media"):
        flag = "has_media_spoiler" if name == "has_spoiler" else name
        if options.get(name) is True:
            body[flag] = True
    return Media(kind, body, sizes[-1])


def own_options(call: Call) -> dict[str, Any]:
    names = ("caption", "parse_mode", "width", "height", "duration", "has_spoiler", "show_caption_above_media")
    options = {name: call.get(name) for name in names if name in type(call.model).model_fields}
    return options | {"caption_entities": call.plain("caption_entities")}


async def send_media(call: Call) -> dict[str, Any]:
    """sendPhoto, sendDocument, sendVideo and sendVoice differ only in the kind."""
    kind = type(call.model).__api_method__.removeprefix("send").lower()
    call.writable()
    media = await media_of(call, kind, call.get(kind), own_options(call))
    return call.send(call.writable(), media.body, blob=media.blob).as_json()


async def input_media(call: Call, item: dict[str, Any]) -> Media:
    kind = item.get("type")
    if kind not in KINDS or kind == "voice":
        raise not_here(f"media of type {kind}")
    return await media_of(call, kind, item["media"], item)


async def send_media_group(call: Call) -> list[dict[str, Any]]:
    items = call.plain("media")
    if len(items) not in ALBUM:
        raise bad("media group must include 2-10 items")
    call.writable()
    album = [await input_media(call, item) for item in items]
    kinds = {media.kind for media in album}
    if "document" in kinds and len(kinds) > 1:
        raise bad("document can't be mixed with other media types")
    room = call.writable()
    group = str(call.world.clock.unix()).replace(".", "")[:13] + str(next(call.world.numbers))
    posts = [call.send(room, {**media.body, "media_group_id": group}, blob=media.blob) for media in album]
    return [post.as_json() for post in posts]


async def get_file(call: Call) -> dict[str, Any]:
    blob = call.world.files.by_file_id(call.bot.id, call.get("file_id"))
    if blob is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if blob.size > DOWNLOAD_BYTES:
        raise bad("file is too big")
    found = file_fields(call.world.files, call.bot.id, blob)
    kept = {name: found[name] for name in ("file_id", "file_unique_id", "file_size")}
    return kept | {"file_path": blob.path}
