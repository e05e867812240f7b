"""/import and /export: the workbook in, looked at and then applied by one tap; the workbook out."""

import asyncio
import tempfile
from io import BytesIO
from pathlib import Path

from aiogram import Bot, Router
from aiogram.filters import Command
from aiogram.types import BufferedInputFile, CallbackQuery, Document, Message

from bot.filters import has_document
from bot.screens import imports as screens
from bot.screens.imports import ApplyImport, CancelImport
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import FileTooBig, NotAllowed, NotFound
from core.domain.role import Role
from core.imports.book import Workbook
from core.services import exports, imports, uploads
from storage.blobs import Blobs

router = Router(name="imports")

#: What a bot may download.
_LIMIT_MB = 20
_BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Names of tables: those that are no .xlsx are told so instead of being taken for a proof.
_TABLES = (".xlsx", ".xls", ".csv")
_MAY = (Role.ADMIN, Role.MANAGER)


async def is_workbook(message: Message, actor: Actor) -> bool:
    """A book from somebody who may load it; everybody else's files are proof of something."""
    document = message.document
    if document is None or not actor.has(*_MAY):
        return False
    return (document.file_name or "").casefold().endswith(_TABLES) or document.mime_type == _BOOK_TYPE


@router.message(Command("import"))
async def how(message: Message, actor: Actor, texts: Texts) -> None:
    if not actor.has(*_MAY):
        raise NotAllowed
    await show(message, screens.ask_file(texts))


@router.message(has_document, is_workbook)
async def preview(message: Message, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot, blobs: Blobs) -> None:
    document = message.document
    if document is None:
        return
    await bot.send_chat_action(message.chat.id, "typing")
    sha256 = await _fetch(document, bot, blobs)
    workbook = await asyncio.to_thread(_read, blobs.path(sha256))
    await show(message, screens.preview(await db.read(imports.preview, actor, workbook), sha256, texts))


@router.callback_query(ApplyImport.filter())
async def apply(call: CallbackQuery, callback_data: ApplyImport, actor: Actor, db: UpdateDb, blobs: Blobs) -> None:
    """The file is read anew: between the look and the tap the directories may have changed."""
    if not actor.has(*_MAY):
        raise NotAllowed
    sha256 = screens.sha256_of(callback_data.book)
    if not sha256 or not blobs.exists(sha256):
        raise NotFound
    await answer(call)
    workbook = await asyncio.to_thread(_read, blobs.path(sha256))
    await db.write(uploads.confirm, actor, workbook)


@router.callback_query(CancelImport.filter())
async def cancel(call: CallbackQuery, texts: Texts) -> None:
    await show(call, screens.cancelled(texts))


@router.message(Command("export"))
async def export(message: Message, actor: Actor, db: UpdateDb, bot: Bot) -> None:
    sheets = await db.read(exports.workbook, actor)
    await bot.send_chat_action(message.chat.id, "upload_document")
    book = await asyncio.to_thread(_written, sheets)
    await bot.send_document(message.chat.id, BufferedInputFile(book, "naryad.xlsx"))


async def _fetch(document: Document, bot: Bot, blobs: Blobs) -> str:
    if (document.file_size or 0) > _LIMIT_MB * 1024 * 1024:
        raise FileTooBig(_LIMIT_MB)
    content = await bot.download(document.file_id)
    if content is None:
        raise NotFound
    stream = BytesIO(content.read())
    stored = await asyncio.to_thread(blobs.put, stream, limit=_LIMIT_MB * 1024 * 1024)
    return stored.sha256


def _read(path: Path) -> Workbook:
    from core.imports.check import check
    from core.imports.read import read

    return check(read(path))


def _written(sheets: dict[str, list[dict[str, object]]]) -> bytes:
    from core.imports.write import write

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "naryad.xlsx"
        write(path, sheets)
        return path.read_bytes()
