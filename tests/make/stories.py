"""A database on which everything has happened at least once, so that every invariant has something to look at."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.certificate import Refusal
from core.domain.defaults import Defaults
from core.domain.notice import Delivery, Notice, OutboxStatus
from core.domain.offer import DeclineReason
from core.domain.proof import ProofKind
from core.domain.quality import QualityKind
from core.domain.role import Role
from core.domain.ticket import TicketStatus
from core.domain.visit import VisitStatus
from core.services import (
    acceptances,
    certificate_checks,
    counter_prices,
    digests,
    guard,
    inbox,
    invites,
    no_shows,
    numbers,
    offers,
    outbox,
    proofs,
    quality_disputes,
    reclassify,
    searches,
    silence,
    tasks,
    tickets,
    visits,
    warnings,
)
from storage.models.contractor import Contractor
from storage.models.directory import Skill, SlaTarget
from storage.models.offer import Offer
from storage.models.post import Outbox
from storage.models.quality import QualityEvent
from storage.models.ticket import Ticket
from tests.clock import HandClock
from tests.make import papers
from tests.make.blocks import limited_firm
from tests.make.directories import add_contractor
from tests.make.letters import delivered
from tests.make.people import add_person, again
from tests.make.talks import answer, ask, say
from tests.make.tickets import (
    SKILL,
    World,
    add_engineer,
    add_service,
    arrive,
    bring,
    draft,
    make_world,
    nobody_left,
    open_tasks,
    send,
    shoot,
    take,
    tap,
    visit_of,
    wait,
)

BOT = 1
_STATUSES = (
    TicketStatus.ASSIGNED,
    TicketStatus.ASSIGNED,
    TicketStatus.REPORTED,
    TicketStatus.DISPUTED,
    TicketStatus.REWORK,
)
_numbers = count(1)


def full_story(session: Session, clock: HandClock) -> World:
    """Tickets in every state, an album, an invite taken, letters sent, failed and waiting, updates done and parked."""
    now = clock.now()
    world = make_world(session, now=now)
    world.contractor.engineers = 5
    # Somebody of the firm is always free: nobody at work on a site is sent an offer.
    add_person(session, Grant(Role.ENGINEER, contractor_id=world.contractor.id), now=now)
    accepted = bring(world, TicketStatus.ACCEPTED)
    acceptances.give_mark(session, tap(world.requester), accepted.id, 5, now=now)
    for status in _STATUSES:
        bring(world, status)
    _declined(world)
    _countered(world)
    _left(world)
    _cancelled(world)
    _cancelled_late(world)
    _held(world)
    _reclassified(world)
    _no_show(world)
    draft(world)
    _album(world)
    _invite(world)
    _disputed(world)
    _updates(session, now=now)
    deliver(session, now=now)
    _talk(world, nobody_left(world, clock))
    _ignored(session, now=clock.now())
    _papers(world)
    _broken_promises(world, clock)
    limited_firm(world, clock)
    return world


def _no_show(world: World) -> None:
    """Asked where he is, and silent: of all visits only this one has run out of time."""
    visit = take(world, send(world))
    world.session.info[numbers.KEY] = Defaults(where_answer_minutes=0)
    for _ in range(2):
        visit.watch_at = world.now
        world.session.flush()
        assert no_shows.sweep(world.session, 50, now=world.now) == 1
        delivered(world.session, Notice.WHERE_ARE_YOU, now=world.now)
    del world.session.info[numbers.KEY]
    assert visit.status is VisitStatus.DROPPED


def deliver(session: Session, *, now: datetime, refuse: int | None = None) -> None:
    """What waits is sent; the letter `refuse` is refused by Telegram for good."""
    messages = count(1000)
    while letters := outbox.claim(session, 100, now=now).letters:
        session.flush()
        for letter in letters:
            if letter.id == refuse:
                outbox.failed(session, letter, "Bad Request", now=now)
                continue
            number = next(messages) if letter.delivery is Delivery.NEW else None
            outbox.sent(session, letter, now=now, message_id=number)
        session.flush()


def receive(session: Session, update_id: int, *, now: datetime, chat: int = 77, **message: Any) -> inbox.Claim:
    """An update of a private chat, claimed by a worker."""
    body = {"message_id": update_id, "chat": {"id": chat, "type": "private"}, "from": {"id": chat}, **message}
    inbox.store(session, BOT, [{"update_id": update_id, "message": body}], now=now)
    (claim,) = inbox.claim(session, BOT, 1, now=now)
    session.flush()
    return claim


def _ignored(session: Session, *, now: datetime) -> None:
    """One offer without an answer is enough for this operator to ask."""
    session.info[numbers.KEY] = Defaults(ignored_offers=1, ignored_days=0)
    assert silence.ask(session, 50, now=now) == 1
    del session.info[numbers.KEY]


def _broken_promises(world: World, clock: HandClock) -> None:
    """Two who said they would come now and did not: one comes a day late, one is still waited for."""
    session = world.session
    minutes = {"reaction_min": 480, "arrival_min": 60, "resolution_min": 120}
    session.add(SlaTarget(plan="Базовый", priority="normal", calendar="24x7", **minutes))
    session.flush()
    world.now = clock.now()
    tickets_ = [send(world) for _ in range(2)]
    for ticket in tickets_:
        take(world, ticket)
    world.now = clock.at = (world.now + timedelta(days=1)).replace(hour=9, minute=0)
    while warnings.sweep(session, 50, now=world.now):
        pass
    arrive(world, tickets_[0])
    guard.alive(session, 1, now=world.now)
    assert digests.sweep(session, 50, now=world.now) == 1
    later = send(world)
    start, who = world.now + timedelta(days=1), tap(world.dispatcher)
    searches.move(session, who, later.id, later.version, start, "Звонила Ирина", now=world.now)


def _papers(world: World) -> None:
    """A skill is learnt by three jobs under watch, another firm is under watch, a document waits, one was refused."""
    owner, row = papers.learner(world)
    for _ in range(Defaults().watched_jobs):
        papers.done(world, owner, row)
    # The other stories go on with the first firm.
    world.session.get_one(Contractor, row.contractor_id).is_active = False
    papers.learner(world)
    mine = papers.skill_row(world).id
    refused = papers.waiting(world, mine)
    certificate_checks.refuse(world.session, tap(world.dispatcher), refused.id, Refusal.UNREADABLE, now=world.now)
    papers.waiting(world, mine)


def _reclassified(world: World) -> None:
    """The crew keeps the job with another work, and is free of it with one it cannot do."""
    session, ticket = world.session, bring(world, TicketStatus.ASSIGNED)
    session.add(Skill(name="Холод"))
    session.flush()
    for name, skill in (("Замена щита", SKILL), ("Ремонт витрины", "Холод")):
        service = add_service(session, name, skill=skill, client_price_kop=500_000)
        desk = tap(world.dispatcher)
        reclassify.apply(session, desk, ticket.id, ticket.version, service.id, now=world.now)


def _disputed(world: World) -> None:
    """The crew does not agree with a job handed back, and is right; nor with faulty work, which nobody decides yet."""
    session, now = world.session, world.now
    for kind in (QualityKind.BACK_OUT, QualityKind.REWORK):
        event = session.scalars(select(QualityEvent.id).where(QualityEvent.kind == kind).limit(1)).one()
        quality_disputes.dispute(session, tap(world.engineer), event, "Это не так", now=now)
        if kind is QualityKind.BACK_OUT:
            quality_disputes.decide(session, tap(world.dispatcher), event, True, "", now=now)


def _declined(world: World) -> None:
    """The first says no, the second yes."""
    session, now = world.session, world.now
    second = add_contractor(session, skills=[SKILL], lat=55.9)
    other = add_engineer(session, second, now=now)
    ticket = send(world)
    first = session.scalars(select(Offer.id).where(Offer.ticket_id == ticket.id)).one()
    offers.decline(session, tap(world.engineer), first, DeclineReason.FAR, now=now)
    take(world, ticket, other)
    second.is_active = False
    session.flush()


def _countered(world: World) -> None:
    """One price is agreed to, one refused and the job taken at the first price, one waits for the desk."""
    session, now = world.session, world.now
    for agreed in (True, False):
        ticket = send(world)
        offer = _names_a_price(world, ticket)
        counter_prices.decide(session, tap(world.dispatcher), offer, agreed, now=now)
        if not agreed:
            take(world, ticket)
        tickets.cancel(session, tap(world.dispatcher), ticket.id, ticket.version, now=now)
    _names_a_price(world, send(world))


def _names_a_price(world: World, ticket: Ticket) -> int:
    offer = world.session.scalars(select(Offer.id).where(Offer.ticket_id == ticket.id)).one()
    counter_prices.name_price(world.session, tap(world.engineer), offer, 300_000, now=world.now)
    return offer


def _left(world: World) -> None:
    session, now = world.session, world.now
    ticket = bring(world, TicketStatus.ASSIGNED)
    arrive(world, ticket)
    visits.give_up(session, tap(world.engineer), visit_of(world, ticket).id, now=now)
    for task in open_tasks(session, ticket):
        tasks.take(session, tap(world.dispatcher), task.id, now=now)


def _cancelled(world: World) -> None:
    ticket = send(world)
    tickets.cancel(world.session, tap(world.requester), ticket.id, ticket.version, now=world.now)


def _cancelled_late(world: World) -> None:
    """The crew is to go within the hour, and the shop changes its mind."""
    ticket = bring(world, TicketStatus.ASSIGNED)
    tickets.cancel(world.session, tap(world.requester), ticket.id, ticket.version, now=world.now)


def _held(world: World) -> None:
    """One waits, one was cancelled while it waited."""
    wait(world, send(world))
    ticket = send(world)
    wait(world, ticket)
    tickets.cancel(world.session, tap(world.dispatcher), ticket.id, ticket.version, now=world.now)


def _talk(world: World, on_offer: Ticket) -> None:
    """Both sides and the desk write; a question before the yes is answered, another is not yet."""
    of_crew = Ticket.status == TicketStatus.ASSIGNED, Ticket.contractor_id == world.contractor.id
    ticket = world.session.scalars(select(Ticket).where(*of_crew).order_by(Ticket.id).limit(1)).one()
    for actor in (world.requester, world.engineer, world.dispatcher):
        say(world, actor, ticket)
    answer(world, world.dispatcher, ask(world, on_offer))
    ask(world, on_offer)


def _album(world: World) -> Ticket:
    """Two pictures in one album of the visit that is under way."""
    session, now = world.session, world.now
    ticket = bring(world, TicketStatus.IN_WORK)
    visits.begin_work(session, tap(world.engineer), visit_of(world, ticket).id, now=now)
    shoot(world)
    for number in (900_001, 900_002):
        claim = receive(session, number, now=now, media_group_id="album")
        inbox.done(session, claim, now=now)
        proofs.receive(session, tap(world.engineer), _picture(number, now), now=now)
    return ticket


def _picture(number: int, now: datetime) -> proofs.Incoming:
    return proofs.Incoming(
        kind=ProofKind.PHOTO,
        bot_id=BOT,
        chat_id=77,
        message_id=number,
        file_id=f"album{number}",
        file_unique_id=f"album{number}",
        size=1000,
        file_name="",
        caption="",
        media_group_id="album",
        is_forwarded=False,
        sent_at=now,
    )


def _invite(world: World) -> Actor:
    session, now = world.session, world.now
    grant = Grant(Role.ENGINEER, contractor_id=world.contractor.id)
    issued = invites.create(session, tap(world.dispatcher), grant, "secret", now=now)
    newcomer = add_person(session, now=now)
    invites.accept(session, newcomer, issued.token, now=now)
    claim = receive(session, 900_010, now=now, text=f"/start {invites.PAYLOAD}{issued.token}")
    inbox.done(session, claim, now=now)
    return again(session, newcomer, now=now)


def _updates(session: Session, *, now: datetime) -> None:
    """One handled, one parked, and a letter that Telegram refused."""
    inbox.done(session, receive(session, 900_020, now=now, text="привет"), now=now)
    inbox.failed(session, receive(session, 900_021, now=now), "KeyError: 'x'", now=now, hopeless=True)
    person = add_person(session, now=now)
    deliver(session, now=now)
    letter = Outbox(
        dedupe_key=f"story:{next(_numbers)}",
        delivery=Delivery.NEW,
        notice=Notice.MENU,
        person_id=person.person_id,
        chat_id=5,
        data={},
        priority=0,
        created_at=now,
        not_before=now,
        status=OutboxStatus.NEW,
    )
    session.add(letter)
    session.flush()
    deliver(session, now=now, refuse=letter.id)
