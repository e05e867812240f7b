"""The line of a card about time: which promise is next, until when or why it stands; and which is broken."""

from zoneinfo import ZoneInfo

from bot import formats
from bot.texts import Texts
from core.services.card_views import Base
from core.services.clock_lines import ClockLine


def clock_lines(base: Base, texts: Texts) -> list[str]:
    line = base.clock
    if line is None:
        return []
    kind = texts(f"clocks-kind-{line.kind}")
    if line.due_at is None:
        return [
            texts("clocks-stands", kind=kind, reason=texts(f"desk-reason-{line.reason}")) + _late(line, base, texts)
        ]
    until = formats.until(line.due_at, line.zone, texts.language, base.read_at)
    if line.done_at is not None:
        done = formats.until(line.done_at, line.zone, texts.language, base.read_at)
        return [texts("clocks-done-late", kind=kind, until=until, done=done)]
    key = "clocks-over" if line.due_at <= base.read_at else "clocks-until"
    return [texts(key, kind=kind, until=until) + _there(line, base, texts) + _late(line, base, texts)]


def _there(line: ClockLine, base: Base, texts: Texts) -> str:
    """The clock of the site too, where it is another one than the reader's."""
    if line.due_at is None:
        return ""
    his, there = (line.due_at.astimezone(ZoneInfo(zone)) for zone in (line.zone, base.zone))
    if his.utcoffset() == there.utcoffset():
        return ""
    until = formats.until(line.due_at, base.zone, texts.language, base.read_at)
    if his.date() == there.date():
        until = formats.clock(line.due_at, base.zone)
    return texts("clocks-there", until=until)


def _late(line: ClockLine, base: Base, texts: Texts) -> str:
    """What is broken already, and owed all the same."""
    if line.late is None:
        return ""
    until = formats.until(line.late.due_at, line.zone, texts.language, base.read_at)
    return texts("clocks-late", kind=texts(f"deadlines-kind-{line.late.kind}"), until=until)
