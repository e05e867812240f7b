"""What a contractor's person does: answers an offer, comes, works, reports; or backs out, or never comes."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.no_show import ETAS_MIN
from core.domain.offer import TAKEABLE
from core.domain.proof import ProofKind
from core.domain.ticket import Priority, TicketStatus
from core.domain.visit import AHEAD, VisitStatus
from core.services import availability, confirmations, moves, no_shows, offers, proofs, reports, visits
from storage.models.contractor import Contractor
from storage.models.directory import Service, Site
from storage.models.offer import Offer
from storage.models.ticket import Ticket
from storage.models.visit import Proof, Visit
from tests.simulate.people import Answer, Keeps, People, Says, awake
from tests.simulate.stage import Stage

#: He looks again whether he is free to go.
AGAIN = timedelta(minutes=20)
#: Whoever comes late answers "where are you?" in time.
ANSWERS_WITHIN = timedelta(minutes=12)
#: Who has somewhere to go is up so long before.
UP_BEFORE = timedelta(hours=3)
#: What a road takes, more or less.
ROAD = timedelta(minutes=35)
#: The shortest time from a new card to a tap, for somebody who has made up his mind already.
A_MOMENT = timedelta(seconds=10)


@dataclass
class Firm:
    """One person in Telegram, who cannot be at two sites at once."""

    person_id: int
    zone: str
    night_jobs: bool
    is_at_work: bool = False
    #: When each ticket was first offered to it.
    first_seen: dict[str, datetime] = field(default_factory=dict)


@dataclass
class Trip:
    """What is known of a visit without asking the product: until when he had agreed to come, and what he did when."""

    planned_at: datetime
    ends_at: datetime
    came_at: datetime | None = None
    reported_at: datetime | None = None


class Crews:
    def __init__(self, stage: Stage, people: People, firms: dict[int, Firm]) -> None:
        self.stage = stage
        self.people = people
        self.firms = firms
        self._asked: set[tuple[int, int]] = set()
        self._sought: set[tuple[int, datetime]] = set()
        #: Visits he has named another time for: he is "on the way", and where he was.
        self._promised: set[int] = set()
        #: When somebody who comes late will be there.
        self._late: dict[int, datetime] = {}
        self.trips: dict[int, Trip] = {}

    def is_offered(self, offer: Offer, ticket: Ticket) -> None:
        """The phone rings. What he will say was settled before: only the hour and the pay can change it."""
        firm, now = self.firms[offer.contractor_id], self.stage.now
        answer = self.people.answer(offer.contractor_id, ticket.number)
        is_known = ticket.number in firm.first_seen
        first = firm.first_seen.setdefault(ticket.number, now)
        if answer.says is Says.NOTHING:
            return
        at = awake(first + answer.delay, firm.zone, night_jobs=firm.night_jobs)
        if is_known and at <= now:  # he thinks anew about a new pay, and does not think about the old one
            at = now + A_MOMENT
        self.stage.at(at, partial(self._answer, offer.id, answer, _raise_pct(offer, ticket)))

    def is_planned(self, visit: Visit, ticket: Ticket, contractor_id: int) -> None:
        """He has said yes, the desk gave him the job by telephone, or his work must be done again."""
        self.trips[visit.id] = Trip(self.stage.now, visit.ends_at)
        keeps = self.people.keeps(contractor_id, ticket.number)
        left = max(visit.starts_at - self.stage.now, timedelta(0))
        part = self.people.part("visit", visit.id)
        refuses = ticket.status is TicketStatus.REWORK and self.people.refuses_rework(visit.id)
        if keeps is Keeps.BACKS_OUT or refuses:
            self.stage.at(self.stage.now + left * part, partial(self._back_out, visit.id, contractor_id))
        elif keeps is Keeps.COMES and self.people.puts_off_by(contractor_id, visit.id) is not None:
            self.stage.at(self.stage.now + left * part, partial(self._put_off, visit.id, contractor_id))
        elif keeps is Keeps.COMES:
            self._will_set_out(visit, contractor_id)

    def _will_set_out(self, visit: Visit, contractor_id: int) -> None:
        at = self._leaves_at(visit, contractor_id, self.people.part("visit", visit.id))
        self.stage.at(at, partial(self._set_out, visit.id, contractor_id))

    def _leaves_at(self, visit: Visit, contractor_id: int, part: float) -> datetime:
        late = self.people.late_by(contractor_id, visit.id)
        if late is None:
            return visit.starts_at + timedelta(minutes=round(part * 40) - 15)
        self._late[visit.id] = visit.ends_at + late
        return visit.ends_at + late - ROAD

    def is_asked(self, visit: Visit, ticket: Ticket, contractor_id: int) -> None:
        """ "Still going?": once for each time it is asked."""
        if (visit.id, visit.asked) in self._asked:
            return
        self._asked.add((visit.id, visit.asked))
        delay = self.people.confirms_after(visit.id, visit.asked)
        if self.people.keeps(contractor_id, ticket.number) is not Keeps.NEVER:
            firm, at = self.firms[contractor_id], self.stage.now + delay
            if visit.starts_at - at > UP_BEFORE:
                at = awake(at, firm.zone, night_jobs=firm.night_jobs)
            self.stage.at(at, partial(self._confirm, visit.id, firm.person_id))

    def is_sought(self, visit: Visit, ticket: Ticket, contractor_id: int) -> None:
        """ "Where are you?": whoever comes late says so; who never comes says nothing."""
        assert visit.where_asked_at is not None
        if (visit.id, visit.where_asked_at) in self._sought:
            return
        self._sought.add((visit.id, visit.where_asked_at))
        if self.people.keeps(contractor_id, ticket.number) is not Keeps.NEVER:
            part = self.people.part("where", visit.id, len(self._sought))
            event = partial(self._says_when, visit.id, contractor_id, part)
            self.stage.at(self.stage.now + part * ANSWERS_WITHIN, event)

    def _says_when(self, visit_id: int, contractor_id: int, part: float) -> None:
        was_ahead = self._is_ahead(visit_id)
        minutes = self._eta(visit_id, part)
        if self.stage.tap(self.firms[contractor_id].person_id, no_shows.eta, visit_id, minutes) and was_ahead:
            self._promised.add(visit_id)

    def _eta(self, visit_id: int, part: float) -> int:
        """Who knows when he comes says so; who is held up elsewhere says something."""
        if visit_id not in self._late:
            return ETAS_MIN[int(part * len(ETAS_MIN))]
        left = (self._late[visit_id] - self.stage.now).total_seconds() / 60
        return next((minutes for minutes in ETAS_MIN if minutes >= left), ETAS_MIN[-1])

    def _confirm(self, visit_id: int, person_id: int) -> None:
        if self._is_ahead(visit_id):
            self.stage.tap(person_id, confirmations.confirm, visit_id)

    def is_asked_whether_there(self, contractor_id: int) -> None:
        delay = self.people.still_there_after(contractor_id, self.stage.now)
        if delay is not None:
            person_id = self.firms[contractor_id].person_id
            event = partial(self.stage.tap, person_id, availability.still_there, contractor_id, True)
            self.stage.at(self.stage.now + delay, event)

    def _answer(self, offer_id: int, answer: Answer, raise_pct: float) -> None:
        with self.stage.reading() as session:
            offer = session.get_one(Offer, offer_id)
            ticket = session.get_one(Ticket, offer.ticket_id)
            start = self._start(session, offer, ticket)
        if offer.status not in TAKEABLE:
            return
        person_id = self.firms[offer.contractor_id].person_id
        if answer.says is Says.YES or (answer.content_with_pct is not None and raise_pct >= answer.content_with_pct):
            done = self.stage.tap(person_id, offers.accept, offer_id, start, None)
            self.stage.note("yes" if done else "no yes", ticket.number, offer.contractor_id)
        elif answer.reason is not None:
            self.stage.tap(person_id, offers.decline, offer_id, answer.reason)
            self.stage.note("no", ticket.number, offer.contractor_id, answer.reason)

    def _start(self, session: Session, offer: Offer, ticket: Ticket) -> datetime | None:
        """Now, or one of the times on the card."""
        site = session.get_one(Site, ticket.site_id)
        is_now = ticket.priority is Priority.EMERGENCY or self.people.comes_now(offer.contractor_id, ticket.number)
        proposed = offers.proposed_slots(session, ticket, now=self.stage.now)
        if not proposed or (is_now and offers.hours_of(site).is_open(self.stage.now)):
            return None
        part = self.people.part("slot", offer.contractor_id, ticket.number)
        return proposed[int(part * len(proposed))].start

    def _back_out(self, visit_id: int, contractor_id: int) -> None:
        if self._is_ahead(visit_id):
            done = self.stage.tap(self.firms[contractor_id].person_id, visits.give_up, visit_id)
            self.stage.note("backs out" if done else "may not back out", visit_id)

    def _put_off(self, visit_id: int, contractor_id: int) -> None:
        """By days, where the product lets him; then he comes when he said last."""
        if not self._is_ahead(visit_id):
            return
        person_id, days = self.firms[contractor_id].person_id, self.people.puts_off_by(contractor_id, visit_id) or 0
        found = self.stage.do(moves.options, self.stage.actor(person_id), visit_id, page=days)
        if found.slots:
            done = self.stage.tap(person_id, moves.move, visit_id, found.slots[0].start, was=found.starts_at)
            self.stage.note("puts off" if done else "may not put off", visit_id)
        with self.stage.reading() as session:
            self._will_set_out(session.get_one(Visit, visit_id), contractor_id)

    def _set_out(self, visit_id: int, contractor_id: int) -> None:
        firm = self.firms[contractor_id]
        is_promised = visit_id in self._promised and self._is_expected(visit_id)
        if not is_promised and not self._is_ahead(visit_id):
            return
        if firm.is_at_work:
            self.stage.at(self.stage.now + AGAIN, partial(self._set_out, visit_id, contractor_id))
            return
        if is_promised or self.stage.tap(firm.person_id, visits.go, visit_id):
            firm.is_at_work = True
            road = timedelta(minutes=10 + round(self.people.part("road", visit_id) * 50))
            self.stage.at(self.stage.now + road, partial(self._arrive, visit_id, contractor_id))

    def _arrive(self, visit_id: int, contractor_id: int) -> None:
        firm, now = self.firms[contractor_id], self.stage.now
        with self.stage.reading() as session:
            ticket = session.get_one(Ticket, session.get_one(Visit, visit_id).ticket_id)
            site, service = session.get_one(Site, ticket.site_id), session.get_one(Service, ticket.service_id)
        phone = {"accuracy_m": 10, "sent_at": now, "forwarded": False}
        here = self.stage.tap(firm.person_id, visits.arrive_by_location, visit_id, site.lat, site.lon, **phone)
        if not here:  # the job was taken away on the road
            firm.is_at_work = False
            return
        self.trips[visit_id].came_at = now
        self.stage.tap(firm.person_id, visits.begin_work, visit_id)
        shoot(self.stage, firm.person_id, service.shots_before)
        self.stage.tap(firm.person_id, visits.before_done, visit_id)
        work = timedelta(minutes=round(service.norm_minutes * (0.6 + self.people.part("work", visit_id))))
        self.stage.at(now + work, partial(self._finish, visit_id, contractor_id, service.shots_after))

    def _finish(self, visit_id: int, contractor_id: int, shots_after: int) -> None:
        firm = self.firms[contractor_id]
        firm.is_at_work = False
        shoot(self.stage, firm.person_id, shots_after)
        self.stage.tap(firm.person_id, visits.after_done, visit_id)
        delay = self.people.reports_after(contractor_id, visit_id)
        if delay is None:
            self._report(visit_id, firm.person_id)
        else:
            self.stage.at(self.stage.now + delay, partial(self._report, visit_id, firm.person_id))

    def _report(self, visit_id: int, person_id: int) -> None:
        done = self.stage.tap(person_id, reports.send, visit_id)
        if done:
            self.trips[visit_id].reported_at = self.stage.now
        self.stage.note("reports" if done else "cannot report", visit_id)

    def _is_ahead(self, visit_id: int) -> bool:
        with self.stage.reading() as session:
            return session.get_one(Visit, visit_id).status in AHEAD

    def _is_expected(self, visit_id: int) -> bool:
        with self.stage.reading() as session:
            return session.get_one(Visit, visit_id).status is VisitStatus.EN_ROUTE


def still_there(stage: Stage, known: dict[int, datetime]) -> list[int]:
    """Firms asked "still with us?" since the last look."""
    with stage.reading() as session:
        rows = session.execute(
            select(Contractor.id, Contractor.asked_still_there_at)
            .where(Contractor.asked_still_there_at.is_not(None))
            .order_by(Contractor.id)
        ).all()
    fresh = [contractor_id for contractor_id, at in rows if known.get(contractor_id) != at]
    known.update({contractor_id: at for contractor_id, at in rows if at is not None})
    return fresh


def _raise_pct(offer: Offer, ticket: Ticket) -> float:
    """How much more than at first, as the card shows it."""
    first = ticket.first_rate_kop * ticket.quantity_milli / 1000
    return round((offer.pay_kop / first - 1) * 100) if first else 0


def shoot(stage: Stage, person_id: int, pictures: int) -> None:
    """Photos from his phone, with their bytes already here."""
    for _ in range(pictures):
        number = stage.next_number()
        incoming = proofs.Incoming(
            kind=ProofKind.PHOTO,
            bot_id=1,
            chat_id=person_id,
            message_id=number,
            file_id=f"file{number}",
            file_unique_id=f"unique{number}",
            size=1000,
            file_name="",
            caption="",
            media_group_id=None,
            is_forwarded=False,
            sent_at=stage.now,
        )
        if not stage.tap(person_id, proofs.receive, incoming):
            continue
        with stage.reading() as session:
            proof_id = session.scalar(select(Proof.id).where(Proof.message_id == number))
        facts = proofs.Facts(100, 100, f"{number:016x}")
        stage.do(proofs.stored, proof_id, f"{number:064x}", 1000, facts)
