"""Past tickets of the workbook: who paid for each, and how it becomes a ticket with one audit row.

They have no offers, visits or proofs. A ticket that has lived on here since is never touched.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.role import Role
from core.domain.ticket import Origin, TicketEvent, TicketStatus
from core.domain.workbook import SheetName
from core.imports.book import Reason, Wrong
from core.services import counters
from core.services.import_plan import Plan, SheetPlan
from core.services.stored_sheets import PayerHistory, Stored, ids_of, moscow_day, stored
from storage.models.desk import Audit, Counter
from storage.models.directory import Contract, LegalEntity, Site
from storage.models.ticket import Ticket

#: Rows per statement: PostgreSQL gives each statement ten seconds.
CHUNK = 1000
_PLAIN = (
    "priority",
    "quantity_milli",
    "client_price_kop",
    "contractor_rate_kop",
    "registered_at",
    "reported_at",
    "accepted_at",
    "history_mark",
)


def plan_payers(session: Session, plan: Plan, *, now: datetime) -> None:
    """The payer is the site's legal entity and its contract on the day of registration; without one it is wrong."""
    part = plan.part(SheetName.HISTORY)
    wrong = _taken_numbers(session, part)
    entities = _Entities(session, plan)
    contracts = _contracts(session, plan, now=now)
    # A wrong row of a contract is one fault, not one more for each of its tickets.
    is_told = any(fault.sheet == SheetName.CONTRACTS for fault in plan.wrong)
    pending = [(row.number, row.values) for row in part.added]
    pending += [(number, values) for number, old, values in part.changed if _is_moved(old, values)]
    for number, values in pending:
        day = moscow_day(values["registered_at"])
        inn = entities.of(values["site_key"], day)
        contract = _valid_on(contracts.get(inn, []), day) if inn is not None else None
        if inn is not None and contract is not None:
            plan.payers[values["number"]] = (inn, contract)
        elif inn is not None and not is_told:
            wrong.append(Wrong(SheetName.HISTORY, number, "Код объекта", Reason.NO_CONTRACT, inn))
    broken = {fault.row for fault in wrong}
    part.added = [row for row in part.added if row.number not in broken]
    part.changed = [one for one in part.changed if one[0] not in broken]
    part.untouched = [one for one in part.untouched if one[0].number not in broken]
    plan.wrong += wrong


def write(session: Session, actor: Actor, plan: Plan, *, now: datetime) -> None:
    part = plan.part(SheetName.HISTORY)
    if not (part.added or part.changed):
        return
    names = _Ids.load(session)
    fresh = [_ticket(row.values, plan, names) for row in part.added]
    for start in range(0, len(fresh), CHUNK):
        session.execute(insert(Ticket), fresh[start : start + CHUNK])
    ids = {number: row_id for number, row_id in session.execute(select(Ticket.number, Ticket.id))}
    audits = [_audit(actor, ids[row["number"]], "", row["status"], now=now) for row in fresh]
    for _, old, values in part.changed:
        audits.append(_rewrite(session, actor, plan, names, old, values, now=now))
    for start in range(0, len(audits), CHUNK):
        session.execute(insert(Audit), audits[start : start + CHUNK])
    _move_counter(session)


def _ticket(values: dict[str, Any], plan: Plan, names: "_Ids") -> dict[str, Any]:
    return _columns(values, plan, names) | {
        "number": values["number"],
        "origin": Origin.IMPORT,
        "version": 1,
        "status": TicketStatus(values["status"]),
    }


def _rewrite(
    session: Session, actor: Actor, plan: Plan, names: "_Ids", old: Stored, values: dict[str, Any], *, now: datetime
) -> dict[str, Any]:
    """The file was corrected before anybody worked with the ticket here."""
    columns = _columns(values, plan, names) | {"status": TicketStatus(values["status"])}
    is_moved = old.values["status"] != values["status"]
    version = Ticket.version + 1 if is_moved else Ticket.version
    session.execute(
        update(Ticket)
        .where(Ticket.id == old.id)
        .values(version=version, **columns)
        .execution_options(synchronize_session=False)
    )
    before, after = (old.values["status"], values["status"]) if is_moved else ("", "")
    return _audit(actor, old.id, before, after, now=now)


