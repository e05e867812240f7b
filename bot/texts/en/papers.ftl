menu-papers = Skills and papers
menu-papers-about = what is confirmed and until when, send a document
papers-title = <b>Your skills</b>
papers-none = <b>No skills yet.</b> Add what you can do: offers come by skill.
papers-firm = <b>{ $name }:</b>
papers-line = • <b>{ $name }</b>: { $state }
papers-state-confirmed = ✅ confirmed until { $until }
papers-state-endless = ✅ confirmed
papers-state-ending = ⏳ runs out { $days ->
    [0] today
    [one] in { $days } day
   *[other] in { $days } days
}, { $until }
papers-state-expired = ⛔ ran out on { $until }
papers-state-watched = 👀 under watch, { $done } of { $needed } accepted
papers-state-declared = declared, no document
papers-checking =    🔎 the document is being checked
papers-refused =    ✋ the document did not fit: { $reason }
papers-hint = A document may be a photo or a file: choose a skill, or simply send it here.
papers-send = 📎 Document: { $skill }
papers-send-now = 📎 Send the document
papers-send-again = 📎 Send again
papers-add = ➕ Add a skill
papers-back = To the skills
papers-ask-file = <b>{ $skill }</b>
    Send the document: a photo or a PDF, JPG, PNG or HEIC file of up to { $limit } MB. Two sides as one album or one after the other. A forwarded one is fine too.
papers-ask-file-replaces = The document before it is still being checked: this one will replace it.
papers-ask-file-again = I am waiting for the document itself: a photo or a PDF, JPG, PNG or HEIC file of up to { $limit } MB.
papers-choose = <b>Which skill to add?</b>
    Choose from the list, or write a word to find it.
papers-choose-none = Nothing fits these words. Write others, or choose from the whole list: /papers.
papers-declared = <b>Noted: { $skill }</b> ({ $firm }).
    To get jobs of this kind, send the document and we will check it.
papers-paper-waiting = 🔎 <b>Document received:</b> { $skill }. We will check it and write.
papers-paper-approved = ✅ <b>Document accepted:</b> { $skill }.
papers-paper-refused = ✋ <b>The document did not fit:</b> { $skill }.
papers-paper-replaced = This document was replaced by a newer one: { $skill }.
papers-paper-unsorted = The document is kept.
papers-reason = Why: { $reason }.
papers-watch-about = From now on, unless you are blocked, the dispatcher may give you such jobs under watch. Once clients have accepted { $needed ->
    [one] { $needed } job
   *[other] { $needed } jobs
} without rework, offers will come by themselves.
papers-more-pages = One more page? Send it next, within { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
papers-page = 📎 <b>Taken as page { $number } of the same document:</b> { $skill }. They will be checked together.
    Another document? Take the page off and choose its skill.
papers-page-unsorted = 📎 <b>Taken as page { $number } of the same document.</b> Choose its skill, the question stands above.
papers-not-a-page = This is no page of the document
papers-taken-off = The page is taken off, nobody will check it. If the photo belongs to a job, send it again.
papers-which = <b>Document received.</b> Which skill is it for?
papers-refusal-unreadable = cannot be read
papers-refusal-wrong = not the right document
papers-refusal-expired = the document has run out
papers-refusal-foreign = issued to somebody else
papers-refusal-broken = the file opens neither as a picture nor as a PDF
papers-refusal-gone = Telegram did not give the file
papers-refusal-too_big = the file is larger than 20 MB; take a photo of the document and send that
papers-ends = ⏳ <b>A document runs out soon</b>
papers-ends-over = ⛔ <b>A document has run out</b>
papers-ends-no-offers = We offer no more jobs for what has run out.
papers-ends-hint = Send the new document, and everything goes on.
papers-learnt = 🎉 <b>Congratulations! { $skill } is confirmed</b> ({ $firm }).
    Accepted without rework: { $needed }. Offers for it now come by themselves.
checks-title = <b>Document: { $skill }</b>
checks-firm = { $firm }, code { $code }
checks-sent = Sent by { $name }, { $when }
checks-state = Now: { $state }
checks-state-confirmed = confirmed { $until }
checks-state-ending = confirmed { $until }
checks-state-expired = ran out ({ $until })
checks-state-watched = under watch, document { $until }
checks-state-declared = declared, there was no document
checks-endless = without end
checks-until = until { $day }
checks-seen = ⚠️ Another firm has sent this very file: { $firm }
checks-taken = In the hands of { $name }
checks-own = This is a document of your own firm: a colleague will check it.
checks-until-when = Open the document and say until which day it is valid.
checks-show = { $pages ->
    [1] 📄 Show the document
   *[other] 📄 Show the document, pages: { $pages }
}
checks-show-previous = 📄 Show the document before it
checks-day = ✅ Valid until a date…
checks-years = { $n ->
    [one] ✅ For { $n } year, until { $day }
   *[other] ✅ For { $n } years, until { $day }
}
checks-approve-endless = ✅ Without end
checks-refuse = ✋ Does not fit
checks-to-queue = To the queue
checks-ask-day = Until which day is the document “{ $skill }” ({ $firm }) valid? Write a date, for example 31.12.2027, or “no end”.
checks-ask-refusal = Why does the document “{ $skill }” ({ $firm }) not fit?
checks-other-reason = Write the reason
checks-ask-words = Write what is wrong: { $firm } will see these words.
checks-approved = ✅ Accepted { $until }. Checked by { $name }
checks-now-watched = From now on the firm works under watch: you give it such jobs by hand.
checks-refused = ✋ Not accepted: { $reason }. Checked by { $name }
checks-replaced = The firm has sent a newer document; this one needs no check.
tasks-kind-certificate = check a document
tasks-kind-expired_job = the document ends before the visit
tasks-end-expired_job = Leave it with this crew
tasks-hint-expired_job = Ask for a new document, give the job to others, or leave it as it is on your own word.
tasks-choice-watched = 👀 under watch: the job counts towards the skill
tickets-exclusion-under_watch = skill still under watch
missed-why-under_watch = skill under watch
missed-do-under_watch = Such jobs come from the dispatcher for now; a little more and they come by themselves: /papers.
notices-expired-job-job = ⚠️ <b>The document of this skill ends before the visit.</b> Send a new one in time: /papers.
history-visit-beyond_document = the crew's document ends before the visit
