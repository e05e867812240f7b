"""Who may be asked, and in what order. Pure: facts in, verdicts out; nothing here knows a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from core.domain.offer import Exclusion


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contractor with the skill inside the searched area, as the directories and the ledger know him now.

    `distance_m` is from the nearest of the firm's bases and its engineers' fresh live positions.
    """

    contractor_id: int
    distance_m: int
    radius_km: int
    serves_region: bool
    is_active: bool
    is_blocked: bool
    is_reachable: bool
    #: The firm wants offers, and somebody of it is not on holiday that day.
    is_available: bool
    #: Everybody of the firm who could be asked is at work on a site now.
    is_on_site: bool
    skill_confirmed: bool
    skill_valid_until: date | None
    night_jobs: bool
    has_refused: bool
    was_asked: bool
    open_jobs: int
    engineers: int
    score: int
    accepted_jobs: int
    recent_jobs: int
    #: Blocked for emergencies alone.
    is_limited: bool = False
    #: The skill is declared and its document approved: jobs are given by hand until it is learnt.
    is_watched: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """What the rules need to know: the day of the visit, whether it is night there, whether it may disturb."""

    visit_on: date
    is_night: bool
    #: An emergency: also people at work are asked.
    disturbs: bool


def exclusion(
    candidate: Candidate, job: Job, *, jobs_per_engineer: int, passing: frozenset[Exclusion] = frozenset()
) -> Exclusion | None:
    """The first hard rule that speaks against asking, or None. Rules are tried in the order of `Exclusion`.

    Rules in `passing` are not asked, so that they cannot hide a later one.
    """
    valid_until = candidate.skill_valid_until
    verdicts = (
        (Exclusion.INACTIVE, not candidate.is_active),
        (Exclusion.AWAY, not candidate.is_available),
        (Exclusion.BLOCKED, candidate.is_blocked),
        (Exclusion.LIMITED, candidate.is_limited and job.disturbs),
        (Exclusion.SKILL_UNCONFIRMED, not candidate.skill_confirmed and not candidate.is_watched),
        (Exclusion.SKILL_EXPIRED, valid_until is not None and valid_until < job.visit_on),
        (Exclusion.UNDER_WATCH, not candidate.skill_confirmed and candidate.is_watched),
        (Exclusion.TOO_FAR, is_out_of_reach(candidate)),
        (Exclusion.NIGHT, job.is_night and not candidate.night_jobs),
        (Exclusion.REFUSED, candidate.has_refused),
        (Exclusion.ASKED, candidate.was_asked),
        (Exclusion.LIMIT, is_full(candidate.open_jobs, candidate.engineers, jobs_per_engineer)),
        (Exclusion.ON_SITE, candidate.is_on_site and not job.disturbs),
        (Exclusion.UNREACHABLE, not candidate.is_reachable),
    )
    return next((reason for reason, speaks in verdicts if speaks and reason not in passing), None)


def is_out_of_reach(candidate: Candidate) -> bool:
    return not candidate.serves_region and candidate.distance_m > candidate.radius_km * 1000


def is_full(open_jobs: int, engineers: int, jobs_per_engineer: int) -> bool:
    return open_jobs >= max(1, engineers) * jobs_per_engineer


def in_order(candidates: Iterable[Candidate], *, band_km: int) -> list[Candidate]:
    """Nearest band first; inside a band the better score, then more of this very work, then fewer jobs lately."""
    band_m = band_km * 1000
    return sorted(
        candidates,
        key=lambda c: (
            c.distance_m // band_m,
            -c.score,
            -c.accepted_jobs,
            c.recent_jobs,
            c.distance_m,
            c.contractor_id,
        ),
    )
