"""The desk's list of open tickets: every filter narrows truly, and its counts are what the list then shows."""

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from core.domain.errors import NotFound
from core.domain.ticket import Priority, TicketStatus
from core.services import intakes, tasks, ticket_lists, tickets
from core.services.ticket_lists import Narrow
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_site
from tests.make.tickets import World, bring, make_world, nobody_left, open_tasks, send, tap, tell


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    world = make_world(session, now=now)
    world.contractor.engineers = 9
    return world


def numbers(world: World, narrow: Narrow) -> list[str]:
    found = ticket_lists.of(world.session, tap(world.dispatcher), narrow, now=world.now, limit=50)
    assert found.found.total == len(found.found.lines)
    return [line.number for line in found.found.lines]


def urgent(world: World) -> Ticket:
    session, requester = world.session, world.requester
    intake_id = tell(world)
    intakes.set_priority(session, tap(requester), intake_id, Priority.EMERGENCY, now=world.now)
    return session.get_one(Ticket, tickets.register(session, tap(requester), intake_id, now=world.now))


def test_emergencies_stand_first_and_what_is_over_is_not_listed(world: World) -> None:
    one = bring(world, TicketStatus.REPORTED)
    bring(world, TicketStatus.ACCEPTED)
    emergency = urgent(world)
    two = send(world)

    assert numbers(world, Narrow()) == [emergency.number, two.number, one.number]
    assert numbers(world, Narrow(urgent=True)) == [emergency.number]


def test_status_client_region_and_mine_narrow_together(world: World, clock: HandClock) -> None:
    session = world.session
    other = make_world(session, now=world.now)
    other.site.region = "Тверская обл"
    session.flush()
    far = send(other)
    mine = nobody_left(world, clock)
    send(world)
    tasks.take(session, tap(world.dispatcher), open_tasks(session, mine)[0].id, now=world.now)

    assert numbers(world, Narrow(client_id=other.client.id)) == [far.number]
    assert numbers(world, Narrow(region="Тверская обл")) == [far.number]
    unstaffed = Narrow(status=TicketStatus.UNSTAFFED, client_id=world.client.id)
    assert numbers(world, unstaffed) == [mine.number]
    assert numbers(world, Narrow(mine=True)) == [mine.number]
    assert numbers(world, Narrow(mine=True, client_id=other.client.id)) == []


def test_the_counts_are_what_the_list_then_shows(world: World) -> None:
    session = world.session
    other = make_world(session, now=world.now)
    for _ in range(3):
        send(world)
    send(other)
    bring(world, TicketStatus.REPORTED)
    actor = tap(world.dispatcher)

    for narrow in (Narrow(), Narrow(client_id=world.client.id), Narrow(status=TicketStatus.SEARCHING)):
        for one in ticket_lists.by_status(session, actor, narrow, now=world.now):
            assert len(numbers(world, Narrow(one.status, narrow.client_id))) == one.count
        for one in ticket_lists.by_client(session, actor, narrow, now=world.now):
            assert len(numbers(world, Narrow(narrow.status, one.client_id))) == one.count
        for one in ticket_lists.by_region(session, actor, narrow, now=world.now):
            assert len(numbers(world, Narrow(narrow.status, narrow.client_id, one.region))) == one.count


def test_pages_follow_each_other(world: World) -> None:
    add_site(world.session, world.client)
    sent = [send(world).number for _ in range(10)]
    pages = [
        ticket_lists.of(world.session, tap(world.dispatcher), Narrow(), now=world.now, offset=offset, limit=4).found
        for offset in (0, 4, 8)
    ]
    assert [line.number for page in pages for line in page.lines] == sent[::-1]
    assert {page.total for page in pages} == {10}


def test_the_list_is_the_desks_alone(world: World) -> None:
    send(world)
    for stranger in (world.requester, world.engineer):
        for use_case in (ticket_lists.of, ticket_lists.by_status, ticket_lists.by_client, ticket_lists.by_region):
            with pytest.raises(NotFound):
                use_case(world.session, tap(stranger), Narrow(), now=world.now)
