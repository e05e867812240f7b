"""A new request: /new, the sticker of a site, and what is typed or sent while the request is open.

What is awaited follows from the request in the database, so it goes on after days and on another phone.
"""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, CommandStart, StateFilter
from aiogram.types import CallbackQuery, Message

from bot.filters import has_location, has_text
from bot.screens import intake as screens
from bot.screens.intake import IntakeTap, Step, ThatOne
from bot.show import answer, settle, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed, NotFound
from core.domain.ticket import Priority
from core.services import intakes, sites, tickets

router = Router(name="intake")

#: What the sticker of a site carries before its token.
STICKER = ("s_", "s-")
FOUND = 6


async def is_telling(message: Message, actor: Actor, db: UpdateDb) -> bool:
    """A request of this person is open."""
    return await db.read(intakes.current_id, actor) is not None


async def is_asked_where(message: Message, actor: Actor, db: UpdateDb) -> bool:
    card = await db.read(intakes.current, actor)
    return card is not None and card.site_id is None


@router.message(Command("new"))
async def new(message: Message, actor: Actor, db: UpdateDb) -> None:
    await db.write(intakes.start, actor)


@router.message(CommandStart(deep_link=True, magic=F.args.startswith(STICKER)))
async def scanned(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    try:
        await db.write(intakes.scan, actor, (command.args or "")[2:])
    except NotFound:
        await show(message, screens.sticker_is_dead(texts))


@router.callback_query(IntakeTap.filter(F.step == Step.SITE))
async def choose_site(call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb) -> None:
    await db.write(intakes.choose_site, actor, callback_data.intake_id, callback_data.chosen)
    await answer(call)


@router.callback_query(IntakeTap.filter(F.step == Step.SERVICE))
async def choose_service(call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb) -> None:
    await db.write(intakes.choose_service, actor, callback_data.intake_id, callback_data.chosen)
    await answer(call)


@router.callback_query(IntakeTap.filter(F.step == Step.CHANGE))
async def change_service(call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb) -> None:
    await db.write(intakes.change_service, actor, callback_data.intake_id)
    await answer(call)


@router.callback_query(IntakeTap.filter(F.step == Step.NEW_ONE))
async def another_trouble(
    call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    await show(call, screens.ask_words(await db.read(intakes.card, actor, callback_data.intake_id), texts))


@router.callback_query(IntakeTap.filter(F.step.in_({Step.URGENT, Step.NORMAL})))
async def set_priority(call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb) -> None:
    chosen = Priority.EMERGENCY if callback_data.step is Step.URGENT else Priority.NORMAL
    await db.write(intakes.set_priority, actor, callback_data.intake_id, chosen)
    await answer(call)


@router.callback_query(IntakeTap.filter(F.step == Step.SEND))
async def send(call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(tickets.register, actor, callback_data.intake_id)
    await settle(call, texts.plain("intake-sent"))


@router.callback_query(IntakeTap.filter(F.step == Step.DROP))
async def drop(call: CallbackQuery, callback_data: IntakeTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(intakes.drop, actor, callback_data.intake_id)
    await settle(call, texts.plain("intake-dropped"))


@router.callback_query(ThatOne.filter())
async def that_one(call: CallbackQuery, callback_data: ThatOne, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(tickets.is_that_one, actor, callback_data.intake_id, callback_data.known)
    await settle(call, texts.plain("intake-is-that-one"))


@router.message(StateFilter(None), has_location, is_asked_where)
async def near(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if message.location is None:
        return
    found = await db.read(sites.near, actor, message.location.latitude, message.location.longitude, limit=FOUND)
    await show(message, screens.found_sites(await _current(actor, db), found, texts))


@router.message(StateFilter(None), has_text, is_telling)
async def told(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """Words mean what is asked now: the site, the kind of work, or what is wrong."""
    card, words = await _current(actor, db), message.text or ""
    if card.site_id is None:
        found = await db.read(sites.find, actor, words, limit=FOUND)
        await show(message, screens.found_sites(card, found, texts))
    elif card.service_id is None:
        services = await db.read(intakes.find_services, actor, card.intake_id, words)
        await show(message, screens.ask_service(card, services, texts))
    else:
        await db.write(intakes.say, actor, words)


async def _current(actor: Actor, db: UpdateDb) -> intakes.IntakeCard:
    card = await db.read(intakes.current, actor)
    if card is None:
        raise Changed
    return card
