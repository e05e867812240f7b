"""What an import is going to do: rows to add, rows to change, rows it must leave alone."""

from dataclasses import dataclass, field
from typing import Any

from core.imports.book import Row, Wrong
from core.services.stored_sheets import Stored


@dataclass(slots=True)
class SheetPlan:
    """`changed` holds (number in the file, the row as it is, all its values as they will be)."""

    added: list[Row] = field(default_factory=list)
    changed: list[tuple[int, Stored, dict[str, Any]]] = field(default_factory=list)
    untouched: list[tuple[Row, Stored]] = field(default_factory=list)
    same: int = 0


@dataclass(slots=True)
class Plan:
    """`payers`: number of a ticket → (ИНН of the legal entity, number of its contract)."""

    wrong: list[Wrong]
    sheets: dict[str, SheetPlan] = field(default_factory=dict)
    payers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def part(self, title: str) -> SheetPlan:
        return self.sheets.get(title, _NOTHING)


_NOTHING = SheetPlan()
