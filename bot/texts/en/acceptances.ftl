acceptances-accepted = Accepted. Thank you!
acceptances-thanks = Thank you for the mark!
acceptances-ask-wrong = <b>What is wrong with { $number }?</b>
    One message is enough: which work, and what exactly. The dispatcher sees it at once.
acceptances-rework = Sending them to fix it
