error-unexpected = Something broke on our side and is already noted as number <b>{ $incident }</b>. Please try again in a minute; if it still fails, give this number to the dispatcher.
error-not-found = I cannot find it. The number may be different, or it is no longer yours. Look in the lists of the menu.
error-not-allowed = This is not for your role. If you need it, ask the dispatcher.
error-changed = Things have moved on; here is how it stands now.
error-offer-taken = Another contractor has just taken this job. Thank you for answering; the next one will come.
error-offer-closed = This offer is closed and cannot be taken any more. New ones come by themselves.
error-limit-reached = You already have { $limit } open { $limit ->
    [one] job
   *[other] jobs
}, which is the limit. Finish one and you can take the next.
error-slot-gone = This time no longer works: it has passed, or the site is closed then. Please choose another.
error-not-qualified = This job cannot be taken now: it needs a valid skill, a site in your area and availability at that time. Questions go to the dispatcher.
error-proof-missing = Photos are missing. Before the work: { $before }, after it: { $after }, nameplate: { $plate }. Send them and the report can go.
error-no-report-lines = The report has no work in it yet. Add at least one line.
error-invite-invalid = This invitation does not work: it was used already or has expired. Ask for a new one.
error-too-many-tries = Too many tries. Wait a few minutes and open the link again, or ask for a new invitation.
error-foreign-contact = That is somebody else's number. Tap “Share my number” and your own will come.
error-phone-unknown = Your number is not in our lists yet. Ask the dispatcher or your manager to send you an invitation.
error-phone-invalid = “{ $value }” does not look like a phone number. Write it like this: +7 912 345-67-89.
error-text-too-long = Too long: { NUMBER($length) } characters, and { NUMBER($limit) } fit. Please shorten it and send it again.
error-text-empty = Please write at least a few words.
error-number-invalid = “{ $value }” does not work here. A number above zero is needed, for example 2 or 2.5.
error-file-too-big = The file is larger than { $limit_mb } MB and cannot be taken. Send a smaller one or a shorter video.
error-not-a-picture = This file does not open as a photo. Take it once more and send it as an ordinary photo.
error-picture-too-hard = This photo is too large to be opened. Take it again with the ordinary camera and send it.
error-too-far = The site is still { $distance_m } m away, and at most { $radius_m } m will do. Go closer and send your location again. If you are there already, tap “Location does not work”.
error-location-forwarded = This location was forwarded. Send your own from this phone.
error-location-stale = This location is { $minutes } { $minutes ->
    [one] minute
   *[other] minutes
} old. Please send a fresh one.
error-workbook-unreadable = This workbook cannot be read. An Excel file (.xlsx) is needed: open it, save it as one and send it again. CSV tables are loaded by the command python -m core import.
error-no-contract = The payer of this site has no valid contract today, so the request cannot be registered. The dispatcher knows what to do.
error-too-many-updates = Too fast: some messages were skipped. Wait { $seconds } { $seconds ->
    [one] second
   *[other] seconds
} and go on.
error-engineer-busy = This engineer has a visit that is not over. Hand the job to somebody else first.
error-last-admin = This is the last administrator. Appoint another one first.
error-field-invalid = { $field ->
    [phone] That does not look like a phone number. Write it in full, like +7 912 345-67-89.
    [time] The time is not clear. Write the day and the time, for example: tomorrow 15:30 or 25.11 9:00.
    [hours] These opening hours are not clear. Write 10:00-22:00 or 24/7.
    [radius] A whole number of metres from 20 to 5000 is needed.
    [radius-km] A whole number of kilometres from 1 to 10000 is needed.
    [engineers] A whole number from 1 to 1000 is needed.
    [place] There is no such point on the map. Send the location again.
    [days] These days cannot be read. Type “1–14 December”, “01.12–14.12” or “tomorrow”.
    [days-order] The end is before the start. Type both dates in full, for example 28.12–10.01.
    [days-past] These days are over. Type dates from today on.
    [days-far] That is too far away: not more than a year from today.
    [day] That is not a day. Write a date, for example 31.12.2027.
    [region] There are no sites in this region.
   *[other] This cannot be written down: one line that is not empty and not too long is needed.
}
error-counter-expired = This price was good until a moment that has passed. Phone the contractor or offer a price of your own.
error-counter-given = You have already named a price for this job. Wait for the dispatcher: if the answer is no, you can still take the job at the first price.
error-below-floor = That leaves { $margin_pct }% of the client’s price, and at least { $floor_pct }% is wanted. A manager decides that.
error-window-over = The window is over: only the dispatcher can put it on hold now. Ask, or say that you are on your way.
error-hold-too-long = Longer than a working day is for the dispatcher to decide. Choose a shorter time or phone the dispatcher.
error-too-far-ahead = That is more than { $years } years ahead: check the year. If the document has no end, say so.
error-time-past = That time is over already. Please write one that is still ahead.
error-document-invalid = { $why ->
    [big] The file is larger than { $limit_mb } MB and cannot be taken. Take a photo of the document and send that.
    [none] The file is empty. Please send the document again.
   *[kind] This kind of file is no document. A photo or a PDF, JPG, PNG or HEIC file will do.
}
error-document-checked = Somebody else has checked this document already: { $name }.
error-own-document = Nobody checks the papers of his own firm. A colleague will.
error-crew-blocked = { $whom ->
    [me] You get
    [firm] Your firm gets
   *[other] This engineer gets
} no { $level ->
    [limited] emergencies
   *[other] new jobs
}{ $where ->
    [client] {" "}of this client
   *[other] {""}
} now{ $until ->
    [none] {""}
   *[other] {" "}(until { $until })
}.{ $whom ->
    [other] {" "}Name somebody else.
   *[me] {" "}Why, and what to do: /me.
}
