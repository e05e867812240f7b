"""Proof: kept from the first message on, put where it belongs, counted only when it is real; nothing is thrown away."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.errors import Changed, NotAllowed, NotFound, ProofMissing
from core.domain.notice import Delivery, Notice
from core.domain.proof import ProofStage, ProofStatus, Refusal
from core.domain.ticket import TicketStatus
from core.services import acceptances, intakes, offers, proof_cards, proofs, reports, tickets, visits, waves
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Proof
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.proofs import arrives, at_after, at_before, comes, photo, told
from tests.make.tickets import (
    SKILL,
    add_engineer,
    arrive,
    bring,
    card_of,
    make_world,
    report,
    send,
    take,
    tap,
    tell,
    visit_of,
)


def test_a_picture_of_the_request_stands_on_the_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    proof = comes(world, world.requester)
    ticket_id = tickets.register(session, tap(world.requester), intake_id, now=now)

    assert (proof.stage, proof.ticket_id) == (ProofStage.REQUEST, ticket_id)
    assert card_of(world, world.engineer, session.get_one(Ticket, ticket_id)).base.media == 1


@pytest.mark.parametrize(("at_step", "stage"), [(at_before, ProofStage.BEFORE), (at_after, ProofStage.AFTER)])
def test_a_picture_belongs_to_the_step_on_the_screen(
    session: Session, now: datetime, at_step: Any, stage: ProofStage
) -> None:
    world = make_world(session, now=now)
    at_step(world)

    assert comes(world).stage is stage


def test_a_picture_counts_when_its_bytes_are_here(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = at_before(world)
    visit = visit_of(world, ticket)
    proof = comes(world)

    shots = card_of(world, world.engineer, ticket).shots
    assert (shots.before, shots.coming) == (0, 1)
    with pytest.raises(ProofMissing) as missing:
        visits.before_done(session, tap(world.engineer), visit.id, now=now)
    assert (missing.value.before, missing.value.after) == (1, 0)

    arrives(world, proof)
    assert card_of(world, world.engineer, ticket).shots.before == 1
    assert told(session, world.engineer, Notice.CARD)[-1][0] is Delivery.NEW  # the last one brings the card down


def test_the_same_message_twice_is_one_proof(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    at_before(world)
    incoming = photo(world.engineer, now)
    proofs.receive(session, tap(world.engineer), incoming, now=now)
    proofs.receive(session, tap(world.engineer), incoming, now=now)

    assert len(session.scalars(select(Proof).where(Proof.message_id == incoming.message_id)).all()) == 1


def test_an_album_is_stored_item_by_item_and_asked_about_once(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)  # not begun: what do they show?
    album = [comes(world, media_group_id="a1") for _ in range(3)]

    assert {proof.stage for proof in album} == {ProofStage.UNSORTED}
    assert len(told(session, world.engineer, Notice.SORT_PROOF)) == 1
    proofs.sort(session, tap(world.engineer), album[0].id, ProofStage.BEFORE, now=now)
    assert {proof.stage for proof in album} == {ProofStage.BEFORE}
    for proof in album:
        arrives(world, proof)
    assert card_of(world, world.engineer, ticket).shots.before == 3


def test_an_item_that_comes_much_later_goes_where_its_album_went(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = at_before(world)
    arrives(world, comes(world, media_group_id="a2"))
    visits.before_done(session, tap(world.engineer), visit_of(world, ticket).id, now=now)
    late = comes(world, media_group_id="a2")

    assert (late.stage, late.is_late) == (ProofStage.BEFORE, False)


def test_an_item_of_a_request_that_was_sent_goes_to_its_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    intake_id = tell(world)
    comes(world, world.requester, media_group_id="a3")
    ticket_id = tickets.register(session, tap(world.requester), intake_id, now=now)
    late = comes(world, world.requester, media_group_id="a3")

    assert (late.ticket_id, late.stage) == (ticket_id, ProofStage.REQUEST)


def test_what_does_not_belong_to_the_job_is_kept_and_not_counted(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    proof = comes(world)
    proofs.sort(session, tap(world.engineer), proof.id, ProofStage.UNSORTED, now=now)
    arrives(world, proof)

    assert (proof.status, proof.stage) == (ProofStatus.STORED, ProofStage.UNSORTED)
    shots = card_of(world, world.engineer, ticket).shots
    assert (shots.before, shots.after) == (0, 0)


def test_only_its_sender_sorts_a_picture_and_only_into_the_work(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    bring(world, TicketStatus.ASSIGNED)
    proof = comes(world)

    with pytest.raises(NotFound):
        proofs.sort(session, tap(world.dispatcher), proof.id, ProofStage.BEFORE, now=now)
    with pytest.raises(NotFound):
        proofs.sort(session, tap(world.engineer), 2**40, ProofStage.BEFORE, now=now)
    with pytest.raises(NotAllowed):
        proofs.sort(session, tap(world.engineer), proof.id, ProofStage.COMPLAINT, now=now)


def test_a_picture_is_not_sorted_into_work_that_was_accepted(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = bring(world, TicketStatus.ASSIGNED)
    proof = comes(world)
    arrive(world, ticket)
    report(world, ticket)
    acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=now)

    with pytest.raises(Changed):
        proofs.sort(session, tap(world.engineer), proof.id, ProofStage.BEFORE, now=now)


def test_forwarded_media_is_kept_but_is_no_proof(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = at_before(world)
    proof = comes(world, is_forwarded=True)

    assert (proof.status, proof.refusal) == (ProofStatus.REFUSED, Refusal.FORWARDED)
    assert card_of(world, world.engineer, ticket).shots.before == 0
    assert told(session, world.engineer, Notice.PROOF_REFUSED)[0][1]["reason"] == Refusal.FORWARDED


def test_a_client_may_forward_what_he_got(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    tell(world)

    assert comes(world, world.requester, is_forwarded=True).status is ProofStatus.PENDING


def test_the_same_file_or_the_same_bytes_count_once_on_any_ticket(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    at_before(world)
    first = comes(world, file_unique_id="same")
    arrives(world, first, sha256="ab" * 32)
    again = comes(world, file_unique_id="same")
    renamed = comes(world)
    arrives(world, renamed, sha256="ab" * 32)

    assert (again.status, again.refusal) == (ProofStatus.REFUSED, Refusal.REPEAT)
    assert (renamed.status, renamed.refusal) == (ProofStatus.REFUSED, Refusal.REPEAT)
    assert first.status is ProofStatus.STORED


def test_what_the_client_showed_may_be_shown_again_by_the_engineer(session: Session, now: datetime) -> None:
    """The same view by another phone is another file; only the visit's own pictures are compared."""
    world = make_world(session, now=now)
    intake_id = tell(world)
    arrives(world, comes(world, world.requester), sha256="cd" * 32)
    tickets.register(session, tap(world.requester), intake_id, now=now)
    at_before(world)
    proof = comes(world)
    arrives(world, proof)

    assert proof.status is ProofStatus.STORED


