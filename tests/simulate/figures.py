"""What the month is judged by, read from the rows it left.

A request went through without a dispatcher when nobody of the desk acted on it and it was accepted by the client, or
stands reported and its client is one of those who never answer: acceptance by silence will end those by itself.
Approvals are the client's answer for which the desk taps, and what the desk says about faulty work comes after it, so
neither is a touch; they are counted beside. What became of trust and of the promises is in `fairness`.
"""

from collections import Counter
from collections.abc import Iterable
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.clock import ClockKind, ClockState
from core.domain.offer import OfferStatus
from core.domain.ticket import SETTLED, Priority, TicketEvent, TicketStatus
from core.services import clocks
from storage.models.clock import Clock
from storage.models.desk import Audit
from storage.models.offer import Offer, Wave, WaveCandidate
from storage.models.ticket import Ticket
from tests.simulate import fairness
from tests.simulate.month import Month, Told
from tests.simulate.people import Says

MANY = 3
#: What the desk does about a crew that does not come.
_CREW_FAILED = ("take back", "end unconfirmed", "no-show", "will come")


def of(month: Month, violations: list[str]) -> dict[str, Any]:
    with month.stage.reading() as session:
        found = _Rows(session, month)
        many = [one for one in month.told if one.reach >= MANY]
        reach = Counter(min(one.reach, MANY) for one in month.told)
        touches = sum(month.desk.touches[one.ticket_id] for one in many)
        quarrels = sum(month.desk.quarrels[one.ticket_id] for one in many)
        return {
            "requests": len(month.told),
            "reach": {"0": reach[0], "1": reach[1], "2": reach[2], "3+": reach[3]},
            "untouched_share": _share(found.went_through(one) for one in many),
            "touches_per_100": round(100 * touches / (len(many) or 1), 1),
            "median_minutes_to_yes": found.minutes_to_yes(),
            "reaction_kept": _share(found.reactions()),
            "violations": violations,
            "touches_with_quarrels_per_100": round(100 * (touches + quarrels) / (len(many) or 1), 1),
        }


def beside(month: Month) -> dict[str, Any]:
    """What explains the figures; not promised to anybody."""
    with month.stage.reading() as session:
        found = _Rows(session, month)
        many = [one for one in month.told if one.reach >= MANY]
        stuck = Counter(str(found.tickets[one.ticket_id].status) for one in many if not found.went_through(one))
        whole = sum(month.desk.touches.values())
        touched = [one for one in month.told if _touched(month, one)]
        return {
            "trace": month.stage.trace.hexdigest()[:16],
            "touches of all per 100": round(100 * whole / (len(month.told) or 1), 1),
            "acts": _acts(month, month.told),
            "acts, three and more": _acts(month, many),
            "three and more, touched, because": _counted(found.why(one) for one in many if _touched(month, one)),
            "three and more, by reach": _counted(min(one.reach, 10) for one in many),
            "approvals tapped": month.desk.approvals,
            "no-shows": found.no_shows(),
            **fairness.of(session, month, found.tickets),
            "warnings in the queue": month.desk.warnings,
            "three and more, not gone through, by status": dict(sorted(stuck.items())),
            "touched, by reach": _counted(min(one.reach, 10) for one in touched),
            "touched of three and more, by priority": _counted(
                str(found.tickets[one.ticket_id].priority) for one in touched if one.reach >= MANY
            ),
        }


def _acts(month: Month, told: list[Told]) -> dict[str, int]:
    ids, found = {one.ticket_id for one in told}, Counter[str]()
    for (ticket_id, name), times in month.desk.acts.items():
        if ticket_id in ids:
            found[name] += times
    return dict(sorted(found.items()))


def _counted(words: Iterable[Any]) -> dict[Any, int]:
    return dict(sorted(Counter(words).items()))


def _touched(month: Month, one: Told) -> bool:
    return bool(month.desk.touches[one.ticket_id])


class _Rows:
    def __init__(self, session: Session, month: Month) -> None:
        self.session = session
        self.month = month
        ids = [one.ticket_id for one in month.told]
        self.tickets = {row.id: row for row in session.scalars(select(Ticket).where(Ticket.id.in_(ids)))}

    def went_through(self, one: Told) -> bool:
        if _touched(self.month, one):
            return False
        status = self.tickets[one.ticket_id].status
        return status is TicketStatus.ACCEPTED or (status is TicketStatus.REPORTED and one.never_answers)

    def why(self, one: Told) -> str:
        """What became of those in reach who would have taken it, had they been asked and waited for."""
        name, people = one.number, self.month.people
        takers = [firm for firm in one.within if people.answer(firm, name).says is Says.YES]
        if any(
            kind in ("take back", "end unconfirmed", "no-show", "will come")
            for ticket, kind in self.month.desk.acts
            if ticket == one.ticket_id
        ):
            return "the crew failed"
        if not takers:
            return "nobody in reach takes it"
        said = self.session.execute(
            select(Offer.contractor_id, Offer.status, Offer.sent_at).where(Offer.ticket_id == one.ticket_id)
        ).all()
        offered = [row for row in said if row.contractor_id in takers]
        if any(
            row.status is OfferStatus.ACCEPTED and row.sent_at < self.month.desk.first_at[one.ticket_id]
            for row in offered
        ):
            return "he who took it backed out or came too late"
        if offered:
            return "who takes it was asked and had not answered yet"
        rows = (
            select(WaveCandidate.exclusion)
            .join(Wave, Wave.id == WaveCandidate.wave_id)
            .where(Wave.ticket_id == one.ticket_id, WaveCandidate.contractor_id.in_(takers))
        )
        return "not asked: " + ", ".join(sorted({str(why or "ranked later") for why in self.session.scalars(rows)}))

    def no_shows(self) -> int:
        """Declared by the machine."""
        rows = select(func.count()).where(Audit.entity == "ticket", Audit.event == TicketEvent.NO_SHOW)
        return self.session.scalar(rows.where(Audit.actor_id.is_(None))) or 0

    def minutes_to_yes(self) -> dict[str, float]:
        first = dict(
            self.session.execute(
                select(Audit.entity_id, func.min(Audit.at))
                .where(Audit.entity == "ticket", Audit.event == TicketEvent.ASSIGN, Audit.entity_id.in_(self.tickets))
                .group_by(Audit.entity_id)
            ).all()
        )
        waits: dict[Priority, list[float]] = {one: [] for one in Priority}
        for ticket_id, at in first.items():
            ticket = self.tickets[ticket_id]
            waits[ticket.priority].append((at - ticket.registered_at).total_seconds() / 60)
        return {str(one): round(median(found), 1) for one, found in waits.items() if found}

    def reactions(self) -> list[bool]:
        """Of every promise that no client called off: kept or not. What is cancelled the desk could find nobody for."""
        kept, off = [], SETTLED - {TicketStatus.ACCEPTED, TicketStatus.CANCELLED}
        for clock in self.session.scalars(select(Clock).where(Clock.kind == ClockKind.REACTION).order_by(Clock.id)):
            if clock.ticket_id in self.tickets and self.tickets[clock.ticket_id].status not in off:
                reading = clocks.reading(self.session, clock, now=self.month.stage.now)
                kept.append(clock.state is ClockState.MET and reading.elapsed <= reading.target)
        return kept


def _share(answers: Any) -> float:
    known = list(answers)
    return round(sum(known) / len(known), 4) if known else 1.0
