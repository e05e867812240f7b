"""`reply_markup` of a request: read with the server's own complaints, then held to the limits of buttons."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.sandbox.errors import ApiError, bad, not_here

BUTTONS = 100
BUTTONS_PER_ROW = 8
DATA_BYTES = 64
COPY_UNITS = 256
STYLES = ("danger", "success", "primary")
ACTIONS = ("url", "callback_data", "copy_text")
MAY_BE_EMPTY = ("disabled", "switch_inline_query", "switch_inline_query_current_chat")
ABSENT_ACTIONS = ("web_app", "login_url", "callback_game", "pay", "switch_inline_query_chosen_chat")


@dataclass(frozen=True)
class Markup:
    """`inline` stays with the message; `below` is a reply keyboard; both None: removal or forced reply."""

    inline: dict[str, Any] | None = None
    below: dict[str, Any] | None = None
    removes: bool = False


def read_markup(raw: object, *, private: bool) -> Markup | None:
    if raw is None or raw == "":
        return None
    shape = decoded(raw)
    if "inline_keyboard" in shape and not shape.get("keyboard"):
        rows = rows_of(shape["inline_keyboard"], "inline_keyboard", "InlineKeyboardMarkup")
        inline = [[inline_button(one) for one in row] for row in rows if row]
        check_sizes(inline)
        return Markup(inline={"inline_keyboard": inline} if inline else None)
    if "keyboard" in shape:
        rows = rows_of(shape["keyboard"], "keyboard", "ReplyKeyboardMarkup")
        below = [[plain_button(one, private=private) for one in row] for row in rows if row]
        options = {key: value for key, value in shape.items() if key != "keyboard" and value is not None}
        return Markup(below={**options, "keyboard": below} if below else None)
    return Markup(removes=bool(shape.get("remove_keyboard")))


def decoded(raw: object) -> dict[str, Any]:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError as error:
            raise bad("can't parse reply keyboard markup JSON object") from error
    if not isinstance(raw, dict):
        raise bad("object expected as reply markup")
    return raw


def rows_of(rows: object, name: str, markup: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad(f'field "{name}" of the {markup} must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad(f'field "{name}" of the {markup} must be an Array of Arrays')
    return rows


def wrong_inline(why: str) -> ApiError:
    return bad(f"can't parse InlineKeyboardButton: {why}")


def inline_button(one: object) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise wrong_inline("InlineKeyboardButton must be an Object")
    given = {key: value for key, value in one.items() if value is not None}
    if "text" not in given:
        raise wrong_inline('Can\'t find field "text"')
    for name in ("text", "url", "callback_data", "style"):
        if not isinstance(given.get(name, ""), str):
            raise wrong_inline(f'Field "{name}" must be of type String')
    check_action(given)
    return check_inline(given)


def check_action(given: dict[str, Any]) -> None:
    """Exactly what the button does; an empty callback_data counts as none."""
    for name in ABSENT_ACTIONS:
        if name in given:
            raise not_here(f"{name} buttons")
    if not any(given.get(name) for name in ACTIONS) and not any(name in given for name in MAY_BE_EMPTY):
        raise wrong_inline("Text buttons are not allowed in the inline keyboard")


def check_inline(given: dict[str, Any]) -> dict[str, Any]:
    if not given["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    if len(given.get("callback_data", "").encode()) > DATA_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if given.get("style", STYLES[0]) not in STYLES:
        raise wrong_inline("invalid button style specified")
    if "url" in given:
        check_url(given["url"])
    copied = given.get("copy_text")
    if copied is not None and not 1 <= len(str(copied.get("text", ""))) <= COPY_UNITS:
        raise bad("BUTTON_COPY_TEXT_INVALID")
    return given


def check_url(url: str) -> None:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme not in ("http", "https", "tg", "ton", "tonsite") or (
        parts.scheme.startswith("http") and "." not in (parts.hostname or "")
    ):
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def check_sizes(rows: list[list[dict[str, Any]]]) -> None:
    if sum(len(row) for row in rows) > BUTTONS or any(len(row) > BUTTONS_PER_ROW for row in rows):
        raise bad("reply markup is too long")


def plain_button(one: object, *, private: bool) -> dict[str, Any]:
    if isinstance(one, str):
        one = {"text": one}
    if not isinstance(one, dict):
        raise bad("can't parse keyboard button: KeyboardButton must be a String or an Object")
    given = {key: value for key, value in one.items() if value is not None}
    check_plain(given, private=private)
    return given


def check_plain(given: dict[str, Any], *, private: bool) -> None:
    if not isinstance(given.get("text"), str):
        raise bad("can't parse keyboard button: Can't find field \"text\"")
    if not given["text"].strip():
        raise bad("keyboard button text must be non-empty")
    if given.get("request_contact") and not private:
        raise bad("phone number can be requested in private chats only")
    if given.get("request_location") and not private:
        raise bad("location can be requested in private chats only")
    for name in ("web_app", "request_users", "request_chat", "request_poll", "request_managed_bot"):
        if name in given:
            raise not_here(f"{name} buttons")
