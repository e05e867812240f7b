"""What a person is shown, without a word about how it is sent: text, buttons, keys, a picture.

Screens are made by pure functions of `bot/screens`; `bot/show.py` and the pump send them. One button per row:
people wear gloves.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

#: An id inside a button: a forged one of 23 digits must not reach the database.
Id = Annotated[int, Field(ge=1, le=2**53)]
Page = Annotated[int, Field(ge=0, le=100_000)]


@dataclass(frozen=True, slots=True)
class Button:
    """Under a message. `data` is packed callback data of at most 64 bytes; exactly one of data and url is given."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """On the reply keyboard: it types its text, or shares the place or the contact of the person."""

    text: str
    kind: Literal["text", "location", "contact"] = "text"


Rows = tuple[tuple[Button, ...], ...]
Keys = tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Screen:
    """`text` is HTML and may be longer than a message. `keys=None` leaves the keyboard as it is, `()` removes it.

    Telegram knows one kind of markup per message, so a screen has rows or keys, not both.
    """

    text: str
    rows: Rows = ()
    photo: Path | None = None
    keys: Keys | None = None

    def __post_init__(self) -> None:
        if self.rows and self.keys is not None:
            raise ValueError("a screen has buttons or keys, not both")


class Nothing(CallbackData, prefix="nothing"):
    """The number between the arrows of a paged list: a tap on it only answers."""


def column(*buttons: Button | None) -> Rows:
    """One button per row; absent ones are left out."""
    return tuple((button,) for button in buttons if button is not None)


def page_rows(page: int, pages: int, previous: str, following: str) -> Rows:
    """‹ 2/7 › under a list, nothing for a single page. `previous` and `following` are packed callback data."""
    if pages <= 1:
        return ()
    row = [Button(f"{page + 1}/{pages}", Nothing().pack())]
    if page > 0:
        row.insert(0, Button("‹", previous))
    if page + 1 < pages:
        row.append(Button("›", following))
    return (tuple(row),)
