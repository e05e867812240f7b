"""What people of the company say of time and trust: pauses, objections, disputes, appeals, days of the calendar."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from core.domain.calendar import DayKind
from core.domain.clock import StopReason
from core.domain.hold import DESK_REASONS
from core.services import appeals, calendar_days, holds, objections, quality_disputes
from core.services.hold_evidence import NONE
from core.services.objections import Verdict
from storage.models.contractor import Appeal, Block
from storage.models.quality import QualityDispute, QualityEvent
from storage.models.ticket import Ticket
from tests.clock import START
from tests.make.tickets import WHY
from tests.simulate.stage import Stage

NUMBERS, HOURS = st.integers(0, 99), st.integers(0, 90)
WORDS = "Было открыто"


class TrustRules:
    """A part of the company: `_row`, `_anybody` and the people are those of the machine."""

    stage: Stage
    desk: list[int]
    manager: int
    _row: Any
    _anybody: Any

    @rule(
        number=NUMBERS, who=NUMBERS, reason=st.sampled_from(DESK_REASONS), hours=st.integers(0, 90), told=st.booleans()
    )
    def waits(self, number: int, who: int, reason: StopReason, hours: int, told: bool) -> None:
        ticket = self._row(Ticket, number)
        until = self.stage.now + timedelta(hours=hours)
        if ticket is not None:
            given = (ticket.id, ticket.version, reason, until, WHY if told else NONE)
            self.stage.tap(self._anybody(who), holds.hold, *given)

    @rule(number=NUMBERS, who=NUMBERS)
    def goes_on(self, number: int, who: int) -> None:
        ticket = self._row(Ticket, number)
        if ticket is not None:
            self.stage.tap(self._anybody(who), holds.resume, ticket.id, ticket.version)

    @rule(number=NUMBERS, who=NUMBERS, pause=st.integers(1, 2), verdict=st.sampled_from([*Verdict, None]))
    def says_of_a_pause(self, number: int, who: int, pause: int, verdict: Verdict | None) -> None:
        """Objects, or decides about an objection."""
        ticket = self._row(Ticket, number)
        if ticket is not None and verdict is None:
            self.stage.tap(self._anybody(who), objections.object_, ticket.id, pause, WORDS)
        elif ticket is not None:
            self.stage.tap(self._anybody(who), objections.decide, ticket.id, pause, verdict, WORDS)

    @rule(number=NUMBERS, who=NUMBERS, is_right=st.sampled_from([True, False, None]))
    def says_of_an_event(self, number: int, who: int, is_right: bool | None) -> None:
        """Disputes one, or decides about a dispute."""
        event, given = self._row(QualityEvent, number), self._row(QualityDispute, number)
        if event is not None and is_right is None:
            self.stage.tap(self._anybody(who), quality_disputes.dispute, event.id, WORDS)
        elif given is not None:
            self.stage.tap(self._anybody(who), quality_disputes.decide, given.event_id, bool(is_right), WORDS)

    @rule(number=NUMBERS, who=NUMBERS, is_right=st.sampled_from([True, False, None]))
    def says_of_a_block(self, number: int, who: int, is_right: bool | None) -> None:
        """Appeals against it, or decides about an appeal."""
        block, given = self._row(Block, number), self._row(Appeal, number)
        if block is not None and is_right is None:
            self.stage.tap(self._anybody(who), appeals.give, block.id, WORDS)
        elif given is not None:
            self.stage.tap(self._anybody(who), appeals.decide, given.id, bool(is_right), WORDS)

    @rule(after=st.integers(0, 20), kind=st.sampled_from([*DayKind, None]))
    def says_of_a_day(self, after: int, kind: DayKind | None) -> None:
        self.stage.tap(self.manager, calendar_days.say, START.date() + timedelta(days=after), kind)
