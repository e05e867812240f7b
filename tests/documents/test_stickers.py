"""Stickers: every QR leads to its own site, and no name can break or change the sheet."""

import io
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from core.documents.stickers import (
    Sticker,
    StickerSheet,
    StickerTexts,
    site_link,
    sticker_preview,
    sticker_sheets,
)

ROOT = Path(__file__).parents[2]
BOT = "naryad_demo_bot"
TEXTS = StickerTexts(
    title="Наклейки: Магнит",
    instruction="Сломалось? Наведите камеру — и напишите нам в Telegram",
    operator="ООО «Наряд Сервис»",
)
ODD_NAMES = [
    "#panic(sys.inputs)",
    "*жирный* _курсив_ `код` $x^2$",
    "<b>магазин</b> & <метка> @ссылка",
    '"]}); #import "x" \\n \\u{1F600}',
    "Магазин 🏪 у дома 👷🏽‍♂️",
    "// не комментарий /* и не этот */",
    "\u202eакбоб\u0000\x0b",
    "",
    "ОченьДлинноеНазваниеБезЕдиногоПробела" * 12,
    "слово " * 400,
]


def site(number: int, name: str = "Магнит «У дома»") -> Sticker:
    return Sticker(f"k{number:07d}_Zz-", name, "г. Екатеринбург, ул. Ленина, д. 5", f"О-{number:05d}")


def links_on(page: bytes) -> list[str]:
    """What a phone reads on the page, line by line."""
    picture = Image.open(io.BytesIO(page)).convert("L")
    found = zxingcpp.read_barcodes(picture)
    found.sort(key=lambda code: (code.position.top_left.y // 50, code.position.top_left.x))
    return [code.text for code in found]


def pages_of(pdf: bytes) -> int:
    """Counted in the page tree, unpacking the object streams it may be stored in."""
    texts = [pdf]
    for stream in re.finditer(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            texts.append(zlib.decompressobj().decompress(stream[1]))
        except zlib.error:
            continue
    return sum(len(re.findall(rb"/Type\s*/Page\b", text)) for text in texts)


@pytest.mark.parametrize(("sheet", "most"), [(StickerSheet.SMALL, 21), (StickerSheet.LARGE, 10)])
def test_every_code_on_a_full_page_is_read_back_in_order(sheet: StickerSheet, most: int) -> None:
    stickers = [site(number) for number in range(most + 3)]
    page = sticker_preview(stickers, TEXTS, bot=BOT, sheet=sheet)
    assert links_on(page) == [site_link(BOT, sticker.token) for sticker in stickers[:most]]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_prints_as_it_is_and_its_code_still_reads(name: str) -> None:
    stickers = [Sticker("abc", name, name, name), site(2)]
    texts = StickerTexts(title=name, instruction=name, operator=name)
    assert links_on(sticker_preview(stickers, texts, bot=BOT)) == [
        f"https://t.me/{BOT}?start=s_abc",
        f"https://t.me/{BOT}?start=s_k0000002_Zz-",
    ]


def test_a_name_that_looks_like_markup_makes_other_ink_than_what_it_would_mean() -> None:
    printed = {sticker_preview([site(1, name)], TEXTS, bot=BOT) for name in ("*a*", "a", "#upper[a]", "A", "_a_")}
    assert len(printed) == 5


def test_an_endless_name_does_not_push_the_next_sticker_away() -> None:
    plain = sticker_preview([site(1), site(2), site(3), site(4)], TEXTS, bot=BOT)
    odd = sticker_preview([site(1, "слово " * 400), site(2), site(3), site(4)], TEXTS, bot=BOT)
    first, second = (zxingcpp.read_barcodes(Image.open(io.BytesIO(page)).convert("L")) for page in (plain, odd))
    places = [{code.text: str(code.position) for code in codes} for codes in (first, second)]
    assert len(places[0]) == 4
    assert places[0] == places[1]


def test_a_client_with_all_the_sites_gets_all_the_pages() -> None:
    pdf = sticker_sheets([site(number) for number in range(3_500)], TEXTS, bot=BOT)
    assert pdf.startswith(b"%PDF-")
    assert pages_of(pdf) == 167
    assert len(pdf) < 20_000_000


def test_two_printings_of_the_same_sites_are_the_same_file() -> None:
    stickers = [site(number) for number in range(5)]
    assert sticker_sheets(stickers, TEXTS, bot=BOT) == sticker_sheets(stickers, TEXTS, bot=BOT)


def test_no_sites_make_one_empty_page() -> None:
    assert pages_of(sticker_sheets([], TEXTS, bot=BOT)) == 1


@pytest.mark.parametrize("token", ["", "О-00123", "a b", "a&start=x", "x" * 63, "a\n"])
def test_a_token_that_telegram_would_not_pass_on_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="not a deep link"):
        site_link(BOT, token)


def test_preparing_stickers_loads_no_heavy_library() -> None:
    program = "import sys, core.documents.stickers; print({'typst', 'segno', 'PIL'} & set(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"
