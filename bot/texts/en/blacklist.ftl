menu-blacklist = Blacklist
menu-blacklist-about = who is not called now, and why
blacklist-title = <b>Blacklist</b> — entries: { $total }
blacklist-empty = <b>Nothing here.</b>
blacklist-nothing = <b>Nobody is found by “{ $words }”.</b>
blacklist-show-whole = The whole list
blacklist-hint = To search, write <code>/blacklist</code> and words: a name, code, tax number, phone or reason. Add from the contractor's page: /contractor.
blacklist-words-missed = deadlines missed by own fault, late
blacklist-words-no_shows = no-shows, noshow, did not come
blacklist-words-reworks = work done again, rework, faulty
blacklist-words-score = low score, rating
blacklist-words-fraud = proven fraud, forgery
blacklist-words-repeated = again after the last limit, repeated
blacklist-words-by_hand = decided by people, by hand
blacklist-history = <b>{ $name }: everything there was</b>
blacklist-history-empty = <b>{ $name }</b>: no limits so far.
blacklist-add = 🚫 Put on the blacklist
blacklist-of-firm = 🚫 Blacklist
blacklist-line = { $n }. <b>{ $name }</b> — { $level }
    { $why }
    { $state }{ $extra }
blacklist-by-client = { $name }, for the client { $client }
blacklist-waits = waits for a second person
blacklist-for-ever = without end
blacklist-until = until { $day }
blacklist-over = ended { $day }
blacklist-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
blacklist-sites = { $sites ->
    [one] leaves { $sites } site with nobody
   *[other] leaves { $sites } sites with nobody
}
blacklist-appeal-waits = ✋ appealed
blacklist-appeal-upheld = appeal upheld
blacklist-appeal-refused = appeal refused
blacklist-show-all = { $on }All { $n }
blacklist-show-limited = { $on }No emergencies { $n }
blacklist-show-suspended = { $on }No jobs { $n }
blacklist-show-blocked = { $on }Blocked { $n }
blacklist-show-asked = { $on }To decide { $n }
blacklist-ask-whom = <b>Who of “{ $name }” is not to be called?</b> A second person decides: you propose first.
blacklist-firm = The whole firm: { $name }
blacklist-person = This person alone: { $name }
blacklist-ask-where = <b>Where?</b> A block of one client leaves the others alone and does not change the score.
blacklist-everywhere = Everywhere
blacklist-client = For this client alone: { $name }
blacklist-ask-how = <b>How strictly, and for how long?</b>
    No emergencies — the rest is offered. No new jobs — what is begun is finished and paid. Blocked — nothing until it is lifted or over.
