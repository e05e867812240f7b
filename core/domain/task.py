"""A task of the desk: something a person must do now; it stands in the queue until it is ended."""

from enum import StrEnum


class TaskKind(StrEnum):
    APPROVAL = "approval"  #: the client's chain says yes or no; until chains exist one tap of the desk
    DRAFT = "draft"  #: a stranger's request whose responsible person is not in Telegram
    UNSTAFFED = "unstaffed"
    NO_CREW = "no_crew"  #: given by hand to a firm that is not in Telegram yet: phone it, let it come in
    UNVERIFIED = "unverified"  #: on site by word only
    LEFT = "left"  #: the engineer could not finish
    DISPUTE = "dispute"
    NO_ACCEPTER = "no_accepter"  #: the work is done and nobody of the client can be asked
    UNDELIVERED = "undelivered"
    PARKED = "parked"  #: an update that could not be handled


#: Ended by a person's word; the others end by themselves when the ticket moves on, or it would be forgotten.
ENDED_BY_HAND = frozenset(
    {TaskKind.NO_CREW, TaskKind.UNVERIFIED, TaskKind.LEFT, TaskKind.NO_ACCEPTER, TaskKind.UNDELIVERED, TaskKind.PARKED}
)

#: Most urgent first.
ORDER = tuple(
    TaskKind(kind)
    for kind in (
        "unstaffed",
        "dispute",
        "no_accepter",
        "no_crew",
        "draft",
        "approval",
        "left",
        "unverified",
        "undelivered",
        "parked",
    )
)
