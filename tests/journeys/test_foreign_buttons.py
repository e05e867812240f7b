"""Every button of every screen, forged with the ids of somebody else's things: nothing is found, nothing changes.

A foreign id must be answered exactly like one that does not exist, or the answer itself would tell.
"""

import asyncio
import importlib
import itertools
import pkgutil
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any, get_args

import pytest
from aiogram.filters.callback_data import CallbackData
from sqlalchemy import select

import bot.screens
from bot import texts
from bot.sandbox.demo.phones import Phone
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule, Subject
from core.domain.certificate import CertificateStatus
from core.domain.clock import StopReason, Whose
from core.domain.ticket import TicketStatus
from core.services import appeals, blacklist, block_requests, people
from core.services.blacklist import Order
from storage.models.all import metadata
from storage.models.clock import Hold
from storage.models.contractor import (
    Absence,
    Appeal,
    Block,
    BlockRequest,
    Certificate,
    Contractor,
    ContractorSkill,
)
from storage.models.directory import Client, Service, Skill
from storage.models.offer import Offer
from storage.models.people import Membership, Person
from storage.models.quality import QualityEvent
from storage.models.talk import Talk
from storage.models.ticket import Intake, Ticket
from storage.models.visit import Proof, Visit
from tests.characters import ILDAR, LEV, MARINA, OLGA, PYOTR, ZHANNA
from tests.journeys.acts import WORDS, asks, comes, takes
from tests.journeys.stage import LAMP, SOCKET, Stage

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(400)]

NOBODYS = 9_000_000
NEXT_YEAR = date(2027, 1, 11)
#: One person may tap so often; between bursts the clock moves on.
BURST = 40
MINUTE = 61
#: What a tap leaves behind by itself: the update, the answer, who spoke when; and what the timetable notes of itself.
TRACES = {"inbox", "outbox", "dialog", "job_run", "counter", "limit_line"}
#: Fields that name no row, with a value that would be right.
PLAIN: dict[str, Any] = {
    "start": 0,
    "client": 0,
    "days": 14,
    "version": 1,
    "wave": 1,
    "mark": 5,
    "milli": 1000,
    "minutes": 15,
    "named": 1,  # a skill of the directory is nobody's
    "pause": 1,
    "pct": 0,
    "years": 0,
    "region": 1,
    "words": "а",
    "page": 0,
    "language": "ru",
    "code": "ru",
    "item": "help",
    "book": "0",
    "fee": 0,
    "flags": 0,
    "percent": 10,
    "status": 0,
    "until": 29_561_760,
    "update": 1,  # words are read of one's own updates only
    "was": 0,
}
#: The desk sees every ticket, but not what another person is telling, and walks nobody's visit.
PRIVATE = {"IntakeTap", "ThatOne", "Sort"}
#: Lists of what one may see: of somebody else's they show nothing, which is no refusal.
LISTS = {"ClientSites"}


def buttons() -> list[type[CallbackData]]:
    for module in pkgutil.iter_modules(bot.screens.__path__):
        importlib.import_module(f"bot.screens.{module.name}")
    found = [one for one in CallbackData.__subclasses__() if one.__module__.startswith("bot.screens.")]
    return sorted(found, key=lambda one: one.__prefix__)


def forged(button: type[CallbackData], ids: dict[str, int]) -> Iterator[str]:
    """The button with these ids and every value of its closed lists; nothing for a button that names no row."""
    choices: list[list[Any]] = []
    names_a_row = False
    for name, field in button.model_fields.items():
        kinds = [one for one in (field.annotation, *get_args(field.annotation)) if isinstance(one, type)]
        enum = next((one for one in kinds if issubclass(one, Enum)), None)
        if enum is not None:
            choices.append(list(enum))
        elif name in ids:
            choices.append([ids[name]])
            names_a_row = True
        elif bool in kinds:
            choices.append([True])
        else:
            assert name in PLAIN, f"say in this test what {button.__name__}.{name} is"
            choices.append([PLAIN[name]])
    if not names_a_row:
        return
    for values in itertools.product(*choices):
        yield button(**dict(zip(button.model_fields, values, strict=True))).pack()


