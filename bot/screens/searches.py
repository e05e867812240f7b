"""While nobody has taken a job: where the search stands, and what the desk and the client can change."""

from datetime import UTC, datetime
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.taps import Do, Minute, TicketTap, Version, minutes
from bot.texts import Texts
from bot.ui import Button, Id, Rows, Screen, column
from core.domain.slots import Slot
from core.domain.ticket import TicketStatus
from core.domain.wave import margin_pct, raised
from core.services.card_views import Base, ClientCard, DeskCard
from core.services.client_words import Named
from core.services.searches import SearchState

#: Steps offered for a raise, in percent of the first rate.
STEPS = (10, 20, 30, 50)
SEARCHES = frozenset({TicketStatus.SEARCHING, TicketStatus.UNSTAFFED})


class RaisePay(CallbackData, prefix="raise"):
    ticket_id: Id
    version: Version
    percent: Annotated[int, Field(ge=1, le=100)]


class ChooseTime(CallbackData, prefix="when"):
    """Another time before anybody has taken the job; `start` in minutes since 1970."""

    ticket_id: Id
    version: Version
    start: Minute


class NotSo(CallbackData, prefix="notso"):
    """The client says that the time written down in his name is not his."""

    ticket_id: Id
    word: Id


def state_lines(card: DeskCard, texts: Texts) -> list[str]:
    """How much of the clock is left, how many are asked at once, what was added to pay and radius."""
    state = card.search
    if state is None:
        return []
    parts = [_clock(state, card.base, texts)]
    if state.pay_kop != state.first_pay_kop:
        added = formats.money(state.pay_kop - state.first_pay_kop, texts.language)
        parts.append(texts("searches-raised", added=added))
    if state.widened_km:
        parts.append(texts("searches-widened", km=str(state.widened_km)))
    return parts


def wanted_lines(base: Base, texts: Texts) -> list[str]:
    """The time the client asked for, until somebody agrees on one; what the desk says he said, while it holds."""
    if base.named is not None:
        until = formats.moment(base.named.until, base.zone, texts.language, base.read_at)
        return [texts("searches-named", when=until, words=base.named.words)]
    if base.wanted_from is None:
        return []
    when = formats.moment(base.wanted_from, base.zone, texts.language, base.read_at)
    return [texts("searches-wanted", when=when)]


def desk_rows(card: DeskCard, texts: Texts) -> Rows:
    """What a person can do when the machine is not enough."""
    if card.search is None:
        return ()
    wider = texts.plain("searches-do-widen", km=str(card.search.widen_step_km))
    return column(
        _tap(card.base, Do.RAISE, texts.plain("searches-do-raise")),
        _tap(card.base, Do.WIDEN, wider),
        _tap(card.base, Do.CALLS, texts.plain("searches-do-calls")),
        _tap(card.base, Do.ASK_MOVE, texts.plain("searches-do-ask-move")),
        _tap(card.base, Do.OTHER_TIME, texts.plain("searches-do-time-desk")),
    )


def client_rows(card: ClientCard, texts: Texts) -> Rows:
    base, named = card.base, card.base.named
    return column(
        Button(texts.plain("searches-do-not-so"), NotSo(ticket_id=base.ticket_id, word=named.word_id).pack())
        if named is not None and named.may_disown
        else None,
        _tap(base, Do.OTHER_TIME, texts.plain("searches-do-time")) if base.status in SEARCHES else None,
    )


def ask_raise(card: DeskCard, texts: Texts) -> Screen:
    """Every step with the pay it makes and what would be left of the client's price."""
    state = card.search
    if state is None:
        return Screen(texts("searches-over"), column(_back(card.base, texts)))
    now_left = margin_pct(state.price_kop, state.pay_kop)
    text = texts(
        "searches-ask-raise",
        pay=formats.money(state.pay_kop, texts.language),
        price=formats.money(state.price_kop, texts.language),
        margin=str(now_left),
        floor=str(state.floor_pct),
    )
    return Screen(text, column(*(_step(card, state, pct, texts) for pct in _steps(state)), _back(card.base, texts)))


def times(base: Base, found: tuple[Slot, ...], texts: Texts) -> Screen:
    buttons = (
        Button(
            formats.window(slot.start, slot.end, base.zone, texts.language, base.read_at),
            ChooseTime(ticket_id=base.ticket_id, version=base.version, start=minutes(slot)).pack(),
        )
        for slot in found
    )
    return Screen(texts("searches-ask-time"), column(*buttons, _back(base, texts)))


def ask_said(base: Base, start: datetime, texts: Texts) -> Screen:
    """The last question to the desk: his clocks stand on the answer."""
    when = formats.moment(start, base.zone, texts.language, base.read_at)
    back = _tap(base, Do.OTHER_TIME, texts.plain("common-back"))
    return Screen(texts("searches-ask-said", when=when), column(back))


def ask_not_so(base: Base, named: Named, texts: Texts) -> Screen:
    when = formats.moment(named.until, base.zone, texts.language, base.read_at)
    return Screen(texts("searches-ask-not-so", when=when, words=named.words), column(_back(base, texts)))


def from_minute(start: int) -> datetime:
    return datetime.fromtimestamp(start * 60, UTC)


def _clock(state: SearchState, base: Base, texts: Texts) -> str:
    kind = "reaction" if state.is_promised else "search"
    if state.due_at is None:
        return texts("searches-clock-stands", kind=kind)
    if state.used_pct >= 100:
        return texts("searches-clock-over", kind=kind, pct=str(state.used_pct))
    left = formats.duration(state.left_min, texts.language)
    until = formats.moment(state.due_at, base.zone, texts.language, base.read_at)
    facts = {"kind": kind, "left": left, "until": until, "pct": str(state.used_pct)}
    if base.status is TicketStatus.UNSTAFFED:
        return texts("searches-clock-nobody", **facts)
    return texts("searches-clock", wave=str(max(state.wave_size, 1)), **facts)


def _steps(state: SearchState) -> list[int]:
    """Nobody pays a contractor more than the client pays."""
    return [pct for pct in STEPS if raised(state.first_pay_kop, state.pay_kop, pct) <= state.price_kop]


def _step(card: DeskCard, state: SearchState, pct: int, texts: Texts) -> Button:
    pay = raised(state.first_pay_kop, state.pay_kop, pct)
    left = margin_pct(state.price_kop, pay)
    mark = "⚠️ " if left < state.floor_pct else ""
    label = texts.plain(
        "searches-step", pct=str(pct), pay=formats.money(pay, texts.language), margin=str(left), mark=mark
    )
    return Button(label, RaisePay(ticket_id=card.base.ticket_id, version=card.base.version, percent=pct).pack())


def _tap(base: Base, do: Do, text: str) -> Button:
    return Button(text, TicketTap(do=do, ticket_id=base.ticket_id, version=base.version).pack())


def _back(base: Base, texts: Texts) -> Button:
    return _tap(base, Do.CARD, texts.plain("common-back"))
