"""What people write to each other, by the use cases themselves."""

from itertools import count

from sqlalchemy import select

from core.domain.actor import Actor
from core.domain.proof import ProofKind
from core.services import talk
from core.services.proofs import Incoming
from storage.models.offer import Offer
from storage.models.talk import Talk
from storage.models.ticket import Ticket
from tests.make.tickets import World, tap

_messages = count(500_000)


def say(world: World, actor: Actor, ticket: Ticket, text: str = "Вход со двора", media: Incoming | None = None) -> Talk:
    talk.say(world.session, tap(actor), ticket.id, text, now=world.now, media=media)
    return last(world)


def ask(world: World, ticket: Ticket, text: str = "Какая высота?", actor: Actor | None = None) -> Talk:
    talk.ask(world.session, tap(actor or world.engineer), offer_of(world, ticket, actor).id, text, now=world.now)
    return last(world)


def answer(world: World, actor: Actor, question: Talk, text: str = "Три метра") -> Talk:
    talk.answer(world.session, tap(actor), question.id, text, now=world.now)
    return last(world)


def offer_of(world: World, ticket: Ticket, actor: Actor | None = None) -> Offer:
    firms = (actor or world.engineer).contractor_ids
    query = select(Offer).where(Offer.ticket_id == ticket.id, Offer.contractor_id.in_(firms))
    return world.session.scalars(query.order_by(Offer.id.desc()).limit(1)).one()


def last(world: World) -> Talk:
    world.session.flush()
    return world.session.scalars(select(Talk).order_by(Talk.id.desc()).limit(1)).one()


def media(world: World, kind: ProofKind = ProofKind.PHOTO, group: str | None = None) -> Incoming:
    number = next(_messages)
    return Incoming(
        kind=kind,
        bot_id=1,
        chat_id=1,
        message_id=number,
        file_id=f"talk{number}",
        file_unique_id=f"talk{number}",
        size=1000,
        file_name="",
        caption="",
        media_group_id=group,
        is_forwarded=False,
        sent_at=world.now,
    )
