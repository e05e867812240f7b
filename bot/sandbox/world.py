"""The state of the sandbox: people, groups, bots and their chats, and everything that is shared between them."""

import itertools
import re
from dataclasses import dataclass, field
from typing import Any

from aiogram.types import Message, Update

from bot.sandbox.clock import MovableClock
from bot.sandbox.errors import ApiError, Refused, bad
from bot.sandbox.faults import Faults
from bot.sandbox.files import FileStore
from bot.sandbox.flood import Flood, Limits
from bot.sandbox.journal import ChangeFeed, Journal
from bot.sandbox.rooms import Group, Person, Post, Room, check_not_moved, new_room
from bot.sandbox.updates import UpdateQueue

TOKEN = re.compile(r"([1-9]\d{0,15}):[A-Za-z0-9_-]{30,64}")


@dataclass
class Pressed:
    """A callback query; `answer` is what the person saw."""

    id: str
    user: int
    chat: int
    message_id: int
    at: float
    answer: dict[str, Any] | None = None


@dataclass
class Bot:
    id: int
    token: str
    queue: UpdateQueue
    rooms: dict[int, Room] = field(default_factory=dict)
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    pressed: dict[str, Pressed] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def username(self) -> str:
        return f"sandbox_{self.id}_bot"

    def as_user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": True, "first_name": "Sandbox", "username": self.username}


class World:
    def __init__(self, tokens: tuple[str, ...] = (), *, flood: bool = True) -> None:
        self.clock = MovableClock()
        self.journal = Journal(self.clock.now)
        self.feed = ChangeFeed()
        self.files = FileStore()
        self.faults = Faults()
        self.flood = Flood(Limits() if flood else Limits(None, None, None))
        self.people: dict[int, Person] = {}
        self.groups: dict[int, Group] = {}
        self.bots: dict[int, Bot] = {}
        self.albums: dict[tuple[int, str], str] = {}
        self.numbers = itertools.count(1)
        self._only = frozenset(tokens)
        for token in tokens:
            self.bot_of(token)

    def bot_of(self, token: str) -> Bot:
        """Without a list of tokens every well-formed one is a bot of its own."""
        found = TOKEN.fullmatch(token)
        if found is None or (self._only and token not in self._only):
            raise ApiError(401, "Unauthorized")
        number = int(found.group(1))
        known = self.bots.get(number)
        if known is None:
            known = self.bots[number] = Bot(number, token, UpdateQueue(self.clock.unix))
        if known.token != token:
            raise ApiError(401, "Unauthorized")
        return known

    def chosen_bot(self, token: object) -> Bot:
        """The bot a control call means; it may leave the token out while there is only one bot."""
        if token:
            try:
                return self.bot_of(str(token))
            except ApiError as error:
                raise Refused(f"no bot has the token {token}") from error
        if len(self.bots) == 1:
            return next(iter(self.bots.values()))
        raise Refused("say which bot: token is missing and there is not exactly one bot")

    def now(self) -> int:
        return int(self.clock.unix())

    def room(self, bot: Bot, chat_id: object) -> Room:
        """The chat a request names, whether or not it may be written to."""
        if chat_id is None or chat_id == "":
            raise bad("chat_id is empty")
        number = self._chat_number(chat_id)
        chat = self.people.get(number) or self.groups.get(number)
        if chat is None:
            raise bad("chat not found")
        if isinstance(chat, Group):
            check_not_moved(chat)
        room = bot.rooms.get(number)
        if room is None:
            room = bot.rooms[number] = new_room(chat, bot.ids)
        return room

    def writable(self, bot: Bot, chat_id: object) -> Room:
        room = self.room(bot, chat_id)
        room.check_writable()
        return room

    def _chat_number(self, chat_id: object) -> int:
        text = str(chat_id).strip()
        if re.fullmatch(r"-?\d{1,19}", text):
            return int(text)
        for person in self.people.values():
            if person.username and text.lower() == f"@{person.username.lower()}":
                return person.id
        raise bad("chat not found")

    def add_post(self, room: Room, sender: dict[str, Any], body: dict[str, Any], bot: Bot, **extra: Any) -> Post:
        """Store a message; nothing a model of the client library refuses gets out."""
        outgoing = sender["id"] == bot.id
        post = Post(next(room.ids), self.now(), sender, room.chat.as_chat(), body, outgoing, **extra)
        Message.model_validate(post.as_json())
        room.posts[post.id] = post
        self.feed.note("message", bot.id, room.id, post.id)
        return post

    def changed(self, bot: Bot, room: Room, post: Post) -> None:
        Message.model_validate(post.as_json())
        self.feed.note("message", bot.id, room.id, post.id)

    def send_update(self, bot: Bot, kind: str, payload: dict[str, Any], date: float | None = None) -> dict[str, Any]:
        """Queue an update for a bot that wants this kind; one nobody asked for is still shown to the caller."""
        Update.model_validate({"update_id": 1, kind: payload})
        when = self.clock.unix() if date is None else date
        if not bot.queue.wants(kind):
            return {"update_id": 0, kind: payload}
        update = bot.queue.put({kind: payload}, when)
        self.journal.write("update", token=bot.id, update=update)
        return update
