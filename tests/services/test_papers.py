"""The skills of a firm: what the page says of each, and a skill that the firm names itself."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.certificate import Refusal, SkillState
from core.domain.errors import NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.offer import Exclusion
from core.domain.role import Role
from core.services import certificate_checks, matching, papers, positions
from core.services.papers import SkillLine
from storage.models.contractor import ContractorSkill, MatchPoint
from storage.models.desk import Audit
from storage.models.directory import Skill
from storage.models.ticket import Ticket
from tests.make.directories import add_contractor
from tests.make.papers import learner, letters, skill_row, waiting
from tests.make.people import add_person
from tests.make.tickets import SKILL, World, add_engineer, make_world, send, tap


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def skill(world: World, name: str) -> Skill:
    row = Skill(name=name)
    world.session.add(row)
    world.session.flush()
    return row


def lines(world: World) -> dict[str, SkillLine]:
    return {line.name: line for line in papers.show(world.session, world.engineer, now=world.now).lines}


def declare(world: World, name: str) -> ContractorSkill:
    row = skill(world, name)
    papers.declare(world.session, tap(world.engineer), world.contractor.id, row.id, now=world.now)
    return skill_row(world, name)


@pytest.mark.parametrize(
    ("days", "state"),
    [
        (None, SkillState.CONFIRMED),
        (46, SkillState.CONFIRMED),
        (45, SkillState.ENDING),
        (0, SkillState.ENDING),
        (-1, SkillState.EXPIRED),
    ],
)
def test_the_page_says_how_long_a_skill_lasts(world: World, days: int | None, state: SkillState) -> None:
    today = world.now.date()
    skill_row(world).valid_until = today + timedelta(days=days) if days is not None else None
    line = lines(world)[SKILL]

    assert (line.state, line.days_left) == (state, days)
    assert line.needs_document is (state is not SkillState.CONFIRMED)


def test_the_day_is_that_of_the_firm(world: World) -> None:
    skill_row(world).valid_until = world.now.date()
    world.contractor.zone = "Pacific/Kiritimati"
    world.now = world.now.replace(hour=12)

    assert lines(world)[SKILL].state is SkillState.EXPIRED


def test_a_document_that_waits_or_was_refused_stands_beside_its_skill(world: World) -> None:
    row = skill_row(world)
    certificate = waiting(world, row.id)
    assert (lines(world)[SKILL].is_checking, lines(world)[SKILL].state) == (True, SkillState.CONFIRMED)
    certificate_checks.refuse(world.session, tap(world.dispatcher), certificate.id, Refusal.WRONG, now=world.now)

    line = lines(world)[SKILL]
    assert (line.is_checking, line.refusal, line.needs_document) == (False, "wrong", True)
    waiting(world, row.id)
    assert lines(world)[SKILL].refusal == ""


def test_a_named_skill_is_declared_and_found_but_brings_no_offers(world: World) -> None:
    row = declare(world, "Сварка")

    assert not row.is_confirmed
    assert lines(world)["Сварка"].state is SkillState.DECLARED
    trace = world.session.scalars(select(Audit).where(Audit.entity == "skill")).one()
    assert (trace.event, trace.entity_id) == (papers.DECLARED, row.id)
    assert [letter.data for letter in letters(world, Notice.PAPERS)] == [{"skill": row.id}]
    world.service.skill_id = row.skill_id
    ticket = send(world)
    at = world.now + timedelta(hours=2)
    verdict = matching.verdict(world.session, ticket, world.contractor.id, visit_at=at, now=world.now)
    assert verdict[1] is Exclusion.SKILL_UNCONFIRMED


def test_a_named_skill_stands_at_the_base_and_where_phones_share_their_place(world: World) -> None:
    session = world.session
    place = {"accuracy_m": 10, "sent_at": world.now, "now": world.now}
    positions.seen(session, world.engineer, 55.7, 37.5, **place)
    row = declare(world, "Сварка")

    points = session.scalars(
        select(MatchPoint).where(MatchPoint.skill_id == row.skill_id).order_by(MatchPoint.id)
    ).all()
    assert [(one.person_id, one.lat) for one in points] == [
        (None, world.contractor.lat),
        (world.engineer.person_id, 55.7),
    ]


def test_naming_it_twice_is_harmless(world: World) -> None:
    row = declare(world, "Сварка")
    papers.declare(world.session, tap(world.engineer), world.contractor.id, row.skill_id, now=world.now)

    assert len(world.session.scalars(select(MatchPoint).where(MatchPoint.skill_id == row.skill_id)).all()) == 1
    assert len(world.session.scalars(select(Audit).where(Audit.entity == "skill")).all()) == 1


def test_the_list_of_skills_leaves_out_what_is_named_and_is_searched_by_words(world: World) -> None:
    for name in ("Сварка труб", "Сварка металла", "Кровля"):
        skill(world, name)
    session, firm = world.session, world.contractor.id

    every = papers.choices(session, world.engineer, firm, "", now=world.now, limit=2)
    assert ([name for _, name in every.lines], every.total) == (["Кровля", "Сварка металла"], 3)
    found = papers.choices(session, world.engineer, firm, "свар тр", now=world.now)
    assert [name for _, name in found.lines] == ["Сварка труб"]
    assert papers.choices(session, world.engineer, firm, "эле", now=world.now).total == 0


def test_nobody_sees_or_names_the_skills_of_another_firm(world: World) -> None:
    session, now = world.session, world.now
    other = add_contractor(session, skills=["Сварка"])
    stranger = add_engineer(session, other, now=now)
    mine = skill_row(world)

    for refused in (
        lambda: papers.one(session, stranger, mine.id, now=now),
        lambda: papers.declare(session, tap(stranger), world.contractor.id, mine.skill_id, now=now),
        lambda: papers.choices(session, stranger, world.contractor.id, "", now=now),
        lambda: papers.one(session, world.requester, mine.id, now=now),
        lambda: papers.declare(session, tap(world.engineer), world.contractor.id, 10**9, now=now),
    ):
        with pytest.raises(NotFound):
            refused()
    for outsider in (world.requester, world.dispatcher):
        with pytest.raises(NotAllowed):
            papers.show(session, outsider, now=now)
    assert [firm.contractor_id for firm in papers.show(session, stranger, now=now).firms] == [other.id]


def test_an_engineer_sees_the_papers_of_his_firm_and_the_count_under_watch(world: World) -> None:
    owner, row = learner(world)
    colleague = add_person(world.session, Grant(Role.ENGINEER, contractor_id=row.contractor_id), now=world.now)

    (line,) = papers.show(world.session, colleague, now=world.now).lines
    assert (line.state, line.done, line.needed) == (SkillState.WATCHED, 0, 3)
    assert papers.one(world.session, owner, row.id, now=world.now)[1] == line
    assert world.session.scalars(select(Ticket)).all() == []
