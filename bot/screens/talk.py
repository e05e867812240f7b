"""The talk about a ticket: what is to be written, words as they are relayed, and the whole thread.

Words are shown as they were typed, and no contact is ever added to them.
"""

from bot import formats
from bot.screens.taps import Do, TicketTap
from bot.screens.tickets import Open
from bot.screens.writing import ShowMedia, ThreadTap, Unsaid, reply_button, to_thread
from bot.texts import Texts, escape
from bot.ui import Button, Screen, column, page_rows
from core.domain.talk import SILENT, TalkKind
from core.domain.visit import Side
from core.services.talk import Prompt
from core.services.talk_cards import PAGE, TalkLine, Thread

QUOTED = 300


def prompt(what: Prompt, texts: Texts) -> Screen:
    key = f"talk-prompt-{what.kind}-{what.side}" if what.kind is TalkKind.MESSAGE else f"talk-prompt-{what.kind}"
    parts: list[str] = [texts(key, number=what.number)]
    if what.question:
        parts.append(f"<i>{escape(_short(what.question))}</i>")
    return Screen("\n".join(parts), column(Button(texts.plain("talk-unsaid"), Unsaid().pack())))


def unsaid(texts: Texts) -> Screen:
    return Screen(texts("talk-nothing-sent"))


def letter(found: Thread, texts: Texts) -> Screen:
    """One message: for the one who wrote it that it is on its way, for the others the words."""
    (line,) = found.lines
    return _kept(found, line, texts) if line.is_own else _relayed(found, line, texts)


def thread(found: Thread, texts: Texts) -> Screen:
    pages = max(1, -(-found.total // PAGE))
    parts: list[str] = [texts("talk-thread", number=found.number)]
    if not found.lines:
        parts.append(texts("talk-thread-empty"))
    buttons = []
    for line in found.lines:
        parts += ["", *_line(found, line, texts)]
        buttons += _line_buttons(found, line, texts)
    turning = page_rows(
        found.page,
        pages,
        ThreadTap(ticket_id=found.ticket_id, page=max(found.page - 1, 0)).pack(),
        ThreadTap(ticket_id=found.ticket_id, page=found.page + 1).pack(),
    )
    back = Button(texts.plain("talk-back"), TicketTap(do=Do.CARD, ticket_id=found.ticket_id).pack())
    return Screen("\n".join(parts), column(*buttons) + turning + column(back))


def _kept(found: Thread, line: TalkLine, texts: Texts) -> Screen:
    """Not his own words back: where they went, and what to do where nobody reads them."""
    parts: list[str] = []
    on_the_way = [side for side, reach in line.reach if reach not in SILENT]
    if line.kind is not TalkKind.MESSAGE:
        parts.append(texts(f"talk-kept-{line.kind}", number=found.number))
    elif on_the_way:
        parts.append(texts(f"talk-kept-to-{_sides(on_the_way)}", number=found.number))
    whose = "-desk" if line.side is Side.DESK else ""
    silent = [side for side, reach in line.reach if reach in SILENT]
    parts += [texts(f"talk-silent-{side}{whose}", number=found.number) for side in silent]
    return Screen("\n".join(parts), column(to_thread(found.ticket_id, texts.plain("talk-to-thread"))))


def _relayed(found: Thread, line: TalkLine, texts: Texts) -> Screen:
    who = f"talk-from-{line.kind}" if line.kind is not TalkKind.MESSAGE else f"talk-from-{line.side}"
    parts: list[str] = [texts(who), texts("talk-about", number=found.number, service=found.service, site=found.site)]
    if line.author:
        parts.append(texts("talk-author", name=line.author))
    if line.question:
        parts += ["", texts("talk-quoted"), f"<i>{escape(_short(line.question))}</i>"]
    parts += ["", *_words(line, texts)]
    reply = reply_button(line.talk_id, texts.plain(f"talk-reply-{line.kind}")) if line.may_reply else None
    is_for_invited = line.kind is TalkKind.ANSWER
    to_offer = Button(texts.plain("talk-to-offer"), Open(number=found.ticket_id).pack()) if is_for_invited else None
    return Screen("\n".join(parts), column(_media_button(line, texts), reply, to_offer))


def _line(found: Thread, line: TalkLine, texts: Texts) -> list[str]:
    when = formats.moment(line.at, found.zone, texts.language, found.read_at)
    who = texts.plain("talk-who-own" if line.is_own else f"talk-who-{_speaker(line)}")
    if line.author and not line.is_own:
        who = f"{who}, {line.author}"
    parts: list[str] = [texts(f"talk-line-{line.kind}", when=when, who=who)]
    if line.question:
        parts.append(f"<i>{escape(_short(line.question))}</i>")
    return [*parts, *_words(line, texts), *_reach(line, texts)]


def _speaker(line: TalkLine) -> str:
    return "invited" if line.kind is TalkKind.QUESTION else line.side


def _reach(line: TalkLine, texts: Texts) -> list[str]:
    """Which side has it; the one who wrote and the desk see that."""
    return [texts(f"talk-reach-{reach}", side=texts.plain(f"talk-side-{side}")) for side, reach in line.reach]


def _line_buttons(found: Thread, line: TalkLine, texts: Texts) -> list[Button | None]:
    is_waiting = line.kind is TalkKind.QUESTION and not line.is_answered and line.may_reply
    when = formats.clock(line.at, found.zone)
    answer = reply_button(line.talk_id, texts.plain("talk-answer-at", when=when)) if is_waiting else None
    show = None
    if line.media is not None:
        show = Button(texts.plain(f"talk-show-{line.media}-at", when=when), ShowMedia(talk=line.talk_id).pack())
    return [show, answer]


def _media_button(line: TalkLine, texts: Texts) -> Button | None:
    if line.media is None:
        return None
    return Button(texts.plain(f"talk-show-{line.media}"), ShowMedia(talk=line.talk_id).pack())


def _words(line: TalkLine, texts: Texts) -> list[str]:
    media: list[str] = [texts(f"talk-media-{line.media}")] if line.media is not None else []
    return media + ([escape(line.text)] if line.text else [])


def _sides(sides: list[Side]) -> str:
    return "both" if len(sides) > 1 else sides[0]


def _short(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[:QUOTED].rstrip()}…"
