"""A sweep looks at each table once: of twice as many clocks that reach a level it asks not once more."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind
from core.domain.notice import Notice
from core.services import breaches, warnings
from storage.models.clock import Clock
from storage.models.directory import Contract
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.databases import counted
from tests.make.promises import later, promise, swept
from tests.make.tickets import send, take


@pytest.mark.parametrize("calendar", ["24x7", "working"])
@pytest.mark.parametrize("minutes", [61, 91, 109, 121])
def test_of_many_clocks_is_asked_no_more_often_than_of_few(
    session: Session, clock: HandClock, minutes: int, calendar: str
) -> None:
    """At a half, three quarters, nine tenths and all of the arrival; the client hears of its end."""
    world = promise(session, now=clock.now(), calendar=calendar, reaction_min=10_000, resolution_min=10_000)
    session.execute(update(Contract).values(client_hears_breach=True))
    world.contractor.engineers = 50

    def sweep(count: int) -> int:
        tickets = [send(world) for _ in range(count)]
        for ticket in tickets:
            take(world, ticket)
        world.now = clock.move(minutes=minutes - 2)
        swept(world)  # the levels before are told
        session.execute(update(Clock).where(Clock.due_at < clock.now()).values(warn_at=None))
        world.now = clock.move(minutes=2)
        session.expire_all()
        with counted(session) as statements:
            assert warnings.sweep(session, 50, now=world.now) == count
        return len([one for one in statements if not one.startswith("INSERT")])

    few = sweep(3)
    heard = session.scalars(select(Outbox.person_id).where(Outbox.notice == Notice.BREACH)).all()
    assert set(heard) == ({world.requester.person_id} if minutes > 120 else set())
    assert sweep(6) == few


def test_where_time_goes_back_it_is_asked_by_pages_and_not_by_clocks(
    session: Session, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Warned of and not broken yet: all levels are ahead again, and nothing burns."""
    monkeypatch.setattr(breaches, "AT_ONCE", 4)
    world = promise(session, now=clock.now(), reaction_min=10_000, resolution_min=10_000)
    world.contractor.engineers = 50

    def put_back(more: int) -> int:
        for _ in range(more):
            take(world, send(world))
        later(world, clock, minutes=61)
        arrivals = select(Clock.warned_pct, Clock.warn_at).where(Clock.kind == ClockKind.ARRIVAL)
        assert {pct for pct, _ in session.execute(arrivals)} == {50}
        world.now = clock.move(minutes=-61)
        session.expire_all()
        with counted(session) as statements:
            breaches.put_back(session, now=world.now)
        assert set(session.execute(arrivals).tuples()) == {(0, world.now + timedelta(minutes=60))}
        return len(statements)

    few = put_back(2)
    assert put_back(2) == few  # one page
    assert put_back(8) < 3 * few
    clock.move(minutes=61)  # what was said meanwhile lies behind again
