"""The numbers of the business that an operator may change: settings produce one of these, rules read it.

A number stands here once; nowhere else in the code is it a literal.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    #: An offer waits for this share of what is left of the reaction clock …
    offer_wait_share_pct: int = 15
    #: … but never less and never more than this.
    offer_wait_min_minutes: int = 3
    offer_wait_max_minutes: int = 60
    #: Reaction time of a contract whose plan names none.
    reaction_minutes: int = 480
    #: Open jobs a contractor may have for each of its engineers.
    jobs_per_engineer: int = 5
    #: Within a band of this width the better score goes first.
    score_band_km: int = 5
    #: Score of a contractor with too little history.
    new_score: int = 70
    #: Jobs of the last so many days count as load.
    load_days: int = 14
    live_position_max_age_minutes: int = 120
    site_radius_m: int = 200
    accuracy_max_m: int = 300
    location_max_age_minutes: int = 5
    #: Hours of the site's day when only those opted in to night jobs are asked.
    night_from_hour: int = 22
    night_to_hour: int = 7
    #: Hours of the reader's day when messages that can wait do not ring.
    quiet_from_hour: int = 22
    quiet_to_hour: int = 8
    #: Times proposed to the one who accepts.
    slot_hours: int = 2
    slots_offered: int = 3
    slots_days_ahead: int = 3
    invite_days: int = 7
    #: Wrong invites or contacts from one person before he must wait, and for how long.
    invite_tries: int = 5
    invite_tries_minutes: int = 10
