"""The life of a ticket: statuses, events and the one table that decides what is legal.

The same table draws the buttons, guards `core.services.lifecycle.advance` and prints the diagram
(`python -m core.domain.ticket`).
"""

from dataclasses import dataclass
from enum import StrEnum

from core.domain.errors import Changed, NotAllowed
from core.domain.role import DESK_ROLES, Role


class Priority(StrEnum):
    EMERGENCY = "emergency"
    NORMAL = "normal"
    PLANNED = "planned"


class Origin(StrEnum):
    BOT = "bot"
    IMPORT = "import"


class TicketStatus(StrEnum):
    DRAFT = "draft"  #: asked by somebody unknown; the responsible person has not confirmed it
    APPROVAL = "approval"
    SEARCHING = "searching"
    UNSTAFFED = "unstaffed"  #: nobody is left to ask; offers already out can still be taken
    ASSIGNED = "assigned"
    IN_WORK = "in_work"
    REPORTED = "reported"
    DISPUTED = "disputed"
    REWORK = "rework"
    ON_HOLD = "on_hold"  #: waits for a reason, until a moment; then it is what it was
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class TicketEvent(StrEnum):
    REGISTER = "register"
    DRAFT = "draft"
    IMPORT = "import"
    CONFIRM = "confirm"
    REFUSE = "refuse"
    APPROVE = "approve"
    REJECT = "reject"
    ASSIGN = "assign"
    EXHAUST = "exhaust"  #: everybody who may be asked has been asked
    SEARCH_AGAIN = "search_again"
    ARRIVE = "arrive"
    LEAVE = "leave"  #: the engineer could not finish; the same contractor comes again
    GIVE_UP = "give_up"  #: the contractor does not go on; somebody else is looked for
    NO_SHOW = "no_show"  #: nobody came and nobody answered
    REDISPATCH = "redispatch"  #: the contractor may not go on: blocked
    REPORT = "report"
    ACCEPT = "accept"
    WRONG = "wrong"
    REWORK = "rework"
    HOLD = "hold"
    RESUME = "resume"
    RECLASSIFY = "reclassify"  #: another kind of work, before it has begun
    CANCEL = "cancel"


S, E = TicketStatus, TicketEvent

FINAL = frozenset({S.REJECTED, S.CANCELLED, S.CLOSED})
#: Nobody has to do anything more with these (closing is the accountant's monthly act).
SETTLED = FINAL | {S.ACCEPTED}
OPEN = frozenset(S) - SETTLED
#: The client said yes to the work: it counts as experience.
DONE_WELL = (S.ACCEPTED, S.CLOSED)
#: What may wait for a reason. A draft is confirmed or refused first.
HOLDABLE = OPEN - {S.ON_HOLD, S.DRAFT}
#: What may still become more urgent, or less.
PRIORITISED = frozenset({S.APPROVAL, S.SEARCHING, S.UNSTAFFED, S.ASSIGNED, S.IN_WORK, S.ON_HOLD})

_DESK = DESK_ROLES
_CREW = frozenset({Role.ENGINEER, Role.OWNER})
_SYSTEM = frozenset({Role.SYSTEM})
_REQUESTER = frozenset({Role.REQUESTER})


@dataclass(frozen=True, slots=True)
class Rule:
    """Where the event leads; elsewhere if the client must approve first, or back to what a hold interrupted."""

    target: TicketStatus
    by: frozenset[Role]
    target_with_approval: TicketStatus | None = None
    back_to: frozenset[TicketStatus] = frozenset()
    #: What it may also stay, where it was just that.
    stays: TicketStatus | None = None

    @property
    def targets(self) -> frozenset[TicketStatus]:
        if self.back_to:
            return self.back_to
        return frozenset({self.target, self.target_with_approval or self.target, self.stays or self.target})


