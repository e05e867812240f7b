"""The score of a firm and its ledger: what it is made of, what to do next, every event, and what is disputed."""

from decimal import Decimal

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens import blocks as block_screens
from bot.screens.blocks import BlockDo, BlockTap
from bot.screens.lists import PAGE, pages
from bot.screens.menu import to_menu
from bot.screens.taps import ShowContractor
from bot.texts import Html, Texts
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.block import BlockRule
from core.domain.quality import EARLY_MILLI, GOOD_MILLI, QualityKind
from core.domain.score import PART_OF, Part, PartScore
from core.services.block_costs import Cost
from core.services.contractors import SkillLine
from core.services.ledger import BlockLine, DisputeCard, Disputed, EventCard, EventLine, Ledger

BEST_MARK = 5
_SIGNS = {Disputed.OPEN: "⚖️", Disputed.UPHELD: "↩️", Disputed.REFUSED: "❗"}


class LedgerTap(CallbackData, prefix="score"):
    contractor_id: Id
    page: Page = 0


class EventTap(CallbackData, prefix="event"):
    event_id: Id


class DisputeTap(CallbackData, prefix="eventno"):
    event_id: Id


class DecideTap(CallbackData, prefix="eventend"):
    event_id: Id
    upheld: bool


class FraudTap(CallbackData, prefix="fraud"):
    event_id: Id


def ledger(found: Ledger, texts: Texts) -> Screen:
    parts: list[str] = [
        _title(found, texts),
        texts("score-whose", name=found.name),
        "",
        *(_part(one, texts) for one in found.score.parts),
        "",
        _next(found, texts),
    ]
    parts += _against(found, texts)
    if found.skills:
        parts += ["", texts("score-papers"), *(skill_line(line, texts) for line in found.skills)]
    parts += ["", texts("score-events-own" if found.is_own else "score-events", total=found.total)]
    parts += [f"{n}. {line_text(one, texts)}" for n, one in enumerate(found.lines, found.offset + 1)]
    return Screen("\n".join(parts), _ledger_rows(found, texts))


def _title(found: Ledger, texts: Texts) -> Html:
    value = str(found.score.value)
    if not found.score.is_new:
        return texts("score-title", value=value)
    return texts(
        "score-title-new-desk" if found.is_desk else "score-title-new",
        value=value,
        done=str(found.score.accepted),
        need=str(found.new_below),
    )


def _part(one: PartScore, texts: Texts) -> Html:
    name = texts(f"score-part-{one.part}")
    if one.lost_milli:
        lost = formats.number(Decimal(one.lost_milli) / GOOD_MILLI, texts.language)
        return texts("score-part-lost", name=name, weight=str(one.weight), lost=lost)
    if not one.n:
        return texts("score-part-empty", name=name, weight=str(one.weight))
    good = formats.number(Decimal(one.good_milli) / GOOD_MILLI, texts.language)
    return texts("score-part", name=name, weight=str(one.weight), good=good, n=str(one.n))


def _next(found: Ledger, texts: Texts) -> Html:
    """The one thing that helps most."""
    weakest, is_new = found.score.weakest, found.score.is_new
    if weakest is None:
        return texts(_next_of_faultless(found))
    if found.is_desk:
        name = texts(f"score-part-{weakest.part}")
        return texts("score-weakest-desk-new" if is_new else "score-weakest-desk", name=name)
    early, late = str(found.early_minutes), str(found.late_minutes)
    advice = texts(f"score-next-{weakest.part}", early=early, late=late)
    return Html(f"{advice} {texts('score-next-later')}") if is_new else advice


def _next_of_faultless(found: Ledger) -> str:
    """No points are lost; what limits a firm may still be there."""
    if found.is_desk:
        return "score-weakest-desk-strikes" if found.strikes or found.blocks else "score-weakest-desk-none"
    if found.strikes or any(not _is_of_another(one) for one in found.blocks):
        return "score-next-strikes"
    if found.blocks:
        return "score-next-people"
    return "score-next-new" if found.score.is_new else "score-next-nothing"


def _is_of_another(one: BlockLine) -> bool:
    """Of one of the people of the firm, who is not the reader."""
    return bool(one.person) and not one.is_mine


def _against(found: Ledger, texts: Texts) -> list[str]:
    lines: list[str] = []
    if found.strikes:
        counts = ", ".join(texts(f"score-strike-{kind}", n=n, span=str(span)) for kind, n, span in found.strikes)
        lines += ["", texts("score-strikes", counts=counts)]
    for one in found.blocks:
        lines += ["", _block(one, found, texts)]
    if found.open_disputes:
        lines += ["", texts("score-open-disputes", n=found.open_disputes)]
    return lines


