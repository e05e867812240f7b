"""The picture of the cover, drawn once for what it shows and kept as a file; its folder may be emptied at any time."""

import asyncio
import hashlib
from pathlib import Path
from uuid import uuid4

import structlog

from core.documents.cover_chart import Chart, Labels, draw
from storage.blobs import Blobs

log = structlog.get_logger(__name__)

FOLDER = "cover"
#: Part of the name of a drawn file: grows when the drawing changes.
DRAWING = 1


async def photo_of(blobs: Blobs, chart: Chart, labels: Labels) -> Path | None:
    """None: there is nothing to draw or nowhere to keep it; the message then goes out without."""
    return await asyncio.to_thread(_drawn, blobs, chart, labels) if chart.bars else None


def _drawn(blobs: Blobs, chart: Chart, labels: Labels) -> Path | None:
    name = hashlib.sha256(repr((DRAWING, chart, labels)).encode()).hexdigest()
    path = blobs.root / FOLDER / f"{name}.png"
    if path.is_file():
        return path
    temp = path.with_suffix(f".{uuid4().hex}")
    try:
        png = draw(chart, labels)
        path.parent.mkdir(parents=True, exist_ok=True)
        temp.write_bytes(png)
        temp.replace(path)
    except OSError as error:
        log.error("the cover cannot be drawn", reason=str(error))
        return None
    return path
