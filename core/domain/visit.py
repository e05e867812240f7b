"""A visit: one trip of one engineer, its steps and how it ended."""

from enum import StrEnum


class VisitStatus(StrEnum):
    PLANNED = "planned"
    CONFIRMED = "confirmed"  #: the crew said again that it is coming
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    LEFT = "left"
    DROPPED = "dropped"  #: never took place: cancelled, or given to somebody else


class VisitStep(StrEnum):
    """The one screen the engineer sees now; it follows from the rows, it is not stored."""

    GO = "go"
    ARRIVE = "arrive"
    START = "start"
    BEFORE = "before"
    AFTER = "after"
    REPORT = "report"
    DONE = "done"


class VisitOutcome(StrEnum):
    DONE = "done"
    INCOMPLETE = "incomplete"
    NO_ACCESS = "no_access"
    NEEDS_PARTS = "needs_parts"
    UNSAFE = "unsafe"


class PresenceKind(StrEnum):
    LOCATION = "location"  #: a place sent by the phone, inside the radius
    DECLARED = "declared"  #: the engineer's word only; the dispatcher is told


#: Agreed, and nobody is on the way yet.
AHEAD = frozenset({VisitStatus.PLANNED, VisitStatus.CONFIRMED})
LIVE = frozenset({VisitStatus.PLANNED, VisitStatus.CONFIRMED, VisitStatus.EN_ROUTE, VisitStatus.ON_SITE})


class Side(StrEnum):
    """Who moved a visit, who spoke."""

    CLIENT = "client"
    CREW = "crew"
    DESK = "desk"
