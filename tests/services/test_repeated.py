"""Limited again: at once by what happened since the limit began, and no longer once the limit before was none."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.block import BlockLevel, BlockRule
from core.domain.defaults import Defaults
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.services import (
    acceptances,
    appeals,
    blacklist,
    block_cards,
    block_requests,
    limit_walk,
    limits,
    no_shows,
    numbers,
)
from storage.models.contractor import Appeal, Block, BlockRequest
from storage.models.desk import Audit
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.blocks import add_manager, begin, block_of, judge, strike
from tests.make.directories import add_contractor
from tests.make.letters import delivered
from tests.make.people import add_dispatcher
from tests.make.promises import promise, swept
from tests.make.tickets import SKILL, World, add_engineer, arrive, report, send, take, tap
from tests.services.test_limits import blocks_of, company, later, nothing_else_is_broken, notices_of

__all__ = ["nothing_else_is_broken"]

pytestmark = pytest.mark.breaks_invariants
K, L, R = QualityKind, BlockLevel, BlockRule
DAY = timedelta(days=1)
LIMITED, REPEATED = (L.LIMITED, R.NO_SHOWS), (L.SUSPENDED, R.REPEATED)


def limited(world: World, ticket: Ticket) -> Block:
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(world.session)[-1] == LIMITED
    return block_of(world)


def repeated(world: World, clock: HandClock, ticket: Ticket, *, strikes: int = 2) -> tuple[Block, Block]:
    """Limited, and three days later suspended for so many strikes more."""
    first = limited(world, ticket)
    later(world, clock, days=3)
    for _ in range(strikes):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(world.session) == [LIMITED, REPEATED]
    return first, block_of(world)


def eased(world: World) -> int:
    world.session.flush()
    done = limits.lift_annulled(world.session, 50, now=world.now)
    assert limits.lift_annulled(world.session, 50, now=world.now) == 0
    return done


def uphold(world: World, block: Block) -> None:
    appeals.give(world.session, tap(world.engineer), block.id, "Объект был закрыт", now=world.now)
    decide(world, block)


def decide(world: World, block: Block) -> None:
    row = world.session.scalars(select(Appeal).where(Appeal.block_id == block.id)).one()
    appeals.decide(world.session, tap(world.dispatcher), row.id, True, "", now=world.now)


def events_of(session: Session, block: Block) -> list[int]:
    return list(session.get_one(Audit, block.audit_id).data["events"])


def test_again_while_limited_suspends_at_once_and_the_harder_one_counts(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    first = limited(world, ticket)
    later(world, clock, days=3)
    new = strike(world, K.NO_SHOW, ticket)
    assert judge(world) == 1
    assert blocks_of(session) == [LIMITED, REPEATED]
    second = block_of(world)
    assert (first.ends_at, second.ends_at) == (world.now + 11 * DAY, world.now + 30 * DAY)
    assert max(events_of(session, second)) == new.id
    assert notices_of(session, world.engineer, Notice.BLOCK) == 2
    card = block_cards.block(session, world.engineer, second.id, now=world.now)
    assert (card.terms.is_during, card.others) == (True, 1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert len(blocks_of(session)) == 2


def test_a_limit_by_hand_repeats_nothing(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    begin(world, L.LIMITED, days=30)
    later(world, clock, days=1)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == [(L.LIMITED, R.BY_HAND)]
    later(world, clock, days=30)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert blocks_of(session)[1:] == [LIMITED]


Acts = tuple[Callable[[], object], Callable[[], object]]


def missed(world: World, clock: HandClock, ticket: Ticket) -> Acts:
    """Nobody looks at the deadline when it goes by."""
    take(world, ticket)
    return lambda: clock.move(hours=3), lambda: swept(world)


def not_come(world: World, clock: HandClock, ticket: Ticket) -> Acts:
    """The window goes by; "where are you?" is asked late."""
    visit = take(world, ticket)

    def look() -> None:
        for minutes in (15, 0):
            visit.watch_at = world.now
            world.session.flush()
            no_shows.sweep(world.session, 50, now=world.now)
            delivered(world.session, now=world.now)
            world.now = clock.move(minutes=minutes)

    return lambda: clock.move(hours=3), look


def faulty(world: World, clock: HandClock, ticket: Ticket) -> Acts:
    """The work is reported; that it is faulty is said later."""
    take(world, ticket)

    def work() -> None:
        arrive(world, ticket)
        report(world, ticket)

    def find() -> None:
        acceptances.wrong(world.session, tap(world.requester), ticket.id, "Мигает", now=world.now)
        acceptances.order_rework(world.session, tap(world.dispatcher), ticket.id, now=world.now)

    return work, find


@pytest.mark.parametrize("is_before", [True, False])
@pytest.mark.parametrize(("fault", "kind"), [(missed, K.MISSED), (not_come, K.NO_SHOW), (faulty, K.REWORK)])
def test_what_happened_before_the_limit_and_was_found_later_repeats_nothing(
    session: Session, clock: HandClock, fault: Callable[..., Acts], kind: QualityKind, is_before: bool
) -> None:
    world = promise(session, now=clock.now())
    world.contractor.engineers = 5
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=world.now)
    session.info[numbers.KEY] = Defaults(missed_deadlines=1, reworks=1)
    happens, is_found = fault(world, clock, send(world))
    if is_before:
        happens()
    later(world, clock, minutes=1)
    limited(world, send(world))
    later(world, clock, minutes=1)
    if not is_before:
        happens()
    later(world, clock, minutes=1)
    is_found()
    newest = session.scalars(select(QualityEvent).order_by(QualityEvent.id.desc()).limit(1)).one()
    assert (newest.kind, newest.at) == (kind, world.now)
    judge(world)
    assert blocks_of(session) == ([LIMITED] if is_before else [LIMITED, REPEATED])


def test_while_a_limit_is_only_asked_for_nothing_new_is_judged(session: Session, clock: HandClock) -> None:
    """And once it is in force, the harder one is asked for like any other that costs cover."""
    world, ticket = company(session, clock, colleague=False)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    later(world, clock, days=1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    (row,) = session.scalars(select(BlockRequest))
    block_requests.confirm(session, tap(world.dispatcher), row.id, now=world.now)
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert blocks_of(session) == [LIMITED]
    assert len(session.scalars(select(BlockRequest)).all()) == 1  # it happened before the limit began
    later(world, clock, days=1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    asked = session.scalars(select(BlockRequest).order_by(BlockRequest.id.desc()).limit(1)).one()
    assert (asked.level, asked.rule, asked.cost["sites"]) == (L.SUSPENDED, R.REPEATED, 1)
    assert block_cards.request(session, world.dispatcher, asked.id, now=world.now).terms.is_during
    assert blocks_of(session) == [LIMITED]


def test_while_a_limit_waits_soon_after_another_nothing_new_is_judged(session: Session, clock: HandClock) -> None:
    """It waits for what happened before that one, so it repeats nothing; the next strike would."""
    world, ticket = company(session, clock, colleague=False)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    (first,) = session.scalars(select(BlockRequest))
    block_requests.confirm(session, tap(world.dispatcher), first.id, now=world.now)
    later(world, clock, days=15)
    blacklist.sweep(session, 50, now=world.now)
    strike(world, K.NO_SHOW, ticket, ago=20 * DAY)
    judge(world)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert [row.rule for row in session.scalars(select(BlockRequest).order_by(BlockRequest.id))] == [R.NO_SHOWS] * 2


def test_too_many_a_day_wait_for_a_person_these_too(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(most_limits_a_day=1)
    limited(world, ticket)
    later(world, clock, hours=1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == [LIMITED]
    assert [row.rule for row in session.scalars(select(BlockRequest))] == [R.REPEATED]


def test_a_repetition_of_a_limit_that_was_lifted_becomes_a_limit_for_what_is_left(
    session: Session, clock: HandClock
) -> None:
    world, ticket = company(session, clock)
    first, second = repeated(world, clock, ticket)
    started = world.now
    later(world, clock, days=2, hours=5)
    uphold(world, first)
    assert eased(world) == 1
    session.refresh(second)
    assert (second.ends_at, second.lift_reason, second.lifted_by) == (world.now, "eased", None)
    assert blocks_of(session) == [LIMITED, REPEATED, LIMITED]
    plain = block_of(world)
    assert plain.ends_at is not None
    assert started + 13 * DAY < plain.ends_at <= started + 14 * DAY
    assert events_of(session, plain) == events_of(session, second)[2:]
    # Two lifted, two begun, and the answer to the appeal: of all that the firm hears.
    assert notices_of(session, world.engineer, Notice.BLOCK) == 5
    # It is a limit like any other: the next strike repeats it.
    later(world, clock, days=1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session)[3:] == [REPEATED]


def test_a_repetition_whose_own_strikes_limit_nobody_ends_with_the_limit_before(
    session: Session, clock: HandClock
) -> None:
    world, ticket = company(session, clock)
    events = [strike(world, K.NO_SHOW, ticket) for _ in range(2)]
    judge(world)
    later(world, clock, days=3)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == [LIMITED, REPEATED]
    later(world, clock, days=1)
    events[0].annulled_at = world.now
    assert eased(world) == 2
    assert [row.lift_reason for row in session.scalars(select(Block).order_by(Block.id))] == ["annulled", "eased"]
    # Its own strike is no less one for it: with the next it limits.
    later(world, clock, days=1)
    strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session)[2:] == [LIMITED]


def test_an_appeal_that_is_upheld_after_the_limit_ran_out_takes_the_repetition_with_it(
    session: Session, clock: HandClock
) -> None:
    world, ticket = company(session, clock)
    first = limited(world, ticket)
    later(world, clock, days=13)
    appeals.give(session, tap(world.engineer), first.id, "Объект был закрыт", now=world.now)
    later(world, clock, days=2)
    blacklist.sweep(session, 50, now=world.now)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == [LIMITED, REPEATED]
    assert eased(world) == 0
    decide(world, first)
    assert eased(world) == 1
    assert blocks_of(session)[2:] == [LIMITED]
    assert block_of(world).ends_at == world.now + 14 * DAY


def test_when_the_days_of_a_limit_are_over_nothing_takes_its_place(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    first = limited(world, ticket)
    later(world, clock, days=13)
    appeals.give(session, tap(world.engineer), first.id, "Объект был закрыт", now=world.now)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    later(world, clock, days=14)
    decide(world, first)
    assert eased(world) == 1
    assert blocks_of(session) == [LIMITED, REPEATED]
    limit_walk.begin(session, 1, now=world.now)
    judge(world)
    assert blocks_of(session) == [LIMITED, REPEATED]


def test_what_repeats_another_limit_as_well_stays(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    session.info[numbers.KEY] = Defaults(no_show_days=20)
    limited(world, ticket)
    later(world, clock, days=15)
    blacklist.sweep(session, 50, now=world.now)
    later(world, clock, days=10)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session) == [LIMITED, REPEATED]
    second = block_of(world)
    later(world, clock, days=31)
    blacklist.sweep(session, 50, now=world.now)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    assert blocks_of(session)[2:] == [REPEATED]
    for event in session.scalars(select(QualityEvent).where(QualityEvent.id.in_(events_of(session, second)))):
        event.annulled_at = world.now
    assert eased(world) == 0


def test_a_repetition_that_is_lifted_leaves_the_limit_before_it(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock)
    first, second = repeated(world, clock, ticket)
    ends_at = first.ends_at
    later(world, clock, days=1)
    blacklist.lift(session, tap(add_manager(world)), second.id, "Разобрались", now=world.now)
    assert eased(world) == 0
    session.refresh(first)
    assert (first.ends_at, first.lift_reason) == (ends_at, "")


def test_a_repetition_that_is_only_asked_for_is_judged_anew(session: Session, clock: HandClock) -> None:
    world, ticket = company(session, clock, colleague=False)
    for _ in range(2):
        strike(world, K.NO_SHOW, ticket)
    judge(world)
    (row,) = session.scalars(select(BlockRequest))
    block_requests.confirm(session, tap(world.dispatcher), row.id, now=world.now)
    first = block_of(world)
    later(world, clock, days=3)
    own = [strike(world, K.NO_SHOW, ticket).id for _ in range(2)]
    judge(world)
    appeals.give(session, tap(world.engineer), first.id, "Объект был закрыт", now=world.now)
    row = session.scalars(select(Appeal)).one()
    appeals.decide(session, tap(add_dispatcher(session, now=world.now)), row.id, True, "", now=world.now)
    assert eased(world) == 1
    judge(world)
    asked = session.scalars(select(BlockRequest).order_by(BlockRequest.id)).all()
    assert [(one.rule, one.refusal) for one in asked] == [(R.NO_SHOWS, ""), (R.REPEATED, "eased"), (R.NO_SHOWS, "")]
    assert block_requests.facts_of(session, asked[-1])["events"] == own
