counter-name = 💬 My own price
counter-ask = <b>What would you do it for?</b>
    { $service }. We offer { $pay } now.
    Type your price for the whole job in roubles, for example 5000 or 4500.50. You can name it once; the dispatcher says yes or no, and meanwhile we ask others too.
counter-state-waits = 💬 <b>The dispatcher has your price of { $asked }.</b> You will hear by { $until }.
counter-state-agreed = 🤝 <b>The dispatcher agreed to your price of { $asked }.</b> Your colleague goes.
counter-state-refused = ⏳ <b>Still free for { $pay }.</b> Your price of { $asked } is no longer considered, and we are asking others too.
counter-line = 💬 <b>{ $contractor }</b> asks for <b>{ $asked }</b> instead of { $offered }.
    { $left } would be left — { $pct } % (at least { $floor } %).
    { $distance } from the site, score { $score }. The price is good until { $until }.
counter-line-below = 💬 <b>{ $contractor }</b> asks for <b>{ $asked }</b> instead of { $offered }.
    ⚠️ { $left } would be left — { $pct } %, and at least { $floor } % is needed: only a manager may agree.
    { $distance } from the site, score { $score }. The price is good until { $until }.
counter-call-off = Take my price back
counter-called-off = Your price is taken back: the first one is yours again
counter-agree = ✅ Agree: { $asked }, { $contractor }
counter-refuse = Refuse: { $contractor }
counter-agreed = Assigned at this price
counter-refused = The refusal was sent
notices-countered-desk = 💬 <b>A contractor has named his price.</b> Decide while it is good.
notices-counter-decided-refuse = <b>Your price was not accepted.</b> You can take the job for { $pay }.
notices-counter-decided-expire = <b>Nobody answered your price in time.</b> You can take the job for { $pay }.
notices-offer-taken-agreed = 🤝 <b>Your price was accepted: { $pay }.</b>
history-offer-call-off = took his price back
history-offer-refuse = his price was refused
history-agreed = for { $pay }, at the contractor’s price
error-price-invalid = That does not look like a price. Type it in roubles as one number: more than { NUMBER($above) } and at most { NUMBER($most) } ₽.
error-contractor-full = This contractor already has { $limit } open { $limit ->
    [one] job
   *[other] jobs
}, which is the limit. Beyond it only an assignment by hand is possible.
