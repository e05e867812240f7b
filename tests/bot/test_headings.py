"""The line that says why a card rang stays above it until it is true no more, whatever redraws the card meanwhile."""

from core.domain.actor import Actor
from core.domain.notice import Notice, OutboxStatus
from core.domain.ticket import TicketStatus
from core.services import audit, no_shows, notices
from storage.models.post import Outbox
from storage.models.visit import Visit
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import phone_of, settled
from tests.make import tickets as make
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, World, add_engineer

__all__ = ["box", "company", "edge"]


async def test_the_desk_reads_why_it_rang_though_another_firm_is_asked_in_the_same_second(company: Company) -> None:
    def beside(world: World) -> Actor:
        return add_engineer(world.session, add_contractor(world.session, skills=[SKILL], lat=55.9), now=world.now)

    await phone_of(company.edge, await company.does(beside))
    await company.does(make.bring, TicketStatus.ASSIGNED)
    for _ in range(2):  # the question, and the time to answer it
        watch_at = (await company.edge.rows(Visit))[-1].watch_at
        assert watch_at is not None
        await company.edge.later(minutes=(watch_at - company.edge.db.clock.now()).total_seconds() / 60)
        assert await company.edge.db.write(no_shows.sweep, 50) == 1
        await settled(company.edge)

    assert (await company.ticket()).status is TicketStatus.SEARCHING
    told = [row for row in await company.edge.rows(Outbox) if row.person_id == company.world.dispatcher.person_id]
    assert [row.notice for row in told][-2:] == [Notice.NO_SHOW, Notice.OFFER_MADE]
    assert "Подрядчик не приехал" in await company.desk.last()
    assert "ищем инженера" in await company.desk.last()


async def test_nobody_is_told_that_nobody_can_go_once_somebody_goes(company: Company) -> None:
    def late(world: World) -> None:
        ticket = make.bring(world, TicketStatus.ASSIGNED)
        cause = audit.record(world.session, world.dispatcher, "ticket", ticket.id, "test", now=world.now)
        for notice in (Notice.NOBODY, Notice.ASK_MOVE):
            notices.publish(world.session, notice, ticket, cause=cause, now=world.now)

    await company.does(late)
    await settled(company.edge)
    rows = await company.edge.rows(Outbox)
    rang = {(row.notice, row.status) for row in rows if row.notice in (Notice.NOBODY, Notice.ASK_MOVE)}
    assert rang == {(Notice.NOBODY, OutboxStatus.CANCELLED), (Notice.ASK_MOVE, OutboxStatus.CANCELLED)}
