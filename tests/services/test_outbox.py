"""Messages on their way out: order, priorities, replaced edits, leases, cards, and a person for what failed."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Delivery, Notice, OutboxStatus, Priority
from core.domain.role import Role
from core.domain.task import TaskKind
from core.services import audit, notices, outbox, people
from core.services.invariant_checks.post import in_order
from core.services.outbox import Letter, Shown
from storage.models.desk import Task
from storage.models.people import Membership, Person
from storage.models.post import Card, Outbox
from tests.clock import HandClock
from tests.make.tickets import make_world, send

_keys = count(1)


def person(session: Session, now: datetime, telegram_id: int = 7) -> Person:
    """Of the desk, who may see every ticket; coming in has told nobody anything yet."""
    row = Person(telegram_id=telegram_id, name="Иван", created_at=now)
    session.add(row)
    session.flush()
    membership = Membership(person_id=row.id, role=Role.DISPATCHER, came_by="invite", started_at=now)
    session.add(membership)
    session.flush()
    audit.record(session, Actor.system("test"), "membership", membership.id, "start", now=now)
    return row


def letter(session: Session, to: Person, now: datetime, **fields: Any) -> Outbox:
    given: dict[str, Any] = {
        "dedupe_key": f"test:{next(_keys)}",
        "delivery": Delivery.NEW,
        "notice": Notice.MENU,
        "person_id": to.id,
        "chat_id": to.telegram_id,
        "priority": Priority.STATUS,
        "created_at": now,
        "not_before": now,
        "status": OutboxStatus.NEW,
        "attempts": 0,
    }
    row = Outbox(**{**given, **fields})
    session.add(row)
    session.flush()
    return row


def claimed(session: Session, now: datetime, **kwargs: Any) -> list[int]:
    return [one.id for one in outbox.claim(session, 10, now=now, **kwargs).letters]


def one_letter(session: Session, now: datetime) -> Letter:
    (found,) = outbox.claim(session, 1, now=now).letters
    return found


def _ticket(session: Session, now: datetime) -> int:
    """A ticket whose own messages have all gone."""
    ticket = send(make_world(session, now=now))
    session.execute(update(Outbox).values(status=OutboxStatus.SENT, sent_at=now))
    return ticket.id


def test_who_acted_is_answered_and_a_machine_is_told_nothing(session: Session, now: datetime) -> None:
    one = person(session, now)
    for actor in (people.actor_of(session, one.id, now=now), Actor.system("test")):
        notices.reply(session, actor, Notice.MENU, cause="a tap", now=now)
    assert session.scalars(select(Outbox.person_id)).all() == [one.id]


def test_priorities_choose_between_chats_and_inside_a_chat_it_is_first_in_first_out(
    session: Session, now: datetime
) -> None:
    calm, busy = person(session, now, 7), person(session, now, 8)
    digest = letter(session, busy, now, priority=Priority.DIGEST)
    answer = letter(session, busy, now, priority=Priority.ANSWER)
    offer = letter(session, calm, now, priority=Priority.OFFER)

    assert claimed(session, now) == [offer.id, digest.id]
    assert claimed(session, now) == []
    assert answer.status is OutboxStatus.NEW


def test_what_quiet_hours_hold_lets_answers_pass(session: Session, now: datetime) -> None:
    reader = person(session, now)
    held = letter(session, reader, now, not_before=now + timedelta(hours=8))
    answer = letter(session, reader, now, priority=Priority.ANSWER)

    assert claimed(session, now) == [answer.id]
    assert held.status is OutboxStatus.NEW


def test_what_failed_once_keeps_its_place_in_the_chat(session: Session, clock: HandClock) -> None:
    reader = person(session, clock.now())
    first = letter(session, reader, clock.now())
    second = letter(session, reader, clock.now())
    outbox.postpone(session, one_letter(session, clock.now()), timedelta(seconds=4), "502", now=clock.now())

    assert claimed(session, clock.move(seconds=2)) == []
    assert claimed(session, clock.move(seconds=3)) == [first.id]
    assert second.status is OutboxStatus.NEW


def test_a_letter_from_a_clock_that_is_ahead_goes_at_once_and_is_not_overtaken(
    session: Session, clock: HandClock
) -> None:
    reader, ahead = person(session, clock.now()), clock.now() + timedelta(hours=1)
    first = letter(session, reader, ahead)
    second = letter(session, reader, clock.now())

    outbox.sent(session, one_letter(session, clock.now()), message_id=1, now=clock.now())

    session.refresh(first)
    assert first.status is OutboxStatus.SENT
    assert claimed(session, clock.now()) == [second.id]
    clock.at = ahead


def test_a_slow_chat_waits_and_others_do_not(session: Session, now: datetime) -> None:
    letter(session, person(session, now, 7), now)
    other = letter(session, person(session, now, 8), now)

    assert claimed(session, now, busy_chats=[7]) == [other.id]


def test_a_newer_edit_of_the_card_replaces_a_waiting_one(session: Session, now: datetime) -> None:
    reader, other = person(session, now, 7), person(session, now, 8)
    ticket = _ticket(session, now)
    old = letter(session, reader, now, delivery=Delivery.EDIT, ticket_id=ticket)
    new = letter(session, reader, now, delivery=Delivery.EDIT, ticket_id=ticket)
    foreign = letter(session, other, now, delivery=Delivery.EDIT, ticket_id=ticket)

    batch = outbox.claim(session, 10, now=now)

    assert (old.status, old.last_error, batch.cancelled) == (OutboxStatus.CANCELLED, "superseded", 1)
    assert [one.id for one in batch.letters] == [foreign.id]
    assert claimed(session, now) == [new.id]


def test_only_the_holder_of_the_lease_says_what_became_of_it(session: Session, clock: HandClock) -> None:
    row = letter(session, person(session, clock.now()), clock.now())
    slow = one_letter(session, clock.now())
    quick = one_letter(session, clock.move(minutes=3))

    assert not outbox.sent(session, slow, message_id=1, now=clock.now())
    assert not outbox.failed(session, slow, "late", now=clock.now())
    assert outbox.sent(session, quick, message_id=2, now=clock.now())
    session.refresh(row)
    assert (row.status, row.message_id) == (OutboxStatus.SENT, 2)


def test_a_new_card_takes_the_buttons_off_the_old_one(session: Session, now: datetime) -> None:
    reader, ticket = person(session, now), _ticket(session, now)
    for message_id in (11, 12):
        letter(session, reader, now, ticket_id=ticket)
        taken = one_letter(session, now)
        outbox.sent(session, taken, message_id=message_id, shown=Shown(message_id, False, f"h{message_id}"), now=now)

    card = session.get_one(Card, (ticket, reader.id))
    strip = session.scalars(select(Outbox).where(Outbox.delivery == Delivery.STRIP)).one()
    assert (card.message_id, card.content_hash) == (12, "h12")
    assert (strip.data, strip.chat_id) == ({"message_id": 11}, 7)


def test_failed_for_good_is_a_task_of_the_desk(session: Session, now: datetime) -> None:
    reader = person(session, now)
    row = letter(session, reader, now)

    outbox.failed(session, one_letter(session, now), "Bad Request: no", now=now)

    session.refresh(row)
    task = session.scalars(select(Task)).one()
    assert (row.status, row.last_error) == (OutboxStatus.FAILED, "Bad Request: no")
    assert (task.kind, task.person_id) == (TaskKind.UNDELIVERED, reader.id)


def test_a_person_who_blocked_the_bot_gets_nothing_more_until_he_writes(session: Session, now: datetime) -> None:
    reader = person(session, now)
    rows = [letter(session, reader, now) for _ in range(3)]

    outbox.unreachable(session, one_letter(session, now), "bot was blocked by the user", now=now)
    later = letter(session, reader, now)
    assert claimed(session, now) == []
    people.hear(session, reader.telegram_id or 0, reader.name, "ru", now=now)
    answer = letter(session, reader, now)

    assert claimed(session, now) == [answer.id]
    for row in (*rows, later):
        session.refresh(row)
    assert [row.status for row in rows] == [OutboxStatus.FAILED, OutboxStatus.CANCELLED, OutboxStatus.CANCELLED]
    assert (later.status, later.last_error) == (OutboxStatus.CANCELLED, "unreachable")
    assert len(session.scalars(select(Task)).all()) == 1


def test_letters_follow_a_group_that_became_a_supergroup(session: Session, now: datetime) -> None:
    reader = person(session, now)
    first = letter(session, reader, now, chat_id=-5)
    second = letter(session, reader, now, chat_id=-5)

    outbox.migrated(session, one_letter(session, now), -1005, now=now)

    for row in (first, second):
        session.refresh(row)
    assert (first.chat_id, first.status, second.chat_id) == (-1005, OutboxStatus.NEW, -1005)


def test_what_a_stopped_process_held_is_free_at_once(session: Session, now: datetime) -> None:
    row = letter(session, person(session, now), now)
    batch = outbox.claim(session, 10, now=now)

    outbox.release(session, batch.letters, now=now)

    assert claimed(session, now) == [row.id]


@pytest.mark.parametrize("kept", ["first", "second"])
def test_a_file_id_is_known_per_bot_and_can_be_forgotten(session: Session, now: datetime, kept: str) -> None:
    outbox.keep_file_id(session, 1, "ab", "first", now=now)
    outbox.keep_file_id(session, 1, "ab", kept, now=now)

    assert outbox.file_id(session, 1, "ab", now=now) == kept
    assert outbox.file_id(session, 2, "ab", now=now) is None
    outbox.keep_file_id(session, 1, "ab", None, now=now)
    assert outbox.file_id(session, 1, "ab", now=now) is None


def gone(session: Session, to: Person, written: datetime, left: datetime, **fields: Any) -> Outbox:
    return letter(session, to, written, status=OutboxStatus.SENT, sent_at=left, **fields)


def overtakers(session: Session, now: datetime) -> int:
    rows, _ = in_order(session, now=now)
    return len(rows)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("apart", [timedelta(0), timedelta(milliseconds=20), timedelta(minutes=1)])
def test_whose_units_worked_side_by_side_may_leave_in_either_order(
    session: Session, now: datetime, apart: timedelta
) -> None:
    """The numbers are given while a unit works, and PostgreSQL shows a letter when its unit has ended."""
    reader, after = person(session, now), now + timedelta(minutes=2)
    gone(session, reader, now, after + timedelta(seconds=1))
    gone(session, reader, now + apart, after)

    has_many_writers = session.get_bind().dialect.name != "sqlite"
    is_side_by_side = has_many_writers and timedelta(0) < apart < timedelta(minutes=1)
    assert overtakers(session, after) == (0 if is_side_by_side else 1)


def test_what_a_night_held_and_a_fault_delayed_was_overtaken_by_nobody(session: Session, clock: HandClock) -> None:
    night = clock.move(hours=13)  # 23:00 in Moscow
    morning = night + timedelta(hours=9)
    reader = person(session, night)
    letter(session, reader, night, not_before=morning)
    gone(session, reader, night, night + timedelta(minutes=1))
    outbox.postpone(session, one_letter(session, morning), timedelta(seconds=4), "502", now=morning)
    late = clock.move(hours=10)
    outbox.sent(session, one_letter(session, late), message_id=1, now=late)
    assert overtakers(session, late) == 0


@pytest.mark.breaks_invariants
def test_what_a_fault_delayed_by_day_may_not_be_overtaken(session: Session, clock: HandClock) -> None:
    reader, written = person(session, clock.now()), clock.now()
    letter(session, reader, written)
    outbox.postpone(session, one_letter(session, written), timedelta(seconds=90), "502", now=written)
    gone(session, reader, written + timedelta(minutes=1), written + timedelta(minutes=1))
    late = clock.move(minutes=2)
    outbox.sent(session, one_letter(session, late), message_id=1, now=late)
    assert overtakers(session, late) == 1
