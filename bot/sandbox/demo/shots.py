"""Pictures of jobs that were done before the demonstration opens, with their bytes in the store."""

from datetime import datetime
from io import BytesIO
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.demo.phones import picture
from core.domain.actor import Actor
from core.domain.proof import ProofKind
from core.services import proofs
from core.services.proofs import FETCH_LIMIT, Facts, Incoming
from storage.blobs import Blobs
from storage.models.visit import Proof

#: No bot of the demonstration: Telegram is never asked for these.
BOT = 1
WIDTH, HEIGHT = 960, 720


class Album:
    def __init__(self, media: Path, dice: Random) -> None:
        self._blobs = Blobs(media)
        self._dice = dice
        self._numbers = count(1)

    def shoot(self, session: Session, engineer: Actor, *, now: datetime) -> None:
        """One picture of the engineer's step, fetched at once."""
        number = next(self._numbers)
        incoming = Incoming(
            kind=ProofKind.PHOTO,
            bot_id=BOT,
            chat_id=engineer.person_id or 0,
            message_id=number,
            file_id=f"past{number}",
            file_unique_id=f"past{number}",
            size=None,
            file_name="",
            caption="",
            media_group_id=None,
            is_forwarded=False,
            sent_at=now,
        )
        proofs.receive(session, engineer, incoming, now=now)
        row = session.scalars(select(Proof.id).where(Proof.bot_id == BOT, Proof.message_id == number)).one()
        blob = self._blobs.put(BytesIO(picture(number)), limit=FETCH_LIMIT)
        facts = Facts(WIDTH, HEIGHT, f"{self._dice.getrandbits(64):016x}")
        proofs.stored(session, row, blob.sha256, blob.size, facts, now=now)
