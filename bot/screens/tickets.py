"""The card of a ticket for the client and for the desk, the questions asked once more, and lists of tickets.

Which buttons a card has is decided by `core.domain.ticket.allowed`; here they only get their words and their order.
"""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens import counter_prices, hold_evidence, no_shows
from bot.screens import searches as search_screens
from bot.screens.breaches import broken_lines
from bot.screens.cancels import call_out_line, fee_lines
from bot.screens.clocks import clock_lines
from bot.screens.hold_buttons import held_lines, hold_buttons
from bot.screens.lists import PAGE, fit, pages
from bot.screens.menu import to_menu
from bot.screens.objections import PauseTap
from bot.screens.pictures import all_pictures_button
from bot.screens.priorities import priority_button
from bot.screens.steps import move_button
from bot.screens.taps import Do, TaskDo, TaskMove, TicketTap
from bot.screens.writing import reply_button, thread_button, write_button
from bot.texts import Texts, escape
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.task import ENDED_BY_HAND, TaskKind
from core.domain.ticket import Priority, TicketEvent, TicketStatus
from core.services.card_views import Base, ClientCard, DeskCard, Line
from core.services.history import Refusals
from core.services.tasks import TaskLine
from core.services.tickets import TicketLine, TicketList

SHOWN_TEXT = 600
BEST_MARK = 5


class Mark(CallbackData, prefix="mark"):
    ticket_id: Id
    mark: Annotated[int, Field(ge=1, le=BEST_MARK)]


class Open(CallbackData, prefix="open"):
    """A line of a list. Not called `ticket_id`: the tapped message is a list and must not become the card."""

    number: Id


class Listed(StrEnum):
    MINE = "mine"
    TO_ACCEPT = "accept"


class ListTap(CallbackData, prefix="list"):
    of: Listed
    page: Page


class FoundTap(CallbackData, prefix="found"):
    page: Page
    words: str


class TaskTap(CallbackData, prefix="task"):
    """A task; with its ticket where it has one."""

    end: bool
    task_id: Id
    ticket_id: Id | None = None


_CLIENT = {
    TicketEvent.CONFIRM: Do.CONFIRM,
    TicketEvent.REFUSE: Do.REFUSE,
    TicketEvent.ACCEPT: Do.ACCEPT,
    TicketEvent.WRONG: Do.WRONG,
    TicketEvent.CANCEL: Do.ASK_CANCEL,
}
_DESK = {
    TicketEvent.CONFIRM: Do.CONFIRM,
    TicketEvent.REFUSE: Do.REFUSE,
    TicketEvent.APPROVE: Do.APPROVE,
    TicketEvent.REJECT: Do.REJECT,
    TicketEvent.SEARCH_AGAIN: Do.SEARCH_AGAIN,
    TicketEvent.ASSIGN: Do.ASSIGN,
    TicketEvent.REWORK: Do.REWORK,
    TicketEvent.ACCEPT: Do.ACCEPT,
    TicketEvent.WRONG: Do.WRONG,
    TicketEvent.RECLASSIFY: Do.RECLASSIFY,
    TicketEvent.GIVE_UP: Do.ASK_TAKE_BACK,
    TicketEvent.CANCEL: Do.ASK_CANCEL,
}


