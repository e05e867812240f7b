"""The desk's queue: what needs a person now, who takes it, and sending somebody by hand."""

from aiogram import F, Router
from aiogram.filters import Command, CommandObject
from aiogram.types import CallbackQuery, Message

from bot.screens import certificate_checks as check_screens
from bot.screens import tasks as screens
from bot.screens.lists import PAGE
from bot.screens.taps import Do, TaskDo, TaskMove, TicketTap
from bot.screens.tasks import HandTap, KindsTap, OpenTask, QueueTap, Send
from bot.screens.tickets import TaskTap
from bot.show import answer, show
from bot.texts import Texts
from bot.ui import Screen
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import Changed
from core.domain.task import TaskKind
from core.services import certificate_checks, staffing, tasks, tickets

router = Router(name="tasks")


@router.message(Command("queue"))
async def queue(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, screens.queue(await db.read(tasks.queue, actor, limit=PAGE), texts))


@router.callback_query(QueueTap.filter())
async def turn_page(call: CallbackQuery, callback_data: QueueTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    tap = callback_data
    found = await db.read(tasks.queue, actor, offset=tap.page * PAGE, limit=PAGE, show=tap.show, kind=tap.kind)
    await show(call, screens.queue(found, texts))


@router.callback_query(KindsTap.filter())
async def choose_kind(call: CallbackQuery, callback_data: KindsTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.kinds(await db.read(tasks.queue, actor, show=callback_data.show), texts))


@router.callback_query(TaskMove.filter(F.do == TaskDo.RELEASE))
async def release(call: CallbackQuery, callback_data: TaskMove, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(tasks.release, actor, callback_data.task_id)
    await show(call, screens.queue(await db.read(tasks.queue, actor, limit=PAGE), texts))


@router.callback_query(TaskMove.filter(F.do == TaskDo.ASK_HAND))
async def ask_hand(call: CallbackQuery, callback_data: TaskMove, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.colleagues(await db.read(tasks.colleagues, actor, callback_data.task_id), texts))


@router.callback_query(HandTap.filter())
async def hand(call: CallbackQuery, callback_data: HandTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(tasks.hand_over, actor, callback_data.task_id, callback_data.person_id)
    await show(call, screens.queue(await db.read(tasks.queue, actor, limit=PAGE), texts))


@router.callback_query(OpenTask.filter())
async def open_task(call: CallbackQuery, callback_data: OpenTask, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(tasks.queue, actor, offset=callback_data.page * PAGE, limit=PAGE)
    line = next((line for line in found.lines if line.task_id == callback_data.task_id), None)
    if line is None:
        raise Changed
    if line.kind is TaskKind.CERTIFICATE:
        check = await db.read(certificate_checks.card, actor, int(line.data["certificate"]))
        await show(call, check_screens.card(check, texts))
        return
    await show(call, screens.task(line, found, texts))


@router.callback_query(TaskTap.filter(F.end))
async def end(call: CallbackQuery, callback_data: TaskTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(tasks.end, actor, callback_data.task_id, "done")
    await _answer(call, callback_data, texts.plain("tasks-ended"), actor, db, texts)


@router.callback_query(TaskTap.filter(~F.end))
async def take(call: CallbackQuery, callback_data: TaskTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(tasks.take, actor, callback_data.task_id)
    await _answer(call, callback_data, texts.plain("tasks-taken"), actor, db, texts)


async def _answer(
    call: CallbackQuery, callback_data: TaskTap, toast: str, actor: Actor, db: UpdateDb, texts: Texts
) -> None:
    """A task without a ticket has no card that could be redrawn: the queue takes its place."""
    if callback_data.ticket_id is not None:
        await answer(call, toast)
    else:
        await show(call, screens.queue(await db.read(tasks.queue, actor, limit=PAGE), texts))


@router.message(Command("assign"))
async def assign_number(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if not command.args:
        await show(message, Screen(texts("tickets-ask-number", command="assign")))
        return
    ticket_id = await db.read(tickets.id_of, actor, command.args)
    await show(message, screens.choices(await db.read(staffing.choices, actor, ticket_id), texts))


@router.callback_query(TicketTap.filter(F.do == Do.ASSIGN))
async def choices(call: CallbackQuery, callback_data: TicketTap, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.choices(await db.read(staffing.choices, actor, callback_data.ticket_id), texts))


@router.callback_query(Send.filter(~F.sure))
async def ask_assign(call: CallbackQuery, callback_data: Send, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    found = await db.read(staffing.choices, actor, callback_data.ticket_id)
    line = next((line for line in found.lines if line.contractor_id == callback_data.contractor_id), None)
    if line is None or line.passes is None:
        raise Changed
    await show(call, screens.ask_assign(found, line, texts))


@router.callback_query(Send.filter(F.sure))
async def assign(call: CallbackQuery, callback_data: Send, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await db.write(staffing.assign, actor, callback_data.ticket_id, callback_data.contractor_id)
    await answer(call, texts.plain("tickets-saved"))
