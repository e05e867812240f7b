"""Chats as one bot sees them: messages, who may be written to, the keyboard under the input field.

Message ids run through all private chats and basic groups of a bot, as on the real server; a supergroup has its own.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ApiError, forbidden
from bot.sandbox.files import Blob
from bot.sandbox.formatting import Entity

SUPERGROUPS_BELOW = -1_000_000_000_000


@dataclass
class Person:
    id: int
    name: str
    username: str | None = None
    language: str = "ru"
    last_name: str | None = None

    def as_user(self) -> dict[str, Any]:
        user: dict[str, Any] = {"id": self.id, "is_bot": False, "first_name": self.name}
        for key, value in (("last_name", self.last_name), ("username", self.username)):
            if value:
                user[key] = value
        return user | {"language_code": self.language}

    def as_chat(self) -> dict[str, Any]:
        kept = {key: value for key, value in self.as_user().items() if key not in ("is_bot", "language_code")}
        return kept | {"type": "private"}


@dataclass
class Group:
    id: int
    title: str
    members: set[int] = field(default_factory=set)
    admins: set[int] = field(default_factory=set)
    moved_to: int | None = None

    @property
    def kind(self) -> str:
        return "supergroup" if self.id < SUPERGROUPS_BELOW else "group"

    def as_chat(self) -> dict[str, Any]:
        return {"id": self.id, "title": self.title, "type": self.kind}


@dataclass
class Post:
    """One message. `body` holds the Telegram fields of its content; `album` and `sizes` serve the page."""

    id: int
    date: int
    sender: dict[str, Any]
    chat: dict[str, Any]
    body: dict[str, Any]
    outgoing: bool
    inline: dict[str, Any] | None = None
    plain_markup: bool = False
    edited: int | None = None
    blob: Blob | None = None

    def as_json(self) -> dict[str, Any]:
        message = {"message_id": self.id, "from": self.sender, "chat": self.chat, "date": self.date, **self.body}
        if self.edited is not None:
            message["edit_date"] = self.edited
        if self.inline is not None:
            message["reply_markup"] = self.inline
        return message

    def words(self) -> tuple[str, list[Entity]]:
        """The text or the caption with its entities."""
        body = self.body
        if "text" in body:
            return body["text"], body.get("entities", [])
        return body.get("caption", ""), body.get("caption_entities", [])


@dataclass
class Room:
    chat: Person | Group
    ids: Iterator[int]
    posts: dict[int, Post] = field(default_factory=dict)
    below: dict[str, Any] | None = None
    started: bool = False
    shut: bool = False
    deactivated: bool = False
    pinned: list[int] = field(default_factory=list)
    reactions: dict[int, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.chat.id

    @property
    def private(self) -> bool:
        return isinstance(self.chat, Person)

    def check_writable(self) -> None:
        if isinstance(self.chat, Group):
            check_not_moved(self.chat)
            if self.shut:
                raise forbidden(f"bot was kicked from the {self.chat.kind} chat")
        elif self.deactivated:
            raise forbidden("user is deactivated")
        elif self.shut:
            raise forbidden("bot was blocked by the user")
        elif not self.started:
            raise forbidden("bot can't initiate conversation with a user")


def check_not_moved(group: Group) -> None:
    if group.moved_to is not None:
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise ApiError(400, text, migrate_to_chat_id=group.moved_to)


def new_room(chat: Person | Group, shared_ids: Iterator[int]) -> Room:
    own = isinstance(chat, Group) and chat.kind == "supergroup"
    return Room(chat, itertools.count(1) if own else shared_ids)
