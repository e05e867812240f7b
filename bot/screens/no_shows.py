"""Nobody came: "where are you?" on the card of the crew, what the desk heard on the phone, and who goes instead."""

from enum import StrEnum
from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens.steps import Step, Walk
from bot.screens.taps import Do, TicketTap
from bot.texts import Texts
from bot.ui import Button, Id, Screen, column
from core.domain.no_show import ETAS_MIN
from core.domain.task import TaskKind
from core.domain.visit import VisitStep
from core.services.card_views import ClientCard, DeskCard, JobCard
from core.services.substitutes import Choices
from core.services.tasks import TaskLine

Minutes = Annotated[int, Field(ge=0, le=1440)]


class Eta(CallbackData, prefix="eta"):
    """ "There in so many minutes"."""

    visit: Id
    ticket_id: Id
    minutes: Minutes


class Heard(StrEnum):
    """What the desk heard on the phone. The second question of the dangerous one is a verb of its own."""

    CAME = "came"
    LATER = "later"
    ASK_GONE = "gone?"
    GONE = "gone"


class HeardTap(CallbackData, prefix="heard"):
    do: Heard
    visit: Id
    ticket_id: Id
    minutes: Minutes = 0


class WhoGoes(CallbackData, prefix="who"):
    """Who of the firm could go instead."""

    visit: Id
    ticket_id: Id


class Goes(CallbackData, prefix="goes"):
    visit: Id
    ticket_id: Id
    person: Id


def question(card: JobCard, texts: Texts) -> list[str]:
    by = card.watched.answer_by
    if by is None:
        return []
    until = formats.until(by, card.base.zone, texts.language, card.base.read_at)
    return [texts("noshow-where" if card.watched.is_agreed else "noshow-where-planned", until=until), ""]


def eta_line(card: JobCard | ClientCard | DeskCard, texts: Texts) -> list[str]:
    """When the crew says it will be there."""
    if card.watched.eta_at is None:
        return []
    base = card.base
    return [texts("noshow-eta", when=formats.until(card.watched.eta_at, base.zone, texts.language, base.read_at))]


def answers(card: JobCard, texts: Texts) -> list[Button]:
    """To "where are you?"."""
    visit, ticket = card.visit_id or 1, card.base.ticket_id
    here = Button(texts.plain("noshow-here"), Step(do=Walk.HERE, visit=visit, ticket_id=ticket).pack())
    etas = [
        Button(_in(minutes, "noshow-in", texts), Eta(visit=visit, ticket_id=ticket, minutes=minutes).pack())
        for minutes in ETAS_MIN
    ]
    gone = Button(texts.plain("noshow-cannot"), Step(do=Walk.ASK_GIVE_UP, visit=visit, ticket_id=ticket).pack())
    # Under way already: whoever cannot send his place says it by word.
    word = Button(texts.plain("visits-no-place"), Step(do=Walk.ASK_WORD, visit=visit, ticket_id=ticket).pack())
    return [here, *etas, *([word] if card.step is VisitStep.ARRIVE else []), gone]


def heard_buttons(task: TaskLine, texts: Texts) -> list[Button]:
    """Under the task of a visit nobody came to."""
    if task.kind is not TaskKind.NOT_COME or task.ticket_id is None:
        return []
    visit, ticket = int(task.data["visit"]), task.ticket_id

    def to(do: Heard, minutes: int = 0) -> str:
        return HeardTap(do=do, visit=visit, ticket_id=ticket, minutes=minutes).pack()

    came = Button(texts.plain("noshow-heard-came"), to(Heard.CAME))
    etas = [Button(_in(minutes, "noshow-heard-later", texts), to(Heard.LATER, minutes)) for minutes in ETAS_MIN]
    return [came, *etas, Button(texts.plain("noshow-heard-gone"), to(Heard.ASK_GONE))]


def ask_gone(card: DeskCard, visit_id: int, texts: Texts) -> Screen:
    base = card.base
    yes = HeardTap(do=Heard.GONE, visit=visit_id, ticket_id=base.ticket_id)
    text = texts("noshow-ask-gone", number=base.number, contractor=card.contractor)
    return Screen(text, column(Button(texts.plain("noshow-gone-yes"), yes.pack()), _back(base.ticket_id, texts)))


def name_button(card: JobCard | DeskCard, texts: Texts) -> Button | None:
    """None where there is nobody else, or it is not for this reader to say."""
    if card.names_visit is None:
        return None
    tap = WhoGoes(visit=card.names_visit, ticket_id=card.base.ticket_id)
    return Button(texts.plain("noshow-name"), tap.pack())


def who_goes(found: Choices, texts: Texts) -> Screen:
    buttons = (
        Button(name[:100], Goes(visit=found.visit_id, ticket_id=found.ticket_id, person=person_id).pack())
        for person_id, name in found.people
    )
    key = "noshow-who" if found.people else "noshow-who-nobody"
    return Screen(texts(key, number=found.number), column(*buttons, _back(found.ticket_id, texts)))


def _in(minutes: int, key: str, texts: Texts) -> str:
    return texts.plain(key, span=formats.duration(minutes, texts.language))


def _back(ticket_id: int, texts: Texts) -> Button:
    return Button(texts.plain("common-back"), TicketTap(do=Do.CARD, ticket_id=ticket_id).pack())
