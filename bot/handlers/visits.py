"""The visit: every step is one tap, dangerous ones ask once more; the place comes as a message."""

from aiogram import Router
from aiogram.filters import Command
from aiogram.types import CallbackQuery, Message

from bot.screens import cards as card_screens
from bot.screens import visits as screens
from bot.screens.steps import Step, Walk
from bot.screens.visits import Leave
from bot.show import answer, show
from bot.texts import Texts
from bot.ui import Screen
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import cards, confirmations, jobs, no_shows, reports, visits
from core.services.card_views import JobCard

router = Router(name="visits")

#: Taps that write, each its use case.
WRITES = {
    Walk.CONFIRM: confirmations.confirm,
    Walk.GO: visits.go,
    Walk.WORD: visits.arrive_by_word,
    Walk.HERE: no_shows.here,
    Walk.START: visits.begin_work,
    Walk.BEFORE: visits.before_done,
    Walk.AFTER: visits.after_done,
    Walk.SEND: reports.send,
    Walk.GIVE_UP: visits.give_up,
}
#: What some of them answer beside the redrawn card.
SAYS = {Walk.SEND: "visits-answer-sent", Walk.CONFIRM: "moves-answer-confirmed"}
#: Taps that only ask.
ASKS = {
    Walk.ASK_WORD: screens.ask_word,
    Walk.ASK_GIVE_UP: screens.ask_give_up,
    Walk.STUCK: screens.stuck,
}


@router.message(Command("jobs"))
async def listed(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.jobs(await db.read(jobs.open_jobs, actor), texts))


async def says_no_place(message: Message) -> bool:
    return screens.is_no_place(message.text or "")


@router.message(says_no_place)
async def no_place(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """The key beside the one that sends the place; the question stands in a message of its own."""
    arriving = await db.read(jobs.arriving, actor)
    card = await db.read(cards.ticket, actor, arriving.ticket_id) if arriving is not None else None
    if isinstance(card, JobCard):
        await show(message, screens.ask_word(card, texts))
    else:
        await show(message, screens.no_visit_here(texts))


@router.callback_query(Step.filter())
async def step(call: CallbackQuery, callback_data: Step, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if callback_data.do in ASKS:
        await show(call, await _ask(callback_data, actor, db, texts))
        return
    await db.write(WRITES[callback_data.do], actor, callback_data.visit)
    said = SAYS.get(callback_data.do)
    await answer(call, texts.plain(said) if said is not None else "")


@router.callback_query(Leave.filter())
async def leave(call: CallbackQuery, callback_data: Leave, actor: Actor, db: UpdateDb) -> None:
    await db.write(visits.leave, actor, callback_data.visit, callback_data.outcome)
    await answer(call)


async def _ask(tap: Step, actor: Actor, db: UpdateDb, texts: Texts) -> Screen:
    """The question, if the visit is still where the button was drawn."""
    card = await db.read(cards.ticket, actor, tap.ticket_id)
    if isinstance(card, JobCard) and card.visit_id == tap.visit and card.step is not None:
        return ASKS[tap.do](card, texts)
    return card_screens.draw(card, texts)
