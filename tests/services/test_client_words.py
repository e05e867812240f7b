"""A time the desk writes down in the client's name stops his clocks: it rests on words, he hears it, and may object."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.clock import StopReason, Whose
from core.domain.errors import Changed, EvidenceMissing, NeedsAnother, NotAllowed, NotFound, TextEmpty, TextTooLong
from core.domain.notice import Delivery, Notice
from core.domain.offer import OfferStatus
from core.domain.task import TaskKind
from core.domain.ticket import TicketStatus
from core.services import cards, clocks, invariants, moves, objections, offers, searches
from core.services.objections import Verdict
from storage.models.clock import ClientWord
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import World, card_of, make_world, open_tasks, send, tap, visit_of
from tests.services.test_clocks import ARRIVAL, HOUR, RESOLUTION, add_target, clock_of

DAY = timedelta(days=1)
WORDS = "Ирина, администратор, по телефону"


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    add_target(session, arrival_min=180, resolution_min=600)
    return make_world(session, now=now, sla_plan="План")


def named(world: World, words: str = WORDS) -> Ticket:
    """The desk says that nobody is needed for three days."""
    ticket, who = send(world), tap(world.dispatcher)
    searches.move(world.session, who, ticket.id, ticket.version, world.now + 3 * DAY, words, now=world.now)
    return ticket


def due(world: World, ticket: Ticket) -> list[datetime | None]:
    return [clock_of(world, ticket, kind).due_at for kind in (ARRIVAL, RESOLUTION)]


def word_of(world: World) -> ClientWord:
    return world.session.scalars(select(ClientWord).order_by(ClientWord.id.desc()).limit(1)).one()


def test_without_words_the_desk_stops_no_clock_of_the_client(world: World) -> None:
    ticket, start = send(world), world.now + 3 * DAY
    before = due(world, ticket)
    for words, error in (("", EvidenceMissing), ("..", EvidenceMissing), ("я" * 501, TextTooLong)):
        with pytest.raises(error):
            searches.move(world.session, tap(world.dispatcher), ticket.id, ticket.version, start, words, now=world.now)
    assert (ticket.visit_from, due(world, ticket)) == (None, before)


def test_the_client_himself_is_asked_for_nothing_and_nothing_is_said_in_his_name(world: World) -> None:
    ticket = send(world)
    searches.move(world.session, tap(world.requester), ticket.id, ticket.version, world.now + DAY, now=world.now)

    assert world.session.scalars(select(ClientWord)).all() == []
    assert card_of(world, world.requester, ticket).base.named is None


def test_his_people_are_told_what_was_noted_and_read_it_on_the_card(world: World) -> None:
    session, ticket = world.session, named(world)
    rang = session.scalars(select(Outbox).where(Outbox.notice == Notice.TIME_NAMED, Outbox.delivery == Delivery.NEW))
    assert [row.person_id for row in rang] == [world.requester.person_id]
    for who, may in ((world.requester, True), (world.dispatcher, False)):
        seen = card_of(world, who, ticket).base.named
        assert (seen.words, seen.until, seen.may_disown) == (WORDS, ticket.visit_from, may)
    assert card_of(world, world.engineer, ticket).base.named is None


def test_the_pause_shows_what_it_rests_on_where_it_may_be_objected_to(world: World, clock: HandClock) -> None:
    session, ticket = world.session, named(world)
    world.now = clock.move(days=3)

    (pause,) = objections.of_ticket(session, world.requester, ticket, now=world.now)
    assert (pause.reason, pause.shown.words, pause.may_object) == (StopReason.MOVED_BY_CLIENT, WORDS, True)
    (asked,) = objections.of_ticket(session, world.engineer, ticket, now=world.now)
    assert (asked.shown, asked.may_object) == (None, False)


def test_not_so_starts_the_clocks_at_once_and_another_dispatcher_judges_the_time_until_then(
    world: World, clock: HandClock
) -> None:
    session, judge, started = world.session, add_dispatcher(world.session, now=world.now), world.now
    ticket = named(world)
    world.now = clock.move(hours=2)
    searches.disown(session, tap(world.requester), ticket.id, word_of(world).id, "Никто не звонил", now=world.now)

    assert due(world, ticket) == [started + 5 * HOUR, started + 12 * HOUR]
    assert (ticket.visit_from, ticket.status) == (None, TicketStatus.SEARCHING)
    sent = session.scalars(select(Offer).where(Offer.status == OfferStatus.SENT)).all()
    assert [offer.job_version for offer in sent] == [3]
    assert [task.kind for task in open_tasks(session, ticket)] == [TaskKind.OBJECTION]
    assert card_of(world, world.requester, ticket).base.named is None
    with pytest.raises(NeedsAnother):
        objections.decide(session, tap(world.dispatcher), ticket.id, 1, Verdict.REFUSED, "Звонили", now=world.now)

    objections.decide(session, tap(judge), ticket.id, 1, Verdict.RUNS, "", now=world.now)
    assert due(world, ticket) == [started + 3 * HOUR, started + 10 * HOUR]
    (pause,) = objections.of_ticket(session, world.requester, ticket, now=world.now)
    assert (pause.runs, pause.whose, pause.shown.words) == (True, Whose.OURS, WORDS)
    assert invariants.violations(session, now=world.now) == []


def test_what_a_crew_moved_since_stays_the_word_of_the_desk(world: World, clock: HandClock) -> None:
    session, judge, start = world.session, add_dispatcher(world.session, now=world.now), world.now
    ticket = named(world)
    offer = session.scalars(select(Offer.id).where(Offer.status == OfferStatus.SENT)).one()
    offers.accept(session, tap(world.engineer), offer, start + 3 * DAY, None, now=world.now)
    moves.move(session, tap(world.engineer), visit_of(world, ticket).id, start + 4 * DAY, now=world.now)
    world.now = clock.move(hours=2)
    moves.move(session, tap(world.engineer), visit_of(world, ticket).id, start + 3 * DAY, now=world.now)
    world.now = clock.move(hours=1)
    searches.disown(session, tap(world.requester), ticket.id, word_of(world).id, "Не называли", now=world.now)

    pauses = objections.of_ticket(session, judge, ticket, now=world.now)
    assert [(one.shown.words, one.objection) for one in pauses] == [(WORDS, "Не называли")] * 2
    for one in pauses:
        objections.decide(session, tap(judge), ticket.id, one.number, Verdict.RUNS, "", now=world.now)
    pauses = objections.of_ticket(session, judge, ticket, now=world.now)
    assert [one.whose for one in pauses] == [Whose.OURS, Whose.OURS]
    assert ticket.contractor_id == world.contractor.id


def test_at_once_nothing_has_stopped_yet_and_the_card_comes_anew(world: World) -> None:
    session, ticket = world.session, named(world)
    searches.disown(session, tap(world.requester), ticket.id, word_of(world).id, "Не называли", now=world.now)

    assert open_tasks(session, ticket) == []
    last = select(Outbox).where(Outbox.person_id == world.requester.person_id).order_by(Outbox.id.desc()).limit(1)
    assert (session.scalars(last).one().notice, session.scalars(last).one().delivery) == (Notice.CARD, Delivery.NEW)


def test_only_his_own_people_say_so_once_in_words_and_while_it_holds(world: World, clock: HandClock) -> None:
    session, ticket = world.session, named(world)
    word, at = word_of(world), {"now": world.now}
    refused = {world.dispatcher: NotAllowed, world.engineer: NotAllowed, add_person(session, **at): NotFound}
    for who, error in refused.items():
        with pytest.raises(error):
            searches.disown(session, tap(who), ticket.id, word.id, "Не так", **at)
    with pytest.raises(TextEmpty):
        searches.disown(session, tap(world.requester), ticket.id, word.id, " ", **at)
    with pytest.raises(Changed):
        searches.disown(session, tap(world.requester), ticket.id, word.id + 1, "Не так", **at)

    searches.disown(session, tap(world.requester), ticket.id, word.id, "Не так", **at)
    with pytest.raises(Changed):
        searches.disown(session, tap(world.requester), ticket.id, word.id, "Не так", **at)


def test_what_the_client_names_himself_afterwards_is_his_own(world: World, clock: HandClock) -> None:
    session, ticket = world.session, named(world)
    world.now = clock.move(hours=1)
    searches.move(session, tap(world.requester), ticket.id, ticket.version, world.now + DAY, now=world.now)

    assert cards.ticket(session, world.requester, ticket.id, now=world.now).base.named is None
    world.now = clock.move(days=2)
    shown = [one.shown for one in objections.of_ticket(session, world.requester, ticket, now=world.now)]
    assert [one.words if one else None for one in shown] == [WORDS, None]
    assert clocks.reading(session, clock_of(world, ticket, ARRIVAL), now=world.now).elapsed == DAY - HOUR + HOUR


def test_a_visit_he_moves_himself_waits_by_his_own_wish(world: World, clock: HandClock) -> None:
    session, ticket = world.session, named(world)
    offer = session.scalars(select(Offer).order_by(Offer.id.desc()).limit(1)).one()
    offers.accept(session, tap(world.engineer), offer.id, ticket.visit_from, None, now=world.now)
    world.now = clock.move(hours=1)
    moves.move(session, tap(world.requester), visit_of(world, ticket).id, world.now + 4 * DAY, now=world.now)
    assert card_of(world, world.requester, ticket).base.named is None

    world.now = clock.move(days=5)
    first, *rest = objections.of_ticket(session, world.requester, ticket, now=world.now)
    assert first.may_object  # an hour by the word of the desk
    assert rest
    assert not any(pause.may_object for pause in rest)
