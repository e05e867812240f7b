"""Role × button × foreign id, generated from every button there is: what is not yours is as if it were not there."""

import importlib
import inspect
import pkgutil
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from aiogram.filters.callback_data import CallbackData
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

import bot.screens
from bot import commands
from bot.texts import load
from core.domain.actor import Actor, Grant
from core.domain.block import BlockLevel
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.services import appeals, invites
from storage.base import Base
from storage.db import Database
from storage.models.clock import Hold
from storage.models.contractor import Absence, Appeal, Block, BlockRequest, Certificate, ContractorSkill
from storage.models.desk import Task
from storage.models.directory import Skill
from storage.models.offer import Offer
from storage.models.people import Invite, Membership, Person
from storage.models.quality import QualityEvent
from storage.models.talk import Talk
from storage.models.ticket import Intake, Ticket
from storage.models.visit import Proof, Visit
from tests.bot.forging import Forger, account_of, rows
from tests.make.blocks import begin, propose
from tests.make.papers import skill_row, waiting
from tests.make.people import add_person
from tests.make.talks import ask, say
from tests.make.tickets import World, arrive, bring, draft, make_world, send, shoot, take, tell, wait

pytestmark = pytest.mark.slow

MISSING = 987_654_321
NEXT_YEAR = date(2027, 1, 11)

#: Field of a button → what its number is the id of. A new field must be named here, or a test fails.
KINDS = {
    "absence": "absence",
    "appeal_id": "appeal",
    "block_id": "block",
    "certificate": "certificate",
    "client": "client",
    "request_id": "block_request",
    "client_id": "client",
    "contractor_id": "contractor",
    "event_id": "event",
    "hold": "hold",
    "intake_id": "intake",
    "known": "ticket",
    "membership_id": "membership",
    "number": "ticket",
    "of": "ticket",
    "offer": "offer",
    "person": "person",
    "person_id": "person",
    "proof": "proof",
    "site_id": "site",
    "skill": "held_skill",
    "skill_id": "skill",
    "talk": "talk",
    "task_id": "task",
    "ticket_id": "ticket",
    "visit": "visit",
}
#: Numbers that are no ids of anybody's things, with a value that is meant.
PLAIN = {
    "chosen": 0,
    "days": 14,
    "fee": 0,
    "mark": 5,
    "milli": 1000,
    "named": 1,  # a skill of the directory is nobody's
    "minutes": 15,
    "page": 0,
    "pct": 0,
    "percent": 10,
    "region": 1,
    "service": 1,
    "start": 0,
    "until": 29_561_760,
    "version": 0,
    "was": 0,
    "wave": 1,
    "word": 1,
    "pause": 1,
    "update": 1,
    "flags": 0,
    "status": 0,
    "years": 0,
}
WORDS = {"book": "A" * 43, "code": "en", "item": "my", "language": "en", "words": "лампа"}

Ids = dict[str, list[int]]


@dataclass(frozen=True)
class Cast:
    """`mine` are the ids each role may see, `foreign` those of another client and another firm."""

    actors: dict[str, Actor]
    mine: Ids
    foreign: Ids


def buttons() -> list[type[CallbackData]]:
    found = []
    for module in pkgutil.iter_modules(bot.screens.__path__, "bot.screens."):
        for _, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(one, CallbackData) and one.__module__ == module.name:
                found.append(one)
    return found


