"""Another kind of work: searched by words, and asked once more with the old and the new price and pay."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.taps import Do, TicketTap, Version
from bot.texts import Texts
from bot.ui import Button, Id, Screen, column
from core.services.reclassify import Kind, Options


class KindAsk(CallbackData, prefix="kind"):
    """A row of the price list, not said yes to."""

    ticket_id: Id
    service: Id


class KindTap(CallbackData, prefix="kindyes"):
    ticket_id: Id
    version: Version
    service: Id


def listed(options: Options, texts: Texts, *, searched: bool = False) -> Screen:
    """The nearest rows at once; words find the others."""
    buttons = (
        Button(
            f"{row.name} — {formats.money(row.price_kop, texts.language)}",
            KindAsk(ticket_id=options.ticket_id, service=row.service_id).pack(),
        )
        for row in options.found
    )
    key = "reclassify-not-found" if searched and not options.found else "reclassify-ask"
    text = texts(key, number=options.number, service=options.was.name)
    return Screen(text, column(*buttons, _back(options, texts)))


def sure(options: Options, texts: Texts) -> Screen:
    (kind,) = options.found
    was = options.was
    parts: list[str] = [
        texts("reclassify-sure", number=options.number),
        "",
        texts("reclassify-work", before=was.name, after=kind.name),
        _sums("reclassify-price", was, kind, was.price_kop, kind.price_kop, texts),
        _sums("reclassify-pay", was, kind, was.rate_kop, kind.rate_kop, texts),
        "",
        texts("reclassify-crew", contractor=options.contractor) if options.contractor else texts("reclassify-search"),
    ]
    tap = KindTap(ticket_id=options.ticket_id, version=options.version, service=kind.service_id)
    return Screen("\n".join(parts), column(Button(texts.plain("reclassify-yes"), tap.pack()), _back(options, texts)))


def _sums(key: str, was: Kind, kind: Kind, before: int, after: int, texts: Texts) -> str:
    """Of one unit each: the units may differ."""
    old, new = (formats.money(kop, texts.language) for kop in (before, after))
    return texts(key, before=f"{old} / {was.unit}", after=f"{new} / {kind.unit}")


def _back(options: Options, texts: Texts) -> Button:
    tap = TicketTap(do=Do.CARD, ticket_id=options.ticket_id, version=options.version)
    return Button(texts.plain("common-back"), tap.pack())
