"""The menu of a person: the commands of all their roles as buttons, and help in the same order."""

from aiogram.filters.callback_data import CallbackData

from bot import commands
from bot.texts import LANGUAGES, Texts
from bot.ui import Button, Screen, column
from core.domain.actor import Actor

#: A command that is nothing without its argument is no button.
NEEDS_WORDS = frozenset({"ticket", "assign", "why"})


class Menu(CallbackData, prefix="menu"):
    """`item` is the command that the button types."""

    item: str


class Language(CallbackData, prefix="language"):
    code: str


def menu(actor: Actor, texts: Texts) -> Screen:
    names = [name for name in commands.of_roles(actor.roles) if name not in NEEDS_WORDS]
    buttons = column(*(Button(texts(f"menu-{name}"), Menu(item=name).pack()) for name in names))
    return Screen(texts("menu-title") if actor.grants else texts("menu-stranger"), buttons)


def unheard(actor: Actor, texts: Texts) -> Screen:
    """Words that answer no question: whoever wrote them must not think that somebody reads them."""
    drawn = menu(actor, texts)
    return Screen(f"{texts('menu-unheard')}\n\n{drawn.text}", drawn.rows) if actor.grants else drawn


def help_page(actor: Actor, texts: Texts) -> Screen:
    lines = [
        texts("menu-help-line", command=name, about=texts(f"menu-{name}-about"))
        for name in commands.of_roles(actor.roles)
    ]
    text = "\n".join((texts("menu-help-title"), "", *lines, "", texts("menu-help-end")))
    return Screen(text, column(to_menu(texts)))


def language(texts: Texts) -> Screen:
    choices = (Button(texts(f"menu-language-{code}"), Language(code=code).pack()) for code in LANGUAGES)
    return Screen(texts("menu-language-ask"), column(*choices))


def to_menu(texts: Texts) -> Button:
    """The way out of any screen."""
    return Button(texts("common-menu"), Menu(item="menu").pack())
