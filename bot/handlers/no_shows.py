"""Nobody came: what the crew answers, what the desk heard on the phone, and who of the firm goes instead."""

from aiogram import F, Router
from aiogram.types import CallbackQuery

from bot.screens import cards as card_screens
from bot.screens import no_shows as screens
from bot.screens.no_shows import Eta, Goes, Heard, HeardTap, WhoGoes
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import cards, no_shows, substitutes
from core.services.card_views import DeskCard

router = Router(name="no_shows")


@router.callback_query(Eta.filter())
async def eta(call: CallbackQuery, callback_data: Eta, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(no_shows.eta, actor, callback_data.visit, callback_data.minutes)
    await answer(call, texts.plain("noshow-answer"))


@router.callback_query(HeardTap.filter(F.do == Heard.ASK_GONE))
async def ask_gone(call: CallbackQuery, callback_data: HeardTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    card = await db.read(cards.ticket, actor, callback_data.ticket_id)
    is_asked = isinstance(card, DeskCard) and any(one.data.get("visit") == callback_data.visit for one in card.tasks)
    if isinstance(card, DeskCard) and is_asked:
        await show(call, screens.ask_gone(card, callback_data.visit, texts))
    else:
        await show(call, card_screens.draw(card, texts))


@router.callback_query(HeardTap.filter(F.do == Heard.CAME))
async def came(call: CallbackQuery, callback_data: HeardTap, actor: Actor, db: UpdateDb) -> None:
    await db.write(no_shows.came, actor, callback_data.visit)
    await answer(call)


@router.callback_query(HeardTap.filter(F.do == Heard.LATER))
async def later(call: CallbackQuery, callback_data: HeardTap, actor: Actor, db: UpdateDb) -> None:
    await db.write(no_shows.will_come, actor, callback_data.visit, callback_data.minutes)
    await answer(call)


@router.callback_query(HeardTap.filter(F.do == Heard.GONE))
async def gone(call: CallbackQuery, callback_data: HeardTap, actor: Actor, db: UpdateDb) -> None:
    await db.write(no_shows.not_coming, actor, callback_data.visit)
    await answer(call)


@router.callback_query(WhoGoes.filter())
async def who_goes(call: CallbackQuery, callback_data: WhoGoes, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.who_goes(await db.read(substitutes.choices, actor, callback_data.visit), texts))


@router.callback_query(Goes.filter())
async def name(call: CallbackQuery, callback_data: Goes, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(substitutes.name, actor, callback_data.visit, callback_data.person)
    await answer(call, texts.plain("noshow-named"))
