"""How a message looks on a phone of the page: entities become safe HTML, everything else is escaped."""

import html
from typing import Any

from bot.sandbox.formatting import Entity

SIMPLE = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
SAFE_SCHEMES = ("http://", "https://", "tg://", "mailto:", "tel:")


def safe_html(text: str, entities: list[Entity]) -> str:
    raw = text.encode("utf-16-le")
    ordered = sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return span(raw, 0, len(raw) // 2, ordered)


def span(raw: bytes, start: int, end: int, entities: list[Entity]) -> str:
    """Nested entities are drawn inside their parent; what sticks out of it is cut off."""
    out, at = [], start
    rest = list(entities)
    while rest:
        entity = rest.pop(0)
        begin = max(entity["offset"], at)
        stop = min(entity["offset"] + entity["length"], end)
        if begin >= stop:
            continue
        inner = [other for other in rest if other["offset"] < stop]
        rest = [other for other in rest if other["offset"] >= stop]
        out.append(piece(raw, at, begin))
        out.append(wrapped(entity, span(raw, begin, stop, inner), piece(raw, begin, stop, quote=True)))
        at = stop
    out.append(piece(raw, at, end))
    return "".join(out)


def piece(raw: bytes, start: int, end: int, *, quote: bool = False) -> str:
    return html.escape(raw[start * 2 : end * 2].decode("utf-16-le", "replace"), quote=quote)


def wrapped(entity: Entity, inner: str, plain: str) -> str:
    kind = entity["type"]
    if kind in SIMPLE:
        return f"<{SIMPLE[kind]}>{inner}</{SIMPLE[kind]}>"
    if kind == "pre":
        return f"<pre>{inner}</pre>"
    if kind == "spoiler":
        return f'<span class="spoiler">{inner}</span>'
    if kind == "bot_command":
        return f'<a class="command" data-command="{plain}">{inner}</a>'
    if kind == "date_time":
        return f'<time data-unix="{int(entity["unix_time"])}">{inner}</time>'
    return link(link_target(entity, plain), inner)


def link_target(entity: Entity, plain: str) -> str:
    if entity["type"] == "text_link":
        return html.escape(str(entity["url"]))
    if entity["type"] == "url":
        return plain if plain.startswith("http") else f"http://{plain}"
    return f"mailto:{plain}" if entity["type"] == "email" else ""


def link(target: str, inner: str) -> str:
    if not target.lower().startswith(SAFE_SCHEMES):
        return f"<span>{inner}</span>"
    return f'<a href="{target}" target="_blank" rel="noopener noreferrer">{inner}</a>'


def button(one: dict[str, Any]) -> dict[str, Any]:
    """An inline button as the page shows it; nulls say what it cannot do."""
    copied = one.get("copy_text") or {}
    return {
        "text": one["text"],
        "data": one.get("callback_data"),
        "url": one.get("url"),
        "style": one.get("style"),
        "copy": copied.get("text"),
        "disabled": "disabled" in one,
    }
