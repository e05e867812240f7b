"""`/calls`: whom to phone, what was said, "accepted by phone"."""

from datetime import UTC, datetime

from aiogram import F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import calls as screens
from bot.screens.calls import PAGE, CallDone, CallOne, CallPage, CallYes
from bot.screens.taps import Do, TicketTap
from bot.show import answer, redraw_card, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.talk import CallOutcome
from core.services import calls, tickets

router = Router(name="calls")


class Await(StatesGroup):
    note = State()


@router.message(Command("calls"))
async def listed(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if not command.args:
        await show(message, screens.waiting(await db.read(calls.waiting, actor), texts))
        return
    ticket_id = await db.read(tickets.id_of, actor, command.args)
    await show(message, screens.of_ticket(await db.read(calls.of_ticket, actor, ticket_id, limit=PAGE), texts))


@router.callback_query(TicketTap.filter(F.do == Do.CALLS))
async def of_card(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(calls.of_ticket, actor, callback_data.ticket_id, limit=PAGE)
    await show(call, screens.of_ticket(found, texts))


@router.callback_query(CallPage.filter())
async def turn_page(call: CallbackQuery, callback_data: CallPage, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    offset = callback_data.page * PAGE
    found = await db.read(calls.of_ticket, actor, callback_data.of, offset=offset, limit=PAGE)
    await show(call, screens.of_ticket(found, texts))


@router.callback_query(CallOne.filter())
async def one(call: CallbackQuery, callback_data: CallOne, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found, line = await db.read(calls.one, actor, callback_data.of, callback_data.contractor_id)
    await show(call, screens.one(found, line, texts))


@router.callback_query(CallDone.filter(F.outcome == CallOutcome.ACCEPTED))
async def ask_time(call: CallbackQuery, callback_data: CallDone, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(calls.times, actor, callback_data.of, callback_data.contractor_id)
    await show(call, screens.times(found, texts))


@router.callback_query(CallYes.filter())
async def accepted(call: CallbackQuery, callback_data: CallYes, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    start = datetime.fromtimestamp(callback_data.start * 60, UTC) if callback_data.start else None
    await db.write(calls.accepted, actor, callback_data.of, callback_data.contractor_id, start)
    await answer(call, texts.plain("calls-accepted-done"))
    await redraw_card(call, callback_data.of, actor, db, texts)


@router.callback_query(CallDone.filter(F.outcome))
async def noted(call: CallbackQuery, callback_data: CallDone, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    outcome = callback_data.outcome or CallOutcome.NO_ANSWER
    await db.write(calls.note, actor, callback_data.of, callback_data.contractor_id, outcome)
    await show(call, screens.of_ticket(await db.read(calls.of_ticket, actor, callback_data.of, limit=PAGE), texts))


@router.callback_query(CallDone.filter())
async def ask_note(
    call: CallbackQuery, callback_data: CallDone, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    _, line = await db.read(calls.one, actor, callback_data.of, callback_data.contractor_id)
    await state.set_state(Await.note)
    await state.set_data({"ticket": callback_data.of, "contractor": callback_data.contractor_id})
    await show(call, screens.ask_note(line, texts))


@router.message(StateFilter(Await.note), has_text)
async def write_note(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    data = await state.get_data()
    of, contractor = data["ticket"], data["contractor"]
    await db.write(calls.note, actor, of, contractor, CallOutcome.LATER, message.text or "")
    await state.clear()
    await show(message, screens.of_ticket(await db.read(calls.of_ticket, actor, of, limit=PAGE), texts))
