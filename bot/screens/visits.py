"""The job of a contractor: one screen per step of the visit, the next step as the first button.

What is rare (handing back, a phone without a place, work that could not be finished) stands below it.
"""

from datetime import timedelta

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens import no_shows
from bot.screens.cancels import call_out_line
from bot.screens.clocks import clock_lines
from bot.screens.hold_buttons import held_lines, hold_buttons
from bot.screens.menu import to_menu
from bot.screens.offers import map_button, short
from bot.screens.pictures import pictures_button
from bot.screens.reports import report_buttons
from bot.screens.steps import Step, Walk, move_button
from bot.screens.taps import Do, TicketTap
from bot.screens.tickets import Open
from bot.screens.writing import thread_button, write_button
from bot.texts import LANGUAGES, Texts, escape, load
from bot.ui import Button, Id, Key, Keys, Screen, column
from core.domain.errors import TooFar
from core.domain.quality import EARLY, EARLY_MILLI
from core.domain.ticket import Priority, TicketStatus
from core.domain.visit import VisitOutcome, VisitStep
from core.services.card_views import Base, JobCard, Line
from core.services.jobs import JobLine, Jobs


class Leave(CallbackData, prefix="left"):
    outcome: VisitOutcome
    visit: Id
    ticket_id: Id


_SHOTS = {VisitStep.BEFORE: Walk.BEFORE, VisitStep.AFTER: Walk.AFTER}
#: A job handed back: its time is no longer this crew's.
NOT_THEIRS = frozenset({TicketStatus.SEARCHING, TicketStatus.UNSTAFFED, TicketStatus.APPROVAL})
OUTCOMES = (VisitOutcome.INCOMPLETE, VisitOutcome.NO_ACCESS, VisitOutcome.NEEDS_PARTS, VisitOutcome.UNSAFE)


def job_card(card: JobCard, texts: Texts) -> Screen:
    parts = [*no_shows.question(card, texts), *_question(card, texts), _headline(card, texts), "", *_job(card, texts)]
    if card.step is VisitStep.REPORT or card.base.status in (TicketStatus.REPORTED, TicketStatus.ACCEPTED):
        parts += _lines(card.lines, texts)
    parts += call_out_line(card.base.cancelled, "desk-fee-job", texts)
    if card.note:
        parts += ["", texts("visits-note"), f"<i>{escape(short(card.note))}</i>"]
    if card.mark:
        parts += ["", texts("visits-mark", stars="★" * card.mark + "☆" * (5 - card.mark))]
    pause = hold_buttons(card.base, card.buttons, texts)
    talk = (write_button(card.base, texts), thread_button(card.base, texts))
    return Screen("\n".join(parts), column(*_buttons(card, texts), *talk, *pause, _why(card.base, texts)))


def place(card: JobCard, texts: Texts) -> Screen:
    """Asks for the place with the key that sends it; when he is there, the key goes away."""
    if card.step is VisitStep.ARRIVE:
        return Screen(texts("visits-ask-place", site=card.base.site), keys=_place_keys(texts))
    return Screen(texts("visits-place-noted"), keys=())


def try_place_again(said: str, texts: Texts) -> Screen:
    return Screen(said, keys=_place_keys(texts))


def too_far(error: TooFar, texts: Texts) -> str:
    """How far, as people say it: not 698000 m."""
    distance = formats.distance(error.distance_m, texts.language)
    return texts("visits-too-far", distance=distance, radius=formats.distance(error.radius_m, texts.language))


def _place_keys(texts: Texts) -> Keys:
    return ((Key(texts.plain("visits-place-key"), "location"),), (Key(texts.plain("visits-no-place")),))


def is_no_place(text: str) -> bool:
    """What the second key types, in whichever language it was drawn."""
    return text in {load(language).plain("visits-no-place") for language in LANGUAGES}


def no_visit_here(texts: Texts) -> Screen:
    """A place was sent, and nobody waits for one."""
    return Screen(texts("visits-place-not-awaited"), keys=())


def ask_word(card: JobCard, texts: Texts) -> Screen:
    yes = _step(card, Walk.WORD, texts.plain("visits-word-yes"))
    return Screen(texts("visits-ask-word", site=card.base.site), column(yes, _back(card.base, texts)))


