"""Firms that answer nothing: "still with us?" after ignored offers, and no more offers after a day's silence.

The rows tell what was ignored: offers whose wait ended unanswered since the firm was last heard of. Both sweeps are
done once, however long nobody looked.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor
from core.domain.notice import Notice
from core.services import audit, availability, downtime, duty, notices, numbers, rows
from core.services.availability import SILENT, STILL_THERE, TURNED, Why
from core.services.rows import moved
from storage.models.contractor import Contractor
from storage.models.desk import Audit
from storage.models.offer import Offer
from storage.models.ticket import Assignment
from storage.models.visit import Visit

#: A firm comes into question when an offer has lapsed lately; what is older than this nobody holds against it.
LATELY = timedelta(days=7)
REMEMBERED = timedelta(days=60)

ASKED = "ask_still_there"
_STEPS = (
    Visit.confirmed_at,
    Visit.en_route_at,
    Visit.on_site_at,
    Visit.work_started_at,
    Visit.before_done_at,
    Visit.after_done_at,
    Visit.left_at,
)


def ask(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """Asks the firms that have ignored enough. By day only: the answer has a day, not a night."""
    actor = Actor.system("job:silence")

    def awake(row: Contractor) -> list[int] | None:
        people = duty.present(session, row.id, now=now)
        return people if people and _is_day(session, row, now) else None

    due = islice(rows.due(_ignoring(session, now=now), awake, skip), limit)
    return sum(_ask(session, actor, row, people, now=now) for row, people in due)


def switch_off(session: Session, limit: int, *, now: datetime, skip: int = 0) -> int:
    """No answer in time: no more offers, and how to turn them on again. A firm heard of meanwhile goes on."""
    actor, time_to_answer = Actor.system("job:silence"), timedelta(hours=numbers.of(session).still_there_hours)
    asked = session.scalars(
        select(Contractor)
        .where(Contractor.asked_still_there_at <= now - time_to_answer)
        .order_by(Contractor.asked_still_there_at, Contractor.id)
        .offset(skip)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    # Minutes in which nobody could be heard are no silence; who was asked first is due first all the same.
    due = [row for row in asked if _heard_for(session, row, now=now) >= time_to_answer]
    heard = _heard_of(session, [row.id for row in due])
    for row in due:
        asked_at = row.asked_still_there_at
        is_alive = row.id in heard and asked_at is not None and heard[row.id] > asked_at
        row.asked_still_there_at = None
        if is_alive or not row.is_available:
            continue
        row.is_available = False
        session.flush()
        trace = audit.record(session, actor, "contractor", row.id, SILENT, now=now)
        availability.tell_firm(session, row.id, Why.SILENCE, cause=f"audit {trace.id}", now=now)
    session.flush()
    return len(due)


def _heard_for(session: Session, row: Contractor, *, now: datetime) -> timedelta:
    """How long an answer would have been heard since the question."""
    asked_at = row.asked_still_there_at or now
    return now - asked_at - downtime.lost(session, asked_at, now=now)


def _ask(session: Session, actor: Actor, row: Contractor, people: list[int], *, now: datetime) -> int:
    still = (Contractor.asked_still_there_at.is_(None), Contractor.is_available.is_(True))
    if not moved(session, row, *still, asked_still_there_at=now):
        return 0
    trace = audit.record(session, actor, "contractor", row.id, ASKED, now=now, data={"people": people})
    for person_id in people:
        told = {"contractor": row.id}
        notices.tell(session, person_id, Notice.STILL_THERE, cause=f"audit {trace.id}", now=now, data=told)
    return 1


def _ignoring(session: Session, *, now: datetime) -> list[Contractor]:
    """Firms that want offers, were not asked yet and have ignored enough of them since they were last heard of."""
    rules = numbers.of(session)
    ids = _suspects(session, now=now)
    heard = _heard_of(session, ids)
    lapses: defaultdict[int, list[datetime]] = defaultdict(list)
    ended = session.execute(_unanswered(now).where(Offer.contractor_id.in_(ids))).all()
    # Whoever could not be heard when the wait was over was not silent.
    unheard = downtime.is_unwatched(session, (at for _, at in ended), now=now)
    for contractor_id, at in ended:
        if at not in unheard and (contractor_id not in heard or at > heard[contractor_id]):
            lapses[contractor_id].append(at)
    enough = [
        number
        for number, ats in lapses.items()
        if len(ats) >= rules.ignored_offers and max(ats) - min(ats) >= timedelta(days=rules.ignored_days)
    ]
    return list(session.scalars(select(Contractor).where(Contractor.id.in_(enough)).order_by(Contractor.id)))


def _suspects(session: Session, *, now: datetime) -> list[int]:
    """By the index of unanswered offers: enough of them in all, the last of them lately."""
    lapsed_at = Offer.lapsed_at
    found = session.execute(
        select(Offer.contractor_id)
        .join(Contractor, Contractor.id == Offer.contractor_id)
        .where(
            lapsed_at > now - REMEMBERED,
            Offer.answered_by.is_(None),
            Contractor.is_active,
            Contractor.is_available,
            Contractor.asked_still_there_at.is_(None),
        )
        .group_by(Offer.contractor_id)
        .having(func.count() >= numbers.of(session).ignored_offers, func.max(lapsed_at) > now - LATELY)
    )
    return [contractor_id for (contractor_id,) in found]


def _unanswered(now: datetime) -> Any:
    return select(Offer.contractor_id, Offer.lapsed_at).where(
        Offer.lapsed_at > now - REMEMBERED, Offer.answered_by.is_(None)
    )


def _heard_of(session: Session, ids: Iterable[int]) -> dict[int, datetime]:
    """When each firm last answered an offer, walked a visit or touched its switch."""
    firms = list(ids)
    if not firms:
        return {}
    said = (
        select(Offer.contractor_id, func.max(Offer.answered_at))
        .where(Offer.contractor_id.in_(firms), Offer.answered_by.is_not(None))
        .group_by(Offer.contractor_id)
    )
    walked = (
        select(Assignment.contractor_id, *(func.max(step) for step in _STEPS))
        .join(Visit, Visit.assignment_id == Assignment.id)
        .where(Assignment.contractor_id.in_(firms))
        .group_by(Assignment.contractor_id)
    )
    turned = (
        select(Audit.entity_id, func.max(Audit.at))
        .where(Audit.entity == "contractor", Audit.entity_id.in_(firms), Audit.event.in_((TURNED, STILL_THERE)))
        .group_by(Audit.entity_id)
    )
    heard: dict[int, datetime] = {}
    for query in (said, walked, turned):
        for contractor_id, *moments in session.execute(query):
            known = [at for at in (*moments, heard.get(contractor_id)) if at is not None]
            if known:
                heard[contractor_id] = max(known)
    return heard


def _is_day(session: Session, row: Contractor, now: datetime) -> bool:
    rules = numbers.of(session)
    return notices.quiet_until(now, row.zone, rules.quiet_from_hour, rules.quiet_to_hour) == now
