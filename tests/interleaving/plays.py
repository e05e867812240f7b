"""One job on offer in the instant its wait ends, and everything that can happen to it in that instant.

Everybody reads first and writes then, as a handler does: what was read may be over by the time of the writing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copyfile

from sqlalchemy import Engine, make_url, select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.offer import TAKEABLE
from core.services import blacklist, invariants, offers, people, searches, tickets, waves
from core.services.blacklist import Order
from storage.models.contractor import Block
from storage.models.desk import Audit, Task
from storage.models.offer import Offer, Wave
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.databases import SqliteFiles
from tests.interleaving.scheduler import Actor, Hands, Scheduler
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, add_engineer, make_world, send

_NO_COST: dict[str, object] = {"sites": 0, "lost": []}
Act = Callable[[Actor], None]


@dataclass(frozen=True, slots=True)
class Cast:
    now: datetime
    ticket_id: int
    first_id: int
    second_id: int
    first_firm_id: int
    client_id: int
    dispatcher_id: int
    requester_id: int


class Theatre:
    """The same beginning for every seed: a file copied over the one that the engines know."""

    def __init__(self, files: SqliteFiles) -> None:
        url = files.fresh()
        engine = files.engine(url)
        with Session(engine, expire_on_commit=False) as session, session.begin():
            self.cast = _set_out(session)
        engine.dispose()
        self._template = Path(make_url(url).database or "")
        self._stage = self._template.with_name(f"stage-{self._template.name}")
        self.hands = Hands(str(make_url(url).set(database=str(self._stage))), self.cast.now)
        self._looks: Engine = files.engine(self.hands.url)

    def play(self, seed: int, acts: dict[str, Act], *, crash: dict[str, int] | None = None) -> Scheduler:
        """Everybody to the end; the rows are as the seed left them."""
        self.hands.scheduler, self.hands.now = None, self.cast.now
        self.hands.close()
        self._looks.dispose()
        for tail in ("-wal", "-shm"):
            self._stage.with_name(self._stage.name + tail).unlink(missing_ok=True)
        copyfile(self._template, self._stage)
        actors = [
            self.hands.actor(name, act, place=place, crash_at=(crash or {}).get(name, 0))
            for place, (name, act) in enumerate(acts.items())
        ]
        self.hands.scheduler = scheduler = Scheduler(seed, actors)
        scheduler.run()
        self.hands.scheduler = None
        return scheduler

    def broken(self) -> list[str]:
        with Session(self._looks) as session:
            return invariants.violations(session, now=self.hands.now)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """What happened, without the numbers that a second try may shift."""
        with Session(self._looks) as session:
            return {
                "ticket": _all(
                    session, select(Ticket.status, Ticket.version, Ticket.contractor_id, Ticket.job_version)
                ),
                "offer": _all(session, select(Offer.contractor_id, Offer.status, Offer.job_version, Offer.pay_kop)),
                "wave": _all(session, select(Wave.number, Wave.reason, Wave.job_version)),
                "assignment": _all(session, select(Assignment.contractor_id, Assignment.ended_at)),
                "visit": _all(session, select(Visit.number, Visit.status)),
                "task": _all(session, select(Task.kind, Task.ended_at)),
                "audit": _all(session, select(Audit.entity, Audit.event, Audit.to_state)),
                "outbox": _all(session, select(Outbox.person_id, Outbox.notice, Outbox.delivery)),
                "block": _all(session, select(Block.contractor_id)),
            }

    def winners(self) -> int:
        with Session(self._looks) as session:
            return len(session.scalars(select(Assignment).where(Assignment.ended_at.is_(None))).all())

    def close(self) -> None:
        self.hands.close()
        self._looks.dispose()


def _all(session: Session, query: object) -> list[tuple[object, ...]]:
    return sorted((tuple(row) for row in session.execute(query)), key=repr)  # type: ignore[call-overload]


def _set_out(session: Session) -> Cast:
    """The first firm's wait is over, the second's ends now, a third has not been asked."""
    clock = HandClock()
    world = make_world(session, now=clock.now())
    second = add_contractor(session, skills=[SKILL], lat=55.80)
    other = add_engineer(session, second, now=world.now)
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.85), now=world.now)
    ticket = send(world)
    for _ in range(2):
        assert ticket.search_due_at is not None
        clock.at = ticket.search_due_at
        if len(session.scalars(select(Offer)).all()) < 2:
            waves.sweep(session, 10, now=clock.now())
            session.refresh(ticket)
    mine, theirs = session.scalars(select(Offer.id).order_by(Offer.id)).all()
    people_of = (world.dispatcher.person_id or 0, world.requester.person_id or 0)
    assert other.contractor_ids == {second.id}
    return Cast(clock.now(), ticket.id, mine, theirs, world.contractor.id, world.client.id, *people_of)


def everybody(cast: Cast) -> dict[str, Act]:
    return {
        "first": _says_yes(cast, cast.first_id),
        "second": _says_yes(cast, cast.second_id),
        "sweep": lambda actor: actor.write(lambda session, now: waves.sweep(session, 10, now=now)),
        "raise": _raises(cast),
        "block": _blocks(cast),
        "cancel": _cancels(cast),
    }


def _says_yes(cast: Cast, offer_id: int) -> Act:
    def act(actor: Actor) -> None:
        who = actor.read(lambda session, now: _engineer_of(session, offer_id))

        def accept(session: Session, now: datetime) -> None:
            person = people.actor_of(session, who, now=now, source=f"update:{offer_id}")
            offers.accept(session, person, offer_id, None, None, now=now)

        actor.write(accept)

    return act


def says_yes_carelessly(cast: Cast, offer_id: int) -> Act:
    """The bug that this package is for: looked at in one transaction, written in another, without asking again."""

    def act(actor: Actor) -> None:
        def looks(session: Session, now: datetime) -> bool:
            return session.get_one(Offer, offer_id).status in TAKEABLE

        if not actor.read(looks):
            return

        def writes(session: Session, now: datetime) -> None:
            offer = session.get_one(Offer, offer_id)
            offer.status, offer.answered_at = "accepted", now
            session.get_one(Ticket, offer.ticket_id).contractor_id = offer.contractor_id

        actor.write(writes)

    return act


def _raises(cast: Cast) -> Act:
    def act(actor: Actor) -> None:
        version = actor.read(lambda session, now: session.get_one(Ticket, cast.ticket_id).version)

        def raises(session: Session, now: datetime) -> None:
            desk = people.actor_of(session, cast.dispatcher_id, now=now, source="update:raise")
            searches.raise_pay(session, desk, cast.ticket_id, version, 10, now=now)

        actor.write(raises)

    return act


def _blocks(cast: Cast) -> Act:
    """Two people have decided; a second try finds the first."""
    order = Order(Subject(cast.first_firm_id), BlockLevel.SUSPENDED, BlockRule.BY_HAND, "Проверка", 30, _NO_COST)

    def blocks(session: Session, now: datetime) -> None:
        if session.scalar(select(Block.id)) is None:
            desk = people.actor_of(session, cast.dispatcher_id, now=now, source="update:block")
            blacklist.begin(session, desk, order, now=now)

    return lambda actor: actor.write(blocks)


def _cancels(cast: Cast) -> Act:
    def act(actor: Actor) -> None:
        version = actor.read(lambda session, now: session.get_one(Ticket, cast.ticket_id).version)

        def cancels(session: Session, now: datetime) -> None:
            client = people.actor_of(session, cast.requester_id, now=now, source="update:cancel")
            tickets.cancel(session, client, cast.ticket_id, version, now=now)

        actor.write(cancels)

    return act


def _engineer_of(session: Session, offer_id: int) -> int:
    offer = session.get_one(Offer, offer_id)
    found = session.scalar(
        select(Person.id)
        .join(people.Membership, people.Membership.person_id == Person.id)
        .where(people.Membership.contractor_id == offer.contractor_id)
        .limit(1)
    )
    assert found is not None
    return found
