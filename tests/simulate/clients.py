"""People of clients in the simulated month: yes with a mark, "wrong" about faulty work, or no answer at all."""

from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.ticket import TicketStatus
from core.services import acceptances
from storage.models.ticket import Ticket
from storage.models.visit import Visit
from tests.simulate.people import People
from tests.simulate.stage import Stage

WORDS = "Не работает, сделайте как следует"


class Clients:
    def __init__(self, stage: Stage, people: People) -> None:
        self.stage = stage
        self.people = people
        self._seen: set[tuple[int, int]] = set()

    def is_reported(self, ticket: Ticket) -> None:
        """Each report is looked at once; who never answers, never does."""
        if (ticket.id, ticket.version) in self._seen:
            return
        self._seen.add((ticket.id, ticket.version))
        delay = self.people.accepts_after(ticket.requester_id or 0, ticket.number)
        if delay is not None:
            self.stage.at(self.stage.now + delay, partial(self._answer, ticket))

    def _answer(self, ticket: Ticket) -> None:
        with self.stage.reading() as session:
            visit_id = last_visit(session, ticket.id).id
        firm, person_id = ticket.contractor_id or 0, ticket.requester_id or 0
        is_faulty = self.people.is_faulty(firm, visit_id)
        if not is_faulty and not self.people.grumbles(visit_id):
            self._accept(ticket, ticket.version)
        elif self.stage.tap(person_id, acceptances.wrong, ticket.id, WORDS):
            self.stage.note("faulty" if is_faulty else "grumbles", ticket.number, firm)
            if not is_faulty:
                self.stage.at(self.stage.now + self.people.gives_in_after(visit_id), partial(self._give_in, ticket.id))

    def _give_in(self, ticket_id: int) -> None:
        with self.stage.reading() as session:
            ticket = session.get_one(Ticket, ticket_id)
        if ticket.status is TicketStatus.DISPUTED:
            self._accept(ticket, ticket.version)

    def _accept(self, ticket: Ticket, version: int) -> None:
        person_id = ticket.requester_id or 0
        if self.stage.tap(person_id, acceptances.accept, ticket.id, version):
            mark = self.people.mark(person_id, ticket.contractor_id or 0, ticket.number)
            self.stage.tap(person_id, acceptances.give_mark, ticket.id, mark)


def last_visit(session: Session, ticket_id: int) -> Visit:
    """Where the work was done that is spoken of."""
    rows = select(Visit).where(Visit.ticket_id == ticket_id).order_by(Visit.number.desc()).limit(1)
    return session.scalars(rows).one()
