"""A workbook in the database: whole or not at all, once, and never over what has lived on here."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.clock import ClockKind
from core.domain.errors import NotAllowed
from core.domain.role import Role
from core.domain.ticket import Origin, Priority, TicketEvent, TicketStatus
from core.imports.book import Reason, Workbook
from core.imports.check import check
from core.imports.read import read
from core.imports.write import write
from core.services import counters, exports, imports, invariants, lifecycle, score
from core.services.imports import ImportReport, SheetCount
from storage.models.clock import Clock
from storage.models.contractor import Contractor, MatchPoint
from storage.models.desk import Audit
from storage.models.directory import Client, Contract, LegalEntity, Service, Site, SiteEntity
from storage.models.offer import Offer
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.clock import HandClock
from tests.make.workbooks import (
    ENTITY_INN,
    OTHER_ENTITY_INN,
    Sheets,
    drop_column,
    put,
    small_book,
    write_csv,
    write_xlsx,
)

ADMIN = Actor(None, (Grant(Role.ADMIN),), source="test")


def book_of(folder: Path, sheets: Sheets) -> Workbook:
    return check(read(write_xlsx(folder / "book.xlsx", sheets)))


def load(session: Session, folder: Path, sheets: Sheets, now: datetime) -> ImportReport:
    """Applies, and forgets everything the session remembers: what is asked afterwards comes from the tables."""
    report = imports.apply(session, ADMIN, book_of(folder, sheets), now=now)
    session.expire_all()
    return report


def all_same(report: ImportReport) -> bool:
    return all((count.added, count.changed, count.wrong) == (0, 0, 0) for count in report.sheets.values())


def registered(session: Session, priority: Priority, now: datetime) -> Ticket:
    """At a site of the first client whose contract has a plan."""
    contract = session.scalars(select(Contract).where(Contract.sla_plan == "Базовый").limit(1)).one()
    site = session.scalars(select(Site).where(Site.client_id == contract.client_id).limit(1)).one()
    service = session.scalars(select(Service).limit(1)).one()
    ticket = Ticket(
        number="З-1",
        origin=Origin.BOT,
        client_id=contract.client_id,
        site_id=site.id,
        legal_entity_id=contract.legal_entity_id,
        contract_id=contract.id,
        service_id=service.id,
        priority=priority,
        client_price_kop=1,
        contractor_rate_kop=1,
        registered_at=now,
    )
    lifecycle.begin(session, ticket, TicketEvent.REGISTER, ADMIN, now=now)
    return ticket


def test_other_times_of_a_plan_reach_its_open_tickets_and_keep_what_has_elapsed(
    session: Session, now: datetime, clock: HandClock, tmp_path: Path
) -> None:
    book = small_book()
    load(session, tmp_path, book, now)
    registered(session, Priority.EMERGENCY, now)
    put(book, "SLA", 2, "Прибытие, мин", 90)
    later = clock.move(minutes=30)
    load(session, tmp_path, book, later)

    arrival = session.scalars(select(Clock).where(Clock.kind == ClockKind.ARRIVAL)).one()
    assert (arrival.target_min, arrival.due_at) == (90, now + timedelta(minutes=90))
    assert session.scalars(select(Audit.event).where(Audit.entity == "ticket").order_by(Audit.id)).all()[-1] == "replan"
    load(session, tmp_path, book, later)  # the same file again: nothing is counted anew
    assert len(session.scalars(select(Audit.id).where(Audit.event == "replan")).all()) == 1


def test_another_zone_of_a_site_reaches_what_was_promised_there(
    session: Session, now: datetime, clock: HandClock, tmp_path: Path
) -> None:
    """Ten in Moscow is two in the afternoon in Krasnoyarsk: of working hours four more are left today."""
    book = small_book()
    load(session, tmp_path, book, now)
    registered(session, Priority.NORMAL, now)
    reaction = session.scalars(select(Clock).where(Clock.kind == ClockKind.REACTION)).one()
    assert reaction.due_at == now + timedelta(hours=4)
    put(book, "Объекты", 2, "Часовой пояс", "UTC+10")
    later = clock.move(minutes=30)
    load(session, tmp_path, book, later)

    # There it was five in the afternoon: an hour of that day and three of the next morning.
    assert reaction.due_at == now + timedelta(hours=1 + 15 + 3)
    assert invariants.violations(session, now=later) == []


def test_preview_counts_and_writes_nothing(session: Session, now: datetime, tmp_path: Path) -> None:
    report = imports.preview(session, ADMIN, book_of(tmp_path, small_book()), now=now)

    assert not report.applied
    assert report.sheets["Объекты"] == SheetCount(added=2)
    assert list(report.sheets) == list(imports.SHEETS)
    assert session.scalar(select(func.count(Client.id))) == 0


def test_what_stood_in_the_cells_stands_in_the_tables(session: Session, now: datetime, tmp_path: Path) -> None:
    assert load(session, tmp_path, small_book(), now).applied

    service = session.scalars(select(Service).where(Service.code == "Р-01")).one()
    assert (service.client_price_kop, service.contractor_rate_kop, service.shots_after) == (150_000, 90_050, 2)
    site = session.scalars(select(Site).where(Site.code == "О-00001")).one()
    assert (site.zone, site.opens_min, site.closes_min, site.radius_m) == ("Asia/Krasnoyarsk", 600, 1200, 200)
    assert site.responsible_phone == "+79001110002"
    assert len({site.qr_token for site in session.scalars(select(Site))}) == 2
    zones = dict(session.execute(select(Contractor.code, Contractor.zone)).tuples().all())
    assert zones == {"П-0001": "Asia/Krasnoyarsk", "П-0002": "Europe/Moscow"}


def test_past_ticket_has_its_prices_payer_and_one_audit_row(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)

    ticket = session.scalars(select(Ticket).where(Ticket.number == "З-000001")).one()
    assert (ticket.origin, ticket.status, ticket.version) == (Origin.IMPORT, TicketStatus.ACCEPTED, 1)
    assert (ticket.client_price_kop, ticket.contractor_rate_kop, ticket.quantity_milli) == (150_000, 90_050, 1000)
    assert ticket.accepted_at == datetime(2026, 1, 31, 21, 17, tzinfo=UTC)
    assert ticket.history_mark == 5
    assert session.get_one(LegalEntity, ticket.legal_entity_id).inn == ENTITY_INN
    (row,) = session.scalars(select(Audit).where(Audit.entity == "ticket", Audit.entity_id == ticket.id)).all()
    assert (row.event, row.from_state, row.to_state, row.source) == ("import", "", "accepted", "test")
    statuses = set(session.scalars(select(Ticket.status)))
    assert statuses == {TicketStatus.ACCEPTED, TicketStatus.REPORTED, TicketStatus.CANCELLED}
    assert not session.scalar(select(func.count(Offer.id)))
    assert not session.scalar(select(func.count(Visit.id)))


def test_same_file_again_changes_nothing(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    audits = session.scalar(select(func.count(Audit.id)))

    again = load(session, tmp_path, small_book(), now + timedelta(days=3))

    assert again.applied
    assert all_same(again)
    assert session.scalar(select(func.count(Audit.id))) == audits


def test_one_wrong_row_and_nothing_is_written(session: Session, now: datetime, tmp_path: Path) -> None:
    sheets = small_book()
    put(sheets, "История заявок", 4, "Код работ", "Р-99")

    report = load(session, tmp_path, sheets, now)

    assert not report.applied
    assert report.sheets["История заявок"] == SheetCount(added=2, wrong=1)
    assert session.scalar(select(func.count(Client.id))) == 0
    assert session.scalar(select(func.count(Audit.id))) == 0


def test_row_with_two_faults_is_one_wrong_row(session: Session, now: datetime, tmp_path: Path) -> None:
    sheets = small_book()
    put(sheets, "Объекты", 2, "Широта", "север")
    put(sheets, "Объекты", 2, "Телефон", "нет")

    report = load(session, tmp_path, sheets, now)

    assert report.sheets["Объекты"] == SheetCount(added=1, wrong=1)
    assert [fault.column for fault in report.wrong] == ["Широта", "Телефон"]


def test_changed_rows_are_changed_and_rows_not_in_the_file_stay(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    load(session, tmp_path, small_book(), now)
    before = session.scalars(select(Site.qr_token).order_by(Site.code)).all()
    sheets = {"Объекты": small_book()["Объекты"][:2]}
    put(sheets, "Объекты", 2, "Название", "Магазин у вокзала")

    report = load(session, tmp_path, sheets, now)

    assert report.sheets == {"Объекты": SheetCount(changed=1)}
    site = session.scalars(select(Site).where(Site.code == "О-00001")).one()
    assert site.name == "Магазин у вокзала"
    assert session.scalars(select(Site.qr_token).order_by(Site.code)).all() == before


def test_column_not_in_the_file_leaves_its_field(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    sheets = {"Клиенты": small_book()["Клиенты"]}
    drop_column(sheets, "Клиенты", "Контакт")
    put(sheets, "Клиенты", 2, "Эл. почта", "new@example.ru")

    load(session, tmp_path, sheets, now)

    client = session.scalars(select(Client).where(Client.code == "К-001")).one()
    assert (client.contact_name, client.email) == ("Белкина Анна", "new@example.ru")


def test_a_contract_says_whether_its_client_hears_of_a_breach(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    told = select(Contract.number, Contract.client_hears_breach)
    assert set(session.execute(told).tuples()) == {("1-25", False), ("1-26", False), ("2-25", False)}
    with_column = {"Договоры": small_book()["Договоры"]}
    for row, word in zip(with_column["Договоры"], ("Сообщать о нарушении срока", "да", "", "нет"), strict=True):
        row.append(word)

    assert load(session, tmp_path, with_column, now).sheets["Договоры"] == SheetCount(changed=1, same=2)
    assert dict(session.execute(told).tuples().all()) == {"1-25": True, "1-26": False, "2-25": False}
    without = {"Договоры": small_book()["Договоры"]}
    put(without, "Договоры", 2, "Отсрочка, дней", 11)
    assert load(session, tmp_path, without, now).sheets["Договоры"] == SheetCount(changed=1, same=2)
    assert dict(session.execute(told).tuples().all())["1-25"] is True

    write(tmp_path / "out.xlsx", exports.workbook(session, ADMIN, now=now))
    assert all_same(imports.apply(session, ADMIN, check(read(tmp_path / "out.xlsx")), now=now))
    put(with_column, "Договоры", 2, "Сообщать о нарушении срока", "иногда")
    (fault,) = load(session, tmp_path, with_column, now).wrong
    assert (fault.row, fault.reason) == (2, Reason.NOT_YES_NO)


def test_payer_of_a_site_changes_from_the_day_of_the_import(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    sheets = small_book()
    put(sheets, "Объекты", 2, "ИНН юрлица", OTHER_ENTITY_INN)

    assert load(session, tmp_path, sheets, now).sheets["Объекты"].changed == 1
    assert all_same(load(session, tmp_path, sheets, now))

    query = (
        select(SiteEntity.valid_from, LegalEntity.inn)
        .join(LegalEntity, SiteEntity.legal_entity_id == LegalEntity.id)
        .join(Site, SiteEntity.site_id == Site.id)
        .where(Site.code == "О-00001")
    )
    history = dict(session.execute(query).tuples().all())
    assert history == {None: ENTITY_INN, date(2026, 3, 16): OTHER_ENTITY_INN}
    assert load(session, tmp_path, small_book(), now).sheets["Объекты"].changed == 1
    assert dict(session.execute(query).tuples().all())[date(2026, 3, 16)] == ENTITY_INN


def test_contractor_who_moved_is_found_at_his_new_place(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    sheets = small_book()
    put(sheets, "Подрядчики", 2, "Широта", 55.75)
    put(sheets, "Подрядчики", 2, "Долгота", 37.6)

    load(session, tmp_path, sheets, now)

    firm = session.scalars(select(Contractor).where(Contractor.code == "П-0001")).one()
    assert firm.zone == "Europe/Moscow"
    points = session.scalars(select(MatchPoint).where(MatchPoint.contractor_id == firm.id)).all()
    assert [(point.lat, point.lon) for point in points] == [(55.75, 37.6)] * 2
    assert all(abs(point.x**2 + point.y**2 + point.z**2 - 1) < 1e-9 for point in points)
    assert session.scalar(select(func.count(MatchPoint.id))) == 3


def test_corrected_history_is_taken_until_somebody_works_with_it(
    session: Session, now: datetime, tmp_path: Path
) -> None:
    load(session, tmp_path, small_book(), now)
    sheets = small_book()
    put(sheets, "История заявок", 3, "Статус", "спор")
    put(sheets, "История заявок", 2, "Ставка подрядчика без НДС, руб.", 901)

    assert load(session, tmp_path, sheets, now).sheets["История заявок"] == SheetCount(changed=2, same=1)

    disputed = session.scalars(select(Ticket).where(Ticket.number == "З-000002")).one()
    assert (disputed.status, disputed.version) == (TicketStatus.DISPUTED, 2)
    trail = session.scalars(select(Audit).where(Audit.entity == "ticket", Audit.entity_id == disputed.id)).all()
    assert [(row.from_state, row.to_state) for row in trail] == [("", "reported"), ("reported", "disputed")]


def test_ticket_that_lived_on_here_is_never_touched(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    ticket = session.scalars(select(Ticket).where(Ticket.number == "З-000002")).one()
    client = Actor(None, (Grant(Role.REQUESTER, client_id=ticket.client_id),), source="test")
    lifecycle.advance(session, ticket, TicketEvent.ACCEPT, client, now=now, accepted_at=now)
    sheets = small_book()
    put(sheets, "История заявок", 3, "Количество", 99)

    report = load(session, tmp_path, sheets, now)

    assert report.applied
    assert report.sheets["История заявок"] == SheetCount(same=3)
    ticket = session.scalars(select(Ticket).where(Ticket.number == "З-000002")).one()
    assert (ticket.status, ticket.quantity_milli) == (TicketStatus.ACCEPTED, 17_805)


def test_ticket_before_every_contract_of_its_payer_is_wrong(session: Session, now: datetime, tmp_path: Path) -> None:
    sheets = small_book()
    put(sheets, "История заявок", 2, "Зарегистрирована (МСК)", "28.02.2025 23:59")

    report = load(session, tmp_path, sheets, now)

    assert [(fault.row, fault.reason) for fault in report.wrong] == [(2, Reason.NO_CONTRACT)]


@pytest.mark.breaks_invariants
def test_number_given_out_here_is_not_taken_over_by_the_file(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    ticket = session.scalars(select(Ticket).where(Ticket.number == "З-000001")).one()
    ticket.origin = Origin.BOT
    session.flush()
    sheets = small_book()
    put(sheets, "История заявок", 2, "Код объекта", "О-00002")

    assert [fault.reason for fault in load(session, tmp_path, sheets, now).wrong] == [Reason.NUMBER_TAKEN]


def test_numbers_given_out_later_come_after_the_imported_ones(session: Session, now: datetime, tmp_path: Path) -> None:
    assert counters.next_ticket_number(session) == "З-000001"
    sheets = small_book()
    for row, number in enumerate(("З-000010", "З-000011", "З-000012"), 2):
        put(sheets, "История заявок", row, "№", number)
    load(session, tmp_path, sheets, now)
    assert counters.next_ticket_number(session) == "З-000013"


def test_what_is_exported_is_imported_as_the_same(session: Session, now: datetime, tmp_path: Path) -> None:
    sheets = small_book()
    put(sheets, "Клиенты", 3, "Название", "=cmd|' /C calc'!A0")
    load(session, tmp_path, sheets, now)

    write(tmp_path / "out.xlsx", exports.workbook(session, ADMIN, now=now))
    report = imports.apply(session, ADMIN, check(read(tmp_path / "out.xlsx")), now=now)

    assert report.wrong == ()
    assert report.ignored == ()
    assert all_same(report)
    assert {title: count.same for title, count in report.sheets.items()} == {
        title: len(rows) - 1 for title, rows in sheets.items()
    }


def test_csv_folder_loads_what_the_workbook_loads(session: Session, now: datetime, tmp_path: Path) -> None:
    load(session, tmp_path, small_book(), now)
    from_csv = check(read(write_csv(tmp_path / "csv", small_book(), encoding="cp1251")))
    assert all_same(imports.apply(session, ADMIN, from_csv, now=now))


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.ENGINEER, Role.REQUESTER, Role.ACCOUNTANT])
def test_only_admins_and_managers_import_and_export(session: Session, now: datetime, role: Role) -> None:
    actor = Actor(None, (Grant(role),), source="test")
    with pytest.raises(NotAllowed):
        imports.preview(session, actor, Workbook(is_whole=True), now=now)
    with pytest.raises(NotAllowed):
        exports.workbook(session, actor, now=now)


def test_a_later_book_leaves_the_score_that_was_lived_as_it_is(session: Session, now: datetime, tmp_path: Path) -> None:
    sheets = small_book()
    load(session, tmp_path, sheets, now)
    firm = session.scalars(select(Contractor).order_by(Contractor.code).limit(1)).one()
    assert firm.score == 70
    score.keep(session, firm, 91)
    put(sheets, "Подрядчики", 2, "Радиус, км", 120)
    put(sheets, "Подрядчики", 3, "Радиус, км", 120)
    load(session, tmp_path, sheets, now)
    found = session.get_one(Contractor, firm.id)
    assert (found.radius_km, found.score) == (120, 91)
    assert session.scalar(select(func.count()).select_from(QualityEvent)) == 0