def client_card(card: ClientCard, texts: Texts) -> Screen:
    base = card.base
    parts = [_head(base, texts), *_job(base, texts)]
    if base.status in (TicketStatus.ASSIGNED, TicketStatus.IN_WORK, TicketStatus.REWORK):
        # A firm that is phoned has no engineer here yet, but the shop must know when to wait for it.
        who = [texts("tickets-engineer", name=card.engineer)] if card.engineer else []
        window = _window(card, texts) + no_shows.eta_line(card, texts)
        parts += ["", *who, *window] if who or window else []
    parts += clock_lines(base, texts)
    parts += _lines(card.lines, texts, with_sums=card.price_kop is not None)
    if card.price_kop is not None:
        parts.append(texts("tickets-price", sum=formats.money(card.price_kop, texts.language)))
    parts += call_out_line(base.cancelled, "desk-fee-client", texts)
    parts += _note(card.note, "tickets-your-words", texts) + _mark(card.mark, texts)
    asks_mark = base.status is TicketStatus.ACCEPTED and card.is_accepter and card.mark is None
    if asks_mark:
        parts += ["", texts("tickets-ask-mark")]
    marks = _marks(base) if asks_mark else ()
    rows = marks + search_screens.client_rows(card, texts) + _buttons(base, card.buttons, _CLIENT, texts)
    rows += _move(card, texts)
    return Screen("\n".join(parts), rows + _more(base, texts))


def desk_card(card: DeskCard, texts: Texts) -> Screen:
    base = card.base
    parts = [
        _head(base, texts),
        *_job(base, texts),
        "",
        *_people(card, texts),
        *_window(card, texts),
        *no_shows.eta_line(card, texts),
        *_answered(card, texts),
    ]
    price, rate = (formats.money(kop, texts.language) for kop in (card.price_kop, card.rate_kop))
    parts.append(texts("tickets-sums", price=price, rate=rate))
    parts += search_screens.state_lines(card, texts)
    if card.search is None or not card.search.is_promised:
        parts += clock_lines(base, texts)
    parts += broken_lines(card, texts)
    parts += fee_lines(base.cancelled, texts)
    if card.offers_open:
        parts.append(texts("tickets-offers-open", count=card.offers_open))
    if card.refusals is not None:
        parts += _refusals(card.refusals, texts)
    parts += counter_prices.desk_lines(card, texts)
    parts += _lines(card.lines, texts, with_sums=True) + _note(card.note, "tickets-client-words", texts)
    parts += _mark(card.mark, texts)
    parts += ["", *(_task(task, texts) for task in card.tasks)] if card.tasks else []
    rows = column(*(button for task in card.tasks for button in _task_buttons(task, card, texts)))
    rows += search_screens.desk_rows(card, texts)
    rows = counter_prices.desk_buttons(card, texts) + rows
    rows += _buttons(base, card.buttons, _DESK, texts) + _move(card, texts)
    rare = (priority_button(card, texts), no_shows.name_button(card, texts))
    rows += column(*rare, *hold_buttons(base, card.buttons, texts, with_later=True))
    return Screen("\n".join(parts), rows + _more(base, texts))


def ask_take_back(base: Base, texts: Texts) -> Screen:
    text = texts("tickets-ask-take-back", number=base.number)
    return _once_more(base, text, Do.TAKE_BACK, "tickets-do-back-yes", texts)


def listed(found: TicketList, of: Listed, texts: Texts) -> Screen:
    page = found.offset // PAGE
    turning = page_rows(
        page,
        pages(found.total),
        ListTap(of=of, page=max(page - 1, 0)).pack(),
        ListTap(of=of, page=page + 1).pack(),
    )
    key = f"tickets-list-{of}" if found.total else f"tickets-list-{of}-empty"
    return Screen(texts(key, total=found.total), _list(found, texts) + turning + column(to_menu(texts)))


def found(lines: TicketList, words: str, texts: Texts) -> Screen:
    page, kept = lines.offset // PAGE, fit(words)
    turning = page_rows(
        page,
        pages(lines.total),
        FoundTap(page=max(page - 1, 0), words=kept).pack(),
        FoundTap(page=page + 1, words=kept).pack(),
    )
    title = texts("tickets-found", total=lines.total) if lines.total else texts("common-nothing-found")
    return Screen(title, _list(lines, texts) + turning)


def _head(base: Base, texts: Texts) -> str:
    return texts("tickets-head", number=base.number, status=texts.plain(f"tickets-status-{base.status}"))


