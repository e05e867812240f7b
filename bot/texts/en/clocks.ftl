clocks-kind-reaction = Reaction
clocks-kind-search = Search
clocks-kind-arrival = Arrival
clocks-kind-resolution = Resolution
clocks-until = ⏱ { $kind }: until { $until }
clocks-over = ⏱ <b>{ $kind }: the time is over</b> — it was until { $until }
clocks-late = {" "}· 🔴 <b>{ $kind }: the time is over</b>, it was until { $until }
clocks-stands = ⏱ { $kind }: the clock is stopped — { $reason }
clocks-there = {" "}(at the site { $until })
clocks-do-priority = 🚦 Change the priority
clocks-ask-priority = <b>How urgent is { $number }?</b>
    Now: { $priority }. Time already spent stays, the deadlines are counted anew by the contract. Whoever was asked gets a new offer.
clocks-make-emergency = 🔴 Emergency
clocks-make-normal = Normal
clocks-make-planned = Planned
clocks-priority-emergency = emergency
clocks-priority-normal = normal
clocks-priority-planned = planned
clocks-priority-done = The priority is changed
clocks-priority-stays = Changed. This contractor gets no emergencies now, but the work has begun and stays with them.
notices-priority = 🚦 <b>The priority is changed.</b>
notices-priority-job = 🚦 <b>The priority has changed.</b> The new time is on the card.
notices-priority-job-emergency = 🔴 <b>This is an emergency now.</b> Come sooner if you can: the new time is on the card.
notices-priority-client = 🚦 <b>The priority has changed.</b> The new time is on the card.
notices-priority-client-emergency = 🔴 <b>Your request is an emergency now.</b> We hurry: the new time is on the card.
history-ticket-priority = the priority was changed
history-ticket-replan = deadlines counted anew by the new plan
clocks-pauses = <b>Pauses</b>
clocks-pause = { $n }. { $window } — { $reason }. The time did not count ({ $whose }).
clocks-pause-runs = { $n }. { $window } — { $reason }. The pause was taken back, the time counts ({ $whose }).
clocks-pause-title = <b>A pause of { $number }</b>
clocks-whose-client = waiting for the client
clocks-whose-contractor = the contractor’s time
clocks-whose-ours = our time
clocks-whose-nobody = nobody’s fault
clocks-do-object = I disagree with pause { $n }
clocks-do-pause = Pause { $n }: objection
clocks-do-evidence = Pause { $n }: evidence
clocks-object-yes = I disagree
clocks-to-history = To the history
clocks-ask-objection = { $what }

    <b>Why do you disagree?</b> Write one message, up to 500 characters. You can object once; a dispatcher decides.
clocks-ask-refusal = { $what }

    <b>Why does the pause stay?</b> Whoever objected will read the answer.
clocks-objection = Objection by { $name }
    <i>{ $words }</i>
clocks-objection-waits = Nothing is decided yet.
clocks-objection-runs = ↩️ <b>Decided: there was no pause, the time counts.</b>
clocks-objection-nobody = ↩️ <b>Decided: the pause stays, but it is nobody’s fault.</b>
clocks-objection-refused = ❗ <b>Decided: the pause stays as it is.</b>
clocks-objection-answer = Answer: { $words }
clocks-verdict-runs = ↩️ No pause, the time counts
clocks-verdict-nobody = ⚖️ A pause, but nobody’s fault
clocks-verdict-refused = ❗ The pause is right
clocks-decided = Decided; the deadlines are counted anew
clocks-look = Look at the pause
tasks-kind-objection = an objection to a pause
history-ticket-object = an objection to a pause
history-ticket-object_decided = the objection to a pause was decided
error-objection-late = A pause can be objected to within { $days } days after its end. That time is over.
