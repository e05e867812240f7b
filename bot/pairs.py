"""The picture of what was before and after, drawn once for each set of shots and language and kept as a file.

It can be drawn anew from the originals at any time, so its folder may be emptied.
"""

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import structlog

from bot.texts import Texts
from core.documents.pictures import PairLabels, Pictures, Shot
from core.domain.errors import NotAPicture
from core.services import proof_cards
from core.services.proof_cards import Pairs, PairShot
from storage.blobs import Blobs
from storage.db import Database

log = structlog.get_logger(__name__)

FOLDER = "pairs"
#: Part of the name of a drawn file: grows when the drawing changes.
DRAWING = 1


async def photo_for(db: Database, blobs: Blobs, pictures: Pictures, ticket_id: int, texts: Texts) -> Path | None:
    """None: nothing was pictured, or the pictures cannot be drawn; the message then goes out without."""
    pairs = await db.read(proof_cards.pairs, ticket_id)
    if pairs is None:
        return None
    return await asyncio.to_thread(_drawn, pairs, blobs, pictures, texts)


def _drawn(pairs: Pairs, blobs: Blobs, pictures: Pictures, texts: Texts) -> Path | None:
    path = blobs.root / FOLDER / f"{_name(pairs, texts)}.jpg"
    if path.is_file():
        return path
    labels = PairLabels(
        title=f"{pairs.number} · {pairs.site}",
        subtitle=f"{pairs.service} · {pairs.address}",
        before=texts.plain("proofs-pairs-before"),
        after=texts.plain("proofs-pairs-after"),
        missing=texts.plain("proofs-pairs-missing"),
    )
    try:
        jpeg = pictures.pairs(_shots(pairs, pairs.before, blobs), _shots(pairs, pairs.after, blobs), labels)
    except (NotAPicture, OSError) as error:
        log.error("the pairs cannot be drawn", ticket=pairs.number, reason=str(error))
        return None
    path.parent.mkdir(exist_ok=True)
    temp = path.with_suffix(f".{uuid4().hex}")
    temp.write_bytes(jpeg)
    temp.replace(path)
    return path


def _name(pairs: Pairs, texts: Texts) -> str:
    return hashlib.sha256(repr((DRAWING, texts.language, pairs)).encode()).hexdigest()


def _shots(pairs: Pairs, shots: tuple[PairShot, ...], blobs: Blobs) -> list[Shot]:
    return [Shot(blobs.path(shot.sha256), _stamp(pairs, shot.sent_at)) for shot in shots]


def _stamp(pairs: Pairs, sent_at: datetime) -> tuple[str, str]:
    local = sent_at.astimezone(ZoneInfo(pairs.zone))
    return f"{pairs.number} · {pairs.site}", f"{local:%d.%m.%Y %H:%M} · {pairs.lat:.5f}, {pairs.lon:.5f}"
