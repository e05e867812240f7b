"""How the invariants of the ledger are broken: each returns what the auditor must name."""

from tests.services.broken import Break, Story

EVENT = "SELECT audit_id FROM quality_event WHERE kind = :kind"


def score_of_its_own(story: Story) -> str:
    firm = story.one("SELECT contractor_id FROM quality_event")
    story.run("UPDATE contractor SET score = 1 WHERE id = :firm", firm=firm)
    story.run("UPDATE match_point SET score = 1 WHERE contractor_id = :firm", firm=firm)
    return f"contractor {firm} has the score 1, its ledger says 70"


def searched_as_it_was(story: Story) -> str:
    firm = story.one("SELECT contractor_id FROM quality_event")
    story.run("UPDATE match_point SET score = 2 WHERE contractor_id = :firm", firm=firm)
    point = story.one("SELECT min(id) FROM match_point WHERE contractor_id = :firm", firm=firm)
    return f"point {point} is searched with the score 2, its firm has 70"


def arrival_forgotten(story: Story) -> str:
    audit = story.one(EVENT, kind="arrival")
    story.run("DELETE FROM quality_event WHERE audit_id = :audit", audit=audit)
    return f"audit {audit}: arrival was not written"


def mark_made_better(story: Story) -> str:
    audit = story.one(EVENT, kind="mark")
    story.run("UPDATE quality_event SET weight_milli = 200 WHERE audit_id = :audit", audit=audit)
    return f"audit {audit}: mark weighs 200, it should be 1000"


def rework_from_nowhere(story: Story) -> str:
    firm, ticket = story.one("SELECT contractor_id FROM quality_event"), story.one("SELECT id FROM ticket")
    audit = story.audit("ticket", ticket, "nothing")
    story.run(
        "INSERT INTO quality_event (kind, contractor_id, ticket_id, weight_milli, audit_id, words, at)"
        " VALUES ('rework', :firm, :ticket, 1000, :audit, '', :at)",
        firm=firm,
        ticket=ticket,
        audit=audit,
        at=story.at(story.now),
    )
    return f"audit {audit}: rework comes from nowhere"


def struck_in_silence(story: Story) -> str:
    event = story.one("SELECT id FROM quality_event WHERE kind = 'back_out'")
    audit = story.one("SELECT audit_id FROM quality_event WHERE id = :event", event=event)
    story.run("DELETE FROM outbox WHERE dedupe_key LIKE :key", key=f"strike:{audit}:%")
    return f"event {event} told person"


DECIDED = "SELECT event_id FROM quality_dispute WHERE decided_by IS NOT NULL"


def judged_by_himself(story: Story) -> str:
    event = story.one(DECIDED)
    person = story.one("SELECT person_id FROM quality_event WHERE id = :event", event=event)
    story.run("UPDATE quality_dispute SET decided_by = :person WHERE event_id = :event", person=person, event=event)
    return f"event {event} was judged by person {person}"


def right_and_it_counts(story: Story) -> str:
    event = story.one(DECIDED)
    story.run("UPDATE quality_event SET annulled_at = NULL WHERE id = :event", event=event)
    return f"event {event} counts"


def decided_in_secret(story: Story) -> str:
    event = story.one(DECIDED)
    story.run("UPDATE quality_dispute SET is_upheld = NOT is_upheld WHERE event_id = :event", event=event)
    return f"the decision about event {event} is not in the audit"


SCORE: list[Break] = [
    ("71", "a score that does not follow", score_of_its_own),
    ("71", "a point with an old score", searched_as_it_was),
    ("72", "an arrival without its event", arrival_forgotten),
    ("72", "a rework nobody ordered", rework_from_nowhere),
    ("72", "a mark that was made better", mark_made_better),
    ("73", "a strike in silence", struck_in_silence),
    ("74", "a judge of himself", judged_by_himself),
    ("74", "right, and it counts all the same", right_and_it_counts),
    ("74", "a decision that is not in the audit", decided_in_secret),
]
