"""Why these, why not those: every wave as it was stored, whatever became of radius, skill and score since."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain import wave
from core.domain.errors import NotFound
from core.domain.offer import DeclineReason, Exclusion, OfferStatus, WaveReason
from core.services import explanations, history, offers, score, searches, waves
from storage.models.contractor import Contractor, ContractorSkill
from storage.models.offer import Offer
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.tickets import SKILL, add_engineer, make_world, send, tap


def test_a_wave_tells_whom_it_asked_and_why_not_the_others(session: Session, now: datetime, clock: HandClock) -> None:
    world = make_world(session, now=now)
    second = add_contractor(session, skills=[SKILL], lat=55.85)
    add_engineer(session, second, now=now)
    far = add_contractor(session, skills=[SKILL], lat=56.10, radius_km=10)
    add_engineer(session, far, now=now)
    ticket = send(world)
    assert ticket.search_due_at is not None
    world.now = clock.at = ticket.search_due_at
    waves.sweep(session, 50, now=world.now)

    first = explanations.wave(session, tap(world.dispatcher), ticket.id, 1, now=world.now)
    assert (first.number, first.waves, first.reason, first.size) == (1, 2, WaveReason.FIRST, 1)
    assert (first.used_pct, first.pay_kop, first.ranked, first.total) == (0, 260_000, 2, 3)
    told = [(line.contractor, line.rank, line.exclusion, line.status) for line in first.lines]
    assert told == [
        (world.contractor.name, 1, None, OfferStatus.LAPSED),
        (second.name, 2, None, None),
        (far.name, None, Exclusion.TOO_FAR, None),
    ]
    assert (first.lines[2].radius_km, first.lines[2].distance_m > 30_000) == (10, True)
    later = explanations.wave(session, tap(world.dispatcher), ticket.id, 2, now=world.now)
    assert (later.reason, later.used_pct > 0) == (WaveReason.SILENCE, True)
    told = [(line.contractor, line.rank, line.exclusion, line.status) for line in later.lines]
    assert told[0] == (second.name, 1, None, OfferStatus.SENT)
    assert (world.contractor.name, None, Exclusion.ASKED, None) in told
    assert history.why(session, tap(world.dispatcher), ticket.id, now=world.now).waves == 2


def test_a_wave_has_pages(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    for number in range(10):
        add_contractor(session, skills=[SKILL], lat=55.80 + number / 1000)
    ticket = send(world)
    page = explanations.wave(session, tap(world.dispatcher), ticket.id, 1, now=now, offset=8, limit=8)
    assert (page.total, len(page.lines)) == (11, 3)
    assert {line.exclusion for line in page.lines} == {Exclusion.UNREACHABLE}
    distances = [line.distance_m for line in page.lines]
    assert distances == sorted(distances)


def test_explanations_stay_as_they_were_after_radius_and_skills_have_changed(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    far = add_contractor(session, skills=[SKILL], lat=56.10, radius_km=10)
    ticket = send(world)

    def told() -> tuple[object, ...]:
        return (
            explanations.wave(session, tap(world.dispatcher), ticket.id, 1, now=now),
            history.why(session, tap(world.dispatcher), ticket.id, now=now),
            history.why(session, tap(world.engineer), ticket.id, now=now),
        )

    before = told()
    for firm in session.scalars(select(Contractor)):
        firm.radius_km, firm.night_jobs = 500, True
        score.keep(session, firm, 5)
    for skill in session.scalars(select(ContractorSkill)):
        skill.is_confirmed, skill.valid_until = False, (now - timedelta(days=30)).date()
    far.lat = 55.75
    session.flush()

    assert told() == before


def test_who_refused_for_the_price_reads_that_we_came_back_for_it(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    offer = session.scalars(select(Offer)).one()
    ticket.raises = wave.RAISES  # policy has done what it may
    offers.decline(session, tap(world.engineer), offer.id, DeclineReason.PRICE, now=now)
    searches.raise_pay(session, tap(world.dispatcher), ticket.id, ticket.version, 10, now=now)
    place = history.why(session, tap(world.engineer), ticket.id, now=now).place

    assert place is not None
    assert (place.is_answered, place.reason, place.pay_kop) == (True, WaveReason.RAISED, 286_000)


def test_only_the_desk_looks_into_a_wave(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    ticket = send(world)
    for actor in (world.engineer, world.requester):
        with pytest.raises(NotFound):
            explanations.wave(session, tap(actor), ticket.id, 1, now=now)
    for number in (0, 2, 10**6):
        with pytest.raises(NotFound):
            explanations.wave(session, tap(world.dispatcher), ticket.id, number, now=now)
