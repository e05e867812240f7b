"""How the invariants of time are broken: each returns what the auditor must name."""

from datetime import timedelta

from tests.services.broken import Break, Story

RUNNING = "SELECT id FROM clock WHERE state = 'running'"


def search_without_clock(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'unstaffed'")
    story.run("UPDATE clock SET state = 'met', warn_at = NULL, ended_at = started_at WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} searches without a clock"


def clock_outlives_its_ticket(story: Story) -> str:
    clock = story.one("SELECT c.id FROM clock c JOIN ticket t ON t.id = c.ticket_id WHERE t.status = 'cancelled'")
    story.run("UPDATE clock SET ended_at = NULL WHERE id = :clock", clock=clock)
    return f"clock {clock} lives, its ticket is cancelled"


def clock_never_warns(story: Story) -> str:
    clock = story.one(f"{RUNNING} AND warned_pct < 100")
    story.run("UPDATE clock SET warn_at = NULL WHERE id = :clock", clock=clock)
    return f"clock {clock} warns at a wrong time"


def deadline_by_hand(story: Story) -> str:
    clock = story.one(RUNNING)
    story.run(
        "UPDATE clock SET due_at = :at WHERE id = :clock", clock=clock, at=story.at(story.now + timedelta(days=9))
    )
    return f"clock {clock} has a deadline that its intervals do not give"


def interval_is_missing(story: Story) -> str:
    clock = story.one("SELECT id FROM clock WHERE state = 'met'")
    story.run(
        "INSERT INTO clock_interval (clock_id, from_at, to_at, runs, calendar, whose, objection)"
        " SELECT clock_id, :later, :later, runs, calendar, whose, '' FROM clock_interval WHERE clock_id = :clock",
        clock=clock,
        later=story.at(story.now + timedelta(days=1)),
    )
    return f"clock {clock} has a gap or an overlap"


def clock_stands_but_runs(story: Story) -> str:
    clock = story.one(RUNNING)
    story.run("UPDATE clock_interval SET runs = :no WHERE clock_id = :clock AND to_at IS NULL", clock=clock, no=False)
    return f"clock {clock} is running, but its last interval stands"


def clock_stood_for_nothing(story: Story) -> str:
    clock = story.one("SELECT clock_id FROM clock_interval WHERE runs = :no", no=False)
    story.run("UPDATE clock_interval SET reason = NULL WHERE clock_id = :clock", clock=clock)
    return f"clock {clock} stood without a reason"


def interval_on_another_calendar(story: Story) -> str:
    clock = story.one(RUNNING)
    other = "CASE calendar WHEN '24x7' THEN 'working' ELSE '24x7' END"
    story.run(f"UPDATE clock SET calendar = {other} WHERE id = :clock", clock=clock)
    return f"clock {clock} runs on another calendar than its plan says"


def pause_rests_on_nothing(story: Story) -> str:
    hold = story.one("SELECT id FROM hold WHERE evidence <> '' AND proof_id IS NULL")
    story.run("UPDATE hold SET evidence = '' WHERE id = :hold", hold=hold)
    return f"hold {hold} stops a promise and rests on nothing"


def pause_rests_on_another_picture(story: Story) -> str:
    hold = story.one("SELECT id FROM hold WHERE evidence <> ''")
    work = story.one("SELECT min(id) FROM proof WHERE stage = 'before'")
    story.run("UPDATE hold SET proof_id = :work WHERE id = :hold", hold=hold, work=work)
    return f"hold {hold} rests on a picture of something else"


def pause_without_a_hold(story: Story) -> str:
    row = story.one("SELECT id FROM clock_interval WHERE reason = 'not_ready'")
    story.run("UPDATE clock_interval SET reason = 'no_access' WHERE id = :row", row=row)
    return f"interval {row} stands without a hold"


def word_says_nothing(story: Story) -> str:
    word = story.one("SELECT id FROM client_word")
    story.run("UPDATE client_word SET words = '.' WHERE id = :word", word=word)
    return f"word {word} of a client says nothing"


def word_was_not_kept(story: Story) -> str:
    row = story.one("SELECT min(id) FROM clock_interval WHERE reason = 'moved_by_client'")
    story.run("DELETE FROM clock_interval WHERE id > :row", row=row)
    story.run("DELETE FROM client_word")
    return f"interval {row} stands by a word nobody wrote down"


CLOCKS: list[Break] = [
    ("12", "a ticket searches without a clock", search_without_clock),
    ("12", "a clock outlives its ticket", clock_outlives_its_ticket),
    ("12", "a clock never warns", clock_never_warns),
    ("14", "a deadline was set by hand", deadline_by_hand),
    ("14", "an interval is missing", interval_is_missing),
    ("14", "a clock stood without a reason", clock_stood_for_nothing),
    ("14", "a stretch is measured on another calendar", interval_on_another_calendar),
    ("14", "a clock stands and says it runs", clock_stands_but_runs),
    ("48", "a pause rests on nothing", pause_rests_on_nothing),
    ("48", "a pause rests on a picture of something else", pause_rests_on_another_picture),
    ("48", "a pause without a hold", pause_without_a_hold),
    ("48", "a word of a client says nothing", word_says_nothing),
    ("48", "a word of a client was not kept", word_was_not_kept),
]
