"""How the invariants of visits ahead are broken: each returns what the auditor must name."""

from datetime import timedelta

from tests.services.broken import Break, Story

PLANNED = "SELECT id FROM visit WHERE status = 'planned'"


def never_asked(story: Story) -> str:
    visit = story.one(PLANNED)
    start = story.at(story.now + timedelta(days=3))
    story.run("UPDATE visit SET starts_at = :at, ends_at = :at WHERE id = :visit", at=start, visit=visit)
    return f"nobody will ask whether visit {visit} takes place"


def asked_too_late(story: Story) -> str:
    visit = story.one(PLANNED)
    story.run(
        "UPDATE visit SET ask_at = :at WHERE id = :visit", at=story.at(story.now + timedelta(days=9)), visit=visit
    )
    return f"visit {visit} is asked about after it began"


def asked_on_site(story: Story) -> str:
    visit = story.one("SELECT id FROM visit WHERE status = 'on_site'")
    story.run("UPDATE visit SET ask_at = :at WHERE id = :visit", at=story.at(story.now), visit=visit)
    return f"visit {visit} is on_site and would still be asked about"


def confirmed_at_no_time(story: Story) -> str:
    visit = story.one(PLANNED)
    story.run("UPDATE visit SET status = 'confirmed' WHERE id = :visit", visit=visit)
    return f"visit {visit} was confirmed at no time"


def moved_in_secret(story: Story) -> str:
    visit = story.one(PLANNED)
    story.audit("visit", visit, "move")
    return f"visit {visit} was moved 0 times, its audit says 1"


def stands_elsewhere(story: Story) -> str:
    visit = story.one(PLANNED)
    story.audit("visit", visit, "move")
    story.run(
        "INSERT INTO visit_move (visit_id, side, from_starts_at, to_starts_at, at) VALUES (:visit, 'desk', :a, :b, :a)",
        visit=visit,
        a=story.at(story.now),
        b=story.at(story.now + timedelta(days=9)),
    )
    return f"visit {visit} does not stand where it was moved to"


def back_out_for_nothing(story: Story) -> str:
    audit = story.one("SELECT audit_id FROM quality_event WHERE kind = 'back_out'")
    story.run("DELETE FROM quality_dispute")
    story.run("DELETE FROM quality_event WHERE audit_id = :audit", audit=audit)
    return f"audit {audit}: a back-out weighs None"


def back_out_too_cheap(story: Story) -> str:
    audit = story.one("SELECT audit_id FROM quality_event WHERE kind = 'back_out'")
    story.run("UPDATE quality_event SET weight_milli = 500 WHERE audit_id = :audit", audit=audit)
    return f"audit {audit}: a back-out weighs 500, it should be 1000"


def never_watched(story: Story) -> str:
    visit = story.one(PLANNED)
    story.run("UPDATE visit SET watch_at = NULL WHERE id = :visit", visit=visit)
    return f"nobody would notice that visit {visit} does not take place"


def watched_on_site(story: Story) -> str:
    visit = story.one("SELECT id FROM visit WHERE status = 'on_site'")
    story.run("UPDATE visit SET watch_at = :at WHERE id = :visit", at=story.at(story.now), visit=visit)
    return f"visit {visit} is on_site and would still be watched"


def no_show_for_nothing(story: Story) -> str:
    audit = story.one("SELECT audit_id FROM quality_event WHERE kind = 'no_show'")
    story.run("DELETE FROM quality_event WHERE audit_id = :audit", audit=audit)
    return f"audit {audit}: a no-show weighs None"


def no_show_too_cheap(story: Story) -> str:
    audit = story.one("SELECT audit_id FROM quality_event WHERE kind = 'no_show'")
    story.run("UPDATE quality_event SET weight_milli = 1000 WHERE audit_id = :audit", audit=audit)
    return f"audit {audit}: a no-show weighs 1000, it should be 3000"


def no_show_of_who_came(story: Story) -> str:
    audit = story.one("SELECT id FROM audit WHERE entity = 'ticket' AND event = 'no_show'")
    story.run("UPDATE visit SET on_site_at = :at WHERE status = 'dropped'", at=story.at(story.now))
    return f"audit {audit}: a no-show of a visit that took place"


def block_without_consequences(story: Story) -> str:
    visit, person = story.one(PLANNED), story.one("SELECT id FROM person ORDER BY id DESC")
    story.run("UPDATE visit SET engineer_id = :person WHERE id = :visit", person=person, visit=visit)
    story.run(
        "INSERT INTO block (person_id, reason, level, rule, starts_at, cost, audit_id, lift_reason)"
        " VALUES (:person, 'x', 'suspended', 'by_hand', :at, '{}', :audit, '')",
        person=person,
        at=story.at(story.now),
        audit=story.audit("person", person, "block"),
    )
    return f"visit {visit} is still the blocked crew's"


VISITS: list[Break] = [
    ("55", "nobody asks about a visit", never_asked),
    ("55", "a question after the visit began", asked_too_late),
    ("55", "a question to who is there", asked_on_site),
    ("55", "a yes without its time", confirmed_at_no_time),
    ("56", "a move without its row", moved_in_secret),
    ("56", "a visit stands elsewhere", stands_elsewhere),
    ("57", "a job handed back for nothing", back_out_for_nothing),
    ("76", "nobody watches a visit", never_watched),
    ("76", "a watch over who is there", watched_on_site),
    ("77", "a no-show for nothing", no_show_for_nothing),
    ("77", "a no-show too cheap", no_show_too_cheap),
    ("77", "a no-show of somebody who came", no_show_of_who_came),
    ("78", "a block without consequences", block_without_consequences),
    ("57", "a late back-out at half the price", back_out_too_cheap),
]
