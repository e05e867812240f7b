menu-free = Availability
menu-free-about = offers, night jobs, holidays
free-title = <b>When to call you</b>
free-firm = { $on ->
    [yes] ✅ { $name } gets offers.
   *[no] ⏸ { $name } gets no offers.
}
free-firm-night = { $on ->
    [yes] 🌙 Night jobs: yes.
   *[no] ☀️ Night jobs: no.
}
free-owner-only = The owner of the firm turns this on and off.
free-absences = <b>You are away:</b>
free-absence = 🏖 on { $days }
free-absence-visit = ⚠️ Ticket { $number }: visit { $when }
free-absence-stays = Visits on these days remain yours. If you cannot come, open the ticket and move it or hand it over.
free-no-absences = No days off are marked. On marked days no new jobs come.
free-turn = { $on ->
    [yes] ▶️ Get offers
   *[no] ⏸ Get no offers
}
free-turn-night = { $on ->
    [yes] 🌙 Take night jobs
   *[no] ☀️ Take no night jobs
}
free-away-today = Off today
free-away-tomorrow = Off tomorrow
free-away-week = Off for a week
free-away-other = Other days
free-back = ✖️ I do work: { $days }
free-ask-days = <b>On which days are you away?</b>
    Type for example: <code>1–14 December</code>, <code>01.12–14.12</code> or <code>tomorrow</code>.
free-still-there = 👋 <b>Are you still with us?</b>
    The last offers for { $name } were left without an answer. Without an answer until { $until } no new ones will come. They can be turned on again at any time: /free
free-still-yes = Yes, keep them coming
free-still-no = Not for now
free-thanks = Thank you, offers go on
free-later = All right, no offers for now
free-why-silence = { $on ->
    [yes] ✅ <b>Offers come again.</b>
   *[no] ⏸ <b>No new offers for now:</b> nobody answered “Are you still with us?”. One button here brings them back.
}
free-why-desk = { $on ->
    [yes] ✅ <b>The dispatcher has turned your offers on.</b>
   *[no] ⏸ <b>The dispatcher has turned your offers off.</b> If this is a mistake, call him.
}
free-desk-off = ⏸ Takes no offers: turned off by the firm, by the desk or by silence.
free-desk-asked = 👋 Was asked “Are you still with us?”, no answer yet.
free-desk-absent = 🏖 { $name } is away: { $days }
free-desk-turn = { $on ->
    [yes] ▶️ Turn offers on
   *[no] ⏸ Turn offers off
}
