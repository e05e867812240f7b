"""The operator's workbook against the database: what would change, and the change itself, whole or not at all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed
from core.domain.role import Role
from core.domain.workbook import SheetName
from core.imports.book import Ignored, Reason, Row, Workbook, Wrong
from core.imports.check import check_references
from core.imports.reasons import UNREADABLE
from core.imports.sheets import SHEETS
from core.services import audit, import_history, import_papers, import_writes, phonebook
from core.services.import_plan import Plan, SheetPlan
from core.services.stored_sheets import Stored, known, lived_here, stored

_MAY_IMPORT = (Role.ADMIN, Role.MANAGER, Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class SheetCount:
    """Rows of the file."""

    added: int = 0
    changed: int = 0
    same: int = 0
    wrong: int = 0


@dataclass(frozen=True, slots=True)
class ImportReport:
    applied: bool
    sheets: dict[str, SheetCount] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()
    ignored: tuple[Ignored, ...] = ()


def preview(session: Session, actor: Actor, workbook: Workbook, *, now: datetime) -> ImportReport:
    return _report(workbook, _plan(session, actor, workbook, now=now), applied=False)


def apply(session: Session, actor: Actor, workbook: Workbook, *, now: datetime) -> ImportReport:
    """With one row wrong nothing is written, and the report says so."""
    plan = _plan(session, actor, workbook, now=now)
    if plan.wrong:
        return _report(workbook, plan, applied=False)
    import_writes.write(session, actor, plan, now=now)
    counts = {title: [len(part.added), len(part.changed)] for title, part in plan.sheets.items()}
    touched = {title: count for title, count in counts.items() if any(count)}
    if touched:
        audit.record(session, actor, "workbook", 0, "import", now=now, data=touched)
        phonebook.reconcile(session, now=now)
    return _report(workbook, plan, applied=True)


def unreadable(reason: str) -> ImportReport:
    """The report on a file that is no workbook: `reason` is a code of `core.imports.reasons.UNREADABLE`."""
    return ImportReport(False, wrong=(Wrong("", 0, "", Reason.UNREADABLE, UNREADABLE[reason]),))


def _plan(session: Session, actor: Actor, workbook: Workbook, *, now: datetime) -> Plan:
    if not actor.has(*_MAY_IMPORT):
        raise NotAllowed
    plan = Plan(wrong=[*workbook.wrong, *check_references(workbook, known(session))])
    plan.wrong += import_papers.too_far(session, workbook, now=now)
    wrong_rows = {(fault.sheet, fault.row) for fault in plan.wrong}
    for title in SHEETS:
        if title in workbook.sheets:
            rows = [row for row in workbook.rows(title) if (title, row.number) not in wrong_rows]
            plan.sheets[title] = _compare(session, title, workbook, rows, now=now)
    if SheetName.HISTORY in plan.sheets:
        import_history.plan_payers(session, plan, now=now)
    return plan


def _compare(session: Session, title: str, workbook: Workbook, rows: Iterable[Row], *, now: datetime) -> SheetPlan:
    there = stored(session, title, now=now)
    fields = workbook.sheets[title].fields
    untouchable = lived_here(session) if title == SheetName.HISTORY else set()
    part, proven = SheetPlan(), import_papers.proven(session, title)
    for row in rows:
        old = there.get(tuple(row.values[name] for name in SHEETS[title].key))
        if old is None:
            part.added.append(Row(row.number, _with_blanks(title) | row.values))
        elif old.id in untouchable:
            part.untouched.append((row, old))
        elif _is_same(old, values := proven.over(old, row.values), fields):
            part.same += 1
        else:
            part.changed.append((row.number, old, old.values | values))
    return part


def _is_same(old: Stored, values: dict[str, Any], fields: frozenset[str]) -> bool:
    return all(old.values[name] == values[name] for name in fields)


def _with_blanks(title: str) -> dict[str, Any]:
    """What a new row has in the columns the file has not."""
    values: dict[str, Any] = {}
    for column in SHEETS[title].columns:
        if not column.must_stand:
            several = column.blank if len(column.fields) > 1 else (column.blank,)
            values.update(zip(column.fields, several, strict=True))
    return values


def _report(workbook: Workbook, plan: Plan, *, applied: bool) -> ImportReport:
    wrong_rows: dict[str, set[int]] = {}
    for fault in plan.wrong:
        wrong_rows.setdefault(fault.sheet, set()).add(fault.row)
    counts: dict[str, SheetCount] = {}
    for title in SHEETS:
        wrong = len(wrong_rows.get(title, ()))
        if title in plan.sheets:
            part = plan.sheets[title]
            same = part.same + len(part.untouched)
            counts[title] = SheetCount(len(part.added), len(part.changed), same, wrong)
        elif wrong:
            counts[title] = SheetCount(wrong=wrong)
    faults = sorted(plan.wrong, key=lambda fault: (_place(fault.sheet), fault.row))
    return ImportReport(applied, counts, tuple(faults), tuple(workbook.ignored))


def _place(title: str) -> int:
    return list(SHEETS).index(title) if title in SHEETS else -1