async def foreign_ids(stage: Stage) -> dict[str, int]:
    """Olga's and Pyotr's: a ticket in work with its visit, an open offer, a request half told, a picture."""
    olga, pyotr = await stage.enter(OLGA, PYOTR)
    await asks(olga, stage.facts.sticker)
    await takes(pyotr)
    await pyotr.taps("Написать на объект")
    await pyotr.says("Ключ у охраны?")
    await olga.sees("Пишет инженер")
    await asks(olga, stage.facts.sticker, SOCKET)
    await pyotr.sees(f"Есть работа.*{SOCKET}")  # on site nobody is disturbed
    await comes(pyotr)
    await pyotr.taps("Начать работу")
    await pyotr.sees("фото ДО: 0 из 1")
    await pyotr.sends_photo()
    await pyotr.sees("фото ДО: 1 из 1")
    end = olga.end
    await olga.says(f"/start {stage.facts.sticker}")
    await olga.taps(f"^{LAMP}$", after=end)
    await stage.quiet()

    def goes_away(session: Any, *, now: datetime) -> None:
        person = session.scalars(select(Person.id).where(Person.telegram_id == PYOTR.user)).one()
        session.add(Absence(person_id=person, first_on=NEXT_YEAR, last_on=NEXT_YEAR))

    await stage.db.write(goes_away)
    await stage.db.write(is_limited)
    await stage.db.write(has_papers)
    await stage.db.write(has_waited)

    def newest(session: Any) -> dict[str, int]:
        def last(column: Any, *conditions: Any) -> int:
            return int(session.scalars(select(column).where(*conditions).order_by(column.desc()).limit(1)).one())

        person = last(Person.id, Person.telegram_id == PYOTR.user)
        ticket = int(session.scalars(select(Ticket.id).order_by(Ticket.id)).first())
        return {
            "ticket_id": ticket,
            "number": ticket,
            "known": ticket,
            "of": ticket,
            "offer": last(Offer.id, Offer.status == "sent"),
            "visit": last(Visit.id),
            "intake_id": last(Intake.id, Intake.closed_at.is_(None)),
            "proof": last(Proof.id),
            "person": person,
            "person_id": person,
            "membership_id": last(Membership.id, Membership.person_id == person),
            "contractor_id": last(Contractor.id, Contractor.phone == PYOTR.number),
            "client_id": int(session.scalars(select(Client.id).order_by(Client.id)).first()),
            "site_id": stage.facts.site_id,
            "chosen": stage.facts.site_id,
            "service": last(Service.id),
            "talk": last(Talk.id),
            "task_id": 1,
            "skill_id": last(Skill.id),
            "absence": last(Absence.id),
            "block_id": last(Block.id),
            "request_id": last(BlockRequest.id),
            "appeal_id": last(Appeal.id),
            "certificate": last(Certificate.id),
            "event_id": last(QualityEvent.id),
            "skill": last(ContractorSkill.skill_id),
            "hold": last(Hold.id),
            "word": 1,  # nobody has named a time here: as good as a row of nobody
        }

    return await stage.read(newest)


def is_limited(session: Any, *, now: datetime) -> None:
    """Pyotr's firm, by a rule that waits and one that holds; he does not agree."""
    firm = session.scalars(select(Contractor.id).where(Contractor.phone == PYOTR.number)).one()
    order = Order(Subject(firm), BlockLevel.LIMITED, BlockRule.SCORE, "", 14, {"sites": 0, "lost": []})
    block = blacklist.begin(session, Actor.system("job:test"), order, now=now)
    block_requests.ask(session, Actor.system("job:test"), replace(order, level=BlockLevel.SUSPENDED), now=now)
    person = session.scalars(select(Person.id).where(Person.telegram_id == PYOTR.user)).one()
    pyotr = replace(people.actor_of(session, person, now=now), source="update:1")
    appeals.give(session, pyotr, block.id, "Не согласен", now=now)


def has_waited(session: Any, *, now: datetime) -> None:
    """A pause of the first ticket, long over, with the words it rested on."""
    ticket = session.scalars(select(Ticket.id).order_by(Ticket.id)).first()
    row = Hold(ticket_id=ticket, before=TicketStatus.ASSIGNED, reason=StopReason.NO_ACCESS, whose=Whose.CLIENT)
    row.evidence, row.started_at = "Никто не открыл", now - timedelta(minutes=2)
    row.until = row.ended_at = now - timedelta(minutes=1)
    session.add(row)
    session.flush()


