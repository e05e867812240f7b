"""One block, a request of one, an appeal: for the desk with names and cost, for the blocked one in plain words."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.menu import to_menu
from bot.screens.taps import Beside
from bot.texts import Html, Texts
from bot.ui import Button, Id, Rows, Screen, column
from core.domain.block import BlockLevel, BlockRule
from core.services.block_cards import AppealCard, AppealLine, BlockCard, EventLine, RequestCard, Terms
from core.services.block_costs import Cost

#: As many lost skills and regions as a card lists.
MOST_LOSSES = 8
#: What the audit says of a block that holds no more.
_OVER = ("lift", "end")


class BlockDo(StrEnum):
    SHOW = "show"
    LIFT = "lift?"
    APPEAL = "appeal?"


class BlockTap(CallbackData, prefix="block"):
    do: BlockDo
    block_id: Id


class SendTap(CallbackData, prefix="appealsend"):
    """Sends the words that stand above it: those of his own update with this number, which are kept since they came."""

    block_id: Id
    update: Id


class RequestDo(StrEnum):
    SHOW = "show"
    CONFIRM = "yes"
    REFUSE = "no?"


class RequestTap(CallbackData, prefix="blockreq"):
    do: RequestDo
    request_id: Id


class AppealDo(StrEnum):
    SHOW = "show"
    ASK_UPHOLD = "yes?"
    UPHOLD = "yes"
    REFUSE = "no?"


class AppealTap(CallbackData, prefix="appeal"):
    do: AppealDo
    appeal_id: Id


def letter(card: BlockCard, event: str, texts: Texts) -> Screen:
    """What has just happened, and the block as it is now."""
    # Of two limits one is over: he is not called as before.
    is_not_all = not card.for_desk and card.others > 0 and event in _OVER
    key = f"block-{'desk' if card.for_desk else 'own'}-{event}{'-others' if is_not_all else ''}"
    if key == "block-own-start" and card.terms.level is BlockLevel.BLOCKED:
        key = "block-own-blocked"
    head = texts(key, name=card.terms.name, level=texts(f"block-level-{card.terms.level}"))
    drawn = block(card, texts)
    return Screen(f"{head}\n\n{drawn.text}", drawn.rows)


def block(card: BlockCard, texts: Texts) -> Screen:
    terms = card.terms
    parts: list[str] = [_title(terms, texts), _term(card, texts), *_why(terms, texts)]
    if card.is_live:
        parts.append(texts(f"block-allowed-{terms.level}"))
    if card.for_desk:
        parts += [*cost(terms.cost, texts), *_people(card, texts)]
    elif card.is_live:
        parts += _ahead(card, texts)
    if card.is_lifted:
        key = "block-lifted-by" if card.lifted_by else "block-lifted"
        parts.append(texts(key, by=card.lifted_by, why=_why_over(card.lift_reason, texts)))
    if card.appeal is not None:
        parts += _appeal(card.appeal, terms, texts, with_words=False)
    if card.owner_may_appeal:
        parts.append(texts("block-owner-appeals"))
    return Screen("\n".join(parts), _block_rows(card, texts))


def request(card: RequestCard, texts: Texts) -> Screen:
    terms = card.terms
    span = texts("block-for-days", days=card.days) if card.days is not None else texts("block-for-ever")
    parts: list[str] = [texts("block-asked"), _title(terms, texts), span, *_why(terms, texts)]
    parts += cost(terms.cost, texts)
    if card.asked_by:
        parts.append(texts("block-asked-by", name=card.asked_by))
    if not card.is_open:
        key = "block-request-yes" if card.block_id is not None else "block-request-no"
        parts.append(texts(key, name=card.decided_by or "—", why=_why_over(card.refusal, texts) or "—"))
        if card.spared_until is not None:
            until = formats.moment(card.spared_until, terms.zone, texts.language, terms.read_at)
            parts.append(texts("block-request-spared", until=until))
    elif not card.may_confirm:
        parts.append(texts("block-needs-another"))
    tap = card.request_id
    yes = Button(texts.plain("block-do-confirm"), RequestTap(do=RequestDo.CONFIRM, request_id=tap).pack())
    key = "block-do-take-back" if card.is_mine else "block-do-refuse"
    no = Button(texts.plain(key), RequestTap(do=RequestDo.REFUSE, request_id=tap).pack())
    return Screen(
        "\n".join(parts),
        column(yes if card.may_confirm else None, no if card.may_refuse else None)
        + _tickets(terms, texts)
        + column(to_menu(texts)),
    )


def appeal(card: AppealCard, texts: Texts, *, is_late: bool = False) -> Screen:
    parts: list[str] = [texts("appeal-late" if is_late else "appeal-title"), *_appeal_of(card, texts)]
    number = card.line.appeal_id
    buttons: list[Button | None] = []
    if card.block.for_desk and card.line.is_upheld is None:
        if not card.may_decide:
            parts.append(texts("block-needs-another"))
        else:
            yes = AppealDo.ASK_UPHOLD if card.clears else AppealDo.UPHOLD
            key = "appeal-do-uphold-events" if card.clears else "appeal-do-uphold"
            buttons = [
                Button(texts.plain(key), AppealTap(do=yes, appeal_id=number).pack()),
                Button(texts.plain("appeal-do-refuse"), AppealTap(do=AppealDo.REFUSE, appeal_id=number).pack()),
            ]
    show = BlockTap(do=BlockDo.SHOW, block_id=card.block.block_id)
    tickets = _tickets(card.block.terms, texts)
    return Screen(
        "\n".join(parts), column(*buttons) + tickets + column(Button(texts.plain("block-do-show"), show.pack()))
    )


def ask_uphold(card: AppealCard, texts: Texts) -> Screen:
    """What goes with it does not come back."""
    number, count = card.line.appeal_id, str(card.clears)
    yes = AppealTap(do=AppealDo.UPHOLD, appeal_id=number)
    back = AppealTap(do=AppealDo.SHOW, appeal_id=number)
    question = texts("appeal-ask-uphold", name=card.block.terms.name, n=count)
    return Screen(
        question,
        column(
            Button(texts.plain("appeal-do-uphold-sure", n=count), yes.pack()),
            Button(texts.plain("common-back"), back.pack()),
        ),
    )


def _tickets(terms: Terms, texts: Texts) -> Rows:
    """To what each event is about, for who may see it."""
    seen = {one.ticket_id: one.number for one in terms.events if one.ticket_id is not None}
    buttons = [beside_button(ticket_id, number, texts) for ticket_id, number in seen.items()]
    return tuple(tuple(buttons[n : n + 2]) for n in range(0, len(buttons), 2))


def beside_button(ticket_id: int, number: str, texts: Texts) -> Button:
    return Button(texts.plain("block-do-ticket", number=number), Beside(number=ticket_id).pack())


def near(rule: BlockRule, count: int, needed: int, events: tuple[EventLine, ...], texts: Texts) -> Screen:
    """Half of what limits a firm."""
    lines = [_event(one, texts) for one in events]
    head = texts("block-near", rule=texts(f"block-rule-{rule}"), count=str(count), needed=str(needed))
    return Screen("\n".join((head, *lines, texts("block-near-advice"))), column(to_menu(texts)))


def ask_words(key: str, back: CallbackData, texts: Texts) -> Screen:
    return Screen(texts(key), column(Button(texts.plain("common-back"), back.pack())))


def ask_appeal(block_id: int, days: int, most: int, texts: Texts) -> Screen:
    return Screen(texts("appeal-ask", days=days, most=most), column(_not_now(block_id, texts)))


def appeal_draft(block_id: int, update: int, words: str, texts: Texts) -> Screen:
    """What he is about to say; a block is appealed against once."""
    send = SendTap(block_id=block_id, update=update)
    change = BlockTap(do=BlockDo.APPEAL, block_id=block_id)
    rows = column(
        Button(texts.plain("appeal-do-send"), send.pack()),
        Button(texts.plain("appeal-do-change"), change.pack()),
        _not_now(block_id, texts),
    )
    return Screen(texts("appeal-draft", words=words), rows)


def _not_now(block_id: int, texts: Texts) -> Button:
    return Button(texts.plain("appeal-not-now"), BlockTap(do=BlockDo.SHOW, block_id=block_id).pack())


def appeal_button(block_id: int, texts: Texts) -> Button:
    return Button(texts.plain("appeal-do"), BlockTap(do=BlockDo.APPEAL, block_id=block_id).pack())


def _appeal_of(card: AppealCard, texts: Texts) -> list[Html]:
    terms = card.block.terms
    return [_title(terms, texts), *_why(terms, texts), *_appeal(card.line, terms, texts, with_words=True)]


def _title(terms: Terms, texts: Texts) -> Html:
    key = "block-title-client" if terms.client else "block-title"
    who = "block-person" if terms.is_person else "block-firm"
    level = texts(f"block-level-{terms.level}")
    return texts(key, name=texts(who, name=terms.name), level=level, client=terms.client)


def _term(card: BlockCard, texts: Texts) -> Html:
    zone, now = card.terms.zone, card.terms.read_at
    since = formats.moment(card.starts_at, zone, texts.language, now)
    if card.ends_at is None:
        return texts("block-term-open", since=since)
    key = "block-term" if card.is_live else "block-term-over"
    return texts(key, since=since, until=formats.moment(card.ends_at, zone, texts.language, now))


def _why(terms: Terms, texts: Texts) -> list[Html]:
    if terms.rule is BlockRule.BY_HAND:
        return [texts("block-reason", reason=terms.reason)]
    parts = [texts("block-why", rule=texts(f"block-rule-{terms.because}"))]
    if terms.rule is BlockRule.REPEATED:
        parts.append(texts("block-rule-again-during" if terms.is_during else "block-rule-again"))
    parts += [_event(one, texts) for one in terms.events]
    return [*parts, texts("block-events-more", n=str(terms.more))] if terms.more else parts


def _event(one: EventLine, texts: Texts) -> Html:
    day = formats.calendar_day(formats.on(one.at, one.zone), texts.language, with_year=False)
    key = "block-event-annulled" if one.is_annulled else "block-event"
    kind = texts(f"block-kind-{one.kind}")
    if one.clock is not None:
        kind = texts("block-kind-missed-of", clock=texts(f"deadlines-kind-{one.clock}"))
    return texts(key, day=day, kind=kind, number=one.number)


def cost(found: Cost, texts: Texts) -> list[Html]:
    if not found.sites:
        return [texts("block-cost-none")]
    lines = [
        texts("block-cost-line", skill=loss.skill, region=loss.region, sites=loss.sites)
        for loss in found.losses[:MOST_LOSSES]
    ]
    return [texts("block-cost", sites=found.sites), *lines]


def _ahead(card: BlockCard, texts: Texts) -> list[Html]:
    """To the blocked one: what else is in force, and what follows from the next strike."""
    is_first = card.terms.level is BlockLevel.LIMITED and card.terms.rule is not BlockRule.BY_HAND
    parts = [texts("block-others")] if card.others else []
    return [*parts, texts("block-then-suspended")] if is_first and not card.others else parts


def _people(card: BlockCard, texts: Texts) -> list[Html]:
    if not card.confirmed_by:
        return []
    key = "block-parties" if card.asked_by else "block-party"
    return [texts(key, asked=card.asked_by or "—", confirmed=card.confirmed_by)]


def _why_over(reason: str, texts: Texts) -> str:
    """In the words of a person, or one of the machine's own."""
    return texts(f"block-why-{reason}") if reason in ("annulled", "eased", "outdone", "upheld") else reason


