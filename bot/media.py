"""Fetches the bytes of what people sent: rows are the queue, so a restart goes on where it was.

A few at once, woken by commits. What Telegram does not give now is asked for again later; what is too large stays a
reference; every picture is opened in a child process before it counts.
"""

import asyncio

import structlog
from aiogram import Bot
from aiogram.exceptions import AiogramError, TelegramBadRequest, TelegramRetryAfter

from bot.wakeful import LOOK_ROUND_S, Alarm
from core.documents.pictures import Pictures
from core.domain.errors import FileTooBig, NotAPicture
from core.services import fetches
from core.services.proofs import FETCH_LIMIT, Facts, Wanted
from storage.blobs import Blobs, Incoming, StoredBlob
from storage.db import Database

log = structlog.get_logger(__name__)

AT_ONCE = 4
CHUNK = 256 * 1024
#: Commits come in swarms, and hardly any of them is about a picture.
SETTLE_S = 0.05
TIMEOUT_S = 60
#: A declared size that stays wrong this many times is Telegram's mistake, not a broken download.
SIZE_DOUBTS = 2
#: Telegram says "wrong file_id or the file is temporarily unavailable" for both; after so many times it is the first.
UNAVAILABLE = "temporarily unavailable"
UNAVAILABLE_DOUBTS = 4
PDF_HEAD = b"%PDF-"
GONE = ("wrong file_id", "wrong file id", "invalid file_id", "file not found", "wrong remote file identifier")


class Torn(Exception):
    """The bytes ended before the file did."""


async def run(bot: Bot, db: Database, blobs: Blobs, pictures: Pictures) -> None:
    """Until cancelled; a download that is broken off leaves no trace and begins anew."""
    await Fetcher(bot, db, blobs, pictures).run()


class Fetcher:
    def __init__(self, bot: Bot, db: Database, blobs: Blobs, pictures: Pictures) -> None:
        self._bot = bot
        self._db = db
        self._blobs = blobs
        self._pictures = pictures
        self._alarm = Alarm()
        self._at_work: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._pause_s = 0.0

    async def run(self) -> None:
        self._db.on_commit(self._alarm.ring)
        try:
            while True:
                await self._start_some()
                await self._alarm.wait(LOOK_ROUND_S)
                await asyncio.sleep(SETTLE_S)
                if self._pause_s:
                    await asyncio.sleep(self._pause_s)
                    self._pause_s = 0.0
        finally:
            for task in self._at_work.values():
                task.cancel()

    async def fetch_all(self) -> None:
        """Everything that is due now, once."""
        for wanted in await self._db.read(fetches.wanted, self._bot.id, 1000):
            await self._fetch(wanted)

    async def _start_some(self) -> None:
        room = AT_ONCE - len(self._at_work)
        if room <= 0:
            return
        try:
            found = await self._db.read(fetches.wanted, self._bot.id, AT_ONCE + room)
        except Exception:
            log.exception("what is to be fetched cannot be read")
            return
        for wanted in [one for one in found if _place(one) not in self._at_work][:room]:
            task = asyncio.create_task(self._work(wanted), name=f"{wanted.shelf} {wanted.row_id}")
            self._at_work[_place(wanted)] = task

    async def _work(self, wanted: Wanted) -> None:
        try:
            await self._fetch(wanted)
        except Exception:
            log.exception("a file could not be fetched", shelf=wanted.shelf, row=wanted.row_id)
            await self._failed(wanted, is_gone=False)
        finally:
            self._at_work.pop(_place(wanted), None)
            self._alarm.again()

    async def _fetch(self, wanted: Wanted) -> None:
        try:
            blob = await self._download(wanted)
        except (FileTooBig, TelegramBadRequest) as error:
            if isinstance(error, FileTooBig) or "too big" in error.message.lower():
                await self._db.write(fetches.too_large, wanted)
                return
            log.warning("a file is refused", shelf=wanted.shelf, row=wanted.row_id, reason=error.message)
            await self._failed(wanted, is_gone=_is_gone(error.message.lower(), wanted))
        except TelegramRetryAfter as error:
            self._pause_s = float(error.retry_after)
        except (AiogramError, OSError, TimeoutError, Torn, asyncio.IncompleteReadError) as error:
            log.info(
                "a download broke off", shelf=wanted.shelf, row=wanted.row_id, reason=f"{type(error).__name__}: {error}"
            )
            await self._failed(wanted, is_gone=False)
        else:
            facts = await asyncio.to_thread(self._look, wanted, blob)
            is_pdf = facts is None and await asyncio.to_thread(self._is_pdf, blob)
            await self._db.write(fetches.stored, wanted, blob.sha256, blob.size, facts, is_pdf)

    async def _download(self, wanted: Wanted) -> StoredBlob:
        """The link is asked for each time: it lives for an hour only."""
        file = await self._bot.get_file(wanted.file_id)
        if (file.file_size or 0) > FETCH_LIMIT:
            raise FileTooBig(FETCH_LIMIT // 1_000_000)
        url = self._bot.session.api.file_url(self._bot.token, file.file_path or "")
        with await asyncio.to_thread(self._blobs.incoming, limit=FETCH_LIMIT) as incoming:
            size = await self._pour(url, incoming)
            if file.file_size not in (None, size) and wanted.tries < SIZE_DOUBTS:
                raise Torn(f"{size} of {file.file_size} bytes")
            return await asyncio.to_thread(incoming.keep)

    async def _pour(self, url: str, incoming: Incoming) -> int:
        size = 0
        async with asyncio.timeout(TIMEOUT_S * 4):
            async for chunk in self._bot.session.stream_content(url, timeout=TIMEOUT_S, chunk_size=CHUNK):
                size += len(chunk)
                await asyncio.to_thread(incoming.write, chunk)
        return size

    def _look(self, wanted: Wanted, blob: StoredBlob) -> Facts | None:
        if not wanted.may_be_picture:
            return None
        try:
            seen = self._pictures.inspect(self._blobs.path(blob.sha256))
        except NotAPicture as error:
            log.info("a file is no picture", shelf=wanted.shelf, row=wanted.row_id, reason=error.reason)
            return None
        return Facts(seen.width, seen.height, seen.dhash, seen.exif_taken_at, seen.exif_lat, seen.exif_lon)

    def _is_pdf(self, blob: StoredBlob) -> bool:
        """By its first bytes; nothing in it is read here."""
        with self._blobs.open(blob.sha256) as file:
            return file.read(len(PDF_HEAD)) == PDF_HEAD

    async def _failed(self, wanted: Wanted, *, is_gone: bool) -> None:
        await self._db.write(fetches.fetch_failed, wanted, is_gone=is_gone)


def _place(wanted: Wanted) -> tuple[str, int]:
    return wanted.shelf, wanted.row_id


def _is_gone(said: str, wanted: Wanted) -> bool:
    if UNAVAILABLE in said:
        return wanted.tries >= UNAVAILABLE_DOUBTS
    return any(words in said for words in GONE)
