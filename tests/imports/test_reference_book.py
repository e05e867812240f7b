"""The workbook of the reference size: its control totals, and the time it may take."""

import json
import time
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.domain.workbook import HISTORY_STATUSES, PERIODS, word
from core.imports.book import Workbook
from core.imports.check import check
from core.imports.read import read
from core.imports.write import write
from core.services import exports, imports
from storage.db import Database
from storage.models.directory import Contract, LegalEntity, OwnEntity
from storage.models.ticket import Ticket
from tests.shared_files import shared

ADMIN = Actor(None, (Grant(Role.ADMIN),), source="test")


@pytest.fixture(scope="module")
def totals() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shared("data/operator.totals.json").read_text(encoding="utf-8"))
    return told


@pytest.fixture(scope="module")
def book() -> Workbook:
    return check(read(shared("data/operator.xlsx")))


def february(session: Session) -> list[Any]:
    """Accepted in February by the clock of Moscow: whose they are, and what each line comes to by rounding alone."""
    start, end = (datetime.fromisoformat(f"2026-0{month}-01T00:00+03:00") for month in (2, 3))
    query = (
        select(LegalEntity.inn, Ticket.quantity_milli, Ticket.client_price_kop, Ticket.contractor_rate_kop)
        .join(LegalEntity, Ticket.legal_entity_id == LegalEntity.id)
        .where(Ticket.accepted_at >= start, Ticket.accepted_at < end)
    )
    return [(inn, half_up(price, milli), half_up(rate, milli)) for inn, milli, price, rate in session.execute(query)]


def half_up(kop: int, milli: int) -> int:
    return (kop * milli + 500) // 1000


def roubles(kop: int) -> Decimal:
    return Decimal(kop) / 100


async def test_control_totals_come_out_in_time(
    db: Database, book: Workbook, totals: dict[str, Any], tmp_path: Path
) -> None:
    started = time.monotonic()
    preview = await db.read(imports.preview, ADMIN, book)
    previewed = time.monotonic()
    report = await db.write(imports.apply, ADMIN, book)
    applied = time.monotonic()

    assert preview.sheets == report.sheets
    assert {title: count.added for title, count in report.sheets.items()} == totals["counts"]
    assert report.applied
    assert (previewed - started, applied - previewed) < (10, 20)

    await db.read(check_totals, totals)
    again = await db.write(imports.apply, ADMIN, book)
    assert {title: count.same for title, count in again.sheets.items()} == totals["counts"]

    write(tmp_path / "out.xlsx", await db.read(exports.workbook, ADMIN))
    returned = await db.read(imports.preview, ADMIN, check(read(tmp_path / "out.xlsx")))
    assert {title: count.same for title, count in returned.sheets.items()} == totals["counts"]


def check_totals(session: Session, totals: dict[str, Any], *, now: datetime) -> None:
    statuses = dict(session.execute(select(Ticket.status, func.count()).group_by(Ticket.status)).tuples().all())
    assert {word: statuses[value] for word, value in HISTORY_STATUSES.items()} == totals["statuses"]
    lines = february(session)
    assert roubles(sum(net for _, net, _ in lines)) == Decimal(totals["february"]["accepted_net"])
    assert roubles(sum(cost for _, _, cost in lines)) == Decimal(totals["february"]["accepted_contractor_cost"])
    for inn, of_entity in totals["by_entity"].items():
        own = [(net, cost) for its, net, cost in lines if its == inn]
        assert len(own) == of_entity["tickets"], inn
        assert roubles(sum(net for net, _ in own)) == Decimal(of_entity["net"])
        assert roubles(sum(cost for _, cost in own)) == Decimal(of_entity["cost"])
    contracts = select(LegalEntity.inn, Contract.number, OwnEntity.inn, OwnEntity.vat_percent, Contract.period)
    contracts = contracts.join(Contract, Contract.legal_entity_id == LegalEntity.id)
    for inn, number, own_inn, vat, period in session.execute(
        contracts.join(OwnEntity, Contract.own_entity_id == OwnEntity.id)
    ):
        if inn in totals["by_entity"]:
            of_entity = totals["by_entity"][inn]
            assert (number, own_inn, vat or 0) == tuple(of_entity[name] for name in ("contract", "own_inn", "vat_rate"))
            assert word(PERIODS, period) == of_entity["period"]
