"""What was proven here and what a workbook says: a stale book takes nothing away, a newer word counts."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.role import Role
from core.imports.book import Reason
from core.imports.reasons import sentence
from core.services import certificate_checks, exports
from core.services.skill_watch import LEARNT
from storage.models.contractor import Contractor, ContractorSkill
from storage.models.desk import Audit
from storage.models.directory import Skill
from tests.imports.test_apply import ADMIN, all_same, load
from tests.make.papers import arrives as bytes_come
from tests.make.papers import sends
from tests.make.people import add_dispatcher
from tests.make.tickets import World, add_engineer, tap
from tests.make.workbooks import Sheets, put, small_book

SHEET = "Компетенции"


def firm_and_row(session: Session) -> tuple[Contractor, ContractorSkill]:
    """The first skill of the book."""
    row = session.scalars(select(ContractorSkill).order_by(ContractorSkill.id).limit(1)).one()
    return session.get_one(Contractor, row.contractor_id), row


def book(*, until: date | None = None, confirmed: str = "да", document: str = "Удостоверение 1") -> Sheets:
    sheets = small_book()
    put(sheets, SHEET, 2, "Действует до", f"{until:%d.%m.%Y}" if until is not None else "")
    put(sheets, SHEET, 2, "Подтверждена", confirmed)
    put(sheets, SHEET, 2, "Документ", document)
    return sheets


def approve(session: Session, now: datetime, until: date | None) -> ContractorSkill:
    firm, row = firm_and_row(session)
    engineer, desk = add_engineer(session, firm, now=now), add_dispatcher(session, now=now)
    world = World(session, now, *([None] * 3), engineer, desk, firm, engineer)  # type: ignore[arg-type]
    certificate = bytes_come(world, sends(world, row.id))
    certificate_checks.approve(session, tap(desk), certificate.id, until, now=now)
    session.expire_all()
    return row


def test_the_same_book_read_again_changes_nothing_however_many_documents_were_approved(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    until = now.date() + timedelta(days=30)
    load(session, tmp_path, book(until=until), now)
    row = approve(session, now, until + timedelta(days=365))
    renewed = row.document
    report = load(session, tmp_path, book(until=until), now)

    assert all_same(report)
    assert (row.valid_until, row.document) == (until + timedelta(days=365), renewed)
    assert all_same(load(session, tmp_path, book(until=None), now))
    assert all_same(load(session, tmp_path, book(until=until - timedelta(days=90)), now))
    assert row.valid_until == until + timedelta(days=365)


def test_a_later_end_in_the_book_counts(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, book(until=now.date()), now)
    row = approve(session, now, now.date() + timedelta(days=10))
    load(session, tmp_path, book(until=now.date() + timedelta(days=90), document="Новое"), now)

    assert (row.valid_until, row.document) == (now.date() + timedelta(days=90), "Новое")


def test_without_a_document_of_ours_the_book_counts_as_before(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, book(until=now.date() + timedelta(days=90)), now)
    _, row = firm_and_row(session)
    load(session, tmp_path, book(until=now.date(), confirmed="нет"), now)

    assert (row.valid_until, row.is_confirmed) == (now.date(), False)


@pytest.mark.breaks_invariants
def test_what_was_learnt_here_stays_confirmed_and_the_book_may_confirm_what_is_under_watch(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    load(session, tmp_path, book(confirmed="нет"), now)
    row = approve(session, now, None)
    assert (row.is_confirmed, row.watched_since) == (False, now)
    load(session, tmp_path, book(confirmed="да"), now)
    assert row.is_confirmed
    load(session, tmp_path, book(confirmed="нет"), now)
    assert not row.is_confirmed

    row.is_confirmed = True
    session.add(Audit(at=now, actor_role=Role.SYSTEM, source="test", entity="skill", entity_id=row.id, event=LEARNT))
    session.flush()
    assert all_same(load(session, tmp_path, book(confirmed="нет"), now))
    assert row.is_confirmed


def test_the_exported_book_is_read_again_as_the_same(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, book(confirmed="нет"), now)
    row = approve(session, now, now.date() + timedelta(days=100))
    rows = exports.workbook(session, ADMIN, now=now)[SHEET]

    mine = rows[0]
    name = session.get_one(Skill, row.skill_id).name
    assert (mine["skill_key"], mine["is_confirmed"], mine["valid_until"]) == (name, False, row.valid_until)
    assert mine["document"] == row.document


def test_a_mistyped_year_is_no_end_of_a_document(session: Session, now: datetime, tmp_path: Path) -> None:
    """Such a document would never end."""
    last = now.date().replace(year=now.year + 20)
    for until in (date(2062, 12, 31), last + timedelta(days=1)):
        report = load(session, tmp_path, book(until=until), now)
        assert not report.applied
        assert [(one.sheet, one.row, one.column, one.reason) for one in report.wrong] == [
            (SHEET, 2, "Действует до", Reason.TOO_FAR)
        ]
        assert sentence(report.wrong[0]) == f"«{until:%d.%m.%Y}» — слишком далеко: проверьте год"
    assert load(session, tmp_path, book(until=last), now).applied
