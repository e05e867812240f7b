"""A task of the desk: something a person must do now; it stands in the queue until it is ended."""

from collections.abc import Set
from enum import StrEnum

from core.domain.role import Role


class TaskKind(StrEnum):
    APPROVAL = "approval"  #: the client's chain says yes or no; until chains exist one tap of the desk
    DRAFT = "draft"  #: a stranger's request whose responsible person is not in Telegram
    UNSTAFFED = "unstaffed"
    NO_CREW = "no_crew"  #: given by hand to a firm that is not in Telegram yet: phone it, let it come in
    UNVERIFIED = "unverified"  #: on site by word only
    LEFT = "left"  #: the engineer could not finish
    DISPUTE = "dispute"
    REACTION = "reaction"  #: the clock burns and nobody has said yes
    DEADLINE = "deadline"  #: a promised time burns and a contractor has the job, or has had it
    COUNTER = "counter"  #: a contractor asks for another price
    UNCONFIRMED = "unconfirmed"  #: the visit is near and the crew does not answer
    NOT_COME = "not_come"  #: the agreed time is over, nobody is on site and nobody can be asked
    CREW_UNREACHABLE = "crew_unreachable"  #: whoever is to go cannot be written to any more
    TELL_CREW = "tell_crew"  #: a firm that is not in Telegram must hear that its job waits or is cancelled
    QUESTION = "question"  #: somebody invited asks before he says yes
    HELD = "held"  #: a hold longer than a working day was asked for by somebody who may not
    CERTIFICATE = "certificate"  #: a document of a skill waits for a checker
    EXPIRED_JOB = "expired_job"  #: the document of the crew's skill ends before the agreed visit
    NO_ACCEPTER = "no_accepter"  #: the work is done and nobody of the client can be asked
    SCORE_DISPUTE = "score_dispute"  #: a contractor does not agree with an event of his score
    BLOCK_ASKED = "block_asked"  #: a block waits for a second person
    APPEAL = "appeal"  #: of somebody blocked; another person decides
    BLOCKS_HELD = "blocks_held"  #: more automatic blocks in a day than are believed without a look
    OBJECTION = "objection"  #: the other side does not agree with a pause of the clocks
    UNDELIVERED = "undelivered"
    PARKED = "parked"  #: an update that could not be handled
    CLOCK_JUMP = "clock_jump"  #: the machine's time has jumped: is it right now?


#: Ended by a person's word; the others end by themselves when the ticket moves on, or it would be forgotten.
ENDED_BY_HAND = frozenset(
    {
        TaskKind.NO_CREW,
        TaskKind.UNCONFIRMED,
        TaskKind.CREW_UNREACHABLE,
        TaskKind.TELL_CREW,
        TaskKind.HELD,
        TaskKind.UNVERIFIED,
        TaskKind.LEFT,
        TaskKind.NO_ACCEPTER,
        TaskKind.BLOCKS_HELD,
        TaskKind.EXPIRED_JOB,
        TaskKind.UNDELIVERED,
        TaskKind.PARKED,
        TaskKind.DEADLINE,
        TaskKind.CLOCK_JUMP,
    }
)

#: Of these only by a manager or an administrator.
ENDED_BY_MANAGERS = frozenset({TaskKind.CLOCK_JUMP})


def ended_by(roles: Set[Role]) -> frozenset[TaskKind]:
    """What somebody of the desk with these roles may end by his word."""
    return ENDED_BY_HAND if roles & {Role.MANAGER, Role.ADMIN} else ENDED_BY_HAND - ENDED_BY_MANAGERS


#: Most urgent first.
ORDER = tuple(
    TaskKind(kind)
    for kind in (
        "unstaffed",
        "clock_jump",
        "reaction",
        "deadline",
        "counter",
        "not_come",
        "unconfirmed",
        "crew_unreachable",
        "dispute",
        "question",
        "held",
        "expired_job",
        "no_accepter",
        "blocks_held",
        "appeal",
        "block_asked",
        "no_crew",
        "tell_crew",
        "draft",
        "approval",
        "left",
        "unverified",
        "score_dispute",
        "objection",
        "certificate",
        "undelivered",
        "parked",
    )
)
