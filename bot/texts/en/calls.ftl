calls-nobody = Nobody to phone just now. When a call is needed, the ticket will stand here.
calls-waiting = <b>To phone: { $total }</b>
calls-kind = <b>{ $kind }</b>
calls-kind-unstaffed = find an engineer
calls-kind-reaction = time is running out, nobody has taken it
calls-kind-unconfirmed = find out whether the engineer is coming
calls-kind-no_crew = the contractor is not in Telegram
calls-kind-no_accepter = ask for acceptance
calls-kind-deadline = a deadline burns: find out whether they will make it
calls-kind-draft = do they confirm a stranger’s request?
calls-whom = 📞 { $contact } { $phone }
calls-made = Calls made: { $count }
calls-ticket = <b>📞 Calls about { $number }</b>
    { $service }, { $site }
    We offer { $pay }
calls-ticket-empty = Nobody with the confirmed skill is near. Try a wider search.
calls-line = { $n }<b>{ $name }</b>, { $distance }
    📞 { $contact } { $phone }
calls-said = { $said } — { $when }, { $by }
calls-said-no-answer = no answer
calls-said-refused = refused
calls-said-later = call again
calls-said-accepted = accepted
calls-do-accepted = ✅ Accepted: assign
calls-do-refused = Refused
calls-do-no-answer = No answer
calls-do-later = Call again later
calls-do-note = 📝 Write a note
calls-ask-note = What did <b>{ $name }</b> say? Write it in one message.
calls-accepted-done = Assigned
menu-calls = Calls
menu-calls-about = whom to phone
history-ticket-call = a call to a contractor
history-ticket-raise = pay raised
history-ticket-no_raise = pay not raised: margin
history-ticket-widen = searching wider
history-ticket-move = another time
history-ticket-ask_move = the client was asked about another time