blacklist-level = { $level }: { $term }
blacklist-ask-why = Write the reason in one message, up to 300 characters. The contractor will see it.
blacklist-recap = { $where } · { $span }
blacklist-draft = <b>Propose this to a second person?</b>
blacklist-do-send = 🚫 Propose
block-level-limited = no emergencies
block-level-suspended = no new jobs
block-level-blocked = blocked
block-firm = { $name }
block-person = { $name } (person)
block-title = 🚫 <b>{ $name }: { $level }</b>
block-title-client = 🚫 <b>{ $name }: { $level }</b> — for the client { $client }
block-term = From { $since } until { $until }
block-term-open = From { $since }. No end is set.
block-term-over = From { $since }. Ended { $until }
block-for-days = For { $days ->
    [one] { $days } day
   *[other] { $days } days
}
block-for-ever = Without end
block-reason = Reason: { $reason }
block-why = Why: { $rule }
block-rule-missed = deadlines missed by own fault
block-rule-no_shows = no-shows
block-rule-reworks = faulty work done again
block-rule-score = a low score
block-rule-fraud = proven fraud
block-rule-repeated = again after the last limit
block-rule-by_hand = a decision of people
block-rule-again = This is the second time: the last limit ended not long ago.
block-rule-again-during = This is the second time: it happened while the last limit was in force.
block-kind-missed = missed deadline
block-kind-missed-of = missed deadline ({ $clock })
block-kind-no_show = no-show
block-kind-rework = rework
block-kind-fraud = fraud
block-kind-back_out = backed out after the yes
block-kind-arrival = late arrival
block-kind-first_time = not accepted the first time
block-kind-proof = photos not in time
block-kind-mark = low mark of the client
block-event = • { $day }: { $kind }, { $number }
block-event-annulled = • { $day }: <s>{ $kind }, { $number }</s> — annulled
block-events-more = …and { $n } more
block-allowed-limited = Emergencies are not offered, everything else is as usual.
block-allowed-suspended = No new jobs. Finish what you have begun: accepted work is paid.
block-allowed-blocked = No new jobs. Finish what you have begun: accepted work is paid.
block-others = Another limit is in force as well: see /me.
block-cost = ⚠️ Left with nobody: { $sites ->
    [one] { $sites } site
   *[other] { $sites } sites
}
block-cost-line = • { $skill }, { $region }: { $sites }
block-cost-none = No site is left without a contractor.
block-asked = <b>Proposed for the blacklist</b>
block-asked-by = Proposed by { $name }
block-parties = Proposed by { $asked }, confirmed by { $confirmed }
block-party = By a rule. Confirmed by { $confirmed }
block-lifted-by = Lifted ({ $by }): { $why }
block-lifted = Lifted: { $why }
block-why-annulled = the strikes were annulled
block-why-eased = the limit before it was lifted, so it repeats none
block-why-outdone = suspended for proven fraud meanwhile
block-why-upheld = the appeal was upheld
block-request-yes = ✅ Confirmed: { $name }
block-request-no = Refused ({ $name }): { $why }
block-request-spared = Until { $until } no rule asks about them again, unless for proven fraud.
block-needs-another = Another person must decide: one who had no part in it.
block-do-confirm = ✅ Confirm
block-do-refuse = Refuse, with a reason
block-do-take-back = Take the proposal back
block-do-lift = Lift before its time
block-do-open = 🚫 { $level }: more, appeal
block-do-read = 🚫 { $level }: more
block-do-ticket = Ticket { $number }
block-do-show = Open the entry
block-confirmed = Done, the contractor is told
block-ask-refusal = Why not? Write it in one message, up to 300 characters.
block-ask-lift = Why is it lifted? Write it in one message, up to 300 characters. The contractor will see it.
block-own-start = 🚫 <b>We have limited your jobs: { $level }.</b>
block-own-blocked = 🚫 <b>We offer you no jobs any more.</b>
block-own-lift = ✅ <b>The limit is lifted, you are called again.</b>
block-own-end = ✅ <b>The limit is over, you are called again.</b>
block-own-lift-others = ✅ <b>The limit is lifted.</b> Another one is in force: see /me.
block-own-end-others = ✅ <b>The limit is over.</b> Another one is in force: see /me.
block-desk-start = 🚫 <b>{ $name }: { $level }.</b>
block-desk-lift = ✅ <b>{ $name }: the limit is lifted.</b>
block-desk-end = ✅ <b>{ $name }: the limit is over.</b>
block-then-suspended = If it happens again, we stop all new jobs.
block-owner-appeals = An owner of the firm may appeal.
block-near = ⚠️ <b>Warning: { $rule }.</b> { $count } of { $needed } by now: at { $needed } we limit your jobs.
block-near-advice = If a strike is wrong, dispute it: /me.
appeal-do = ✋ Appeal
appeal-do-show = Open the appeal
appeal-do-uphold = Agree and lift
appeal-do-uphold-events = Agree and lift, do not count the events
appeal-do-uphold-sure = Yes, lift and stop counting events: { $n }
appeal-ask-uphold = <b>Lift the limit of { $name } and stop counting events: { $n }?</b> They leave the score and all the rules, and cannot be brought back.
appeal-do-refuse = Refuse, with an answer
appeal-title = ✋ <b>Appeal</b>
appeal-late = ⏰ <b>An appeal was not answered in time.</b>
appeal-words = { $name }: “{ $words }”
appeal-waits = The appeal is being looked at; answer by { $until }
appeal-upheld = ✅ The appeal is upheld, the limit is lifted.
appeal-upheld-events = ✅ The appeal is upheld: the limit is lifted, these events count no more.
appeal-answer = Answer: { $answer }
appeal-refused = The appeal is refused. Answer: { $answer }
appeal-decided-by = Decided by: { $name }
appeal-ask = Write what you do not agree with in one message, up to { NUMBER($most) } characters. Somebody who had no part in it decides, or, if all had, the most senior of them, in { $days } working { $days ->
    [one] day
   *[other] days
}. You may appeal once, so you see first what will be sent.
appeal-draft = <b>Send this appeal?</b> You may appeal once.

    “{ $words }”
appeal-do-send = ✋ Send the appeal
appeal-do-change = Change it
appeal-not-now = Not now
appeal-ask-answer = Why is it refused? Write the answer to the contractor in one message.
appeal-decided = Decided, the contractor is told
tasks-kind-block_asked = blacklist: yes or no?
tasks-kind-appeal = appeal against a limit
tasks-kind-blocks_held = many limits in one day: check them
tasks-open-block_asked = Look and decide
tasks-open-appeal = Read and decide
tasks-open-blocks_held = Open the list
tasks-end-blocks_held = Done: looked through
error-block-asked = Such a limit is proposed already and waits for a decision: /blacklist.
error-block-holds = Such a limit is in force already: /blacklist. Another one like it may begin when it is over.
error-appeal-given = You have appealed against this limit already, and may do so once. The answer will come here.
error-appeal-over = The time for an appeal is over: { $days } days, or while the limit lasts.
error-person-barred = You are not called to jobs now, so you cannot join a team. When the limit is over, open the invite again. You can appeal under the message about the limit.
