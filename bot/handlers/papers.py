"""/papers: the firm's skills, a document for one of them, a new skill; a document may come without a word."""

from dataclasses import dataclass

from aiogram import Bot, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.handlers.media import incoming_of, kind_and_file
from bot.screens import papers as screens
from bot.screens.lists import PAGE
from bot.screens.papers import Declare, NameSkill, NotAPage, PaperFor, PapersPage, SendPaper
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.role import CONTRACTOR_ROLES
from core.services import certificates, papers, talk

router = Router(name="papers")


class Await(StatesGroup):
    any_paper = State()  # the page stands open: a picture that comes now is most likely a document
    paper = State()
    skill = State()


@dataclass(frozen=True, slots=True)
class Target:
    """The number of the skill, where it is known; or it is one more page of the document before it."""

    skill: int | None
    is_page: bool = False


async def is_document(
    message: Message, actor: Actor, db: UpdateDb, state: FSMContext, raw_state: str | None
) -> bool | dict[str, Target]:
    """A document that is awaited, or one more page of the last one; never the shots of a visit in work."""
    if kind_and_file(message) is None or not actor.has(*CONTRACTOR_ROLES):
        return False
    if message.media_group_id is not None and await db.read(certificates.has_page_of, actor, message.media_group_id):
        return {"target": Target(None)}
    if raw_state not in (None, Await.any_paper.state, Await.paper.state) or await db.read(talk.is_shooting, actor):
        return False
    if raw_state != Await.paper.state:
        is_listed = raw_state == Await.any_paper.state
        if await db.read(certificates.takes_page, actor, message.chat.id, is_listed=is_listed):
            return {"target": Target(None, is_page=True)}
        if not is_listed:
            return False
    return {"target": Target((await state.get_data()).get("skill"))}


@router.message(Command("papers"))
async def listed(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    found = await db.read(papers.show, actor)
    await _await_any(state)
    await show(message, screens.card(found, 0, texts))


@router.callback_query(PapersPage.filter())
async def turn_page(
    call: CallbackQuery, callback_data: PapersPage, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    found = await db.read(papers.show, actor)
    await _await_any(state)
    await show(call, screens.card(found, callback_data.page, texts))


@router.callback_query(SendPaper.filter())
async def ask_file(
    call: CallbackQuery, callback_data: SendPaper, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    _, line = await db.read(papers.one, actor, callback_data.skill)
    await state.set_state(Await.paper)
    await state.set_data({"skill": line.number})
    await show(call, screens.ask_file(line, texts))


@router.message(is_document)
async def receive(message: Message, target: Target, actor: Actor, db: UpdateDb, state: FSMContext, bot: Bot) -> None:
    """What does not fit is refused in words, and the question stays open."""
    incoming = incoming_of(message, bot.id)
    if incoming is None:
        return
    await db.write(certificates.receive, actor, incoming, target.skill, is_page=target.is_page)
    await state.clear()


@router.message(StateFilter(Await.paper), has_text)
async def words_instead(message: Message, texts: Texts) -> None:
    await show(message, screens.ask_file_again(texts))


@router.callback_query(PaperFor.filter())
async def sort(call: CallbackQuery, callback_data: PaperFor, actor: Actor, db: UpdateDb) -> None:
    await db.write(certificates.sort, actor, callback_data.certificate, callback_data.skill)
    await answer(call)


@router.callback_query(NotAPage.filter())
async def take_off(call: CallbackQuery, callback_data: NotAPage, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(certificates.take_off, actor, callback_data.certificate)
    await show(call, screens.taken_off(texts))


@router.callback_query(NameSkill.filter())
async def choose_skill(
    call: CallbackQuery, callback_data: NameSkill, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    tap = callback_data
    found = await db.read(papers.choices, actor, tap.contractor_id, tap.words, offset=tap.page * PAGE, limit=PAGE)
    await state.set_state(Await.skill)
    await state.set_data({"contractor": tap.contractor_id})
    await show(call, screens.skills(found, texts))


@router.message(StateFilter(Await.skill), has_text)
async def search_skill(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    firm = int((await state.get_data()).get("contractor", 0))
    found = await db.read(papers.choices, actor, firm, message.text or "", limit=PAGE)
    await show(message, screens.skills(found, texts))


@router.callback_query(Declare.filter())
async def declare(call: CallbackQuery, callback_data: Declare, actor: Actor, db: UpdateDb) -> None:
    await db.write(papers.declare, actor, callback_data.contractor_id, callback_data.named)
    await answer(call)


async def _await_any(state: FSMContext) -> None:
    await state.set_state(Await.any_paper)
    await state.set_data({})
