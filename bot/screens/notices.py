"""What stands above a card when it rings: the one thing that has just happened, in the reader's words.

The text is found from the most exact key to the plainest: notice and variant, notice and kind of reader, notice. The
cards of contractors begin with what is to be done now, so they get a line more only where one is written for them.
"""

from typing import Any

from bot import formats
from bot.screens import breaches
from bot.screens import deadlines as deadline_screens
from bot.screens.objections import PauseTap
from bot.texts import Html, Texts
from bot.ui import Button, Rows, column
from core.domain.clock import LEVELS
from core.domain.notice import Notice
from core.domain.ticket import TicketEvent, TicketStatus
from core.services.card_views import Card, ClientCard, DeskCard, JobCard, OfferCard


def headline(notice: Notice, card: Card, data: dict[str, Any], texts: Texts) -> Html:
    """Empty where nothing has happened: the reader has asked for the card."""
    endings = [_variant(notice, card, data), _by_the_clock(notice, card, data), _by(card, data), f"-{_reader(card)}"]
    if isinstance(card, ClientCard | DeskCard):
        endings.append("")
    for ending in endings:
        if ending is not None and texts.has(f"notices-{notice}{ending}"):
            return texts(f"notices-{notice}{ending}", **_words(notice, card, data, texts))
    return Html("")


def _words(notice: Notice, card: Card, data: dict[str, Any], texts: Texts) -> dict[str, str]:
    """What a headline may name."""
    if notice is Notice.SLA:
        return deadline_screens.words(card, data, texts)
    if notice is Notice.BREACH:
        return breaches.words(card, data, texts)
    if notice is Notice.RESUMED:
        return _window(card, texts)
    if notice is Notice.PRIORITY:
        return {"priority": texts.plain(f"clocks-priority-{data.get('outcome', card.base.priority)}")}
    return {"pay": formats.money(card.pay_kop, texts.language)} if isinstance(card, OfferCard | JobCard) else {}


def _window(card: Card, texts: Texts) -> dict[str, str]:
    if isinstance(card, OfferCard) or card.starts_at is None or card.ends_at is None:
        return {}
    base = card.base
    return {"window": formats.window(card.starts_at, card.ends_at, base.zone, texts.language, base.read_at)}


def rows(notice: Notice, card: Card, data: dict[str, Any], texts: Texts) -> Rows:
    """What its reader may want to look at beside the card: the pause that is over, to which he may object there."""
    if notice is not Notice.RESUMED or not data.get("pause") or not isinstance(card, ClientCard | JobCard):
        return ()
    tap = PauseTap(ticket_id=card.base.ticket_id, pause=int(data["pause"]))
    return column(Button(texts.plain("clocks-look"), tap.pack()))


def _reader(card: Card) -> str:
    match card:
        case OfferCard():
            return "offer"
        case JobCard():
            return "job"
        case ClientCard():
            return "client"
        case DeskCard():
            return "desk"


def _by(card: Card, data: dict[str, Any]) -> str | None:
    """Who of the three sides did it, what came of it, or whether a promised time is over."""
    if "due" in data:
        return f"-{_reader(card)}-{'over' if data['pct'] >= LEVELS[-1] else 'burns'}"
    if data.get("outcome"):
        return f"-{_reader(card)}-{data['outcome']}"
    return f"-{_reader(card)}-by-{data['side']}" if data.get("side") else None


def _variant(notice: Notice, card: Card, data: dict[str, Any]) -> str | None:
    """Where one notice says different things to readers of the same kind."""
    match notice, card:
        case Notice.APPROVAL_DECIDED, ClientCard() | DeskCard():
            return "-yes" if data.get("approved") else "-no"
        case Notice.COUNTER_DECIDED | Notice.OFFER_MADE, OfferCard():
            return f"-{data.get('event', data.get('reason'))}"
        case Notice.OFFER_TAKEN, JobCard() if data.get("counter"):
            return "-agreed"
        case Notice.REGISTERED, ClientCard() if card.base.status is TicketStatus.APPROVAL:
            return "-approval"
        case Notice.DRAFTED, ClientCard() | DeskCard() if TicketEvent.CONFIRM in card.buttons:
            return "-confirm"
    return None


def _by_the_clock(notice: Notice, card: Card, data: dict[str, Any]) -> str | None:
    """What is true of one hour only: nobody is told of a time ahead that is over."""
    match notice, card:
        case Notice.PRIORITY, JobCard() | ClientCard():
            return _of_promise(card)
        case Notice.UNCONFIRMED, DeskCard() if card.starts_at is not None and card.starts_at <= card.base.read_at:
            return "-over" if card.ends_at is not None and card.ends_at <= card.base.read_at else "-begun"
        case Notice.RESUMED, JobCard() | ClientCard() if data.get("moved") and card.starts_at is not None:
            return f"-{_reader(card)}-moved"
    return None


def _of_promise(card: JobCard | ClientCard) -> str | None:
    """A new time is announced only where the card shows one that lies ahead."""
    line = card.base.clock
    if line is None or line.due_at is None:
        return f"-{_reader(card)}-bare"
    is_over = line.late is not None or line.due_at <= card.base.read_at
    return f"-{_reader(card)}-over" if is_over else None
