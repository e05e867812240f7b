"""What is said about a ticket: between client and crew, before the yes, and on the phone."""

from enum import StrEnum

from core.domain.ticket import TicketStatus


class TalkKind(StrEnum):
    MESSAGE = "message"
    QUESTION = "question"  #: of somebody invited, before his yes
    ANSWER = "answer"  #: goes to everybody invited


class Reach(StrEnum):
    """How far words have come on their way to one side."""

    DELIVERED = "delivered"
    COMING = "coming"
    MISSED = "missed"  #: Telegram did not take it, or nobody there can be written to now
    NOBODY = "nobody"  #: nobody of that side is in Telegram


class CallOutcome(StrEnum):
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    LATER = "later"  #: will think, call again
    ACCEPTED = "accepted"


#: Nobody hears of these sides: the desk must phone.
SILENT = frozenset({Reach.MISSED, Reach.NOBODY})

#: A contractor has the ticket, so client and crew have somebody to write to.
WRITABLE = frozenset(
    {
        TicketStatus.ASSIGNED,
        TicketStatus.IN_WORK,
        TicketStatus.REPORTED,
        TicketStatus.DISPUTED,
        TicketStatus.REWORK,
        TicketStatus.ON_HOLD,
    }
)
#: Nobody has it yet: questions of those invited wait for an answer.
ASKABLE = frozenset({TicketStatus.APPROVAL, TicketStatus.SEARCHING, TicketStatus.UNSTAFFED, TicketStatus.ON_HOLD})
