"""A ticket is cancelled: first what it costs and by whose fault, then the yes."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.screens import cancels as screens
from bot.screens.cancels import CancelTap
from bot.screens.taps import Do, TicketTap
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import cancellations, tickets

router = Router(name="cancels")


@router.callback_query(TicketTap.filter(F.do == Do.ASK_CANCEL))
async def ask(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.ask(await db.read(cancellations.choices, actor, callback_data.ticket_id), texts))


@router.callback_query(CancelTap.filter())
async def cancel(call: CallbackQuery, callback_data: CancelTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    await db.write(tickets.cancel, actor, tap.ticket_id, tap.version, tap.fault, agreed_kop=tap.fee, waive=tap.waive)
    await answer(call, texts.plain("tickets-saved"))
