"""Pictures are judged in a child process: good ones give facts, bad ones a named refusal, bombs cost seconds."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from PIL import Image

from core.documents.pictures import Pictures
from core.domain.errors import NotAPicture, PictureTooHard
from tests.documents import corpus

ROOT = Path(__file__).parents[2]
#: Two hashes of one view differ in no more bits.
SAME_VIEW = 6


@pytest.fixture(scope="module")
def pictures() -> Iterator[Pictures]:
    with Pictures() as shared:
        yield shared


def sent(folder: Path, data: bytes, name: str = "photo.jpg") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def bits_apart(one: str, two: str) -> int:
    return (int(one, 16) ^ int(two, 16)).bit_count()


def child_pids() -> list[int]:
    """Children of this process that decode pictures."""
    children = psutil.Process().children(recursive=True)
    return [child.pid for child in children if any("picture_child" in word for word in child.cmdline())]


def test_a_photo_gives_its_facts(tmp_path: Path, pictures: Pictures) -> None:
    facts = pictures.inspect(sent(tmp_path, corpus.jpeg()))
    assert (facts.width, facts.height, facts.format) == (1600, 1200, "JPEG")
    assert len(facts.dhash) == 16
    assert (facts.exif_taken_at, facts.exif_lat, facts.exif_lon) == (None, None, None)
    assert not facts.has_exif


def test_time_and_place_of_a_camera_file_are_read(tmp_path: Path, pictures: Pictures) -> None:
    facts = pictures.inspect(sent(tmp_path, corpus.jpeg(exif=corpus.camera_exif())))
    assert facts.has_exif
    assert facts.exif_taken_at == "2026-03-16T10:05:30"
    assert (facts.exif_lat, facts.exif_lon) == (55.754, 37.62)


def test_a_place_in_the_south_and_west_is_negative(tmp_path: Path, pictures: Pictures) -> None:
    exif = corpus.camera_exif()
    exif.get_ifd(0x8825).update({1: "S", 3: "W"})
    facts = pictures.inspect(sent(tmp_path, corpus.jpeg(exif=exif)))
    assert (facts.exif_lat, facts.exif_lon) == (-55.754, -37.62)


@pytest.mark.parametrize(
    "gps",
    [
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {1: "N", 2: (99.0, 0.0, 0.0), 3: "E", 4: (37.0, 0.0, 0.0)},
        {1: "N", 2: (55.0, 45.0, 0.0)},
        {1: "N", 2: (55.0,), 3: "E", 4: (37.0,)},
    ],
)
def test_an_unbelievable_place_is_no_place(tmp_path: Path, pictures: Pictures, gps: dict[int, object]) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8825).update(gps)
    facts = pictures.inspect(sent(tmp_path, corpus.jpeg(exif=exif)))
    assert (facts.exif_lat, facts.exif_lon) == (None, None)


def test_nonsense_in_the_time_of_shooting_is_no_time(tmp_path: Path, pictures: Pictures) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "0000:00:00 00:00:00"
    facts = pictures.inspect(sent(tmp_path, corpus.jpeg(exif=exif)))
    assert facts.exif_taken_at is None
    assert facts.has_exif


@pytest.mark.parametrize(
    ("name", "data", "format_"),
    [
        ("IMG_1.HEIC", corpus.heic(), "HEIF"),
        ("shot.png", corpus.saved(corpus.scene(800, 600), "PNG"), "PNG"),
        ("shot.webp", corpus.saved(corpus.scene(800, 600), "WEBP"), "WEBP"),
        ("grey.jpg", corpus.saved(corpus.scene(800, 600).convert("L"), "JPEG"), "JPEG"),
        ("cmyk.jpg", corpus.saved(corpus.scene(800, 600).convert("CMYK"), "JPEG"), "JPEG"),
        ("deep.png", corpus.saved(corpus.scene(800, 600).convert("I;16"), "PNG"), "PNG"),
        ("clear.png", corpus.saved(corpus.scene(800, 600).convert("RGBA"), "PNG"), "PNG"),
        ("progressive.jpg", corpus.jpeg(800, 600, progressive=True), "JPEG"),
    ],
)
def test_every_kind_of_photo_a_phone_makes_is_accepted(
    tmp_path: Path, pictures: Pictures, name: str, data: bytes, format_: str
) -> None:
    facts = pictures.inspect(sent(tmp_path, data, name))
    assert (facts.width, facts.height, facts.format) == (800, 600, format_)


def test_a_phone_photo_with_a_preview_behind_it_is_a_photo(tmp_path: Path, pictures: Pictures) -> None:
    data = corpus.saved(corpus.scene(800, 600), "MPO", save_all=True, append_images=[corpus.scene(160, 120)])
    facts = pictures.inspect(sent(tmp_path, data))
    assert (facts.width, facts.height, facts.format) == (800, 600, "JPEG")


def test_the_same_view_is_recognised_after_the_messenger(tmp_path: Path, pictures: Pictures) -> None:
    original = pictures.inspect(sent(tmp_path, corpus.jpeg(4000, 3000), "original.jpg"))
    shrunk = pictures.inspect(sent(tmp_path, corpus.jpeg(1280, 960, quality=60), "shrunk.jpg"))
    other = pictures.inspect(sent(tmp_path, corpus.saved(corpus.scene(1280, 960, fault=True), "JPEG"), "other.jpg"))
    assert bits_apart(original.dhash, shrunk.dhash) <= SAME_VIEW < bits_apart(original.dhash, other.dhash)


def test_the_likeness_of_a_turned_photo_is_taken_upright(tmp_path: Path, pictures: Pictures) -> None:
    upright = pictures.inspect(sent(tmp_path, corpus.jpeg(1200, 1600), "upright.jpg"))
    sideways = corpus.scene(1200, 1600).transpose(Image.Transpose.ROTATE_90)
    data = corpus.saved(sideways, "JPEG", exif=corpus.camera_exif(orientation=6))
    turned = pictures.inspect(sent(tmp_path, data, "turned.jpg"))
    assert (turned.width, turned.height) == (1200, 1600)
    assert bits_apart(upright.dhash, turned.dhash) <= SAME_VIEW


def test_a_blank_frame_says_nothing_about_the_view(tmp_path: Path, pictures: Pictures) -> None:
    blank = [
        pictures.inspect(sent(tmp_path, corpus.saved(Image.new("RGB", (640, 480), colour), "JPEG")))
        for colour in ("black", "white")
    ]
    assert all(int(one.dhash, 16).bit_count() < SAME_VIEW for one in blank)


@pytest.mark.parametrize("kind", corpus.NOT_PICTURES)
def test_what_is_no_picture_is_refused_at_once(tmp_path: Path, pictures: Pictures, kind: str) -> None:
    data = corpus.NOT_PICTURES[kind]()
    started = time.monotonic()
    with pytest.raises(NotAPicture) as refused:
        pictures.inspect(sent(tmp_path, data))
    assert not isinstance(refused.value, PictureTooHard)
    assert refused.value.reason
    assert time.monotonic() - started < 6


@pytest.mark.parametrize("kind", corpus.BOMBS)
def test_a_bomb_is_refused_before_it_costs_anything(tmp_path: Path, pictures: Pictures, kind: str) -> None:
    data = corpus.BOMBS[kind]()
    started = time.monotonic()
    with pytest.raises(PictureTooHard):
        pictures.inspect(sent(tmp_path, data))
    assert time.monotonic() - started < 6


def test_a_photo_with_an_archive_behind_it_is_a_photo(tmp_path: Path, pictures: Pictures) -> None:
    assert pictures.inspect(sent(tmp_path, corpus.polyglot())).width == 400


def test_a_lost_file_is_not_the_fault_of_its_sender(tmp_path: Path, pictures: Pictures) -> None:
    with pytest.raises(OSError, match="FileNotFoundError"):
        pictures.inspect(tmp_path / "gone.jpg")


def test_a_picture_that_eats_its_time_is_killed_while_others_are_answered(tmp_path: Path) -> None:
    bomb = sent(tmp_path, corpus.costly(35), "bomb.jpg")
    photo = sent(tmp_path, corpus.jpeg(), "photo.jpg")
    refusals: list[str] = []

    with Pictures(cpu_seconds=1) as pictures:
        pictures.inspect(photo)

        def eat() -> None:
            try:
                pictures.inspect(bomb)
            except PictureTooHard as refusal:
                refusals.append(refusal.reason)

        eater = threading.Thread(target=eat)
        eater.start()
        answered = 0
        while eater.is_alive():
            assert pictures.inspect(photo).width == 1600
            answered += 1
        eater.join()
        # On a busy machine it may be the wall clock that runs out first.
        assert len(refusals) == 1
        assert refusals[0] == "processor time" or refusals[0].startswith("no answer")
        assert answered > 5
        assert pictures.inspect(photo).width == 1600


def test_a_killed_child_is_replaced_for_the_next_picture(tmp_path: Path) -> None:
    photo = sent(tmp_path, corpus.jpeg())
    before = set(child_pids())
    with Pictures(children=1) as pictures:
        pictures.inspect(photo)
        (child,) = set(child_pids()) - before
        os.kill(child, signal.SIGKILL)
        assert pictures.inspect(photo).width == 1600
        assert child not in child_pids()


def test_a_child_killed_over_a_picture_is_given_it_once_more(tmp_path: Path) -> None:
    slow = sent(tmp_path, corpus.costly(20))
    before = set(child_pids())
    with Pictures(children=1) as pictures:
        pictures.inspect(slow)
        (child,) = set(child_pids()) - before
        murder = threading.Timer(0.5, os.kill, (child, signal.SIGKILL))
        murder.start()
        assert pictures.inspect(slow).width == 6_300
        assert child not in child_pids()
        murder.join()


def test_closing_leaves_no_child_and_serves_nobody(tmp_path: Path) -> None:
    before = set(child_pids())
    pictures = Pictures()
    pictures.inspect(sent(tmp_path, corpus.jpeg()))
    pictures.close()
    assert set(child_pids()) == before
    with pytest.raises(RuntimeError, match="closed"):
        pictures.inspect(tmp_path / "photo.jpg")


def test_the_child_goes_when_its_parent_is_gone() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "core.documents.picture_child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert json.loads(child.stdout.readline()) == {"ready": True}
    child.stdin.close()
    assert child.wait(timeout=20) == 0
    child.stdout.close()


def test_asking_for_pictures_imports_no_picture_library() -> None:
    program = "import sys, core.documents.pictures; print(any(m.split('.')[0] == 'PIL' for m in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
