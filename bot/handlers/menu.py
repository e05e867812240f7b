"""The menu, help and the language. A button of the menu does what typing its command does."""

from datetime import datetime
from typing import Any

from aiogram import Dispatcher, Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message, MessageEntity

from bot.screens import menu as screens
from bot.screens.menu import Language, Menu
from bot.show import answer, show
from bot.texts import Texts
from bot.ui import Nothing
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import people

router = Router(name="menu")


@router.message(Command("menu"))
async def menu(message: Message, actor: Actor, texts: Texts) -> None:
    await show(message, screens.menu(actor, texts))


@router.message(Command("help"))
async def help_page(message: Message, actor: Actor, texts: Texts) -> None:
    await show(message, screens.help_page(actor, texts))


@router.message(Command("language"))
async def language(message: Message, texts: Texts) -> None:
    await show(message, screens.language(texts))


@router.callback_query(Language.filter())
async def choose_language(call: CallbackQuery, callback_data: Language, actor: Actor, db: UpdateDb) -> None:
    await db.write(people.set_language, actor, callback_data.code)
    await answer(call)


@router.callback_query(Nothing.filter())
async def nothing(call: CallbackQuery) -> None:
    await answer(call)


@router.callback_query(Menu.filter())
async def chosen(
    call: CallbackQuery, callback_data: Menu, actor: Actor, texts: Texts, dispatcher: Dispatcher, **data: Any
) -> None:
    if callback_data.item == "menu":
        await show(call, screens.menu(actor, texts))
        return
    await answer(call)
    typed = _as_typed(call, callback_data.item)
    await dispatcher.propagate_event("message", typed, **data, actor=actor, texts=texts, dispatcher=dispatcher)


def _as_typed(call: CallbackQuery, command: str) -> Message:
    """The message that typing the command would have made."""
    chat_source = call.message
    if chat_source is None:
        raise ValueError("a tap in a chat comes with its message")
    text = f"/{command}"
    entity = MessageEntity(type="bot_command", offset=0, length=len(text))
    typed = Message(
        message_id=chat_source.message_id,
        date=datetime.fromtimestamp(0, tz=None).astimezone(),
        chat=chat_source.chat,
        from_user=call.from_user,
        text=text,
        entities=[entity],
    )
    return typed.as_(call.bot)
