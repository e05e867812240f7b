"""The checker's word: until when a document is good or why it is not, once, and never for his own firm."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.screens import certificate_checks as screens
from core.domain.actor import Actor, Grant
from core.domain.certificate import CertificateStatus, Refusal, SkillState, after_years
from core.domain.defaults import Defaults
from core.domain.errors import Changed, DocumentChecked, FieldInvalid, NotFound, OwnDocument, TimePast, TooFarAhead
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import certificate_checks as checks
from core.services import numbers, tasks
from storage.models.contractor import Certificate
from storage.models.desk import Audit, Task
from storage.models.people import Person
from tests.make.directories import add_contractor
from tests.make.papers import approved, arrives, learner, letters, sends, skill_row, waiting
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import SKILL, World, add_engineer, make_world, tap

STATUS = CertificateStatus
YEAR = date(2027, 12, 31)


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def approve(world: World, row: Certificate, until: date | None, who: Actor | None = None) -> None:
    checks.approve(world.session, tap(who or world.dispatcher), row.id, until, now=world.now)


def test_a_good_document_renews_a_confirmed_skill(world: World) -> None:
    skill = skill_row(world)
    skill.valid_until = world.now.date() - timedelta(days=3)
    row = waiting(world, skill.id)
    approve(world, row, YEAR)

    assert (row.status, row.valid_until, row.checked_by, row.checked_at) == (
        STATUS.APPROVED,
        YEAR,
        world.dispatcher.person_id,
        world.now,
    )
    assert (skill.is_confirmed, skill.valid_until, skill.watched_since) == (True, YEAR, None)
    assert skill.document
    assert world.session.scalars(select(Task.outcome).where(Task.kind == TaskKind.CERTIFICATE)).all() == ["approved"]
    trace = world.session.scalars(select(Audit).where(Audit.entity == "certificate").order_by(Audit.id.desc())).first()
    assert trace is not None
    assert (trace.event, trace.data["until"]) == ("approve", "2027-12-31")
    assert len(letters(world, Notice.PAPER)) == 2


def test_a_good_document_of_a_declared_skill_begins_the_watch(world: World) -> None:
    owner, row = learner(world)

    assert (row.is_confirmed, row.watched_since) == (False, world.now)
    card = checks.card(
        world.session, world.dispatcher, world.session.scalars(select(Certificate.id)).one(), now=world.now
    )
    assert card.state is SkillState.WATCHED
    assert len(letters(world, Notice.PAPER, owner)) == 2


@pytest.mark.parametrize(
    ("words", "until"),
    [
        ("31.12.2027", YEAR),
        ("16.03.2046", date(2046, 3, 16)),
        ("31 декабря 2027", YEAR),
        (" Без  срока ", None),
        ("бессрочно", None),
        ("no end", None),
    ],
)
def test_the_end_is_typed_as_people_write_it(world: World, words: str, until: date | None) -> None:
    row = waiting(world, skill_row(world).id)
    checks.approve_typed(world.session, tap(world.dispatcher), row.id, words, now=world.now)

    assert (row.status, row.valid_until) == (STATUS.APPROVED, until)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("31.12.9999", TooFarAhead),
        ("17.03.2046", TooFarAhead),
        ("31.12.2020", TimePast),
        ("когда-нибудь", FieldInvalid),
        ("", FieldInvalid),
    ],
)
def test_an_end_that_is_over_or_no_day_is_refused(world: World, words: str, error: type[Exception]) -> None:
    row = waiting(world, skill_row(world).id)
    with pytest.raises(error):
        checks.approve_typed(world.session, tap(world.dispatcher), row.id, words, now=world.now)

    assert row.status is STATUS.WAITING


def test_today_is_still_good_and_years_are_counted_from_today(world: World) -> None:
    skill = skill_row(world)
    approved(world, skill.id, world.now.date())
    assert skill.valid_until == world.now.date()
    row = waiting(world, skill.id)
    checks.approve_for(world.session, tap(world.dispatcher), row.id, 3, now=world.now)
    assert row.valid_until == after_years(world.now.date(), 3)
    assert after_years(date(2028, 2, 29), 1) == date(2029, 2, 28)
    with pytest.raises(NotFound):
        checks.approve_for(world.session, tap(world.dispatcher), row.id, 2, now=world.now)


def test_a_refused_document_tells_why_and_changes_nothing_confirmed(world: World) -> None:
    skill = skill_row(world)
    row = waiting(world, skill.id)
    checks.refuse(world.session, tap(world.dispatcher), row.id, Refusal.FOREIGN, now=world.now)

    assert (row.status, row.refusal, row.checked_by) == (STATUS.REFUSED, "foreign", world.dispatcher.person_id)
    assert skill.is_confirmed
    again = waiting(world, skill.id)
    checks.refuse_in_words(world.session, tap(world.dispatcher), again.id, "  нужна\nвторая страница ", now=world.now)
    assert again.refusal == "нужна вторая страница"
    traces = world.session.scalars(select(Audit.data).where(Audit.event == "refuse").order_by(Audit.id)).all()
    assert [trace["reason"] for trace in traces] == ["foreign", "words"]
    with pytest.raises(FieldInvalid):
        checks.refuse_in_words(world.session, tap(world.dispatcher), waiting(world, skill.id).id, " ", now=world.now)


def test_of_two_checkers_the_first_counts_and_the_second_sees_who(world: World) -> None:
    second = add_dispatcher(world.session, now=world.now)
    row = waiting(world, skill_row(world).id)
    approve(world, row, YEAR)

    with pytest.raises(DocumentChecked) as refused:
        checks.refuse(world.session, tap(second), row.id, Refusal.WRONG, now=world.now)
    assert refused.value.name == world.session.get_one(Person, world.dispatcher.person_id).name
    assert row.status is STATUS.APPROVED


def test_one_that_was_replaced_or_has_no_bytes_yet_is_not_decided(world: World) -> None:
    skill = skill_row(world)
    first = waiting(world, skill.id)
    second = sends(world, skill.id)
    for row in (first, second):
        with pytest.raises(Changed):
            approve(world, row, YEAR)


def test_nobody_checks_for_his_own_firm_and_only_the_desk_checks_at_all(world: World) -> None:
    session, now = world.session, world.now
    row = waiting(world, skill_row(world).id)
    both = add_person(session, Grant(Role.DISPATCHER), Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    with pytest.raises(OwnDocument):
        approve(world, row, YEAR, both)
    with pytest.raises(OwnDocument):
        checks.refuse(session, tap(both), row.id, Refusal.WRONG, now=now)
    assert checks.card(session, both, row.id, now=now).is_own
    stranger = add_engineer(session, add_contractor(session), now=now)
    for who in (world.engineer, world.requester, stranger, add_person(session, Grant(Role.ACCOUNTANT), now=now)):
        with pytest.raises(NotFound):
            approve(world, row, YEAR, who)
        with pytest.raises(NotFound):
            checks.card(session, who, row.id, now=now)
        with pytest.raises(NotFound):
            checks.pages(session, who, 7, row.id, now=now)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    approve(world, row, YEAR, manager)
    assert row.checked_by == manager.person_id


def test_the_checker_sees_the_pages_the_document_before_and_a_file_of_another_firm(world: World) -> None:
    session, now = world.session, world.now
    skill = skill_row(world)
    before = approved(world, skill.id, YEAR)
    first = sends(world, skill.id, media_group_id="c", file_unique_id="same")
    page = sends(world, None, media_group_id="c")
    for one in (first, page):
        arrives(world, one)
    other = add_contractor(session, skills=[SKILL])
    copy = sends(world, skill_row(world, firm=other).id, add_engineer(session, other, now=now), file_unique_id="same")
    arrives(world, copy)

    card = checks.card(session, world.dispatcher, first.id, now=now)
    assert (card.pages, card.previous_id, card.seen_at) == (2, before.id, other.name)
    shown = checks.pages(session, world.dispatcher, 7, first.id, now=now)
    assert [one.file_id for one in shown] == [first.file_id, page.file_id]
    assert [one.file_id for one in checks.pages(session, world.dispatcher, 8, first.id, now=now)] == [None, None]
    approve(world, first, YEAR)
    session.refresh(page)
    assert (page.status, page.checked_by) == (STATUS.APPROVED, world.dispatcher.person_id)


def test_a_late_page_of_a_decided_document_is_kept_and_counts_for_nothing(world: World) -> None:
    first = arrives(world, sends(world, skill_row(world).id, media_group_id="d"))
    approve(world, first, YEAR)
    page = arrives(world, sends(world, None, media_group_id="d"))

    assert (page.status, page.checked_by) == (STATUS.REPLACED, None)


def test_the_task_stands_in_the_queue_with_its_skill_and_can_be_taken(world: World) -> None:
    row = waiting(world, skill_row(world).id)
    (line,) = tasks.queue(world.session, world.dispatcher, now=world.now).lines
    tasks.take(world.session, tap(world.dispatcher), line.task_id, now=world.now)

    assert (line.kind, line.data) == (TaskKind.CERTIFICATE, {"certificate": row.id, "skill": SKILL})
    assert checks.card(world.session, world.dispatcher, row.id, now=world.now).taken_by == world.dispatcher.name


def test_no_button_offers_more_years_than_may_be(world: World) -> None:
    row = waiting(world, skill_row(world).id)
    assert checks.card(world.session, world.dispatcher, row.id, now=world.now).years == (1, 3)
    world.session.info[numbers.KEY] = Defaults(document_years=2)
    check = checks.card(world.session, world.dispatcher, row.id, now=world.now)
    world.session.info.pop(numbers.KEY)

    assert check.years == (1,)
    keys = screens.card(check, texts.load("ru")).rows
    packed = [button.data for line in keys for button in line]
    assert [screens.Approve(certificate=row.id, years=one).pack() in packed for one in (1, 3, 0)] == [True, False, True]
