"""One request of a bot on its way to a behaviour: its bot, its parameters, its files, the world around it."""

from dataclasses import dataclass
from typing import Any

from aiogram.methods.base import TelegramMethod
from pydantic import BaseModel

from bot.sandbox.errors import bad
from bot.sandbox.keyboards import Markup, read_markup
from bot.sandbox.requests import Upload, value_of
from bot.sandbox.rooms import Post, Room
from bot.sandbox.world import Bot, World


@dataclass
class Call:
    world: World
    bot: Bot
    model: TelegramMethod[Any]
    given: dict[str, Any]
    uploads: dict[str, Upload]

    def get(self, name: str) -> Any:
        return value_of(self.model, name)

    def plain(self, name: str) -> Any:
        """The same as JSON: lists and dicts instead of models."""
        return as_json(self.get(name))

    def room(self) -> Room:
        return self.world.room(self.bot, self.get("chat_id"))

    def writable(self) -> Room:
        return self.world.writable(self.bot, self.get("chat_id"))

    def markup(self, room: Room) -> Markup | None:
        return read_markup(self.given.get("reply_markup"), private=room.private)

    def file(self, value: str) -> Upload | str:
        """An uploaded file, or the file id the request names."""
        if not value.startswith("attach://"):
            return value
        upload = self.uploads.get(value.removeprefix("attach://"))
        if upload is None:
            raise bad("file attached by attach:// is not in the request")
        if not upload.data:
            raise bad("file must be non-empty")
        return upload

    def send(self, room: Room, body: dict[str, Any], **extra: Any) -> Post:
        """Store the bot's message with everything that is common to all kinds of messages."""
        markup = self.markup(room)
        body = {**body, **self.reply_to(room)}
        if self.get("protect_content"):
            body["has_protected_content"] = True
        post = self.world.add_post(
            room,
            self.bot.as_user(),
            body,
            self.bot,
            inline=markup.inline if markup else None,
            plain_markup=markup is not None and markup.inline is None,
            **extra,
        )
        self._keyboard_below(room, markup)
        return post

    def reply_to(self, room: Room) -> dict[str, Any]:
        reply = self.get("reply_parameters")
        number = reply.message_id if reply is not None else None
        if number is None:
            return {}
        original = room.posts.get(number)
        if original is None:
            if reply.allow_sending_without_reply is True:
                return {}
            raise bad("message to be replied not found")
        shown = {key: value for key, value in original.as_json().items() if key != "reply_to_message"}
        return {"reply_to_message": shown}

    def _keyboard_below(self, room: Room, markup: Markup | None) -> None:
        if markup is None or not (markup.below or markup.removes):
            return
        room.below = markup.below
        self.world.feed.note("keyboard", self.bot.id, room.id)


def as_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value