def test_who_forgot_to_report_the_last_job_shoots_for_where_he_is_now(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    last, here = send(world), send(world)
    for ticket in (last, here):
        take(world, ticket)
    at_after(world, last)
    arrives(world, comes(world))
    visits.after_done(session, tap(world.engineer), visit_of(world, last).id, now=now)
    world.now = clock.move(hours=3)
    at_before(world, here)

    assert comes(world).ticket_id == here.id
    reports.send(session, tap(world.engineer), visit_of(world, last).id, now=world.now)
    assert (last.status, here.status) == (TicketStatus.REPORTED, TicketStatus.IN_WORK)


def test_late_photos_are_welcome_and_marked(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    bring(world, TicketStatus.REPORTED)
    world.now = clock.move(days=2)
    late = comes(world)

    assert (late.is_late, late.stage) == (True, ProofStage.AFTER)
    assert len(told(session, world.engineer, Notice.PROOF)) == 1
    world.now = clock.move(days=2)
    with pytest.raises(NotAllowed):
        comes(world)


def test_bytes_that_come_after_the_yes_do_not_change_what_was_accepted(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = at_after(world)
    slow = comes(world)
    arrives(world, comes(world))
    visit = visit_of(world, ticket)
    visits.after_done(session, tap(world.engineer), visit.id, now=now)
    reports.send(session, tap(world.engineer), visit.id, now=now)
    acceptances.accept(session, tap(world.requester), ticket.id, ticket.version, now=now)
    arrives(world, slow)

    assert (slow.status, slow.is_late) == (ProofStatus.STORED, True)


def test_media_of_somebody_without_request_or_visit_is_refused(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)

    for actor in (world.engineer, world.requester, world.dispatcher):
        with pytest.raises(NotAllowed):
            comes(world, actor)
    assert session.scalars(select(Proof)).all() == []


def test_who_is_only_asked_sees_the_request_and_who_works_sees_everything(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    second = add_contractor(session, skills=[SKILL], lat=55.8)
    asked = add_engineer(session, second, now=now)
    intake_id = tell(world)
    comes(world, world.requester)
    ticket = session.get_one(Ticket, tickets.register(session, tap(world.requester), intake_id, now=now))
    first = session.scalars(select(Offer).where(Offer.ticket_id == ticket.id)).one()
    now = world.now = clock.move(hours=1, seconds=1)
    waves.sweep(session, 10, now=now)
    offers.accept(session, tap(world.engineer), first.id, None, None, now=now)
    visit = visit_of(world, ticket)
    visits.arrive_by_word(session, tap(world.engineer), visit.id, now=now)
    visits.begin_work(session, tap(world.engineer), visit.id, now=now)
    comes(world)
    comes(world, is_forwarded=True)

    def stages(actor: Actor) -> list[ProofStage]:
        return [one.stage for one in proof_cards.album(session, actor, 7, ticket.id, now=now)]

    assert stages(asked) == [ProofStage.REQUEST]
    for actor in (world.engineer, world.requester, world.dispatcher):
        assert stages(actor) == [ProofStage.REQUEST, ProofStage.BEFORE]
    assert proof_cards.album(session, world.engineer, 8, ticket.id, now=now) == ()
    with pytest.raises(NotFound):
        proof_cards.album(session, make_world(session, now=now).requester, 7, ticket.id, now=now)


def test_the_pairs_show_the_last_visit_only(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    assert proof_cards.pairs(session, send(world).id, now=now) is None
    ticket = bring(world, TicketStatus.REPORTED)
    pairs = proof_cards.pairs(session, ticket.id, now=now)

    assert pairs is not None
    assert (len(pairs.before), len(pairs.after), pairs.number) == (1, 1, ticket.number)
    assert (pairs.lat, pairs.lon) == (world.site.lat, world.site.lon)
    acceptances.wrong(session, tap(world.requester), ticket.id, "Мигает", now=now)
    acceptances.order_rework(session, tap(world.dispatcher), ticket.id, now=now)
    arrive(world, ticket)
    report(world, ticket)
    again = proof_cards.pairs(session, ticket.id, now=now)
    assert again is not None
    assert again.before != pairs.before


def test_a_request_half_told_takes_the_pictures_of_an_engineer_too(session: Session, now: datetime) -> None:
    """Who is telling a request is telling it: the visit waits."""
    world = make_world(session, now=now)
    at_before(world)
    next_door = make_world(session, now=now).site
    intakes.scan(session, tap(world.engineer), next_door.qr_token, now=now)

    assert comes(world).intake_id is not None


def test_a_request_left_half_way_does_not_swallow_the_pictures_of_the_work(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    intakes.scan(session, tap(world.engineer), world.site.qr_token, now=now)
    world.now = clock.move(hours=3)
    at_before(world)

    assert comes(world).stage is ProofStage.BEFORE
