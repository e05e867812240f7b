"""Who wrote, with which rights, in which language, and what was awaited from them: settled before any handler.

Rights come from our tables by the sender's id at every single update; a button or a chat gives none.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.fsm.context import FSMContext
from aiogram.fsm.storage.base import StorageKey
from aiogram.types import Chat, TelegramObject, Update, User

from bot import commands, errors, texts
from bot.dialogs import Dialogs
from core.domain.actor import Actor
from core.services import dialogs, memberships, people
from core.services.dialogs import Place, Visitor
from core.services.inbox import Claim
from storage.db import Database

Handler = Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]]

BLOCKED = ("kicked", "left")


def install(dispatcher: Dispatcher) -> None:
    dispatcher.update.outer_middleware(visit)
    for name in ("message", "edited_message", "callback_query"):
        dispatcher.observers[name].middleware(errors.answered)
        dispatcher.observers[name].middleware(note_tapped_card)


async def visit(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """Only private chats are spoken to: in a group everybody would read the answer."""
    user: User | None = data.get("event_from_user")
    chat: Chat | None = data.get("event_chat")
    if user is None or chat is None or chat.type != "private" or not isinstance(event, Update):
        return None
    database: Database = data["database"]
    claim: Claim = data["claim"]
    bot: Bot = data["bot"]
    place = Place(bot.id, chat.id, user.id)
    visitor = await database.read(dialogs.visitor, place, source=claim.source)
    actor = await _welcome(database, visitor, event, user, claim, data["settings"].language)
    if event.my_chat_member is not None:
        return None
    state = await _state(database, visitor, place, event)
    data |= {
        "actor": actor,
        "texts": texts.load(actor.language),
        "state": FSMContext(Dialogs(database), StorageKey(bot.id, chat.id, user.id)),
        "raw_state": state,
    }
    return await handler(event, data)


async def note_tapped_card(handler: Handler, event: TelegramObject, data: dict[str, Any]) -> Any:
    """A write that follows a tap makes the tapped message the card of its ticket."""
    ticket_id = getattr(data.get("callback_data"), "ticket_id", None)
    if ticket_id is not None:
        data["db"].note_tap(event, data["actor"], ticket_id)
    return await handler(event, data)


async def _welcome(
    database: Database, visitor: Visitor, event: Update, user: User, claim: Claim, default: str
) -> Actor:
    actor = visitor.actor
    known = (user.id, user.full_name, user.language_code)
    if actor.person_id is None:
        return await database.write(people.meet, *known, source=claim.source, default=default)
    left = event.my_chat_member is not None and event.my_chat_member.new_chat_member.status in BLOCKED
    if visitor.is_unreachable and not left:
        actor = await database.write(people.hear, *known, source=claim.source, default=default)
    if commands.fingerprint(actor.roles, actor.language) != visitor.commands_hash and not left:
        await database.write(memberships.refresh_commands, actor.person_id, cause=claim.source)
    return actor


async def _state(database: Database, visitor: Visitor, place: Place, event: Update) -> str | None:
    """A tap or a command ends whatever text was awaited: nobody is held in a question."""
    message = event.message
    is_command = message is not None and (message.text or "").startswith("/")
    if visitor.state is None or not (event.callback_query is not None or is_command):
        return visitor.state
    await database.write(dialogs.forget, place)
    return None
