"""What is said about a ticket: between client and crew, before the yes, and on the phone."""

from enum import StrEnum


class TalkKind(StrEnum):
    MESSAGE = "message"
    QUESTION = "question"  #: of somebody invited, before his yes
    ANSWER = "answer"  #: goes to everybody invited


class CallOutcome(StrEnum):
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    LATER = "later"  #: will think, call again
    ACCEPTED = "accepted"
