"""Telegram's HTML parse mode: text with tags in, plain text with entities (in UTF-16 units) out.

Wrong markup is refused with the words and byte offsets of the real parser.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.errors import ApiError, bad

Entity = dict[str, Any]

TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPECIAL = re.compile(r"[<&]")
REFERENCE = re.compile(r"&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|([a-zA-Z]+));?")
TAG_NAME = re.compile(r"[^\s>]*")
ATTRIBUTE_NAME = re.compile(r"[^\s=>/\"']*")
NAME_TOKEN = re.compile(r"[A-Za-z0-9.\-]*")
SPACES = re.compile(r"\s*")


def units(text: str) -> int:
    """Telegram counts UTF-16 code units, so most emoji are two."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def reference(text: str, at: int) -> tuple[str, int]:
    """The character meant by `&…;` at this place and where it ends; a lone `&` is itself."""
    found = REFERENCE.match(text, at)
    if found is None:
        return "&", at + 1
    decimal, hexadecimal, name = found.groups()
    if name:
        char = NAMED.get(name, "")
    else:
        number = int(decimal) if decimal else int(hexadecimal, 16)
        char = chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else ""
    return (char, found.end()) if char else ("&", at + 1)


@dataclass
class OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int


@dataclass
class HtmlParser:
    text: str
    out: list[str] = field(default_factory=list)
    length: int = 0
    entities: list[Entity] = field(default_factory=list)
    nested: list[OpenTag] = field(default_factory=list)

    def parse(self) -> tuple[str, list[Entity]]:
        at = 0
        while at < len(self.text):
            special = SPECIAL.search(self.text, at)
            end = special.start() if special else len(self.text)
            self._emit(self.text[at:end])
            at = end
            if special is None:
                break
            if special.group() == "&":
                char, at = reference(self.text, at)
                self._emit(char)
            elif self.text.startswith("</", at):
                at = self._close(at)
            else:
                at = self._open(at)
        if self.nested:
            raise bad(f"can't parse entities: Can't find end tag corresponding to start tag \"{self.nested[-1].name}\"")
        return "".join(self.out), self.entities

    def _emit(self, piece: str) -> None:
        self.out.append(piece)
        self.length += units(piece)

    def _wrong(self, what: str, at: int, tail: str = "") -> ApiError:
        return bad(f"can't parse entities: {what} at byte offset {len(self.text[:at].encode())}{tail}")

    def _skip(self, pattern: re.Pattern[str], at: int) -> tuple[str, int]:
        found = pattern.match(self.text, at)
        assert found is not None, "every pattern here matches the empty string"
        return found.group(), found.end()

    def _open(self, begin: int) -> int:
        name, at = self._skip(TAG_NAME, begin + 1)
        name = name.lower()
        if at >= len(self.text):
            raise self._wrong("Unclosed start tag", begin)
        if name not in TAGS:
            raise self._wrong(f'Unsupported start tag "{name}"', begin)
        attributes: dict[str, str] = {}
        _, at = self._skip(SPACES, at)
        while not self.text.startswith(">", at):
            key, value, at = self._attribute(name, begin, at)
            attributes[key] = value
            _, at = self._skip(SPACES, at)
            if at >= len(self.text):
                raise self._wrong(f'Unclosed start tag "{name}"', begin)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise self._wrong('Tag "span" must have class "tg-spoiler"', begin)
        self.nested.append(OpenTag(name, attributes, self.length))
        return at + 1

    def _attribute(self, tag: str, begin: int, at: int) -> tuple[str, str, int]:
        key, end = self._skip(ATTRIBUTE_NAME, at)
        if not key:
            raise self._wrong(f'Empty attribute name in the tag "{tag}"', begin)
        _, at = self._skip(SPACES, end)
        if not self.text.startswith("=", at):
            return key.lower(), "1", end
        _, at = self._skip(SPACES, at + 1)
        quote = self.text[at : at + 1]
        if quote not in ("'", '"') or not quote:
            value, end = self._skip(NAME_TOKEN, at)
            if end < len(self.text) and not (self.text[end].isspace() or self.text[end] == ">"):
                raise self._wrong("Unexpected end of name token", at)
            return key.lower(), value.lower(), end
        return (key.lower(), *self._quoted(quote, begin, at + 1))

    def _quoted(self, quote: str, begin: int, at: int) -> tuple[str, int]:
        value = ""
        while at < len(self.text) and self.text[at] != quote:
            char, at = reference(self.text, at) if self.text[at] == "&" else (self.text[at], at + 1)
            value += char
        if at >= len(self.text):
            raise self._wrong("Unclosed start tag", begin)
        return value, at + 1

    def _close(self, begin: int) -> int:
        if not self.nested:
            raise self._wrong("Unexpected end tag", begin)
        name, at = self._skip(TAG_NAME, begin + 2)
        _, at = self._skip(SPACES, at)
        if not self.text.startswith(">", at):
            raise self._wrong("Unclosed end tag", begin)
        opened = self.nested.pop()
        if name and name.lower() != opened.name:
            tail = f', expected "</{opened.name}>", found "</{name.lower()}>"'
            raise self._wrong("Unmatched end tag", begin, tail)
        if self.length > opened.offset:
            self._add(opened)
        return at + 1

    def _add(self, tag: OpenTag) -> None:
        entity: Entity = {"type": TAGS[tag.name], "offset": tag.offset, "length": self.length - tag.offset}
        extra = attributes_of(tag, "".join(self.out))
        if extra is None:
            return
        if tag.name == "pre" and self.entities and self._code_with_language(entity):
            return
        if tag.name == "blockquote" and "expandable" in tag.attributes:
            entity["type"] = "expandable_blockquote"
        self.entities.append(entity | extra)

    def _code_with_language(self, pre: Entity) -> bool:
        """`<pre><code class="language-x">` is one entity; so is a plain `<code>` filling its `<pre>`."""
        last = self.entities[-1]
        if last["type"] != "code" or (last["offset"], last["length"]) != (pre["offset"], pre["length"]):
            return False
        last["type"] = "pre"
        return True


def attributes_of(tag: OpenTag, text_so_far: str) -> Entity | None:
    """What the entity carries besides its place; None when such a tag makes no entity."""
    if tag.name == "a":
        inside = text_so_far.encode("utf-16-le")[tag.offset * 2 :].decode("utf-16-le")
        url = tag.attributes.get("href") or inside
        known = re.match(r"(https?|tg|ton|mailto|tel)://?\S", url) or re.match(r"[\w.-]+\.\w{2,}(/\S*)?$", url)
        if not known:
            return None
        return {"url": url if ":" in url else f"http://{url}/"}
    if tag.name == "code" and tag.attributes.get("class", "").startswith("language-"):
        return {"language": tag.attributes["class"].removeprefix("language-")}
    if tag.name == "tg-emoji":
        return {"custom_emoji_id": tag.attributes.get("emoji-id", "")}
    if tag.name == "tg-time":
        return moment(tag.attributes)
    return {}


def moment(attributes: dict[str, str]) -> Entity:
    unix, shape = attributes.get("unix", ""), attributes.get("format", "")
    if not unix.isdigit() or not 0 < int(unix) < 1 << 31 or not re.fullmatch("r|w?[dD]?[tT]?", shape):
        raise bad("ENTITY_DATE_INVALID")
    return {"unix_time": int(unix), **({"date_time_format": shape} if shape else {})}


def parse_html(text: str) -> tuple[str, list[Entity]]:
    return HtmlParser(text).parse()