def ask_give_up(card: JobCard, texts: Texts) -> Screen:
    yes = _step(card, Walk.GIVE_UP, texts.plain("visits-give-up-yes"))
    text = f"{texts('visits-ask-give-up', number=card.base.number)}\n{texts(f'moves-cost-{_cost(card)}')}"
    return Screen(text, column(yes, _back(card.base, texts)))


def _cost(card: JobCard) -> str:
    """What handing it back costs, and why so: how near the visit is, or what else decided it."""
    if card.back_out_milli is None or card.starts_at is None:
        return str(card.back_out_milli or "none")
    ahead = card.starts_at - card.base.read_at
    if card.back_out_milli == EARLY_MILLI:
        return str(EARLY_MILLI) if ahead > EARLY else "unheard"
    if ahead <= timedelta(0):
        return "begun"
    return "under-way" if ahead > EARLY else str(card.back_out_milli)


def stuck(card: JobCard, texts: Texts) -> Screen:
    """Why it could not be finished."""
    outcomes = (
        Button(
            texts.plain(f"visits-left-{outcome.replace('_', '-')}"),
            Leave(outcome=outcome, visit=card.visit_id or 1, ticket_id=card.base.ticket_id).pack(),
        )
        for outcome in OUTCOMES
    )
    give_up = _step(card, Walk.ASK_GIVE_UP, texts.plain("visits-give-up"))
    return Screen(texts("visits-ask-stuck"), column(*outcomes, give_up, _back(card.base, texts)))


def jobs(found: Jobs, texts: Texts) -> Screen:
    if not found.lines:
        return Screen(texts("visits-list-empty"), column(to_menu(texts)))
    buttons = (Button(_line(line, found, texts), Open(number=line.ticket_id).pack()) for line in found.lines)
    return Screen(texts("visits-list", total=len(found.lines)), column(*buttons, to_menu(texts)))


def _question(card: JobCard, texts: Texts) -> list[str]:
    return [texts("moves-asked"), ""] if _is_asked(card) and card.is_mine else []


def _is_asked(card: JobCard) -> bool:
    """Whether the visit stands: no question any more once it is over, or where "where are you?" is asked instead."""
    return card.is_asked and not card.watched.is_asked and (card.ends_at is None or card.base.read_at < card.ends_at)


def _headline(card: JobCard, texts: Texts) -> str:
    """What is to be done now, or how it ended."""
    shots = card.shots
    if card.step is not None and card.engineer and not card.is_mine:
        return texts(f"visits-watch-{card.step}", name=card.engineer)
    match card.step:
        case VisitStep.BEFORE:
            return texts("visits-step-before", have=shots.before, needed=shots.before_needed) + _coming(card, texts)
        case VisitStep.AFTER:
            return texts("visits-step-after", have=shots.after, needed=shots.after_needed) + _coming(card, texts)
        case VisitStep():
            return texts(f"visits-step-{card.step}")
        case None:
            return texts(f"visits-status-{card.base.status.replace('_', '-')}")


def _coming(card: JobCard, texts: Texts) -> str:
    return "\n" + texts("visits-coming", count=card.shots.coming) if card.shots.coming else ""


def _job(card: JobCard, texts: Texts) -> list[str]:
    base = card.base
    parts: list[str] = (
        [texts("visits-emergency")] if base.priority is Priority.EMERGENCY and card.step is not None else []
    )
    parts += held_lines(base, texts)
    parts.append(texts("visits-service", service=base.service, number=base.number))
    parts.append(texts("visits-site", site=base.site, address=base.address))
    if card.starts_at is not None and card.ends_at is not None and card.step is not None:
        window = formats.window(card.starts_at, card.ends_at, base.zone, texts.language, base.read_at)
        parts.append(texts("visits-window", window=window))
    if base.status not in NOT_THEIRS:
        parts += clock_lines(base, texts)
    parts += no_shows.eta_line(card, texts)
    if card.is_confirmed:
        parts.append(texts("moves-confirmed"))
    if card.engineer and not card.is_mine and card.step is None:
        parts.append(texts("visits-engineer", name=card.engineer))
    if card.phone and card.step is not None:
        parts.append(texts("visits-contact", name=card.contact or "—", phone=formats.phone(card.phone)))
    if base.text and card.step is not None:
        parts.append(f"<i>{escape(short(base.text))}</i>")
    parts.append(texts("visits-pay", pay=formats.money(card.pay_kop, texts.language)))
    return parts


