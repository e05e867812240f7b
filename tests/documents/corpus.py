"""Pictures a person or an attacker may send, made on the spot; nothing is downloaded."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageDraw


def scene(width: int, height: int, *, fault: bool = False) -> Image.Image:
    """A wall with an air conditioner; shapes enough for a likeness to have something to compare."""
    picture = Image.new("RGB", (width, height), (196, 190, 180))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((width * 0.2, height * 0.1, width * 0.7, height * 0.5), (240, 242, 245))
    draw.ellipse((width * 0.55, height * 0.6, width * 0.95, height * 0.95), (40, 70, 120))
    draw.polygon([(0, height), (width * 0.3, height * 0.6), (width * 0.4, height)], (90, 50, 30))
    if fault:
        draw.rectangle((width * 0.05, height * 0.15, width * 0.5, height * 0.95), (20, 20, 25))
    return picture


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def jpeg(width: int = 1600, height: int = 1200, **options: Any) -> bytes:
    return saved(scene(width, height), "JPEG", **options)


def heic(width: int = 800, height: int = 600) -> bytes:
    import pillow_heif

    stream = io.BytesIO()
    pillow_heif.from_pillow(scene(width, height)).save(stream, quality=80)
    return stream.getvalue()


def camera_exif(*, orientation: int = 1) -> Image.Exif:
    """The shutter at 10:05:30 local, near the Red Square; edited an hour later."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0132] = "2026:03:16 11:00:00"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:16 10:05:30"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 45.0, 14.4), 3: "E", 4: (37.0, 37.0, 12.0)})
    return exif


def many_scans(width: int, height: int, scans: int) -> bytes:
    """A valid progressive JPEG whose last scan is said again and again: small file, endless decoding."""
    data = saved(Image.new("RGB", (width, height), "grey"), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + b"\xff\xd9"


def costly(scans: int) -> bytes:
    """Inside every limit on counts, yet each scan costs a tenth of a second: only the clock can stop it."""
    tile = Image.frombytes("RGB", (900, 900), random.Random(1).randbytes(900 * 900 * 3))
    picture = Image.new("RGB", (6_300, 6_300))
    for left in range(0, 6_300, 900):
        for top in range(0, 6_300, 900):
            picture.paste(tile, (left, top))
    data = saved(picture, "JPEG", progressive=True, quality=5)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + b"\xff\xd9"


def many_segments(count: int) -> bytes:
    data = jpeg(64, 64)
    return data[:2] + b"\xff\xe1\x00\x08Exif\0\0" * count + data[2:]


def one_bit_png(side: int) -> bytes:
    """Written by hand: ten kilobytes that would unpack to `side`² pixels."""
    row = b"\0" * (1 + (side + 7) // 8)
    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def text_bomb_png() -> bytes:
    """A small picture with a comment that unpacks to 200 MB."""
    data = saved(scene(32, 32), "PNG")
    comment = b"Comment\0\0" + zlib.compress(b"\0" * 200_000_000, 9)
    chunk = struct.pack(">I", len(comment)) + b"zTXt" + comment
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + comment))
    return data[:33] + chunk + data[33:]


def animation(form: str) -> bytes:
    frames = [scene(64, 64, fault=bool(index % 2)) for index in range(4)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


def polyglot() -> bytes:
    """A good photo with an archive behind it."""
    stream = io.BytesIO(jpeg(400, 300))
    stream.seek(0, io.SEEK_END)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("payload.html", "<script>alert(1)</script>")
    return stream.getvalue()


def eps() -> bytes:
    return saved(scene(64, 64), "EPS")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>'
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def damaged(start: int, end: int, patch: bytes = b"") -> bytes:
    """A photo with the bytes between two thousandths of its length replaced."""
    photo = jpeg()
    return photo[: len(photo) * start // 1000] + patch + photo[len(photo) * end // 1000 :]


# Made only when asked for: collecting tests must not cost seconds.
NOT_PICTURES: dict[str, Callable[[], bytes]] = {
    "cut at half": lambda: damaged(500, 1000),
    "last bytes missing": lambda: jpeg()[:-200],
    "header only": lambda: jpeg()[:150],
    "noise in the middle": lambda: damaged(400, 500, random.Random(1).randbytes(2_000)),
    "empty": lambda: b"",
    "text": "Починил, всё работает".encode,
    "svg": lambda: SVG,
    "pdf": lambda: PDF,
    "tiff": lambda: saved(scene(64, 64), "TIFF"),
    "eps": eps,
    "bmp": lambda: saved(scene(64, 64), "BMP"),
    "gif": lambda: saved(scene(64, 64).convert("P"), "GIF"),
    "animated gif": lambda: animation("GIF"),
    "animated webp": lambda: animation("WEBP"),
    "animated png": lambda: animation("PNG"),
    "text bomb in a png": text_bomb_png,
    "cut heic": lambda: heic()[:2000],
}
BOMBS: dict[str, Callable[[], bytes]] = {
    "9400 square one bit png": lambda: one_bit_png(9_400),
    "60000 square one bit png": lambda: one_bit_png(60_000),
    "200 scans": lambda: many_scans(6_000, 6_000, 200),
    "2000 scans": lambda: many_scans(6_000, 6_000, 2_000),
    "170000 exif segments": lambda: many_segments(170_000),
}
