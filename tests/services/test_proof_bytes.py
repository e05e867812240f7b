"""The bytes of a proof: what opens, what is a picture, what is too large, and downloads that do not come through."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from core.domain.notice import Notice
from core.domain.proof import ProofKind, ProofStatus, Refusal
from core.services import proof_cards, proofs
from core.services.proofs import Facts
from tests.clock import HandClock
from tests.make.proofs import FACTS, arrives, at_before, comes, told
from tests.make.tickets import (
    card_of,
    make_world,
)


def test_a_picture_that_does_not_open_is_named_and_asked_for_again(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    at_before(world)
    album = [comes(world, media_group_id="a4") for _ in range(3)]
    arrives(world, album[0])
    arrives(world, album[1], facts=None)
    arrives(world, album[2])

    assert [proof.status for proof in album] == [ProofStatus.STORED, ProofStatus.REFUSED, ProofStatus.STORED]
    card = proof_cards.card(session, world.engineer, album[1].id, now=now)
    assert (card.refusal, card.number) == (Refusal.UNREADABLE, 2)


@pytest.mark.parametrize(
    ("name", "facts", "status", "counted"),
    [
        ("IMG_1.JPG", FACTS, ProofStatus.STORED, 1),
        ("IMG_1.heic", None, ProofStatus.REFUSED, 0),
        ("акт.pdf", None, ProofStatus.STORED, 0),
        ("", None, ProofStatus.STORED, 0),
    ],
)
def test_a_file_counts_when_it_is_a_picture_and_is_kept_anyway(
    session: Session, now: datetime, name: str, facts: Facts | None, status: ProofStatus, counted: int
) -> None:
    world = make_world(session, now=now)
    ticket = at_before(world)
    proof = comes(world, kind=ProofKind.DOCUMENT, file_name=name)
    arrives(world, proof, facts=facts)

    assert proof.status is status
    assert card_of(world, world.engineer, ticket).shots.before == counted
    said = [one for notice in (Notice.PROOF, Notice.PROOF_REFUSED) for one in told(session, world.engineer, notice)]
    assert len(said) == 1 - counted  # a shot is counted on the card; what is none is said in words


def test_video_is_kept_and_is_no_shot(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = at_before(world)
    proof = comes(world, kind=ProofKind.VIDEO)
    arrives(world, proof, facts=None)

    assert proof.status is ProofStatus.STORED
    assert card_of(world, world.engineer, ticket).shots.before == 0


def test_a_file_over_the_limit_is_kept_by_reference_and_said_so(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    at_before(world)
    declared = comes(world, kind=ProofKind.VIDEO, size=proofs.FETCH_LIMIT + 1)
    lied = comes(world, kind=ProofKind.VIDEO, size=None)
    assert [one.row_id for one in proofs.wanted(session, 7, 10, now=now)] == [lied.id]
    proofs.too_large(session, lied.id, now=now)
    proofs.too_large(session, lied.id, now=now)

    assert (declared.status, lied.status) == (ProofStatus.REFERENCE, ProofStatus.REFERENCE)
    assert len(told(session, world.engineer, Notice.PROOF)) == 2
    assert proofs.wanted(session, 7, 10, now=now) == ()


def test_a_download_is_tried_again_with_growing_pauses_for_a_day(
    session: Session, now: datetime, clock: HandClock
) -> None:
    world = make_world(session, now=now)
    at_before(world)
    proof = comes(world)
    pauses = []
    for _ in range(6):
        moment = proof.fetch_at
        assert moment is not None
        proofs.fetch_failed(session, proof.id, is_gone=False, now=moment)
        assert proof.fetch_at is not None
        pauses.append(int((proof.fetch_at - moment).total_seconds()))

    assert pauses == [2, 10, 60, 600, 600, 600]
    assert proofs.wanted(session, 7, 10, now=now) == ()
    assert proofs.wanted(session, 8, 10, now=now + timedelta(days=1)) == ()  # another bot's file
    proofs.fetch_failed(session, proof.id, is_gone=False, now=clock.move(days=1, seconds=1))
    assert (proof.status, proof.refusal) == (ProofStatus.REFUSED, Refusal.GONE)


def test_a_file_telegram_has_lost_is_asked_for_again(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    at_before(world)
    proof = comes(world)
    proofs.fetch_failed(session, proof.id, is_gone=True, now=now)
    arrives(world, proof)  # too late: it has been asked for

    assert (proof.status, proof.refusal) == (ProofStatus.REFUSED, Refusal.GONE)
