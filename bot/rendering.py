"""Turns a row of the outbox into a screen at the moment it is sent, from the database as it is then.

None means there is nothing to say any more: the reader may not see the ticket now, an offer is over, or may
not be made to him any more.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

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
from core.domain.ticket import TicketStatus
from core.services import breaches, cards, headings, people, unfit, warning_letters
from core.services.card_views import Card, OfferCard
from core.services.headings import Rang
from core.services.outbox import Letter
from core.services.searches import SEARCHES
from storage.db import Database

Renderer = Callable[[Database, Letter, Actor, Texts, Bot], Awaitable[Screen | None]]
#: The picture of what was before and after, where a ticket has one.
PairsFor = Callable[[int, Texts], Awaitable[Path | None]]
#: What is told together with it.
WITH_PAIRS = frozenset({Notice.REPORTED})
#: What is told of these states of a ticket alone.
TRUE_WHILE = {Notice.NOBODY: frozenset({TicketStatus.UNSTAFFED}), Notice.ASK_MOVE: SEARCHES}


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
    rang = await _rang(db, letter)
    data = await _as_now(db, rang, card) if rang is not None else None
    if rang is None or data is None:
        return screen if letter.delivery is Delivery.EDIT else None
    headline = notice_screens.headline(Notice(rang.notice), card, data, texts)
    text = f"{headline}\n\n{screen.text}" if headline else screen.text
    is_with_pairs = letter.delivery is Delivery.NEW and letter.notice in WITH_PAIRS
    photo = await pairs(letter.ticket_id, texts) if is_with_pairs else screen.photo
    rows = screen.rows + notice_screens.rows(Notice(rang.notice), card, data, texts)
    return Screen(text, rows, photo, screen.keys)


async def _rang(db: Database, letter: Letter) -> Rang | None:
    """What stands above the card: what rings now; under a silent redraw what has rung last, while it is kept."""
    if letter.delivery is not Delivery.EDIT:
        return Rang(letter.notice, letter.data)
    return await db.read(headings.kept, letter.person_id, letter.ticket_id or 0, letter.acted_at)


async def _as_now(db: Database, rang: Rang, card: Card) -> dict[str, Any] | None:
    """None: it is true no more. A promise has time again, was kept after all, or its ticket is over; or it was said of
    another state of the ticket."""
    if rang.notice == Notice.SLA:
        return await db.read(warning_letters.as_now, rang.data)
    if rang.notice == Notice.BREACH:
        return rang.data if await db.read(breaches.stands, rang.data["breach"]) else None
    while_ = TRUE_WHILE.get(Notice(rang.notice))
    return rang.data if while_ is None or card.base.status in while_ else None


async def _is_over(db: Database, letter: Letter, card: Card) -> bool:
    """An offer that is no longer to be had is not announced, nor one to somebody who has been blocked meanwhile or has
    lost the skill; a silent redraw announces nothing."""
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
