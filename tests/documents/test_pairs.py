"""What the client is shown: every photo stamped, before beside after, nothing hidden in the file."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from core.documents.lettering import BOLD, REGULAR, printable
from core.documents.pictures import PairLabels, Pictures, Shot
from core.domain.errors import NotAPicture
from tests.documents import corpus

LABELS = PairLabels(
    title="Заявка № 1042 · Ремонт кондиционера",
    subtitle="Магнит «У дома» · Екатеринбург, ул. Ленина, д. 5",
    before="До",
    after="После",
    missing="нет снимка",
)
STAMP = ("Заявка № 1042 · Магнит «У дома»", "16.03.2026 14:05 (UTC+5) · 56,83800, 60,59730")


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    with Pictures(children=1) as shared:
        yield shared


def shot(folder: Path, name: str, data: bytes, stamp: tuple[str, ...] = STAMP) -> Shot:
    path = folder / name
    path.write_bytes(data)
    return Shot(path, stamp)


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    assert picture.format == "JPEG"
    return picture


def brightness(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    grey = picture.convert("L").crop(box)
    return sum(grey.tobytes()) / (grey.width * grey.height)


def test_one_pair_is_a_wide_picture_of_at_most_2560(tmp_path: Path, pictures: Pictures) -> None:
    before = shot(tmp_path, "1.jpg", corpus.jpeg(4000, 3000))
    after = shot(tmp_path, "2.jpg", corpus.jpeg(4000, 3000))
    sheet = opened(pictures.pairs([before], [after], LABELS))
    assert sheet.width == 2560
    assert 1_000 < sheet.height < 1_500


@pytest.mark.parametrize(("befores", "afters"), [(0, 1), (1, 0), (0, 0), (1, 3), (5, 2)])
def test_unequal_counts_make_as_many_rows_as_the_longer_side(
    tmp_path: Path, pictures: Pictures, befores: int, afters: int
) -> None:
    photo = shot(tmp_path, "1.jpg", corpus.jpeg(640, 480))
    sheet = opened(pictures.pairs([photo] * befores, [photo] * afters, LABELS))
    rows = max(befores, afters, 1)
    assert sheet.height > rows * 400
    assert sheet.width + sheet.height <= 10_000


def test_many_rows_stay_within_what_the_messenger_takes(tmp_path: Path, pictures: Pictures) -> None:
    photo = shot(tmp_path, "1.jpg", corpus.jpeg(480, 640))
    data = pictures.pairs([photo] * 12, [photo] * 12, LABELS)
    sheet = opened(data)
    assert sheet.width + sheet.height <= 10_000
    assert sheet.height < 20 * sheet.width
    assert len(data) <= 2_000_000


def test_even_noise_stays_under_two_megabytes(tmp_path: Path, pictures: Pictures) -> None:
    grain = Image.frombytes("RGB", (1600, 1200), random.Random(7).randbytes(1600 * 1200 * 3))
    photo = shot(tmp_path, "1.jpg", corpus.saved(grain, "JPEG", quality=90))
    data = pictures.pairs([photo] * 3, [photo] * 3, LABELS)
    assert len(data) <= 2_000_000
    assert opened(data).width > 800


def test_before_is_on_the_left_and_after_on_the_right(tmp_path: Path, pictures: Pictures) -> None:
    dark = shot(tmp_path, "1.png", corpus.saved(Image.new("RGB", (800, 600), "black"), "PNG"), ())
    light = shot(tmp_path, "2.png", corpus.saved(Image.new("RGB", (800, 600), "white"), "PNG"), ())
    sheet = opened(pictures.pairs([dark], [light], LABELS))
    middle = sheet.height // 2
    assert brightness(sheet, (400, middle, 600, middle + 100)) < 10
    assert brightness(sheet, (1900, middle, 2100, middle + 100)) > 245


def test_the_stamp_darkens_only_the_lower_edge(tmp_path: Path, pictures: Pictures) -> None:
    white = corpus.saved(Image.new("RGB", (1600, 1200), "white"), "JPEG")
    marked = opened(pictures.watermark(shot(tmp_path, "1.jpg", white)))
    plain = opened(pictures.watermark(shot(tmp_path, "2.jpg", white, ())))
    assert marked.size == plain.size == (1600, 1200)
    assert brightness(marked, (0, 1100, 1600, 1200)) < 150
    assert brightness(marked, (0, 0, 1600, 900)) > 253
    assert brightness(plain, (0, 1100, 1600, 1200)) > 253


def test_two_stamps_make_two_different_pictures(tmp_path: Path, pictures: Pictures) -> None:
    photo = shot(tmp_path, "1.jpg", corpus.jpeg())
    other = Shot(photo.path, ("Заявка № 1043 · Магнит «У дома»", STAMP[1]))
    assert pictures.watermark(photo) != pictures.watermark(other)


def test_a_shown_copy_carries_no_metadata_and_no_tail(tmp_path: Path, pictures: Pictures) -> None:
    data = corpus.jpeg(800, 600, exif=corpus.camera_exif()) + corpus.polyglot()[-300:]
    assert b"payload.html" in data
    copy = pictures.watermark(shot(tmp_path, "1.jpg", data))
    assert dict(opened(copy).getexif()) == {}
    assert b"payload.html" not in copy
    assert b"Exif" not in copy
    sheet = pictures.pairs([shot(tmp_path, "1.jpg", data)], [], LABELS)
    assert dict(opened(sheet).getexif()) == {}
    assert b"payload.html" not in sheet


def test_a_photo_taken_sideways_stands_upright(tmp_path: Path, pictures: Pictures) -> None:
    data = corpus.jpeg(1600, 1200, exif=corpus.camera_exif(orientation=6))
    assert opened(pictures.watermark(shot(tmp_path, "1.jpg", data))).size == (1200, 1600)


def test_a_large_photo_is_shown_at_2560_and_a_small_one_as_it_is(tmp_path: Path, pictures: Pictures) -> None:
    assert opened(pictures.watermark(shot(tmp_path, "1.jpg", corpus.jpeg(5000, 4000)))).size == (2560, 2048)
    assert opened(pictures.watermark(shot(tmp_path, "2.jpg", corpus.jpeg(300, 200)))).size == (300, 200)


def test_a_strip_one_pixel_high_is_stamped_too(tmp_path: Path, pictures: Pictures) -> None:
    strip = shot(tmp_path, "1.png", corpus.saved(Image.new("RGB", (3000, 1), "red"), "PNG"))
    assert opened(pictures.watermark(strip)).size == (2560, 1)
    assert opened(pictures.pairs([strip], [], LABELS)).width == 2560


def test_heic_and_transparent_pictures_can_be_paired(tmp_path: Path, pictures: Pictures) -> None:
    clear = corpus.saved(Image.new("RGBA", (640, 480), (0, 0, 0, 0)), "PNG")
    sheet = pictures.pairs([shot(tmp_path, "1.heic", corpus.heic())], [shot(tmp_path, "2.png", clear, ())], LABELS)
    assert brightness(opened(sheet), (1900, 600, 2100, 700)) > 245


def test_endless_names_and_odd_marks_are_drawn_without_failing(tmp_path: Path, pictures: Pictures) -> None:
    odd = "Ы" * 3_000 + " \u202e\u00ad\u0301\uffff👷🏽‍♂️ \x00 " + "слово " * 500
    photo = shot(tmp_path, "1.jpg", corpus.jpeg(640, 480), (odd, "", "👷🏽‍♂️"))
    labels = PairLabels(odd, odd, "Before", "After", odd)
    assert opened(pictures.pairs([photo], [], labels)).width == 2560


def test_a_broken_picture_cannot_be_shown(tmp_path: Path, pictures: Pictures) -> None:
    broken = shot(tmp_path, "1.jpg", corpus.jpeg()[:5_000])
    with pytest.raises(NotAPicture):
        pictures.pairs([broken], [], LABELS)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Магазин 🏪 «У дома» № 5", "Магазин «У дома» № 5"),
        ("и\u0306ог", "йог"),
        ("a\u202eb\u200bc\u00add", "abcd"),
        (" 1 500\u00a0₽\n", "1 500 ₽"),
        ("# *b* <b> $x$ [a] @b \\n", "# *b* <b> $x$ [a] @b \\n"),
        ("店", ""),
    ],
)
def test_only_letters_of_our_type_are_printed(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_the_type_travels_with_its_licence() -> None:
    assert REGULAR.is_file()
    assert BOLD.is_file()
    licence = (REGULAR.parent / "LICENSE-PTSans.txt").read_text(encoding="utf-8")
    assert "ParaType Ltd" in licence
    assert "GRANT OF LICENSE" in licence
