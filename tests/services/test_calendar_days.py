"""Holidays: the production calendar with its moved days, what the operator says against it, also after the fact."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.calendar import CalendarKind, DayKind
from core.domain.errors import FieldInvalid, NotAllowed
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import calendar_counts, calendar_days, calendars, warnings
from storage.models.clock import CalendarDay, Clock
from storage.models.post import Outbox
from tests.clock import START, HandClock
from tests.databases import counted
from tests.imports.test_command import run
from tests.make.people import add_person
from tests.make.tickets import make_world, send, tap

TUESDAY = date(2026, 3, 17)


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 3, 16), (540, 1080)),  # a plain Monday
        (date(2026, 3, 14), None),  # a Saturday
        (date(2026, 3, 9), None),  # Women's Day fell on a Sunday and was moved here
        (date(2026, 1, 9), None),  # moved from a Saturday by the government
        (date(2025, 11, 1), (540, 1020)),  # a Saturday worked for the eve of a holiday, and as long as it
        (date(2026, 4, 30), (540, 1020)),  # the day before the First of May ends an hour sooner
        (date(2026, 12, 31), None),
        (date(2028, 2, 29), (540, 1080)),
    ],
)
def test_the_production_calendar_knows_moved_and_short_days(
    session: Session, day: date, hours: tuple[int, int] | None
) -> None:
    assert calendars.hours(session)(day) == hours


def test_what_the_operator_says_stands_above_the_library(session: Session, now: datetime) -> None:
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    for kind, hours in ((DayKind.OFF, None), (DayKind.SHORT, (540, 1020)), (DayKind.WORK, (540, 1080))):
        calendar_days.say(session, tap(admin), TUESDAY, kind, now=now)
        assert calendars.hours(session)(TUESDAY) == hours
    calendar_days.say(session, tap(admin), TUESDAY, None, now=now)
    assert calendar_days.said(session, now=now) == ()


def test_a_holiday_added_after_the_fact_moves_the_deadline_and_nothing_is_warned_of_twice(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)  # no plan row: 480 working minutes from Monday 10:00
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    send(world)
    due = session.scalars(select(Clock)).one()
    assert due.due_at == START + timedelta(hours=8)
    clock.at = START + timedelta(hours=7, minutes=30)
    while warnings.sweep(session, 50, now=clock.at):
        pass
    warned = select(Outbox).where(Outbox.notice == Notice.SLA)
    rung = [row.data["pct"] for row in session.scalars(warned)]
    assert rung == [90]

    assert calendar_days.say(session, tap(admin), START.date(), DayKind.OFF, now=clock.at) == 1
    session.refresh(due)
    assert due.due_at == datetime(2026, 3, 17, 14, tzinfo=UTC)  # Tuesday 9:00–17:00 in Moscow
    while warnings.sweep(session, 50, now=clock.at):
        pass
    assert [row.data["pct"] for row in session.scalars(warned)] == rung

    calendar_days.say(session, tap(admin), START.date(), None, now=clock.at)
    session.refresh(due)
    assert due.due_at == START + timedelta(hours=8)


def test_a_site_in_another_zone_works_by_its_own_clock(session: Session) -> None:
    calendar = calendars.of(session, CalendarKind.WORKING, "Asia/Vladivostok")
    # 02:00 in Moscow is nine in the morning there.
    assert calendar.after(datetime(2026, 3, 15, 23, tzinfo=UTC), timedelta(minutes=60)) == datetime(
        2026, 3, 16, 0, tzinfo=UTC
    )


def test_only_an_admin_or_a_manager_says_what_a_day_is(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    for actor in (world.dispatcher, world.engineer, world.requester, Actor(None, (), source="x")):
        with pytest.raises(NotAllowed):
            calendar_days.say(session, actor, TUESDAY, DayKind.OFF, now=now)


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31), date(2101, 1, 1), date.max])
def test_a_day_of_a_year_that_is_none_of_ours_is_refused(session: Session, now: datetime, day: date) -> None:
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    for kind in (DayKind.OFF, None):
        with pytest.raises(FieldInvalid):
            calendar_days.say(session, tap(admin), day, kind, now=now)
    assert calendar_days.said(session, now=now) == ()


def test_what_was_said_of_such_a_year_before_can_be_taken_back(session: Session, now: datetime) -> None:
    admin, day = add_person(session, Grant(Role.ADMIN), now=now), date(1999, 12, 31)
    session.add(CalendarDay(day=day, kind=DayKind.OFF))
    session.flush()
    calendar_days.say(session, tap(admin), day, None, now=now)
    assert calendar_days.said(session, now=now) == ()


@pytest.mark.parametrize("rest", [("off",), ("--remove",)])
def test_the_command_refuses_such_a_year_in_both_languages(database_url: str, rest: tuple[str]) -> None:
    told = run(database_url, "calendar", "0001-01-01", *rest)
    assert (told.returncode, told.stdout) == (2, "")
    assert "год от 2000 до 2100 / a year from 2000 to 2100" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("17.03.2026", "выходной", "--remove"), "и «выходной», и --remove"),
        (("--remove",), "какой день? / which day?"),
        (("17.03.2026",), "скажите, какой это день"),
    ],
)
def test_the_command_passes_over_nothing_that_was_typed(database_url: str, typed: tuple[str, ...], why: str) -> None:
    told = run(database_url, "calendar", *typed)
    assert (told.returncode, told.stdout) == (2, "")
    assert why in " ".join(told.stderr.replace("│", " ").split())


def test_the_command_shows_and_changes_days(database_url: str) -> None:
    told = run(database_url, "calendar", "17.03.2026", "выходной", "--json")
    assert told.returncode == 0, told.stderr
    assert told.stdout.strip() == '{"days": [{"day": "2026-03-17", "kind": "off"}], "recounted": 0}'
    assert "17.03.2026  выходной" in run(database_url, "calendar").stdout
    assert run(database_url, "calendar", "2026-03-17", "праздник").returncode == 2
    assert "по производственному календарю" in run(database_url, "calendar", "2026-03-17", "--remove").stdout


def test_a_day_said_asks_no_more_often_for_many_clocks_than_for_few(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    admin = add_person(session, Grant(Role.ADMIN), now=now)

    def asked(kind: DayKind | None, more: int) -> int:
        for _ in range(more):
            send(world)
        with counted(session) as statements:
            calendar_days.say(session, tap(admin), START.date(), kind, now=now)
        return len([one for one in statements if one.startswith("SELECT")])

    asked(DayKind.SHORT, 1)
    assert asked(DayKind.OFF, 3) == asked(None, 4)


def test_of_many_clocks_none_is_left_out(session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_counts, "AT_ONCE", 2)
    world = make_world(session, now=now)
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    for _ in range(5):
        send(world)
    assert calendar_days.say(session, tap(admin), START.date(), DayKind.OFF, now=now) == 5
    session.expire_all()
    assert set(session.scalars(select(Clock.due_at))) == {datetime(2026, 3, 17, 14, tzinfo=UTC)}
