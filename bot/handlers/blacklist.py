"""/blacklist: who is blocked and why, proposed by one and confirmed by another, lifted, appealed against."""

from aiogram import Bot, F, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message, Update

from bot.filters import has_text
from bot.screens import blacklist as screens
from bot.screens import blocks as cards
from bot.screens.blacklist import Blacklist, BlockHow, BlockWhere, BlockWhom, BlockWhy, FirmBlocks, SendBlock
from bot.screens.blocks import AppealDo, AppealTap, BlockDo, BlockTap, RequestDo, RequestTap, SendTap
from bot.screens.lists import PAGE
from bot.show import answer, ask, settle, show, show_changed
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.block import BlockLevel
from core.domain.errors import Changed
from core.domain.task import TaskKind
from core.services import appeals, blacklist, block_cards, block_lists, block_requests, inbox, open_questions

router = Router(name="blacklist")


class Await(StatesGroup):
    why = State()
    lift = State()
    refusal = State()
    appeal = State()
    answer = State()


@router.message(Command("blacklist"))
async def opened(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(block_lists.page, actor, command.args or "", rules=screens.rule_words())
    await show(message, screens.page(found, texts))


@router.callback_query(Blacklist.filter())
async def turn_page(call: CallbackQuery, callback_data: Blacklist, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    place = {"offset": tap.page * PAGE, "limit": PAGE}
    found = await db.read(block_lists.page, actor, tap.words, tap.show, rules=screens.rule_words(), **place)
    await show(call, screens.page(found, texts))


@router.callback_query(FirmBlocks.filter())
async def history(call: CallbackQuery, callback_data: FirmBlocks, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    found = await db.read(block_lists.history, actor, tap.contractor_id, offset=tap.page * PAGE, limit=PAGE)
    await show(call, screens.history(found, texts))


@router.callback_query(BlockWhom.filter())
async def whom(call: CallbackQuery, callback_data: BlockWhom, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.whom(await db.read(block_requests.subjects, actor, callback_data.contractor_id), texts))


@router.callback_query(BlockWhere.filter())
async def where(call: CallbackQuery, callback_data: BlockWhere, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(block_requests.subjects, actor, callback_data.contractor_id)
    await show(call, screens.where(found, callback_data.person, callback_data.page, texts))


@router.callback_query(BlockHow.filter())
async def how(call: CallbackQuery, callback_data: BlockHow, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(block_requests.subjects, actor, callback_data.contractor_id)
    await show(call, screens.how(callback_data, found, texts))


@router.callback_query(BlockWhy.filter())
async def why(
    call: CallbackQuery, callback_data: BlockWhy, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    """The cost is shown before anything is asked for."""
    found = await db.read(block_requests.proposal, actor, *_wish(callback_data))
    question = screens.why(callback_data, found, texts)
    await ask(call, state, Await.why, question, about=callback_data.model_dump(mode="json"))


@router.message(StateFilter(Await.why), has_text)
async def draft_block(
    message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext, event_update: Update
) -> None:
    """What he wrote may have been meant for somebody else: he reads whom it is about before it is asked for."""
    tap = BlockWhy(**(await state.get_data())["about"])
    found = await db.read(block_requests.proposal, actor, *_wish(tap), message.text or "")
    await show(message, screens.draft(tap, event_update.update_id, found, texts))


@router.callback_query(SendBlock.filter())
async def propose(call: CallbackQuery, callback_data: SendBlock, actor: Actor, db: UpdateDb, bot: Bot) -> None:
    wish = _wish(callback_data)
    await db.read(block_requests.proposal, actor, *wish)
    words = await db.read(inbox.words, bot.id, callback_data.update, call.from_user.id)
    await db.write(block_requests.propose, actor, *wish, words)
    await settle(call)


def _wish(tap: BlockWhy | SendBlock) -> tuple[int, int | None, int | None, BlockLevel, int | None]:
    return tap.contractor_id, tap.person or None, tap.client or None, tap.how.level, tap.days or None


@router.callback_query(RequestTap.filter(F.do == RequestDo.SHOW))
async def show_request(
    call: CallbackQuery, callback_data: RequestTap, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    await _note(call, TaskKind.BLOCK_ASKED, f"request {callback_data.request_id}", actor, db)
    await show(call, cards.request(await db.read(block_cards.request, actor, callback_data.request_id), texts))


@router.callback_query(RequestTap.filter(F.do == RequestDo.CONFIRM))
async def confirm(call: CallbackQuery, callback_data: RequestTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(block_requests.confirm, actor, callback_data.request_id)
    await answer(call, texts.plain("block-confirmed"))


@router.callback_query(RequestTap.filter(F.do == RequestDo.REFUSE))
async def ask_refusal(
    call: CallbackQuery, callback_data: RequestTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    await db.read(block_cards.request, actor, callback_data.request_id)
    back = RequestTap(do=RequestDo.SHOW, request_id=callback_data.request_id)
    question = cards.ask_words("block-ask-refusal", back, texts)
    await ask(call, state, Await.refusal, question, about=callback_data.request_id)


@router.message(StateFilter(Await.refusal), has_text)
async def refuse(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    number = await _about(state)
    try:
        await db.write(block_requests.refuse, actor, number, message.text or "")
    except Changed:
        card = await db.read(block_cards.request, actor, number)
        await show_changed(message, state, cards.request(card, texts), texts)
        return
    await state.clear()


@router.callback_query(BlockTap.filter(F.do == BlockDo.SHOW))
async def show_block(call: CallbackQuery, callback_data: BlockTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, cards.block(await db.read(block_cards.block, actor, callback_data.block_id), texts))


@router.callback_query(BlockTap.filter(F.do == BlockDo.LIFT))
async def ask_lift(
    call: CallbackQuery, callback_data: BlockTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    await db.read(blacklist.ensure_may_lift, actor, callback_data.block_id)
    question = cards.ask_words("block-ask-lift", BlockTap(do=BlockDo.SHOW, block_id=callback_data.block_id), texts)
    await ask(call, state, Await.lift, question, about=callback_data.block_id)


@router.message(StateFilter(Await.lift), has_text)
async def lift(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    number = await _about(state)
    try:
        await db.write(blacklist.lift, actor, number, message.text or "")
    except Changed:
        await show_changed(message, state, cards.block(await db.read(block_cards.block, actor, number), texts), texts)
        return
    await state.clear()


@router.callback_query(BlockTap.filter(F.do == BlockDo.APPEAL))
async def ask_appeal(
    call: CallbackQuery, callback_data: BlockTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    days = await db.read(appeals.ensure_may, actor, callback_data.block_id)
    question = cards.ask_appeal(callback_data.block_id, days, appeals.WORDS_LIMIT, texts)
    await ask(call, state, Await.appeal, question, about=callback_data.block_id)


@router.message(StateFilter(Await.appeal), has_text)
async def draft_appeal(
    message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext, event_update: Update
) -> None:
    """He reads his words once more before they are sent; what he writes meanwhile is shown in their place."""
    block_id = await _about(state)
    words = await db.read(appeals.draft, actor, block_id, message.text or "")
    await show(message, cards.appeal_draft(block_id, event_update.update_id, words, texts))


@router.callback_query(SendTap.filter())
async def send_appeal(call: CallbackQuery, callback_data: SendTap, actor: Actor, db: UpdateDb, bot: Bot) -> None:
    await db.read(appeals.ensure_may, actor, callback_data.block_id)
    words = await db.read(inbox.words, bot.id, callback_data.update, call.from_user.id)
    await db.write(appeals.give, actor, callback_data.block_id, words)
    await settle(call)


@router.callback_query(AppealTap.filter(F.do == AppealDo.SHOW))
async def show_appeal(call: CallbackQuery, callback_data: AppealTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await _note(call, TaskKind.APPEAL, f"appeal {callback_data.appeal_id}", actor, db)
    await show(call, cards.appeal(await db.read(block_cards.appeal, actor, callback_data.appeal_id), texts))


@router.callback_query(AppealTap.filter(F.do == AppealDo.ASK_UPHOLD))
async def ask_uphold(call: CallbackQuery, callback_data: AppealTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.read(appeals.ensure_may_decide, actor, callback_data.appeal_id)
    await show(call, cards.ask_uphold(await db.read(block_cards.appeal, actor, callback_data.appeal_id), texts))


@router.callback_query(AppealTap.filter(F.do == AppealDo.UPHOLD))
async def uphold(call: CallbackQuery, callback_data: AppealTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(appeals.decide, actor, callback_data.appeal_id, True, "")
    await answer(call, texts.plain("appeal-decided"))


@router.callback_query(AppealTap.filter(F.do == AppealDo.REFUSE))
async def ask_answer(
    call: CallbackQuery, callback_data: AppealTap, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    await db.read(appeals.ensure_may_decide, actor, callback_data.appeal_id)
    back = AppealTap(do=AppealDo.SHOW, appeal_id=callback_data.appeal_id)
    question = cards.ask_words("appeal-ask-answer", back, texts)
    await ask(call, state, Await.answer, question, about=callback_data.appeal_id)


@router.message(StateFilter(Await.answer), has_text)
async def refuse_appeal(message: Message, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext) -> None:
    number = await _about(state)
    try:
        await db.write(appeals.decide, actor, number, False, message.text or "")
    except Changed:
        await show_changed(message, state, cards.appeal(await db.read(block_cards.appeal, actor, number), texts), texts)
        return
    await state.clear()


async def _note(call: CallbackQuery, kind: TaskKind, cause: str, actor: Actor, db: UpdateDb) -> None:
    """Whoever of the desk has it open sees it change when a colleague decides."""
    if call.message is not None and call.message.chat.id == call.from_user.id:
        await db.write(open_questions.note, actor, kind, cause, call.message.message_id)


async def _about(state: FSMContext) -> int:
    return int((await state.get_data())["about"])
