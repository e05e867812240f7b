menu-me = My score
menu-me-about = score, strikes and what to do next
score-title = <b>Score: { $value } of 100</b>
score-title-new = <b>You are new: { $value } of 100 for now</b>
    Jobs accepted: { $done } of { $need }. After that the score is your own.
score-title-new-desk = <b>New: { $value } of 100 for now</b>
    Jobs accepted: { $done } of { $need }. After that the score is its own.
score-weakest-desk = 👉 Loses most here: <b>{ $name }</b>.
score-weakest-desk-new = 👉 New: the score does not move yet; later this will cost most: <b>{ $name }</b>.
score-weakest-desk-none = 👉 Loses nothing so far.
score-weakest-desk-strikes = 👉 Loses no points; strikes and limits are below.
score-whose = { $name }
score-part = • { $name }: { $good } of { $n } (weight { $weight })
score-part-empty = • { $name }: no data yet (weight { $weight })
score-part-lost = • { $name }: −{ $lost }, and no accepted jobs yet (weight { $weight })
score-part-on_time = On time
score-part-first_time = First time right
score-part-proof = Report in time
score-part-back_outs = Nothing handed back
score-part-mark = Clients' marks
score-next-on_time = 👉 <b>What next.</b> Punctuality costs you most. Come no sooner than { $early } min before the window and no later than { $late } min after it; if you cannot, move the visit ahead of time.
score-next-first_time = 👉 <b>What next.</b> Work done again costs you most. Show it to the person on site before you leave.
score-next-proof = 👉 <b>What next.</b> Late reports cost you most. Send the report from the site, on the day of the work.
score-next-back_outs = 👉 <b>What next.</b> Jobs handed back and no-shows cost you most. Take what you will surely do; if you cannot, say so more than a day ahead.
score-next-mark = 👉 <b>What next.</b> Clients' marks cost you most. Ask on site whether all is well while you are still there.
score-next-later = While you are new the score does not move: this will tell later.
score-next-strikes = 👉 <b>What next.</b> You lose no points, but what stands below decides which jobs you are offered. If you do not agree, open it and say so.
score-next-people = 👉 <b>What next.</b> You lose no points. Somebody of your team is limited: why stands below, and only that person may appeal.
score-next-new = 👉 <b>What next.</b> Every accepted job brings your own score nearer: come within the window and report from the site.
score-next-nothing = 👉 <b>What next.</b> Nothing to lose: all was done well. Keep it up!
score-strikes = ⚠️ What counts now: { $counts }.
score-strike-back_out = handed back in { $span } days — { $n }
score-strike-no_show = no-shows in { $span } days — { $n }
score-strike-missed = jobs with a missed deadline of the last { $span } — { $n }
score-strike-rework = done again in { $span } days — { $n }
score-strike-fraud = fraud — { $n }
score-block = { $level ->
    [limited] 🟡 <b>Limited
    [suspended] 🟠 <b>Suspended
   *[blocked] 🔴 <b>Blocked
}{ $whose ->
    [person] { " " }(in person)
    [other] { " " }({ $name }, in person)
   *[firm] { "" }
}{ $has_client ->
    [yes] { " " }at { $client }
   *[no] { "" }
}{ $has_until ->
    [yes] { " " }until { $until }
   *[no] { " " }without end
}</b>
score-block-why = Why: { $reason }
score-block-alone = It is about this person alone.
score-block-stays = { $level ->
    [limited] Ordinary offers come, emergencies do not. Jobs you have stay yours and are paid as always.
   *[suspended] No new offers. What is begun may be finished, what is accepted is paid.
}
score-open-disputes = { $n ->
    [one] ⚖️ { $n } dispute is waiting for a decision.
   *[other] ⚖️ { $n } disputes are waiting for a decision.
}
score-papers = <b>Papers and skills:</b>
score-events = <b>Events: { $total }</b>
score-events-own = <b>Your events: { $total }</b>
score-annulled = does not count
score-excused = does not count for limits
score-event-arrival-good = On site in time
score-event-arrival-bad = On site at the wrong time
score-event-arrival-late = { $span } late
score-event-arrival-early = { $span } before the window
score-event-first_time-good = Accepted the first time
score-event-first_time-bad = The work had to be done again
score-event-proof-good = Report with photos in time
score-event-proof-bad = Report with photos late
score-event-mark = The client gave { $mark } of { $best }
score-event-back_out-early = Handed back more than a day ahead
score-event-back_out-late = Handed back less than a day ahead
score-event-no_show = Did not come
score-event-missed = A deadline of the client missed
score-event-missed-of = A deadline of the client missed: { $clock }
score-event-rework = Had to be done once more
score-event-fraud = Fraud
score-cost-on_time = { $amount } on time
score-cost-first_time = { $amount } first time right
score-cost-proof = { $amount } reports
score-cost-back_outs = { $amount } nothing handed back
score-cost-mark = { $amount } marks
score-cost-strike = a strike
score-event-when = When: { $at }
score-event-due = The deadline was: { $at }
score-event-held = Working time of the deadline: { $ours } before your yes, { $theirs } after it.
score-event-held-desk = Working time of the deadline: ours { $ours }, the contractor’s { $theirs }.
score-event-who = Who: { $name }, { $firm }
score-event-source = Source: { $source }{ $by }
score-event-by = { " " }({ $name })
score-event-twin = It is a strike for faulty work as well.
score-event-words = What was found: { $words }
score-event-counts = The event counts.
score-event-counts-yet = The event counts for now; nothing is decided yet.
score-event-cleared = The event does not count: the appeal against the limit was upheld.
score-event-excused = For limits the event does not count: that limit was lifted.{ $scored ->
    [yes] { " " }It stays in the score.
   *[no] { "" }
}
score-event-annulled = The event does not count.
score-event-may = Not so? Write why, last day: { $until }. Another person decides.
score-event-over = It could be disputed within { $days } days.
score-dispute-words = ⚖️ <b>Disputed by { $name }</b>, { $at }:
    { $words }
score-dispute-waits = Nothing is decided yet.
score-dispute-upheld = ↩️ <b>Decided{ $by }: the contractor is right.</b>
score-dispute-refused = ❗ <b>Decided{ $by }: the event stays.</b>
score-dispute-answer = Answer: { $words }
score-do-dispute = I do not agree
score-do-uphold = Right: annul the event
score-do-refuse = Not right: the event stays
score-do-fraud = Report fraud
score-do-ledger = Score and events
score-do-look = Look and decide
score-strike-crew = ⚠️ <b>An event in your score.</b> Below is what happened and what it costs. If it is not so, tap "I do not agree".
score-strike-desk = ⚠️ <b>A strike: { $firm }.</b>
score-decided-upheld = ↩️ <b>You were right: the event counts no more.</b> The score was computed anew.
score-decided-refused = ❗ <b>Your dispute was looked at: the event stays.</b>
score-ask-dispute = <b>{ $what }</b>
    Write in one message why it is not so. Somebody who took no part will read it.
score-ask-refusal = <b>{ $what }</b>
    Write why the event stays: the contractor reads your answer.
score-ask-fraud = <b>Fraud · { $number } · { $firm }</b>
    Write what was found and how it is proven. The contractor reads it and may dispute it; offers stop at once.
score-saved = Done
tasks-kind-score_dispute = a contractor disputes the score
error-needs-another = You took part in this yourself, or are of this firm: another person must decide.
error-dispute-given = This event was disputed already; that can be done once.
error-dispute-late = An event can be disputed within { $days } days. That time is over.
error-dispute-decided = It is decided already, by { $name }.
