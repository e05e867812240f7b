"""How the invariants of work, moves and rights are broken: each returns what the auditor must name."""

import json
from datetime import timedelta

from tests.services.broken import Break, Story

WEEK = timedelta(days=7)


def second_assignment(story: Story) -> str:
    story.run("DROP INDEX uq_assignment_live")
    ticket = story.one("SELECT ticket_id FROM assignment WHERE ended_at IS NULL")
    story.run(
        "INSERT INTO assignment (ticket_id, contractor_id, over_limit, started_at, end_reason)"
        " SELECT ticket_id, contractor_id, over_limit, started_at, '' FROM assignment"
        " WHERE ended_at IS NULL AND ticket_id = :ticket",
        ticket=ticket,
    )
    return f"ticket {ticket} has 2 live assignments"


def accepted_without_assignment(story: Story) -> str:
    offer = story.one("SELECT offer_id FROM assignment WHERE offer_id IS NOT NULL")
    story.run("UPDATE assignment SET offer_id = NULL WHERE offer_id = :offer", offer=offer)
    return f"accepted offer {offer} has 0 assignments"


def assignment_of_another_firm(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM assignment WHERE ended_at IS NULL")
    story.run("UPDATE ticket SET contractor_id = NULL WHERE id = :ticket", ticket=ticket)
    return f"its ticket {ticket} names another"


def assignment_on_a_declined_offer(story: Story) -> str:
    declined = story.one("SELECT id FROM offer WHERE status = 'declined'")
    taken = story.one("SELECT id FROM assignment WHERE offer_id IS NULL OR ended_at IS NOT NULL")
    story.run(
        "INSERT INTO assignment (ticket_id, contractor_id, offer_id, over_limit, started_at, ended_at, end_reason)"
        " SELECT ticket_id, contractor_id, :offer, over_limit, started_at, started_at, '' FROM assignment"
        " WHERE id = :id",
        offer=declined,
        id=taken,
    )
    return "rests on an offer that is declined"


def two_accepted_offers(story: Story) -> str:
    story.run("DROP INDEX uq_offer_accepted")
    ticket = story.one("SELECT ticket_id FROM offer WHERE status = 'declined'")
    story.run("UPDATE offer SET status = 'accepted' WHERE ticket_id = :ticket", ticket=ticket)
    return f"ticket {ticket} round 1 has 2 accepted offers"


def offer_opened_again(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'declined'")
    story.run("UPDATE offer SET status = 'sent', answered_at = NULL WHERE id = :offer", offer=offer)
    return f"offer {offer} is sent after send, decline"


def declined_twice(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'declined'")
    story.audit("offer", offer, "decline")
    return f"offer {offer} is declined after send, decline, decline"


def answered_without_a_time(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'accepted'")
    story.run("UPDATE offer SET answered_at = NULL WHERE id = :offer", offer=offer)
    return f"offer {offer} is accepted but its times"


def lapsed_too_early(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'lapsed'")
    story.run("UPDATE offer SET waits_until = :at WHERE id = :offer", offer=offer, at=story.at(story.now + WEEK))
    return f"offer {offer} is lapsed but its times"


def asked_although_excluded(story: Story) -> str:
    offer = story.one("SELECT id FROM offer")
    story.run(
        "UPDATE wave_candidate SET rank = NULL, exclusion = 'skill_expired' WHERE (wave_id, contractor_id) ="
        " (SELECT wave_id, contractor_id FROM offer WHERE id = :offer)",
        offer=offer,
    )
    return f"offer {offer} went to a contractor who was skill_expired"


def asked_outside_the_wave(story: Story) -> str:
    offer = story.one("SELECT id FROM offer")
    story.run(
        "DELETE FROM wave_candidate WHERE (wave_id, contractor_id) ="
        " (SELECT wave_id, contractor_id FROM offer WHERE id = :offer)",
        offer=offer,
    )
    return f"offer {offer} went to a contractor who was not ranked"


def asked_under_a_block(story: Story) -> str:
    """Over by now, but in force when the offer of the second firm was sent."""
    firm = story.one("SELECT contractor_id FROM offer GROUP BY contractor_id ORDER BY count(*)")
    block(story, firm, starts=-2 * WEEK, ends=-timedelta(minutes=1))
    offer = story.one("SELECT id FROM offer WHERE contractor_id = :firm", firm=firm)
    return f"offer {offer} was sent under block"


def blocked_with_an_open_offer(story: Story) -> str:
    offer, firm = _only_open_offer(story)
    block(story, firm, starts=timedelta(0), ends=None)
    return f"open offer {offer} to a contractor under block"


def limited_with_an_open_emergency(story: Story) -> str:
    """A limit alone is no reason, before the job is an emergency."""
    offer, firm = _only_open_offer(story)
    block(story, firm, starts=timedelta(0), ends=None, level="limited")
    assert story.check("6")[0] == []
    of_offer = "(SELECT ticket_id FROM offer WHERE id = :offer)"
    story.run(f"UPDATE ticket SET priority = 'emergency' WHERE id = {of_offer}", offer=offer)
    return f"open offer {offer} to a contractor under block"


def blocked_with_a_price_that_waits(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NULL")
    firm = story.one("SELECT contractor_id FROM offer WHERE id = :offer", offer=offer)
    story.run("UPDATE offer SET status = 'withdrawn' WHERE status IN ('sent', 'lapsed')")
    block(story, firm, starts=timedelta(0), ends=None)
    return f"open offer {offer} to a contractor under block"


def blocked_and_rung_himself(story: Story) -> str:
    """His block is over by now, and his firm never had one."""
    firm = story.one("SELECT contractor_id FROM offer GROUP BY contractor_id ORDER BY count(*)")
    offer = story.one("SELECT id FROM offer WHERE contractor_id = :firm", firm=firm)
    sent = "SELECT data FROM audit WHERE entity = 'offer' AND event = 'send' AND entity_id = :offer"
    person = json.loads(story.one(sent, offer=offer))["people"][0]
    block(story, None, starts=-2 * WEEK, ends=-timedelta(minutes=1), person=person)
    return f"offer {offer} rang person {person} under block"


def _only_open_offer(story: Story) -> tuple[int, int]:
    story.run("UPDATE offer SET status = 'withdrawn' WHERE status = 'countered'")
    first = story.one("SELECT min(id) FROM offer WHERE status IN ('sent', 'lapsed')")
    story.run("UPDATE offer SET status = 'withdrawn' WHERE status IN ('sent', 'lapsed') AND id > :first", first=first)
    offer = story.one("SELECT id FROM offer WHERE status IN ('sent', 'lapsed')")
    return offer, story.one("SELECT contractor_id FROM offer WHERE id = :offer", offer=offer)


def block(
    story: Story,
    firm: int | None,
    *,
    starts: timedelta,
    ends: timedelta | None,
    level: str = "suspended",
    person: int | None = None,
) -> None:
    story.run(
        "INSERT INTO block (contractor_id, person_id, reason, level, rule, cost, lift_reason, starts_at, ends_at)"
        " VALUES (:firm, :person, 'проверка', :level, 'by_hand', '{}', '', :starts, :ends)",
        firm=firm,
        person=person,
        level=level,
        starts=story.at(story.now + starts),
        ends=None if ends is None else story.at(story.now + ends),
    )


def open_offer_of_a_closed_ticket(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'lapsed'")
    story.run("UPDATE ticket SET status = 'cancelled' WHERE id = (SELECT ticket_id FROM offer WHERE id = :o)", o=offer)
    return f"offer {offer} is open, its ticket is cancelled"


def open_offer_of_another_round(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'lapsed'")
    story.run("UPDATE ticket SET round = 2 WHERE id = (SELECT ticket_id FROM offer WHERE id = :o)", o=offer)
    return f"offer {offer} is open, its ticket is unstaffed by now"


def taken_while_in_work(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'withdrawn'")
    ticket = story.one("SELECT ticket_id FROM offer WHERE id = :offer", offer=offer)
    story.run("UPDATE offer SET status = 'accepted' WHERE id = :o", o=offer)
    story.audit("ticket", ticket, "assign", from_state="in_work", to_state="assigned", data=f'{{"offer":{offer}}}')
    return f"offer {offer} was taken by a move of ticket {ticket} in in_work"


def price_nobody_is_asked_about(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NULL")
    story.run("UPDATE task SET ended_at = :at WHERE kind = 'counter'", at=story.at(story.now))
    return f"offer {offer} waits with a price and nobody is asked"


def task_about_a_price_that_is_over(story: Story) -> str:
    task = story.one("SELECT id FROM task WHERE kind = 'counter' AND ended_at IS NOT NULL")
    story.run("UPDATE task SET ended_at = NULL WHERE id = :task", task=task)
    return "asks about a price that does not wait"


def agreed_without_a_move(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NULL")
    story.run("UPDATE offer SET answered_at = :at WHERE id = :offer", offer=offer, at=story.at(story.now))
    return f"offer {offer} is countered and was taken 0 times"


def accepted_instead_of_agreed(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NOT NULL")
    story.run("UPDATE offer SET status = 'accepted' WHERE id = :offer", offer=offer)
    return f"offer {offer} is accepted and was taken 1 times"


def countered_after_a_refusal(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NULL")
    story.audit("offer", offer, "refuse")
    return f"offer {offer} is countered after send, counter, refuse"


def price_without_an_end(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NULL")
    story.run("UPDATE offer SET counter_until = NULL WHERE id = :offer", offer=offer)
    return f"offer {offer} is countered but its times"


def agreed_without_assignment(story: Story) -> str:
    offer = story.one("SELECT id FROM offer WHERE status = 'countered' AND answered_at IS NOT NULL")
    story.run(
        "UPDATE offer SET ticket_id = (SELECT ticket_id FROM offer WHERE status = 'countered' AND answered_at IS NULL),"
        " round = 99 WHERE id = :offer",
        offer=offer,
    )
    return f"agreed offer {offer} has no assignment"


def more_jobs_than_hands(story: Story) -> str:
    firm = story.one("SELECT contractor_id FROM assignment WHERE ended_at IS NULL GROUP BY 1 ORDER BY count(*) DESC")
    story.run("UPDATE contractor SET engineers = 1 WHERE id = :firm", firm=firm)
    return f"contractor {firm} has 8 open jobs, more than 5"


def illegal_edge(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'accepted'")
    story.audit("ticket", ticket, "accept", from_state="accepted", to_state="accepted", actor_role="requester")
    story.run("UPDATE ticket SET version = version + 1 WHERE id = :ticket", ticket=ticket)
    return f"ticket {ticket}: accepted –accept→ accepted by requester is not in the table"


def edge_of_another_role(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'reported'")
    story.audit("ticket", ticket, "accept", from_state="reported", to_state="accepted", actor_role="engineer")
    story.run("UPDATE ticket SET version = version + 1, status = 'accepted' WHERE id = :ticket", ticket=ticket)
    return f"ticket {ticket}: reported –accept→ accepted by engineer is not in the table"


def status_without_a_move(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'assigned'")
    story.run("UPDATE ticket SET status = 'in_work' WHERE id = :ticket", ticket=ticket)
    return f"ticket {ticket} is in_work v2, its audit says ('assigned', 2)"


def version_without_a_move(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'assigned'")
    story.run("UPDATE ticket SET version = 7 WHERE id = :ticket", ticket=ticket)
    return f"ticket {ticket} is assigned v7"


def jump(story: Story) -> str:
    ticket = story.one("SELECT id FROM ticket WHERE status = 'assigned'")
    story.audit("ticket", ticket, "accept", from_state="reported", to_state="accepted", actor_role="requester")
    story.run("UPDATE ticket SET version = version + 1, status = 'accepted' WHERE id = :ticket", ticket=ticket)
    return f"ticket {ticket} jumps from assigned to reported"


def accepted_by_nobody(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM acceptance")
    story.run("DELETE FROM acceptance WHERE ticket_id = :t", t=ticket)
    return f"ticket {ticket} is accepted by nobody"


def accepted_by_the_engineer(story: Story) -> str:
    ticket = story.one("SELECT min(ticket_id) FROM acceptance")
    person = story.one("SELECT engineer_id FROM assignment WHERE ticket_id = :t", t=ticket)
    story.run("UPDATE acceptance SET person_id = :person WHERE ticket_id = :t", person=person, t=ticket)
    return f"ticket {ticket} was accepted by person {person} as requester"


def a_picture_changed(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM acceptance")
    proof = story.one("SELECT id FROM proof WHERE ticket_id = :ticket AND stage = 'after'", ticket=ticket)
    story.run("UPDATE proof SET sha256 = :other WHERE id = :proof", proof=proof, other="e" * 64)
    return f"ticket {ticket}: the shots are not those that were accepted"


def too_few_pictures(story: Story) -> str:
    ticket = story.one("SELECT ticket_id FROM acceptance")
    story.run("UPDATE proof SET is_forwarded = true WHERE ticket_id = :ticket AND stage = 'after'", ticket=ticket)
    return f"ticket {ticket} is accepted with 0 of 1 shots after"


def stuck(status: str, sql: str) -> Break:
    def breaks(story: Story) -> str:
        ticket = story.one("SELECT id FROM ticket WHERE status = :status", status=status)
        story.run(sql, ticket=ticket, at=story.at(story.now))
        return f"ticket {ticket} is {status} and"

    return "11", f"a ticket {status} has nothing to happen", breaks


END_TASKS = "UPDATE task SET ended_at = :at WHERE ticket_id = :ticket AND kind <> 'counter'"
DROP_VISITS = "UPDATE visit SET status = 'dropped' WHERE ticket_id = :ticket"
END_JOBS = "UPDATE assignment SET ended_at = :at WHERE ticket_id = :ticket"

WORK: list[Break] = [
    ("1", "a ticket has two live assignments", second_assignment),
    ("2", "an accepted offer has no assignment", accepted_without_assignment),
    ("2", "an assignment is of another firm than its ticket", assignment_of_another_firm),
    ("2", "an assignment rests on a declined offer", assignment_on_a_declined_offer),
    ("3", "two offers of one round are accepted", two_accepted_offers),
    ("4", "a declined offer is open again", offer_opened_again),
    ("4", "an offer is declined twice", declined_twice),
    ("4", "an answer has no time", answered_without_a_time),
    ("4", "an offer lapsed before its time", lapsed_too_early),
    ("2", "an agreed price has no assignment", agreed_without_assignment),
    ("4", "a refused price still waits", countered_after_a_refusal),
    ("4", "a price has no end", price_without_an_end),
    ("7", "a price is agreed to without a move", agreed_without_a_move),
    ("7", "an agreed price is called an accepted offer", accepted_instead_of_agreed),
    ("11", "a price waits and no task asks", price_nobody_is_asked_about),
    ("11", "a task asks about a price that is over", task_about_a_price_that_is_over),
    ("5", "somebody excluded was asked", asked_although_excluded),
    ("5", "somebody was asked who was not in the wave", asked_outside_the_wave),
    ("5", "somebody was asked under a block that has ended since", asked_under_a_block),
    ("6", "a blocked firm has an open offer", blocked_with_an_open_offer),
    ("6", "a limited firm has an open emergency", limited_with_an_open_emergency),
    ("6", "a blocked firm waits with a price", blocked_with_a_price_that_waits),
    ("6", "a blocked person was rung himself", blocked_and_rung_himself),
    ("7", "an offer of a cancelled ticket is open", open_offer_of_a_closed_ticket),
    ("7", "an offer of an earlier round is open", open_offer_of_another_round),
    ("7", "an offer was taken while somebody worked", taken_while_in_work),
    ("8", "a firm has more jobs than the limit", more_jobs_than_hands),
    ("9", "a move is not in the table", illegal_edge),
    ("9", "a move was made by a role that may not", edge_of_another_role),
    ("9", "a status changed without a move", status_without_a_move),
    ("9", "a version changed without a move", version_without_a_move),
    ("9", "a ticket jumps", jump),
    ("10", "accepted by nobody", accepted_by_nobody),
    ("10", "accepted by the engineer", accepted_by_the_engineer),
    ("10", "a picture was changed after the yes", a_picture_changed),
    ("10", "a picture was only forwarded", too_few_pictures),
    stuck("draft", "UPDATE person SET unreachable_at = :at WHERE :ticket > 0"),
    stuck("unstaffed", END_TASKS),
    stuck("disputed", END_TASKS),
    stuck("assigned", DROP_VISITS),
    stuck("rework", DROP_VISITS),
    stuck("in_work", DROP_VISITS),
    stuck("reported", END_JOBS),
]
