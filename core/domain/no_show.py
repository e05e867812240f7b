"""Nobody came: when it is asked where the crew is, and what its silence means. Pure rules."""

from datetime import datetime, timedelta
from enum import StrEnum

from core.domain.defaults import Defaults

#: "I shall be there in so many minutes": what the buttons propose.
ETAS_MIN = (15, 30, 60)


class Look(StrEnum):
    """What is done with a visit nobody has begun."""

    ASK = "ask"  #: "where are you?"
    NEAR = "near"  #: his phone is at the site: he is asked to say that he is there
    DESK = "desk"  #: a person phones
    NO_SHOW = "no_show"


class Said(StrEnum):
    """Rows of the audit of a visit: what was asked and what was said."""

    WHERE = "where"  #: "where are you?"
    ETA = "eta"  #: another time
    HERE = "here"  #: he says he is there; his place is asked for
    CAME = "came"  #: the desk heard that somebody came
    NOT_COME = "not_come"  #: the desk is called


def first_look(ends_at: datetime, rules: Defaults) -> datetime:
    """Of an agreed window: some minutes after its end."""
    return ends_at + timedelta(minutes=rules.no_show_minutes)


def look(
    *,
    was_asked: bool,
    answers: int,
    is_reminded: bool,
    can_be_asked: bool,
    is_told: bool,
    is_near: bool,
    is_agreed: bool,
    rules: Defaults,
) -> Look:
    """`answers` are other times he has named already, `is_reminded`: he did not answer twice in a row, `is_told`: the
    question has reached his chat.

    `is_agreed`: the firm has said yes to this window. One it has not, or a phone at the site, is no reason to punish
    anybody.
    """
    if not can_be_asked:
        return Look.DESK
    if not was_asked:
        return Look.ASK if answers < rules.eta_most else Look.DESK
    if not is_told:
        return Look.DESK
    if is_near:
        return Look.DESK if is_reminded else Look.NEAR
    return Look.NO_SHOW if is_agreed else Look.DESK
