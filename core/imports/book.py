"""A workbook as data: what was read, what is wrong with it, what was passed over.

Raw is what stood in the cells; checked is what they mean. Only a checked book reaches the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Reason(StrEnum):
    """Why a cell, a row or a whole sheet cannot be used. The words are in `core.imports.reasons`."""

    MISSING_SHEET = "missing_sheet"
    MISSING_COLUMN = "missing_column"
    COLUMN_TWICE = "column_twice"
    SHEET_TWICE = "sheet_twice"
    UNREADABLE = "unreadable"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NOT_WHOLE = "not_whole"
    TOO_EXACT = "too_exact"
    OUT_OF_BOUNDS = "out_of_bounds"
    NOT_A_DATE = "not_a_date"
    NOT_A_TIME = "not_a_time"
    NOT_YES_NO = "not_yes_no"
    NOT_OF_LIST = "not_of_list"
    NOT_INN = "not_inn"
    NOT_KPP = "not_kpp"
    NOT_OGRN = "not_ogrn"
    NOT_OGRNIP = "not_ogrnip"
    NOT_BIC = "not_bic"
    NOT_ACCOUNT = "not_account"
    NOT_CORR_ACCOUNT = "not_corr_account"
    NOT_PHONE = "not_phone"
    NOT_EMAIL = "not_email"
    NOT_ZONE = "not_zone"
    NOT_HOURS = "not_hours"
    WRONG_FORM = "wrong_form"
    ENDS_BEFORE_START = "ends_before_start"
    NUMBER_TAKEN = "number_taken"
    NEEDED_BY_STATUS = "needed_by_status"
    ODD_FOR_STATUS = "odd_for_status"
    DUPLICATE = "duplicate"
    TOO_FAR = "too_far"
    UNKNOWN_REFERENCE = "unknown_reference"
    OTHER_CLIENT = "other_client"
    NO_CONTRACT = "no_contract"


@dataclass(frozen=True, slots=True)
class Wrong:
    """One fault. Row and column are as the reader sees them in the file; row 0 means the whole sheet."""

    sheet: str
    row: int
    column: str
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Ignored:
    """A column (or, with no column, a whole sheet) this program does not know."""

    sheet: str
    column: str


@dataclass(frozen=True, slots=True)
class RawSheet:
    """`title` is the name of the sheet or of the CSV file; rows carry their number in the file."""

    title: str
    rows: list[tuple[int, list[Any]]]


@dataclass(frozen=True, slots=True)
class RawBook:
    sheets: list[RawSheet]
    #: One XLSX is a whole book; a folder of CSV files may hold only some of the sheets.
    is_whole: bool


@dataclass(slots=True)
class Row:
    number: int
    values: dict[str, Any]


@dataclass(slots=True)
class CheckedSheet:
    """Good rows by key. `fields` are those the file has a column for: the others stay as they are."""

    fields: frozenset[str]
    rows: dict[tuple[Any, ...], Row] = field(default_factory=dict)


@dataclass(slots=True)
class Workbook:
    """`sheets` are those the file has, by their canonical name.

    `names` are the codes other rows may refer to, also those of wrong rows: who refers to a wrong row is not wrong
    himself. A kind of names is in `lost_names` when its column could not be read at all.
    """

    is_whole: bool
    sheets: dict[str, CheckedSheet] = field(default_factory=dict)
    wrong: list[Wrong] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    names: dict[str, set[str]] = field(default_factory=dict)
    lost_names: set[str] = field(default_factory=set)

    def rows(self, title: str) -> Iterator[Row]:
        if title in self.sheets:
            yield from self.sheets[title].rows.values()
