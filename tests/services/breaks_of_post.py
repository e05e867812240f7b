"""How the invariants of notices, rights, messages and the machine are broken: each returns what must be named."""

from datetime import timedelta

from tests.services.broken import Break, Story

HOUR = timedelta(hours=1)


def time_ahead(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'accepted'")
    at = story.at(story.now + HOUR)
    story.run("UPDATE ticket SET accepted_at = :at WHERE id = :ticket", ticket=ticket, at=at)
    return f"ticket {ticket} lies ahead in accepted_at"


def letter_gone(notice: str) -> Break:
    def breaks(story: Story) -> str:
        row = story.one("SELECT id FROM outbox WHERE notice = :notice AND delivery = 'new'", notice=notice)
        person = story.one("SELECT person_id FROM outbox WHERE id = :row", row=row)
        story.run("DELETE FROM outbox WHERE id = :row", row=row)
        return f"({notice}) told person {person} nothing"

    return "17", f"one message «{notice}» was not written", breaks


def same_key(story: Story) -> str:
    story.unguard("outbox")
    key = story.one("SELECT dedupe_key FROM outbox WHERE message_id IS NULL")
    other = story.one("SELECT max(id) FROM outbox")
    story.run("UPDATE outbox SET dedupe_key = :key WHERE id = :other", key=key, other=other)
    return f"outbox key {key} stands 2 times"


def same_message(story: Story) -> str:
    first, last = "SELECT min(message_id) FROM outbox", "SELECT max(message_id) FROM outbox"
    low, high = story.one(first), story.one(last)
    chat = story.one("SELECT chat_id FROM outbox WHERE message_id = :low", low=low)
    change = "UPDATE outbox SET message_id = :low, chat_id = :chat WHERE message_id = :high"
    story.run(change, low=low, chat=chat, high=high)
    return f"message {low} of chat {chat} is said to be 2 letters"


def cancelled_without_a_word(story: Story) -> str:
    row = story.one("SELECT max(id) FROM outbox WHERE status = 'sent'")
    story.run("UPDATE outbox SET status = 'cancelled', last_error = '' WHERE id = :row", row=row)
    return f"outbox {row} is cancelled without a reason"


def sent_at_no_time(story: Story) -> str:
    row = story.one("SELECT max(id) FROM outbox WHERE status = 'sent'")
    story.run("UPDATE outbox SET sent_at = NULL WHERE id = :row", row=row)
    return f"outbox {row} is sent without a reason or time"


def sending_for_hours(story: Story) -> str:
    row = story.one("SELECT max(id) FROM outbox WHERE status = 'sent'")
    story.run(
        "UPDATE outbox SET status = 'sending', lease_token = 'x', lease_until = :at WHERE id = :row",
        row=row,
        at=story.at(story.now - 2 * HOUR),
    )
    return f"outbox {row} is sending"


def failed_in_silence(story: Story) -> str:
    row = story.one("SELECT id FROM outbox WHERE status = 'failed'")
    story.run("UPDATE task SET cause = 'undelivered:letter:0' WHERE cause = :cause", cause=f"undelivered:letter:{row}")
    return f"outbox {row} failed and nobody was told"


def left_behind(story: Story) -> str:
    row = story.one("SELECT min(id) FROM outbox WHERE status = 'sent'")
    story.run(
        "UPDATE outbox SET status = 'new', created_at = :at, not_before = :at, priority = 0, chat_id = 424242,"
        " message_id = NULL WHERE id = :row",
        row=row,
        at=story.at(story.now - 72 * HOUR),
    )
    return f"outbox {row} was left behind"


def told_to_a_stranger(story: Story) -> str:
    row = story.one("SELECT id FROM outbox WHERE notice = 'reported' AND status = 'sent' AND delivery = 'new'")
    stranger = story.one("SELECT id FROM person WHERE id NOT IN (SELECT person_id FROM membership) ORDER BY id DESC")
    story.run("UPDATE outbox SET person_id = :stranger WHERE id = :row", stranger=stranger, row=row)
    return f"outbox {row} told person {stranger} of ticket"


def told_after_leaving(story: Story) -> str:
    """The dispatcher left an hour before the desk was told of the dispute."""
    row = story.one("SELECT id FROM outbox WHERE notice = 'wrong' AND status = 'sent' ORDER BY id DESC")
    person = story.one("SELECT person_id FROM outbox WHERE id = :row", row=row)
    story.run(
        "UPDATE membership SET ended_at = :at WHERE person_id = :person",
        person=person,
        at=story.at(story.now - 1000 * HOUR),
    )
    story.run("DELETE FROM outbox WHERE person_id = :person AND id <> :row", person=person, row=row)
    return f"outbox {row} told person {person} of ticket"


def out_of_order(story: Story) -> str:
    chat = story.one("SELECT chat_id FROM outbox WHERE status = 'sent' GROUP BY chat_id ORDER BY count(*) DESC")
    row = story.one("SELECT max(id) FROM outbox WHERE status = 'sent' AND chat_id = :chat", chat=chat)
    story.run("UPDATE outbox SET sent_at = :at WHERE id = :row", row=row, at=story.at(story.now - 1000 * HOUR))
    return f"outbox {row} of chat {chat} left before"


def dead_without_an_error(story: Story) -> str:
    row = story.one("SELECT update_id FROM inbox WHERE status = 'dead'")
    story.run("UPDATE inbox SET error = '' WHERE update_id = :row", row=row)
    return f"update {row} is dead and left alone"


def parked_in_silence(story: Story) -> str:
    row = story.one("SELECT update_id FROM inbox WHERE status = 'dead'")
    story.run("UPDATE task SET cause = 'parked:update:0' WHERE cause = :cause", cause=f"parked:update:{row}")
    return f"update {row} is parked and nobody was told"


def waiting_for_hours(story: Story) -> str:
    row = story.one("SELECT update_id FROM inbox ORDER BY seq DESC")
    at = story.at(story.now - 2 * HOUR)
    story.run(
        "UPDATE inbox SET status = 'new', done_at = NULL, received_at = :at WHERE update_id = :row", row=row, at=at
    )
    return f"update {row} is new and left alone"


def overtaken(story: Story) -> str:
    last = story.one("SELECT update_id FROM inbox ORDER BY seq DESC")
    at = story.at(story.now - 1000 * HOUR)
    story.run("UPDATE inbox SET done_at = :at WHERE update_id = :last", last=last, at=at)
    return f"update {last} of lane 77 was finished before an earlier one"


def album_apart(story: Story) -> str:
    proof = story.one("SELECT max(id) FROM proof WHERE media_group_id = 'album'")
    story.run("UPDATE proof SET ticket_id = (SELECT min(id) FROM ticket) WHERE id = :proof", proof=proof)
    return "album album is spread over 2 tickets"


def album_item_lost(story: Story) -> str:
    proof = story.one("SELECT max(message_id) FROM proof WHERE media_group_id = 'album'")
    story.run("DELETE FROM proof WHERE message_id = :proof", proof=proof)
    return f"update {proof} of album album left nothing"


def spoilt_proof(how: str, sql: str, status: str) -> Break:
    def breaks(story: Story) -> str:
        proof = story.one("SELECT id FROM proof WHERE status = :status", status=status)
        story.run(f"UPDATE proof SET {sql} WHERE id = :proof", proof=proof)
        return f"proof {proof} is "

    return "24", how, breaks


def change_without_a_row(entity: str, sql: str, change: str) -> Break:
    def breaks(story: Story) -> str:
        row = story.one(sql)
        story.run(f"UPDATE {entity} SET {change} WHERE id = :row", row=row, at=story.at(story.now))
        return f"{entity} {row} has 0 rows of the audit"

    return "36", f"a {entity} changed without a row of the audit", breaks


def nobody_did_it(story: Story) -> str:
    return f"audit row {story.audit('site', 1, 'edit', source='')} does not say by whom"


def written_twice(story: Story) -> str:
    visit = story.one("SELECT id FROM visit WHERE work_started_at IS NOT NULL")
    story.audit("visit", visit, "start")
    return f"visit {visit} has 2 rows of the audit for start"


def acted_after_leaving(story: Story) -> str:
    person = story.one("SELECT engineer_id FROM visit WHERE engineer_id IS NOT NULL")
    membership = story.one("SELECT id FROM membership WHERE person_id = :person AND role = 'engineer'", person=person)
    story.audit("membership", membership, "end")
    row = story.audit("visit", 1, "go", actor_id=person, actor_role="engineer")
    return f"audit row {row}: person {person} did go without being engineer then"


def invite_taken_late(story: Story) -> str:
    invite = story.one("SELECT id FROM invite")
    story.run("UPDATE invite SET expires_at = :at", at=story.at(story.now - 1000 * HOUR))
    return f"invite {invite} was used out of its time"


def invite_taken_by_two(story: Story) -> str:
    invite = story.one("SELECT id FROM invite")
    other = story.one("SELECT min(id) FROM person")
    story.audit("invite", invite, "take", actor_id=other)
    return f"invite {invite} of person"


def invite_keeps_its_token(story: Story) -> str:
    invite = story.one("SELECT id FROM invite")
    story.run("UPDATE invite SET token_hash = 'i-token'")
    return f"invite {invite} keeps its token"


def invite_for_no_place(story: Story) -> str:
    invite = story.one("SELECT id FROM invite")
    story.run("UPDATE invite SET contractor_id = NULL")
    return f"invite {invite} is for no whole role"


def token_in_an_error(story: Story) -> str:
    row = story.one("SELECT id FROM outbox WHERE status = 'failed'")
    error = "ClientError: http://h/bot123456789:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/sendMessage"
    story.run("UPDATE outbox SET last_error = :error WHERE id = :row", row=row, error=error)
    return f"outbox {row} keeps a secret"


def password_in_an_error(story: Story) -> str:
    row = story.one("SELECT update_id FROM inbox WHERE status = 'dead'")
    story.run("UPDATE inbox SET error = 'postgresql://naryad:geheim@db/naryad' WHERE update_id = :row", row=row)
    return f"update {row} keeps a secret"


def token_in_an_update(story: Story) -> str:
    row = story.one("SELECT update_id FROM inbox WHERE body LIKE '%/start%'")
    story.run("UPDATE inbox SET body = replace(body, '***', 'abcdefghijklmnopqrstuv') WHERE update_id = :row", row=row)
    return f"update {row} keeps an invite token"


def broken_reference(story: Story) -> str:
    if story.is_sqlite:
        story.run("CREATE TABLE crumb (id INTEGER PRIMARY KEY, of INTEGER REFERENCES person (id))")
        story.run("PRAGMA defer_foreign_keys = ON")
        story.run("INSERT INTO crumb (id, of) VALUES (1, 999999)")
        return "foreign key of crumb row 1"
    story.run("ALTER TABLE card ADD CONSTRAINT crumb CHECK (chat_id > 0) NOT VALID")
    return "constraint crumb is not validated"


def sending_without_a_lease(story: Story) -> str:
    row = story.one("SELECT max(id) FROM outbox WHERE status = 'sent'")
    story.run("UPDATE outbox SET status = 'sending' WHERE id = :row", row=row)
    return f"outbox {row} is sending, its lease says otherwise"


def finished_under_a_lease(story: Story) -> str:
    row = story.one("SELECT update_id FROM inbox WHERE status = 'done'")
    at = story.at(story.now)
    story.run("UPDATE inbox SET lease_token = 'x', lease_until = :at WHERE update_id = :row", row=row, at=at)
    return f"update {row} is done, its lease says otherwise"


TOLD = ("registered", "drafted", "offer-made", "offer-taken", "nobody", "on-the-way", "reported", "accepted", "wrong")

POST: list[Break] = [
    ("16", "a ticket was accepted tomorrow", time_ahead),
    *(letter_gone(notice) for notice in (*TOLD, "rework", "cancelled", "still-there")),
    ("18", "two letters have one key", same_key),
    ("18", "two letters are one message", same_message),
    ("19", "a letter was cancelled without a word", cancelled_without_a_word),
    ("19", "a letter was sent at no time", sent_at_no_time),
    ("19", "a letter has been under way for hours", sending_for_hours),
    ("19", "a letter failed in silence", failed_in_silence),
    ("19", "a letter was left behind", left_behind),
    ("20", "a stranger was told", told_to_a_stranger),
    ("20", "somebody was told after leaving", told_after_leaving),
    ("21", "a letter overtook another", out_of_order),
    ("22", "an update is parked without an error", dead_without_an_error),
    ("22", "an update is parked and no task says so", parked_in_silence),
    ("22", "an update waits for hours", waiting_for_hours),
    ("22", "an update overtook another", overtaken),
    ("23", "an album is on two tickets", album_apart),
    ("23", "an item of an album is lost", album_item_lost),
    spoilt_proof("a stored picture has no hash", "sha256 = NULL", "stored"),
    spoilt_proof("a stored picture has a refusal", "refusal = 'repeat'", "stored"),
    spoilt_proof("a waiting picture is never fetched", "fetch_at = NULL", "pending"),
    ("36", "a row of the audit does not say by whom", nobody_did_it),
    ("36", "a step was written down twice", written_twice),
    change_without_a_row("membership", "SELECT max(id) FROM membership WHERE ended_at IS NULL", "ended_at = :at"),
    change_without_a_row("task", "SELECT id FROM task WHERE ended_at IS NULL", "ended_at = :at"),
    change_without_a_row("visit", "SELECT id FROM visit WHERE work_started_at IS NULL", "work_started_at = :at"),
    ("37", "somebody acted after leaving", acted_after_leaving),
    ("38", "an invite was taken too late", invite_taken_late),
    ("38", "an invite was taken by two", invite_taken_by_two),
    ("38", "an invite keeps its token", invite_keeps_its_token),
    ("38", "an invite is for no organisation", invite_for_no_place),
    ("39", "an error keeps the token of the bot", token_in_an_error),
    ("39", "an error keeps a password", password_in_an_error),
    ("39", "an update keeps an invite", token_in_an_update),
    ("41", "a reference leads nowhere", broken_reference),
    ("43", "a letter is under way without a lease", sending_without_a_lease),
    ("43", "an update is done and still leased", finished_under_a_lease),
]
