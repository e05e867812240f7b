"""What a trip in vain costs when a ticket is cancelled: whose fault it was decides who pays, and who is paid."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.domain.clock import Whose
from core.domain.ticket import TicketStatus
from core.domain.visit import AHEAD, VisitStatus

#: In the order in which they are offered.
FAULTS = (Whose.CLIENT, Whose.OURS, Whose.CONTRACTOR, Whose.NOBODY)
#: The crew has been there: only the payment for it is still open.
_WAS_THERE = frozenset({TicketStatus.REPORTED, TicketStatus.DISPUTED})
_UNDER_WAY = frozenset({VisitStatus.EN_ROUTE, VisitStatus.ON_SITE})


@dataclass(frozen=True, slots=True)
class Fee:
    """Kopecks without VAT."""

    client_kop: int
    contractor_kop: int


@dataclass(frozen=True, slots=True)
class CallOut:
    price_kop: int
    rate_kop: int


def is_in_vain(
    status: TicketStatus, visit: VisitStatus | None, starts_at: datetime | None, now: datetime, late: timedelta
) -> bool:
    """Somebody is under way, was there, or goes so soon that he cannot take other work."""
    if status in _WAS_THERE or visit in _UNDER_WAY:
        return True
    if visit not in AHEAD or starts_at is None or status is TicketStatus.ON_HOLD:
        return False
    return starts_at - now < late


def fee(fault: Whose, *, in_vain: bool, call_out: CallOut) -> Fee:
    """The client pays for his own fault alone; the crew is paid unless it is to blame, or nobody is."""
    if not in_vain or fault in (Whose.CONTRACTOR, Whose.NOBODY):
        return Fee(0, 0)
    return Fee(call_out.price_kop if fault is Whose.CLIENT else 0, call_out.rate_kop)
