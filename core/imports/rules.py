"""What the cells of one row must say together: an account fits its bank, a date does not precede its cause.

Each rule yields (field, reason, detail) for what is wrong; a field that could not be read is not judged.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from core.domain import requisites
from core.domain.workbook import HISTORY_STATUSES, MOSCOW_FIXED, word
from core.imports.book import Reason

Values = Mapping[str, Any]
Fault = tuple[str, Reason, str]


def requisites_rules(row: Values) -> Iterator[Fault]:
    account, bic, corr, ogrn = (row.get(field) for field in ("account", "bic", "corr_account", "ogrn"))
    if (account or corr) and bic == "":
        yield "bic", Reason.EMPTY, ""
    if account and bic and not requisites.is_account(account, bic):
        yield "account", Reason.NOT_ACCOUNT, account
    if corr and bic and not requisites.is_correspondent_account(corr, bic):
        yield "corr_account", Reason.NOT_CORR_ACCOUNT, corr
    is_firm = len(row["inn"]) == 10 if row.get("inn") else None
    if ogrn and is_firm is not False and len(ogrn) != 15 and not requisites.is_ogrn(ogrn):
        yield "ogrn", Reason.NOT_OGRN, ogrn
    elif ogrn and len(ogrn) == 15 and not requisites.is_ogrnip(ogrn):
        yield "ogrn", Reason.NOT_OGRNIP, ogrn
    elif ogrn and is_firm is not None and (len(ogrn) == 15) is is_firm:
        yield "ogrn", Reason.WRONG_FORM, ogrn
    if row.get("kpp") and is_firm is False:
        yield "kpp", Reason.WRONG_FORM, row["kpp"]


def contractor_rules(row: Values) -> Iterator[Fault]:
    yield from requisites_rules(row)
    if row.get("form") and row.get("inn") and (row["form"] == "ООО") is not (len(row["inn"]) == 10):
        yield "form", Reason.WRONG_FORM, row["form"]


def contract_rules(row: Values) -> Iterator[Fault]:
    starts_on, ends_on = row.get("starts_on"), row.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        yield "ends_on", Reason.ENDS_BEFORE_START, ends_on.strftime("%d.%m.%Y")


def history_rules(row: Values) -> Iterator[Fault]:
    if row.get("status") is not None:
        yield from _status_rules(row, row["status"])
    moments = ((field, row.get(field)) for field in ("registered_at", "reported_at", "accepted_at"))
    known = [(field, moment) for field, moment in moments if moment is not None]
    for (_, earlier), (field, later) in pairwise(known):
        if later < earlier:
            yield field, Reason.ENDS_BEFORE_START, f"{later.astimezone(MOSCOW_FIXED):%d.%m.%Y %H:%M}"


def _status_rules(row: Values, status: str) -> Iterator[Fault]:
    said = word(HISTORY_STATUSES, status)
    needed = {"accepted": ("contractor_key", "reported_at", "accepted_at"), "cancelled": ()}
    for field in needed.get(status, ("contractor_key", "reported_at")):
        if field in row and row[field] is None:
            yield field, Reason.NEEDED_BY_STATUS, said
    if status != "accepted" and row.get("accepted_at") is not None:
        yield "accepted_at", Reason.ODD_FOR_STATUS, said