RULES: dict[tuple[TicketStatus | None, TicketEvent], Rule] = {
    (None, E.REGISTER): Rule(S.SEARCHING, _DESK | _REQUESTER | {Role.HEAD_OFFICE}, S.APPROVAL),
    (None, E.DRAFT): Rule(S.DRAFT, frozenset(Role)),
    (S.DRAFT, E.CONFIRM): Rule(S.SEARCHING, _DESK | _REQUESTER, S.APPROVAL),
    (S.DRAFT, E.REFUSE): Rule(S.CANCELLED, _DESK | _REQUESTER),
    (S.APPROVAL, E.APPROVE): Rule(S.SEARCHING, _DESK),
    (S.APPROVAL, E.REJECT): Rule(S.REJECTED, _DESK),
    (S.SEARCHING, E.ASSIGN): Rule(S.ASSIGNED, _CREW | _DESK),
    (S.UNSTAFFED, E.ASSIGN): Rule(S.ASSIGNED, _CREW | _DESK),
    (S.SEARCHING, E.EXHAUST): Rule(S.UNSTAFFED, _SYSTEM | _CREW),
    (S.UNSTAFFED, E.SEARCH_AGAIN): Rule(S.SEARCHING, _DESK | _REQUESTER | {Role.HEAD_OFFICE}),
    (S.ASSIGNED, E.ARRIVE): Rule(S.IN_WORK, _CREW),
    (S.REWORK, E.ARRIVE): Rule(S.IN_WORK, _CREW),
    (S.ASSIGNED, E.GIVE_UP): Rule(S.SEARCHING, _CREW | _DESK),
    (S.REWORK, E.GIVE_UP): Rule(S.SEARCHING, _CREW | _DESK),
    **{(status, E.NO_SHOW): Rule(S.SEARCHING, _SYSTEM | _DESK) for status in (S.ASSIGNED, S.REWORK)},
    **{(status, E.REDISPATCH): Rule(S.SEARCHING, _SYSTEM) for status in (S.ASSIGNED, S.REWORK)},
    (S.IN_WORK, E.REPORT): Rule(S.REPORTED, _CREW),
    (S.IN_WORK, E.LEAVE): Rule(S.ASSIGNED, _CREW),
    (S.IN_WORK, E.GIVE_UP): Rule(S.SEARCHING, _CREW | _DESK),
    (S.REPORTED, E.ACCEPT): Rule(S.ACCEPTED, _REQUESTER),
    (S.REPORTED, E.WRONG): Rule(S.DISPUTED, _REQUESTER),
    (S.DISPUTED, E.ACCEPT): Rule(S.ACCEPTED, _REQUESTER),
    (S.DISPUTED, E.REWORK): Rule(S.REWORK, _DESK),
    (S.SEARCHING, E.RECLASSIFY): Rule(S.SEARCHING, _DESK, S.APPROVAL),
    (S.UNSTAFFED, E.RECLASSIFY): Rule(S.SEARCHING, _DESK, S.APPROVAL),
    (S.APPROVAL, E.RECLASSIFY): Rule(S.SEARCHING, _DESK, S.APPROVAL),
    (S.ASSIGNED, E.RECLASSIFY): Rule(S.SEARCHING, _DESK, S.APPROVAL, stays=S.ASSIGNED),
    **{(status, E.HOLD): Rule(S.ON_HOLD, _DESK) for status in HOLDABLE},
    **{(status, E.HOLD): Rule(S.ON_HOLD, _DESK | _CREW) for status in (S.ASSIGNED, S.REWORK, S.IN_WORK)},
    (S.ON_HOLD, E.RESUME): Rule(S.SEARCHING, _DESK | _CREW | _SYSTEM, back_to=HOLDABLE),
    **{(status, E.CANCEL): Rule(S.CANCELLED, _DESK) for status in OPEN},
    **{
        (status, E.CANCEL): Rule(S.CANCELLED, _DESK | _REQUESTER)
        for status in (S.DRAFT, S.APPROVAL, S.SEARCHING, S.UNSTAFFED, S.ASSIGNED)
    },
}


def next_status(
    status: TicketStatus | None,
    event: TicketEvent,
    roles: frozenset[Role],
    *,
    needs_approval: bool = False,
    back_to: TicketStatus | None = None,
) -> TicketStatus:
    """Where the event leads. Raises Changed if the state does not know it, NotAllowed if the role may not.

    `back_to` is what a hold interrupted, for the event that ends it; or what the ticket is and stays.
    """
    rule = RULES.get((status, event))
    if rule is None:
        raise Changed
    if not roles & rule.by:
        raise NotAllowed
    if rule.back_to:
        if back_to not in rule.back_to:
            raise Changed
        return back_to
    if back_to is not None and back_to is rule.stays:
        return back_to
    if needs_approval and rule.target_with_approval is not None:
        return rule.target_with_approval
    return rule.target


def allowed(status: TicketStatus, roles: frozenset[Role]) -> frozenset[TicketEvent]:
    """What these roles may do with a ticket in this state: the buttons of its card."""
    return frozenset(event for (state, event), rule in RULES.items() if state is status and roles & rule.by)


def diagram() -> str:
    """The table as a mermaid state diagram."""
    lines = ["stateDiagram-v2"]
    for (state, event), rule in sorted(RULES.items(), key=lambda item: (str(item[0][0] or ""), item[0][1])):
        lines += [f"    {state or '[*]'} --> {target}: {event}" for target in sorted(rule.targets)]
    lines += [f"    {status} --> [*]" for status in sorted(FINAL)]
    return "\n".join(lines)


if __name__ == "__main__":
    print(diagram())