def _lines(lines: tuple[Line, ...], texts: Texts) -> list[str]:
    if not lines:
        return ["", texts("visits-no-lines")]
    return ["", texts("visits-lines"), *(f"• {line_words(line, texts)}" for line in lines)]


def line_words(line: Line, texts: Texts) -> str:
    quantity = formats.quantity(line.quantity_milli, line.unit, texts.language)
    return f"{escape(line.service)}, {escape(quantity)} — {formats.money(line.sum_kop, texts.language)}"


def _buttons(card: JobCard, texts: Texts) -> list[Button | None]:
    if card.watched.is_asked:
        return [*no_shows.answers(card, texts), no_shows.name_button(card, texts), map_button(card.base, texts)]
    return _of_step(card, texts)


def _of_step(card: JobCard, texts: Texts) -> list[Button | None]:
    pictures = pictures_button(card.base, texts)
    match card.step:
        case VisitStep.GO:
            give_up = _step(
                card, Walk.ASK_GIVE_UP, texts.plain("moves-cannot" if _is_asked(card) else "visits-give-up")
            )
            coming = _step(card, Walk.CONFIRM, texts.plain("moves-going")) if _is_asked(card) else None
            go = _step(card, Walk.GO, texts.plain("visits-go"))
            move = move_button(card.visit_id, card.base.ticket_id, texts)
            other = no_shows.name_button(card, texts)
            return [coming, go, pictures, map_button(card.base, texts), move, other, give_up]
        case VisitStep.ARRIVE:
            no_place = _step(card, Walk.ASK_WORD, texts.plain("visits-no-place"))
            give_up = _step(card, Walk.ASK_GIVE_UP, texts.plain("visits-give-up"))
            return [map_button(card.base, texts), no_place, give_up]
        case VisitStep.START:
            return [_step(card, Walk.START, texts.plain("visits-start")), pictures, _stuck_button(card, texts)]
        case VisitStep.BEFORE | VisitStep.AFTER:
            return [_further(card, texts), _stuck_button(card, texts)]
        case VisitStep.REPORT:
            return [*report_buttons(card, texts), _stuck_button(card, texts)]
    return []


def _further(card: JobCard, texts: Texts) -> Button | None:
    """The way on appears when the shots are there."""
    missing = card.shots.before_missing if card.step is VisitStep.BEFORE else card.shots.after_missing
    if missing or card.step is None:
        return None
    return _step(card, _SHOTS[card.step], texts.plain(f"visits-further-{card.step}"))


def _stuck_button(card: JobCard, texts: Texts) -> Button:
    return _step(card, Walk.STUCK, texts.plain("visits-stuck"))


def _step(card: JobCard, do: Walk, text: str) -> Button:
    return Button(text, Step(do=do, visit=card.visit_id or 1, ticket_id=card.base.ticket_id).pack())


def _why(base: Base, texts: Texts) -> Button:
    tap = TicketTap(do=Do.WHY, ticket_id=base.ticket_id, version=base.version)
    return Button(texts.plain("visits-why"), tap.pack())


def _back(base: Base, texts: Texts) -> Button:
    tap = TicketTap(do=Do.CARD, ticket_id=base.ticket_id, version=base.version)
    return Button(texts.plain("common-back"), tap.pack())


def _line(line: JobLine, found: Jobs, texts: Texts) -> str:
    if line.starts_at is not None and line.ends_at is not None and line.status is not TicketStatus.ON_HOLD:
        when = formats.window(line.starts_at, line.ends_at, line.zone, texts.language, found.read_at)
    else:
        when = texts.plain(f"visits-short-{line.status.replace('_', '-')}")
    who = "" if line.is_mine or not line.engineer else f" · {line.engineer}"
    return f"{when} · {line.site} · {line.service}{who}"[:120]
