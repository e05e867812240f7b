"""`/why` in words: what happened to a ticket and when, whom it was offered to in which order, and why not others."""

from datetime import datetime
from typing import Any

from bot import formats
from bot.screens import explanations, objections
from bot.screens.taps import Do, TicketTap
from bot.texts import Texts
from bot.ui import Button, Screen, column
from core.domain.ticket import TicketEvent
from core.domain.wave import COUNTED_TO
from core.services.history import Asked, History, Place, Step
from core.services.promise_ends import PromiseEnd

#: What a step's data may hold, and the texts that say it in words.
_FAMILIES = (
    ("reason", "tickets-reason"),
    ("reason", "wave-reason"),
    ("why", "desk-reason"),
    ("outcome", "history-outcome"),
    ("presence", "history-presence"),
)


def why(history: History, texts: Texts) -> Screen:
    parts = [texts("history-title", number=history.number), ""]
    parts += [_step(step, history, texts) for step in history.steps]
    if history.promises:
        parts += ["", texts("history-promises")]
        parts += [_promise(one, history, texts) for one in history.promises]
    if history.place is not None:
        parts += ["", *_place(history.place, texts)]
    if history.asked:
        parts += ["", texts("history-asked")]
        parts += [_asked(number, asked, texts) for number, asked in enumerate(history.asked, start=1)]
    if history.excluded:
        parts += ["", texts("history-excluded")]
        parts += [f"• {texts(f'tickets-exclusion-{reason}')}: {count}" for reason, count in history.excluded]
    if history.not_considered:
        many = "yes" if history.not_considered >= COUNTED_TO else "no"
        parts.append(texts("history-not-considered", count=history.not_considered, many=many))
    if history.pauses:
        lines = (objections.line(one, history.zone, history.read_at, texts) for one in history.pauses)
        parts += ["", texts("clocks-pauses"), *lines]
    pauses = (objections.pause_button(history.ticket_id, one, texts) for one in history.pauses)
    back = TicketTap(do=Do.CARD, ticket_id=history.ticket_id)
    to_waves = explanations.waves_button(history.ticket_id, history.waves, texts)
    return Screen("\n".join(parts), column(to_waves, *pauses, Button(texts.plain("history-back"), back.pack())))


def _promise(promise: PromiseEnd, history: History, texts: Texts) -> str:
    kind, key = texts(f"clocks-kind-{promise.kind}"), "kept"
    if promise.due_at is None:
        return texts("history-promise-stands", kind=kind)
    due = formats.until(promise.due_at, history.zone, texts.language, history.read_at)
    if promise.done_at is None:
        return texts("history-promise-over" if promise.is_broken else "history-promise-runs", kind=kind, due=due)
    done = formats.until(promise.done_at, history.zone, texts.language, history.read_at)
    if promise.is_broken:
        key = "late" if promise.whose is None else "broken"
    whose = texts(f"deadlines-whose-{promise.whose}") if promise.whose is not None else ""
    return texts(f"history-promise-{key}", kind=kind, due=due, done=done, whose=whose)


def _place(place: Place, texts: Texts) -> list[str]:
    """Why a contractor was asked, and why in this place."""
    first = place.distance_m // (place.band_km * 1000) * place.band_km
    parts: list[str] = []
    if place.is_answered:
        pay = formats.money(place.pay_kop, texts.language)
        parts.append(texts(f"history-came-back-{place.reason}", pay=pay))
    parts.append(
        texts(
            "history-why-you",
            rank=str(place.rank),
            of=str(place.ranked),
            distance=formats.distance(place.distance_m, texts.language),
            band=f"{first}–{first + place.band_km}",
            score=str(place.score),
            jobs=str(place.accepted_jobs),
            recent=str(place.recent_jobs),
        )
    )
    return parts


def _step(step: Step, history: History, texts: Texts) -> str:
    when = formats.moment(_happened(step), history.zone, texts.language, history.read_at)
    what = texts(f"history-{step.entity}-{step.event}")
    who = step.who or texts.plain(f"history-role-{step.role}")
    known = _moved(step, history, texts) or _reclassified(step, texts) or _detail(step, texts)
    details = [text for text in (step.firm, known) if text and text != what]
    more = texts("history-details", details=", ".join(details)) if details else ""
    return texts("history-step", when=when, what=what, who=who, details=more)


def _happened(step: Step) -> datetime:
    """A promise is broken at its deadline, however much later somebody looked."""
    is_late = step.entity == "clock" and step.event in ("breach", "shift") and "due" in step.data
    return datetime.fromisoformat(step.data["due"]) if is_late else step.at


def _moved(step: Step, history: History, texts: Texts) -> str:
    """From which time to which."""
    if step.entity != "visit" or not step.data.get("to"):
        return ""
    before, after = (
        formats.moment(datetime.fromisoformat(step.data[key]), history.zone, texts.language, history.read_at)
        for key in ("from", "to")
    )
    return texts.plain("history-moved", before=before, after=after)


def _reclassified(step: Step, texts: Texts) -> str:
    """From which work to which."""
    if step.event != TicketEvent.RECLASSIFY or step.entity != "ticket":
        return ""
    return texts.plain("history-moved", before=step.data["was"], after=step.data["is"])


def _detail(step: Step, texts: Texts) -> str:
    """The rule or the reason behind a step, as far as the audit holds one."""
    data = step.data
    if step.entity == "clock":
        return _clock(data, texts)
    if data.get("counter"):
        return texts.plain("history-agreed", pay=formats.money(data["pay_kop"], texts.language))
    if data.get("rate_kop"):
        return texts.plain("history-rate", rate=formats.money(data["rate_kop"], texts.language))
    if data.get("by_hand"):
        passed = data.get("passed")
        rule = texts.plain(f"tickets-exclusion-{passed}") if passed else ""
        return texts.plain("history-by-hand-past", rule=rule) if rule else texts.plain("history-by-hand")
    keys = (f"{family}-{data[name]}" for name, family in _FAMILIES if data.get(name))
    return next((texts.plain(key) for key in keys if texts.has(key)), "")


def _clock(data: dict[str, Any], texts: Texts) -> str:
    """Which promise, and how much of it is gone or whose time it was."""
    clock = texts.plain(f"deadlines-kind-{data['kind']}")
    if "pct" in data:
        return texts.plain("history-clock-detail", clock=clock, pct=str(data["pct"]))
    if "whose" in data:
        return texts.plain("history-clock-whose", clock=clock, whose=texts.plain(f"deadlines-whose-{data['whose']}"))
    return texts.plain("history-clock-plain", clock=clock)


def _asked(number: int, asked: Asked, texts: Texts) -> str:
    return texts(
        "history-asked-line",
        n=str(number),
        contractor=asked.contractor,
        distance=formats.distance(asked.distance_m, texts.language),
        score=str(asked.score),
        jobs=str(asked.accepted_jobs),
        answer=texts.plain(f"history-offer-status-{asked.status or 'waiting'}"),
    )
