"""The offer as the contractor sees it: pay, way, work and place before the yes; the times to say yes to; the refusal.

An offer whose wait is over keeps its buttons: until somebody else says yes it can be taken.
"""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens import counter_prices
from bot.screens.menu import to_menu
from bot.screens.missed import missed_button
from bot.screens.pictures import pictures_button
from bot.screens.taps import Do, Minute, TicketTap, minutes
from bot.screens.tickets import Open
from bot.screens.writing import Ask, thread_button
from bot.texts import Texts, escape
from bot.ui import Button, Id, Screen, column
from core.domain.offer import OPEN_STATES, TAKEABLE, DeclineReason, OfferStatus
from core.domain.slots import Slot
from core.domain.ticket import Priority
from core.services.card_views import Base, OfferCard
from core.services.jobs import OfferLine, Offers

SHOWN_TEXT = 600
QUOTED = 200


class Take(CallbackData, prefix="take"):
    """Yes to this time. `person` is who goes: 0 means that it is not said yet, or that whoever taps goes himself."""

    offer: Id
    ticket_id: Id
    start: Minute
    person: Annotated[int, Field(ge=0, le=2**53)] = 0


class Decline(CallbackData, prefix="no"):
    """Without a reason it asks for one."""

    offer: Id
    ticket_id: Id
    reason: DeclineReason | None = None


def offer_card(card: OfferCard, texts: Texts) -> Screen:
    parts = [_state(card, texts), "", *_job(card, texts), *_asked(card, texts)]
    if card.offer_status not in OPEN_STATES or card.is_agreed:
        return Screen("\n".join(parts), column(_why(card, texts)))
    times = _times(card, texts) if card.offer_status in TAKEABLE else []
    return Screen(
        "\n".join(parts),
        column(
            *times,
            counter_prices.name_button(card, texts),
            counter_prices.call_off_button(card, texts),
            pictures_button(card.base, texts),
            map_button(card.base, texts),
            Button(texts.plain("talk-ask"), Ask(offer=card.offer_id).pack()),
            thread_button(card.base, texts),
            Button(texts.plain("offers-decline"), Decline(offer=card.offer_id, ticket_id=card.base.ticket_id).pack()),
            _why(card, texts),
        ),
    )


def who_goes(card: OfferCard, start: int, texts: Texts) -> Screen:
    """The owner names the one who goes."""
    people = (
        Button(name, Take(offer=card.offer_id, ticket_id=card.base.ticket_id, start=start, person=person_id).pack())
        for person_id, name in card.team
    )
    return Screen(texts("offers-who-goes", service=card.base.service), column(*people, back(card.base, texts)))


def reasons(card: OfferCard, texts: Texts) -> Screen:
    buttons = (
        Button(
            texts.plain(f"offers-decline-{reason.replace('_', '-')}"),
            Decline(offer=card.offer_id, ticket_id=card.base.ticket_id, reason=reason).pack(),
        )
        for reason in DeclineReason
    )
    return Screen(texts("offers-ask-reason"), column(*buttons, back(card.base, texts)))


def offers(found: Offers, texts: Texts) -> Screen:
    if not found.lines:
        key = "offers-list-empty" if found.level is None else f"offers-list-empty-{found.level}"
        return Screen(texts(key), column(missed_button(texts), to_menu(texts)))
    buttons = (Button(_line(line, texts), Open(number=line.ticket_id).pack()) for line in found.lines)
    return Screen(texts("offers-list", total=len(found.lines)), column(*buttons, missed_button(texts), to_menu(texts)))


def map_button(base: Base, texts: Texts) -> Button:
    point = f"{base.lon:.6f},{base.lat:.6f}"
    return Button(texts.plain("offers-map"), url=f"https://yandex.ru/maps/?pt={point}&z=16&l=map")


def short(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT].rstrip()}…"


def _state(card: OfferCard, texts: Texts) -> str:
    base = card.base
    named = counter_prices.state(card, texts)
    if named is not None:
        return named
    if card.offer_status is OfferStatus.SENT:
        until = formats.until(card.waits_until, base.zone, texts.language, base.read_at)
        return texts("offers-state-sent", until=until)
    if card.withdrawn is not None and texts.has(f"missed-do-{card.withdrawn}"):
        why, advice = texts(f"missed-why-{card.withdrawn}"), texts(f"missed-do-{card.withdrawn}")
        return texts("offers-state-withdrawn-why", why=why, advice=advice)
    return texts(f"offers-state-{card.offer_status}")


def _job(card: OfferCard, texts: Texts) -> list[str]:
    base = card.base
    pay = formats.money(card.pay_kop, texts.language)
    parts: list[str] = [texts("offers-pay", pay=pay, distance=formats.distance(card.distance_m, texts.language))]
    if base.priority is Priority.EMERGENCY:
        parts.append(texts("offers-emergency"))
    parts.append(texts("offers-service", service=base.service))
    parts.append(texts("offers-site", site=base.site, address=base.address))
    if card.come_by is not None:
        by = formats.until(card.come_by, base.zone, texts.language, base.read_at)
        parts.append(texts("offers-come-by", by=by))
    if base.text:
        parts.append(f"<i>{escape(short(base.text))}</i>")
    parts.append(texts("offers-number", number=base.number))
    return parts


def _asked(card: OfferCard, texts: Texts) -> list[str]:
    """What others wanted to know before their yes; the whole of it stands in the thread."""
    parts: list[str] = ["", texts("talk-asked")] if card.asked else []
    for one in card.asked:
        answer = escape(_quoted(one.answer)) if one.answer is not None else texts("talk-no-answer-yet")
        parts.append(f"• {escape(_quoted(one.question))}\n  — {answer}")
    return parts


def _quoted(text: str) -> str:
    """Of a picture without words there is only a mark."""
    return (text if len(text) <= QUOTED else f"{text[:QUOTED].rstrip()}…") or "📎"


def _times(card: OfferCard, texts: Texts) -> list[Button]:
    buttons = [_take(card, 0, texts.plain("offers-take-now"))] if card.can_go_now else []
    return buttons + [_take(card, minutes(slot), _take_at(card.base, slot, texts)) for slot in card.slots]


def _take_at(base: Base, slot: Slot, texts: Texts) -> str:
    when = formats.window(slot.start, slot.end, base.zone, texts.language, base.read_at)
    return texts.plain("offers-take-at", when=when)


def _take(card: OfferCard, start: int, text: str) -> Button:
    return Button(text, Take(offer=card.offer_id, ticket_id=card.base.ticket_id, start=start).pack())


def _why(card: OfferCard, texts: Texts) -> Button:
    tap = TicketTap(do=Do.WHY, ticket_id=card.base.ticket_id, version=card.base.version)
    return Button(texts.plain("offers-why"), tap.pack())


def back(base: Base, texts: Texts) -> Button:
    tap = TicketTap(do=Do.CARD, ticket_id=base.ticket_id, version=base.version)
    return Button(texts.plain("common-back"), tap.pack())


def _line(line: OfferLine, texts: Texts) -> str:
    urgent = "🔴 " if line.priority is Priority.EMERGENCY else ""
    pay, way = formats.money(line.pay_kop, texts.language), formats.distance(line.distance_m, texts.language)
    return f"{urgent}{pay} · {way} · {line.service} · {line.site}"[:120]
