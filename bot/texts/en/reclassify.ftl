tickets-do-reclassify = 🔧 Change the kind of work
reclassify-ask = <b>Which work is it? Ticket { $number }</b>
    Now: { $service }
    Choose, or write a word of its name. Beside it is the client's price.
reclassify-not-found = The price list has no such work. { $number } is now: { $service }.
    Write another word.
reclassify-sure = <b>Change the kind of work of { $number }?</b>
reclassify-work = { $before } → <b>{ $after }</b>
reclassify-price = Client's price: { $before } → <b>{ $after }</b>
reclassify-pay = Contractor's pay: { $before } → <b>{ $after }</b>
reclassify-search = Those asked already get a new offer. If the client must approve the new price, that comes first.
reclassify-crew = { $contractor } keeps the job with the skill for it and no approval to wait for. Otherwise it leaves them without harm to the score.
reclassify-yes = Yes, change it
reclassify-done = Kind of work changed
error-same-work = The ticket is of this kind already. Choose another.
notices-reclassified = 🔧 <b>The kind of work was corrected.</b>
notices-reclassified-desk = 🔧 <b>The kind of work was changed.</b>
notices-reclassified-client = 🔧 <b>The kind of work was corrected.</b> The engineer stays the same.
notices-reclassified-client-taken = 🔧 <b>The kind of work was corrected.</b> It needs another engineer: we will write who comes and when.
notices-reclassified-client-search = 🔧 <b>The kind of work was corrected.</b> We are looking for an engineer and will write who comes and when.
notices-reclassified-client-approval = 🔧 <b>The kind of work was corrected.</b> Your company approves the new price first.
notices-reclassified-job = 🔧 <b>The kind of work has changed, the job stays yours.</b> The new pay is { $pay }.
notices-reclassified-job-taken = 🔧 <b>The work turned out to be another, no need to go.</b> Thank you for taking it: your score is not affected.
notices-reclassified-job-approval = 🔧 <b>The work turned out to be another, no need to go.</b> The client approves the price first. Your score is not affected.
