"""The straight road of a ticket, and the one function that moves it."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed
from core.domain.role import Role
from core.domain.ticket import TicketEvent, TicketStatus
from core.services import acceptances, lifecycle, scope, tickets
from storage.models.desk import Audit
from storage.models.ticket import Ticket
from tests.make.tickets import bring, make_world, tap


def moves(session: Session, ticket: Ticket) -> list[tuple[str, str]]:
    rows = select(Audit).where(Audit.entity == "ticket", Audit.entity_id == ticket.id).order_by(Audit.id)
    return [(row.from_state, row.to_state) for row in session.scalars(rows)]


def test_the_straight_road_leaves_one_row_for_each_move(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)

    assert moves(session, ticket) == [
        ("", "searching"),
        ("searching", "assigned"),
        ("assigned", "in_work"),
        ("in_work", "reported"),
        ("reported", "accepted"),
    ]
    assert ticket.version == 5
    assert (ticket.reported_at, ticket.accepted_at) == (now, now)
    acceptances.give_mark(session, tap(world.requester), ticket.id, 5, now=now)


def test_the_road_through_a_dispute_comes_back_to_the_work(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REWORK)

    assert moves(session, ticket)[-2:] == [("reported", "disputed"), ("disputed", "rework")]


def test_who_comes_second_is_told_that_the_ticket_has_changed(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.SEARCHING)
    set_committed_value(ticket, "version", ticket.version - 1)  # read before somebody else moved it

    with pytest.raises(Changed):
        lifecycle.advance(session, ticket, TicketEvent.CANCEL, tap(world.dispatcher), now=now)


def test_a_role_at_another_client_gives_no_right_here(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = make_world(session, now=now)
    ticket = bring(world, TicketStatus.SEARCHING)

    assert scope.roles_on(session, other.requester, ticket) == frozenset()
    with pytest.raises(NotAllowed):
        lifecycle.advance(session, ticket, TicketEvent.CANCEL, tap(other.requester), now=now)


def test_of_several_roles_the_one_that_gave_the_right_is_written_down(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.SEARCHING)
    both = Actor(world.dispatcher.person_id, world.dispatcher.grants + world.engineer.grants)
    tickets.cancel(session, tap(both), ticket.id, ticket.version, now=now)

    cause = session.scalars(select(Audit).where(Audit.event == "cancel").order_by(Audit.id.desc())).first()
    assert cause is not None
    assert cause.actor_role is Role.DISPATCHER
