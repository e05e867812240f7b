"""Whom to invite, and the invite itself: a text made to be forwarded as it is."""

from datetime import date

from bot import formats
from bot.screens.contractors import Contractors
from bot.screens.people import NewInvite, role_at
from bot.screens.sites import Clients
from bot.texts import Texts
from bot.ui import Button, Screen, column
from core.domain.actor import Actor, Grant
from core.domain.role import OPERATOR_ROLES, Role
from core.services import memberships
from core.services.invites import PAYLOAD, InviteCard


def menu(actor: Actor, texts: Texts) -> Screen:
    """Colleagues at once; others from the card of their organisation, where it is plain whom they will belong to."""
    own = [
        Button(texts.plain("people-role", role=role), NewInvite(role=role).pack())
        for role in Role
        if role in OPERATOR_ROLES and memberships.may_give(actor, Grant(role))
    ]
    of_client = Button(texts.plain("people-invite-of-client"), Clients(page=0).pack())
    of_firm = Button(texts.plain("people-invite-of-contractor"), Contractors(page=0).pack())
    return Screen(texts("people-invite-whom"), column(*own, of_client, of_firm))


def invite(card: InviteCard, link: str, until: date, texts: Texts) -> Screen:
    where = role_at(texts, card.grant.role, card.organisation)
    day = formats.calendar_day(until, texts.language, with_year=False)
    return Screen(texts("people-invite", role=where, link=link, until=day))


def link(bot_name: str, token: str) -> str:
    return f"https://t.me/{bot_name}?start={PAYLOAD}{token}"
