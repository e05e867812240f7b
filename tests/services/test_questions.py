"""Questions before the yes: asked by one, answered to all invited, and over when somebody has taken the job."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NotFound, OfferClosed, OfferTaken, QuestionOver
from core.domain.notice import Notice
from core.domain.offer import DeclineReason
from core.domain.talk import TalkKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import Side
from core.services import offers, talk, talk_cards, tickets, waves
from storage.models.post import Outbox
from storage.models.talk import Talk
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.talks import answer, ask, last, offer_of
from tests.make.tickets import SKILL, World, add_engineer, card_of, make_world, open_tasks, send, take, tap


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def rival(world: World) -> Actor:
    firm = add_contractor(world.session, skills=[SKILL], lat=55.80)
    return add_engineer(world.session, firm, now=world.now)


def asks_the_next(world: World, ticket: Ticket, clock: HandClock) -> None:
    assert ticket.search_due_at is not None
    world.now = clock.at = ticket.search_due_at
    waves.sweep(world.session, 50, now=world.now)


def heard(world: World, notice: Notice, row: Talk) -> set[int]:
    rows = world.session.scalars(select(Outbox).where(Outbox.notice == notice, Outbox.delivery == "new"))
    return {one.person_id for one in rows if one.data.get("talk") == row.id}


def questions(world: World, ticket: Ticket) -> list[str]:
    return [task.kind for task in open_tasks(world.session, ticket) if task.kind is TaskKind.QUESTION]


def test_a_question_rings_at_the_desk_and_the_client_without_a_name(session: Session, world: World) -> None:
    ticket = send(world)
    row = ask(world, ticket, "Какая высота?")

    people = {world.requester.person_id, world.dispatcher.person_id, world.engineer.person_id}
    assert heard(world, Notice.QUESTION, row) == people
    assert questions(world, ticket) == [TaskKind.QUESTION]
    seen = talk_cards.one(session, world.requester, row.id, now=world.now).lines[0]
    assert (seen.author, seen.text, seen.may_reply) == ("", "Какая высота?", True)
    assert talk_cards.one(session, world.dispatcher, row.id, now=world.now).lines[0].author != ""


def test_the_answer_goes_to_everybody_invited_and_stands_on_later_offers(
    session: Session, world: World, clock: HandClock
) -> None:
    other, third = rival(world), rival(world)
    ticket = send(world)
    asks_the_next(world, ticket, clock)
    question = ask(world, ticket)
    row = answer(world, world.requester, question, "Три метра")

    assert (row.kind, row.side, row.answers_id) == (TalkKind.ANSWER, Side.CLIENT, question.id)
    told = {world.engineer.person_id, other.person_id, world.requester.person_id}
    assert heard(world, Notice.ANSWERED, row) == told
    assert questions(world, ticket) == []
    asks_the_next(world, ticket, clock)
    (shown,) = card_of(world, third, ticket).asked
    assert (shown.question, shown.answer) == ("Какая высота?", "Три метра")


def test_a_second_answer_adds_and_one_question_does_not_end_another(session: Session, world: World) -> None:
    ticket = send(world)
    first, second = ask(world, ticket, "Высота?"), ask(world, ticket, "Стремянка есть?")
    answer(world, world.requester, first, "Три")
    assert questions(world, ticket) == [TaskKind.QUESTION]
    answer(world, world.dispatcher, first, "Точнее, три двадцать")
    answer(world, world.dispatcher, second, "Есть")

    assert questions(world, ticket) == []
    assert len(session.scalars(select(Talk).where(Talk.kind == TalkKind.ANSWER)).all()) == 3
    assert [one.answer for one in card_of(world, world.engineer, ticket).asked] == ["Точнее, три двадцать", "Есть"]


def test_the_last_three_stand_on_the_offer(session: Session, world: World) -> None:
    ticket = send(world)
    for number in range(4):
        ask(world, ticket, str(number))
    assert [one.question for one in card_of(world, world.engineer, ticket).asked] == ["1", "2", "3"]


@pytest.mark.parametrize("end", ["taken", "cancelled"])
def test_when_nobody_can_take_it_any_more_the_question_is_over(session: Session, world: World, end: str) -> None:
    ticket = send(world)
    question = ask(world, ticket)
    if end == "taken":
        take(world, ticket)
    else:
        tickets.cancel(session, tap(world.requester), ticket.id, ticket.version, now=world.now)

    assert questions(world, ticket) == []
    for actor in (world.requester, world.dispatcher):
        with pytest.raises(QuestionOver):
            talk.answer(session, tap(actor), question.id, "Три метра", now=world.now)


def test_who_has_no_open_offer_may_not_ask(session: Session, world: World, clock: HandClock) -> None:
    other = rival(world)
    now = world.now
    ticket = send(world)
    first = offer_of(world, ticket)
    for actor in (other, world.requester, add_person(session, now=now)):
        with pytest.raises(NotFound):
            talk.ask(session, tap(actor), first.id, "Можно?", now=now)
    with pytest.raises(NotAllowed):
        talk.ask(session, tap(world.dispatcher), first.id, "Можно?", now=now)
    offers.decline(session, tap(world.engineer), first.id, DeclineReason.FAR, now=now)
    with pytest.raises(OfferClosed):
        talk.ask(session, tap(world.engineer), first.id, "А всё же?", now=now)


def test_a_loser_is_told_that_it_is_taken(session: Session, world: World, clock: HandClock) -> None:
    other = rival(world)
    ticket = send(world)
    asks_the_next(world, ticket, clock)
    take(world, ticket, other)
    with pytest.raises(OfferTaken):
        talk.ask(session, tap(world.engineer), offer_of(world, ticket).id, "Ещё свободна?", now=world.now)


def test_another_contractor_neither_answers_nor_learns_who_asked(
    session: Session, world: World, clock: HandClock
) -> None:
    other = rival(world)
    ticket = send(world)
    asks_the_next(world, ticket, clock)
    question = ask(world, ticket)

    (line,) = talk_cards.thread(session, other, ticket.id, now=world.now).lines
    assert (line.author, line.may_reply) == ("", False)
    with pytest.raises(NotAllowed):
        talk.answer(session, tap(other), question.id, "Метров пять", now=world.now)
    outsider = make_world(session, now=world.now)
    for actor in (outsider.requester, outsider.engineer):
        with pytest.raises(NotFound):
            talk.answer(session, tap(actor), question.id, "Чужое", now=world.now)


def test_a_reply_to_a_question_answers_and_a_reply_to_an_answer_asks_on(session: Session, world: World) -> None:
    ticket = send(world)
    question = ask(world, ticket)
    talk.reply(session, tap(world.requester), question.id, "Три метра", now=world.now)
    answered = last(world)
    talk.reply(session, tap(world.engineer), answered.id, "А лампы чьи?", now=world.now)

    kinds = session.scalars(select(Talk.kind).order_by(Talk.id)).all()
    assert kinds == [TalkKind.QUESTION, TalkKind.ANSWER, TalkKind.QUESTION]
    assert questions(world, ticket) == [TaskKind.QUESTION]


def test_after_the_yes_a_reply_to_an_old_question_is_a_message(session: Session, world: World) -> None:
    ticket = send(world)
    question = ask(world, ticket)
    take(world, ticket)
    talk.reply(session, tap(world.engineer), question.id, "Уже еду", now=world.now)

    assert (last(world).kind, ticket.status) == (TalkKind.MESSAGE, TicketStatus.ASSIGNED)
