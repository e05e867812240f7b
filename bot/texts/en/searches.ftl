searches-clock = ⏱ { $kind ->
    [search] Search for another
   *[reaction] Reaction
}: { $left } left, until { $until } ({ $pct }% used). Asking { $wave } at a time.
searches-clock-over = ⏱ { $kind ->
    [search] The search for another takes long ({ $pct }% of its time used).
   *[reaction] <b>The reaction time is over</b> ({ $pct }% used).
}
searches-clock-stands = ⏱ { $kind ->
    [search] The clock of the search for another is stopped.
   *[reaction] The reaction clock is stopped.
}
searches-raised = 💰 { $added } added to the pay
searches-widened = 📍 Radius wider by { $km } km
searches-over = Nobody is being looked for any more.
searches-do-raise = 💰 Raise the pay
searches-do-widen = 📍 Search { $km } km wider
searches-do-calls = 📞 Phone around
searches-do-ask-move = 🕓 Ask the client about another time
searches-do-time = 🕓 Another time
searches-ask-raise = <b>Raise the pay by how much?</b>
    The contractor gets { $pay } now, the client pays { $price }, { $margin }% is left to us. Below { $floor }% a manager decides.
searches-step = { $mark }+{ $pct }%: { $pay }, { $margin }% to us
searches-ask-time = <b>What time suits you?</b>
    Choose one: those whom the earlier time did not suit will be asked first.
searches-raised-done = Raised, asking anew
searches-widened-done = Searching wider
searches-asked-client = The client has been asked
searches-moved-done = Time changed, looking for an engineer
notices-ask-move-client = 🕓 <b>Nobody can come by then.</b> Would another time do? Tap “Another time”.
searches-clock-nobody = ⏱ { $kind ->
    [search] Search for another
   *[reaction] Reaction
}: { $left } left, until { $until } ({ $pct }% used).
searches-wanted = 🕓 Not before: <b>{ $when }</b>
searches-do-time-desk = 🕓 The client named a time
notices-offer-made-raised = 💰 <b>The pay has gone up.</b>
notices-offer-made-moved = 🕓 <b>The client agrees to another time.</b>
