"""Walks the points of one skill outwards from a place: nearest band first, no band ever by halves.

Ordered by squared chord in boxes that grow, so that the same SQL is exact and quick on both databases. A band with
very many is read in its own order, page by page: what was found always stands before what is still to come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from core.domain import geo
from core.domain.ticket import DONE_WELL
from core.services.rows import columns
from storage.models.contractor import Contractor, ContractorRegion, MatchPoint
from storage.models.ticket import Assignment, Ticket

#: Points read at once on the way outwards; a band with more of them is crowded.
AHEAD = 48
#: The first page of a band in its own order; each further one holds twice as many.
PAGE = 16
#: So few who could come from beyond are looked at one by one instead of ring by ring.
FEW = 1_000

Spots = dict[int, int]  # contractor → metres from his nearest point


@dataclass(frozen=True, slots=True)
class Look:
    """From where and for what; `widest_m` is how far the widest radius reaches."""

    lat: float
    lon: float
    region: str
    skill_id: int
    service_id: int
    #: Live positions before this moment are forgotten.
    oldest: datetime
    #: Jobs begun since then count as load.
    recent_from: datetime
    widest_m: int
    widened_km: int
    band_m: int


class Walk:
    def __init__(self, session: Session, look: Look, *, known: Iterable[int] = ()) -> None:
        """`known` are passed over."""
        self.is_over = False
        self._session = session
        self._look = look
        self._given = {**_given(look), "region": look.region, "recent_from": look.recent_from}
        self._seen = set(known)
        self._end_m = -(-look.widest_m // look.band_m) * look.band_m
        #: Every point nearer than this was found.
        self._done_m = 0
        self._reach_m = look.band_m
        self._offset: int | None = 0  # inside one band; at home most have a crowd
        self._tail: list[tuple[int, int]] | None = None
        self._only_comers = False

    def on(self, want: int) -> Spots:
        """At least so many more, as long as there are any; they belong before all that come later."""
        found: Spots = {}
        while not self.is_over and len(found) < want:
            found |= self._ahead(want)
        return found

    def only_comers(self) -> None:
        """From here on only those whose own radius or region reaches the place."""
        if not self._only_comers:
            self._only_comers = True
            self._offset = None if self._offset is None else 0

    def _ahead(self, want: int) -> Spots:
        if self._offset is not None:
            return self._page(self._offset)
        if self._tail is not None or self._is_at_end():
            return self._rest(want)
        reach = min(self._reach_m, self._end_m)
        rows = self._read(_AHEAD, reach, limit=AHEAD)
        bands = [metres // self._look.band_m for _, metres in rows]
        if len(rows) < AHEAD or rows[-1][1] >= reach:
            self._done_m, self._reach_m = reach, reach * (2 if rows else 4)
        elif bands[0] == bands[-1]:
            self._done_m, self._offset = bands[0] * self._look.band_m, 0
            return {}
        else:
            self._done_m = bands[-1] * self._look.band_m
        return self._unseen((one, metres) for one, metres in rows if metres < self._done_m)

    def _page(self, offset: int) -> Spots:
        size = PAGE + offset
        band_end = self._done_m + self._look.band_m
        rows = self._read(_CROWD, band_end, limit=size, offset=offset, last=offset + size - 1, to=_chord(band_end))
        self._offset = offset + size
        if len(rows) < size:
            self._done_m, self._offset = band_end, None
            self._reach_m = max(self._reach_m, band_end * 2)
        return self._unseen(rows)

    def _is_at_end(self) -> bool:
        """No radius reaches farther, or so few do that they are looked up."""
        if self._done_m >= self._end_m:
            return True
        return self._only_comers and (self._session.scalar(_WIDE, self._needed()) or 0) <= FEW

    def _rest(self, want: int) -> Spots:
        """Those who come from beyond: by their radius, or because they serve the region."""
        if self._tail is None:
            statement = _REGIONAL if self._done_m >= self._end_m else _COMERS
            self._tail = self._metres(statement, {**self._given, **self._needed(), "from": _chord(self._done_m)})
            self._tail.reverse()
        found: Spots = {}
        band = -1
        while self._tail and (len(found) < want or self._tail[-1][1] // self._look.band_m == band):
            one, metres = self._tail.pop()
            band = metres // self._look.band_m
            found |= self._unseen([(one, metres)])
        self.is_over = not self._tail
        return found

    def _read(self, statements: Sequence[Any], reach: int, **more: Any) -> list[tuple[int, int]]:
        edges = geo.bounding_box(self._look.lat, self._look.lon, reach).edges
        given = {**edges, "from": _chord(self._done_m), **more}
        if self._only_comers:
            given |= self._needed()
        return self._metres(statements[self._only_comers], {**self._given, **given})

    def _metres(self, statement: Any, given: dict[str, Any]) -> list[tuple[int, int]]:
        rows = columns(self._session, statement, given)
        return [(contractor_id, round(geo.chord_metres(squared))) for contractor_id, squared in rows]

    def _needed(self) -> dict[str, int]:
        return {"needed_km": self._done_m // 1000 - self._look.widened_km, "widened_km": self._look.widened_km}

    def _unseen(self, rows: Iterable[tuple[int, int]]) -> Spots:
        found: Spots = {}
        for contractor_id, metres in rows:
            if contractor_id not in self._seen:
                self._seen.add(contractor_id)
                found[contractor_id] = metres
        return found


def of(session: Session, look: Look, contractor_ids: Iterable[int]) -> Spots:
    """Where these stand, at any distance."""
    given = {**_given(look), "ids": list(contractor_ids)}
    if not given["ids"]:
        return {}
    rows = session.execute(_OF, given)
    return {contractor_id: round(geo.chord_metres(squared)) for contractor_id, squared in rows}


def widest_km(session: Session) -> int:
    return session.scalar(_WIDEST) or 0


def _given(look: Look) -> dict[str, Any]:
    x, y, z = geo.unit_vector(look.lat, look.lon)
    names = {"skill_id": look.skill_id, "service_id": look.service_id, "oldest": look.oldest}
    return {**names, "x": x, "y": y, "z": z}


def _chord(metres: int) -> float:
    """From here on a distance is rounded to these metres or more."""
    return geo.chord_squared(metres - 0.5) if metres else 0.0


# The statements are built once: building one takes as long as running it.
def _squared(name: str) -> ColumnElement[float]:
    step: ColumnElement[float] = getattr(MatchPoint, name) - bindparam(name)
    return step * step


_squared_chord = _squared("x") + _squared("y") + _squared("z")
_FRESH = (
    MatchPoint.skill_id == bindparam("skill_id"),
    or_(MatchPoint.seen_at.is_(None), MatchPoint.seen_at >= bindparam("oldest")),
)
_BOX = (
    MatchPoint.lat.between(bindparam("south"), bindparam("north")),
    or_(
        MatchPoint.lon.between(bindparam("west"), bindparam("east")),
        MatchPoint.lon.between(bindparam("west_2"), bindparam("east_2")),
    ),
)
_BEYOND = _squared_chord >= bindparam("from")

#: A chord is shorter than its arc, so nobody in reach is lost; who is not is found out by the rule.
_Comer = aliased(Contractor)
_OWN_ARC = ((_Comer.radius_km + bindparam("widened_km")) * 1000 + 1) / geo.EARTH_M
_SERVES = select(ContractorRegion.contractor_id).where(ContractorRegion.region == bindparam("region"))
_COMES = or_(
    select(_Comer.id)
    .where(
        _Comer.id == MatchPoint.contractor_id,
        _Comer.radius_km >= bindparam("needed_km"),
        _squared_chord <= _OWN_ARC * _OWN_ARC,
    )
    .exists(),
    _SERVES.where(ContractorRegion.contractor_id == MatchPoint.contractor_id).exists(),
)
_POINTS = select(MatchPoint.contractor_id, _squared_chord.label("squared")).where(*_FRESH)
_NEXT = _POINTS.where(*_BOX, _BEYOND).order_by("squared").limit(bindparam("limit"))
_AHEAD = (_NEXT, _NEXT.where(_COMES))

_IN_BAND: Any = (
    select(MatchPoint.contractor_id.label("id"), MatchPoint.score, func.min(_squared_chord).label("squared"))
    .where(*_FRESH, *_BOX, _BEYOND, _squared_chord < bindparam("to"))
    .group_by(MatchPoint.contractor_id, MatchPoint.score)
)


def _crowd(in_band: Any) -> Any:
    """A page in the order of `core.domain.matching.in_order`. Jobs are counted only for those whose score brings them
    that far: the first key of the order cuts off most of a crowd."""
    band = in_band.cte("band")
    last = select(band.c.score).order_by(band.c.score.desc()).limit(1).offset(bindparam("last")).scalar_subquery()
    done = (Ticket.service_id == bindparam("service_id"), Ticket.status.in_(DONE_WELL))
    accepted = select(func.count()).where(Ticket.contractor_id == band.c.id, *done).scalar_subquery()
    lately = (Assignment.contractor_id == band.c.id, Assignment.started_at >= bindparam("recent_from"))
    recent = select(func.count()).where(*lately).scalar_subquery()
    return (
        select(band.c.id, band.c.squared)
        .where(band.c.score >= func.coalesce(last, 0))
        .order_by(band.c.score.desc(), accepted.desc(), recent, band.c.squared, band.c.id)
        .limit(bindparam("limit"))
        .offset(bindparam("offset"))
    )


_CROWD = (_crowd(_IN_BAND), _crowd(_IN_BAND.where(_COMES)))

_WIDER = select(Contractor.id).where(Contractor.radius_km >= bindparam("needed_km"))
_WIDE = select(func.count()).select_from(_WIDER.limit(FEW + 1).subquery())
_WIDEST = select(func.max(Contractor.radius_km))
_FAR = _POINTS.where(_BEYOND).order_by("squared")
_REGIONAL = _FAR.where(MatchPoint.contractor_id.in_(_SERVES))
_COMERS = _FAR.where(MatchPoint.contractor_id.in_(union_all(_WIDER, _SERVES)))
_OF = (
    select(MatchPoint.contractor_id, func.min(_squared_chord))
    .where(*_FRESH, MatchPoint.contractor_id.in_(bindparam("ids", expanding=True)))
    .group_by(MatchPoint.contractor_id)
)
