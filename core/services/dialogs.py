"""What is awaited from somebody in a chat, and who it is that just wrote: one read at every update."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.services import people
from storage.models.people import Dialog, Person


@dataclass(frozen=True, slots=True)
class Place:
    """A person in a chat with a bot."""

    bot_id: int
    chat_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Visitor:
    actor: Actor
    state: str | None
    is_unreachable: bool
    commands_hash: str


def visitor(session: Session, place: Place, *, source: str, now: datetime) -> Visitor:
    actor = people.actor(session, place.user_id, source=source, now=now)
    person = session.get(Person, actor.person_id) if actor.person_id is not None else None
    dialog = session.get(Dialog, (place.bot_id, place.chat_id, place.user_id))
    return Visitor(
        actor,
        dialog.state if dialog is not None else None,
        person is not None and person.unreachable_at is not None,
        person.commands_hash if person is not None else "",
    )


def look(session: Session, place: Place, *, now: datetime) -> tuple[str | None, dict[str, Any]]:
    dialog = session.scalar(
        select(Dialog).where(
            Dialog.bot_id == place.bot_id, Dialog.chat_id == place.chat_id, Dialog.user_id == place.user_id
        )
    )
    return (dialog.state, json.loads(dialog.data)) if dialog is not None else (None, {})


def await_state(session: Session, place: Place, state: str | None, *, now: datetime) -> None:
    dialog = session.get(Dialog, (place.bot_id, place.chat_id, place.user_id))
    if dialog is not None:
        dialog.state = state
    elif state is not None:
        session.add(Dialog(bot_id=place.bot_id, chat_id=place.chat_id, user_id=place.user_id, state=state, data="{}"))


def keep(session: Session, place: Place, data: dict[str, Any], *, now: datetime) -> None:
    dialog = session.get(Dialog, (place.bot_id, place.chat_id, place.user_id))
    text = json.dumps(data, ensure_ascii=False)
    if dialog is not None:
        dialog.data = text
    elif data:
        session.add(Dialog(bot_id=place.bot_id, chat_id=place.chat_id, user_id=place.user_id, data=text))


def forget(session: Session, place: Place, *, now: datetime) -> None:
    """Nothing is awaited any more."""
    dialog = session.get(Dialog, (place.bot_id, place.chat_id, place.user_id))
    if dialog is not None:
        session.delete(dialog)