def _job(base: Base, texts: Texts) -> list[str]:
    parts: list[str] = [texts("tickets-emergency")] if base.priority is Priority.EMERGENCY else []
    parts += held_lines(base, texts)
    parts.append(texts("tickets-service", service=base.service))
    parts.append(texts("tickets-site", site=base.site, code=base.site_code, address=base.address))
    when = formats.moment(base.registered_at, base.zone, texts.language, base.read_at)
    parts.append(texts("tickets-registered", when=when))
    parts += search_screens.wanted_lines(base, texts)
    if base.text:
        parts.append(f"<i>{escape(_short(base.text))}</i>")
    if base.media:
        parts.append(texts("tickets-media", count=base.media))
    return parts


def _people(card: DeskCard, texts: Texts) -> list[str]:
    parts: list[str] = [texts("tickets-client", client=card.client)]
    if card.requester:
        parts.append(texts("tickets-requester", name=card.requester))
    if card.contact or card.phone:
        parts.append(texts("tickets-contact", name=card.contact or "—", phone=formats.phone(card.phone) or "—"))
    if card.contractor:
        who = card.engineer or texts.plain("tickets-by-phone")
        parts.append(texts("tickets-contractor", contractor=card.contractor, engineer=who))
    if card.contractor_phone:
        parts.append(texts("tickets-contractor-phone", phone=formats.phone(card.contractor_phone)))
    return parts


def _window(card: ClientCard | DeskCard, texts: Texts) -> list[str]:
    if card.starts_at is None or card.ends_at is None:
        return []
    base = card.base
    window = formats.window(card.starts_at, card.ends_at, base.zone, texts.language, base.read_at)
    return [texts("tickets-window", window=window)]


def _answered(card: DeskCard, texts: Texts) -> list[str]:
    """Whether the crew said again that it is coming, once it was asked."""
    if card.is_confirmed:
        return [texts("moves-confirmed")]
    return [texts("moves-not-confirmed")] if card.is_asked else []


def _lines(lines: tuple[Line, ...], texts: Texts, *, with_sums: bool) -> list[str]:
    if not lines:
        return []
    parts: list[str] = ["", texts("tickets-done")]
    for line in lines:
        quantity = formats.quantity(line.quantity_milli, line.unit, texts.language)
        cost = f" — {formats.money(line.sum_kop, texts.language)}" if with_sums else ""
        parts.append(f"• {escape(line.service)}, {escape(quantity)}{cost}")
    return parts


def _refusals(found: Refusals, texts: Texts) -> list[str]:
    said = [f"{texts(f'tickets-reason-{reason}')} — {count}" for reason, count in found.declined]
    if found.silent:
        said.append(f"{texts('tickets-reason-silent')} — {found.silent}")
    kept = [f"{texts(f'tickets-exclusion-{reason}')} — {count}" for reason, count in found.excluded]
    parts: list[str] = [texts("tickets-refused", reasons=", ".join(said))] if said else []
    return parts + ([texts("tickets-excluded", reasons=", ".join(kept))] if kept else [])


def _note(note: str, key: str, texts: Texts) -> list[str]:
    return ["", texts(key), f"<i>{escape(_short(note))}</i>"] if note else []


def _mark(mark: int | None, texts: Texts) -> list[str]:
    return [texts("tickets-mark", stars="★" * mark + "☆" * (BEST_MARK - mark))] if mark else []


def _task(task: TaskLine, texts: Texts) -> str:
    kind = texts(f"tasks-kind-{task.kind}")
    line = (
        texts("tasks-line-taken", kind=kind, name=task.taken_by)
        if task.taken_by
        else texts("tasks-line-free", kind=kind)
    )
    parts: list[str] = [line]
    if task.person and task.phone:
        parts.append(texts("tasks-about", name=task.person, phone=formats.phone(task.phone)))
    hint = f"tasks-hint-{task.kind}"
    return "\n".join([*parts, texts(hint)] if texts.has(hint) else parts)


