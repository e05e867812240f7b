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
notices-offer-made-moved = 🕓 <b>The time wanted is another one.</b>
searches-named = 🕓 By the client's word nobody is needed before <b>{ $when }</b>:
    <i>{ $words }</i>
searches-do-not-so = That is not so
searches-ask-said = <b>Who of the client named { $when }, and how?</b>
    A few words will do: “Irina, the manager, by phone”. The client's deadlines stand until then, so he will be told what was noted in his name.
searches-ask-not-so = Noted in your name: nobody is needed before { $when }.
    <i>{ $words }</i>

    <b>What is wrong?</b> One message, up to 500 characters. The time is taken off, the deadlines go on, and another dispatcher looks at the pause so far.
notices-time-named-client = 🕓 <b>A dispatcher noted a time in your name.</b> The deadlines stand until then.
notices-time-named-desk = 🕓 <b>Noted, and the client has been told.</b>
history-ticket-time_named = a time noted in the client's name
history-ticket-time_disowned = the client: we named no such time
