"""The queue of the desk, a task without a ticket, and whom the desk could send by hand."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.blacklist import Blacklist
from bot.screens.blocks import AppealDo, AppealTap, RequestDo, RequestTap
from bot.screens.deadlines import jump_words
from bot.screens.lists import PAGE, pages
from bot.screens.score import EventTap
from bot.screens.taps import Do, TaskDo, TaskMove, TicketTap
from bot.screens.tickets import Open, TaskTap
from bot.texts import Html, Texts
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.offer import Exclusion
from core.domain.task import ENDED_BY_MANAGERS, TaskKind
from core.domain.ticket import Priority
from core.services.block_lists import List
from core.services.staffing import Choice, Choices
from core.services.tasks import Colleagues, Queue, Show, TaskLine


class QueueTap(CallbackData, prefix="queue"):
    page: Page = 0
    show: Show = Show.ALL
    kind: TaskKind | None = None


class KindsTap(CallbackData, prefix="kinds"):
    """Which kinds there are behind a filter."""

    show: Show


class HandTap(CallbackData, prefix="hand"):
    task_id: Id
    person_id: Id


class OpenTask(CallbackData, prefix="opentask"):
    """A task that has no ticket to open; `page` is where it stands in the queue."""

    task_id: Id
    page: Page


class Send(CallbackData, prefix="send"):
    """`sure` is false where a rule would be passed: then it is asked once more."""

    ticket_id: Id
    contractor_id: Id
    sure: bool


def queue(found: Queue, texts: Texts) -> Screen:
    page = found.offset // PAGE
    lines = [_line(number, task, found, texts) for number, task in enumerate(found.lines, start=found.offset + 1)]
    buttons = [_open(number, task, page, texts) for number, task in enumerate(found.lines, start=found.offset + 1)]
    turning = page_rows(page, pages(found.total), _to(found, max(page - 1, 0)).pack(), _to(found, page + 1).pack())
    title = texts("tasks-queue", total=found.total) if found.total else texts("tasks-queue-empty")
    if found.kind is not None:
        title = texts("desk-queue-kind", title=title, kind=texts(f"tasks-kind-{found.kind}"))
    again = Button(texts.plain("tasks-refresh"), _to(found, page).pack())
    rows = column(*buttons) + turning + _filters(found, texts) + column(again)
    return Screen("\n".join((title, "", *lines)).strip(), rows)


def kinds(found: Queue, texts: Texts) -> Screen:
    """Every kind that waits, with how many there are."""
    buttons = (
        Button(f"{texts.plain(f'tasks-kind-{kind}')} · {n}"[:100], QueueTap(show=found.show, kind=kind).pack())
        for kind, n in found.kinds
    )
    back = Button(texts.plain("common-back"), QueueTap(show=found.show).pack())
    return Screen(texts("desk-queue-kinds"), column(*buttons, back))


def colleagues(found: Colleagues, texts: Texts) -> Screen:
    line = found.line
    buttons = (
        Button(name[:100], HandTap(task_id=line.task_id, person_id=person_id).pack())
        for person_id, name in found.people
    )
    key = "desk-hand-to" if found.people else "desk-hand-nobody"
    back = Button(texts.plain("common-back"), QueueTap().pack())
    return Screen(texts(key, kind=texts(f"tasks-kind-{line.kind}"), number=line.number), column(*buttons, back))


def _to(found: Queue, page: int) -> QueueTap:
    return QueueTap(page=page, show=found.show, kind=found.kind)


def _filters(found: Queue, texts: Texts) -> Rows:
    row = tuple(
        Button(
            texts.plain(f"desk-show-{one}", n=str(found.counts[one]), on="• " if one is found.show else ""),
            QueueTap(show=one, kind=found.kind).pack(),
        )
        for one in Show
    )
    if found.kind is not None:
        every = Button(texts.plain("desk-every-kind"), QueueTap(show=found.show).pack())
        return (row, (every,))
    by_kind = Button(texts.plain("desk-by-kind"), KindsTap(show=found.show).pack())
    return (row, (by_kind,)) if len(found.kinds) > 1 else (row,)


def _risk(line: TaskLine, found: Queue, texts: Texts) -> str:
    """What burns: minutes to the broken promise, and roubles."""
    parts: list[str] = []
    if line.burns_until is not None:
        minutes = int((line.burns_until - found.read_at).total_seconds() // 60)
        key = "desk-left" if minutes >= 0 else "desk-over"
        parts.append(texts(key, span=formats.duration(abs(minutes), texts.language)))
    if line.risk_kop:
        parts.append(formats.money(line.risk_kop, texts.language))
    return "".join(f" · {part}" for part in parts)


def task(line: TaskLine, found: Queue, texts: Texts) -> Screen:
    """A task about a person or a failure: there is no card to act on."""
    parts = _said(line, found, texts)
    take = Button(texts.plain("tasks-take"), TaskTap(end=False, task_id=line.task_id).pack())
    end = None
    if line.kind in found.may_end:
        end = Button(texts.plain(f"tasks-end-{line.kind}"), TaskTap(end=True, task_id=line.task_id).pack())
    elif line.kind is TaskKind.SCORE_DISPUTE:
        end = Button(texts.plain("score-do-look"), EventTap(event_id=int(line.data["event"])).pack())
    release = None
    if line.taken_by_id is not None and line.taken_by_id == found.reader_id:
        release = Button(texts.plain("desk-do-release"), TaskMove(do=TaskDo.RELEASE, task_id=line.task_id).pack())
    back = Button(texts.plain("common-back"), QueueTap(page=found.offset // PAGE).pack())
    return Screen("\n".join(parts), column(_about(line, texts), None if line.taken_by else take, end, release, back))


def _said(line: TaskLine, found: Queue, texts: Texts) -> list[Html]:
    parts = [texts("tasks-one", kind=texts(f"tasks-kind-{line.kind}"), age=_age(line, found, texts))]
    if _whom(line):
        parts.append(texts("tasks-one-person", name=_whom(line)))
    if line.kind is TaskKind.CLOCK_JUMP:
        parts.append(jump_words(line, texts))
    if line.kind in ENDED_BY_MANAGERS - found.may_end:
        parts.append(texts("tasks-for-managers"))
    if line.data.get("incident"):
        parts.append(texts("tasks-incident", incident=str(line.data["incident"])))
    if line.taken_by:
        parts.append(texts("tasks-line-taken", kind=texts(f"tasks-kind-{line.kind}"), name=line.taken_by))
    return parts


def _about(line: TaskLine, texts: Texts) -> Button | None:
    """Where what the task asks for is decided."""
    match line.kind:
        case TaskKind.BLOCK_ASKED:
            data = RequestTap(do=RequestDo.SHOW, request_id=int(line.data["request"])).pack()
        case TaskKind.APPEAL:
            data = AppealTap(do=AppealDo.SHOW, appeal_id=int(line.data["appeal"])).pack()
        case TaskKind.BLOCKS_HELD:
            data = Blacklist(page=0, show=List.ASKED).pack()
        case _:
            return None
    return Button(texts.plain(f"tasks-open-{line.kind}"), data)


def choices(found: Choices, texts: Texts) -> Screen:
    key = "tasks-choices" if found.lines else "tasks-choices-empty"
    parts: list[str] = [texts(key, number=found.number)]
    parts += [_choice(number, line, texts) for number, line in enumerate(found.lines, start=1)]
    buttons = [
        Button(
            f"{number}. {line.name} · {formats.distance(line.distance_m, texts.language)}"[:100],
            Send(ticket_id=found.ticket_id, contractor_id=line.contractor_id, sure=line.passes is None).pack(),
        )
        for number, line in enumerate(found.lines, start=1)
    ]
    back = Button(texts.plain("common-back"), TicketTap(do=Do.CARD, ticket_id=found.ticket_id).pack())
    return Screen("\n\n".join(parts), column(*buttons, back))


def ask_assign(found: Choices, line: Choice, texts: Texts) -> Screen:
    rule = texts(f"tickets-exclusion-{line.passes}")
    send = Send(ticket_id=found.ticket_id, contractor_id=line.contractor_id, sure=True)
    back = TicketTap(do=Do.ASSIGN, ticket_id=found.ticket_id, version=found.version)
    return Screen(
        texts("tasks-ask-assign", name=line.name, number=found.number, rule=rule),
        column(
            Button(texts.plain("tasks-do-assign-yes"), send.pack()), Button(texts.plain("common-back"), back.pack())
        ),
    )


def _line(number: int, line: TaskLine, found: Queue, texts: Texts) -> Html:
    parts = (_burns(line, texts), line.number, line.service, line.site, str(line.data.get("skill", "")), _whom(line))
    what = " · ".join(part for part in parts if part)
    return texts(
        "tasks-queue-line",
        n=str(number),
        urgent="🔴 " if line.priority is Priority.EMERGENCY else "",
        kind=texts(f"tasks-kind-{line.kind}"),
        what=f" · {what}" if what else "",
        age=_age(line, found, texts) + _risk(line, found, texts),
        by=texts("tasks-by", name=line.taken_by) if line.taken_by else "",
    )


def _burns(line: TaskLine, texts: Texts) -> str:
    """Which promise, and how much of its time is gone."""
    if "pct" not in line.data:
        return ""
    clock = texts.plain(f"deadlines-kind-{line.data['kind']}")
    return texts.plain("tasks-burns", clock=clock, pct=str(line.data["pct"]))


def _open(number: int, line: TaskLine, page: int, texts: Texts) -> Button:
    title = " · ".join(part for part in (texts.plain(f"tasks-kind-{line.kind}"), line.number, _whom(line)) if part)
    data = Open(number=line.ticket_id) if line.ticket_id is not None else OpenTask(task_id=line.task_id, page=page)
    return Button(f"{number}. {title}"[:100], data.pack())


def _whom(line: TaskLine) -> str:
    return line.person or str(line.data.get("whom", ""))


def _age(line: TaskLine, found: Queue, texts: Texts) -> str:
    minutes = int((found.read_at - line.created_at).total_seconds() // 60)
    return formats.duration(minutes, texts.language)


def _choice(number: int, line: Choice, texts: Texts) -> str:
    text = texts(
        "tasks-choice",
        n=str(number),
        name=line.name,
        distance=formats.distance(line.distance_m, texts.language),
        contact=line.contact,
        phone=formats.phone(line.phone),
    )
    more: list[str] = [texts("tasks-choice-watched")] if line.is_watched else []
    if line.passes not in (None, Exclusion.UNDER_WATCH):
        more.append(texts("tasks-choice-passes", rule=texts(f"tickets-exclusion-{line.passes}")))
    return "\n".join([text, *more])
