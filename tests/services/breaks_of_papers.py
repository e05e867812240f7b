"""How the invariants of papers are broken: each returns what the auditor must name."""

from tests.services.broken import Break, Story

GOOD = "SELECT id FROM certificate WHERE status = 'approved'"
LEARNT = "SELECT entity_id FROM audit WHERE entity = 'skill' AND event = 'learn'"
OF_SKILL = "contractor_id = (SELECT contractor_id FROM contractor_skill WHERE id = :skill)"


def approved_by_nobody(story: Story) -> str:
    row = story.one(GOOD)
    story.run("UPDATE certificate SET checked_by = NULL WHERE id = :row", row=row)
    return f"certificate {row} is approved without its checker"


def checked_and_still_waiting(story: Story) -> str:
    row = story.one("SELECT id FROM certificate WHERE status = 'refused'")
    story.run("UPDATE certificate SET status = 'waiting' WHERE id = :row", row=row)
    return f"certificate {row} is waiting although it was checked"


def checked_by_its_own_firm(story: Story) -> str:
    row = story.one(GOOD)
    story.run("UPDATE certificate SET checked_by = person_id WHERE id = :row", row=row)
    return f"certificate {row} was checked by its own firm"


def good_for_no_skill(story: Story) -> str:
    row = story.one("SELECT id FROM certificate WHERE status = 'waiting'")
    story.run("UPDATE certificate SET skill_id = NULL WHERE id = :row", row=row)
    return f"certificate {row} is waiting for no skill"


def learnt_by_two(story: Story) -> str:
    skill = story.one(LEARNT)
    job = story.one(f"SELECT id FROM assignment WHERE under_watch AND {OF_SKILL}", skill=skill)
    story.run("UPDATE assignment SET under_watch = :no WHERE id = :job", no=False, job=job)
    return f"skill {skill} was learnt by 2 jobs"


def learnt_without_a_document(story: Story) -> str:
    skill = story.one(LEARNT)
    story.run(f"UPDATE certificate SET status = 'refused' WHERE {OF_SKILL}", skill=skill)
    return f"skill {skill} was learnt without a document"


def watched_without_a_document(story: Story) -> str:
    skill = story.one("SELECT id FROM contractor_skill WHERE watched_since IS NOT NULL")
    story.run(f"UPDATE certificate SET status = 'refused' WHERE {OF_SKILL}", skill=skill)
    return f"skill {skill} is under watch without a document"


PAPERS: list[Break] = [
    ("86", "approved by nobody", approved_by_nobody),
    ("86", "checked and still waiting", checked_and_still_waiting),
    ("86", "checked by its own firm", checked_by_its_own_firm),
    ("86", "good for no skill", good_for_no_skill),
    ("87", "learnt by two jobs", learnt_by_two),
    ("87", "learnt without a document", learnt_without_a_document),
    ("87", "watched without a document", watched_without_a_document),
]
