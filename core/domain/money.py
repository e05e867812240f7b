"""Money is whole kopecks, quantities whole thousandths; their product is rounded here and nowhere else."""

import re

#: `5000`, `5 000 р`, `5к`, `3,5 тыс. руб.`, `4500,50 ₽`: as people type them.
_TYPED = re.compile(r"(\d+)(?:[.,](\d{1,3}))?(к|k|тыс\.?|т\.?(?=р|$))?(р|руб|рублей|рубля|рубль|₽|rub)?\.?")
_SPACES = re.compile(r"[\s\u00a0\u202f']+")
LONGEST = 24


def line_sum(price_kop: int, quantity_milli: int) -> int:
    """Price × quantity in kopecks, half up."""
    return (price_kop * quantity_milli + 500) // 1000


def rate_for(sum_kop: int, quantity_milli: int) -> int:
    """The price whose product with the quantity is as near to the sum as whole kopecks allow."""
    return (sum_kop * 1000 + quantity_milli // 2) // quantity_milli


def kopecks(typed: str) -> int | None:
    """Roubles as people type them; None for what is no sum of money."""
    match = _TYPED.fullmatch(_SPACES.sub("", typed[:LONGEST]).casefold()) if len(typed) <= LONGEST else None
    if match is None:
        return None
    whole, part, thousand, _ = match.groups()
    if not whole.isascii() or (part and not part.isascii()):
        return None
    if part and not thousand and len(part) > 2:
        return None
    scale = 100_000 if thousand else 100
    return int(whole) * scale + (int(part) * scale // 10 ** len(part) if part else 0)
