"""Who is told what: one table from event to audience to kind of notice.

Events without a row here concern one person only (the answer to what that person did) and are addressed by the
use case itself.
"""

from enum import IntEnum, StrEnum


class Notice(StrEnum):
    # About a ticket, told by the table.
    REGISTERED = "registered"
    DRAFTED = "drafted"  #: a stranger asks; the responsible person confirms with one tap
    APPROVAL_ASKED = "approval-asked"
    APPROVAL_DECIDED = "approval-decided"
    OFFER_MADE = "offer-made"
    OFFER_TAKEN = "offer-taken"
    NOBODY = "nobody"
    ON_THE_WAY = "on-the-way"
    ARRIVED = "arrived"
    LEFT = "left"
    BACKED_OUT = "backed-out"  #: whoever was to come does not: another is looked for
    NO_SHOW = "no-show"  #: nobody came and nobody answered: another is looked for
    REDISPATCHED = "redispatched"  #: the crew may not go on: another is looked for
    CREW_CHANGED = "crew-changed"  #: another engineer of the same firm goes
    LATE = "late"  #: the crew comes later than agreed
    NOT_COME = "not-come"  #: nobody is on site and nobody can be asked: the desk phones
    REPORTED = "reported"
    ACCEPTED = "accepted"
    WRONG = "wrong"
    REWORK = "rework"
    CANCELLED = "cancelled"
    HELD = "held"
    RESUMED = "resumed"
    MOVED = "moved"  #: the visit has another time
    RECLASSIFIED = "reclassified"
    SLA = "sla"  #: a share of a promised time has burnt, or all of it
    SLA_MANY = "sla-many"  #: many of these at once, as after days of downtime: one message for all of them
    BREACH = "breach"  #: a promise was broken: the client hears of it where the contract says so
    CLOCK_JUMP = "clock-jump"  #: the machine's time is doubtful: what cannot be undone waits for a word
    DIGEST = "digest"  #: the morning of the desk
    PRIORITY = "priority"  #: more urgent, or less
    COUNTERED = "countered"  #: a contractor asks for another price
    COUNTER_DECIDED = "counter-decided"
    ASK_MOVE = "ask-move"  #: nobody can come in time: does another time suit the client?
    TIME_NAMED = "time-named"  #: the desk wrote a time down in the client's name
    UNCONFIRMED = "unconfirmed"
    MESSAGE = "message"  #: between client and crew
    QUESTION = "question"  #: of somebody invited, to the desk and the client
    ANSWERED = "answered"  #: to everybody invited
    STRIKE = "strike"  #: an event that speaks against a crew
    EXPIRED_JOB = "expired-job"  #: the document of the skill ends before the agreed visit
    UNDELIVERED = "undelivered"
    PARKED = "parked"
    # Answers to one person.
    QUALITY_EVENT = "quality-event"  #: an event of the ledger, after somebody disputed or decided it
    PAUSE = "pause"  #: a pause of the clocks, after somebody objected to it or decided
    PAUSE_OBJECTED = "pause-objected"  #: the crew that laid a pause hears who does not agree
    PAUSE_DECIDED = "pause-decided"  #: both sides hear what follows
    DISPUTE_DECIDED = "dispute-decided"  #: whether a disputed event counts
    CARD = "card"  #: the ticket's card, drawn anew because of what this person did
    HANDED_OVER = "handed-over"  #: a colleague of the desk gives a task on
    STILL_GOING = "still-going"  #: "still going?" before a visit
    WHERE_ARE_YOU = "where-are-you"  #: the agreed time is over and nobody is on site
    NAME_ANOTHER = "name-another"  #: the owner is asked who goes instead
    STILL_THERE = "still-there"  #: "still with us?" after offers nobody answered
    FREE = "free"  #: availability and holidays of a person and the firm
    ASK_PLACE = "ask-place"  #: "send where you are" with the key that does it
    INTAKE = "intake"  #: the request as told so far
    WELCOME = "welcome"
    MENU = "menu"
    TEAM_JOINED = "team-joined"
    ROLE_ENDED = "role-ended"
    PROOF = "proof"  #: how many shots there are, which one is missing
    PROOF_REFUSED = "proof-refused"
    SORT_PROOF = "sort-proof"  #: a picture came at an unexpected moment: what is it?
    PERSON = "person"
    INVITE = "invite"
    TEAM = "team"
    SITE = "site"
    CONTRACTOR = "contractor"
    IMPORT = "import"  #: what the workbook would change, or has changed
    BLOCK = "block"  #: a limit or a block has begun, was lifted, is over
    BLOCK_ASKED = "block-asked"  #: a block waits for a second person, or was refused
    NEAR_LIMIT = "near-limit"  #: half of what limits a firm
    APPEAL = "appeal"  #: to whoever said it and whoever decides
    APPEAL_LATE = "appeal-late"  #: nobody has answered in time
    PAPERS = "papers"  #: what the firm can do, and what proves it
    PAPER = "paper"  #: what has become of a document that was sent
    WHICH_PAPER = "which-paper"  #: for which skill is it?
    SKILL_ENDS = "skill-ends"  #: a document runs out, or has run out
    SKILL_LEARNT = "skill-learnt"
    COMMANDS = "commands"  #: the command list of a chat, not a message


