intake-ask-site = <b>Where is help needed?</b>
    Choose a site, type a part of its name, address or code — or send a location.
intake-sites-found = Found. Choose the site:
intake-sites-many = Sites that match: { $total }. Choose one or add a word:
intake-site-not-found = I cannot find such a site. Try another word, the code on the sign (for example <code>O-123</code>), or send a location.
intake-ask-service = <b>What needs doing?</b>
    If it is not among the buttons, type a word or two: “door”, “light”, “leak”.
intake-service-not-found = There is no such work in the list. Try another word, for example “door”, “light”, “tap”.
intake-reported = <b>Has this been reported already?</b> Open for this site and work:
intake-reported-line = • <b>{ $number }</b> — { $status }, since { $when }
intake-that-one = That is the one: { $number }
intake-another = No, something else is broken
intake-ask-words = <b>What happened?</b>
    One sentence is enough: type it, say it or send a photo.
intake-confirm = <b>Please check and send</b>
intake-site = 📍 <b>{ $site }</b>, { $address }
intake-service = 🔧 { $service }
intake-urgent-mark = 🔴
intake-media = 📎 Attached: { $count }
intake-is-urgent = 🔴 <b>Emergency</b>: we look for an engineer at once
intake-stranger = You are not among the people of this site yet, so the person responsible will confirm the request first.
intake-add-more = You can add more words or photos.
intake-send = ✅ Send
intake-make-urgent = 🔴 Urgent, an emergency
intake-make-normal = Not urgent
intake-change = Other work
intake-drop = Cancel
intake-sent = Sending
intake-dropped = Cancelled
intake-is-that-one = Here it is
intake-dead-sticker = This sticker is no longer in use. Please tell the dispatcher where it hangs, and we will send a new one. You can also report through the menu.