def _block(one: BlockLine, found: Ledger, texts: Texts) -> str:
    ends = one.ends_at
    until = formats.day(ends, found.zone, texts.language, found.read_at) if ends is not None else ""
    head = texts(
        "score-block",
        level=str(one.level),
        whose="other" if _is_of_another(one) else "person" if one.is_mine else "firm",
        name=one.person,
        until=until,
        has_until="yes" if until else "no",
        client=one.client,
        has_client="yes" if one.client else "no",
    )
    reason = one.reason if one.rule is BlockRule.BY_HAND else texts(f"block-rule-{one.rule}")
    why = texts("score-block-why", reason=reason)
    stays = texts("score-block-stays", level=str(one.level))
    alone = f"{texts('score-block-alone')} " if _is_of_another(one) else ""
    return f"{head}\n{why}\n{alone}{stays}"


def skill_line(line: SkillLine, texts: Texts) -> Html:
    """What the firm can do, and until when its paper says so."""
    if not line.is_confirmed:
        return texts("contractors-skill-declared", name=line.name)
    if line.valid_until is None:
        return texts("contractors-skill", name=line.name)
    until = formats.calendar_day(line.valid_until, texts.language)
    return texts("contractors-skill-until", name=line.name, until=until)


def _ledger_rows(found: Ledger, texts: Texts) -> Rows:
    page, firm = found.offset // PAGE, found.contractor_id
    events = [
        Button(f"{n}. {_sign(one)} {_what(one, texts)}"[:100], EventTap(event_id=one.event_id).pack())
        for n, one in enumerate(found.lines, found.offset + 1)
    ]
    before, after = LedgerTap(contractor_id=firm, page=max(page - 1, 0)), LedgerTap(contractor_id=firm, page=page + 1)
    turning = page_rows(page, pages(found.total), before.pack(), after.pack())
    others = [Button(name[:100], LedgerTap(contractor_id=other).pack()) for other, name in found.others]
    limits = [_limit_button(found, one, texts) for one in found.blocks]
    back = Button(texts.plain("contractors-back"), ShowContractor(contractor_id=firm).pack())
    ways_out = column(*limits, *others, back if found.is_desk else None, to_menu(texts))
    return column(*events) + turning + ways_out


def _limit_button(found: Ledger, one: BlockLine, texts: Texts) -> Button:
    """To what it rests on, and to the appeal where the reader may give it."""
    may_appeal = one.is_mine or not (one.person or found.is_desk or found.is_own)
    text = texts.plain(
        "block-do-open" if may_appeal else "block-do-read", level=texts.plain(f"block-level-{one.level}")
    )
    return Button(text, BlockTap(do=BlockDo.SHOW, block_id=one.block_id).pack())


def line_text(one: EventLine, texts: Texts) -> str:
    """Опоздание на 40 мин · З-000123 · −1 к пунктуальности. Nothing in it was typed by people."""
    cost = texts.plain("score-annulled") if one.is_annulled else _cost(one, texts)
    excused = f" · {texts.plain('score-excused')}" if one.is_excused else ""
    return f"{_sign(one)} {_what(one, texts)} · {one.number} · {cost}{excused}"


def _sign(one: EventLine) -> str:
    if one.is_annulled and one.disputed is not Disputed.OPEN:
        return _SIGNS[Disputed.UPHELD]
    if one.disputed is not None:
        return _SIGNS[one.disputed]
    if one.kind is QualityKind.MARK:
        return "⭐"  # an opinion is neither right nor wrong
    return "⚠️" if one.is_bad else "✅"


