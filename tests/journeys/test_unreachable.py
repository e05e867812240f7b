"""Whoever was to come has blocked the bot: another of the firm goes, or the desk gives the job to another firm."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.demo.entering import by_invite
from bot.sandbox.demo.phones import Phone
from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import invites
from storage.models.contractor import Contractor
from storage.models.desk import Task
from storage.models.people import Person
from storage.models.quality import QualityEvent
from storage.models.ticket import Assignment, Ticket
from storage.models.visit import Visit
from tests.characters import IVAN, LEV, MARINA, OLGA, PYOTR, Character
from tests.journeys.acts import agrees_on, asks, comes, does_the_job, works
from tests.journeys.stage import Stage

pytestmark = pytest.mark.journey

LOST = "инженер не читает Telegram"


async def a_mate_of(stage: Stage, owner: Character) -> Phone:
    """Lev joins the owner's firm as an engineer."""

    def invite(session: Session, *, now: object) -> str:
        firm = session.scalars(select(Contractor.id).where(Contractor.phone == owner.number)).one()
        admin = Actor(None, (Grant(Role.ADMIN),), source="cli")
        grant = Grant(Role.ENGINEER, contractor_id=firm)
        return invites.create(session, admin, grant, "mate", now=now).token  # type: ignore[arg-type]

    phone = stage.phone(LEV)
    await by_invite(phone, f"{invites.PAYLOAD}{await stage.db.write(invite)}")
    return phone


async def blocks_the_bot(stage: Stage, who: Phone, client: Phone) -> None:
    """And the next word to him cannot be delivered."""
    await stage.sim.op("block", chat=who.user, on=True)
    before = client.end
    await client.taps("Написать инженеру")
    await client.says("Заходите со двора")
    await client.sees("Записано в|не передать", after=before)
    await stage.quiet()
    (person,) = await stage.rows(select(Person).where(Person.telegram_id == who.user))
    assert person.unreachable_at is not None


async def open_tasks(stage: Stage) -> list[TaskKind]:
    return await stage.rows(select(Task.kind).where(Task.ended_at.is_(None)).order_by(Task.id))


async def test_the_owner_names_himself_and_goes(stage: Stage) -> None:
    olga, pyotr = await stage.enter(OLGA, PYOTR)
    lev = await a_mate_of(stage, PYOTR)
    await asks(olga, stage.facts.sticker)
    await agrees_on(lev, "сегодня")
    await olga.sees(f"Инженер: {LEV.name}")
    before, client = pyotr.end, olga.end
    await blocks_the_bot(stage, lev, olga)
    assert TaskKind.CREW_UNREACHABLE in await open_tasks(stage)
    await pyotr.sees("Инженер не сможет поехать", after=before)
    await pyotr.taps("Назначить другого|Поедет другой", after=before)
    await pyotr.taps(PYOTR.name, after=before)
    await olga.sees(f"Инженер: {PYOTR.name}", after=client)
    await stage.quiet()
    assert TaskKind.CREW_UNREACHABLE not in await open_tasks(stage)

    await comes(pyotr)
    await works(pyotr)
    await olga.taps("принять")
    await pyotr.sees("Работа принята")
    await stage.quiet()
    (visit,) = await stage.rows(select(Visit))
    (person,) = await stage.rows(select(Person).where(Person.telegram_id == PYOTR.user))
    assert visit.engineer_id == person.id
    await stage.finish()


async def test_a_firm_of_one_loses_the_job_by_a_word_of_the_desk_and_the_next_does_it(stage: Stage) -> None:
    olga, pyotr, ivan, marina = await stage.enter(OLGA, PYOTR, IVAN, MARINA)
    await asks(olga, stage.facts.sticker)
    await agrees_on(pyotr, "сегодня")
    client = olga.end
    await blocks_the_bot(stage, pyotr, olga)
    assert TaskKind.CREW_UNREACHABLE in await open_tasks(stage)
    before = marina.end
    await marina.says("/queue")
    await marina.taps(LOST, after=before)
    await marina.sees("900.100.01.03", after=before)
    await marina.taps("Забрать у подрядчика", after=before)
    await marina.taps("Да, забрать", after=before)
    await olga.sees("Прежний инженер не приедет", after=client)
    await does_the_job(ivan)
    await olga.taps("принять")
    await ivan.sees("Работа принята")
    await stage.quiet()
    (ticket,) = await stage.rows(select(Ticket))
    assert ticket.status is TicketStatus.ACCEPTED
    assert len(await stage.rows(select(Assignment))) == 2
    assert TaskKind.CREW_UNREACHABLE not in await open_tasks(stage)
    assert await stage.rows(select(QualityEvent.kind).where(QualityEvent.kind.in_(("no_show", "back_out")))) == []
    await stage.finish()
