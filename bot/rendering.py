"""Turns a row of the outbox into a screen at the moment it is sent, from the database as it is then.

None means there is nothing to say any more: the reader may not see the ticket now, an offer is over, or may
not be made to him any more.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiogram import Bot

from bot.replies import REPLIES
from bot.screens import cards as card_screens
from bot.screens import menu as menu_screens
from bot.screens import notices as notice_screens
from bot.texts import Texts, load
from bot.ui import Screen
from core.domain.actor import Actor
from core.domain.notice import Delivery, Notice
from core.domain.offer import TAKEABLE
from core.services import breaches, cards, people, unfit, warning_letters
from core.services.cards import OfferCard
from core.services.outbox import Letter
from storage.db import Database

Renderer = Callable[[Database, Letter, Actor, Texts, Bot], Awaitable[Screen | None]]
#: The picture of what was before and after, where a ticket has one.
PairsFor = Callable[[int, Texts], Awaitable[Path | None]]
#: What is told together with it.
WITH_PAIRS = frozenset({Notice.REPORTED})


async def render(db: Database, letter: Letter, bot: Bot, pairs: PairsFor) -> Screen | None:
    actor = await db.read(people.actor_of, letter.person_id, source=f"letter:{letter.id}")
    texts = load(actor.language)
    own = OWN_SCREENS.get(Notice(letter.notice))
    # What rings as words of its own is, in silence, the card of the ticket, where there is one.
    if own is not None and (letter.ticket_id is None or letter.delivery is not Delivery.EDIT):
        return await own(db, letter, actor, texts, bot)
    return await _card(db, letter, texts, pairs)


def is_card(letter: Letter) -> bool:
    """Whether the message becomes the person's card of the ticket."""
    has_card = letter.delivery is Delivery.EDIT or Notice(letter.notice) not in OWN_SCREENS
    return letter.ticket_id is not None and has_card


async def _card(db: Database, letter: Letter, texts: Texts, pairs: PairsFor) -> Screen | None:
    if letter.ticket_id is None:
        return None
    card = await db.read(cards.for_person, letter.person_id, letter.ticket_id)
    if card is None or await _is_over(db, letter, card):
        return None
    screen = card_screens.draw(card, texts)
    if letter.delivery is Delivery.EDIT:
        return screen
    data = await db.read(warning_letters.as_now, letter.data) if letter.notice == Notice.SLA else letter.data
    if data is None:
        return None
    headline = notice_screens.headline(Notice(letter.notice), card, data, texts)
    text = f"{headline}\n\n{screen.text}" if headline else screen.text
    photo = await pairs(letter.ticket_id, texts) if letter.notice in WITH_PAIRS else screen.photo
    return Screen(text, screen.rows, photo, screen.keys)


async def _is_over(db: Database, letter: Letter, card: object) -> bool:
    """An offer that is no longer to be had is not announced, nor one to somebody who has been blocked meanwhile or has
    lost the skill, nor a broken promise that was kept after all or whose ticket is over; a silent redraw announces
    nothing."""
    if letter.notice == Notice.BREACH:
        return not await db.read(breaches.stands, letter.data["breach"])
    if letter.notice != Notice.OFFER_MADE or letter.delivery is Delivery.EDIT:
        return False
    if not isinstance(card, OfferCard) or card.offer_status not in TAKEABLE:
        return True
    return await db.read(unfit.why_not, letter.person_id, card.offer_id) is not None


async def _menu(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return menu_screens.menu(actor, texts)


async def _parked(db: Database, letter: Letter, actor: Actor, texts: Texts, bot: Bot) -> Screen:
    return Screen(texts("error-unexpected", incident=str(letter.data.get("incident", ""))))


OWN_SCREENS: dict[Notice, Renderer] = {
    Notice.MENU: _menu,
    Notice.PARKED: _parked,
    **REPLIES,
}