def _what(one: EventLine, texts: Texts) -> str:
    key = f"score-event-{one.kind}"
    match one.kind:
        case QualityKind.MISSED if one.clock is not None:
            return texts.plain(f"{key}-of", clock=texts.plain(f"deadlines-kind-{one.clock}"))
        case QualityKind.ARRIVAL if one.off_minutes:
            ending = "late" if one.off_minutes > 0 else "early"
            return texts.plain(f"{key}-{ending}", span=formats.duration(abs(one.off_minutes), texts.language))
        case QualityKind.ARRIVAL | QualityKind.FIRST_TIME | QualityKind.PROOF:
            return texts.plain(f"{key}-{'bad' if one.is_bad else 'good'}")
        case QualityKind.MARK:
            return texts.plain(key, mark=str(one.weight_milli * BEST_MARK // GOOD_MILLI), best=str(BEST_MARK))
        case QualityKind.BACK_OUT:
            return texts.plain(f"{key}-{'early' if one.weight_milli <= EARLY_MILLI else 'late'}")
    return texts.plain(key)


def _cost(one: EventLine, texts: Texts) -> str:
    """What it changes: a job more or less of its part, or a strike."""
    part = PART_OF.get(one.kind)
    if part is None:
        return texts.plain("score-cost-strike")
    if part is Part.BACK_OUTS:
        amount = "−½" if one.weight_milli == EARLY_MILLI else f"−{one.weight_milli // GOOD_MILLI}"
    elif one.kind is QualityKind.MARK:
        amount = f"+{formats.number(Decimal(one.weight_milli) / GOOD_MILLI, texts.language)}"
    else:
        amount = "−1" if one.is_bad else "+1"
    return texts.plain(f"score-cost-{part}", amount=amount)


def event(card: EventCard, texts: Texts) -> Screen:
    one, language = card.line, texts.language
    at = formats.moment(one.at, card.zone, language, card.read_at)
    when = "score-event-due" if one.clock is not None else "score-event-when"
    parts: list[str] = [f"<b>{line_text(one, texts)}</b>", texts(when, at=at)]
    if card.held is not None:
        ours, theirs = (formats.duration(span, language) for span in (card.held.ours_min, card.held.theirs_min))
        parts.append(texts("score-event-held-desk" if card.is_desk else "score-event-held", ours=ours, theirs=theirs))
    if card.engineer:
        parts.append(texts("score-event-who", name=card.engineer, firm=card.contractor))
    by = texts("score-event-by", name=card.source_name) if card.source_name else ""
    parts.append(texts("score-event-source", source=texts(f"history-role-{card.source}"), by=by))
    if card.is_rework and one.kind is QualityKind.FIRST_TIME:
        parts.append(texts("score-event-twin"))
    if card.words:
        parts += ["", texts("score-event-words", words=card.words)]
    parts += ["", _counts(card, texts)]
    if card.dispute is not None:
        parts += ["", *_dispute(card.dispute, card, texts)]
    elif card.may_dispute:
        parts.append(texts("score-event-may", until=formats.day(card.until, card.zone, language, card.read_at)))
    elif one.is_bad and not one.is_annulled and not card.is_desk:
        parts.append(texts("score-event-over", days=str(card.days)))
    return Screen("\n".join(parts), _event_rows(card, texts))


def _counts(card: EventCard, texts: Texts) -> Html:
    if card.line.is_annulled:
        return texts("score-event-cleared" if card.is_cleared else "score-event-annulled")
    if card.dispute is not None and card.dispute.decided_at is None:
        return texts("score-event-counts-yet")
    if card.line.is_excused:
        return texts("score-event-excused", scored="yes" if card.line.kind in PART_OF else "no")
    return texts("score-event-counts")


def _dispute(given: DisputeCard, card: EventCard, texts: Texts) -> list[str]:
    at = formats.moment(given.at, card.zone, texts.language, card.read_at)
    lines: list[str] = [texts("score-dispute-words", name=given.person, at=at, words=given.words)]
    if given.decided_at is None:
        lines.append(texts("score-dispute-waits"))
        return lines
    key = "score-dispute-upheld" if card.line.disputed is Disputed.UPHELD else "score-dispute-refused"
    by = texts("score-event-by", name=given.decided_by) if given.decided_by else ""
    lines.append(texts(key, by=by))
    if given.answer:
        lines.append(texts("score-dispute-answer", words=given.answer))
    return lines


def _event_rows(card: EventCard, texts: Texts) -> Rows:
    number = card.line.event_id
    dispute = Button(texts.plain("score-do-dispute"), DisputeTap(event_id=number).pack())
    uphold = Button(texts.plain("score-do-uphold"), DecideTap(event_id=number, upheld=True).pack())
    refuse = Button(texts.plain("score-do-refuse"), DecideTap(event_id=number, upheld=False).pack())
    accuse = Button(texts.plain("score-do-fraud"), FraudTap(event_id=number).pack())
    back = Button(texts.plain("score-do-ledger"), LedgerTap(contractor_id=card.contractor_id).pack())
    ticket = block_screens.beside_button(card.ticket_id, card.line.number, texts) if card.may_open else None
    return column(
        dispute if card.may_dispute else None,
        uphold if card.may_decide else None,
        refuse if card.may_decide else None,
        accuse if card.may_accuse else None,
        ticket,
        back,
    )


def strike(card: EventCard, texts: Texts) -> Screen:
    """Rings at the crew, and in other words at the manager."""
    shown = event(card, texts)
    head = texts("score-strike-desk", firm=card.contractor) if card.is_desk else texts("score-strike-crew")
    return Screen(f"{head}\n\n{shown.text}", shown.rows)


def decided(card: EventCard, texts: Texts) -> Screen:
    shown = event(card, texts)
    key = "score-decided-upheld" if card.line.disputed is Disputed.UPHELD else "score-decided-refused"
    return Screen(f"{texts(key)}\n\n{shown.text}", shown.rows)


def ask_dispute(card: EventCard, texts: Texts) -> Screen:
    back = Button(texts.plain("common-back"), EventTap(event_id=card.line.event_id).pack())
    return Screen(texts("score-ask-dispute", what=line_text(card.line, texts)), column(back))


def ask_refusal(card: EventCard, texts: Texts) -> Screen:
    back = Button(texts.plain("common-back"), EventTap(event_id=card.line.event_id).pack())
    return Screen(texts("score-ask-refusal", what=line_text(card.line, texts)), column(back))


def ask_fraud(card: EventCard, cost: Cost, texts: Texts) -> Screen:
    """What is lost is read before, and holds nothing up."""
    back = Button(texts.plain("common-back"), EventTap(event_id=card.line.event_id).pack())
    question = texts("score-ask-fraud", number=card.line.number, firm=card.contractor)
    return Screen("\n".join([question, "", *block_screens.cost(cost, texts)]), column(back))
