"""One notice about many tickets in one stroke, for sweeps: the people are looked up once, the rows written together.

Told alike `notices.publish`, for causes made in the same stroke: such a notice cannot have been written before.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.domain.notice import Audience, Delivery, Notice, OutboxStatus
from core.domain.notice import Priority as Rank
from core.domain.role import DESK_ROLES, Role
from core.domain.ticket import Priority
from core.services import notices, numbers
from storage.models.desk import Audit
from storage.models.people import Membership, Person
from storage.models.post import Outbox
from storage.models.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Circular:
    """What is told of one cause; without a ticket it is a letter of its own. Firm and engineer are whose it is."""

    cause: Audit
    told: frozenset[Audience]
    data: dict[str, Any]
    ticket: Ticket | None = None
    contractor_id: int | None = None
    engineer_id: int | None = None


#: (what is told, to whom) → when it may ring.
Quiet = Callable[[Circular, Person], datetime]


def send(session: Session, notice: Notice, rows: Sequence[Circular], quiet: Quiet, *, now: datetime) -> None:
    people = _People.of(session, rows)
    session.add_all(
        Outbox(
            dedupe_key=notices.key_of(notice, str(row.cause.id), person.id),
            delivery=Delivery.NEW,
            notice=notice,
            person_id=person.id,
            chat_id=person.telegram_id,
            ticket_id=row.ticket.id if row.ticket is not None else None,
            data=row.data,
            priority=Rank.STATUS,
            created_at=now,
            not_before=quiet(row, person),
            status=OutboxStatus.NEW,
        )
        for row in rows
        for person in people.told(row)
    )
    session.flush()


def at_night(session: Session, *, now: datetime) -> Quiet:
    """Quiet hours of the reader hold everything but an emergency."""
    rules = numbers.of(session)

    def quiet(row: Circular, person: Person) -> datetime:
        if row.ticket is not None and row.ticket.priority is Priority.EMERGENCY:
            return now
        return notices.quiet_until(now, person.zone, rules.quiet_from_hour, rules.quiet_to_hour)

    return quiet


@dataclass(frozen=True, slots=True)
class _People:
    desk: tuple[Person, ...]
    managers: tuple[Person, ...]
    owners: dict[int, list[Person]]
    engineers: dict[int, Person]
    #: Of a ticket.
    clients: dict[int, list[Person]]

    @staticmethod
    def of(session: Session, rows: Sequence[Circular]) -> "_People":
        heard = [row.ticket for row in rows if row.ticket is not None and Audience.CLIENT in row.told]
        crews = [row for row in rows if Audience.CREW in row.told]
        firms = {row.contractor_id for row in crews if row.contractor_id is not None}
        of_firms = and_(Membership.role == Role.OWNER, Membership.contractor_id.in_(firms))
        held = session.execute(
            select(Person, Membership.role, Membership.contractor_id)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.ended_at.is_(None),
                Person.telegram_id.is_not(None),
                or_(Membership.role.in_(DESK_ROLES), of_firms),
            )
            .order_by(Person.id)
        ).all()
        desk = _once(person for person, role, _ in held if role is Role.DISPATCHER)
        owners: dict[int, list[Person]] = {}
        for person, role, firm in held:
            if role is Role.OWNER and firm is not None:
                owners.setdefault(firm, []).append(person)
        going = {row.engineer_id for row in crews if row.engineer_id is not None}
        engineers = session.scalars(select(Person).where(Person.id.in_(going), Person.telegram_id.is_not(None)))
        return _People(
            desk or _once(person for person, role, _ in held if role in DESK_ROLES),
            _once(person for person, role, _ in held if role is Role.MANAGER),
            owners,
            {person.id: person for person in engineers},
            notices.client_people(session, heard) if heard else {},
        )

    def told(self, row: Circular) -> tuple[Person, ...]:
        found: list[Person] = []
        if Audience.DESK in row.told:
            found += self.desk
        if Audience.MANAGER in row.told:
            found += self.managers
        if Audience.CREW in row.told:
            engineer = self.engineers.get(row.engineer_id or 0)
            found += [engineer] if engineer is not None else []
            found += self.owners.get(row.contractor_id or 0, [])
        if Audience.CLIENT in row.told and row.ticket is not None:
            found += self.clients[row.ticket.id]
        return _once(found)


def _once(people: Iterable[Person]) -> tuple[Person, ...]:
    return tuple({person.id: person for person in people}.values())
