"""The cover as one picture for a phone: a bar of sites for each skill, under it the regions where most have nobody.

Drawn on a figure of its own with the type we ship, never through pyplot, so threads do not meet in global state.
The libraries cost a second, so they are imported by whoever draws.
"""

import io
import textwrap
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.documents.lettering import BOLD, REGULAR, printable
from core.domain.cover import Level, Tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 1080
MOST_BARS = 16
MOST_COLUMNS = 12
MOST_ROWS = 10
_MARGIN = 36
_NAMES = 320  # the column of names, of skills and of regions alike
_HEAD, _TABLE_HEAD = 184, 122
_BAR_ROW, _BAR = 58, 42
_TABLE_ROW = 54
_TITLE, _LARGE, _TEXT, _SMALL = 44, 30, 25, 23
_LETTERS, _COLUMN_LETTERS = 26, 18  # of a name on one line
_LETTER = 12  # pixels
_PAPER, _INK, _PALE_INK, _LINE = "#FFFFFF", "#14213D", "#5B6478", "#E3E7EE"
#: Red to blue by way of pale: kept apart by every kind of eyes and in grey; the ink that is read on each.
COLOURS = {
    Level.NOBODY: ("#B2182B", "#FFFFFF"),
    Level.ONE: ("#F4A582", _INK),
    Level.FEW: ("#FBE3CF", _INK),
    Level.ENOUGH: ("#2C7BB6", "#FFFFFF"),
}
#: Matplotlib keeps caches that two threads must not fill at once.
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class Bar:
    name: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Row:
    """A region: how many sites it has, and how many of them have nobody, by the skills of the columns."""

    name: str
    sites: int
    nobody: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, the worst first; more than a phone can show is left out and told in `labels`."""

    bars: tuple[Bar, ...]
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Labels:
    title: str
    subtitle: str
    levels: dict[Level, str]
    table: str
    table_hint: str


def draw(chart: Chart, labels: Labels) -> bytes:
    """PNG, 1080 pixels wide."""
    with _ONE_AT_A_TIME:
        return _Sheet(_height(chart)).drawn(chart, labels)


def _height(chart: Chart) -> int:
    table = _TABLE_HEAD + _column_head(chart) + len(chart.rows) * _TABLE_ROW if chart.rows else 0
    return _MARGIN + _HEAD + len(chart.bars) * _BAR_ROW + table + _MARGIN


def _column_head(chart: Chart) -> int:
    """Room for the longest line of the names that stand upright."""
    lines = [line for name in chart.columns for line in _lines(name, _COLUMN_LETTERS).splitlines()]
    return _LETTER * max(map(len, lines), default=0) + 16


class _Sheet:
    """Axes in pixels from the upper left corner, and a pen that moves down."""

    def __init__(self, height: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.font_manager import FontProperties

        self._figure = Figure(figsize=(WIDTH / 100, height / 100), dpi=100, facecolor=_PAPER)
        FigureCanvasAgg(self._figure)
        self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, WIDTH)
        self._axes.set_ylim(height, 0)
        self._axes.set_axis_off()
        self._fonts = {weight: FontProperties(fname=str(path)) for weight, path in ((0, REGULAR), (1, BOLD))}
        self._top = float(_MARGIN)

    def drawn(self, chart: Chart, labels: Labels) -> bytes:
        self._head(labels)
        for bar in chart.bars:
            self._bar(bar)
        if chart.rows:
            self._table(chart, labels)
        file = io.BytesIO()
        self._figure.savefig(file, format="png", metadata={"Software": None})
        return file.getvalue()

    def _head(self, labels: Labels) -> None:
        self._write(_MARGIN, self._top + 22, labels.title, _TITLE, bold=True)
        self._write(_MARGIN, self._top + 72, labels.subtitle, _TEXT, _PALE_INK)
        left = float(_MARGIN)
        for level in Level:
            self._box(left, self._top + 116, 26, 26, COLOURS[level][0])
            word = self._write(left + 36, self._top + 129, labels.levels[level], _TEXT)
            left += 36 + self._width(word) + 34
        self._top += _HEAD

    def _bar(self, bar: Bar) -> None:
        middle = self._top + _BAR_ROW / 2
        self._write(_MARGIN, middle, _lines(bar.name), _SMALL, linespacing=1)
        left, whole = float(_MARGIN + _NAMES), WIDTH - 2 * _MARGIN - _NAMES
        for level in Level:
            sites = bar.tally.of(level)
            width = whole * sites / bar.tally.sites if bar.tally.sites else 0
            colour, ink = COLOURS[level]
            self._box(left, middle - _BAR / 2, width, _BAR, colour)
            if width > 10 + 13 * len(str(sites)):
                self._write(left + width / 2, middle, str(sites), _SMALL, ink, ha="center")
            left += width
        self._top += _BAR_ROW

    def _table(self, chart: Chart, labels: Labels) -> None:
        self._write(_MARGIN, self._top + 40, labels.table, _LARGE, bold=True)
        self._write(_MARGIN, self._top + 82, labels.table_hint, _SMALL, _PALE_INK)
        self._top += _TABLE_HEAD + _column_head(chart)
        column = min(110.0, (WIDTH - 2 * _MARGIN - _NAMES) / len(chart.columns))
        for number, name in enumerate(chart.columns):
            middle = _MARGIN + _NAMES + column * (number + 0.5)
            how: dict[str, Any] = {"ha": "center", "va": "bottom", "rotation": 90, "linespacing": 0.95}
            self._write(middle, self._top - 8, _lines(name, _COLUMN_LETTERS), _SMALL, **how)
        for row in chart.rows:
            middle = self._top + _TABLE_ROW / 2
            self._write(_MARGIN, middle, _lines(row.name, 22), _SMALL, linespacing=1)
            self._write(_MARGIN + _NAMES - 12, middle, str(row.sites), _SMALL, _PALE_INK, ha="right")
            for number, nobody in enumerate(row.nobody):
                self._cell(_MARGIN + _NAMES + column * number, column, nobody, row.sites)
            self._top += _TABLE_ROW

    def _cell(self, left: float, width: float, nobody: int, sites: int) -> None:
        share = nobody / sites if sites else 0
        self._box(left + 2, self._top + 2, width - 4, _TABLE_ROW - 4, _shade(share))
        ink = "#FFFFFF" if share > 0.5 else _INK if nobody else _PALE_INK
        self._write(left + width / 2, self._top + _TABLE_ROW / 2, str(nobody or "·"), _SMALL, ink, ha="center")

    def _box(self, left: float, top: float, width: float, height: float, colour: Any) -> None:
        from matplotlib.patches import Rectangle

        self._axes.add_patch(Rectangle((left, top), width, height, facecolor=colour, edgecolor="none"))

    def _write(
        self, x: float, y: float, text: str, size: int, ink: str = _INK, *, bold: bool = False, **how: Any
    ) -> Any:
        # 100 dots an inch: a pixel is 0.72 points. Names are no formulas, whatever dollars stand in them.
        given = {"ha": "left", "va": "center", "parse_math": False, "color": ink, **how}
        return self._axes.text(x, y, text, fontproperties=self._fonts[int(bold)], fontsize=size * 0.72, **given)

    def _width(self, text: Any) -> float:
        return float(text.get_window_extent().width)


def _lines(name: str, letters: int = _LETTERS) -> str:
    return "\n".join(textwrap.wrap(printable(name), letters, max_lines=2, placeholder="…"))


def _shade(share: float) -> tuple[float, float, float]:
    """From nearly white to the red of nobody."""
    pale, full = (0xF3, 0xF5, 0xF8), (0xB2, 0x18, 0x2B)
    red, green, blue = (((1 - share) * a + share * b) / 255 for a, b in zip(pale, full, strict=True))
    return red, green, blue
