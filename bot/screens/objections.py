"""A pause of a ticket: why, whose time, who does not agree, and what the desk decided."""

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from bot import formats
from bot.screens import hold_evidence
from bot.screens.taps import Do, TicketTap
from bot.texts import Html, Texts
from bot.ui import Button, Id, Screen, column
from core.services.objections import Pause, PauseCard, Verdict

Nth = Annotated[int, Field(ge=1, le=10_000)]


class PauseTap(CallbackData, prefix="pause"):
    ticket_id: Id
    pause: Nth


class ObjectTap(CallbackData, prefix="pauseno"):
    ticket_id: Id
    pause: Nth


class VerdictTap(CallbackData, prefix="pauseend"):
    ticket_id: Id
    pause: Nth
    verdict: Verdict


def pause_button(ticket_id: int, pause: Pause, texts: Texts) -> Button | None:
    """In the history: only where its reader may do something about it, somebody did, or there is evidence to see."""
    if not (pause.may_object or pause.objection or pause.shown):
        return None
    key = "clocks-do-object" if pause.may_object else "clocks-do-pause" if pause.objection else "clocks-do-evidence"
    return Button(texts.plain(key, n=str(pause.number)), PauseTap(ticket_id=ticket_id, pause=pause.number).pack())


def line(pause: Pause, zone: str, read_at: object, texts: Texts) -> Html:
    window = formats.window(pause.begins, pause.ends, zone, texts.language, read_at)  # type: ignore[arg-type]
    reason = texts(f"desk-reason-{pause.reason}")
    key = "clocks-pause-runs" if pause.runs else "clocks-pause"
    return texts(key, n=str(pause.number), window=window, reason=reason, whose=texts(f"clocks-whose-{pause.whose}"))


def card(found: PauseCard, texts: Texts) -> Screen:
    pause = found.pause
    parts: list[str] = [
        texts("clocks-pause-title", number=found.ticket),
        line(pause, found.zone, found.read_at, texts),
        *hold_evidence.lines(pause.shown, texts),
    ]
    if pause.objection:
        parts += ["", texts("clocks-objection", name=pause.objected_by or "—", words=pause.objection)]
        parts.append(texts("clocks-objection-waits" if not pause.is_decided else _decided(pause)))
    if pause.answer:
        parts.append(texts("clocks-objection-answer", words=pause.answer))
    return Screen("\n".join(parts), column(*_buttons(found, texts)))


def ask_words(found: PauseCard, key: str, texts: Texts) -> Screen:
    back = Button(texts.plain("common-back"), PauseTap(ticket_id=found.ticket_id, pause=found.pause.number).pack())
    return Screen(texts(key, what=line(found.pause, found.zone, found.read_at, texts)), column(back))


def _decided(pause: Pause) -> str:
    if not pause.is_upheld:
        return "clocks-objection-refused"
    return "clocks-objection-runs" if pause.runs else "clocks-objection-nobody"


def _buttons(found: PauseCard, texts: Texts) -> list[Button | None]:
    number, nth = found.ticket_id, found.pause.number
    objects = Button(texts.plain("clocks-object-yes"), ObjectTap(ticket_id=number, pause=nth).pack())
    verdicts = [
        Button(texts.plain(f"clocks-verdict-{one}"), VerdictTap(ticket_id=number, pause=nth, verdict=one).pack())
        for one in Verdict
    ]
    back = Button(texts.plain("clocks-to-history"), TicketTap(do=Do.WHY, ticket_id=number).pack())
    return [
        hold_evidence.media_button(found.pause.shown, texts),
        objects if found.pause.may_object else None,
        *(verdicts if found.pause.may_decide else []),
        back,
    ]
