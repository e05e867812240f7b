"""What happened before the demonstration opens: the cast came in long ago, and its firms have a record.

Told by the use cases themselves, each at its own hour, so that everything that must hold holds; the letters of that
time count as read.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.sandbox.demo import roles
from bot.sandbox.demo.casting import Casting
from bot.sandbox.demo.shots import Album
from core.domain.actor import Actor, Grant
from core.domain.notice import Delivery
from core.domain.offer import DeclineReason
from core.domain.role import Role
from core.services import (
    acceptances,
    entrances,
    intakes,
    invites,
    limits,
    no_shows,
    offers,
    outbox,
    people,
    reports,
    skill_ends,
    tickets,
    visits,
)
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Visit

#: Jobs of the first firm, the oldest first: days ago, minutes behind the agreed window, the client's mark.
JOBS = (
    (46, 0, 5),
    (41, 25, 4),
    (37, 0, 5),
    (33, 0, 5),
    (29, 35, 4),
    (25, 40, 4),
    (22, 0, 5),
    (18, 0, 5),
    (14, 0, 5),
    (8, 20, 4),
    (3, 50, 3),
)
#: Of these the one that had to be done again.
REDONE = 25
#: When nobody of the second firm came, and how long ago everybody came in.
NO_SHOW_DAYS, ENTERED_DAYS = 20, 50
WORDS = ("Мигает свет у касс", "Не горит половина зала", "Погас свет на складе", "Искрит розетка у входа")
AT_ONCE = 200


@dataclass
class Past:
    """The cast of the demonstration in the days before it."""

    session: Session
    casting: Casting
    album: Album
    today: datetime
    people: dict[str, int] = field(default_factory=dict)
    taps: "count[int]" = field(default_factory=lambda: count(1))
    messages: "count[int]" = field(default_factory=lambda: count(10_000_001))

    def enter(self, who: str, account: int, name: str, *, phone: str = "", role: Role | None = None) -> None:
        """By the own contact, or by an invite where a role is given."""
        session, now = self.session, self.today - timedelta(days=ENTERED_DAYS)
        person = people.meet(session, account, name, "ru", now=now, source=self._source())
        self.people[who] = person.person_id or 0
        if role is not None:
            issued = invites.create(session, _shell(), Grant(role), f"past {who}", now=now)
            invites.accept(session, person, issued.token, now=now)
        else:
            shared = {"contact_user_id": account, "telegram_id": account, "forwarded": False}
            entrances.enter(session, person, phone, **shared, now=now)  # type: ignore[arg-type]
        entrances.join(session, self.actor(who, now), now=now)

    def actor(self, who: str, now: datetime) -> Actor:
        """This person at the next tap."""
        return people.actor_of(self.session, self.people[who], now=now, source=self._source())

    def live(self) -> None:
        """Everything of the record, in the order in which it happened."""
        service = self.session.scalars(select(Service.id).where(Service.name == self.casting.service)).one()
        happened = [(days, "job", late, mark) for days, late, mark in JOBS] + [(NO_SHOW_DAYS, "no_show", 0, 0)]
        for number, (days, what, late, mark) in enumerate(sorted(happened, reverse=True)):
            at = self._morning(days)
            words = WORDS[number % len(WORDS)]
            if what == "job":
                self._job(service, words, at, late=late, mark=mark, is_redone=days == REDONE)
            else:
                self._no_show(service, words, at)
        self._judge(self.today)
        while skill_ends.sweep(self.session, AT_ONCE, now=self.today):
            pass

    def _judge(self, now: datetime) -> None:
        while limits.sweep(self.session, AT_ONCE, now=now):
            pass

    def is_read(self, now: datetime) -> None:
        """All letters until then have come to the phones; their messages are not on the page."""
        while (batch := outbox.claim(self.session, AT_ONCE, now=now)) != outbox.Batch((), 0):
            for letter in batch.letters:
                number = next(self.messages) if letter.delivery is Delivery.NEW else None
                outbox.sent(self.session, letter, now=now, message_id=number)
            self.session.flush()

    def _job(self, service: int, words: str, at: datetime, *, late: int, mark: int, is_redone: bool) -> None:
        ticket = self._ask(service, words, at)
        self._take("engineer", ticket, at + timedelta(minutes=4))
        done = self._visit("engineer", ticket, late=late)
        if is_redone:
            self._wrong(ticket, done + timedelta(minutes=20))
            done = self._visit("engineer", ticket, late=0)
        now = done + timedelta(minutes=35)
        acceptances.accept(self.session, self.actor("shop", now), ticket.id, ticket.version, now=now)
        acceptances.give_mark(self.session, self.actor("shop", now), ticket.id, mark, now=now)

    def _no_show(self, service: int, words: str, at: datetime) -> None:
        """The first is busy, the second says yes and does not come; the shop helps itself then."""
        session, ticket = self.session, self._ask(service, words, at)
        now = at + timedelta(minutes=3)
        offers.decline(
            session, self.actor("engineer", now), self._offer("engineer", ticket), DeclineReason.BUSY, now=now
        )
        self._take("second", ticket, now)
        visit = self._last_visit(ticket)
        while visit.watch_at is not None:
            now = visit.watch_at
            no_shows.sweep(session, AT_ONCE, now=now)
            self.is_read(now)
            session.refresh(visit)
        now += timedelta(minutes=30)
        tickets.cancel(session, self.actor("shop", now), ticket.id, ticket.version, now=now)
        self._judge(now)

    def _ask(self, service: int, words: str, now: datetime) -> Ticket:
        session, token = self.session, self.casting.stage.qr_token
        intakes.scan(session, self.actor("shop", now), token, now=now)
        shop = self.actor("shop", now)
        intake_id = intakes.current_id(session, shop, now=now)
        assert intake_id is not None
        intakes.choose_service(session, shop, intake_id, service, now=now)
        intakes.say(session, self.actor("shop", now), words, now=now)
        ticket_id = tickets.register(session, self.actor("shop", now), intake_id, now=now)
        return session.get_one(Ticket, ticket_id)

    def _offer(self, who: str, ticket: Ticket) -> int:
        firm = self.casting.near[0 if who == "engineer" else 1].contractor_id
        query = select(Offer.id).where(Offer.ticket_id == ticket.id, Offer.contractor_id == firm)
        return self.session.scalars(query.order_by(Offer.id.desc()).limit(1)).one()

    def _take(self, who: str, ticket: Ticket, now: datetime) -> None:
        offers.accept(self.session, self.actor(who, now), self._offer(who, ticket), None, None, now=now)

    def _visit(self, who: str, ticket: Ticket, *, late: int) -> datetime:
        """From the way to the report, in time or so many minutes behind; returns when it was over."""
        session, visit = self.session, self._last_visit(ticket)
        now = visit.ends_at + timedelta(minutes=late) if late else visit.starts_at + timedelta(minutes=45)
        set_out = max(visit.starts_at, now - timedelta(minutes=40))
        visits.go(session, self.actor(who, set_out), visit.id, now=set_out)
        site = session.get_one(Site, ticket.site_id)
        place = {"accuracy_m": 12, "sent_at": now, "forwarded": False}
        visits.arrive_by_location(session, self.actor(who, now), visit.id, site.lat, site.lon, **place, now=now)  # type: ignore[arg-type]
        now += timedelta(minutes=5)
        visits.begin_work(session, self.actor(who, now), visit.id, now=now)
        self.album.shoot(session, self.actor(who, now), now=now)
        visits.before_done(session, self.actor(who, now), visit.id, now=now)
        now += timedelta(minutes=50)
        self.album.shoot(session, self.actor(who, now), now=now)
        visits.after_done(session, self.actor(who, now), visit.id, now=now)
        reports.send(session, self.actor(who, now), visit.id, now=now)
        return now

    def _wrong(self, ticket: Ticket, now: datetime) -> None:
        session = self.session
        acceptances.wrong(session, self.actor("shop", now), ticket.id, "Снова мигает", now=now)
        now += timedelta(minutes=15)
        acceptances.order_rework(session, self.actor("dispatcher", now), ticket.id, now=now)

    def _last_visit(self, ticket: Ticket) -> Visit:
        query = select(Visit).where(Visit.ticket_id == ticket.id).order_by(Visit.number.desc()).limit(1)
        return self.session.scalars(query).one()

    def _morning(self, days: int) -> datetime:
        return self.today - timedelta(days=days) + timedelta(hours=1)

    def _source(self) -> str:
        return f"past:{next(self.taps)}"


def _shell() -> Actor:
    return Actor(None, (Grant(Role.ADMIN),), source="demo")


def tell(session: Session, casting: Casting, media: Path, *, is_lived: bool, now: datetime) -> None:
    """Everybody of the cast is in; with `is_lived` the two firms of the stage have a record. `now` is the opening."""
    near, second = casting.near
    past = Past(session, casting, Album(media, Random(7)), now)
    past.enter("dispatcher", roles.DISPATCHER, roles.DISPATCHER_NAME, role=Role.DISPATCHER)
    past.enter("manager", roles.MANAGER, roles.MANAGER_NAME, role=Role.MANAGER)
    past.enter("engineer", roles.ENGINEER, near.contact, phone=near.phone)
    past.enter("second", roles.SECOND, second.contact, phone=second.phone)
    past.enter("shop", roles.SHOP, casting.stage.person, phone=casting.stage.phone)
    if is_lived:
        past.live()
    past.is_read(past.today)
