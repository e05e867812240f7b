"""The desk changes how urgent a job is: one question, one tap."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.screens import priorities as screens
from bot.screens.priorities import PriorityTap
from bot.screens.taps import Do, TicketTap
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import priorities

router = Router(name="priorities")


@router.callback_query(TicketTap.filter(F.do == Do.PRIORITY))
async def ask(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.asked(await db.read(priorities.choices, actor, callback_data.ticket_id), texts))


@router.callback_query(PriorityTap.filter())
async def change(call: CallbackQuery, callback_data: PriorityTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    stays = await db.write(priorities.change, actor, tap.ticket_id, tap.version, tap.priority)
    await answer(call, texts.plain("clocks-priority-stays" if stays else "clocks-priority-done"), alert=stays)
