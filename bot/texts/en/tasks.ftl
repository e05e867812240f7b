tasks-kind-approval = the client’s approval is needed
tasks-kind-draft = confirm a stranger’s request
tasks-kind-unstaffed = nobody to send
tasks-kind-unverified = make sure the engineer is there
tasks-kind-left = the engineer left without finishing
tasks-kind-dispute = the client did not accept the work
tasks-kind-no_crew = the contractor is not in Telegram: call, let them open the bot and share the phone — the job waits in /jobs
tasks-kind-no_accepter = nobody can accept the work: call and invite somebody (/sites)
tasks-kind-undelivered = a message did not arrive
tasks-kind-parked = a failure, please have a look
tasks-line-free = ⚠️ <b>{ $kind }</b>
tasks-line-taken = ⚠️ <b>{ $kind }</b> — { $name } is on it
tasks-take = I take it
tasks-end-unverified = Checked: the engineer is there
tasks-end-left = The next visit is arranged
tasks-end-no_crew = Done: agreed by phone
tasks-end-no_accepter = Done: somebody is invited
tasks-end-undelivered = Done: the person has been told
tasks-end-parked = Done
tasks-taken = It is yours now
tasks-ended = Done, off the queue
tasks-queue = <b>Queue</b> — tasks: { $total }
tasks-queue-empty = <b>The queue is empty.</b> Nothing is burning.
tasks-queue-line = { $n }. { $urgent }<b>{ $kind }</b>{ $what } · { $age } { $by }
tasks-by = · { $name }
tasks-refresh = Refresh
tasks-one = <b>{ $kind }</b>
    Waiting for { $age }
tasks-one-person = To: { $name }
tasks-incident = Incident: <code>{ $incident }</code>
tasks-choices = <b>Whom to send on { $number }?</b>
tasks-choices-empty = There is nobody to send on { $number }: no one near has a confirmed skill. Have a look at the contractors: /contractor.
tasks-choice = { $n }. <b>{ $name }</b>, { $distance }
    { $contact } { $phone }
tasks-choice-passes = ⚠️ { $rule }
tasks-ask-assign = Send <b>{ $name }</b> on { $number }?
    A rule speaks against it: <b>{ $rule }</b>. The history will say that you decided.
tasks-do-assign-yes = Yes, send them
