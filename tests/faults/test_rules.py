"""Rules whose breach in other products taught them: what a request brought stays, money is whole, work is frozen."""

from datetime import date, datetime
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.errors import Changed, DomainError, ProofMissing
from core.domain.money import line_sum
from core.domain.offer import Exclusion, OfferStatus
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import history, outbox, reports, staffing, tasks, tickets, visits
from storage.models.contractor import ContractorSkill
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.ticket import ReportLine, Ticket
from tests.make.tickets import (
    World,
    add_service,
    arrive,
    bring,
    card_of,
    make_world,
    open_tasks,
    report,
    send,
    shoot,
    take,
    tap,
)


def test_an_expired_certificate_shows_the_firm_as_left_out_and_why(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.scalars(select(ContractorSkill)).one().valid_until = date(2026, 3, 15)  # yesterday
    session.flush()
    ticket = send(world)

    assert ticket.status is TicketStatus.UNSTAFFED
    told = history.why(session, tap(world.dispatcher), ticket.id, now=now)
    assert told.excluded == ((Exclusion.SKILL_EXPIRED, 1),)
    assert staffing.choices(session, tap(world.dispatcher), ticket.id, now=now).lines == ()  # no hand passes this


@settings(max_examples=300)
@example(milli=333, kop=100_001)
@example(milli=500, kop=1)
@given(milli=st.integers(1, 1_000_000), kop=st.integers(0, 100_000_000))
def test_a_line_is_rounded_half_up_to_a_whole_kopeck(milli: int, kop: int) -> None:
    exact = Fraction(milli * kop, 1000)
    rounded = line_sum(kop, milli)

    assert isinstance(rounded, int)
    assert abs(rounded - exact) <= Fraction(1, 2)
    assert not (exact - int(exact) == Fraction(1, 2) and rounded != int(exact) + 1)


def at_report(world: World) -> tuple[Ticket, int]:
    session, now, man = world.session, world.now, world.engineer
    ticket = send(world)
    take(world, ticket)
    visit = arrive(world, ticket)
    visits.begin_work(session, tap(man), visit.id, now=now)
    shoot(world)
    visits.before_done(session, tap(man), visit.id, now=now)
    shoot(world)
    visits.after_done(session, tap(man), visit.id, now=now)
    return ticket, visit.id


def test_the_lines_of_a_report_add_up_to_its_sum_to_the_kopeck(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    odd = [
        add_service(session, f"Работа {price}", contractor_rate_kop=rate, client_price_kop=price)
        for rate, price in ((33_333, 77_777), (1, 3), (99_999, 100_001))
    ]
    ticket, visit_id = at_report(world)
    for service, milli in zip(odd, (333, 500, 1001), strict=True):
        reports.put_line(session, tap(world.engineer), visit_id, service.id, milli, now=now)
    reports.send(session, tap(world.engineer), visit_id, now=now)
    session.expire_all()

    def exact(milli: int, kop: int) -> int:
        return int(Fraction(milli * kop, 1000) + Fraction(1, 2))

    rows = list(session.scalars(select(ReportLine).order_by(ReportLine.id)))
    pay = [exact(row.quantity_milli, row.contractor_rate_kop) for row in rows]
    price = [exact(row.quantity_milli, row.client_price_kop) for row in rows]
    job, client = card_of(world, world.engineer, ticket), card_of(world, world.requester, ticket)
    assert len(rows) == 4
    assert sorted(line.sum_kop for line in job.lines) == sorted(pay)
    assert job.pay_kop == sum(pay)
    assert sorted(line.sum_kop for line in client.lines) == sorted(price)
    assert client.price_kop in (None, sum(price))
    assert sorted(line.sum_kop for line in card_of(world, world.dispatcher, ticket).lines) == sorted(price)


def test_done_without_the_shots_is_refused_with_what_is_missing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    world.service.shots_before, world.service.shots_after = 2, 3
    ticket = send(world)
    take(world, ticket)
    visit = arrive(world, ticket)
    man = world.engineer
    visits.begin_work(session, tap(man), visit.id, now=now)
    shoot(world)
    with pytest.raises(ProofMissing) as before:
        visits.before_done(session, tap(man), visit.id, now=now)
    assert before.value.before == 1
    with pytest.raises(DomainError):
        reports.send(session, tap(man), visit.id, now=now)
    shoot(world)
    visits.before_done(session, tap(man), visit.id, now=now)
    with pytest.raises(ProofMissing) as after:
        visits.after_done(session, tap(man), visit.id, now=now)

    assert (after.value.before, after.value.after) == (0, 3)
    assert ticket.status is TicketStatus.IN_WORK


COPIED = (
    "client_price_kop",
    "contractor_rate_kop",
    "quantity_milli",
    "job_version",
    "text",
    "priority",
)


def test_what_was_offered_does_not_change_with_the_directories(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = session.scalars(select(Offer)).one()
    as_offered = {name: getattr(ticket, name) for name in COPIED}
    pay, distance = offer.pay_kop, offer.distance_m
    session.get_one(Service, world.service.id).contractor_rate_kop = 1
    session.get_one(Service, world.service.id).client_price_kop = 2
    session.get_one(Service, world.service.id).shots_before = 9
    session.get_one(Site, world.site.id).lat = 56.5
    session.flush()
    take(world, ticket)

    session.expire_all()
    assert {name: getattr(ticket, name) for name in COPIED} == as_offered
    assert (offer.pay_kop, offer.distance_m) == (pay, distance)
    assert card_of(world, world.engineer, ticket).pay_kop == pay


def test_a_request_told_on_after_it_was_sent_changes_no_offered_job(session: Session, now: datetime) -> None:
    from core.services import intakes

    world = make_world(session, now=now)
    ticket = send(world)
    words = ticket.text
    for late in (
        lambda: intakes.say(session, tap(world.requester), "и ещё кран", now=now),
        lambda: intakes.choose_service(session, tap(world.requester), 1, world.service.id, now=now),
    ):
        with pytest.raises(DomainError):
            late()
    assert (ticket.text, ticket.job_version) == (words, 1)


def test_a_letter_that_cannot_be_delivered_stands_in_the_queue_with_whom_it_was_for(
    session: Session, now: datetime
) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    batch = outbox.claim(session, 50, now=now)
    letter = next(one for one in batch.letters if one.person_id == world.engineer.person_id)
    assert outbox.failed(session, letter, "Bad Request: something new", now=now)
    queue = tasks.queue(session, tap(world.dispatcher), now=now)

    (line,) = [one for one in queue.lines if one.kind is TaskKind.UNDELIVERED]
    assert line.person == world.engineer.name
    assert line.ticket_id in (ticket.id, None)
    assert session.get_one(Outbox, letter.id).last_error


def test_the_first_of_two_versions_wins_and_the_other_is_told(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    with pytest.raises(Changed):
        tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version - 1, now=now)
    assert ticket.status is TicketStatus.ASSIGNED
    assert open_tasks(session, ticket) == []
    assert session.scalars(select(Offer.status)).one() is OfferStatus.ACCEPTED


def test_after_the_report_the_words_of_the_request_are_still_on_every_card(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world, text="Мигает, стремянка в подсобке")
    take(world, ticket)
    arrive(world, ticket)
    report(world, ticket)

    for actor in (world.engineer, world.requester, world.dispatcher):
        assert "стремянка в подсобке" in str(card_of(world, actor, ticket))
