"""`/why`: the stored truth of what happened, cut to what each reader may know."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot import texts
from bot.screens import clocks as screens_of_clocks
from bot.screens import history as screens
from core.domain.actor import Actor
from core.domain.clock import ClockKind, Whose
from core.domain.errors import NotFound
from core.domain.offer import DeclineReason, Exclusion, OfferStatus
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import acceptances, history, offers, score, staffing
from storage.models.contractor import Block
from storage.models.offer import Offer
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.promises import later, promise
from tests.make.tickets import (
    SKILL,
    add_engineer,
    arrive,
    bring,
    card_of,
    make_world,
    nobody_left,
    report,
    send,
    take,
    tap,
)


def events(told: history.History) -> list[str]:
    return [f"{step.entity} {step.event}" for step in told.steps]


def test_the_desk_reads_the_whole_story_with_names(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    told = history.why(session, world.dispatcher, ticket.id, now=now)

    assert events(told) == [
        "ticket register",
        "offer send",
        "ticket assign",
        "ticket arrive",
        "ticket report",
        "ticket accept",
    ]
    assert [step.who for step in told.steps][:3] == [world.requester.name, "", world.engineer.name]
    assert told.steps[1].firm == world.contractor.name
    assert (told.zone, told.number) == ("Europe/Moscow", ticket.number)


def test_the_client_reads_roles_and_no_names_no_offers(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    told = history.why(session, world.requester, ticket.id, now=now)

    assert "offer send" not in events(told)
    assigned = next(step for step in told.steps if step.event == "assign")
    assert (assigned.who, assigned.role, assigned.firm) == ("", Role.ENGINEER, "")
    assert (told.asked, told.excluded, told.not_considered, told.waves, told.place) == ((), (), 0, 0, None)


def test_who_was_asked_in_which_order_and_why_not_others(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    near = add_contractor(session, skills=[SKILL], lat=55.756, lon=37.618, score=90)
    first = add_engineer(session, near, now=now)
    add_contractor(session, skills=[SKILL])  # nobody in Telegram
    blocked = add_contractor(session, skills=[SKILL])
    session.add(Block(contractor_id=blocked.id, starts_at=now, reason="проверка"))
    session.flush()
    ticket = send(world)
    told = history.why(session, world.dispatcher, ticket.id, now=now)

    assert [(line.contractor, line.status) for line in told.asked] == [
        (near.name, OfferStatus.SENT),
        (world.contractor.name, None),
    ]
    assert told.excluded == ((Exclusion.BLOCKED, 1), (Exclusion.UNREACHABLE, 1))

    mine = session.query(Offer).filter(Offer.ticket_id == ticket.id).one()
    offers.decline(session, tap(first), mine.id, DeclineReason.FAR, now=now)
    told = history.why(session, world.dispatcher, ticket.id, now=now)
    assert [(line.contractor, line.status) for line in told.asked] == [
        (near.name, OfferStatus.DECLINED),
        (world.contractor.name, OfferStatus.SENT),
    ]
    assert [step.data.get("reason") for step in told.steps if step.event == "decline"] == ["far"]


def test_a_contractor_reads_why_it_was_him(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.9), now=now)
    ticket = send(world)
    told = history.why(session, world.engineer, ticket.id, now=now)

    assert told.place is not None
    assert (told.place.rank, told.place.ranked, told.place.band_km) == (1, 2, 5)
    assert (told.place.score, told.place.accepted_jobs, told.place.is_answered) == (70, 0, False)
    assert told.place.distance_m < 2_000
    assert (told.asked, told.waves) == ((), 0)


def test_the_story_stays_true_after_the_directories_change(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    before = history.why(session, world.dispatcher, ticket.id, now=now)
    world.contractor.radius_km, world.contractor.is_active = 1, False
    score.keep(session, world.contractor, 5)
    session.flush()

    assert history.why(session, world.dispatcher, ticket.id, now=now) == before


def test_a_stranger_to_the_ticket_reads_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    foreign = make_world(session, now=now)
    for person in (foreign.requester, foreign.engineer):
        with pytest.raises(NotFound):
            history.why(session, person, ticket.id, now=now)


def test_a_rule_passed_by_hand_stands_in_the_story(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    staffing.assign(session, tap(world.dispatcher), ticket.id, world.contractor.id, now=now)
    told = history.why(session, world.dispatcher, ticket.id, now=now)

    assert told.steps[-1].data == {"by_hand": True, "passed": "asked"}


def test_nobody_took_it_is_counted_by_reason(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    nearest = add_contractor(session, skills=[SKILL], lat=55.756, lon=37.618)
    refuser = add_engineer(session, nearest, now=now)
    add_contractor(session, skills=[SKILL])
    world.engineer, silent = refuser, world.engineer
    ticket = nobody_left(world, clock)
    first = session.query(Offer).filter(Offer.contractor_id == nearest.id).one()
    offers.decline(session, tap(refuser), first.id, DeclineReason.PRICE, now=world.now)
    found = history.refusals(session, ticket)

    assert found.declined == ((DeclineReason.PRICE, 1),)
    assert found.silent == 1
    assert found.excluded == ((Exclusion.UNREACHABLE, 1),)
    take(world, ticket, silent)  # who was silent can still say yes
    assert ticket.status is TicketStatus.ASSIGNED


def test_every_promise_is_kept_or_broken_and_by_whom(session: Session, clock: HandClock) -> None:
    """Reaction in time, the arrival late by the crew, the work in time."""
    world = promise(session, now=clock.now())
    ticket = send(world)
    started = world.now
    asked = add_engineer(session, add_contractor(session), now=world.now)
    take(world, ticket)
    later(world, clock, minutes=130)
    arrive(world, ticket)
    report(world, ticket)

    def said(who: Actor) -> list[tuple[ClockKind, bool, Whose | None]]:
        found = history.why(session, who, ticket.id, now=world.now).promises
        assert all(one.done_at is not None for one in found)
        return [(one.kind, one.is_broken, one.whose) for one in found]

    of_crew = [(ClockKind.ARRIVAL, True, Whose.CONTRACTOR), (ClockKind.RESOLUTION, False, None)]
    assert said(world.requester) == said(world.dispatcher) == [(ClockKind.REACTION, False, None), *of_crew]
    assert said(world.engineer) == of_crew
    with pytest.raises(NotFound):
        said(asked)
    shown = screens.why(history.why(session, world.requester, ticket.id, now=world.now), texts.load("ru")).text
    assert "✅ Реакция: до" in shown
    assert "🔴 Приезд: до" in shown
    assert "(вина подрядчика)" in shown
    line = card_of(world, world.requester, ticket).base.clock
    assert line is not None
    assert (line.kind, line.due_at, line.done_at) == (ClockKind.ARRIVAL, started + timedelta(minutes=120), world.now)
    acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=world.now)
    assert "сделано" in screens_of_clocks.clock_lines(card_of(world, world.requester, ticket).base, texts.load("ru"))[0]