def _take(task: TaskLine, card: DeskCard, texts: Texts) -> Button:
    """Of several that nobody has each button names its own."""
    data = TaskTap(end=False, task_id=task.task_id, ticket_id=task.ticket_id).pack()
    if sum(not one.taken_by for one in card.tasks) == 1:
        return Button(texts.plain("tasks-take"), data)
    return Button(texts.plain("tasks-take-one", kind=texts(f"tasks-kind-{task.kind}")), data)


def _task_buttons(task: TaskLine, card: DeskCard, texts: Texts) -> list[Button]:
    number = task.ticket_id
    buttons = no_shows.heard_buttons(task, texts)
    if task.kind is TaskKind.QUESTION:
        buttons.append(reply_button(int(task.data["talk"]), texts.plain("talk-reply-question")))
    if task.kind is TaskKind.OBJECTION and number is not None:
        look = PauseTap(ticket_id=number, pause=int(task.data["pause"]))
        buttons.append(Button(texts.plain("clocks-look"), look.pack()))
    if not task.taken_by:
        buttons.append(_take(task, card, texts))
    else:
        hand, release = (TaskMove(do=do, task_id=task.task_id).pack() for do in (TaskDo.ASK_HAND, TaskDo.RELEASE))
        buttons += [
            Button(texts.plain("desk-do-hand"), hand),
            Button(texts.plain("desk-do-release"), release),
        ]
    if task.kind in ENDED_BY_HAND:
        end = TaskTap(end=True, task_id=task.task_id, ticket_id=number)
        buttons.append(Button(texts.plain(f"tasks-end-{task.kind}"), end.pack()))
    return buttons


def _buttons(base: Base, may: frozenset[TicketEvent], verbs: dict[TicketEvent, Do], texts: Texts) -> Rows:
    # A request nobody has confirmed is refused, not cancelled: one way out is enough.
    shown = may - {TicketEvent.CANCEL} if TicketEvent.REFUSE in may else may
    is_dispute = base.status is TicketStatus.DISPUTED
    buttons = []
    for event, do in verbs.items():
        if event in shown:
            late = "-after-all" if do is Do.ACCEPT and is_dispute else ""
            buttons.append(_button(base, do, texts.plain(f"tickets-do-{event}{late}")))
    return column(*buttons)


def _move(card: ClientCard | DeskCard, texts: Texts) -> Rows:
    return column(move_button(card.moves_visit, card.base.ticket_id, texts))


def _more(base: Base, texts: Texts) -> Rows:
    talk = (write_button(base, texts), thread_button(base, texts))
    why = hold_evidence.media_button(base.held.shown if base.held else None, texts)
    return column(*talk, why, all_pictures_button(base, texts), _button(base, Do.WHY, texts.plain("tickets-do-why")))


def _button(base: Base, do: Do, text: str) -> Button:
    return Button(text, TicketTap(do=do, ticket_id=base.ticket_id, version=base.version).pack())


def _marks(base: Base) -> Rows:
    row = (Button(f"{n} ★", Mark(ticket_id=base.ticket_id, mark=n).pack()) for n in range(1, BEST_MARK + 1))
    return (tuple(row),)


def _once_more(base: Base, text: str, do: Do, key: str, texts: Texts) -> Screen:
    back = _button(base, Do.CARD, texts.plain("common-back"))
    return Screen(text, column(_button(base, do, texts.plain(key)), back))


def _list(found: TicketList, texts: Texts) -> Rows:
    return column(*(Button(title_of(line, texts), Open(number=line.ticket_id).pack()) for line in found.lines))


def title_of(line: TicketLine, texts: Texts) -> str:
    urgent = "🔴 " if line.priority is Priority.EMERGENCY else ""
    status = texts.plain(f"tickets-status-{line.status}")
    return f"{urgent}{line.number} · {status} · {line.service} · {line.site}"[:120]


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT].rstrip()}…"
