"""What client, crew and desk write to each other: who hears it, who reads it later, and what happens to the unheard."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed, NotFound, TalkClosed, TextEmpty, TextTooLong
from core.domain.notice import Notice, OutboxStatus
from core.domain.proof import ProofKind, ProofStage
from core.domain.role import Role
from core.domain.talk import Reach, TalkKind
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.domain.visit import Side
from core.services import outbox, staffing, talk, talk_cards, visits
from storage.models.desk import Audit
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.talk import Talk
from storage.models.visit import Proof
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.people import add_person
from tests.make.stories import deliver
from tests.make.talks import media, say
from tests.make.tickets import SKILL, World, add_engineer, arrive, bring, make_world, open_tasks, shoot, tap, visit_of


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def heard(world: World, row: Talk, notice: Notice = Notice.MESSAGE) -> dict[int, str]:
    """Person → the key of the message about these words."""
    rows = world.session.scalars(select(Outbox).where(Outbox.notice == notice, Outbox.delivery == "new"))
    return {one.person_id: one.dedupe_key for one in rows if one.data.get("talk") == row.id}


def states(world: World, actor: Actor, row: Talk) -> dict[Side, Reach]:
    (line,) = talk_cards.one(world.session, actor, row.id, now=world.now).lines
    return dict(line.reach)


def test_the_client_writes_and_the_crew_hears(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = say(world, world.requester, ticket, "Вход со двора")

    assert (row.kind, row.side, row.text, row.ticket_id) == (
        TalkKind.MESSAGE,
        Side.CLIENT,
        "Вход со двора",
        ticket.id,
    )
    assert set(heard(world, row)) == {world.engineer.person_id, world.requester.person_id}
    assert "audit" in heard(world, row)[world.requester.person_id or 0]  # the writer is answered, not told


def test_the_audit_keeps_ids_and_never_the_words(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = say(world, world.engineer, ticket, "Секретные слова")
    trace = world.session.scalars(select(Audit).where(Audit.entity == "talk")).one()

    assert (trace.entity_id, trace.event, trace.data) == (row.id, "say", {"ticket": ticket.id})
    assert trace.actor_role in (Role.ENGINEER, Role.OWNER)
    assert not any("Секретные" in str(one.data) for one in world.session.scalars(select(Outbox)))


def test_the_desk_writes_to_both_sides(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = say(world, world.dispatcher, ticket)

    assert row.side is Side.DESK
    people = {world.engineer.person_id, world.requester.person_id, world.dispatcher.person_id}
    assert set(heard(world, row)) == people


@pytest.mark.parametrize(
    "status", [TicketStatus.IN_WORK, TicketStatus.REPORTED, TicketStatus.DISPUTED, TicketStatus.REWORK]
)
def test_until_the_ticket_is_settled_both_sides_write(world: World, status: TicketStatus) -> None:
    ticket = bring(world, status)
    assert say(world, world.engineer, ticket).side is Side.CREW
    assert say(world, world.requester, ticket).side is Side.CLIENT


@pytest.mark.parametrize("status", [TicketStatus.ACCEPTED, TicketStatus.SEARCHING])
def test_while_nobody_has_the_ticket_there_is_nobody_to_write_to(
    session: Session, world: World, status: TicketStatus
) -> None:
    ticket = bring(world, status)
    for actor in (world.requester, world.dispatcher, world.engineer):
        with pytest.raises(TalkClosed):
            talk.say(session, tap(actor), ticket.id, "Есть кто?", now=world.now)


def test_who_has_no_part_in_it_may_not_write(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    now = world.now
    approver = add_person(session, Grant(Role.APPROVER, client_id=world.client.id), now=now)
    foreign = make_world(session, now=now)
    stranger = add_person(session, now=now)

    with pytest.raises(NotAllowed):
        talk.say(session, tap(approver), ticket.id, "Я тоже скажу", now=now)
    for actor in (foreign.requester, foreign.engineer, stranger):
        with pytest.raises(NotFound):
            talk.say(session, tap(actor), ticket.id, "Чужое", now=now)
        with pytest.raises(NotFound):
            talk_cards.thread(session, actor, ticket.id, now=now)


@pytest.mark.parametrize(("text", "error"), [("", TextEmpty), (" \n ", TextEmpty), ("я" * 4001, TextTooLong)])
def test_words_that_cannot_be_used_leave_nothing(
    session: Session, world: World, text: str, error: type[Exception]
) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    with pytest.raises(error):
        talk.say(session, tap(world.requester), ticket.id, text, now=world.now)
    assert session.scalars(select(Talk)).all() == []


def test_an_emoji_counts_as_two(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    with pytest.raises(TextTooLong) as refused:
        talk.say(session, tap(world.requester), ticket.id, "🔧" * 2001, now=world.now)
    assert (refused.value.limit, refused.value.length) == (4000, 4002)
    assert say(world, world.requester, ticket, "🔧" * 2000).text == "🔧" * 2000


def test_the_same_update_says_it_once(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    actor, picture = tap(world.requester), media(world)
    for _ in range(2):
        talk.say(session, actor, ticket.id, "Раз", now=world.now)
    for _ in range(2):
        talk.say(session, tap(world.requester), ticket.id, "", now=world.now, media=picture)

    assert [row.text for row in session.scalars(select(Talk).order_by(Talk.id))] == ["Раз", ""]


def test_a_picture_belongs_to_the_talk_and_shows_no_work(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.IN_WORK)
    visits.begin_work(session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)
    row = say(world, world.engineer, ticket, "Вот такой щит", media(world, ProofKind.PHOTO))
    proof = session.get_one(Proof, row.proof_id)

    assert (proof.stage, proof.visit_id, proof.ticket_id) == (ProofStage.TALK, None, ticket.id)
    shoot(world)
    shots = [one.stage for one in session.scalars(select(Proof).where(Proof.visit_id.is_not(None)))]
    assert shots == [ProofStage.BEFORE]
    shown = talk_cards.media(session, world.requester, 1, row.id, now=world.now)
    assert shown is not None
    assert shown.file_id == proof.file_id
    assert talk_cards.media(session, world.requester, 2, row.id, now=world.now) is None  # another bot's file


def test_a_crew_reads_the_talk_of_its_own_hands_only(session: Session, world: World) -> None:
    now = world.now
    other = add_engineer(session, add_contractor(session, skills=[SKILL], lat=55.80), now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    first = say(world, world.requester, ticket, "Первому")
    visits.give_up(session, tap(world.engineer), visit_of(world, ticket).id, now=now)
    staffing.assign(session, tap(world.dispatcher), ticket.id, min(other.contractor_ids), now=now)
    second = say(world, world.requester, ticket, "Второму")

    def reads(actor: Actor) -> list[str]:
        return [line.text for line in talk_cards.thread(session, actor, ticket.id, now=now).lines]

    assert reads(world.engineer) == ["Первому"]
    assert reads(world.requester) == reads(world.dispatcher) == ["Первому", "Второму"]
    with pytest.raises(NotFound):
        talk_cards.one(session, world.engineer, second.id, now=now)
    with pytest.raises(TalkClosed):
        talk.reply(session, tap(world.engineer), first.id, "Я передумал", now=now)
    assert world.engineer.person_id not in heard(world, second)


def test_a_colleague_who_does_not_go_reads_nothing(session: Session, world: World) -> None:
    colleague = add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=world.now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = say(world, world.requester, ticket)

    assert colleague.person_id not in heard(world, row)
    assert talk_cards.thread(session, colleague, ticket.id, now=world.now).lines == ()
    with pytest.raises(TalkClosed):
        talk.say(session, tap(colleague), ticket.id, "Я за него", now=world.now)


def test_delivery_is_seen_by_the_writer_and_the_desk_alone(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = say(world, world.requester, ticket)
    assert states(world, world.requester, row) == {Side.CREW: Reach.COMING}
    deliver(session, now=world.now)

    assert states(world, world.requester, row) == {Side.CREW: Reach.DELIVERED}
    assert states(world, world.dispatcher, row) == {Side.CREW: Reach.DELIVERED}
    assert states(world, world.engineer, row) == {}


def test_who_cannot_be_written_to_is_told_of_at_once(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    session.get_one(Person, world.engineer.person_id).unreachable_at = world.now
    row = say(world, world.requester, ticket)

    assert states(world, world.requester, row) == {Side.CREW: Reach.MISSED}
    (task,) = open_tasks(session, ticket)
    assert (task.kind, task.data["talk"]) == (TaskKind.UNDELIVERED, row.id)


def test_nobody_of_the_other_side_in_telegram(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    session.get_one(Person, world.requester.person_id).telegram_id = None
    session.flush()
    row = say(world, world.engineer, ticket)

    assert states(world, world.engineer, row) == {Side.CLIENT: Reach.NOBODY}
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.UNDELIVERED]


def test_a_letter_that_does_not_arrive_comes_back_to_the_writer(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    deliver(session, now=world.now)
    row = say(world, world.requester, ticket)
    letters = outbox.claim(session, 10, now=world.now).letters
    (lost,) = [one for one in letters if one.person_id == world.engineer.person_id]
    session.flush()
    outbox.unreachable(session, lost, "bot was blocked by the user", now=world.now)
    session.flush()

    told = session.scalars(select(Outbox).where(Outbox.dedupe_key.contains(f"talk {row.id} missed"))).one()
    assert told.person_id == world.requester.person_id
    assert states(world, world.requester, row) == {Side.CREW: Reach.MISSED}
    kinds = {task.kind for task in open_tasks(session, ticket)}
    assert kinds == {TaskKind.UNDELIVERED, TaskKind.CREW_UNREACHABLE}


def test_one_reader_of_a_side_is_enough(session: Session, world: World) -> None:
    grant = Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id)
    gone = add_person(session, grant, now=world.now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    session.get_one(Person, gone.person_id).unreachable_at = world.now
    row = say(world, world.engineer, ticket)

    assert states(world, world.engineer, row) == {Side.CLIENT: Reach.COMING}
    assert open_tasks(session, ticket) == []


def test_at_night_words_wait_unless_somebody_is_on_the_way(session: Session, world: World, clock: HandClock) -> None:
    waiting, going = bring(world, TicketStatus.ASSIGNED), bring(world, TicketStatus.ASSIGNED)
    world.now = clock.at = clock.now() + timedelta(hours=13)  # 23:00
    arrive(world, going)

    def held(row: Talk) -> bool:
        key = heard(world, row)[world.requester.person_id or 0]
        return session.scalars(select(Outbox).where(Outbox.dedupe_key == key)).one().not_before > world.now

    assert held(say(world, world.engineer, waiting))
    assert not held(say(world, world.engineer, going))


def test_a_reply_to_relayed_words_goes_to_the_ticket(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = say(world, world.requester, ticket)
    deliver(session, now=world.now)
    letter = session.scalars(
        select(Outbox).where(Outbox.notice == Notice.MESSAGE, Outbox.person_id == world.engineer.person_id)
    ).one()
    letter.status, letter.message_id = OutboxStatus.SENT, 4321
    session.flush()

    assert talk_cards.shown_in(session, world.engineer, 4321, now=world.now) == row.id
    assert talk_cards.shown_in(session, world.requester, 4321, now=world.now) is None
    talk.reply(session, tap(world.engineer), row.id, "Понял", now=world.now)
    assert session.scalars(select(Talk.text).order_by(Talk.id)).all() == ["Вход со двора", "Понял"]


def test_the_thread_is_read_page_by_page_newest_first(session: Session, world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    for number in range(7):
        say(world, world.requester, ticket, str(number))

    first, second = (talk_cards.thread(session, world.engineer, ticket.id, page=n, now=world.now) for n in (0, 1))
    assert [line.text for line in first.lines] == ["2", "3", "4", "5", "6"]
    assert [line.text for line in second.lines] == ["0", "1"]
    assert first.total == 7
