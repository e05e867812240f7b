"""Coming in: /start, an invite link, the own contact, the tap that joins.

The sticker of a site (`/start s_…`) belongs to intake and passes through here.
"""

from aiogram import F, Router
from aiogram.filters import CommandObject, CommandStart
from aiogram.types import CallbackQuery, Message

from bot.filters import has_contact
from bot.screens import menu as menu_screens
from bot.screens import people as screens
from bot.screens.people import Join
from bot.show import settle, show
from bot.texts import Texts
from bot.ui import Screen
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import ForeignContact, InviteInvalid, TooManyTries
from core.services import entrances, invites
from core.services.invites import Taking

router = Router(name="start")


@router.message(CommandStart(deep_link=True, magic=F.args.startswith(invites.PAYLOAD)))
async def invited(message: Message, command: CommandObject, actor: Actor, db: UpdateDb) -> None:
    token = (command.args or "").removeprefix(invites.PAYLOAD)
    taking = await db.write(invites.accept, actor, token)
    if taking is Taking.TOO_MANY:
        raise TooManyTries
    if taking is Taking.INVALID:
        raise InviteInvalid


@router.message(CommandStart(deep_link=False))
async def start(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(message, await _first_screen(actor, db, texts))


async def _first_screen(actor: Actor, db: UpdateDb, texts: Texts) -> Screen:
    card = await db.read(entrances.welcome, actor)
    if card.offered or (card.has_roles and card.consents):
        return screens.welcome(card, texts)
    return menu_screens.menu(actor, texts) if actor.grants else screens.share_phone(texts)


@router.message(has_contact)
async def contact(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if message.contact is None or message.from_user is None:
        raise ForeignContact
    await show(message, screens.checking(texts))
    await db.write(
        entrances.enter,
        actor,
        message.contact.phone_number,
        contact_user_id=message.contact.user_id,
        telegram_id=message.from_user.id,
        forwarded=message.forward_origin is not None,
    )


@router.callback_query(Join.filter())
async def join(call: CallbackQuery, actor: Actor, db: UpdateDb) -> None:
    await db.write(entrances.join, actor)
    await settle(call)
