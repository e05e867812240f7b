"""The table of the life of a ticket: nothing unreachable, nothing stuck, nothing decided elsewhere."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import Changed, NotAllowed
from core.domain.role import DESK_ROLES, Role
from core.domain.ticket import FINAL, OPEN, RULES, TicketEvent, TicketStatus, allowed, diagram, next_status
from tests.house.sources import ROOT

E, S = TicketEvent, TicketStatus
#: Brought about by the accountant's monthly act and by the workbook, not by an event of the table.
FROM_ELSEWHERE = {S.CLOSED}
EVERYBODY = frozenset(Role)


def targets(status: TicketStatus | None) -> set[TicketStatus]:
    found = set()
    for (state, _), rule in RULES.items():
        if state is status:
            found |= rule.targets
    return found


def test_every_status_is_reached_from_the_beginning() -> None:
    seen: set[TicketStatus] = set()
    ahead = targets(None)
    while ahead:
        seen |= ahead
        ahead = {target for status in ahead for target in targets(status)} - seen

    assert seen == set(S) - FROM_ELSEWHERE


def test_nothing_leads_out_of_an_end_and_something_out_of_everything_else() -> None:
    assert {status for status in S if not targets(status)} == FINAL | {S.ACCEPTED}
    assert {status for status in OPEN if not targets(status)} == set()


def test_every_open_ticket_can_be_brought_to_an_end() -> None:
    for start in OPEN:
        seen, ahead = {start}, {start}
        while ahead:
            ahead = {target for status in ahead for target in targets(status)} - seen
            seen |= ahead
        assert seen & (FINAL | {S.ACCEPTED}), start


def test_every_event_means_something() -> None:
    assert {event for _, event in RULES} == set(E) - {E.IMPORT}


def test_the_desk_is_never_without_a_way_to_end_an_open_ticket() -> None:
    for status in OPEN:
        for role in DESK_ROLES:
            assert E.CANCEL in allowed(status, frozenset({role})), (status, role)


@given(st.sampled_from([None, *S]), st.sampled_from(list(E)), st.frozensets(st.sampled_from(list(Role))), st.booleans())
def test_a_move_is_made_exactly_when_its_button_is_drawn(
    status: TicketStatus | None, event: TicketEvent, roles: frozenset[Role], asks: bool
) -> None:
    rule = RULES.get((status, event))
    try:
        target = next_status(status, event, roles, needs_approval=asks)
    except Changed:
        assert rule is None or (rule.back_to and roles & rule.by)
    except NotAllowed:
        assert rule is not None
        assert not roles & rule.by
    else:
        assert rule is not None
        assert roles & rule.by
        assert target is (rule.target_with_approval if asks and rule.target_with_approval else rule.target)
    if status is not None:
        assert (event in allowed(status, roles)) == (rule is not None and bool(roles & rule.by))


@given(st.lists(st.sampled_from(list(E)), max_size=40))
def test_a_walk_at_random_never_leaves_the_table(events: list[TicketEvent]) -> None:
    status: TicketStatus | None = None
    for event in events:
        try:
            status = next_status(status, event, EVERYBODY)
        except Changed:
            continue
        assert status in S
        if status in FINAL:
            assert allowed(status, EVERYBODY) == frozenset()


@pytest.mark.parametrize(
    ("status", "event", "target"),
    [
        (None, E.REGISTER, S.SEARCHING),
        (None, E.DRAFT, S.DRAFT),
        (S.DRAFT, E.CONFIRM, S.SEARCHING),
        (S.DRAFT, E.REFUSE, S.CANCELLED),
        (S.APPROVAL, E.APPROVE, S.SEARCHING),
        (S.APPROVAL, E.REJECT, S.REJECTED),
        (S.SEARCHING, E.ASSIGN, S.ASSIGNED),
        (S.SEARCHING, E.EXHAUST, S.UNSTAFFED),
        (S.UNSTAFFED, E.ASSIGN, S.ASSIGNED),
        (S.UNSTAFFED, E.SEARCH_AGAIN, S.SEARCHING),
        (S.ASSIGNED, E.ARRIVE, S.IN_WORK),
        (S.REWORK, E.ARRIVE, S.IN_WORK),
        (S.ASSIGNED, E.GIVE_UP, S.SEARCHING),
        (S.REWORK, E.GIVE_UP, S.SEARCHING),
        (S.ASSIGNED, E.NO_SHOW, S.SEARCHING),
        (S.REWORK, E.NO_SHOW, S.SEARCHING),
        (S.ASSIGNED, E.REDISPATCH, S.SEARCHING),
        (S.REWORK, E.REDISPATCH, S.SEARCHING),
        (S.IN_WORK, E.REPORT, S.REPORTED),
        (S.IN_WORK, E.LEAVE, S.ASSIGNED),
        (S.IN_WORK, E.GIVE_UP, S.SEARCHING),
        (S.REPORTED, E.ACCEPT, S.ACCEPTED),
        (S.REPORTED, E.WRONG, S.DISPUTED),
        (S.DISPUTED, E.ACCEPT, S.ACCEPTED),
        (S.DISPUTED, E.REWORK, S.REWORK),
        *((status, E.CANCEL, S.CANCELLED) for status in sorted(OPEN)),
        *((status, E.HOLD, S.ON_HOLD) for status in sorted(OPEN - {S.DRAFT, S.ON_HOLD})),
        *((status, E.RECLASSIFY, S.SEARCHING) for status in (S.APPROVAL, S.SEARCHING, S.UNSTAFFED, S.ASSIGNED)),
    ],
)
def test_the_life_of_a_ticket_is_the_one_that_was_agreed(
    status: TicketStatus | None, event: TicketEvent, target: TicketStatus
) -> None:
    assert next_status(status, event, EVERYBODY) is target


def test_the_table_holds_nothing_beyond_what_was_agreed() -> None:
    held = len(OPEN - {S.DRAFT, S.ON_HOLD})
    assert len(RULES) == 25 + len(OPEN) + held + 4 + 1  # holds and the one way out of them, four reclassified


def test_a_hold_ends_where_it_began() -> None:
    for status in sorted(OPEN - {S.DRAFT, S.ON_HOLD}):
        assert next_status(S.ON_HOLD, E.RESUME, EVERYBODY, back_to=status) is status
    for nowhere in (None, S.DRAFT, S.ACCEPTED, S.CANCELLED, S.ON_HOLD):
        with pytest.raises(Changed):
            next_status(S.ON_HOLD, E.RESUME, EVERYBODY, back_to=nowhere)


def test_a_crew_may_stay_when_its_job_becomes_another_one() -> None:
    assert next_status(S.ASSIGNED, E.RECLASSIFY, EVERYBODY, back_to=S.ASSIGNED) is S.ASSIGNED
    for status in (S.APPROVAL, S.SEARCHING, S.UNSTAFFED):
        assert next_status(status, E.RECLASSIFY, EVERYBODY, back_to=status) is S.SEARCHING
        assert next_status(status, E.RECLASSIFY, EVERYBODY, needs_approval=True) is S.APPROVAL


def test_the_diagram_of_the_documentation_is_this_table() -> None:
    page = ROOT / "docs/architecture.md"
    if not page.exists():
        pytest.skip("docs/architecture.md is not written yet")
    drawn = re.findall(r"```mermaid\n(stateDiagram-v2\n.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)

    assert [block.strip() for block in drawn] == [diagram()]
