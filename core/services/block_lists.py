"""The blacklist as the desk reads it: what is in force, what waits for a second person, the history of one firm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Select, and_, select
from sqlalchemy.orm import Session

from core.domain import phone
from core.domain.actor import Actor
from core.domain.block import BlockLevel, BlockRule
from core.domain.errors import NotAllowed
from core.domain.role import CONTRACTOR_ROLES
from core.domain.words import search_key, search_stems
from core.services import block_cards, block_requests, blocks, scope
from storage.models.contractor import Appeal, Block, BlockRequest, Contractor
from storage.models.desk import Audit
from storage.models.directory import Client
from storage.models.people import Membership, Person

RuleWords = Mapping[BlockRule, str]
NO_WORDS: RuleWords = MappingProxyType({})


class List(StrEnum):
    ALL = "all"
    LIMITED = "limited"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"
    ASKED = "asked"  #: waits for a second person


class AppealState(StrEnum):
    NONE = "none"
    WAITS = "waits"
    UPHELD = "upheld"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Line:
    """A block, or a request of one."""

    block_id: int | None
    request_id: int | None
    name: str
    is_person: bool
    client: str
    level: BlockLevel
    rule: BlockRule
    reason: str
    since: datetime
    ends_at: datetime | None
    zone: str
    is_live: bool
    sites_lost: int
    appeal: AppealState


@dataclass(frozen=True, slots=True)
class BlockPage:
    lines: tuple[Line, ...]
    total: int
    offset: int
    show: List
    words: str
    counts: dict[List, int]
    read_at: datetime
    contractor_id: int | None = None
    name: str = ""


def page(
    session: Session,
    actor: Actor,
    words: str = "",
    show: List = List.ALL,
    *,
    rules: RuleWords = NO_WORDS,
    now: datetime,
    offset: int = 0,
    limit: int = 8,
) -> BlockPage:
    """What is in force or waits, the newest first. Every word must begin a word of a name, code, city, INN, phone or
    reason; a person is found by the firms he works for, too. `rules` are the words by which the rules are known to
    people."""
    if not actor.is_desk:
        raise NotAllowed
    live = session.scalars(select(Block).where(blocks.in_force(now)).order_by(Block.id.desc())).all()
    asked = session.scalars(
        select(BlockRequest).where(BlockRequest.decided_at.is_(None)).order_by(BlockRequest.id.desc())
    ).all()
    rows, words = _found(session, [*asked, *live], words, rules)
    counts = {one: sum(_is_in(row, one) for row in rows) for one in List}
    shown = [row for row in rows if _is_in(row, show)]
    lines = tuple(_line(session, row, now) for row in shown[offset : offset + limit])
    return BlockPage(lines, len(shown), offset, show, words, counts, now)


def history(
    session: Session, actor: Actor, contractor_id: int, *, now: datetime, offset: int = 0, limit: int = 8
) -> BlockPage:
    """Everything there ever was against one firm and its people."""
    if not actor.is_desk:
        raise NotAllowed
    firm = scope.find(session, scope.visible_contractors(actor), Contractor.id == contractor_id)
    had = session.scalars(select(Block).where(blocks.of_firm(firm.id, ever=True))).all()
    open_ = select(BlockRequest).where(blocks.asked_of_firm(firm.id), BlockRequest.block_id.is_(None))
    rows: list[Block | BlockRequest] = [*had, *session.scalars(open_)]
    rows.sort(key=_since, reverse=True)
    lines = tuple(_line(session, row, now) for row in rows[offset : offset + limit])
    return BlockPage(lines, len(rows), offset, List.ALL, "", {}, now, firm.id, firm.name)


def _since(row: Block | BlockRequest) -> datetime:
    return row.starts_at if isinstance(row, Block) else row.asked_at


def _is_in(row: Block | BlockRequest, show: List) -> bool:
    if show is List.ASKED or isinstance(row, BlockRequest):
        return isinstance(row, BlockRequest) and show in (List.ASKED, List.ALL)
    return show is List.ALL or row.level.value == show.value


def _found(
    session: Session, rows: Sequence[Block | BlockRequest], words: str, rules: RuleWords
) -> tuple[Sequence[Block | BlockRequest], str]:
    """With the question that found them: ten digits are an INN, or else a phone. A question that holds no word of
    letters or digits finds nothing."""
    if not words.strip():
        return rows, words
    keys = [(row, _key(session, row, rules)) for row in rows]
    for question in (words, phone.joined(words)):
        wanted = [f" {stem}" for stem in search_stems(question)]
        found = [row for row, key in keys if wanted and all(word in key for word in wanted)]
        if found:
            return found, question
    return [], words


def _key(session: Session, row: Block | BlockRequest, rules: RuleWords) -> str:
    why = f"{row.reason} {' '.join(rules.get(rule, '') for rule in _rules(session, row))}"
    if row.contractor_id is not None:
        return _firm_key(session.get_one(Contractor, row.contractor_id)) + search_key(why)
    person = session.get_one(Person, row.person_id)
    firms = session.scalars(select(Contractor).where(Contractor.id.in_(_works_for(row))).order_by(Contractor.id))
    return "".join((search_key(person.name, person.phone or "", why), *map(_firm_key, firms)))


def _firm_key(firm: Contractor) -> str:
    return firm.search + search_key(firm.inn, firm.phone)


def _works_for(row: Block | BlockRequest) -> Select[int | None]:
    """The firms of a person, in whatever row: a block knows his phone and account."""
    same = select(Person.id).join(Block, blocks.of_person()).where(Block.id == row.id)
    works = and_(Membership.role.in_(CONTRACTOR_ROLES), Membership.ended_at.is_(None))
    whose = Membership.person_id.in_(same) if isinstance(row, Block) else Membership.person_id == row.person_id
    return select(Membership.contractor_id).where(works, whose)


def _rules(session: Session, row: Block | BlockRequest) -> set[BlockRule]:
    """A limit again has the rule behind it, too."""
    if row.rule is not BlockRule.REPEATED:
        return {row.rule}
    if isinstance(row, BlockRequest):
        facts = block_requests.facts_of(session, row)
    else:
        facts = session.scalar(select(Audit.data).where(Audit.id == row.audit_id)) or {}
    return {row.rule, BlockRule(facts.get("because", row.rule))}


def _line(session: Session, row: Block | BlockRequest, now: datetime) -> Line:
    is_block = isinstance(row, Block)
    name, zone = block_cards.whom(session, row)
    return Line(
        block_id=row.id if is_block else None,
        request_id=None if is_block else row.id,
        name=name,
        is_person=row.person_id is not None,
        client=session.get_one(Client, row.client_id).name if row.client_id is not None else "",
        level=row.level,
        rule=row.rule,
        reason=row.reason,
        since=_since(row),
        ends_at=row.ends_at if isinstance(row, Block) else None,
        zone=zone,
        is_live=isinstance(row, Block) and (row.ends_at is None or row.ends_at > now),
        sites_lost=int(row.cost.get("sites", 0)),
        appeal=_appeal(session, row.id) if is_block else AppealState.NONE,
    )


def _appeal(session: Session, block_id: int) -> AppealState:
    row = session.scalars(select(Appeal).where(Appeal.block_id == block_id)).one_or_none()
    if row is None:
        return AppealState.NONE
    if row.decided_at is None:
        return AppealState.WAITS
    return AppealState.UPHELD if row.is_upheld else AppealState.REFUSED
