"""The database seen as the workbook: the same sheets, keys and fields. Import compares with it, export writes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.domain.ticket import Origin, TicketEvent
from core.domain.workbook import MOSCOW_FIXED, SheetName
from core.imports.check import Known
from core.imports.sheets import SHEETS
from storage.base import Base
from storage.models.contractor import Contractor, ContractorSkill
from storage.models.desk import Audit
from storage.models.directory import (
    ApprovalStep,
    Client,
    Contract,
    LegalEntity,
    OwnEntity,
    Service,
    Site,
    SiteEntity,
    Skill,
    SlaTarget,
)
from storage.models.ticket import Ticket

Key = tuple[Any, ...]
Attribute = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Stored:
    id: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """`refers` maps a field of the sheet to (our foreign key, the row it names, the name that row goes by)."""

    model: Any
    refers: Mapping[str, tuple[Attribute, type[Base], Attribute]] = field(default_factory=dict)


_CLIENT = (Client, Client.code)
SOURCES: dict[str, Source] = {
    SheetName.OWN: Source(OwnEntity),
    SheetName.CLIENTS: Source(Client),
    SheetName.ENTITIES: Source(LegalEntity, {"client_key": (LegalEntity.client_id, *_CLIENT)}),
    SheetName.SLA: Source(SlaTarget),
    SheetName.CONTRACTS: Source(
        Contract,
        {
            "client_key": (Contract.client_id, *_CLIENT),
            "entity_key": (Contract.legal_entity_id, LegalEntity, LegalEntity.inn),
            "own_key": (Contract.own_entity_id, OwnEntity, OwnEntity.inn),
        },
    ),
    SheetName.SITES: Source(Site, {"client_key": (Site.client_id, *_CLIENT)}),
    SheetName.SERVICES: Source(Service, {"skill_key": (Service.skill_id, Skill, Skill.name)}),
    SheetName.CONTRACTORS: Source(Contractor, {"own_key": (Contractor.own_entity_id, OwnEntity, OwnEntity.inn)}),
    SheetName.SKILLS: Source(
        ContractorSkill,
        {
            "contractor_key": (ContractorSkill.contractor_id, Contractor, Contractor.code),
            "skill_key": (ContractorSkill.skill_id, Skill, Skill.name),
        },
    ),
    SheetName.APPROVALS: Source(ApprovalStep, {"client_key": (ApprovalStep.client_id, *_CLIENT)}),
    SheetName.HISTORY: Source(
        Ticket,
        {
            "site_key": (Ticket.site_id, Site, Site.code),
            "service_key": (Ticket.service_id, Service, Service.code),
            "contractor_key": (Ticket.contractor_id, Contractor, Contractor.code),
        },
    ),
}

#: Who gives out the names that other sheets refer to.
NAMES: dict[str, Attribute] = {
    "own": OwnEntity.inn,
    "client": Client.code,
    "entity": LegalEntity.inn,
    "plan": SlaTarget.plan,
    "site": Site.code,
    "service": Service.code,
    "skill": Skill.name,
    "contractor": Contractor.code,
}


def stored(session: Session, title: str, *, now: datetime) -> dict[Key, Stored]:
    """Every row of a sheet, in the order in which it came."""
    source, sheet = SOURCES[title], SHEETS[title]
    fields = [name for column in sheet.columns for name in column.fields]
    payers = PayerHistory.load(session) if title == SheetName.SITES else None
    if payers is not None:
        fields.remove("entity_key")
    columns = [source.refers[name][2] if name in source.refers else getattr(source.model, name) for name in fields]
    query = select(source.model.id, *columns).select_from(source.model).order_by(source.model.id)
    for foreign_key, other, _ in source.refers.values():
        # Outer, for a cancelled ticket of the history has no contractor.
        query = query.outerjoin(other, foreign_key == other.id)  # type: ignore[attr-defined]
    rows: dict[Key, Stored] = {}
    for row_id, *values in session.execute(query):
        named = dict(zip(fields, values, strict=True))
        if payers is not None:
            named["entity_key"] = payers.on(row_id, moscow_day(now))
        rows[tuple(named[name] for name in sheet.key)] = Stored(row_id, named)
    return rows


def known(session: Session) -> Known:
    names = {kind: set(session.scalars(select(column).distinct())) for kind, column in NAMES.items()}
    owners = session.execute(
        select(LegalEntity.inn, Client.code).join(Client, LegalEntity.client_id == Client.id)
    ).all()
    return Known(names, {inn: code for inn, code in owners}, is_empty=not names["own"])


def ids_of(session: Session, kind: str) -> dict[str, int]:
    """Name → id. Of plans there is none: a contract keeps the name."""
    column = NAMES[kind]
    return {name: row_id for name, row_id in session.execute(select(column, column.class_.id))}


def lived_here(session: Session) -> set[int]:
    """Tickets an import must not touch: registered here, or moved by somebody since they were imported."""
    moved = exists().where(Audit.entity == "ticket", Audit.entity_id == Ticket.id, Audit.event != TicketEvent.IMPORT)
    return set(session.scalars(select(Ticket.id).where((Ticket.origin != Origin.IMPORT) | moved)))


def moscow_day(moment: datetime) -> date:
    """Documents and their validity live by the calendar of Moscow."""
    return moment.astimezone(MOSCOW_FIXED).date()


@dataclass(slots=True)
class PayerHistory:
    """Which legal entity (by ИНН) pays for a site, by day."""

    periods: dict[int, list[tuple[date, str]]] = field(default_factory=dict)

    @staticmethod
    def load(session: Session) -> "PayerHistory":
        history = PayerHistory()
        query = select(SiteEntity.site_id, SiteEntity.valid_from, LegalEntity.inn).join(
            LegalEntity, SiteEntity.legal_entity_id == LegalEntity.id
        )
        for site_id, valid_from, inn in session.execute(query):
            history.periods.setdefault(site_id, []).append((valid_from or date.min, inn))
        for periods in history.periods.values():
            periods.sort()
        return history

    def on(self, site_id: int, day: date) -> str | None:
        return next((inn for start, inn in reversed(self.periods.get(site_id, [])) if start <= day), None)
