"""The request while it is told: where, what, what is wrong, and the last look before it is sent."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.menu import to_menu
from bot.texts import Texts, escape
from bot.ui import Button, Id, Screen, column
from core.domain.ticket import Priority
from core.services.intakes import IntakeCard
from core.services.sites import SitePage

SHOWN_TEXT = 700


class Step(StrEnum):
    SITE = "site"
    SERVICE = "service"
    CHANGE = "change"  #: another kind of work
    NEW_ONE = "new"  #: not the trouble that was reported before
    URGENT = "urgent"
    NORMAL = "normal"
    SEND = "send"
    DROP = "drop"


class IntakeTap(CallbackData, prefix="in"):
    """`chosen` is the id of the site or of the kind of work."""

    step: Step
    intake_id: Id
    chosen: Annotated[int, Field(ge=0, le=2**53)] = 0


class ThatOne(CallbackData, prefix="same"):
    """The trouble was reported before, by this ticket."""

    intake_id: Id
    known: Id


def draw(card: IntakeCard, texts: Texts) -> Screen:
    """The one question that is open now."""
    if card.site_id is None:
        return ask_site(card, texts)
    if card.service_id is None:
        return ask_service(card, card.services, texts)
    if card.is_complete:
        return confirm(card, texts)
    return reported(card, texts) if card.reported else ask_words(card, texts)


def ask_site(card: IntakeCard, texts: Texts) -> Screen:
    return Screen(texts("intake-ask-site"), column(*_sites(card.intake_id, card.sites, texts), _drop(card, texts)))


def found_sites(card: IntakeCard, found: SitePage, texts: Texts) -> Screen:
    lines = tuple((line.site_id, _site_title(line.distance_m, line.name, line.place, texts)) for line in found.lines)
    if not lines:
        return Screen(texts("intake-site-not-found"), column(_drop(card, texts)))
    key = "intake-sites-found" if found.total <= len(lines) else "intake-sites-many"
    text = texts(key, total=found.total)
    return Screen(text, column(*_sites(card.intake_id, lines, texts), _drop(card, texts)))


def ask_service(card: IntakeCard, services: tuple[tuple[int, str], ...], texts: Texts) -> Screen:
    """The usual ones of this site, or what the words found."""
    buttons = [
        Button(name, IntakeTap(step=Step.SERVICE, intake_id=card.intake_id, chosen=service_id).pack())
        for service_id, name in services
    ]
    text = texts("intake-ask-service") if services else texts("intake-service-not-found")
    return Screen(f"{_where(card, texts)}\n\n{text}", column(*buttons, _drop(card, texts)))


def reported(card: IntakeCard, texts: Texts) -> Screen:
    """What is open at this site for the same kind of work, before the same trouble is told twice."""
    lines = [
        texts(
            "intake-reported-line",
            number=number,
            status=texts.plain(f"tickets-status-{status}"),
            when=formats.moment(at, card.zone, texts.language, card.read_at),
        )
        for _, number, status, at in card.reported
    ]
    buttons = [
        Button(texts.plain("intake-that-one", number=number), ThatOne(intake_id=card.intake_id, known=ticket_id).pack())
        for ticket_id, number, _, _ in card.reported
    ]
    text = "\n".join((_where(card, texts), "", texts("intake-reported"), *lines))
    another = _button(card, Step.NEW_ONE, texts.plain("intake-another"))
    return Screen(text, column(*buttons, another, _drop(card, texts)))


def ask_words(card: IntakeCard, texts: Texts) -> Screen:
    text = f"{_where(card, texts)}\n\n{texts('intake-ask-words')}"
    return Screen(text, column(_button(card, Step.CHANGE, texts.plain("intake-change")), _drop(card, texts)))


def confirm(card: IntakeCard, texts: Texts) -> Screen:
    parts = [texts("intake-confirm"), "", _where(card, texts)]
    if card.text:
        parts += ["", f"<i>{escape(_short(card.text))}</i>"]
    if card.media:
        parts.append(texts("intake-media", count=card.media))
    is_urgent = card.priority is Priority.EMERGENCY
    if is_urgent:
        parts.append(texts("intake-is-urgent"))
    if card.is_stranger:
        parts += ["", texts("intake-stranger")]
    parts += ["", texts("intake-add-more")]
    swap = (Step.NORMAL, "intake-make-normal") if is_urgent else (Step.URGENT, "intake-make-urgent")
    return Screen(
        "\n".join(parts),
        column(
            _button(card, Step.SEND, texts.plain("intake-send")),
            _button(card, swap[0], texts.plain(swap[1])),
            _button(card, Step.CHANGE, texts.plain("intake-change")),
            _drop(card, texts),
        ),
    )


def sticker_is_dead(texts: Texts) -> Screen:
    return Screen(texts("intake-dead-sticker"), column(to_menu(texts)))


def _where(card: IntakeCard, texts: Texts) -> str:
    urgent = texts("intake-urgent-mark") if card.priority is Priority.EMERGENCY else ""
    service = f"\n{urgent}{texts('intake-service', service=card.service)}" if card.service else ""
    return f"{texts('intake-site', site=card.site, address=card.address)}{service}"


def _sites(intake_id: int, sites: tuple[tuple[int, str], ...], texts: Texts) -> list[Button]:
    return [
        Button(name, IntakeTap(step=Step.SITE, intake_id=intake_id, chosen=site_id).pack()) for site_id, name in sites
    ]


def _site_title(distance_m: int | None, name: str, place: str, texts: Texts) -> str:
    away = "" if distance_m is None else f"{formats.distance(distance_m, texts.language)} · "
    return f"{away}{name} · {place}"[:100]


def _button(card: IntakeCard, step: Step, text: str) -> Button:
    return Button(text, IntakeTap(step=step, intake_id=card.intake_id).pack())


def _drop(card: IntakeCard, texts: Texts) -> Button:
    return _button(card, Step.DROP, texts.plain("intake-drop"))


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT].rstrip()}…"
