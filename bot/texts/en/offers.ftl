offers-state-sent = 🔧 <b>A job for you.</b> We wait for your answer until { $until }.
offers-state-lapsed = ⏳ <b>Still free.</b> The time to answer is over and others are being asked, but you can take it.
offers-state-accepted = Your company has already said yes to this job.
offers-state-declined = You declined. That costs nothing; the next one will come.
offers-state-withdrawn-why = The offer was taken back: { $why }. { $advice } There is nothing to drive to.
offers-state-withdrawn = The offer was withdrawn: the job has changed or was cancelled. There is nothing to drive to.
offers-state-lost = Another contractor took the job. Thank you; the next one will come.
offers-pay = 💰 <b>{ $pay }</b> · { $distance } away
offers-emergency = 🔴 <b>Emergency, go at once</b>
offers-service = <b>{ $service }</b>
offers-site = { $site }, { $address }
offers-come-by = ⏱ Be on site by { $by }
offers-number = Job { $number }
offers-take-now = ✅ Take it: leaving now
offers-take-at = ✅ Take it: { $when }
offers-decline = Decline
offers-why = Why me?
offers-pictures = 📷 Photos ({ $count })
offers-no-pictures = There are no photos of this job.
offers-map = 🗺 Map
offers-who-goes = <b>Who will go?</b>
    { $service }
offers-ask-reason = <b>Why does it not suit you?</b>
    Declining costs nothing, and the reason helps us not to bother you in vain.
offers-decline-busy = Busy
offers-decline-far = Too far
offers-decline-price = The pay is low
offers-decline-time = The time does not suit
offers-decline-no-parts = No parts
offers-decline-not-mine = Not my kind of work
offers-list = <b>Free to take: { $total }</b>
    Open one to look and answer.
offers-list-empty = There are no offers now. As soon as there is work near you, it will come by itself.
offers-list-empty-limited = No offers now. I will send one when there is work, but no emergency: a limit is in force, see /me.
offers-list-empty-suspended = No offers: new jobs are stopped. Until when and why is in /me.
offers-list-empty-blocked = No offers: we send none any more. Why, and whether you may appeal, is in /me.
offers-answer-taken = The job is yours
offers-answer-declined = Noted