def _appeal(line: AppealLine, terms: Terms, texts: Texts, *, with_words: bool) -> list[Html]:
    zone, now = terms.zone, terms.read_at
    parts = [texts("appeal-words", name=line.by, words=line.words)] if with_words else []
    if line.is_upheld is None:
        due = formats.moment(line.due_at, zone, texts.language, now)
        return [*parts, texts("appeal-waits", until=due)]
    by = [texts("appeal-decided-by", name=line.decided_by)] if line.decided_by else []
    if not line.is_upheld:
        return [*parts, texts("appeal-refused", answer=line.answer), *by]
    answer = [texts("appeal-answer", answer=line.answer)] if line.answer else []
    key = "appeal-upheld-events" if terms.events else "appeal-upheld"
    return [*parts, texts(key), *answer, *by]


def _block_rows(card: BlockCard, texts: Texts) -> Rows:
    number = card.block_id
    lift = Button(texts.plain("block-do-lift"), BlockTap(do=BlockDo.LIFT, block_id=number).pack())
    see = None
    if card.appeal is not None:
        see = Button(texts.plain("appeal-do-show"), AppealTap(do=AppealDo.SHOW, appeal_id=card.appeal.appeal_id).pack())
    appeal_it = appeal_button(number, texts) if card.may_appeal else None
    tickets = _tickets(card.terms, texts)
    return column(appeal_it, see, lift if card.may_lift else None) + tickets + column(to_menu(texts))
