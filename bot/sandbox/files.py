"""Files as Telegram keeps them: photos re-encoded and without EXIF, documents byte for byte.

`file_unique_id` depends on content and kind only; `file_id` also on the bot, so that one bot's is useless to another.
"""

import base64
import hashlib
import mimetypes
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from bot.sandbox.errors import bad

if TYPE_CHECKING:
    from PIL import Image

PHOTO_BYTES = 10 << 20
DOWNLOAD_BYTES = 20 << 20
LONGEST_SIDE = 1280
THUMBNAIL_SIDE = 320
SIDES_SUM = 10_000
SIDES_RATIO = 20
FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice"}
FILE_ID_PREFIX = {"photo": "AgACAgI", "document": "BQACAgI", "video": "BAACAgI", "voice": "AwACAgI"}


@dataclass(frozen=True)
class Blob:
    unique: str
    kind: str
    data: bytes = field(repr=False)
    name: str
    mime: str
    size: int
    path: str
    width: int = 0
    height: int = 0
    duration: int = 0


@dataclass(frozen=True)
class Shape:
    width: int = 0
    height: int = 0
    duration: int = 0


FLAT = Shape()


class FileStore:
    def __init__(self) -> None:
        self._blobs: dict[str, Blob] = {}
        self._ids: dict[str, tuple[int, str]] = {}
        self._paths: dict[str, str] = {}
        self._sizes: dict[str, list[Blob]] = {}

    def add(self, kind: str, data: bytes, name: str, size: int | None = None, shape: Shape = FLAT) -> Blob:
        """`size` may be declared bigger than the bytes are: nobody wants to move 21 MB in a test."""
        declared = len(data) if size is None else size
        digest = hashlib.sha256(f"{kind}:{declared}:".encode() + data).digest()
        unique = base64.urlsafe_b64encode(digest[:12]).decode()
        known = self._blobs.get(unique)
        if known is not None and known.name == name:
            return known
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        number = len(self._paths) + 1
        path = f"{FOLDERS.get(kind, 'documents')}/file_{number}{PurePath(name).suffix}"
        measures = {"width": shape.width, "height": shape.height, "duration": shape.duration}
        blob = Blob(unique, kind, data, name, mime, declared, path, **measures)
        self._blobs[unique] = blob
        self._paths[path] = unique
        return blob

    def add_photo(self, data: bytes) -> list[Blob]:
        """The sizes Telegram would show, small to large. Heavy: call it outside the event loop."""
        sizes = [self.add("photo", jpeg, f"{side}.jpg", None, shape) for side, jpeg, shape in recoded(data)]
        for blob in sizes:
            self._sizes[blob.unique] = sizes
        return sizes

    def photo_sizes(self, blob: Blob) -> list[Blob]:
        """A photo sent again by the id of any of its sizes comes with all of them."""
        return self._sizes.get(blob.unique, [blob])

    def file_id(self, bot: int, blob: Blob) -> str:
        digest = hashlib.sha256(f"{bot}:{blob.unique}".encode()).digest()
        name = FILE_ID_PREFIX[blob.kind] + base64.urlsafe_b64encode(digest[:30]).decode()
        self._ids[name] = (bot, blob.unique)
        return name

    def by_file_id(self, bot: int, file_id: str) -> Blob | None:
        owner, unique = self._ids.get(file_id, (0, ""))
        return self._blobs.get(unique) if owner == bot else None

    def by_path(self, path: str) -> Blob | None:
        return self._blobs.get(self._paths.get(path, ""))

    def by_unique(self, unique: str) -> Blob | None:
        return self._blobs.get(unique)


def recoded(data: bytes) -> list[tuple[int, bytes, Shape]]:
    """JPEGs of the picture, smallest first; refuses what Telegram refuses to take as a photo."""
    from PIL import Image, ImageOps

    if len(data) > PHOTO_BYTES:
        raise bad(f"file of size {len(data)} bytes is too big for a photo; the maximum size is {PHOTO_BYTES} bytes")
    try:
        with Image.open(BytesIO(data), formats=("JPEG", "PNG", "WEBP", "GIF", "BMP")) as opened:
            check_sides(*opened.size)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture = flattened(ImageOps.exif_transpose(opened))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise bad("IMAGE_PROCESS_FAILED") from error
    sides = [THUMBNAIL_SIDE, LONGEST_SIDE] if max(picture.size) > THUMBNAIL_SIDE else [LONGEST_SIDE]
    result = []
    for side in sides:
        copy = picture.copy()
        copy.thumbnail((side, side))
        out = BytesIO()
        copy.save(out, "JPEG", quality=82)
        result.append((side, out.getvalue(), Shape(*copy.size)))
    return result


def check_sides(width: int, height: int) -> None:
    if width + height > SIDES_SUM or max(width, height) > SIDES_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def flattened(picture: "Image.Image") -> "Image.Image":
    """Telegram has no transparency in photos: white shows through."""
    from PIL import Image

    if picture.mode in ("RGBA", "LA", "P"):
        rgba = picture.convert("RGBA")
        white = Image.new("RGB", rgba.size, "white")
        white.paste(rgba, mask=rgba.getchannel("A"))
        return white
    return picture.convert("RGB")
