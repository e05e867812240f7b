"""What a pause rests on: asked where it stops a promise, kept with the hold, seen by whom it concerns."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import texts
from bot.screens import proofs as proof_screens
from core.domain.actor import Actor
from core.domain.clock import StopReason
from core.domain.errors import (
    Changed,
    EvidenceMissing,
    EvidenceUsed,
    HeldAlready,
    HoldTooLong,
    NotAllowed,
    NotFound,
    TextTooLong,
)
from core.domain.hold import asks_evidence
from core.domain.proof import ProofStage, ProofStatus
from core.domain.ticket import TicketStatus
from core.services import hold_evidence, hold_plans, holds, objections, proof_cards, proofs
from core.services.hold_evidence import NONE, Evidence
from core.services.proofs import Facts
from storage.models.clock import Hold
from storage.models.ticket import Ticket
from storage.models.visit import Proof
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.talks import media
from tests.make.tickets import SKILL, World, add_engineer, bring, card_of, make_world, send, tap, wait
from tests.services.test_clocks import add_target

HOUR = timedelta(hours=1)
WORDS = Evidence("Звонил Ирине, не берёт")
R = StopReason


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    add_target(session)
    return make_world(session, now=now, sla_plan="План")


def hold(world: World, ticket: Ticket, given: Evidence, reason: R = R.NO_ACCESS, who: Actor | None = None) -> Hold:
    actor, until = tap(who or world.engineer), world.now + HOUR
    holds.hold(world.session, actor, ticket.id, ticket.version, reason, until, given, now=world.now)
    return world.session.scalars(select(Hold).order_by(Hold.id.desc()).limit(1)).one()


def test_only_what_stops_a_promise_to_the_client_asks() -> None:
    asks_nothing = {R.OUR_PARTS, R.MOVED_BY_CONTRACTOR}

    assert {one for one in R if not asks_evidence(one)} == asks_nothing


@pytest.mark.parametrize("reason", [R.NO_ACCESS, R.NOT_READY, R.CLIENT_ANSWER, R.CLIENT_PARTS, R.FORCE_MAJEURE])
def test_without_evidence_the_crew_stops_nothing(world: World, reason: R) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    for given in (NONE, Evidence(" "), Evidence("..."), Evidence("нет"), Evidence("Закрыто!")):
        with pytest.raises(EvidenceMissing):
            hold(world, ticket, given, reason)
    with pytest.raises(TextTooLong):
        hold(world, ticket, Evidence("я" * 501), reason)
    assert ticket.status is TicketStatus.ASSIGNED

    assert hold(world, ticket, Evidence(" нет света "), reason).evidence == "нет света"
    assert ticket.status is TicketStatus.ON_HOLD


def test_our_own_parts_need_none(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = hold(world, ticket, NONE, R.OUR_PARTS)

    assert (ticket.status, row.evidence, row.proof_id) == (TicketStatus.ON_HOLD, "", None)


def test_a_picture_is_enough_and_belongs_to_the_hold(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    row = hold(world, ticket, Evidence("", media(world)))
    proof = world.session.get_one(Proof, row.proof_id)

    assert (proof.stage, proof.ticket_id, proof.visit_id) == (ProofStage.HOLD, ticket.id, None)
    for who in (world.requester, world.dispatcher, world.engineer):
        (shown,) = hold_evidence.pictures(world.session, who, 1, row.id, now=world.now)
        assert shown.file_id == proof.file_id
    assert hold_evidence.pictures(world.session, world.requester, 2, row.id, now=world.now) == ()  # another bot's file


def test_the_desk_phones_and_says_so(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    with pytest.raises(EvidenceMissing):
        hold(world, ticket, Evidence("", media(world)), who=world.dispatcher)
    row = hold(world, ticket, Evidence("Директор просил завтра", media(world)), who=world.dispatcher)

    assert (row.evidence, row.proof_id is not None) == ("Директор просил завтра", True)


def test_a_forwarded_picture_and_one_that_was_here_show_nothing(world: World, clock: HandClock) -> None:
    ticket, first = bring(world, TicketStatus.ASSIGNED), media(world)
    with pytest.raises(EvidenceUsed):
        hold(world, ticket, Evidence("", replace(media(world), is_forwarded=True)))
    hold(world, ticket, Evidence("", first))
    world.now = clock.move(hours=2)
    holds.sweep(world.session, 50, now=world.now)

    with pytest.raises(EvidenceUsed):
        hold(world, ticket, Evidence("", replace(media(world), file_unique_id=first.file_unique_id)))
    assert ticket.status is TicketStatus.ASSIGNED


def test_the_desk_passes_on_what_the_client_sent_and_says_so(world: World) -> None:
    ticket, passed_on = bring(world, TicketStatus.ASSIGNED), replace(media(world), is_forwarded=True)
    with pytest.raises(EvidenceMissing):
        hold(world, ticket, Evidence("", passed_on), who=world.dispatcher)
    row = hold(world, ticket, Evidence("Прислал директор", passed_on), who=world.dispatcher)

    assert (row.evidence, row.proof_id is not None) == ("Прислал директор", True)


def test_a_picture_of_a_pause_is_counted_within_its_album(world: World, clock: HandClock) -> None:
    """What does not open is named, and nobody is asked to send what would go elsewhere."""
    session = world.session
    for group in (None, None, "album"):
        ticket = bring(world, TicketStatus.ASSIGNED)
        row = hold(world, ticket, Evidence("", media(world, group=group)))
    second = proofs.beside_words(session, world.engineer, media(world, group="album"), ticket.id, now=world.now)
    assert second is not None
    second.stage = ProofStage.HOLD
    session.flush()
    cards = [proof_cards.card(session, world.engineer, one, now=world.now) for one in (row.proof_id, second.id)]
    assert [one.number for one in cards] == [1, 2]

    proofs.stored(session, second.id, "c" * 64, 1000, None, now=world.now)
    card = proof_cards.card(session, world.engineer, second.id, now=world.now)
    said = proof_screens.refused(card, texts.load("ru")).text
    assert "Фото №2" in said
    assert "Пауза остаётся без него" in said
    assert "ещё раз" not in said


def test_the_same_bytes_once_more_are_told_and_shown_as_nothing(world: World, clock: HandClock) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    for _ in range(2):
        row = hold(world, ticket, Evidence("", media(world)))
        assert row.proof_id is not None
        proofs.stored(world.session, row.proof_id, "a" * 64, 1000, Facts(100, 100, "b" * 16), now=world.now)
        world.now = clock.move(hours=2)
        holds.sweep(world.session, 50, now=world.now)

    first, second = objections.of_ticket(world.session, world.requester, ticket, now=world.now)
    assert first.shown is not None
    assert second.shown is not None
    assert [(one.has_media, one.is_refused) for one in (first.shown, second.shown)] == [(True, False), (False, True)]
    assert [one.status for one in world.session.scalars(select(Proof).order_by(Proof.id))] == [
        ProofStatus.STORED,
        ProofStatus.REFUSED,
    ]


def test_who_may_disagree_and_who_decides_read_it_and_nobody_else(world: World, clock: HandClock) -> None:
    session, ticket = world.session, bring(world, TicketStatus.ASSIGNED)
    row = hold(world, ticket, WORDS)
    for who in (world.requester, world.dispatcher, world.engineer):
        assert card_of(world, who, ticket).base.held.shown.words == WORDS.words
    world.now = clock.move(hours=2)
    holds.sweep(session, 50, now=world.now)
    for who in (world.requester, world.dispatcher):
        (pause,) = objections.of_ticket(session, who, ticket, now=world.now)
        assert pause.shown is not None
        assert (pause.shown.hold_id, pause.shown.words) == (row.id, WORDS.words)
    foreign = make_world(session, now=world.now)
    for who in (foreign.requester, foreign.engineer):
        with pytest.raises(NotFound):
            hold_evidence.pictures(session, who, 1, row.id, now=world.now)


def test_a_firm_that_was_only_asked_does_not_read_what_was_said_at_the_door(world: World) -> None:
    session = world.session
    firm = add_contractor(session, skills=[SKILL])
    asked = add_engineer(session, firm, now=world.now)
    world.contractor.is_active = False
    session.flush()
    ticket = send(world)
    wait(world, ticket)
    (row,) = session.scalars(select(Hold))

    assert hold_evidence.shown(session, world.requester, ticket, row) is not None
    assert hold_evidence.shown(session, asked, ticket, row) is None
    with pytest.raises(NotFound):
        hold_evidence.pictures(session, asked, 1, row.id, now=world.now)


def test_each_pause_shows_its_own_words(world: World, clock: HandClock) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    for words in ("Первый раз", "Второй раз"):
        hold(world, ticket, Evidence(words))
        world.now = clock.move(hours=2)
        holds.sweep(world.session, 50, now=world.now)

    pauses = objections.of_ticket(world.session, world.requester, ticket, now=world.now)
    assert [one.shown.words for one in pauses if one.shown] == ["Первый раз", "Второй раз"]


def test_who_comes_second_is_told_that_it_waits_already(world: World) -> None:
    ticket = bring(world, TicketStatus.ASSIGNED)
    version, until = ticket.version, world.now + HOUR
    wait(world, ticket)

    for work in (hold_plans.plan, holds.hold):
        with pytest.raises(HeldAlready):
            work(world.session, tap(world.engineer), ticket.id, version, R.NO_ACCESS, until, now=world.now)
    (row,) = world.session.scalars(select(Hold))
    assert row.person_id == world.dispatcher.person_id


def test_nobody_is_asked_for_what_would_be_refused(world: World) -> None:
    session, ticket = world.session, bring(world, TicketStatus.ASSIGNED)
    engineer, at = world.engineer, (ticket.id, ticket.version)

    plan = hold_plans.plan(session, engineer, *at, R.NO_ACCESS, world.now + HOUR, now=world.now)
    assert (plan.asks, plan.is_of_desk) == (True, False)
    assert not hold_plans.plan(session, engineer, *at, R.OUR_PARTS, world.now + HOUR, now=world.now).asks
    with pytest.raises(HoldTooLong):
        hold_plans.plan(session, engineer, *at, R.NO_ACCESS, world.now + 100 * HOUR, now=world.now)
    with pytest.raises(Changed):
        hold_plans.plan(session, engineer, ticket.id, 0, R.NO_ACCESS, world.now + HOUR, now=world.now)
    reported = bring(world, TicketStatus.REPORTED)
    with pytest.raises(NotAllowed):
        hold_plans.plan(session, engineer, reported.id, reported.version, R.NO_ACCESS, world.now + HOUR, now=world.now)
