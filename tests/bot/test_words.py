"""Every state, rule, reason and event that may be shown has its words, and every ringing notice says what happened."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.replies import REPLIES
from bot.screens import notices
from bot.texts import load
from core.domain.missed import Miss
from core.domain.notice import TOLD, Audience, Delivery, Notice
from core.domain.offer import ANSWERED_BY, DeclineReason, Exclusion, OfferStatus, WaveReason
from core.domain.role import Role
from core.domain.task import ORDER, TaskKind
from core.domain.ticket import RULES, Priority, TicketEvent, TicketStatus, allowed
from core.domain.visit import PresenceKind, VisitOutcome
from core.services.card_views import Base, ClientCard, DeskCard
from core.services.history import OF_VISITS

NOW = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)
ROLES = {Audience.CLIENT: frozenset({Role.REQUESTER}), Audience.DESK: frozenset({Role.DISPATCHER})}
#: Where the ticket stands when the notice comes.
STANDS = {
    Notice.DRAFTED: TicketStatus.DRAFT,
    Notice.NOBODY: TicketStatus.UNSTAFFED,
    Notice.REPORTED: TicketStatus.REPORTED,
    Notice.WRONG: TicketStatus.DISPUTED,
    Notice.REWORK: TicketStatus.REWORK,
    Notice.CANCELLED: TicketStatus.CANCELLED,
}


def card(status: TicketStatus, audience: Audience) -> ClientCard | DeskCard:
    base = Base(
        ticket_id=1,
        number="З-000001",
        version=1,
        status=status,
        priority=Priority.NORMAL,
        service="Замена светильника",
        site="Магазин",
        site_code="О-00001",
        address="Москва",
        lat=55.7,
        lon=37.6,
        zone="Europe/Moscow",
        text="",
        media=0,
        registered_at=NOW,
        read_at=NOW,
    )
    common: dict[str, Any] = {"base": base, "buttons": allowed(status, ROLES[audience])}
    common |= dict.fromkeys(("engineer", "note"), "") | dict.fromkeys(("starts_at", "ends_at", "mark"))
    if audience is Audience.CLIENT:
        return ClientCard(**common, lines=(), price_kop=None, is_accepter=False)
    people = dict.fromkeys(("client", "requester", "contact", "phone", "contractor", "contractor_phone"), "")
    return DeskCard(
        **common,
        **people,
        price_kop=0,
        rate_kop=0,
        offers_open=0,
        lines=(),
        tasks=(),
        refusals=None,
        search=None,
        counters=(),
    )


RINGS = [
    (notice, audience)
    for notice, told in TOLD.items()
    for audience, delivery in told.items()
    if delivery is Delivery.NEW and audience in ROLES and notice not in REPLIES
]


@pytest.mark.parametrize(("notice", "audience"), RINGS)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_what_rings_says_what_has_happened(notice: Notice, audience: Audience, language: str) -> None:
    shown = card(STANDS.get(notice, TicketStatus.SEARCHING), audience)
    for approved in (True, False):
        data = {"approved": approved, "clock": "arrival", "at": "2026-03-16T09:00:00+00:00"}
        assert notices.headline(notice, shown, data, load(language))


def test_a_card_that_was_asked_for_has_no_headline() -> None:
    for audience in ROLES:
        assert notices.headline(Notice.CARD, card(TicketStatus.SEARCHING, audience), {}, load("ru")) == ""


def test_the_one_who_confirms_is_asked_and_the_stranger_is_calmed() -> None:
    responsible = card(TicketStatus.DRAFT, Audience.CLIENT)
    texts = load("ru")
    assert "Подтвердите" in notices.headline(Notice.DRAFTED, responsible, {}, texts)
    stranger = ClientCard(
        **{f: getattr(responsible, f) for f in ClientCard.__slots__ if f != "buttons"}, buttons=frozenset()
    )
    assert "Записали" in notices.headline(Notice.DRAFTED, stranger, {}, texts)


OF_OFFERS = ("send", "lapse", "decline", "counter", "refuse", "expire", "withdraw")


def keys() -> Iterable[str]:
    yield from (f"tickets-status-{status}" for status in TicketStatus)
    yield from (f"tickets-exclusion-{rule}" for rule in Exclusion)
    yield from (f"tickets-reason-{reason}" for reason in DeclineReason)
    yield from (f"tasks-kind-{kind}" for kind in TaskKind)
    yield from (f"history-ticket-{event}" for event in TicketEvent)
    yield from (f"history-offer-{event}" for event in OF_OFFERS)
    yield from (f"wave-reason-{reason}" for reason in WaveReason)
    yield from (f"history-came-back-{reason}" for reason in ANSWERED_BY)
    yield from (f"missed-{what}-{why}" for what in ("why", "do") for why in (*Exclusion, *Miss))
    yield from (f"history-offer-status-{status}" for status in OfferStatus)
    yield from (f"history-visit-{event}" for event in OF_VISITS)
    yield from (f"history-role-{role}" for role in Role)
    yield from (f"history-presence-{kind}" for kind in PresenceKind)
    yield from (f"history-outcome-{outcome}" for outcome in VisitOutcome if outcome is not VisitOutcome.DONE)
    yield from (f"history-outcome-{outcome}" for outcome in ("gave_up", "taken_back"))
    # That nobody came is said from the task, which asks for it in words of its own.
    person_does = ({event for _, event in RULES} - {TicketEvent.NO_SHOW}) & {
        event
        for role in (Role.REQUESTER, Role.DISPATCHER)
        for status in TicketStatus
        for event in allowed(status, frozenset({role}))
    }
    yield from (f"tickets-do-{event}" for event in person_does)


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_word_of_the_domain_can_be_shown(language: str) -> None:
    texts = load(language)
    assert [key for key in keys() if not texts.has(key)] == []


def test_the_queue_knows_every_kind_of_task() -> None:
    assert set(ORDER) == set(TaskKind)
