"""Pictures, videos, files, voices and places: each is stored as it comes, an album item by item.

Where a thing belongs is decided by the use case; here a Telegram message only becomes its facts.
"""

from datetime import UTC, datetime

from aiogram import Bot, Router
from aiogram.types import (
    Animation,
    Audio,
    CallbackQuery,
    Document,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Location,
    Message,
    PhotoSize,
    Video,
    VideoNote,
    Voice,
)

from bot.errors import words
from bot.filters import has_location
from bot.screens import proofs as screens
from bot.screens import visits as visit_screens
from bot.screens.pictures import Pictures
from bot.screens.proofs import Sort
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor
from core.domain.errors import LocationForwarded, LocationStale, NotAllowed, TooFar
from core.domain.proof import ProofKind
from core.domain.role import CONTRACTOR_ROLES
from core.services import jobs, positions, proof_cards, proofs, visits
from core.services.proof_cards import Picture
from core.services.proofs import Incoming

router = Router(name="media")

ALBUM = 10
File = PhotoSize | Video | VideoNote | Voice | Document | Audio | Animation


async def has_media(message: Message) -> bool:
    return kind_and_file(message) is not None


@router.message(has_media)
async def media(message: Message, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot) -> None:
    incoming = incoming_of(message, bot.id)
    if incoming is None:
        return
    try:
        await db.write(proofs.receive, actor, incoming)
    except NotAllowed:
        await show(message, screens.nowhere(texts))


@router.callback_query(Sort.filter())
async def sort(call: CallbackQuery, callback_data: Sort, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """The question is drawn over with the answer; it is no card and nothing else would redraw it."""
    await db.write(proofs.sort, actor, callback_data.proof, callback_data.stage)
    await show(call, screens.sorted_to(callback_data.stage, texts))


@router.message(has_location)
async def place(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """Somebody on the way says "I am here"; anybody else may begin to share a live place."""
    location = message.location
    if location is None:
        return
    arriving = await db.read(jobs.arriving, actor)
    if arriving is not None:
        try:
            await _arrive(message, location, arriving.visit_id, actor, db)
        except (TooFar, LocationForwarded, LocationStale) as error:
            # The key vanished with the tap: both ways out are put under the thumb again.
            said = visit_screens.too_far(error, texts) if isinstance(error, TooFar) else words(error, texts)
            await show(message, visit_screens.try_place_again(said, texts))
    elif location.live_period and message.forward_origin is None and actor.has(*CONTRACTOR_ROLES):
        await _seen(message, location, actor, db)
    else:
        await show(message, visit_screens.no_visit_here(texts))


async def _arrive(message: Message, location: Location, visit_id: int, actor: Actor, db: UpdateDb) -> None:
    await db.write(
        visits.arrive_by_location,
        actor,
        visit_id,
        location.latitude,
        location.longitude,
        accuracy_m=_accuracy(location),
        sent_at=message.date,
        forwarded=message.forward_origin is not None,
    )


@router.edited_message(has_location)
async def moved(message: Message, actor: Actor, db: UpdateDb) -> None:
    """A live location goes on; without a period it has ended."""
    location = message.location
    if location is None or message.forward_origin is not None or not actor.has(*CONTRACTOR_ROLES):
        return
    if location.live_period:
        await _seen(message, location, actor, db)
    else:
        await db.write(positions.ended, actor)


@router.callback_query(Pictures.filter())
async def pictures(
    call: CallbackQuery, callback_data: Pictures, actor: Actor, db: UpdateDb, texts: Texts, bot: Bot
) -> None:
    """Albums by file id; the card above stays what it is."""
    found = await db.read(proof_cards.album, actor, bot.id, callback_data.of)
    await show_all(call, bot, found, texts.plain("offers-no-pictures"))


async def show_all(call: CallbackQuery, bot: Bot, found: tuple[Picture, ...], nothing: str) -> None:
    if not found:
        await answer(call, nothing, alert=True)
        return
    await answer(call)
    await send_all(bot, call.from_user.id, found)


async def send_all(bot: Bot, chat_id: int, found: tuple[Picture, ...]) -> None:
    for group in groups(found):
        if len(group) > 1:
            await bot.send_media_group(chat_id, [_item(one) for one in group])
        else:
            await send_one(bot, chat_id, group[0])


def incoming_of(message: Message, bot_id: int) -> Incoming | None:
    found = kind_and_file(message)
    if found is None:
        return None
    kind, file = found
    return Incoming(
        kind=kind,
        bot_id=bot_id,
        chat_id=message.chat.id,
        message_id=message.message_id,
        file_id=file.file_id,
        file_unique_id=file.file_unique_id,
        size=file.file_size,
        file_name=getattr(file, "file_name", None) or "",
        caption=message.caption or "",
        media_group_id=message.media_group_id,
        is_forwarded=message.forward_origin is not None,
        sent_at=message.date,
    )


def kind_and_file(message: Message) -> tuple[ProofKind, File] | None:
    """The largest size of a photo; anything unusual counts as a file."""
    photo = message.photo[-1] if message.photo else None
    for kind, file in (
        (ProofKind.PHOTO, photo),
        (ProofKind.VIDEO, message.video or message.video_note),
        (ProofKind.VOICE, message.voice),
        (ProofKind.DOCUMENT, message.animation or message.document or message.audio),
    ):
        if file is not None:
            return kind, file
    return None


def groups(found: tuple[Picture, ...]) -> list[list[Picture]]:
    """Photos and videos share albums, files have their own, a voice goes alone; at most ten in one."""
    seen = [one for one in found if one.kind in (ProofKind.PHOTO, ProofKind.VIDEO)]
    files = [one for one in found if one.kind is ProofKind.DOCUMENT]
    albums = [many[i : i + ALBUM] for many in (seen, files) for i in range(0, len(many), ALBUM)]
    return albums + [[one] for one in found if one.kind is ProofKind.VOICE]


def _item(one: Picture) -> InputMediaPhoto | InputMediaVideo | InputMediaDocument:
    match one.kind:
        case ProofKind.VIDEO:
            return InputMediaVideo(media=one.file_id)
        case ProofKind.DOCUMENT:
            return InputMediaDocument(media=one.file_id)
    return InputMediaPhoto(media=one.file_id)


async def send_one(bot: Bot, chat_id: int, one: Picture) -> None:
    match one.kind:
        case ProofKind.PHOTO:
            await bot.send_photo(chat_id, one.file_id)
        case ProofKind.VIDEO:
            await bot.send_video(chat_id, one.file_id)
        case ProofKind.VOICE:
            await bot.send_voice(chat_id, one.file_id)
        case ProofKind.DOCUMENT:
            await bot.send_document(chat_id, one.file_id)


async def _seen(message: Message, location: Location, actor: Actor, db: UpdateDb) -> None:
    await db.write(
        positions.seen,
        actor,
        location.latitude,
        location.longitude,
        accuracy_m=_accuracy(location),
        sent_at=_edited_at(message),
    )


def _edited_at(message: Message) -> datetime:
    return datetime.fromtimestamp(message.edit_date, UTC) if message.edit_date else message.date


def _accuracy(location: Location) -> int | None:
    return round(location.horizontal_accuracy) if location.horizontal_accuracy is not None else None
