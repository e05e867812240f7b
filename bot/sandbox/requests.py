"""From an HTTP request to a checked method of aiogram: any encoding, `attach://`, unknown names refused."""

import hashlib
import json
import types
import typing
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import aiogram.methods
from aiogram.client.default import Default
from aiogram.methods.base import TelegramMethod
from aiohttp import web
from aiohttp.web_request import FileField
from pydantic import BaseModel, ValidationError

from bot.sandbox.errors import ApiError, bad
from bot.sandbox.keyboards import read_markup

MISSING = {
    "chat_id": "chat_id is empty",
    "from_chat_id": "chat_id is empty",
    "user_id": "invalid user_id specified",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "file_id": "file_id not specified",
    "latitude": "latitude is empty",
    "longitude": "longitude is empty",
    "action": "wrong parameter action in request",
    "media": "there is no media in the request",
}
UPLOADED = ("photo", "document", "video", "voice", "audio", "animation", "sticker", "video_note")
NESTED = {"media": "InputMedia", "commands": "BotCommand", "scope": "BotCommandScope", "entities": "MessageEntity"}
ARRAYS = {"media": "InputMedia", "commands": "BotCommand", "message_ids": "message identifiers"}


@dataclass(frozen=True)
class Upload:
    name: str
    data: bytes = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "size": len(self.data), "sha256": hashlib.sha256(self.data).hexdigest()}


@dataclass
class Incoming:
    params: dict[str, Any] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)


def known_methods() -> dict[str, type[TelegramMethod[Any]]]:
    """The server does not look at the case of a method's name."""
    found = {}
    for value in vars(aiogram.methods).values():
        if (
            isinstance(value, type)
            and issubclass(value, TelegramMethod)
            and isinstance(value.__dict__.get("__api_method__"), str)
        ):
            found[value.__api_method__.lower()] = value
    return found


async def read(request: web.Request) -> Incoming:
    incoming = Incoming(params=dict(request.query))
    if request.content_type == "application/json" and request.can_read_body:
        try:
            body = await request.json()
        except ValueError as error:
            raise bad("can't parse JSON object") from error
        if isinstance(body, dict):
            incoming.params.update(body)
    elif request.method == "POST":
        try:
            form = await request.post()
        except web.HTTPRequestEntityTooLarge as error:
            raise ApiError(413, "Request Entity Too Large") from error
        for name, value in form.items():
            if isinstance(value, FileField):
                incoming.uploads[name] = Upload(value.filename, value.file.read())
            else:
                incoming.params[name] = value if isinstance(value, str) else bytes(value).decode()
    incoming.params = {name: value for name, value in incoming.params.items() if value not in (None, "")}
    return incoming


def parts_of(annotation: object) -> set[object]:
    """All types mentioned in an annotation."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType, list, typing.Annotated):
        inner = (parts_of(argument) for argument in typing.get_args(annotation))
        return {typing.get_origin(annotation)}.union(*inner)
    return {annotation}


@cache
def fields_of(method: type[TelegramMethod[Any]]) -> dict[str, tuple[bool, bool]]:
    """For each parameter: is it sent as JSON, is it plain text."""
    result = {}
    for name, info in method.model_fields.items():
        parts = parts_of(info.annotation)
        complex_ = list in parts or any(isinstance(one, type) and issubclass(one, BaseModel) for one in parts)
        text = str in parts and not parts & {int, float, bool}
        result[name] = (complex_, text)
    return result


def decode(method: type[TelegramMethod[Any]], incoming: Incoming) -> dict[str, Any]:
    """Parameters with their JSON opened; uploaded files stand as `attach://name`."""
    fields = fields_of(method)
    unknown = sorted(set(incoming.params) - set(fields))
    if unknown:
        raise bad(f'{method.__api_method__} has no parameter "{unknown[0]}"')
    given: dict[str, Any] = {}
    for name, value in incoming.params.items():
        as_json, as_text = fields[name]
        if as_json and isinstance(value, str) and not value.startswith("attach://"):
            given[name] = opened(name, value)
        elif as_text and isinstance(value, int | float):
            given[name] = str(value)
        else:
            given[name] = value
    for name in incoming.uploads:
        if name in fields:
            given[name] = f"attach://{name}"
    return given


def opened(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError as error:
        what = "reply keyboard markup" if name == "reply_markup" else name.replace("_", " ")
        raise bad(f"can't parse {what} JSON object") from error


def validated(method: type[TelegramMethod[Any]], given: dict[str, Any]) -> TelegramMethod[Any]:
    try:
        return method.model_validate(given)
    except ValidationError as error:
        raise complaint(given, error.errors()[0]) from error


def complaint(given: dict[str, Any], error: Any) -> ApiError:
    """The first thing wrong, in the server's words where they are known."""
    name, *deeper = error["loc"]
    if name == "reply_markup":
        read_markup(given["reply_markup"], private=True)
        return bad("object expected as reply markup")
    if error["type"] == "missing" and not deeper:
        if name in UPLOADED:
            return bad(f"there is no {name} in the request")
        return bad(MISSING.get(name, f"{str(name).replace('_', ' ')} is not specified"))
    if name in ARRAYS and not isinstance(given.get(name), list):
        return bad(f"expected an Array of {ARRAYS[name]}")
    nested = f"can't parse {NESTED[name]}: {error['msg']}" if name in NESTED else ""
    return bad(nested or MISSING.get(name, f"wrong parameter {name} in request"))


def value_of(model: TelegramMethod[Any], name: str) -> Any:
    """A parameter as it was given; None for one left to its default."""
    if name not in model.model_fields_set:
        return None
    value = getattr(model, name)
    return None if isinstance(value, Default) else value
