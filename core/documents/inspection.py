"""What a picture says of itself: size, likeness, and the time and place its camera wrote.

Runs in the image child. Broken EXIF never spoils a good picture: what cannot be read is `None`.
"""

import math
from datetime import datetime
from pathlib import Path
from typing import Any

from PIL import ExifTags, Image

from core.documents.decoding import BROKEN, open_picture, read_limited, upright

_NEAR = (128, 128)  # enough for a 9x8 likeness, and eight times less work for a camera's JPEG
_HASH_SIZE = 8
_MINUTES = 60
_SECONDS = 3600
_TURNED = range(5, 9)  # EXIF orientations that swap width and height


def inspect(path: str) -> dict[str, object]:
    picture, (width, height) = open_picture(read_limited(Path(path)), near=_NEAR, grey=True)
    exif = _exif(picture)
    if exif.get(ExifTags.Base.Orientation) in _TURNED:
        width, height = height, width
    latitude, longitude = _place(exif)
    return {
        "width": width,
        "height": height,
        "format": "JPEG" if picture.format == "MPO" else picture.format,
        "dhash": dhash(upright(picture)),
        "exif_taken_at": _taken_at(exif),
        "exif_lat": latitude,
        "exif_lon": longitude,
        "has_exif": bool(exif),
    }


def dhash(picture: Image.Image) -> str:
    """64 comparisons of neighbours in a 9x8 grey copy: survives the messenger's re-encoding.

    The same view differs in a few bits at most; a blank wall or a black frame has hardly any and is like no other.
    """
    small = picture.convert("L").resize((_HASH_SIZE + 1, _HASH_SIZE), Image.Resampling.BOX)
    bits = 0
    for row in range(_HASH_SIZE):
        for column in range(_HASH_SIZE):
            left, right = small.getpixel((column, row)), small.getpixel((column + 1, row))
            bits = bits << 1 | (left < right)  # type: ignore[operator]  # mode L gives integers
    return f"{bits:016x}"


def _exif(picture: Image.Image) -> Image.Exif:
    try:
        return picture.getexif()
    except BROKEN:
        return Image.Exif()


def _taken_at(exif: Image.Exif) -> str | None:
    """When the shutter was pressed, naive: cameras rarely know their zone. Never the time of editing."""
    try:
        tags = exif.get_ifd(ExifTags.IFD.Exif)
    except BROKEN:
        return None
    for tag in (ExifTags.Base.DateTimeOriginal, ExifTags.Base.DateTimeDigitized):
        try:
            written = str(tags[tag]).strip("\0 ")
            taken = datetime.strptime(written, "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - local by nature
        except BROKEN:
            continue
        return taken.isoformat()
    return None


def _place(exif: Image.Exif) -> tuple[float | None, float | None]:
    try:
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        latitude = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S")
        longitude = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W")
    except BROKEN:
        return None, None
    believable = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude, longitude) != (0, 0)
    return (latitude, longitude) if believable else (None, None)


def _degrees(value: Any, side: Any, negative: str) -> float:
    degrees, minutes, seconds = (float(part) for part in value)
    total = degrees + minutes / _MINUTES + seconds / _SECONDS
    if not math.isfinite(total):
        raise ValueError(total)
    letter = side.decode("ascii", "replace") if isinstance(side, bytes) else str(side)
    return round(-total if letter.strip("\0 ").upper() == negative else total, 6)
