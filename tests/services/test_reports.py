"""The report: the ordered work by itself, quantities to the thousandth, prices of the day, nothing without proof."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.errors import Changed, NoReportLines, NotFound, NumberInvalid
from core.domain.ticket import TicketStatus
from core.services import reports, visits
from storage.models.ticket import ReportLine, Ticket
from storage.models.visit import Visit
from tests.make.directories import add_contractor
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    add_service,
    bring,
    card_of,
    make_world,
    shoot,
    tap,
    visit_of,
)


def at_report(world: World) -> tuple[Ticket, Visit]:
    """The shots are there, the report is on the screen."""
    session, now = world.session, world.now
    ticket = bring(world, TicketStatus.IN_WORK)
    visit = visit_of(world, ticket)
    visits.begin_work(session, tap(world.engineer), visit.id, now=now)
    shoot(world)
    visits.before_done(session, tap(world.engineer), visit.id, now=now)
    shoot(world)
    visits.after_done(session, tap(world.engineer), visit.id, now=now)
    return ticket, visit


def put(world: World, visit: Visit, service_id: int, milli: int) -> None:
    reports.put_line(world.session, tap(world.engineer), visit.id, service_id, milli, now=world.now)


def lines(session: Session) -> list[tuple[int, int, int, int]]:
    rows = session.scalars(select(ReportLine).order_by(ReportLine.id))
    return [(row.service_id, row.quantity_milli, row.client_price_kop, row.contractor_rate_kop) for row in rows]


def test_the_ordered_work_stands_in_the_report_by_itself(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, _ = at_report(world)

    assert lines(session) == [(world.service.id, 1000, 420_000, 260_000)]
    card = card_of(world, world.engineer, ticket)
    assert [(line.quantity_milli, line.sum_kop) for line in card.lines] == [(1000, 260_000)]


def test_quantities_are_changed_added_and_taken_off(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    cable = add_service(session, "Прокладка кабеля", unit="м", contractor_rate_kop=15_033, client_price_kop=30_000)
    ticket, visit = at_report(world)
    put(world, visit, world.service.id, 3000)
    put(world, visit, cable.id, 2500)

    assert lines(session) == [
        (world.service.id, 3000, 420_000, 260_000),
        (cable.id, 2500, 30_000, 15_033),
    ]
    assert card_of(world, world.engineer, ticket).lines[1].sum_kop == 37_583  # 375.825 roubles, half up
    put(world, visit, world.service.id, 0)
    assert [line[0] for line in lines(session)] == [cable.id]


def test_the_price_of_an_old_ticket_does_not_follow_the_price_list(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    _, visit = at_report(world)
    world.service.contractor_rate_kop = 1
    put(world, visit, world.service.id, 0)
    put(world, visit, world.service.id, 1000)

    assert lines(session) == [(world.service.id, 1000, 420_000, 260_000)]


def test_a_report_without_lines_is_not_sent(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, visit = at_report(world)
    put(world, visit, world.service.id, 0)

    with pytest.raises(NoReportLines):
        reports.send(session, tap(world.engineer), visit.id, now=now)
    assert ticket.status is TicketStatus.IN_WORK


@pytest.mark.parametrize("milli", [-1, reports.MOST_MILLI + 1])
def test_a_quantity_out_of_bounds_is_refused(session: Session, now: datetime, milli: int) -> None:
    world = make_world(session, now=now)
    _, visit = at_report(world)

    with pytest.raises(NumberInvalid):
        put(world, visit, world.service.id, milli)
    with pytest.raises(NotFound):
        put(world, visit, 2**40, 1000)


def test_a_report_is_written_only_at_its_step_and_by_its_crew(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    rival = add_engineer(session, add_contractor(session, skills=["Сантехника"]), now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    visit = visit_of(world, ticket)

    with pytest.raises(Changed):
        put(world, visit, world.service.id, 1000)
    with pytest.raises(NotFound):
        reports.send(session, tap(rival), visit.id, now=now)


def test_a_report_is_sent_once(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, visit = at_report(world)
    reports.send(session, tap(world.engineer), visit.id, now=now)
    version = ticket.version

    with pytest.raises(Changed):
        reports.send(session, tap(world.engineer), visit.id, now=now)
    with pytest.raises(Changed):
        put(world, visit, world.service.id, 5000)
    assert ticket.version == version


def test_the_price_list_is_searched_by_words_and_shows_the_rate(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    add_contractor(session, skills=["Сантехника"])
    tap_work = add_service(session, "Замена крана", skill="Сантехника", contractor_rate_kop=90_000)
    lamp = add_service(session, "Замена лампы", skill=SKILL, contractor_rate_kop=50_000)
    _, visit = at_report(world)

    everything = reports.price_list(session, world.engineer, visit.id, "", now=now)
    assert everything[-1].service_id == tap_work.id  # another skill comes last
    found = reports.price_list(session, world.engineer, visit.id, "ЗАМЕНА ламп", now=now)
    assert [(row.service_id, row.rate_kop) for row in found] == [(lamp.id, 50_000)]
    assert reports.price_list(session, world.engineer, visit.id, "лампа", now=now) == found
    assert reports.price_list(session, world.engineer, visit.id, "%", now=now) == everything
    assert reports.price_list(session, world.engineer, visit.id, "трактор", now=now) == ()


def test_rework_begins_with_the_lines_that_were_reported(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REWORK)

    assert lines(session) == [(world.service.id, 1000, 420_000, 260_000)]
    assert card_of(world, world.engineer, ticket).note == "Мигает"
