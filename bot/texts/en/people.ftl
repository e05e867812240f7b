people-share-phone =
    <b>Hello!</b>
    This bot takes service requests for shops and offices.

    Tap the button below: your phone number tells me which site or company you work for. Only those who need it for your job will see it.

    Got an invite link? Just open it.
people-share-phone-key = 📱 Share my number
people-checking = Thank you! Looking your number up…
people-welcome = <b>Welcome, { $name }!</b> You are expected here as:
people-and-more = { $count ->
    [one] …and { $count } more place
   *[other] …and { $count } more places
}
people-consents = By tapping “Yes, it's me” you agree:
people-consent-personal-data = that your name, phone and messages in this bot are processed, only to get the jobs done
people-consent-tap-signature = that a tap here stands for your signature: under accepted work, a consent, a refusal
people-consent-automatic-limits = that by the quality rules new jobs may be limited automatically, with the reason told and a right to object
people-consent-listed = • { $consent };
people-consent-last = • { $consent }.
people-join = Yes, it's me
people-role = { $role ->
    [engineer] Engineer
    [owner] Contractor's owner
    [dispatcher] Dispatcher
    [manager] Manager
    [admin] Administrator
    [accountant] Accountant
    [requester] Responsible for the site
    [approver] Approver
    [head_office] Client's head office
    [client_accountant] Client's accountant
   *[system] System
}
people-role-at = { $role }, { $organisation }
people-list = { $total ->
    [one] { $total } person found.
   *[other] { $total } people found.
}
people-nobody = Nobody found.
people-list-hint = To find somebody, type <code>/people</code> and a name or a phone number. ⚠️ means messages do not arrive.
people-unreachable = ⚠️ Messages do not arrive: the bot was blocked or the account changed.
people-no-roles = No roles at the moment.
people-rename = Change the name
people-ask-name = How should this person be called? Write the name in one message.
people-end-role = End: { $role }, { $organisation }
people-end-role-ask = End the role “{ $role }” of { $name }? Access closes at once.
people-end-role-yes = Yes, end the role
people-role-ended = Your role “{ $role }” has ended. If this is a mistake, write to your dispatcher.
people-invite-whom =
    <b>Whom to invite?</b>
    People of a client or a contractor are invited from the card of their company or site.
people-invite-of-client = A client
people-invite-of-contractor = A contractor
people-invite =
    <b>Invite:</b> { $role }
    Forward this message. The link works once, until { $until }:
    { $link }
people-team = Team of { $name }
people-team-owner = 👤 { $name }, owner
people-team-engineer = { $state ->
    [busy] 🔧 { $name }, on a job
    [away] ⚠️ { $name }, messages do not arrive
   *[free] 👷 { $name }, available
}
people-team-empty = No engineers yet. Invite the first one: a link will be made.
people-team-invite = Invite an engineer
people-team-open = Open the team
people-team-joined = 👷 <b>{ $name }</b> has joined your team.
people-dismiss = Remove { $name }
people-dismiss-ask = Remove { $name } from the team? No more offers, access closes at once.
people-dismiss-yes = Yes, remove
people-which-firm = Which company's team?
people-agree = <b>Hello, { $name }!</b>
people-agree-yes = I agree
people-consents-again = To go on, your consent is needed:
people-speak = { $language ->
    [en] Speak English
   *[ru] Speak Russian
}