def bare(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        annotation = next(one for one in typing.get_args(annotation) if one is not type(None))
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation


def ids_in(button: type[CallbackData]) -> list[str]:
    return [name for name in button.model_fields if name in KINDS and bare(button.model_fields[name].annotation) is int]


def verbs(button: type[CallbackData]) -> Iterator[dict[str, Any]]:
    """Every combination of the words and switches of a button."""
    found: list[dict[str, Any]] = [{}]
    for name, described in button.model_fields.items():
        kind = bare(described.annotation)
        if kind is bool:
            found = [one | {name: value} for one in found for value in (False, True)]
        elif inspect.isclass(kind) and issubclass(kind, StrEnum):
            found = [one | {name: value} for one in found for value in kind]
        elif name in PLAIN:
            found = [one | {name: PLAIN[name]} for one in found]
        elif kind is str:
            found = [one | {name: WORDS[name]} for one in found]
    yield from found


def packed(button: type[CallbackData], values: dict[str, Any]) -> str:
    return button(**values).pack()


def stage(session: Session, *, now: datetime) -> Cast:
    """Two companies that know nothing of each other; the firm of the first takes nothing of the second."""
    own, mine = _company(session, now=now)
    own.contractor.is_active = False
    session.flush()
    other, foreign = _company(session, now=now)
    client = own.client.id

    def person(*grants: Grant, language: str = "ru") -> Actor:
        return add_person(session, *grants, now=now, language=language)

    actors = {
        "engineer": person(Grant(Role.ENGINEER, contractor_id=own.contractor.id)),
        "owner": own.engineer,
        "requester": own.requester,
        "head office": person(Grant(Role.HEAD_OFFICE, client_id=client), language="en"),
        "approver": person(Grant(Role.APPROVER, client_id=client)),
        "client accountant": person(Grant(Role.CLIENT_ACCOUNTANT, client_id=client)),
        "stranger": person(),
    }
    for actor in actors.values():
        # Their phones show the commands of their roles already.
        row = session.get_one(Person, actor.person_id)
        row.commands_hash = commands.fingerprint(actor.roles, actor.language)
    assert other.contractor.id not in mine["contractor"]
    return Cast(actors, mine, foreign)


def _company(session: Session, *, now: datetime) -> tuple[World, Ids]:
    before = _ids(session)
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    session.add(Skill(name=f"Навык {world.client.code}"))  # companies share the others
    for status in (TicketStatus.REPORTED, TicketStatus.ACCEPTED, TicketStatus.DISPUTED, TicketStatus.REWORK):
        bring(world, status)
    say(world, world.engineer, bring(world, TicketStatus.REPORTED))
    ask(world, send(world))
    wait(world, bring(world, TicketStatus.ASSIGNED))
    draft(world)
    take(world, send(world))
    ticket = bring(world, TicketStatus.ASSIGNED)
    arrive(world, ticket)
    shoot(world)
    invites.create(session, world.dispatcher, Grant(Role.OWNER, contractor_id=world.contractor.id), "x", now=now)
    tell(world)
    session.add(Absence(person_id=world.engineer.person_id, first_on=NEXT_YEAR, last_on=NEXT_YEAR))
    appeals.give(session, world.engineer, begin(world, BlockLevel.LIMITED).id, "Не согласен", now=now)
    propose(world)
    waiting(world, skill_row(world).id)
    session.flush()
    after = _ids(session)
    return world, {kind: sorted(set(ids) - set(before[kind])) for kind, ids in after.items()}


def _ids(session: Session) -> Ids:
    tables = {
        "ticket": Ticket,
        "offer": Offer,
        "visit": Visit,
        "intake": Intake,
        "block": Block,
        "hold": Hold,
        "block_request": BlockRequest,
        "appeal": Appeal,
        "membership": Membership,
        "absence": Absence,
        "certificate": Certificate,
        "held_skill": ContractorSkill,
    }
    more = {"task": Task, "proof": Proof, "invite": Invite, "talk": Talk, "event": QualityEvent}
    named = {name: Base.metadata.tables[name] for name in ("client", "contractor", "person", "site", "skill")}
    found = {kind: list(session.scalars(select(table.id))) for kind, table in (tables | more).items()}
    return found | {kind: list(session.scalars(select(table.c.id))) for kind, table in named.items()}


@pytest.fixture
async def cast(db: Database) -> Cast:
    return await db.write(stage)


@pytest.fixture
def forger(db: Database, tmp_path: Path) -> Forger:
    return Forger(db, tmp_path)


ROLES = ("engineer", "owner", "requester", "head office", "approver", "client accountant", "stranger")


def test_every_number_in_a_button_is_known_to_be_an_id_or_not() -> None:
    unknown = {
        f"{button.__name__}.{name}"
        for button in buttons()
        for name, described in button.model_fields.items()
        if bare(described.annotation) is int and name not in KINDS and name not in PLAIN
    }
    assert unknown == set()
    assert len(buttons()) > 40


@pytest.mark.parametrize("role", ROLES)
async def test_foreign_and_missing_are_answered_alike_and_change_nothing(
    cast: Cast, forger: Forger, db: Database, role: str
) -> None:
    actor = cast.actors[role]
    account = await account_of(db, actor)
    texts = load(actor.language)
    refusals = {texts.plain("error-not-found"), texts.plain("error-not-allowed")}
    before = await rows(db)
    wrong = []
    for button in (one for one in buttons() if ids_in(one)):
        for turn, verb in enumerate(verbs(button)):
            missing = await forger.press(account, packed(button, verb | dict.fromkeys(ids_in(button), MISSING)))
            if not refusals & set(missing):
                wrong.append(f"{button.__name__} {verb} missing: {missing}")
            for ids in foreign_ids(button, cast.foreign, turn):
                answers = await forger.press(account, packed(button, verb | ids))
                if answers != missing:
                    wrong.append(f"{button.__name__} {verb} {ids}: {answers}, but missing is {missing}")
        after = await rows(db)
        if after != before:
            wrong.append(f"{button.__name__} changed {changed(before, after)}")
            before = after
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
async def test_an_own_thing_beside_a_foreign_one_moves_nothing_foreign(
    cast: Cast, forger: Forger, db: Database, role: str
) -> None:
    """Buttons with several ids: each id in turn is foreign, the others are one's own."""
    account = await account_of(db, cast.actors[role])
    wrong = []
    for button in (one for one in buttons() if len(ids_in(one)) > 1):
        names = ids_in(button)
        for odd in names:
            before = await rows(db)
            own = {name: cast.mine[KINDS[name]][-1] for name in names if name != odd and cast.mine[KINDS[name]]}
            for foreign in cast.foreign[KINDS[odd]][-1:]:
                for verb in verbs(button):
                    await forger.press(account, packed(button, verb | own | {odd: foreign}))
            moved = changed(before, await rows(db))
            wrong += [
                f"{button.__name__} with a foreign {odd}: {one}"
                for one in moved
                if touches(one, cast.foreign) and ticket_of(one, moved) not in cast.mine["ticket"]
            ]
    assert wrong == []


def foreign_ids(button: type[CallbackData], foreign: Ids, turn: int) -> Iterator[dict[str, int]]:
    """Two foreign things for every verb, in turn, so that all verbs and all states of tickets have theirs."""
    for step in (0, 1):
        yield {name: (ids := foreign[KINDS[name]])[(2 * turn + step) % len(ids)] for name in ids_in(button)}


def changed(before: Any, after: Any) -> list[dict[str, Any]]:
    found = []
    for table, key in before.keys() | after.keys():
        if before.get((table, key)) != after.get((table, key)):
            names = [column.name for column in Base.metadata.tables[table].columns]
            row = after.get((table, key)) or before[table, key]
            found.append({"table": table, **dict(zip(names, row, strict=True))})
    return found


def ticket_of(row: dict[str, Any], moved: list[dict[str, Any]]) -> int | None:
    """One's own job handed back may be offered to anybody: such rows are of one's own ticket."""
    wave = next((one for one in moved if one["table"] == "wave" and one["id"] == row.get("wave_id")), row)
    ticket_id: int | None = wave.get("ticket_id")
    return ticket_id


def touches(row: dict[str, Any], foreign: Ids) -> bool:
    if row.get("id") in foreign.get(row["table"], ()):
        return True
    return any(row.get(f"{kind}_id") in ids for kind, ids in foreign.items())


hostile = st.one_of(
    st.text(max_size=64),
    st.builds(
        lambda button, parts: ":".join([button.__prefix__, *parts])[:64],
        st.sampled_from(buttons()),
        st.lists(
            st.one_of(
                st.integers(-(10**23), 10**23).map(str),
                st.sampled_from(
                    ["", "0", "-1", str(2**53), str(2**63), "9" * 23, "１２３", "٣", "1e9", "1.0", "+1", " 1", "\0"]
                ),
                st.text(max_size=10),
            ),
            max_size=5,
        ),
    ),
)


async def test_whatever_a_button_says_it_is_answered_and_does_nothing(cast: Cast, forger: Forger, db: Database) -> None:
    account = await account_of(db, cast.actors["owner"])
    for data in examples(hostile, 100):
        before = await rows(db)
        assert await forger.press(account, data), f"{data!r} was left without an answer"
        touched = [one for one in changed(before, await rows(db)) if touches(one, cast.foreign)]
        assert touched == [], data


def examples(strategy: st.SearchStrategy[str], number: int) -> list[str]:
    """Drawn outside the loop of the test: the database is asynchronous, the drawing is not."""
    drawn: list[str] = []

    @settings(max_examples=number, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(one: str) -> None:
        drawn.append(one)

    draw()
    return drawn
