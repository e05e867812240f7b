"""/papers as screens: what a firm can do, what proves it, and what has become of a document."""

from datetime import timedelta

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.lists import PAGE, fit, pages
from bot.screens.menu import Menu, to_menu
from bot.texts import Html, Texts
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.certificate import CertificateStatus, Refusal, SkillState
from core.services.certificates import LIMIT_MB, OPEN, PAGE_WITHIN, Paper
from core.services.papers import Papers, SkillChoices, SkillLine


class PapersPage(CallbackData, prefix="papers"):
    page: Page = 0


class SendPaper(CallbackData, prefix="paper"):
    """`skill` is the number of the firm's own row."""

    skill: Id


class PaperFor(CallbackData, prefix="paperfor"):
    certificate: Id
    skill: Id


class NotAPage(CallbackData, prefix="nopage"):
    certificate: Id


class NameSkill(CallbackData, prefix="skills"):
    """The list of skills that can be named."""

    contractor_id: Id
    page: Page = 0
    words: str = ""


class Declare(CallbackData, prefix="skill"):
    """`named` is a skill of the directory, which is nobody's own."""

    contractor_id: Id
    named: Id


def card(found: Papers, page: int, texts: Texts) -> Screen:
    lines = [(firm, line) for firm in found.firms for line in firm.skills]
    page = min(page, pages(len(lines)) - 1)
    several = len(found.firms) > 1
    shown = lines[page * PAGE : (page + 1) * PAGE]
    parts: list[str] = [texts("papers-title" if lines else "papers-none"), ""]
    for number, (firm, line) in enumerate(shown):
        if several and (number == 0 or shown[number - 1][0] is not firm):
            parts.append(texts("papers-firm", name=firm.name))
        parts += _lines(line, texts)
    if lines:
        parts += ["", texts("papers-hint")]
    send = [Button(texts.plain("papers-send", skill=line.name)[:100], _send(line)) for _, line in shown]
    add = [
        Button(
            _of_firm(texts.plain("papers-add"), firm.name, several), NameSkill(contractor_id=firm.contractor_id).pack()
        )
        for firm in found.firms
    ]
    turning = page_rows(
        page, pages(len(lines)), PapersPage(page=max(page - 1, 0)).pack(), PapersPage(page=page + 1).pack()
    )
    return Screen("\n".join(parts).strip(), column(*send) + turning + column(*add, to_menu(texts)))


def ask_file(line: SkillLine, texts: Texts) -> Screen:
    parts = [texts("papers-ask-file", skill=line.name, limit=str(LIMIT_MB))]
    parts += [texts("papers-ask-file-replaces")] if line.is_checking else []
    return Screen("\n".join(parts), _back(texts))


def ask_file_again(texts: Texts) -> Screen:
    """Words came where a picture was awaited."""
    return Screen(texts("papers-ask-file-again", limit=str(LIMIT_MB)), _back(texts))


def skills(found: SkillChoices, texts: Texts) -> Screen:
    """Skills that the firm has not named yet; words typed here look through them."""
    page, words = found.offset // PAGE, fit(found.words)
    key = "papers-choose" if found.lines else "papers-choose-none"
    buttons = (
        Button(name[:100], Declare(contractor_id=found.contractor_id, named=number).pack())
        for number, name in found.lines
    )
    before, after = (
        NameSkill(contractor_id=found.contractor_id, page=one, words=words).pack()
        for one in (max(page - 1, 0), page + 1)
    )
    turning = page_rows(page, pages(found.total), before, after)
    return Screen(texts(key), column(*buttons) + turning + _back(texts))


def declared(firm: str, line: SkillLine, texts: Texts) -> Screen:
    """The answer to a new skill: it is named, and what it needs."""
    parts = [texts("papers-declared", skill=line.name, firm=firm), *_lines(line, texts)]
    send = Button(texts.plain("papers-send-now"), _send(line))
    return Screen("\n".join(parts), column(send) + _back(texts))


