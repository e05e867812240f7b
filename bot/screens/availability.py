"""/free as a screen: the firm's switches, the days off of a person, and "still with us?"."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.menu import Menu, to_menu
from bot.texts import Html, Texts
from bot.ui import Button, Id, Screen, column
from core.domain.absence import AwayDays
from core.services.availability import AbsenceLine, FirmLine, FreeCard, Question, Why


class SwitchOffers(CallbackData, prefix="freeon"):
    contractor_id: Id
    on: bool


class NightJobs(CallbackData, prefix="freenight"):
    contractor_id: Id
    on: bool


class AwayOn(CallbackData, prefix="freeaway"):
    """A range of the buttons, or none: the days are typed."""

    days: AwayDays | None = None


class DropAbsence(CallbackData, prefix="freeback"):
    absence: Id


class StillThere(CallbackData, prefix="stillthere"):
    contractor_id: Id
    yes: bool


def card(free: FreeCard, texts: Texts, why: Why | None = None, turned: int = 0) -> Screen:
    """`why` says what turned the switch of the firm `turned` where the reader did not."""
    parts: list[str] = [_why(free, why, turned, texts)] if why is not None else []
    parts += [texts("free-title"), *(line for firm in free.firms for line in _firm(firm, texts)), ""]
    if free.absences:
        parts.append(texts("free-absences"))
        parts += [line for one in free.absences for line in _absence(one, free, texts)]
    else:
        parts.append(texts("free-no-absences"))
    return Screen("\n".join(parts), column(*_buttons(free, texts)))


def ask_days(texts: Texts) -> Screen:
    return Screen(texts("free-ask-days"), column(Button(texts.plain("common-back"), Menu(item="free").pack())))


def question(asked: Question, texts: Texts) -> Screen:
    until = formats.moment(asked.until, asked.zone, texts.language, asked.read_at)
    yes = StillThere(contractor_id=asked.contractor_id, yes=True)
    no = StillThere(contractor_id=asked.contractor_id, yes=False)
    return Screen(
        texts("free-still-there", name=asked.name, until=until),
        column(
            Button(texts.plain("free-still-yes"), yes.pack()),
            Button(texts.plain("free-still-no"), no.pack()) if asked.may_switch else None,
        ),
    )


def _why(free: FreeCard, why: Why, turned: int, texts: Texts) -> Html:
    is_on = "yes" if any(firm.is_available for firm in free.firms if firm.contractor_id == turned) else "no"
    return texts(f"free-why-{why}", on=is_on)


def _firm(firm: FirmLine, texts: Texts) -> list[Html]:
    lines = [texts("free-firm", name=firm.name, on="yes" if firm.is_available else "no")]
    lines.append(texts("free-firm-night", on="yes" if firm.night_jobs else "no"))
    if not firm.may_switch:
        lines.append(texts("free-owner-only"))
    return lines


def _absence(one: AbsenceLine, free: FreeCard, texts: Texts) -> list[Html]:
    language = texts.language
    lines = [texts("free-absence", days=formats.days(one.days, language, free.today))]
    for visit in one.visits:
        when = formats.moment(visit.starts_at, visit.zone, language, free.read_at)
        lines.append(texts("free-absence-visit", number=visit.number, when=when))
    if one.visits:
        lines.append(texts("free-absence-stays"))
    return lines


def _buttons(free: FreeCard, texts: Texts) -> list[Button]:
    several = len(free.firms) > 1
    found = []
    for firm in (one for one in free.firms if one.may_switch):
        number, whose = firm.contractor_id, f" · {firm.name}" if several else ""
        offers = SwitchOffers(contractor_id=number, on=not firm.is_available)
        night = NightJobs(contractor_id=number, on=not firm.night_jobs)
        turn = texts.plain("free-turn", on="yes" if offers.on else "no")
        turn_night = texts.plain("free-turn-night", on="yes" if night.on else "no")
        found += [Button(f"{turn}{whose}"[:100], offers.pack()), Button(f"{turn_night}{whose}"[:100], night.pack())]
    found += [Button(texts.plain(f"free-away-{days}"), AwayOn(days=days).pack()) for days in AwayDays]
    found.append(Button(texts.plain("free-away-other"), AwayOn().pack()))
    for one in free.absences:
        days = formats.days(one.days, texts.language, free.today)
        found.append(Button(texts.plain("free-back", days=days), DropAbsence(absence=one.absence_id).pack()))
    return [*found, to_menu(texts)]
