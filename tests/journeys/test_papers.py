"""A document from the phone to the checker, its end by the clock, and a skill that is learnt by three jobs."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.domain.certificate import CertificateStatus
from core.domain.ticket import TicketStatus
from storage.models.contractor import Certificate, ContractorSkill, MatchPoint
from storage.models.desk import Task
from storage.models.directory import Skill
from storage.models.ticket import Assignment, Ticket
from tests.characters import IVAN, MARINA, OLGA, PYOTR
from tests.journeys.acts import asks, comes, works
from tests.journeys.stage import Stage
from tests.make.tickets import SKILL

pytestmark = pytest.mark.journey

DAY = 86_400.0


async def fetched(stage: Stage) -> None:
    """The checker's task stands in the queue: the bytes are here."""
    for _ in range(200):
        await stage.quiet()
        if await stage.rows(select(Task).where(Task.kind == "certificate", Task.ended_at.is_(None))):
            return
    raise AssertionError("the document never came")


async def test_a_certificate_is_accepted_until_a_day_is_reminded_of_and_its_end_keeps_offers_away(stage: Stage) -> None:
    olga, pyotr, marina = await stage.enter(OLGA, PYOTR, MARINA)
    until = stage.db.clock.now().date() + timedelta(days=40)
    await pyotr.says("/papers")
    await pyotr.taps(f"Документ: {SKILL}")
    await pyotr.sends_photo()
    await pyotr.sees("Документ получен")
    await fetched(stage)

    await marina.says("/queue")
    await marina.taps("проверить документ")
    await marina.taps("Действует до даты")
    await marina.says(f"{until:%d.%m.%Y}")
    await marina.sees("Принят до")
    await pyotr.sees("Документ принят")
    (row,) = await stage.rows(select(Certificate))
    assert (row.status, row.valid_until) == (CertificateStatus.APPROVED, until)

    await stage.later(11 * DAY)
    await pyotr.sees("Документ скоро истечёт")
    await stage.later(31 * DAY)
    await pyotr.sees("больше не предлагаем")
    await asks(olga, stage.facts.sticker)
    await marina.sees("компетенция истекла — 1")
    (ticket,) = await stage.rows(select(Ticket))
    await marina.says(f"/why {ticket.number}")
    await marina.sees("компетенция истекла")
    await stage.finish()


def forget_the_skill(session: Session, *, now: datetime) -> int:
    """The second firm has not named the skill yet; returns its id."""
    skill = session.scalars(select(Skill.id).where(Skill.name == SKILL)).one()
    rows = session.scalars(
        select(ContractorSkill).where(ContractorSkill.skill_id == skill).order_by(ContractorSkill.id)
    )
    row = rows.all()[1]
    firm = row.contractor_id
    session.execute(delete(MatchPoint).where(MatchPoint.contractor_id == firm))
    session.delete(row)
    return firm


async def test_a_declared_skill_is_learnt_by_three_jobs_given_by_hand(stage: Stage) -> None:
    firm = await stage.db.write(forget_the_skill)
    olga, ivan, marina = await stage.enter(OLGA, IVAN, MARINA)
    await ivan.says("/papers")
    await ivan.sees("Компетенций пока нет")
    await ivan.taps("Добавить компетенцию")
    await ivan.says("электр")
    await ivan.taps(f"^{SKILL}$")
    await ivan.taps("Прислать документ")
    await ivan.sends_photo()
    await fetched(stage)
    await marina.says("/queue")
    await marina.taps("проверить документ")
    await marina.taps("Без срока")
    await marina.sees("под присмотром")
    await ivan.sees("под присмотром, принято 0 из 3")

    for number in range(3):
        await asks(olga, stage.facts.sticker)
        await stage.quiet()
        ticket = (await stage.rows(select(Ticket).order_by(Ticket.id)))[-1]
        before = marina.end
        await marina.says(f"/assign {ticket.number}")
        await marina.sees("пойдёт в зачёт", after=before)
        await marina.taps(f"{ivan.name}", after=before)
        await marina.taps("Да, отправить", after=before)
        await ivan.can_tap("Выезжаю$")
        await comes(ivan)
        await works(ivan)
        await olga.taps("Принять|Готово|Всё сделано")
        await stage.quiet()
        assert (await stage.rows(select(Ticket.status).where(Ticket.id == ticket.id))) == [TicketStatus.ACCEPTED], (
            number
        )

    await ivan.sees("Поздравляем! Электрика подтверждена")
    (row,) = await stage.rows(select(ContractorSkill).where(ContractorSkill.contractor_id == firm))
    assert (row.is_confirmed, row.watched_since) == (True, None)
    assert await stage.rows(select(Assignment.under_watch)) == [True] * 3
    await asks(olga, stage.facts.sticker)
    await ivan.can_tap("Беру: ")
    results = await stage.finish()
    assert results["87"].examined == 1
