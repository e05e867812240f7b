"""Opening a picture somebody sent: the only door between hostile bytes and Pillow.

Imported by the image child alone, never by the bot. Every limit here is about one picture; limits on time
and memory of the process are in `picture_child`.
"""

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageOps
from pillow_heif import options as heif_options
from pillow_heif import register_heif_opener

from core.domain.errors import NotAPicture, PictureTooHard

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
MAX_PIXELS = 40_000_000
MAX_BYTES = 50_000_000
MAX_SCANS = 64  # cameras write at most a dozen; 2,000 scans cost 97 s of decoding
MAX_SEGMENTS = 1_000  # 170,000 tiny EXIF segments cost 5 s before the first pixel
# What Pillow's plugins throw at broken input; a bug of ours is never among the calls this surrounds.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    zlib.error,
)
_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
_START_OF_SCAN, _END_OF_IMAGE, _BARE_MARKERS = 0xDA, 0xD9, (0xD8, 0x01)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
heif_options.DECODE_THREADS = 1
register_heif_opener(thumbnails=False)


@contextmanager
def translated() -> Iterator[None]:
    """Turns whatever a decoder throws into the two answers the rest of the program knows."""
    try:
        yield
    except NotAPicture:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise PictureTooHard(repr(error)) from error
    except BROKEN as error:
        raise NotAPicture(repr(error)[:300]) from error


def read_limited(path: Path) -> bytes:
    """Errors of the disk stay errors of the disk: a lost file is not the sender's broken picture."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise PictureTooHard("too many bytes")
    return data


def open_picture(data: bytes, *, near: tuple[int, int], grey: bool = False) -> tuple[Image.Image, tuple[int, int]]:
    """The first frame, fully decoded but not much larger than `near` if the format can shrink on the way;
    and the size the original has."""
    with translated():
        _refuse_costly_jpeg(data)
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        # A phone's MPO is a photo with a preview or a depth map behind it, not an animation.
        if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
            raise NotAPicture("animated")
        size = picture.size
        if picture.format in {"JPEG", "MPO"}:
            picture.draft("L" if grey else "RGB", near)
        picture.load()
        return picture, size


def upright(picture: Image.Image) -> Image.Image:
    """Orientation applied, one of RGB or L, transparency on white, no metadata."""
    with translated():
        turned = ImageOps.exif_transpose(picture)
        if turned.mode in {"RGB", "L"}:
            flat = turned
        elif turned.mode.startswith(("I", "F")):
            flat = _sixteen_bits_to_eight(turned)
        elif turned.has_transparency_data:
            layer = turned.convert("RGBA")
            flat = Image.new("RGB", layer.size, "white")
            flat.paste(layer, mask=layer.getchannel("A"))
        else:
            flat = turned.convert("RGB")
        flat.info = {}
        return flat


def _sixteen_bits_to_eight(picture: Image.Image) -> Image.Image:
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _refuse_costly_jpeg(data: bytes) -> None:
    """Walks the segments and counts: no limit of Pillow or libjpeg sees these two bombs."""
    if not data.startswith(b"\xff\xd8"):
        return
    scans = segments = 0
    position = 2
    while found := _MARKER.search(data, position):
        marker = data[found.end() - 1]
        position = found.end()
        if marker == _END_OF_IMAGE:
            return
        if marker in _BARE_MARKERS:
            continue
        segments += 1
        scans += marker == _START_OF_SCAN
        if scans > MAX_SCANS or segments > MAX_SEGMENTS:
            raise PictureTooHard(f"{scans} scans, {segments} segments")
        position += max(2, int.from_bytes(data[position : position + 2], "big"))
