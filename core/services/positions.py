"""Where an engineer's phone is while he shares it: his firm is then searched from there as well as from its base.

Only the last place is kept, and only while it is shared.
"""

from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from core.domain import geo
from core.domain.actor import Actor
from core.domain.errors import NotAllowed, NumberInvalid
from core.domain.role import CONTRACTOR_ROLES
from storage.models.contractor import Contractor, ContractorSkill, MatchPoint
from storage.models.people import Membership, Position


def seen(
    session: Session, actor: Actor, lat: float, lon: float, *, accuracy_m: int | None, sent_at: datetime, now: datetime
) -> None:
    """A live place of the phone, as of when it was sent. One that is older than what is known changes nothing: updates
    may overtake."""
    if actor.person_id is None or not actor.has(*CONTRACTOR_ROLES):
        raise NotAllowed
    if not geo.is_place(lat, lon):
        raise NumberInvalid(f"{lat} {lon}")
    sent_at = min(sent_at, now)
    row = session.get(Position, actor.person_id)
    if row is not None and row.at > sent_at:
        return
    if row is None:
        row = Position(person_id=actor.person_id)
        session.add(row)
    row.lat, row.lon, row.accuracy_m, row.at, row.is_live = lat, lon, accuracy_m or 0, sent_at, True
    session.flush()
    _renew_points(session, actor, lat, lon, sent_at)


def ended(session: Session, actor: Actor, *, now: datetime) -> None:
    """Sharing is over: the place is forgotten."""
    if actor.person_id is None:
        raise NotAllowed
    session.execute(delete(MatchPoint).where(MatchPoint.person_id == actor.person_id))
    session.execute(delete(Position).where(Position.person_id == actor.person_id))


def stand_for(session: Session, firm: Contractor, skill_id: int) -> None:
    """The firm has named one more skill: it is found from its base and from the phones that share their place now."""
    session.refresh(firm, with_for_update={"read": True})
    point = geo.unit_vector(firm.lat, firm.lon)
    base = {"lat": firm.lat, "lon": firm.lon, "x": point.x, "y": point.y, "z": point.z, "score": firm.score}
    session.add(MatchPoint(contractor_id=firm.id, skill_id=skill_id, person_id=None, seen_at=None, **base))
    known = select(MatchPoint.person_id).where(MatchPoint.skill_id == skill_id, MatchPoint.person_id.is_not(None))
    members = select(Membership.person_id).where(
        Membership.contractor_id == firm.id, Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None)
    )
    sharing = select(Position).where(
        Position.is_live, Position.person_id.in_(members), Position.person_id.not_in(known)
    )
    for place in session.scalars(sharing):
        point = geo.unit_vector(place.lat, place.lon)
        spot = {"lat": place.lat, "lon": place.lon, "x": point.x, "y": point.y, "z": point.z}
        mine = {"person_id": place.person_id, "seen_at": place.at, "score": firm.score}
        session.add(MatchPoint(contractor_id=firm.id, skill_id=skill_id, **mine, **spot))
    session.flush()


def _renew_points(session: Session, actor: Actor, lat: float, lon: float, seen_at: datetime) -> None:
    """One point per skill; a skill that two firms of the same person name is searched for the first of them."""
    session.execute(_FORGET, {"person": actor.person_id}, execution_options={"synchronize_session": False})
    skills = session.execute(_SKILLS, {"firms": list(actor.contractor_ids)})
    point = geo.unit_vector(lat, lon)
    place = {"lat": lat, "lon": lon, "x": point.x, "y": point.y, "z": point.z}
    first: dict[int, tuple[int, int]] = {}
    for skill_id, contractor_id, score in skills:
        first.setdefault(skill_id, (contractor_id, score))
    if first:
        mine = {"person_id": actor.person_id, "seen_at": seen_at, **place}
        rows = [
            {"skill_id": skill, "contractor_id": firm, "score": score, **mine} for skill, (firm, score) in first.items()
        ]
        session.execute(insert(MatchPoint), rows)


# The statements are built once: building one takes as long as running it.
_FORGET = delete(MatchPoint).where(MatchPoint.person_id == bindparam("person"))
_SKILLS = (
    select(ContractorSkill.skill_id, Contractor.id, Contractor.score)
    .join(Contractor, Contractor.id == ContractorSkill.contractor_id)
    .where(ContractorSkill.contractor_id.in_(bindparam("firms", expanding=True)))
    .order_by(ContractorSkill.skill_id, ContractorSkill.contractor_id)
    .with_for_update(read=True, of=Contractor)  # a score that changes meanwhile reaches these points as well
)
