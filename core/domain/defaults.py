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
    #: Working hours behind the calendar "working time", in the zone of the site. More than 24: they end on the next
    #: day, and belong to the day they begin on.
    work_from_hour: int = 9
    work_to_hour: int = 18
    #: Work that was reported and is wrong: at least so many working hours to put it right.
    rework_least_hours: int = 24
    #: How many are asked at once: emergencies from the start, …
    emergency_wave: int = 5
    #: … the others one by one until this share of the clock has burnt, …
    second_wave_pct: int = 40
    second_wave: int = 3
    #: … and from this share on.
    third_wave_pct: int = 70
    third_wave: int = 10
    #: The rate is raised by policy at these two shares of the clock, each time by this share of the first rate …
    first_raise_pct: int = 50
    second_raise_pct: int = 70
    raise_step_pct: int = 10
    #: … while so much of the client's price is left to us.
    margin_floor_pct: int = 20
    #: How long a contractor's own price waits for the desk.
    counter_minutes: int = 120
    #: A refused job does not come back sooner, unless the new version answers the refusal.
    cool_down_hours: int = 24
    #: Offers ring the engineers on duty too, not the owner alone.
    offers_to_engineers: bool = True
    #: So many offers unanswered over at least so many days: "still with us?"; without an answer he is asked no more.
    ignored_offers: int = 5
    ignored_days: int = 2
    still_there_hours: int = 24
    #: The crew is asked whether it is still coming so many hours before the visit.
    confirm_first_hours: int = 24
    confirm_last_hours: int = 2
    #: Nobody on site so many minutes after the agreed window: "where are you?"; so long he has to answer, …
    no_show_minutes: int = 15
    where_answer_minutes: int = 15
    #: … and so often he may name another time before the desk phones.
    eta_most: int = 2
    #: What the client pays, and the contractor gets, for a trip in vain; kopecks without VAT.
    call_out_price_kop: int = 150_000
    call_out_rate_kop: int = 100_000
    #: Later than so many hours before the visit the client's cancellation costs the call-out.
    late_cancel_hours: int = 4
    #: Nothing waits longer without being looked at.
    hold_most_days: int = 90
    #: Added to everybody's radius by one tap of the desk.
    widen_step_km: int = 50
    #: Open jobs a contractor may have for each of its engineers.
    jobs_per_engineer: int = 5
    #: Within a band of this width the better score goes first.
    score_band_km: int = 5
    #: Score of a contractor with too little history.
    new_score: int = 70
    #: Fewer accepted jobs than this are too little history.
    new_below_jobs: int = 10
    #: On time is who comes at most so many minutes before and after the agreed window.
    early_minutes: int = 30
    late_minutes: int = 15
    #: A report with its proof is on time so many hours after the norm of the work.
    proof_hours: int = 12
    #: Days within which an event of the score may be disputed.
    dispute_days: int = 14
    #: Days after the end of a pause within which somebody may object to it.
    objection_days: int = 14
    #: Jobs of the last so many days count as load.
    load_days: int = 14
    #: Cover: so many contractors in reach of a site are enough, fewer are few.
    cover_enough: int = 3
    #: A declared skill with a good document is learnt after so many accepted jobs under watch.
    watched_jobs: int = 3
    #: No document is valid for more years: such a day is a mistyped year.
    document_years: int = 20
    live_position_max_age_minutes: int = 120
    site_radius_m: int = 200
    accuracy_max_m: int = 300
    #: Hours of the site's day when only those opted in to night jobs are asked.
    night_from_hour: int = 22
    night_to_hour: int = 7
    #: Hours of the reader's day when messages that can wait do not ring.
    quiet_from_hour: int = 22
    quiet_to_hour: int = 8
    #: The desk is told of its day at this hour of the reader's day.
    digest_hour: int = 8
    #: Out of reach for more than so many minutes: what fell due meanwhile is nobody's fault, …
    guard_gap_minutes: int = 5
    #: … nor what falls due so many minutes after we are back.
    guard_grace_minutes: int = 10
    #: Unwatched for more than so many hours, what cannot be undone waits for a word.
    guard_away_hours: int = 6
    #: Times proposed to the one who accepts.
    slot_hours: int = 2
    slots_offered: int = 3
    slots_days_ahead: int = 3
    #: A contractor is limited for so many days, suspended when it comes to it again.
    limited_days: int = 14
    suspended_days: int = 30
    #: So many deadlines missed by own fault, if they are also more than this share of the last jobs …
    missed_deadlines: int = 3
    missed_share_pct: int = 10
    missed_jobs: int = 30
    #: … or so many times not come in so many days …
    no_shows: int = 2
    no_show_days: int = 60
    #: … or so many faulty reworks in so many days …
    reworks: int = 3
    rework_days: int = 90
    #: … or a score below this, once there are so many accepted jobs.
    score_floor: int = 60
    score_jobs: int = 10
    #: Limited again within so many days after the last limit's end means suspended.
    again_days: int = 90
    #: More automatic blocks than this in a day wait for a person.
    most_limits_a_day: int = 10
    #: An appeal is heard so many days after the block began, or while it lasts; answered in so many working days.
    appeal_days: int = 14
    appeal_answer_days: int = 3
    invite_days: int = 7
    #: Wrong invites or contacts from one person before he must wait, and for how long.
    invite_tries: int = 5
    invite_tries_minutes: int = 10
