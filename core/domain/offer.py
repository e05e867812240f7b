"""An offer: a ticket proposed to one contractor until a moment, and why a contractor is not asked."""

from enum import StrEnum


class OfferStatus(StrEnum):
    SENT = "sent"
    LAPSED = "lapsed"  #: the wait is over and the next is asked, but it can still be taken
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    COUNTERED = "countered"  #: answered with a price of his own; the desk decides until it expires
    LOST = "lost"  #: another contractor took the ticket


#: Can still become a yes.
TAKEABLE = frozenset({OfferStatus.SENT, OfferStatus.LAPSED})
#: Not over yet: also a price of his own that waits for the desk.
OPEN_STATES = TAKEABLE | {OfferStatus.COUNTERED}


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
    AWAY = "away"  #: availability switched off, or everybody of the firm on holiday that day
    BLOCKED = "blocked"
    LIMITED = "limited"  #: no emergencies for a time
    SKILL_UNCONFIRMED = "skill_unconfirmed"
    SKILL_EXPIRED = "skill_expired"
    UNDER_WATCH = "under_watch"  #: the document is good, the skill not learnt yet: only by hand
    TOO_FAR = "too_far"
    NIGHT = "night"
    REFUSED = "refused"
    ASKED = "asked"  #: has an offer for this version of the job already
    LIMIT = "limit"
    ON_SITE = "on_site"  #: everybody is at work on a site; only emergencies disturb
    UNREACHABLE = "unreachable"


class WaveReason(StrEnum):
    """Why people were asked just then."""

    FIRST = "first"
    SILENCE = "silence"  #: the wait for the earlier ones is over
    DECLINED = "declined"  #: nobody is waited for any more
    RAISED = "raised"
    WIDENED = "widened"
    MOVED = "moved"  #: another time
    AGAIN = "again"  #: the desk, or a contractor who dropped out, began the search anew


#: Which refusals a new version of the job answers: these people are asked first.
ANSWERED_BY: dict[WaveReason, frozenset[DeclineReason]] = {
    WaveReason.RAISED: frozenset({DeclineReason.PRICE}),
    WaveReason.MOVED: frozenset({DeclineReason.TIME, DeclineReason.BUSY}),
}