class Audience(StrEnum):
    CREW = "crew"  #: engineer and owner of the contractor who has the ticket
    INVITED = "invited"  #: those with an offer that is still open
    LOSERS = "losers"  #: those whose offer is over: other firms, and colleagues of the one who goes
    DESK = "desk"
    MANAGER = "manager"
    CLIENT = "client"  #: requester and responsible person


class Delivery(StrEnum):
    NEW = "new"  #: N: a message that rings; the old card loses its buttons
    #: E: the card that exists is redrawn in silence; without a card nothing happens. Without a ticket it is a message
    #: that asked for a decision.
    EDIT = "edit"
    STRIP = "strip"  #: takes the buttons off an old message
    COMMANDS = "commands"


class Priority(IntEnum):
    """Between chats; inside one chat it is first in, first out."""

    ANSWER = 0
    OFFER = 1
    STATUS = 2
    DIGEST = 3


class InboxStatus(StrEnum):
    NEW = "new"
    DONE = "done"
    DEAD = "dead"


class OutboxStatus(StrEnum):
    NEW = "new"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


N, E = Delivery.NEW, Delivery.EDIT
A = Audience

#: A dispatcher has no card of a ticket: E for the desk is the queue, which is read when it is opened. T is a task,
#: written beside the notice. D, the morning digest, is read from the audit.
TOLD: dict[Notice, dict[Audience, Delivery]] = {
    Notice.REGISTERED: {A.CLIENT: N, A.DESK: E},
    Notice.DRAFTED: {A.CLIENT: N, A.DESK: E},
    Notice.APPROVAL_ASKED: {A.CLIENT: E, A.DESK: E},
    Notice.APPROVAL_DECIDED: {A.CLIENT: N, A.DESK: E},
    Notice.OFFER_MADE: {A.INVITED: N, A.DESK: E},
    Notice.OFFER_TAKEN: {A.CREW: N, A.LOSERS: E, A.CLIENT: N, A.DESK: E},
    Notice.NOBODY: {A.DESK: N},
    Notice.ON_THE_WAY: {A.CREW: E, A.CLIENT: N, A.DESK: E},
    Notice.ARRIVED: {A.CREW: E, A.CLIENT: E, A.DESK: E},
    Notice.LEFT: {A.CREW: E, A.CLIENT: E, A.DESK: E},
    Notice.BACKED_OUT: {A.CREW: E, A.CLIENT: N, A.DESK: E},
    Notice.NO_SHOW: {A.CREW: N, A.CLIENT: N, A.DESK: N},
    Notice.REDISPATCHED: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.CREW_CHANGED: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.LATE: {A.CREW: E, A.CLIENT: N, A.DESK: E},
    Notice.NOT_COME: {A.DESK: N},
    Notice.REPORTED: {A.CREW: E, A.CLIENT: N, A.DESK: E},
    Notice.ACCEPTED: {A.CREW: N, A.CLIENT: E, A.DESK: E},
    Notice.WRONG: {A.CREW: N, A.CLIENT: E, A.DESK: N},
    Notice.REWORK: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.CANCELLED: {A.CREW: N, A.INVITED: N, A.CLIENT: N, A.DESK: E},
    Notice.HELD: {A.CREW: N, A.INVITED: N, A.CLIENT: N, A.DESK: E},
    Notice.RESUMED: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.MOVED: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.RECLASSIFIED: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.PRIORITY: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.COUNTERED: {A.DESK: N, A.INVITED: E},
    Notice.COUNTER_DECIDED: {A.INVITED: N, A.DESK: E},
    Notice.ASK_MOVE: {A.CLIENT: N, A.DESK: E},
    Notice.TIME_NAMED: {A.CLIENT: N, A.DESK: E},
    Notice.UNCONFIRMED: {A.DESK: N},
    Notice.EXPIRED_JOB: {A.CREW: N, A.DESK: E},
    Notice.MESSAGE: {A.CREW: N, A.CLIENT: N, A.DESK: E},
    Notice.QUESTION: {A.CLIENT: N, A.DESK: N},
    Notice.ANSWERED: {A.INVITED: N, A.CLIENT: E, A.DESK: E},
    Notice.STRIKE: {A.CREW: N, A.MANAGER: N},
    Notice.BREACH: {A.CLIENT: N},
}

#: A burning clock, by level in percent: while a contractor has the job, and before one has said yes. The client hears
#: of its end only, by a notice of his own: BREACH, where the contract says so. What is T in the table is a task.
SLA_TOLD: dict[bool, dict[int, frozenset[Audience]]] = {
    True: {
        50: frozenset({A.CREW}),
        75: frozenset(),
        90: frozenset({A.MANAGER}),
        100: frozenset({A.CREW, A.DESK, A.MANAGER}),
    },
    False: {
        50: frozenset(),
        75: frozenset(),
        90: frozenset({A.DESK}),
        100: frozenset({A.DESK, A.MANAGER}),
    },
}
#: From this level on the task stands in the queue.
SLA_TASK_PCT = 75


def sla_told(was_pct: int, pct: int, *, has_contractor: bool) -> frozenset[Audience]:
    """Whom one message must reach when the clock has gone from one level to another, also over several at once."""
    levels = SLA_TOLD[has_contractor]
    return frozenset(who for level, people in levels.items() if was_pct < level <= pct for who in people)
