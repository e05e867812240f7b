"""How the invariants of broken promises and of daily jobs are broken: each returns what the auditor must name."""

from datetime import timedelta

from tests.services.broken import Break, Story


def nobody_wrote_it_down(story: Story) -> str:
    clock = story.one("SELECT c.id FROM clock c JOIN breach b ON b.clock_id = c.id WHERE c.state = 'running'")
    story.run("DELETE FROM breach WHERE clock_id = :clock", clock=clock)
    return f"clock {clock} has burnt out and no breach says so"


def the_sweep_went_past_it(story: Story) -> str:
    """A clock that nobody warned of, though the timetable says that it came to its end after the deadline."""
    clock = story.one(
        "SELECT c.id FROM clock c WHERE c.state = 'running' AND c.kind = 'reaction'"
        " AND NOT EXISTS (SELECT 1 FROM breach b WHERE b.clock_id = c.id)"
    )
    at = story.at(story.now - timedelta(hours=1))
    story.run("UPDATE clock SET due_at = :at WHERE id = :clock", clock=clock, at=at)
    return f"clock {clock} has burnt out and no breach says so"


def broken_twice(story: Story) -> str:
    story.unguard("breach")
    clock = story.one("SELECT clock_id FROM breach")
    story.run(
        "INSERT INTO breach (id, clock_id, ticket_id, kind, at, detected_at, whose, ours_min, theirs_min, audit_id,"
        " annul_reason) SELECT id + 1000, clock_id, ticket_id, kind, at, detected_at, whose, ours_min, theirs_min,"
        " audit_id, annul_reason FROM breach WHERE clock_id = :clock",
        clock=clock,
    )
    return f"clock {clock} is broken twice"


def noticed_too_soon(story: Story) -> str:
    breach = story.one("SELECT id FROM breach")
    at = story.at(story.now - timedelta(days=9))
    story.run("UPDATE breach SET detected_at = :at WHERE id = :breach", breach=breach, at=at)
    return f"breach {breach} was noticed before it happened"


def at_another_time(story: Story) -> str:
    breach = story.one("SELECT id FROM breach")
    at = story.at(story.now - timedelta(days=9))
    story.run("UPDATE breach SET at = :at WHERE id = :breach", breach=breach, at=at)
    return f"breach {breach} of clock"


def annulled_without_reason(story: Story) -> str:
    breach = story.one("SELECT id FROM breach WHERE whose = 'ours'")
    story.run("UPDATE breach SET annulled_at = detected_at WHERE id = :breach", breach=breach)
    return f"breach {breach} of clock"


def late_and_forgotten(story: Story) -> str:
    clock = story.one("SELECT c.id FROM clock c JOIN breach b ON b.clock_id = c.id WHERE c.state = 'met'")
    story.run("DELETE FROM breach WHERE clock_id = :clock", clock=clock)
    return f"clock {clock} ended after its deadline and no breach says so"


def over_without_a_deadline(story: Story) -> str:
    clock = story.one("SELECT id FROM clock WHERE state = 'met'")
    story.run("UPDATE clock SET judged_due_at = NULL WHERE id = :clock", clock=clock)
    return f"clock {clock} is over and keeps no deadline"


def judged_by_hand(story: Story) -> str:
    """A promise that was broken is called kept, and its breach is gone."""
    clock = story.one("SELECT c.id FROM clock c JOIN breach b ON b.clock_id = c.id WHERE c.state = 'met'")
    story.run("DELETE FROM breach WHERE clock_id = :clock", clock=clock)
    story.run("UPDATE clock SET judged_due_at = ended_at WHERE id = :clock", clock=clock)
    return f"clock {clock} was judged by a deadline that its intervals do not give"


def laid_to_us(story: Story) -> str:
    breach = story.one("SELECT id FROM breach WHERE whose = 'contractor'")
    story.run("UPDATE breach SET whose = 'ours' WHERE id = :breach", breach=breach)
    return f"breach {breach} is ours, the ledger says otherwise"


def ran_at_another_time(story: Story) -> str:
    story.run("UPDATE job_run SET scheduled_for = '2026-01-01' WHERE job = 'alive'")
    return "alive for 2026-01-01 ran at another time"


def a_digest_without_a_run(story: Story) -> str:
    story.run("DELETE FROM job_run WHERE job = 'digest'")
    return "is a digest without a run"


BREACHES: list[Break] = [
    ("12", "a clock has burnt out and nobody wrote it down", nobody_wrote_it_down),
    ("12", "the sweep went past a deadline", the_sweep_went_past_it),
    ("12", "a clock is broken twice", broken_twice),
    ("13", "a breach was noticed before it happened", noticed_too_soon),
    ("13", "a breach stands at another time", at_another_time),
    ("13", "a breach was annulled and is one", annulled_without_reason),
    ("13", "a promise kept too late has no breach", late_and_forgotten),
    ("13", "a clock is over and keeps no deadline", over_without_a_deadline),
    ("13", "a clock was judged by another deadline", judged_by_hand),
    ("13", "a contractor's breach is laid to us", laid_to_us),
    ("15", "a daily job ran at another time", ran_at_another_time),
    ("15", "a digest belongs to no run", a_digest_without_a_run),
]
