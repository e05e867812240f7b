"""The telephone list of the desk: whom to phone, what was said, and what came of it."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.lists import pages
from bot.screens.taps import Do, Minute, TicketTap, minutes
from bot.screens.tickets import Open
from bot.texts import Texts, escape
from bot.ui import Button, Id, Page, Screen, column, page_rows
from core.domain.talk import CallOutcome
from core.domain.task import TaskKind
from core.domain.ticket import Priority
from core.services.calls import CallLine, CallList, CallTimes, Waiting

PAGE = 6


class CallPage(CallbackData, prefix="calls"):
    """Not `ticket_id`: the tapped message is a list and must not become the card."""

    of: Id
    page: Page


class CallOne(CallbackData, prefix="callone"):
    of: Id
    contractor_id: Id


class CallYes(CallbackData, prefix="callyes"):
    """Yes by phone, to this time; 0: at once."""

    of: Id
    contractor_id: Id
    start: Minute


class CallDone(CallbackData, prefix="called"):
    """What came of the call; None asks for a note."""

    of: Id
    contractor_id: Id
    outcome: CallOutcome | None = None


def waiting(found: tuple[Waiting, ...], texts: Texts) -> Screen:
    if not found:
        return Screen(texts("calls-nobody"))
    parts: list[str] = [texts("calls-waiting", total=len(found))]
    parts += [_waiting(number, line, texts) for number, line in enumerate(found, start=1)]
    buttons = [_open(number, line) for number, line in enumerate(found, start=1)]
    return Screen("\n\n".join(parts), column(*buttons))


def of_ticket(found: CallList, texts: Texts) -> Screen:
    page = found.offset // PAGE
    pay = formats.money(found.pay_kop, texts.language)
    head = texts("calls-ticket", number=found.number, service=found.service, site=found.site, pay=pay)
    parts: list[str] = [head if found.lines else f"{head}\n\n{texts('calls-ticket-empty')}"]
    lines = list(enumerate(found.lines, start=found.offset + 1))
    parts += [_line(number, line, found, texts) for number, line in lines]
    buttons = [
        Button(
            f"{number}. {line.name} · {formats.distance(line.distance_m, texts.language)}"[:100],
            CallOne(of=found.ticket_id, contractor_id=line.contractor_id).pack(),
        )
        for number, line in lines
    ]
    turning = page_rows(
        page,
        pages(found.total, PAGE),
        CallPage(of=found.ticket_id, page=max(page - 1, 0)).pack(),
        CallPage(of=found.ticket_id, page=page + 1).pack(),
    )
    back = Button(texts.plain("common-back"), TicketTap(do=Do.CARD, ticket_id=found.ticket_id).pack())
    return Screen("\n\n".join(parts), column(*buttons) + turning + column(back))


def one(found: CallList, line: CallLine, texts: Texts) -> Screen:
    pay = formats.money(found.pay_kop, texts.language)
    head = texts("calls-ticket", number=found.number, service=found.service, site=found.site, pay=pay)
    outcomes = [
        Button(
            texts.plain(f"calls-do-{outcome.replace('_', '-')}"),
            CallDone(of=found.ticket_id, contractor_id=line.contractor_id, outcome=outcome).pack(),
        )
        for outcome in (CallOutcome.ACCEPTED, CallOutcome.REFUSED, CallOutcome.NO_ANSWER, CallOutcome.LATER)
    ]
    note = Button(texts.plain("calls-do-note"), CallDone(of=found.ticket_id, contractor_id=line.contractor_id).pack())
    back = Button(texts.plain("common-back"), CallPage(of=found.ticket_id, page=0).pack())
    return Screen(f"{head}\n\n{_line(None, line, found, texts)}", column(*outcomes, note, back))


def times(found: CallTimes, texts: Texts) -> Screen:
    """When he comes: one of the free windows, or at once."""

    def yes(start: int) -> str:
        return CallYes(of=found.ticket_id, contractor_id=found.contractor_id, start=start).pack()

    now = Button(texts.plain("calls-time-now"), yes(0)) if found.can_go_now or not found.slots else None
    slots = [
        Button(formats.window(slot.start, slot.end, found.zone, texts.language, found.read_at), yes(minutes(slot)))
        for slot in found.slots
    ]
    back = Button(texts.plain("common-back"), CallOne(of=found.ticket_id, contractor_id=found.contractor_id).pack())
    return Screen(texts("calls-ask-time", name=found.name, number=found.number), column(now, *slots, back))


def ask_note(line: CallLine, texts: Texts) -> Screen:
    return Screen(texts("calls-ask-note", name=line.name))


def _line(number: int | None, line: CallLine, found: CallList, texts: Texts) -> str:
    text = texts(
        "calls-line",
        n=f"{number}. " if number is not None else "",
        name=line.name,
        distance=formats.distance(line.distance_m, texts.language),
        contact=line.contact,
        phone=formats.phone(line.phone) or "—",
    )
    parts: list[str] = [text]
    if line.passes is not None:
        parts.append(texts("tasks-choice-passes", rule=texts(f"tickets-exclusion-{line.passes}")))
    if line.outcome is not None and line.at is not None:
        when = formats.moment(line.at, found.zone, texts.language, found.read_at)
        said = texts(f"calls-said-{line.outcome.replace('_', '-')}")
        parts.append(texts("calls-said", said=said, when=when, by=line.by))
    if line.note:
        parts.append(f"<i>{escape(line.note)}</i>")
    return "\n".join(parts)


def _waiting(number: int, line: Waiting, texts: Texts) -> str:
    urgent = "🔴 " if line.priority is Priority.EMERGENCY else ""
    about = TaskKind.REACTION if line.is_search and line.kind is TaskKind.DEADLINE else line.kind
    kind = texts("calls-kind", kind=texts.plain(f"calls-kind-{about}"))
    parts = [f"{number}. {urgent}{kind}", escape(f"{line.number} · {line.service} · {line.site}")]
    if line.phone:
        parts.append(texts("calls-whom", contact=line.contact or "—", phone=formats.phone(line.phone)))
    if line.calls:
        parts.append(texts("calls-made", count=line.calls))
    return "\n".join(parts)


def _open(number: int, line: Waiting) -> Button:
    data = CallPage(of=line.ticket_id, page=0).pack() if line.is_search else Open(number=line.ticket_id).pack()
    return Button(f"{number}. {line.number} · {line.site}"[:100], data)