def paper(card: Paper, texts: Texts) -> Screen:
    """What has become of a document: it waits, it is good, or why it is not."""
    name = card.line.name if card.line is not None else ""
    parts: list[str] = [texts(f"papers-paper-{card.status}", skill=name) if name else texts("papers-paper-unsorted")]
    if card.status is CertificateStatus.REFUSED:
        parts.append(texts("papers-reason", reason=reason(card.refusal, texts)))
    line = card.line
    if line is None:
        return Screen("\n".join(parts), _back(texts))
    if card.status is CertificateStatus.WAITING:
        minutes = PAGE_WITHIN // timedelta(minutes=1)
        parts.append(texts("papers-more-pages", minutes=minutes))
    if card.status is not CertificateStatus.WAITING:
        parts += _lines(line, texts)
    if card.status is CertificateStatus.APPROVED and line.state is SkillState.WATCHED:
        parts.append(texts("papers-watch-about", needed=line.needed))
    again = Button(texts.plain("papers-send-again"), _send(line)) if card.status is CertificateStatus.REFUSED else None
    return Screen("\n".join(parts), column(again) + _back(texts))


def page(card: Paper, page_id: int, texts: Texts) -> Screen:
    """What came after a document was taken for one more page of it, and is said to be that."""
    if card.status not in OPEN:
        return paper(card, texts)
    name = card.line.name if card.line is not None else ""
    key = "papers-page" if name else "papers-page-unsorted"
    none = Button(texts.plain("papers-not-a-page"), NotAPage(certificate=page_id).pack())
    return Screen(texts(key, skill=name, number=str(card.pages)), column(none) + _back(texts))


def taken_off(texts: Texts) -> Screen:
    return Screen(texts("papers-taken-off"), _back(texts))


def which(card: Paper, texts: Texts) -> Screen:
    """A picture came without a word: the skills that need one stand first."""
    if card.status is not CertificateStatus.UNSORTED:
        return paper(card, texts)
    lines = sorted(card.choices, key=lambda line: not line.needs_document)
    buttons = (
        Button(line.name[:100], PaperFor(certificate=card.certificate_id, skill=line.number).pack())
        for line in lines[:MOST_CHOICES]
    )
    return Screen(texts("papers-which"), column(*buttons))


#: A keyboard holds a hundred buttons.
MOST_CHOICES = 90


def ends(lines: tuple[tuple[str, SkillLine], ...], texts: Texts) -> Screen:
    """One letter for all that run out, and for what has run out."""
    over = [line for _, line in lines if line.state is SkillState.EXPIRED]
    parts: list[str] = [texts("papers-ends-over" if over else "papers-ends")]
    for _, line in lines:
        parts += _lines(line, texts)
    if over:
        parts.append(texts("papers-ends-no-offers"))
    parts.append(texts("papers-ends-hint"))
    send = (Button(texts.plain("papers-send", skill=line.name)[:100], _send(line)) for _, line in lines)
    return Screen("\n".join(parts), column(*send) + _back(texts))


def learnt(firm: str, line: SkillLine, texts: Texts) -> Screen:
    return Screen(texts("papers-learnt", skill=line.name, firm=firm, needed=line.needed), _back(texts))


def reason(refusal: str, texts: Texts) -> str:
    """A known reason in the reader's language, or the checker's words as they are."""
    return texts.plain(f"papers-refusal-{refusal}") if refusal in set(Refusal) else refusal


def state(line: SkillLine, texts: Texts) -> Html:
    until = formats.calendar_day(line.valid_until, texts.language) if line.valid_until is not None else ""
    match line.state:
        case SkillState.CONFIRMED:
            return texts("papers-state-confirmed", until=until) if until else texts("papers-state-endless")
        case SkillState.ENDING:
            return texts("papers-state-ending", until=until, days=line.days_left or 0)
        case SkillState.EXPIRED:
            return texts("papers-state-expired", until=until)
        case SkillState.WATCHED:
            return texts("papers-state-watched", done=str(line.done), needed=str(line.needed))
    return texts("papers-state-declared")


def _lines(line: SkillLine, texts: Texts) -> list[str]:
    found: list[str] = [texts("papers-line", name=line.name, state=state(line, texts))]
    if line.is_checking:
        found.append(texts("papers-checking"))
    elif line.refusal:
        found.append(texts("papers-refused", reason=reason(line.refusal, texts)))
    return found


def _of_firm(text: str, name: str, several: bool) -> str:
    return (f"{text} · {name}" if several else text)[:100]


def _send(line: SkillLine) -> str:
    return SendPaper(skill=line.number).pack()


def _back(texts: Texts) -> Rows:
    return column(Button(texts.plain("papers-back"), Menu(item="papers").pack()))
