"""The database as a handler sees it: any number of reads, one write.

The write also marks the update done, in the same transaction: after a kill the update was handled wholly or not
at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from aiogram.types import CallbackQuery, Message, TelegramObject
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.services import inbox, outbox, scope
from core.services.inbox import Claim
from storage.db import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tap:
    actor: Actor
    ticket_id: int
    chat_id: int
    message_id: int
    has_media: bool


class UpdateDb:
    def __init__(self, db: Database, claim: Claim) -> None:
        self._db = db
        self._claim = claim
        self.is_done = False
        self._tap: Tap | None = None

    def note_tap(self, event: TelegramObject, actor: Actor, ticket_id: int) -> None:
        """The message whose button was tapped shows this ticket: the write will know it as the card."""
        message = event.message if isinstance(event, CallbackQuery) else None
        if message is not None and actor.person_id is not None:
            has_media = isinstance(message, Message) and bool(message.photo)
            self._tap = Tap(actor, ticket_id, message.chat.id, message.message_id, has_media)

    async def read(self, use_case: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return await self._db.read(use_case, *args, **kwargs)

    async def write(self, use_case: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self.is_done:
            raise RuntimeError("a handler makes one write: the update is already marked done")
        result: T = await self._db.write(_and_done, self._claim, self._tap, use_case, args, kwargs)
        self.is_done = True
        return result

    async def finish(self) -> None:
        """For an update that needed no write."""
        if not self.is_done:
            await self._db.write(inbox.done, self._claim)
            self.is_done = True


def _and_done(
    session: Session,
    claim: Claim,
    tap: Tap | None,
    use_case: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    now: datetime,
) -> T:
    inbox.done(session, claim, now=now)
    if tap is not None:
        _adopt(session, tap, now)
    return use_case(session, *args, now=now, **kwargs)


def _adopt(session: Session, tap: Tap, now: datetime) -> None:
    """The desk opens tickets by reading, so its cards are only known from taps; others were sent their card.

    What the tapped message shows by now is not known: a question may have been drawn over the card. A button may be
    forged: a ticket that is not for these eyes, or is nowhere, becomes nobody's card.
    """
    person_id = tap.actor.person_id
    if person_id is None or not scope.sees_ticket(session, tap.actor, tap.ticket_id):
        return
    card = outbox.card_of(session, person_id, tap.ticket_id, now=now)
    if tap.actor.is_desk or card is None or card.message_id == tap.message_id:
        outbox.adopt_card(session, person_id, tap.ticket_id, tap.chat_id, tap.message_id, has_media=tap.has_media)
