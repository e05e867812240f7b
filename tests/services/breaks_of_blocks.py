"""How the invariants of the blacklist are broken: each returns what the auditor must name."""

from tests.services.broken import Break, Story


def block_without_audit(story: Story) -> str:
    block = story.one("SELECT id FROM block WHERE audit_id IS NOT NULL")
    story.run("UPDATE block SET audit_id = (SELECT min(id) FROM audit) WHERE id = :id", id=block)
    return f"block {block} has no audit row"


def another_level(story: Story) -> str:
    block = story.one("SELECT id FROM block WHERE level = 'limited'")
    story.run("UPDATE block SET level = 'suspended' WHERE id = :id", id=block)
    return f"block {block} is not what its audit row says"


def block_without_cost(story: Story) -> str:
    block = story.one("SELECT id FROM block WHERE audit_id IS NOT NULL")
    story.run("UPDATE block SET cost = '{}' WHERE id = :id", id=block)
    return f"block {block} began without a counted cost"


def confirmed_by_the_same(story: Story) -> str:
    request = story.one("SELECT id FROM block_request WHERE block_id IS NOT NULL")
    story.run("UPDATE block_request SET decided_by = asked_by WHERE id = :id", id=request)
    return "was asked for and confirmed by person"


def confirmed_by_nobody(story: Story) -> str:
    request = story.one("SELECT id FROM block_request WHERE block_id IS NOT NULL")
    story.run("UPDATE block_request SET decided_by = NULL WHERE id = :id", id=request)
    return "is confirmed by nobody"


def request_without_task(story: Story) -> str:
    request = story.one("SELECT id FROM block_request WHERE decided_at IS NULL")
    story.run("DELETE FROM task WHERE cause = :cause", cause=f"block_asked:request {request}")
    return f"request {request} of a block waits for nobody"


def appeal_without_task(story: Story) -> str:
    appeal = story.one("SELECT id FROM appeal WHERE decided_at IS NULL")
    story.run("DELETE FROM task WHERE cause = :cause", cause=f"appeal:appeal {appeal}")
    return f"appeal {appeal} waits for nobody"


def judge_of_his_own(story: Story) -> str:
    appeal = story.one("SELECT id FROM appeal WHERE decided_at IS NULL")
    asked = story.one(
        "SELECT asked_by FROM block_request WHERE block_id = (SELECT block_id FROM appeal WHERE id = :id)", id=appeal
    )
    story.run("UPDATE appeal SET decided_by = :who, is_upheld = false WHERE id = :id", who=asked, id=appeal)
    return f"appeal {appeal} was decided by person {asked} who took part"


def judge_of_what_he_said(story: Story) -> str:
    """A block that rests on what he has said himself of a job."""
    appeal = story.one("SELECT id FROM appeal WHERE decided_at IS NULL")
    block = story.one("SELECT block_id FROM appeal WHERE id = :id", id=appeal)
    said = "FROM quality_event JOIN audit ON audit.id = audit_id WHERE actor_role = 'dispatcher'"
    event, who = story.one(f"SELECT quality_event.id {said}"), story.one(f"SELECT actor_id {said}")
    began = story.audit("block", block, "start", data=f'{{"events": [{event}]}}')
    story.run("UPDATE block SET audit_id = :began WHERE id = :id", began=began, id=block)
    story.run(
        "UPDATE appeal SET decided_by = :who, decided_at = :at, is_upheld = false WHERE id = :id",
        who=who,
        at=story.at(story.now),
        id=appeal,
    )
    story.run("UPDATE block_request SET asked_by = NULL, decided_by = NULL WHERE block_id = :id", id=block)
    return f"appeal {appeal} was decided by person {who} who took part"


def upheld_in_vain(story: Story) -> str:
    appeal = story.one("SELECT id FROM appeal WHERE decided_at IS NULL")
    story.run("UPDATE appeal SET is_upheld = true WHERE id = :id", id=appeal)
    return f"appeal {appeal} is upheld and block"


def upheld_for_nothing(story: Story) -> str:
    """The block is lifted, and the event it rested on counts."""
    appeal = story.one("SELECT id FROM appeal WHERE decided_at IS NULL")
    block = story.one("SELECT block_id FROM appeal WHERE id = :id", id=appeal)
    event = story.one("SELECT id FROM quality_event WHERE annulled_at IS NULL")
    began = story.audit("block", block, "start", data=f'{{"events": [{event}]}}')
    return _upheld(story, appeal, block, began)


def upheld_for_one_of_two(story: Story) -> str:
    """The event it rested on counts no more; the one that says the same of the same deadline does."""
    appeal = story.one("SELECT id FROM appeal WHERE decided_at IS NULL")
    block = story.one("SELECT block_id FROM appeal WHERE id = :id", id=appeal)
    missed = "FROM quality_event JOIN audit ON audit.id = audit_id WHERE kind = 'missed' AND annulled_at IS NULL"
    event = story.one(f"SELECT quality_event.id {missed}")
    clock = story.one(f"SELECT entity_id {missed}")
    cause = story.audit("clock", clock, "shift")
    names = "ticket_id, contractor_id, person_id, kind, weight_milli, words, at"
    story.run(
        f"INSERT INTO quality_event (audit_id, {names}) SELECT :cause, {names} FROM quality_event WHERE id = :id",
        cause=cause,
        id=event,
    )
    story.run("UPDATE quality_event SET annulled_at = :at WHERE id = :id", at=story.at(story.now), id=event)
    began = story.audit("block", block, "start", data=f'{{"events": [{event}]}}')
    return _upheld(story, appeal, block, began)


def _upheld(story: Story, appeal: int, block: int, began: int) -> str:
    at = story.at(story.now)
    story.run("UPDATE block SET audit_id = :began, ends_at = :at WHERE id = :id", began=began, at=at, id=block)
    story.run("UPDATE appeal SET is_upheld = true WHERE id = :id", id=appeal)
    story.audit("appeal", appeal, "decide", data='{"clears": true}')
    return f"appeal {appeal} is upheld and what block {block} rested on counts still"


BLOCKS: list[Break] = [
    ("91", "a block has no audit row", block_without_audit),
    ("91", "a block has another level than its audit row", another_level),
    ("91", "a block has no cost", block_without_cost),
    ("92", "one person both asks and confirms", confirmed_by_the_same),
    ("92", "nobody has confirmed", confirmed_by_nobody),
    ("93", "a request has no task", request_without_task),
    ("93", "an appeal has no task", appeal_without_task),
    ("94", "who asked for the block answers the appeal", judge_of_his_own),
    ("94", "who made what the block rests on answers the appeal", judge_of_what_he_said),
    ("94", "an appeal is upheld and nothing is lifted", upheld_in_vain),
    ("94", "an appeal is upheld and its events count", upheld_for_nothing),
    ("94", "an appeal is upheld and the same deadline counts by another event", upheld_for_one_of_two),
]
