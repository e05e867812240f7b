"""Client, crew and desk write to each other, and those invited ask before their yes.

Words come after a button, or straight as a reply to what the bot has relayed: that is what people do with wet hands.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from aiogram import Bot, Router
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.handlers.media import incoming_of, kind_and_file, send_one
from bot.screens import talk as screens
from bot.screens.writing import Ask, Reply, ShowMedia, ThreadTap, Unsaid, Write
from bot.show import answer, send_below, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import talk, talk_cards

router = Router(name="talk")


class Await(StatesGroup):
    words = State()


class To(StrEnum):
    """What the words are about."""

    TICKET = "ticket"
    OFFER = "offer"
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Target:
    to: To
    number: int


PROMPTS = {To.TICKET: talk.to_say, To.OFFER: talk.to_ask, To.TALK: talk.to_reply}
WRITES = {To.TICKET: talk.say, To.OFFER: talk.ask, To.TALK: talk.reply}


async def is_reply(message: Message, actor: Actor, db: UpdateDb) -> bool | dict[str, Target]:
    """Words or a picture sent as a reply to what the bot has relayed."""
    talk_id = await _replied_to(message, actor, db)
    return {"target": Target(To.TALK, talk_id)} if talk_id is not None else False


async def is_awaited_media(
    message: Message, actor: Actor, db: UpdateDb, state: FSMContext, raw_state: str | None
) -> bool | dict[str, Target]:
    """A picture instead of the words that are awaited, or one more of its album; never the shots of a visit in work."""
    if kind_and_file(message) is None:
        return False
    if message.media_group_id is not None:
        mate = await db.read(talk_cards.of_album, actor, message.media_group_id)
        if mate is not None:
            return {"target": Target(To.TALK, mate)}
    if raw_state != Await.words.state or await db.read(talk.is_shooting, actor):
        return False
    return {"target": _target(await state.get_data())}


@router.callback_query(Write.filter())
async def write(
    call: CallbackQuery, callback_data: Write, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    await _await_words(call, Target(To.TICKET, callback_data.of), actor, db, texts, state)


@router.callback_query(Ask.filter())
async def ask(
    call: CallbackQuery, callback_data: Ask, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    await _await_words(call, Target(To.OFFER, callback_data.offer), actor, db, texts, state)


@router.callback_query(Reply.filter())
async def reply(
    call: CallbackQuery, callback_data: Reply, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    await _await_words(call, Target(To.TALK, callback_data.talk), actor, db, texts, state)


@router.callback_query(Unsaid.filter())
async def unsaid(call: CallbackQuery, texts: Texts) -> None:
    """The tap itself has ended the waiting."""
    await show(call, screens.unsaid(texts))


@router.callback_query(ThreadTap.filter())
async def thread(call: CallbackQuery, callback_data: ThreadTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(talk_cards.thread, actor, callback_data.ticket_id, page=callback_data.page)
    await show(call, screens.thread(found, texts))


@router.callback_query(ShowMedia.filter())
async def show_media(
    call: CallbackQuery, callback_data: ShowMedia, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot
) -> None:
    found = await db.read(talk_cards.media, actor, bot.id, callback_data.talk)
    if found is None:
        await answer(call, texts.plain("talk-no-media"), alert=True)
        return
    await answer(call)
    await send_one(bot, call.from_user.id, found)


@router.message(is_reply)
async def replied(message: Message, target: Target, actor: Actor, db: UpdateDb, bot: Bot) -> None:
    await _send(message, target, actor, db, bot)


@router.message(StateFilter(Await.words), has_text)
async def said(message: Message, actor: Actor, db: UpdateDb, bot: Bot, state: FSMContext) -> None:
    target = _target(await state.get_data())
    await _send(message, target, actor, db, bot)
    await state.clear()


@router.message(is_awaited_media)
async def pictured(message: Message, target: Target, actor: Actor, db: UpdateDb, bot: Bot, state: FSMContext) -> None:
    await _send(message, target, actor, db, bot)
    await state.clear()


async def _await_words(
    call: CallbackQuery, target: Target, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(PROMPTS[target.to], actor, target.number)
    await state.set_state(Await.words)
    await state.set_data({"to": target.to, "number": target.number})
    await send_below(call, screens.prompt(found, texts))


async def _send(message: Message, target: Target, actor: Actor, db: UpdateDb, bot: Bot) -> None:
    words = message.text or message.caption or ""
    await db.write(WRITES[target.to], actor, target.number, words, media=incoming_of(message, bot.id))


async def _replied_to(message: Message, actor: Actor, db: UpdateDb) -> int | None:
    original = message.reply_to_message
    if original is None or original.from_user is None or not original.from_user.is_bot:
        return None
    if not await has_text(message) and kind_and_file(message) is None:
        return None
    return await db.read(talk_cards.shown_in, actor, original.message_id)


def _target(data: dict[str, Any]) -> Target:
    return Target(To(data["to"]), int(data["number"]))
