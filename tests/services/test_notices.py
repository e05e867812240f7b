"""Who is told what: the agreed table, typed once more here, against what the use cases really write.

N rings as a new message, E redraws a card that exists, - is silence, +T opens a task of the desk. Every person has a
card of the ticket before the event, as in life; people of another client and another firm hear nothing, ever.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.notice import TOLD, Audience, Delivery, Notice
from core.domain.role import Role
from core.domain.ticket import Priority, TicketStatus
from core.domain.visit import VisitOutcome
from core.services import acceptances, notices, reports, searches, staffing, tickets, visits, waves
from storage.models.desk import Audit, Task
from storage.models.offer import Offer
from storage.models.people import Person
from storage.models.post import Card, Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import (
    SKILL,
    add_engineer,
    add_step,
    arrive,
    bring,
    draft,
    make_world,
    nobody_left,
    send,
    shoot,
    take,
    tap,
    visit_of,
)
from tests.services.counter_events import (
    cancelled_on_price,
    counter_agreed,
    counter_expired,
    counter_refused,
    countered,
)
from tests.services.paper_events import document_ends
from tests.services.told import ELSEWHERE


class Scene:
    """A world with a second firm, a second dispatcher, a manager, and the outsiders."""

    def __init__(self, session: Session, now: datetime, clock: HandClock) -> None:
        self.session, self.clock = session, clock
        self.world = make_world(session, now=now)
        world = self.world
        near = add_contractor(session, skills=[SKILL], lat=55.80)
        self.people: dict[str, Actor] = {
            "requester": world.requester,
            "responsible": self._add(Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id)),
            "engineer": world.engineer,
            "colleague": self._add(Grant(Role.ENGINEER, contractor_id=world.contractor.id)),
            "loser": add_engineer(session, near, now=now),
            "desk": world.dispatcher,
            "manager": self._add(Grant(Role.MANAGER)),
        }
        foreign = make_world(session, now=now)
        foreign.contractor.is_active = False
        self.outsiders = [
            foreign.requester,
            foreign.engineer,
            self._add(Grant(Role.HEAD_OFFICE, client_id=world.client.id)),
        ]
        self.other_desk = add_dispatcher(session, now=now)
        session.get_one(Person, foreign.dispatcher.person_id).telegram_id = None
        session.flush()

    def _add(self, grant: Grant) -> Actor:
        return add_person(self.session, grant, now=self.world.now)

    def give_cards(self, ticket: Ticket) -> None:
        """Everybody has seen the ticket before."""
        for actor in [*self.people.values(), *self.outsiders]:
            person = self.session.get_one(Person, actor.person_id)
            known = self.session.get(Card, (ticket.id, person.id))
            if known is None and person.telegram_id is not None:
                self.session.add(
                    Card(
                        ticket_id=ticket.id,
                        person_id=person.id,
                        chat_id=person.telegram_id,
                        message_id=person.id,
                        has_media=False,
                        content_hash="",
                    )
                )
        self.session.flush()

    def mark(self) -> tuple[int, int]:
        last = self.session.scalars(select(Outbox.id).order_by(Outbox.id.desc())).first()
        task = self.session.scalars(select(Task.id).order_by(Task.id.desc())).first()
        return last or 0, task or 0

    def heard(self, notice: Notice, since: tuple[int, int]) -> dict[str, str]:
        """What each person gets of this notice: N, E or -, and T for a new task."""
        rows = self.session.scalars(select(Outbox).where(Outbox.id > since[0], Outbox.notice == notice)).all()
        by_person = {row.person_id: row.delivery for row in rows}
        letters = {Delivery.NEW: "N", Delivery.EDIT: "E", None: "-"}
        told = {name: letters[by_person.get(actor.person_id or 0)] for name, actor in self.people.items()}
        if self.session.scalars(select(Task).where(Task.id > since[1])).first() is not None:
            told["desk"] += "T"
        for outsider in self.outsiders:
            assert outsider.person_id not in by_person, "somebody else's people were told"
        return told


def registered(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    return None, lambda: send(scene.world)  # type: ignore[return-value]


def drafted(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    return None, lambda: draft(scene.world)  # type: ignore[return-value]


def approval_asked(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    add_step(scene.session, scene.world.client)
    ticket, _ = draft(scene.world)
    return ticket, lambda: tickets.confirm(scene.session, tap(scene.other_desk), ticket.id, now=scene.world.now)


def approval_decided(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = bring(scene.world, TicketStatus.APPROVAL)
    return ticket, lambda: tickets.approve(scene.session, tap(scene.other_desk), ticket.id, now=scene.world.now)


def offer_made(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    return registered(scene)


def offer_taken(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _both_asked(scene)
    return ticket, lambda: take(scene.world, ticket)


def nobody(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _both_asked(scene)

    def wait() -> None:
        while ticket.status is TicketStatus.SEARCHING:
            assert ticket.search_due_at is not None
            scene.world.now = scene.clock.at = ticket.search_due_at
            waves.sweep(scene.session, 50, now=scene.world.now)

    return ticket, wait


def ask_move(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _both_asked(scene)
    return ticket, lambda: searches.ask_to_move(
        scene.session, tap(scene.other_desk), ticket.id, ticket.version, now=scene.world.now
    )


def on_the_way(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    visit = visit_of(scene.world, ticket)
    return ticket, lambda: visits.go(scene.session, tap(scene.world.engineer), visit.id, now=scene.world.now)


def left(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _on_site(scene)
    visit = visit_of(scene.world, ticket)
    outcome = VisitOutcome.NO_ACCESS
    return ticket, lambda: visits.leave(
        scene.session, tap(scene.world.engineer), visit.id, outcome, now=scene.world.now
    )


def reported(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket, world = _on_site(scene), scene.world
    visit = visit_of(world, ticket)
    engineer, now = world.engineer, world.now
    visits.begin_work(scene.session, tap(engineer), visit.id, now=now)
    shoot(world)
    visits.before_done(scene.session, tap(engineer), visit.id, now=now)
    shoot(world)
    visits.after_done(scene.session, tap(engineer), visit.id, now=now)
    return ticket, lambda: reports.send(scene.session, tap(engineer), visit.id, now=now)


def accepted(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _reported(scene)
    who = scene.people["responsible"]
    return ticket, lambda: acceptances.accept(scene.session, tap(who), ticket.id, ticket.version, now=scene.world.now)


def wrong(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _reported(scene)
    who = scene.people["responsible"]
    return ticket, lambda: acceptances.wrong(scene.session, tap(who), ticket.id, "Мигает", now=scene.world.now)


def rework(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket, act = wrong(scene)
    act()
    return ticket, lambda: acceptances.order_rework(
        scene.session, tap(scene.other_desk), ticket.id, now=scene.world.now
    )


def cancelled(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _taken(scene)
    return ticket, lambda: tickets.cancel(
        scene.session, tap(scene.other_desk), ticket.id, ticket.version, now=scene.world.now
    )


def cancelled_on_offer(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _both_asked(scene)
    return ticket, lambda: tickets.cancel(
        scene.session, tap(scene.other_desk), ticket.id, ticket.version, now=scene.world.now
    )


def assigned_by_hand(scene: Scene) -> tuple[Ticket, Callable[[], object]]:
    ticket = _both_asked(scene)
    return ticket, lambda: staffing.assign(
        scene.session, tap(scene.other_desk), ticket.id, scene.world.contractor.id, now=scene.world.now
    )


def _both_asked(scene: Scene) -> Ticket:
    """The first firm let its time run out, the second is being asked."""
    ticket = send(scene.world)
    assert ticket.search_due_at is not None
    scene.world.now = scene.clock.at = ticket.search_due_at
    waves.sweep(scene.session, 50, now=scene.world.now)
    assert len(scene.session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).all()) == 2
    return ticket


def _taken(scene: Scene) -> Ticket:
    ticket = _both_asked(scene)
    take(scene.world, ticket)
    return ticket


def _on_site(scene: Scene) -> Ticket:
    ticket = _taken(scene)
    arrive(scene.world, ticket)
    return ticket


def _reported(scene: Scene) -> Ticket:
    ticket, act = reported(scene)
    act()
    return ticket


#: event → requester, responsible, engineer of the winner, his colleague, the other firm, dispatcher, manager.
AGREED = {
    (registered, Notice.REGISTERED): "N N - - - - -",
    (drafted, Notice.DRAFTED): "N N - - - - -",
    (approval_asked, Notice.APPROVAL_ASKED): "E E - - - ET -",
    (approval_decided, Notice.APPROVAL_DECIDED): "N N - - - E -",
    (offer_made, Notice.OFFER_MADE): "- - N N - - -",
    (offer_taken, Notice.OFFER_TAKEN): "N N N E E E -",
    (assigned_by_hand, Notice.OFFER_TAKEN): "N N N E E E -",
    (nobody, Notice.NOBODY): "- - - - - NT -",
    (ask_move, Notice.ASK_MOVE): "N N - - - E -",
    (on_the_way, Notice.ON_THE_WAY): "N N E - - E -",
    (left, Notice.LEFT): "E E E - - ET -",
    (document_ends, Notice.EXPIRED_JOB): "- - N - - ET -",
    (reported, Notice.REPORTED): "N N E - - E -",
    (accepted, Notice.ACCEPTED): "E E N - - E -",
    (wrong, Notice.WRONG): "E E N - - NT -",
    (rework, Notice.REWORK): "N N N - - E -",
    (cancelled, Notice.CANCELLED): "N N N - - E -",
    (cancelled_on_offer, Notice.CANCELLED): "N N N N N E -",
    (cancelled_on_price, Notice.CANCELLED): "N N N N N E -",
    (countered, Notice.COUNTERED): "- - N E - NT -",
    (counter_refused, Notice.COUNTER_DECIDED): "- - N N - E -",
    (counter_expired, Notice.COUNTER_DECIDED): "- - N N - E -",
    (counter_agreed, Notice.OFFER_TAKEN): "N N N E E E -",
    **ELSEWHERE,
}


@pytest.mark.parametrize(("event", "notice"), AGREED, ids=lambda one: getattr(one, "__name__", ""))
def test_everybody_hears_what_was_agreed(
    session: Session,
    now: datetime,
    clock: HandClock,
    event: Callable[[Scene], tuple[Ticket | None, Callable[[], object]]],
    notice: Notice,
) -> None:
    scene = Scene(session, now, clock)
    ticket, act = event(scene)
    if ticket is not None:
        scene.give_cards(ticket)
    since = scene.mark()
    act()
    told = scene.heard(notice, since)

    assert " ".join(told[name] for name in scene.people) == AGREED[event, notice]


def test_every_notice_of_the_table_was_tried() -> None:
    # Arriving is answered louder to the one who arrives: see below.
    assert {notice for _, notice in AGREED} | {Notice.ARRIVED} == set(TOLD)


def test_who_arrives_gets_the_card_anew_and_the_others_in_silence(
    session: Session, now: datetime, clock: HandClock
) -> None:
    scene = Scene(session, now, clock)
    ticket = _taken(scene)
    scene.give_cards(ticket)
    since = scene.mark()
    arrive(scene.world, ticket)

    assert list(scene.heard(Notice.ARRIVED, since).values()) == ["E", "E", "N", "-", "-", "E", "-"]


def test_nobody_without_a_card_gets_a_silent_edit(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    send(world)
    rows = session.scalars(select(Outbox).where(Outbox.person_id == world.dispatcher.person_id)).all()
    assert [row.notice for row in rows if row.ticket_id is not None] == []


def test_the_same_cause_is_told_once_and_a_second_one_again(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.SEARCHING)
    cause = session.scalars(select(Audit).where(Audit.entity == "ticket")).first()
    assert cause is not None
    before = len(session.scalars(select(Outbox)).all())
    notices.publish(session, Notice.REGISTERED, ticket, cause=cause, now=now)

    assert len(session.scalars(select(Outbox)).all()) == before


def test_a_person_without_telegram_is_not_written_to(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.get_one(Person, world.engineer.person_id).telegram_id = None
    ticket = send(world)
    assert ticket.status is TicketStatus.UNSTAFFED
    rows = select(Outbox).where(Outbox.person_id == world.engineer.person_id, Outbox.ticket_id == ticket.id)
    assert session.scalars(rows).all() == []


NIGHT = datetime(2026, 3, 16, 20, 30, tzinfo=UTC)  # 23:30 in Moscow
MORNING = datetime(2026, 3, 17, 5, 0, tzinfo=UTC)  # 08:00


def test_quiet_hours_hold_what_can_wait_and_let_through_what_burns(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id), now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    clock.at = NIGHT
    cause = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert cause is not None

    def not_before(notice: Notice) -> datetime:
        notices.publish(session, notice, ticket, cause=cause, now=NIGHT)
        query = select(Outbox).where(Outbox.person_id == colleague.person_id, Outbox.notice == notice)
        return session.scalars(query.order_by(Outbox.id.desc()).limit(1)).one().not_before

    assert not_before(Notice.REPORTED) == MORNING
    assert not_before(Notice.CANCELLED) == NIGHT  # nobody should set out in vain
    ticket.priority = Priority.EMERGENCY
    assert not_before(Notice.REWORK) == NIGHT


@pytest.mark.parametrize(("local_hour", "held_hours"), [(21, 0), (22, 10), (23, 9), (0, 8), (7, 1), (8, 0), (12, 0)])
def test_quiet_hours_run_over_midnight_in_the_zone_of_the_reader(local_hour: int, held_hours: int) -> None:
    at = datetime(2026, 3, 16, local_hour, tzinfo=UTC) - timedelta(hours=10)  # Vladivostok
    assert notices.quiet_until(at, "Asia/Vladivostok", 22, 8) == at + timedelta(hours=held_hours)
    assert notices.quiet_until(at, "Asia/Vladivostok", 8, 8) == at  # an operator who wants none


def test_without_a_dispatcher_the_manager_hears_for_the_desk(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    session.get_one(Person, world.dispatcher.person_id).telegram_id = None
    session.flush()
    nobody_left(world, clock)

    rows = session.scalars(select(Outbox).where(Outbox.person_id == manager.person_id)).all()
    assert Notice.NOBODY in {row.notice for row in rows}


def test_every_audience_of_the_table_is_one_that_is_known() -> None:
    assert {audience for told in TOLD.values() for audience in told} <= set(Audience)
