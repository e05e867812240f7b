"""A contractor's own price: the question to him, and on the card of the desk what would be left and the two answers."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.texts import Html, Texts
from bot.ui import Button, Id, Rows, Screen, column
from core.domain.offer import OfferStatus
from core.services.card_views import Base, DeskCard, OfferCard
from core.services.counter_prices import CounterLine


class NamePrice(CallbackData, prefix="price"):
    offer: Id
    ticket_id: Id


class CallOff(CallbackData, prefix="priceoff"):
    offer: Id


class Decide(CallbackData, prefix="counter"):
    yes: bool
    offer: Id
    ticket_id: Id


def name_button(card: OfferCard, texts: Texts) -> Button | None:
    if not card.may_counter:
        return None
    tap = NamePrice(offer=card.offer_id, ticket_id=card.base.ticket_id)
    return Button(texts.plain("counter-name"), tap.pack())


def call_off_button(card: OfferCard, texts: Texts) -> Button | None:
    """While the desk has not answered he may still change his mind."""
    if card.offer_status is not OfferStatus.COUNTERED or card.is_agreed:
        return None
    return Button(texts.plain("counter-call-off"), CallOff(offer=card.offer_id).pack())


def ask_price(card: OfferCard, back: Button, texts: Texts) -> Screen:
    pay = formats.money(card.pay_kop, texts.language)
    return Screen(texts("counter-ask", pay=pay, service=card.base.service), column(back))


def state(card: OfferCard, texts: Texts) -> Html | None:
    """What the offer's card begins with once a price was named; None before."""
    if card.counter_kop is None or card.counter_until is None:
        return None
    asked, pay = (formats.money(kop, texts.language) for kop in (card.counter_kop, card.pay_kop))
    if card.is_agreed:
        return texts("counter-state-agreed", asked=asked)
    if card.offer_status is OfferStatus.COUNTERED:
        return texts(
            "counter-state-waits",
            asked=asked,
            until=formats.until(card.counter_until, card.base.zone, texts.language, card.base.read_at),
        )
    if card.offer_status is OfferStatus.LAPSED:
        return texts("counter-state-refused", asked=asked, pay=pay)
    return None


def desk_lines(card: DeskCard, texts: Texts) -> list[str]:
    return [part for line in card.counters for part in ("", _line(line, card.base, texts))]


def desk_buttons(card: DeskCard, texts: Texts) -> Rows:
    return column(*(button for line in card.counters for button in _answers(line, card.base, texts)))


def _line(line: CounterLine, base: Base, texts: Texts) -> Html:
    asked, offered, left = (
        formats.money(kop, texts.language) for kop in (line.asked_kop, line.offered_kop, line.left_kop)
    )
    return texts(
        "counter-line" if line.left_pct >= line.floor_pct else "counter-line-below",
        contractor=line.contractor,
        asked=asked,
        offered=offered,
        left=left,
        pct=formats.whole(line.left_pct),
        floor=str(line.floor_pct),
        distance=formats.distance(line.distance_m, texts.language),
        score=str(line.score),
        until=formats.until(line.until, base.zone, texts.language, base.read_at),
    )


def _answers(line: CounterLine, base: Base, texts: Texts) -> list[Button]:
    asked = formats.money(line.asked_kop, texts.language)
    yes, no = (Decide(yes=answer, offer=line.offer_id, ticket_id=base.ticket_id).pack() for answer in (True, False))
    refuse = Button(texts.plain("counter-refuse", contractor=line.contractor)[:100], no)
    if not line.may_agree:
        return [refuse]
    return [Button(texts.plain("counter-agree", contractor=line.contractor, asked=asked)[:100], yes), refuse]
