"""Telegram cannot be reached, or the bot is stopped, while the timetable goes on: nobody loses a job for it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, Whose
from core.domain.notice import Notice
from core.domain.quality import QualityKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import downtime, invariants
from scheduler.runner import Runner
from scheduler.timetable import timetable
from storage.models.clock import Breach
from storage.models.contractor import Block
from storage.models.desk import JobRun, Task
from storage.models.directory import SlaTarget
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.bot.crew import Crew
from tests.bot.phones import settled

HARD = (QualityKind.NO_SHOW, QualityKind.MISSED, QualityKind.BACK_OUT)


def promised(session: Session, *, now: datetime) -> None:
    targets = {"reaction_min": 60, "arrival_min": 120, "resolution_min": 240}
    session.add(SlaTarget(plan="Базовый", priority="normal", calendar="24x7", **targets))


async def begun(crew: Crew) -> Ticket:
    """The engineer has taken a job for now; the first hour of it is over."""
    await crew.edge.db.write(promised)
    ticket = await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")
    await hears(crew)
    return ticket


async def hears(crew: Crew) -> None:
    async def noted() -> bool:
        return downtime.HEARD in {row.job for row in await crew.edge.rows(JobRun)} and not crew.edge.receiver.is_deaf

    await crew.edge.until(noted)


async def hours_pass(crew: Crew) -> None:
    """As in a demonstration: three hours, one by one, and then thirty minutes."""
    runner = Runner(crew.edge.db, timetable("Europe/Moscow"))
    for minutes in (60, 60, 60, 10, 10, 10):
        await crew.edge.later(minutes=minutes)
        await runner.run_due()


async def nobody_is_blamed(crew: Crew, ticket: Ticket) -> None:
    (now,) = [row for row in await crew.edge.rows(Ticket) if row.id == ticket.id]
    assert now.status is TicketStatus.ASSIGNED
    assert [row.kind for row in await crew.edge.rows(QualityEvent) if row.kind in HARD] == []
    assert await crew.edge.rows(Block) == []
    broken = {row.kind: row.whose for row in await crew.edge.rows(Breach)}
    assert broken == {ClockKind.ARRIVAL: Whose.OURS}
    assert await crew.edge.db.read(invariants.violations) == []


async def test_hours_in_which_telegram_is_away_are_nobodys_fault(crew: Crew) -> None:
    ticket = await begun(crew)
    await crew.edge.box.sim("fault", method="*", unreachable=True, times=None)
    await crew.edge.until(lambda: deaf(crew))
    began = crew.edge.clock.now()
    await hours_pass(crew)
    await nobody_is_blamed(crew, ticket)

    await crew.edge.box.sim("fault", method="*", clear=True)
    await hears(crew)
    gaps = [row for row in await crew.edge.rows(JobRun) if row.job == downtime.UNWATCHED]
    assert [row.at - began for row in gaps] == [timedelta(hours=3, minutes=30)]
    await settled_at_last(crew)
    await nobody_is_blamed(crew, ticket)

    # He is asked now, in words he can read, and has his time to answer.
    await Runner(crew.edge.db, timetable("Europe/Moscow")).run_due()
    await nobody_is_blamed(crew, ticket)
    await crew.engineer.taps("Еду, буду через 30 мин")
    assert TaskKind.NOT_COME not in {row.kind for row in await crew.edge.rows(Task)}


async def test_letters_that_do_not_leave_are_the_desks_to_phone_about(crew: Crew) -> None:
    """People are heard, and nothing can be said to them."""
    ticket = await begun(crew)
    await crew.edge.box.sim("fault", method="sendMessage", unreachable=True, times=None)
    await crew.edge.later(minutes=120)
    runner = Runner(crew.edge.db, timetable("Europe/Moscow"))
    for minutes in (16, 16, 16):
        await crew.edge.later(minutes=minutes)
        await runner.run_due()

    def said(session: Session, *, now: datetime) -> Any:
        asked = session.scalars(select(Outbox.sent_at).where(Outbox.notice == Notice.WHERE_ARE_YOU)).all()
        kinds = session.scalars(select(Task.kind).where(Task.ticket_id == ticket.id, Task.ended_at.is_(None))).all()
        events = session.scalars(select(QualityEvent.kind).where(QualityEvent.kind == QualityKind.NO_SHOW)).all()
        return session.get_one(Ticket, ticket.id).status, list(asked), Counter(kinds)[TaskKind.NOT_COME], list(events)

    assert await crew.edge.db.read(said) == (TicketStatus.ASSIGNED, [None], 1, [])


async def test_a_bot_that_is_stopped_beside_a_timetable_that_runs_blames_nobody(crew: Crew) -> None:
    ticket = await begun(crew)
    await settled(crew.edge)
    await crew.edge.stop()
    await hours_pass(crew)
    await nobody_is_blamed(crew, ticket)
    crew.edge.start()
    await hears(crew)
    await settled_at_last(crew)
    await Runner(crew.edge.db, timetable("Europe/Moscow")).run_due()
    await nobody_is_blamed(crew, ticket)


async def deaf(crew: Crew) -> bool:
    return crew.edge.receiver.is_deaf


async def settled_at_last(crew: Crew) -> None:
    """What failed last waits a little longer than the others."""

    async def told() -> bool:
        await crew.edge.later(minutes=0.2)
        asked = [row for row in await crew.edge.outbox() if row.notice == Notice.WHERE_ARE_YOU]
        return bool(asked) and all(row.sent_at is not None for row in asked)

    await crew.edge.until(told, 30)
    await settled(crew.edge)
