"""A hold is asked for: why, until when, and what shows it. Moments are of the site; the usual ones are tapped."""

from datetime import datetime

from bot import formats
from bot.screens.hold_buttons import HoldFor, HoldLater, HoldLong, HoldUntil
from bot.screens.taps import Do, TicketTap
from bot.texts import Texts
from bot.ui import Button, Screen, column
from core.domain import hold as rules
from core.domain.clock import StopReason
from core.services.hold_plans import HoldPlan
from core.services.holds import HoldChoices


def reasons(found: HoldChoices, texts: Texts) -> Screen:
    buttons = (
        Button(
            texts.plain(f"desk-reason-{reason}"),
            HoldFor(reason=reason, ticket_id=found.ticket_id, version=found.version).pack(),
        )
        for reason in found.reasons
    )
    return Screen(texts("desk-ask-reason", number=found.number), column(*buttons, _back(found, texts)))


def moments(found: HoldChoices, reason: StopReason | None, texts: Texts) -> Screen:
    """Without a reason the ticket waits already and another moment is chosen."""
    buttons = (Button(_moment(until, found, texts), _data(found, reason, until)) for until in found.untils)
    lines, longer = [texts("desk-ask-until", number=found.number)], None
    if found.latest is not None and reason is not None:
        ask = HoldLong(reason=reason, ticket_id=found.ticket_id, version=found.version)
        longer = Button(texts.plain("desk-do-ask-desk" if found.is_late else "desk-do-ask-longer"), ask.pack())
        if found.is_late:
            lines = [texts("desk-ask-late", number=found.number)]
        elif rules.stops_nothing(reason):
            lines.append(texts("desk-ask-until-own"))
    return Screen("\n".join(lines), column(*buttons, longer, _back(found, texts)))


def ask_evidence(found: HoldPlan, texts: Texts) -> Screen:
    """The way back leads to the choice of the moment."""
    until = formats.moment(found.until, found.zone, texts.language, found.read_at)
    key = "desk-ask-evidence-words" if found.is_of_desk else "desk-ask-evidence"
    text = texts(key, number=found.number, reason=texts(f"desk-reason-{found.reason}"), until=until)
    back = HoldFor(reason=found.reason, ticket_id=found.ticket_id, version=found.version)
    return Screen(text, column(Button(texts.plain("common-back"), back.pack())))


def _data(found: HoldChoices, reason: StopReason | None, until: datetime) -> str:
    minutes = int(until.timestamp() // 60)
    if reason is None:
        return HoldLater(until=minutes, ticket_id=found.ticket_id, version=found.version).pack()
    return HoldUntil(reason=reason, until=minutes, ticket_id=found.ticket_id, version=found.version).pack()


def _moment(until: datetime, found: HoldChoices, texts: Texts) -> str:
    when = formats.moment(until, found.zone, texts.language, found.read_at)
    return texts.plain("desk-until", when=when)


def _back(found: HoldChoices, texts: Texts) -> Button:
    tap = TicketTap(do=Do.CARD, ticket_id=found.ticket_id, version=found.version)
    return Button(texts.plain("common-back"), tap.pack())