def _columns(values: dict[str, Any], plan: Plan, names: "_Ids") -> dict[str, Any]:
    contractor = values["contractor_key"]
    columns = {
        "client_id": names.client_of_site[values["site_key"]],
        "site_id": names.sites[values["site_key"]],
        "service_id": names.services[values["service_key"]],
        "contractor_id": names.contractors[contractor] if contractor else None,
        **{name: values[name] for name in _PLAIN},
    }
    if values["number"] in plan.payers:
        inn, number = plan.payers[values["number"]]
        columns["legal_entity_id"], columns["contract_id"] = names.contracts[inn, number]
    return columns


def _audit(actor: Actor, ticket_id: int, before: str, after: str, *, now: datetime) -> dict[str, Any]:
    return {
        "at": now,
        "actor_id": actor.person_id,
        "actor_role": next((grant.role for grant in actor.grants), Role.SYSTEM),
        "source": actor.source,
        "entity": "ticket",
        "entity_id": ticket_id,
        "event": TicketEvent.IMPORT.value,
        "from_state": before,
        "to_state": after,
        "data": {},
    }


def _move_counter(session: Session) -> None:
    """Numbers given out from now on come after the highest the file brought."""
    highest = session.scalar(select(func.max(Ticket.number)).where(Ticket.number.like("З-______")))
    if highest is None or not highest[2:].isdigit():
        return
    session.execute(
        update(Counter)
        .where(Counter.name == counters.TICKET, Counter.value < int(highest[2:]))
        .values(value=int(highest[2:]))
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class _Ids:
    sites: dict[str, int]
    client_of_site: dict[str, int]
    services: dict[str, int]
    contractors: dict[str, int]
    contracts: dict[tuple[str, str], tuple[int, int]]

    @staticmethod
    def load(session: Session) -> "_Ids":
        contracts = session.execute(
            select(LegalEntity.inn, Contract.number, LegalEntity.id, Contract.id).join(
                Contract, Contract.legal_entity_id == LegalEntity.id
            )
        )
        return _Ids(
            ids_of(session, "site"),
            {code: client_id for code, client_id in session.execute(select(Site.code, Site.client_id))},
            ids_of(session, "service"),
            ids_of(session, "contractor"),
            {(inn, number): (entity_id, contract_id) for inn, number, entity_id, contract_id in contracts},
        )


class _Entities:
    """Payers of sites: by the history of the database, of new sites by the file."""

    def __init__(self, session: Session, plan: Plan) -> None:
        self.history = PayerHistory.load(session)
        self.site_ids = ids_of(session, "site")
        self.new = {row.values["code"]: row.values["entity_key"] for row in plan.part(SheetName.SITES).added}

    def of(self, site: str, day: date) -> str | None:
        if site in self.site_ids:
            return self.history.on(self.site_ids[site], day)
        return self.new.get(site)


def _contracts(session: Session, plan: Plan, *, now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Contracts by ИНН, as they will be after the import."""
    part = plan.part(SheetName.CONTRACTS)
    rows = {key: old.values for key, old in stored(session, SheetName.CONTRACTS, now=now).items()}
    for values in (*(row.values for row in part.added), *(values for _, _, values in part.changed)):
        rows[values["entity_key"], values["number"]] = values
    by_inn: dict[str, list[dict[str, Any]]] = {}
    for values in rows.values():
        by_inn.setdefault(values["entity_key"], []).append(values)
    return by_inn


def _valid_on(contracts: list[dict[str, Any]], day: date) -> str | None:
    """The number of the newest contract in force."""
    valid = [one for one in contracts if one["starts_on"] <= day and (one["ends_on"] is None or day <= one["ends_on"])]
    # Of two from one day the later written: as `payers.of_site` chooses for tickets registered here.
    return max(reversed(valid), key=lambda one: one["starts_on"])["number"] if valid else None


def _is_moved(old: Stored, values: dict[str, Any]) -> bool:
    return any(old.values[name] != values[name] for name in ("site_key", "registered_at"))


def _taken_numbers(session: Session, part: SheetPlan) -> list[Wrong]:
    """A number given out here to another job: the row of the file would be lost without a word."""
    ours = set(session.scalars(select(Ticket.id).where(Ticket.origin != Origin.IMPORT)))
    return [
        Wrong(SheetName.HISTORY, row.number, "№", Reason.NUMBER_TAKEN, row.values["number"])
        for row, old in part.untouched
        if old.id in ours and row.values["site_key"] != old.values["site_key"]
    ]
