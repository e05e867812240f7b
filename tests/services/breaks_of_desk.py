"""How the invariants of the desk are broken: each returns what the auditor must name."""

from tests.services.broken import Break, Story

LASTS = "SELECT id FROM hold WHERE ended_at IS NULL"


def waits_without_hold(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'on_hold'")
    story.run("UPDATE hold SET ended_at = started_at WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} is on_hold, its holds say otherwise"


def hold_outlives_the_wait(story: Story) -> str:
    ticket = story.one("SELECT t.id FROM ticket t JOIN hold h ON h.ticket_id = t.id WHERE t.status = 'cancelled'")
    story.run("UPDATE hold SET ended_at = NULL WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} is cancelled, its holds say otherwise"


def hold_of_somebody_else(story: Story) -> str:
    hold = story.one(LASTS)
    story.run("UPDATE hold SET whose = 'ours' WHERE id = :hold", hold=hold)
    return f"hold {hold} for not_ready is nobody's ours"


def hold_of_a_crew_that_did_not_lay_it(story: Story) -> str:
    hold = story.one(LASTS)
    story.run("UPDATE hold SET reason = 'our_parts', whose = 'contractor' WHERE id = :hold", hold=hold)
    return f"hold {hold} for our_parts is nobody's contractor"


def hold_without_end(story: Story) -> str:
    hold = story.one(LASTS)
    story.run("UPDATE hold SET until = started_at WHERE id = :hold", hold=hold)
    return f"hold {hold} ends before it began"


def clock_runs_on_hold(story: Story) -> str:
    clock = story.one(
        "SELECT c.id FROM clock c JOIN hold h ON h.ticket_id = c.ticket_id"
        " WHERE h.ended_at IS NULL AND c.state = 'stopped'"
    )
    story.run("UPDATE clock SET state = 'running' WHERE id = :clock", clock=clock)
    return f"clock {clock} runs in spite of hold"


def cancelled_without_price(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM cancellation")
    story.run("DELETE FROM cancellation WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} is cancelled, its cancellation says otherwise"


def price_without_fault(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM cancellation WHERE client_fee_kop > 0")
    story.run("UPDATE cancellation SET fault = 'ours' WHERE ticket_id = :t", t=ticket)
    return f"cancellation of ticket {ticket} costs what its fault does not"


def trip_that_was_none(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM cancellation WHERE contractor_id IS NULL AND fault = 'nobody'")
    story.run("UPDATE cancellation SET contractor_id = (SELECT min(id) FROM contractor) WHERE ticket_id = :t", t=ticket)
    return f"cancellation of ticket {ticket} is wrong about who was going"


def crew_lost_without_a_change(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM assignment WHERE end_reason = 'accepted'")
    story.run("UPDATE assignment SET end_reason = 'reclassified' WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} was reclassified"


def price_of_the_old_work(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM assignment WHERE end_reason = 'reclassified'")
    story.run("UPDATE ticket SET client_price_kop = client_price_kop + 1 WHERE id = :t", t=ticket)
    return f"ticket {ticket} does not cost what its last kind of work does"


BURNS = "SELECT ticket_id FROM task WHERE kind = 'deadline' AND ended_at IS NULL"


def burns_without_a_task(story: Story) -> str:
    ticket = story.one(BURNS)
    story.run("UPDATE task SET ended_at = created_at, ended_by = NULL WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} burns and no task says so"


def rose_since_it_was_ended(story: Story) -> str:
    """Ended by hand before it was over: that is no answer to its end."""
    ticket = story.one(BURNS)
    ended = "UPDATE task SET ended_at = created_at, ended_by = :who, data = :data WHERE ticket_id = :t"
    story.run(ended, t=ticket, who=story.one("SELECT id FROM person"), data='{"levels": {}}')
    return f"ticket {ticket} burns and no task says so"


def burns_twice(story: Story) -> str:
    ticket = story.one(BURNS)
    names = "kind, ticket_id, data, created_at, due_at, outcome"
    twin = f"INSERT INTO task (cause, {names}) SELECT cause || '!', {names} FROM task WHERE ticket_id = :t"
    story.run(f"{twin} AND kind = 'deadline' AND ended_at IS NULL", t=ticket)
    return f"ticket {ticket} has several tasks about what burns"


def task_outlives_its_clock(story: Story) -> str:
    ticket = story.one(BURNS)
    story.run("UPDATE clock SET warned_pct = 50 WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} has a task about what burns no more"


def speaks_of_an_old_level(story: Story) -> str:
    ticket = story.one(BURNS)
    clock = story.one("SELECT id FROM clock WHERE ticket_id = :t AND warned_pct = 100 AND state = 'running'", t=ticket)
    story.run("UPDATE clock SET warned_pct = 90 WHERE id = :clock", clock=clock)
    return f"ticket {ticket} has a task that does not speak of what burns most"


DESK: list[Break] = [
    ("45", "waits without a hold", waits_without_hold),
    ("45", "a hold that outlives the wait", hold_outlives_the_wait),
    ("45", "a hold that is somebody else's", hold_of_somebody_else),
    ("45", "a hold of a crew that did not lay it", hold_of_a_crew_that_did_not_lay_it),
    ("45", "a hold without an end", hold_without_end),
    ("46", "cancelled without a price", cancelled_without_price),
    ("46", "a price for no fault of his", price_without_fault),
    ("46", "a trip that was none", trip_that_was_none),
    ("47", "a crew lost without a change", crew_lost_without_a_change),
    ("47", "the price of the old work", price_of_the_old_work),
    ("45", "a clock that runs on hold", clock_runs_on_hold),
    ("58", "what burns has no task", burns_without_a_task),
    ("58", "what was ended by hand has risen", rose_since_it_was_ended),
    ("58", "what burns has two tasks", burns_twice),
    ("58", "a task is about what burns no more", task_outlives_its_clock),
    ("58", "a task speaks of an old level", speaks_of_an_old_level),
]
