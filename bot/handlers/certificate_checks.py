"""The checker looks at a document of a skill and says until when it is good, or why it is not."""

from aiogram import Bot, F, Router
from aiogram.exceptions import TelegramBadRequest
from aiogram.filters import StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, FSInputFile, Message

from bot.filters import has_text
from bot.screens import certificate_checks as screens
from bot.screens.certificate_checks import Approve, AskDay, AskRefusal, CheckTap, Refuse, ShowPages
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.services import certificate_checks as checks
from core.services.certificate_checks import Page
from storage.blobs import Blobs

router = Router(name="certificate_checks")


class Await(StatesGroup):
    valid_until = State()
    verdict = State()


@router.callback_query(CheckTap.filter())
async def open_check(call: CallbackQuery, callback_data: CheckTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.card(await db.read(checks.card, actor, callback_data.certificate), texts))


@router.callback_query(ShowPages.filter())
async def show_pages(
    call: CallbackQuery, callback_data: ShowPages, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot, blobs: Blobs
) -> None:
    """The file comes below: the question above stays what it is."""
    pages = await db.read(checks.pages, actor, bot.id, callback_data.certificate)
    await answer(call)
    for page in pages:
        await _send_page(bot, call.from_user.id, page, blobs)


@router.callback_query(Approve.filter(F.years == 0))
async def approve_endless(
    call: CallbackQuery, callback_data: Approve, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    await db.write(checks.approve, actor, callback_data.certificate, None)
    await show(call, screens.decided(await db.read(checks.card, actor, callback_data.certificate), texts))


@router.callback_query(Approve.filter())
async def approve_for(call: CallbackQuery, callback_data: Approve, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(checks.approve_for, actor, callback_data.certificate, callback_data.years)
    await show(call, screens.decided(await db.read(checks.card, actor, callback_data.certificate), texts))


@router.callback_query(AskDay.filter())
async def ask_day(
    call: CallbackQuery, callback_data: AskDay, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    check = await db.read(checks.card, actor, callback_data.certificate)
    await _await(state, Await.valid_until, check.certificate_id)
    await show(call, screens.ask_day(check, texts))


@router.message(StateFilter(Await.valid_until), has_text)
async def typed_day(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    number = int((await state.get_data())["certificate"])
    await db.write(checks.approve_typed, actor, number, message.text or "")
    await state.clear()
    await show(message, screens.decided(await db.read(checks.card, actor, number), texts))


@router.callback_query(AskRefusal.filter())
async def ask_refusal(call: CallbackQuery, callback_data: AskRefusal, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.ask_refusal(await db.read(checks.card, actor, callback_data.certificate), texts))


@router.callback_query(Refuse.filter(F.reason.is_(None)))
async def ask_words(
    call: CallbackQuery, callback_data: Refuse, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    check = await db.read(checks.card, actor, callback_data.certificate)
    await _await(state, Await.verdict, check.certificate_id)
    await show(call, screens.ask_words(check, texts))


@router.callback_query(Refuse.filter())
async def refuse(call: CallbackQuery, callback_data: Refuse, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if callback_data.reason is not None:
        await db.write(checks.refuse, actor, callback_data.certificate, callback_data.reason)
    await show(call, screens.decided(await db.read(checks.card, actor, callback_data.certificate), texts))


@router.message(StateFilter(Await.verdict), has_text)
async def typed_words(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    number = int((await state.get_data())["certificate"])
    await db.write(checks.refuse_in_words, actor, number, message.text or "")
    await state.clear()
    await show(message, screens.decided(await db.read(checks.card, actor, number), texts))


async def _await(state: FSMContext, what: State, certificate_id: int) -> None:
    await state.set_state(what)
    await state.set_data({"certificate": certificate_id})


async def _send_page(bot: Bot, chat_id: int, page: Page, blobs: Blobs) -> None:
    """By its id where this bot has one; the stored bytes where it has not, or Telegram has forgotten it."""
    if page.file_id is not None:
        try:
            await (bot.send_photo if page.is_photo else bot.send_document)(chat_id, page.file_id)
        except TelegramBadRequest:
            if page.sha256 is None:
                raise
        else:
            return
    if page.sha256 is not None:
        name = page.file_name or ("document.jpg" if page.is_photo else "document")
        await bot.send_document(chat_id, FSInputFile(blobs.path(page.sha256), filename=name))
