"""The client's yes and its mark, what is wrong, and the crew that comes again."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.errors import Changed, NotAllowed, NotFound, NumberInvalid, TextEmpty, TextTooLong
from core.domain.notice import Notice
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import TicketEvent, TicketStatus
from core.domain.visit import VisitStatus
from core.services import acceptances, tickets
from storage.models.people import Person
from storage.models.post import Outbox
from storage.models.ticket import Acceptance, Assignment
from storage.models.visit import Proof
from tests.make.people import add_person
from tests.make.tickets import bring, card_of, make_world, open_tasks, tap, visit_of


def told(session: Session, person_id: int | None) -> list[str]:
    rows = select(Outbox).where(Outbox.person_id == person_id, Outbox.ticket_id.is_not(None)).order_by(Outbox.id)
    return [f"{row.notice}/{row.delivery}" for row in session.scalars(rows)]


def test_the_yes_fixes_who_when_and_which_pictures(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)

    row = session.scalars(select(Acceptance)).one()
    assert (row.person_id, row.role, row.at, row.mark) == (world.requester.person_id, Role.REQUESTER, now, None)
    assert row.proof_hash == acceptances.proof_hash(session, ticket.id)
    assert session.scalars(select(Assignment)).one().end_reason == "accepted"
    assert told(session, world.engineer.person_id)[-1] == "accepted/new"
    assert told(session, world.requester.person_id)[-1] == "accepted/edit"


def test_the_fingerprint_knows_the_pictures_and_not_their_order() -> None:
    assert acceptances.digest(["b", "a"]) == acceptances.digest(["a", "b"])
    assert acceptances.digest(["a"]) != acceptances.digest(["a", "a"])


def test_a_late_picture_does_not_change_what_was_accepted(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    before = acceptances.proof_hash(session, ticket.id)
    late = session.scalars(select(Proof).where(Proof.ticket_id == ticket.id).limit(1)).one()
    session.expunge(late)
    from sqlalchemy.orm import make_transient

    make_transient(late)
    late.id, late.message_id, late.is_late, late.sha256 = None, 99_999, True, "f" * 64  # type: ignore[assignment]
    session.add(late)
    session.flush()

    assert acceptances.proof_hash(session, ticket.id) == before


def test_the_first_answer_counts(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id), now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    version = ticket.version
    acceptances.accept(session, tap(world.requester), ticket.id, version, now=now)

    acceptances.accept(session, tap(world.requester), ticket.id, version, now=now)  # a second tap is harmless
    with pytest.raises(Changed):
        acceptances.accept(session, tap(colleague), ticket.id, version, now=now)
    with pytest.raises(Changed):
        acceptances.wrong(session, tap(colleague), ticket.id, "поздно", now=now)
    assert not card_of(world, colleague, ticket).is_accepter


@pytest.mark.parametrize("who", ["engineer", "dispatcher"])
def test_only_the_client_accepts(session: Session, now: datetime, who: str) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    with pytest.raises(NotAllowed):
        acceptances.accept(session, tap(getattr(world, who)), ticket.id, ticket.version, now=now)


def test_a_foreign_client_does_not_even_see_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    foreign = make_world(session, now=now).requester
    with pytest.raises(NotFound):
        acceptances.accept(session, tap(foreign), ticket.id, ticket.version, now=now)


def test_an_old_button_accepts_nothing(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    with pytest.raises(Changed):
        acceptances.accept(session, tap(world.requester), ticket.id, ticket.version - 1, now=now)


def test_a_mark_is_given_once_by_the_one_who_accepted(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    colleague = add_person(session, Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id), now=now)
    ticket = bring(world, TicketStatus.ACCEPTED)
    with pytest.raises(NotAllowed):
        acceptances.give_mark(session, tap(colleague), ticket.id, 5, now=now)
    for wrong in (0, 6, -1):
        with pytest.raises(NumberInvalid):
            acceptances.give_mark(session, tap(world.requester), ticket.id, wrong, now=now)

    acceptances.give_mark(session, tap(world.requester), ticket.id, 3, now=now)
    acceptances.give_mark(session, tap(world.requester), ticket.id, 5, now=now)  # the first one stays
    for person in (world.requester, world.engineer, world.dispatcher):
        assert card_of(world, person, ticket).mark == 3


def test_there_is_no_mark_without_a_yes(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    with pytest.raises(Changed):
        acceptances.give_mark(session, tap(world.requester), ticket.id, 5, now=now)


def test_what_is_wrong_is_a_task_and_stands_on_every_card(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    acceptances.wrong(session, tap(world.requester), ticket.id, "  Мигает  ", now=now)

    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.DISPUTE]
    for person in (world.requester, world.engineer, world.dispatcher):
        assert card_of(world, person, ticket).note == "Мигает"
    assert told(session, world.dispatcher.person_id)[-1] == "wrong/new"
    assert told(session, world.engineer.person_id)[-1] == "wrong/new"
    assert TicketEvent.ACCEPT in card_of(world, world.requester, ticket).buttons


@pytest.mark.parametrize(("words", "error"), [("", TextEmpty), (" \n ", TextEmpty), ("ы" * 2001, TextTooLong)])
def test_words_that_say_nothing_or_too_much_are_refused(
    session: Session, now: datetime, words: str, error: type[Exception]
) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    with pytest.raises(error):
        acceptances.wrong(session, tap(world.requester), ticket.id, words, now=now)
    assert ticket.status is TicketStatus.REPORTED


def test_the_client_may_accept_after_all(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.DISPUTED)
    acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=now)

    assert ticket.status is TicketStatus.ACCEPTED
    assert open_tasks(session, ticket) == []


def test_a_rework_is_a_new_visit_of_the_same_crew(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REWORK)

    visit = visit_of(world, ticket)
    assert (visit.number, visit.status, visit.engineer_id) == (2, VisitStatus.PLANNED, world.engineer.person_id)
    assert visit.starts_at > now
    assert open_tasks(session, ticket) == []
    assert told(session, world.engineer.person_id)[-1] == "rework/new"
    assert told(session, world.requester.person_id)[-1] == "rework/new"
    with pytest.raises(Changed):
        acceptances.order_rework(session, tap(world.dispatcher), ticket.id, now=now)


def test_only_the_desk_orders_a_rework(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.DISPUTED)
    for person in (world.requester, world.engineer):
        with pytest.raises(NotAllowed):
            acceptances.order_rework(session, tap(person), ticket.id, now=now)


def test_a_second_rework_is_told_as_the_first_was(session: Session, now: datetime) -> None:
    from tests.make.tickets import arrive, report

    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REWORK)
    arrive(world, ticket)
    report(world, ticket)
    acceptances.wrong(session, tap(world.requester), ticket.id, "Опять", now=now)
    acceptances.order_rework(session, tap(world.dispatcher), ticket.id, now=now)

    assert told(session, world.engineer.person_id).count(f"{Notice.REWORK}/new") == 2
    assert visit_of(world, ticket).number == 3
    assert card_of(world, world.engineer, ticket).note == "Опять"


def test_where_nobody_of_the_client_can_be_asked_the_desk_sees_to_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    session.get_one(Person, world.requester.person_id).telegram_id = None
    world.requester = world.dispatcher  # reported over the phone
    ticket = bring(world, TicketStatus.REPORTED)
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.NO_ACCEPTER]

    invited = add_person(session, Grant(Role.REQUESTER, client_id=world.client.id, site_id=world.site.id), now=now)
    assert [line.ticket_id for line in tickets.to_accept(session, invited, now=now).lines] == [ticket.id]
    acceptances.accept(session, tap(invited), ticket.id, ticket.version, now=now)
    assert open_tasks(session, ticket) == []


def test_who_can_be_asked_makes_no_task(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.REPORTED)
    assert open_tasks(session, ticket) == []
