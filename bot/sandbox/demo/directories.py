"""Generated directories of the size of a real operator, as the workbook an operator would bring.

Written and then loaded as any other file: what the product's own import would refuse never gets in.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from bot.sandbox.demo import clients, firms
from bot.sandbox.demo.papers import Papers
from core.domain.workbook import SheetName
from core.imports.write import write

SEED = 1917


@dataclass(frozen=True, slots=True)
class Size:
    sites: int = 3_500
    contractors: int = 800


def write_book(path: Path, today: date, size: Size = Size()) -> None:
    """The same day and size give the same book."""
    dice, papers = Random(SEED), Papers()
    own, own_rows = clients.own_entities(papers)
    sheets: dict[str, clients.Rows] = {SheetName.OWN: own_rows, SheetName.SLA: clients.sla()}
    sheets |= clients.sheets(dice, papers, own, today, size.sites)
    sheets |= firms.sheets(dice, papers, own, today, size.contractors)
    write(path, sheets)
