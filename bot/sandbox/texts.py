"""Message texts as the server keeps them: cleaned, trimmed, measured, with links and commands found."""

import re
from collections.abc import Sequence
from typing import Any

from bot.sandbox.errors import bad, not_here
from bot.sandbox.formatting import Entity, parse_html, units

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ENTITIES_KEPT = 100

DROPPED = re.compile("[\r\u2028-\u202e]|\u0333|\u033f|\u030a")
SPACED = re.compile("[\x00-\x09\x0b-\x1f]")
AUTOMATIC = (
    ("url", re.compile(r"(?:https?://|www\.)[^\s<>\"']*[^\s<>\"'.,;:!?)]")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")),
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<![\w@])@[A-Za-z][A-Za-z0-9_]{3,31}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#(?=\w*[^\W\d])\w+")),
)
CLOSED_TYPES = ("code", "pre", "text_link", "url", "email", "mention", "date_time")
QUICK = re.compile(r"[/@#:.]")


def cleaned(text: str) -> str:
    """Control and direction-override characters never reach anybody's screen."""
    return SPACED.sub(" ", DROPPED.sub("", text))


def formatted(
    text: str, mode: str | None, given: Sequence[Entity] | None = None, *, limit: int = TEXT_LIMIT
) -> tuple[str, list[Entity]]:
    """The stored text and entities of what the bot sent; refuses bad markup and too much text."""
    if mode and mode.lower() not in ("html", "none"):
        if mode.lower() in ("markdown", "markdownv2"):
            raise not_here(f"parse_mode {mode}")
        raise bad("unsupported parse_mode")
    if mode and mode.lower() == "html":
        plain, entities = parse_html(cleaned(text))
    else:
        plain, entities = cleaned(text), checked_entities(text, given or ())
    plain, entities = trimmed(plain, entities)
    if units(plain) > limit:
        raise bad("message is too long" if limit == TEXT_LIMIT else "message caption is too long")
    return plain, with_automatic(plain, entities)


def checked_entities(text: str, given: Sequence[Entity]) -> list[Entity]:
    size = units(text)
    kept = []
    for entity in given:
        start, length = entity["offset"], entity["length"]
        if start < 0 or length < 0:
            raise bad("entity offset and length must be non-negative")
        if start + length > size:
            tail = f"at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {start + length}"
            raise bad(f"entity beginning {tail}")
        if length:
            kept.append(dict(entity))
    return kept


def trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Outer blanks go, and entities move with the text."""
    body = text.rstrip()
    lead = len(body) - len(body.lstrip())
    body = body.lstrip()
    end = units(body)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        stop = min(end, entity["offset"] + entity["length"] - lead)
        if stop > start:
            kept.append(entity | {"offset": start, "length": stop - start})
    return body, kept


def with_automatic(text: str, entities: list[Entity]) -> list[Entity]:
    found = list(entities)
    if QUICK.search(text):
        for kind, pattern in AUTOMATIC:
            for match in pattern.finditer(text):
                start = units(text[: match.start()])
                place: dict[str, Any] = {"type": kind, "offset": start, "length": units(match.group())}
                if not any(entity["type"] in CLOSED_TYPES and overlaps(entity, place) for entity in found):
                    found.append(place)
    return sorted(found, key=lambda entity: (entity["offset"], -entity["length"]))[:ENTITIES_KEPT]


def overlaps(one: Entity, other: Entity) -> bool:
    ends = one["offset"] + one["length"], other["offset"] + other["length"]
    return bool(one["offset"] < ends[1] and other["offset"] < ends[0])
