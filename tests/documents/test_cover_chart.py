"""The picture of the cover: a PNG that fits a phone, shows its colours and survives every name."""

import io
import subprocess
import sys
import threading
from pathlib import Path

from PIL import Image

from core.documents.cover_chart import COLOURS, MOST_BARS, MOST_COLUMNS, MOST_ROWS, Bar, Chart, Labels, Row, draw
from core.domain.cover import Level, Tally

ROOT = Path(__file__).parents[2]
LABELS = Labels(
    title="Кого можно позвать на объект",
    subtitle="3 500 объектов, 800 подрядчиков",
    levels={Level.NOBODY: "никого", Level.ONE: "один", Level.FEW: "мало", Level.ENOUGH: "3 и больше"},
    table="Где некого позвать чаще всего",
    table_hint="Сколько объектов без подрядчика",
)
ODD_NAMES = ("$x^2$ \\frac{1}{", "Холод 🏪\u202e", "", "ОченьДлинноеНазваниеБезПробела" * 9, "слово " * 300, "a\nb\tc")


def opened(png: bytes) -> Image.Image:
    assert png.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(png)).convert("RGB")


def rgb(level: Level) -> tuple[int, ...]:
    return tuple(bytes.fromhex(COLOURS[level][0][1:]))


def colours(picture: Image.Image) -> dict[tuple[int, ...], int]:
    """Colour → pixels."""
    counted = picture.getcolors(picture.width * picture.height)
    assert counted is not None
    return {colour: count for count, colour in counted}  # type: ignore[misc]


def full() -> Chart:
    tally = Tally(820, 542, 462, 1676)
    rows = tuple(Row(f"Область {n}", 60, tuple(range(MOST_COLUMNS))) for n in range(MOST_ROWS))
    names = tuple(f"Компетенция {n}" for n in range(MOST_BARS))
    return Chart(tuple(Bar(name, tally) for name in names), names[:MOST_COLUMNS], rows)


def test_the_largest_picture_is_one_that_a_phone_shows_whole() -> None:
    png = draw(full(), LABELS)
    picture = opened(png)

    assert picture.width == 1080
    assert 1000 < picture.height < 2200
    assert len(png) < 1_000_000


def test_the_bars_are_as_long_as_their_counts() -> None:
    found = colours(opened(draw(Chart((Bar("Электрика", Tally(10, 20, 30, 40)),)), LABELS)))

    keys = {level: 26 * 26 for level in Level}  # of the legend
    bars = {level: found[rgb(level)] - keys[level] for level in Level}
    whole = sum(bars.values())
    for level, share in zip(Level, (0.1, 0.2, 0.3, 0.4), strict=True):
        assert abs(bars[level] / whole - share) < 0.03, level  # the number inside takes some pixels


def test_a_level_that_is_nowhere_has_only_its_key() -> None:
    found = colours(opened(draw(Chart((Bar("Электрика", Tally(enough=5)),)), LABELS)))

    assert found[rgb(Level.NOBODY)] <= 26 * 26
    assert found[rgb(Level.ENOUGH)] > 10_000


def test_no_name_breaks_the_picture_or_warns() -> None:
    rows = tuple(Row(name, 0, (0, 0)) for name in ODD_NAMES)
    chart = Chart(tuple(Bar(name, Tally()) for name in ODD_NAMES), ODD_NAMES[:2], rows)

    assert opened(draw(chart, LABELS)).width == 1080


def test_the_same_cover_is_the_same_file_also_from_several_threads() -> None:
    chart = full()
    drawn: list[bytes] = []
    threads = [threading.Thread(target=lambda: drawn.append(draw(chart, LABELS))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(drawn) == 3
    assert len(set(drawn)) == 1


def test_the_library_is_loaded_by_who_draws_and_never_as_a_global_plot() -> None:
    code = """
import sys
import core.services.cover
import core.documents.cover_chart as chart
assert not {"matplotlib", "numpy"} & set(sys.modules)
labels = chart.Labels("", "", dict.fromkeys(chart.Level, "x"), "", "")
chart.draw(chart.Chart((chart.Bar("a", chart.Tally(1)),)), labels)
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
