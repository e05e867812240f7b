"""Tickets of the client and the desk: lists, search, the card, its buttons up to the work itself, and /why."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import cards as card_screens
from bot.screens import explanations as explanation_screens
from bot.screens import history as history_screens
from bot.screens import tickets as screens
from bot.screens.explanations import WaveTap
from bot.screens.lists import PAGE
from bot.screens.taps import Beside, Do, TicketTap
from bot.screens.tickets import FoundTap, Listed, ListTap, Open
from bot.show import answer, send_below, show
from bot.texts import Texts
from bot.ui import Screen
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import cards, explanations, history, searches, staffing, tickets
from core.services.tickets import TicketList

router = Router(name="tickets")


class Await(StatesGroup):
    search = State()


@router.message(Command("my"))
async def mine(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.listed(await _list(Listed.MINE, 0, actor, db), Listed.MINE, texts))


@router.message(Command("accept"))
async def to_accept(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.listed(await _list(Listed.TO_ACCEPT, 0, actor, db), Listed.TO_ACCEPT, texts))


@router.callback_query(ListTap.filter())
async def turn_page(call: CallbackQuery, callback_data: ListTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await _list(callback_data.of, callback_data.page, actor, db)
    await show(call, screens.listed(found, callback_data.of, texts))


async def _list(of: Listed, page: int, actor: Actor, db: UpdateDb) -> TicketList:
    use_case = tickets.mine if of is Listed.MINE else tickets.to_accept
    return await db.read(use_case, actor, offset=page * PAGE, limit=PAGE)


@router.message(Command("find"))
async def find(
    message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    if not command.args:
        await state.set_state(Await.search)
        await show(message, Screen(texts("tickets-ask-words")))
        return
    found = await db.read(tickets.find, actor, command.args, limit=PAGE)
    await show(message, screens.found(found, command.args, texts))


@router.message(StateFilter(Await.search), has_text)
async def find_words(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    words = message.text or ""
    found = await db.read(tickets.find, actor, words, limit=PAGE)
    await state.clear()
    await show(message, screens.found(found, words, texts))


@router.callback_query(FoundTap.filter())
async def turn_found(call: CallbackQuery, callback_data: FoundTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(tickets.find, actor, callback_data.words, offset=callback_data.page * PAGE, limit=PAGE)
    await show(call, screens.found(found, callback_data.words, texts))


@router.message(Command("ticket"))
async def by_number(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if not command.args:
        await show(message, Screen(texts("tickets-ask-number", command="ticket")))
        return
    ticket_id = await db.read(tickets.id_of, actor, command.args)
    await _open(message, ticket_id, actor, db, texts)


@router.callback_query(Open.filter())
async def open_line(call: CallbackQuery, callback_data: Open, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await _open(call, callback_data.number, actor, db, texts)


@router.callback_query(Beside.filter())
async def open_beside(call: CallbackQuery, callback_data: Beside, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if actor.is_operator:
        await send_below(call, card_screens.draw(await db.read(cards.ticket, actor, callback_data.number), texts))
    else:
        await _open(call, callback_data.number, actor, db, texts)


async def _open(event: CallbackQuery | Message, ticket_id: int, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """The desk only looks; for the others the card moves down to the thumb and stays the one that lives."""
    if actor.is_operator:
        await show(event, card_screens.draw(await db.read(cards.ticket, actor, ticket_id), texts))
        return
    await db.write(tickets.open_card, actor, ticket_id)
    if isinstance(event, CallbackQuery):
        await answer(event)


@router.message(Command("why"))
async def why_number(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if not command.args:
        await show(message, Screen(texts("tickets-ask-number", command="why")))
        return
    ticket_id = await db.read(tickets.id_of, actor, command.args)
    await show(message, history_screens.why(await db.read(history.why, actor, ticket_id), texts))


@router.callback_query(TicketTap.filter(F.do == Do.WHY))
async def why(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, history_screens.why(await db.read(history.why, actor, callback_data.ticket_id), texts))


@router.callback_query(WaveTap.filter())
async def wave(call: CallbackQuery, callback_data: WaveTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    offset = callback_data.page * PAGE
    found = await db.read(
        explanations.wave, actor, callback_data.ticket_id, callback_data.wave, offset=offset, limit=PAGE
    )
    await show(call, explanation_screens.wave(found, texts))


@router.callback_query(TicketTap.filter(F.do == Do.CARD))
async def card(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, card_screens.draw(await db.read(cards.ticket, actor, callback_data.ticket_id), texts))


@router.callback_query(TicketTap.filter(F.do == Do.ASK_TAKE_BACK))
async def ask_once_more(
    call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    base = (await db.read(cards.ticket, actor, callback_data.ticket_id)).base
    await show(call, screens.ask_take_back(base, texts))


#: Buttons that mean one use case and nothing else.
PLAIN = {
    Do.CONFIRM: tickets.confirm,
    Do.REFUSE: tickets.refuse,
    Do.APPROVE: tickets.approve,
    Do.REJECT: tickets.reject,
    Do.SEARCH_AGAIN: searches.again,
}
#: Those that must not act on a ticket that has moved on since the button was drawn.
VERSIONED = {Do.TAKE_BACK: staffing.take_back}


@router.callback_query(TicketTap.filter(F.do.in_(set(PLAIN))))
async def act(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(PLAIN[callback_data.do], actor, callback_data.ticket_id)
    await answer(call, texts.plain("tickets-saved"))


@router.callback_query(TicketTap.filter(F.do.in_(set(VERSIONED))))
async def act_on_version(
    call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    await db.write(VERSIONED[callback_data.do], actor, callback_data.ticket_id, callback_data.version)
    await answer(call, texts.plain("tickets-saved"))
