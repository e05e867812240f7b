"""A request while it is told: nothing sent is lost, nothing is asked twice, a stranger may only draft."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.errors import Changed, NotAllowed, NotFound, TextEmpty, TextTooLong
from core.domain.notice import Notice
from core.domain.proof import ProofKind, ProofStage
from core.domain.role import Role
from core.domain.ticket import Priority, TicketStatus
from core.services import intakes, proofs, tickets
from storage.models.post import Outbox
from storage.models.ticket import Intake, Ticket
from storage.models.visit import Proof
from tests.clock import HandClock
from tests.make.directories import add_site
from tests.make.people import add_dispatcher, add_person
from tests.make.tickets import add_service, bring, draft, make_world, send, tap, tell


def shown(session: Session, person_id: int | None) -> int:
    """How many times the request was shown."""
    rows = select(Outbox.id).where(Outbox.person_id == person_id, Outbox.notice == Notice.INTAKE)
    return len(session.scalars(rows).all())


def photo(session: Session, actor, number: int, album: str | None = None, *, now: datetime) -> None:  # type: ignore[no-untyped-def]
    incoming = proofs.Incoming(ProofKind.PHOTO, 1, 5, number, f"f{number}", f"u{number}", 10, "", "", album, False, now)
    proofs.receive(session, tap(actor), incoming, now=now)


def test_a_person_of_one_site_is_not_asked_where(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intakes.start(session, tap(world.requester), now=now)

    card = intakes.current(session, world.requester, now=now)
    assert card is not None
    assert (card.site_id, card.zone) == (world.site.id, "Europe/Moscow")
    assert (world.service.id, "Замена светильника") in card.services


def test_a_person_of_many_sites_chooses_among_their_own(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    second = add_site(session, world.client)
    foreign = make_world(session, now=now).site
    head = add_person(session, Grant(Role.REQUESTER, client_id=world.client.id), now=now)
    intakes.start(session, tap(head), now=now)
    card = intakes.current(session, head, now=now)
    assert card is not None
    assert {site_id for site_id, _ in card.sites} == {world.site.id, second.id}

    with pytest.raises(NotFound):
        intakes.choose_site(session, tap(head), card.intake_id, foreign.id, now=now)
    intakes.choose_site(session, tap(head), card.intake_id, second.id, now=now)
    assert intakes.card(session, head, card.intake_id, now=now).site_id == second.id


def test_an_engineer_cannot_report_but_the_desk_can(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    with pytest.raises(NotAllowed):
        intakes.start(session, tap(world.engineer), now=now)
    intakes.start(session, tap(world.dispatcher), now=now)
    card = intakes.current(session, world.dispatcher, now=now)
    assert card is not None
    assert (card.site_id, card.sites) == (None, ())


def test_a_dead_sticker_is_not_found(session: Session, now: datetime) -> None:
    stranger = add_person(session, now=now)
    with pytest.raises(NotFound):
        intakes.scan(session, tap(stranger), "no-such-sticker", now=now)


def test_a_request_left_half_way_is_found_as_it_was_after_three_days(session: Session, clock: HandClock) -> None:
    world = make_world(session, now=clock.now())
    intake_id = tell(world, text="Искрит розетка")
    later = clock.move(days=3)
    intakes.say(session, tap(world.requester), "И пахнет гарью", now=later)

    card = intakes.card(session, world.requester, intake_id, now=later)
    assert card.text == "Искрит розетка\nИ пахнет гарью"
    assert card.is_complete


def test_a_new_request_closes_the_one_left_half_way(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    first = tell(world)
    intakes.start(session, tap(world.requester), now=now)

    assert intakes.current_id(session, world.requester, now=now) != first
    with pytest.raises(Changed):
        intakes.card(session, world.requester, first, now=now)


def test_a_text_that_is_too_long_is_refused_and_what_was_told_stays(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world, text="Свет")
    with pytest.raises(TextTooLong) as refused:
        intakes.say(session, tap(world.requester), "ы" * 5000, now=now)
    assert (refused.value.limit, refused.value.length) == (2000, 5005)
    assert intakes.card(session, world.requester, intake_id, now=now).text == "Свет"

    with pytest.raises(TextTooLong):  # counted as Telegram counts: an emoji is two
        intakes.say(session, tap(world.requester), "🔥" * 1000, now=now)


def test_photos_are_counted_and_an_album_is_answered_once(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intakes.start(session, tap(world.requester), now=now)
    before = shown(session, world.requester.person_id)
    for number in (1, 2, 3):
        photo(session, world.requester, number, "album", now=now)

    card = intakes.current(session, world.requester, now=now)
    assert card is not None
    assert card.media == 3
    assert shown(session, world.requester.person_id) == before + 1


def test_a_photo_alone_is_enough_and_goes_to_the_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intakes.start(session, tap(world.requester), now=now)
    intake_id = intakes.current_id(session, world.requester, now=now) or 0
    intakes.choose_service(session, tap(world.requester), intake_id, world.service.id, now=now)
    with pytest.raises(TextEmpty):
        tickets.register(session, tap(world.requester), intake_id, now=now)
    photo(session, world.requester, 7, now=now)
    ticket_id = tickets.register(session, tap(world.requester), intake_id, now=now)

    rows = session.scalars(select(Proof).where(Proof.ticket_id == ticket_id)).all()
    assert [(row.message_id, row.stage) for row in rows] == [(7, ProofStage.REQUEST)]


def test_what_is_open_for_the_same_site_and_work_is_shown_first(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    other = add_service(session, "Ремонт розетки")
    known = send(world)
    intakes.start(session, tap(world.requester), now=now)
    intake_id = intakes.current_id(session, world.requester, now=now) or 0
    intakes.choose_service(session, tap(world.requester), intake_id, other.id, now=now)
    assert intakes.card(session, world.requester, intake_id, now=now).reported == ()
    intakes.choose_service(session, tap(world.requester), intake_id, world.service.id, now=now)
    card = intakes.card(session, world.requester, intake_id, now=now)
    assert [(row[0], row[2]) for row in card.reported] == [(known.id, TicketStatus.SEARCHING)]

    tickets.is_that_one(session, tap(world.requester), intake_id, known.id, now=now)
    assert intakes.current_id(session, world.requester, now=now) is None
    assert len(session.scalars(select(Ticket)).all()) == 1


def test_a_ticket_that_is_over_is_no_reason_not_to_report(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    bring(world, TicketStatus.ACCEPTED)
    intake_id = tell(world)
    assert intakes.card(session, world.requester, intake_id, now=now).reported == ()


def test_a_second_tap_on_send_makes_no_second_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    first = tickets.register(session, tap(world.requester), intake_id, now=now)

    assert tickets.register(session, tap(world.requester), intake_id, now=now) == first
    assert len(session.scalars(select(Ticket)).all()) == 1


def test_somebody_elses_request_cannot_be_touched(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    other = add_dispatcher(session, now=now)
    with pytest.raises(NotFound):
        intakes.drop(session, tap(other), intake_id, now=now)
    with pytest.raises(NotFound):
        tickets.register(session, tap(other), intake_id, now=now)


def test_a_dropped_request_awaits_nothing_more(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    intakes.drop(session, tap(world.requester), intake_id, now=now)

    with pytest.raises(Changed):
        intakes.say(session, tap(world.requester), "ещё", now=now)
    assert session.get_one(Intake, intake_id).closed_at == now


def test_a_repeated_update_shows_the_request_once(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    before = shown(session, world.requester.person_id)
    once = tap(world.requester)
    intakes.set_priority(session, once, intake_id, Priority.EMERGENCY, now=now)
    intakes.set_priority(session, once, intake_id, Priority.EMERGENCY, now=now)
    assert shown(session, world.requester.person_id) == before + 1
    intakes.set_priority(session, tap(world.requester), intake_id, Priority.NORMAL, now=now)
    assert shown(session, world.requester.person_id) == before + 2


def test_kinds_of_work_are_found_by_words(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    door = add_service(session, "Ремонт двери входной")
    intakes.start(session, tap(world.requester), now=now)
    intake_id = intakes.current_id(session, world.requester, now=now) or 0

    def find(words: str) -> list[int]:
        return [row[0] for row in intakes.find_services(session, world.requester, intake_id, words, now=now)]

    assert find("ДВЕР") == [door.id]
    assert find("дверь") == [door.id]  # people name the thing, the price list the work on it
    assert find("ремонт входн") == [door.id]
    assert find("50% _") == []


def test_what_this_site_orders_most_is_suggested_first(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    for name in "абвгдежз":
        add_service(session, f"Работа {name}")
    last = add_service(session, "Редкая работа")
    world.service = last
    send(world)
    intakes.start(session, tap(world.requester), now=now)
    card = intakes.current(session, world.requester, now=now)
    assert card is not None
    assert card.services[0] == (last.id, "Редкая работа")
    assert len(card.services) == intakes.SUGGESTED


def test_a_stranger_is_told_that_somebody_must_confirm(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket, stranger = draft(world)

    assert ticket.status is TicketStatus.DRAFT
    foreign = make_world(session, now=now)
    intakes.scan(session, tap(foreign.requester), world.site.qr_token, now=now)
    card = intakes.current(session, foreign.requester, now=now)
    assert card is not None
    assert card.is_stranger  # a requester elsewhere is a stranger here
    intakes.scan(session, tap(world.requester), world.site.qr_token, now=now)
    own = intakes.current(session, world.requester, now=now)
    assert own is not None
    assert not own.is_stranger
    assert stranger.grants == ()


def test_an_engineer_who_scans_the_sticker_on_his_visit_is_shown_his_job(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.IN_WORK)
    intakes.scan(session, tap(world.engineer), world.site.qr_token, now=now)

    assert intakes.current_id(session, world.engineer, now=now) is None  # his photos stay with the visit
    row = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert row is not None
    assert (row.notice, row.delivery, row.ticket_id) == ("card", "new", ticket.id)
    world.engineer = make_world(session, now=now).engineer
    intakes.scan(session, tap(world.engineer), world.site.qr_token, now=now)
    assert intakes.current_id(session, world.engineer, now=now) is not None
