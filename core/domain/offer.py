"""An offer: a ticket proposed to one contractor until a moment, and why a contractor is not asked."""

from enum import StrEnum


class OfferStatus(StrEnum):
    SENT = "sent"
    LAPSED = "lapsed"  #: the wait is over and the next is asked, but it can still be taken
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LOST = "lost"  #: another contractor took the ticket


#: Can still become a yes.
TAKEABLE = frozenset({OfferStatus.SENT, OfferStatus.LAPSED})


class DeclineReason(StrEnum):
    BUSY = "busy"
    FAR = "far"
    PRICE = "price"
    TIME = "time"
    NO_PARTS = "no_parts"
    NOT_MINE = "not_mine"


class Exclusion(StrEnum):
    """Why somebody with the skill in the searched area is not asked; in the order the rules are tried."""

    INACTIVE = "inactive"
    BLOCKED = "blocked"
    SKILL_UNCONFIRMED = "skill_unconfirmed"
    SKILL_EXPIRED = "skill_expired"
    TOO_FAR = "too_far"
    NIGHT = "night"
    REFUSED = "refused"
    ASKED = "asked"  #: has an offer for this version of the job already
    LIMIT = "limit"
    UNREACHABLE = "unreachable"