def has_papers(session: Any, *, now: datetime) -> None:
    """A rare skill of Pyotr's firm, whose document has been sent."""
    firm = session.scalars(select(Contractor.id).where(Contractor.phone == PYOTR.number)).one()
    person = session.scalars(select(Person.id).where(Person.telegram_id == PYOTR.user)).one()
    skill = Skill(name="Редкая компетенция")
    session.add(skill)
    session.flush()
    session.add(ContractorSkill(contractor_id=firm, skill_id=skill.id, is_confirmed=False))
    file = {"bot_id": 1, "chat_id": PYOTR.user, "message_id": 1, "file_id": "file", "file_unique_id": "unique"}
    about = {"contractor_id": firm, "skill_id": skill.id, "person_id": person, "sent_at": now, "is_photo": False}
    session.add(Certificate(status=CertificateStatus.WAITING, **about, **file))
    session.flush()


class Forger:
    def __init__(self, stage: Stage, phone: Phone, *, moves_clock: bool) -> None:
        self.stage, self.phone, self.pressed, self.moves_clock = stage, phone, 0, moves_clock

    async def answer(self, data: str) -> tuple[bool, str, str]:
        """What the tap is answered: whether it is an alert, its words, and what stands on the phone then."""
        self.pressed += 1
        if self.moves_clock and self.pressed % BURST == 0:
            await self.stage.later(MINUTE)
        message = self.phone.last["message_id"]
        sim = self.stage.sim
        update = await sim.op(
            "press", token=sim.token, user=self.phone.user, message_id=message, data=data, forged=True
        )
        deadline = time.monotonic() + 20
        while True:
            told = await sim.op("callback", id=update["callback_query"]["id"])
            if told["answered"]:
                return bool(told["alert"]), str(told["text"] or ""), self.phone.last["text"]
            assert time.monotonic() < deadline, f"{data} was never answered"
            await asyncio.sleep(0.01)


async def picture(stage: Stage) -> dict[str, list[Any]]:
    """Every row of every table that a refused tap must leave alone."""

    def rows(session: Any) -> dict[str, list[Any]]:
        tables = [table for table in metadata.sorted_tables if table.name not in TRACES]
        return {table.name: sorted(map(repr, session.execute(table.select()))) for table in tables}

    return await stage.read(rows)


async def test_a_forged_button_finds_nothing_that_belongs_to_somebody_else(stage: Stage) -> None:
    ids = await foreign_ids(stage)
    nobodys = {name: NOBODYS + number for name, number in ids.items()}
    refusals = {texts.load("ru").plain(key) for key in ("error-not-found", "error-not-allowed")}
    zhanna, ildar, lev, marina = (stage.phone(who) for who in (ZHANNA, ILDAR, LEV, MARINA))
    await stage.enter(ZHANNA, ILDAR, MARINA)
    await lev.meet()
    await lev.says("/start")
    await lev.sees("по номеру телефона")
    await stage.quiet()
    before, tried = await picture(stage), 0
    # Side by side, at one pace: phone after phone the clock would reach the next wave of the open search.
    forgers = [Forger(stage, phone, moves_clock=phone is zhanna) for phone in (zhanna, ildar, lev, marina)]
    for button in buttons():
        for forger in forgers:
            phone = forger.phone
            if phone is marina and button.__name__ not in PRIVATE:
                continue
            for foreign, nobody in zip(forged(button, ids), forged(button, nobodys), strict=True):
                tried += 1
                told = await forger.answer(foreign)
                if button.__name__ not in LISTS:
                    assert told[0], f"{phone.name}: {foreign} was not refused: {told}"
                    assert told[1] in refusals, f"{phone.name}: {foreign}: {told}"
                assert await forger.answer(nobody) == told, f"{phone.name}: {foreign} tells that it exists"
            after = await picture(stage)
            assert after == before, f"{phone.name}: {button.__name__} changed something"
    for phone in (zhanna, ildar, lev):
        assert phone.shows(f"{WORDS}|З-00000") is None
    assert tried > 250
