contractors-list = { $total ->
    [one] { $total } contractor
   *[other] { $total } contractors
}
contractors-list-hint = To find a contractor, type <code>/contractor</code> and words: a name, a city, a phone or a code. ⏸ means no offers are sent.
contractors-name = { $name } ({ $form }), { $code }
contractors-where = { $city } · { $region }. Travels up to { $radius } km.
contractors-regions = Also serves: { $regions }
contractors-people = Engineers: { $engineers }. In the bot: { $people }
contractors-score = Score: { $score } of 100. Night jobs: { $night ->
    [yes] yes
   *[no] no
}
contractors-inactive = ⏸ Paused: gets no offers.
contractors-block = 🚫 <b>{ $has_person ->
    [yes] { $person } (person):{ " " }
   *[no] {""}
}{ $level }</b>{ $has_client ->
    [yes] , at { $client } only
   *[no] {""}
}{ $has_until ->
    [yes] , until { $until }
   *[no] {""}
}
contractors-contact = Contact: { $name }, { $phone }
contractors-skills = <b>Skills:</b>
contractors-skill = ✅ { $name } – confirmed
contractors-skill-until = ✅ { $name }, until { $until }
contractors-skill-declared = ❔ { $name }, not confirmed
contractors-map = 🗺 Base on the map
contractors-edit = Edit
contractors-team = Team
contractors-invite-owner = Invite the owner
contractors-invite-engineer = Invite an engineer
contractors-back = To the contractor
contractors-edit-what = What to change at { $name }?
contractors-field = { $field ->
    [contact] Contact person
    [phone] Phone
    [radius-km] Travel radius
    [engineers] Number of engineers
   *[place] Base on the map
}
contractors-ask-field = { $field ->
    [contact] Write the name of the contact person.
    [phone] Write the phone, like +7 912 345-67-89. The roles of owner and engineer move to the owner of this number.
    [radius-km] Write how many kilometres from its base the contractor travels.
   *[engineers] Write how many engineers the contractor has.
}
contractors-ask-place = Send the location of the base: paper clip → Location → a point on the map.
contractors-regions-edit = More regions
contractors-regions-title = Where does { $name } go beyond the radius? Tap a region to add it or take it away.
contractors-night = { $on ->
    [yes] 🌙 Turn night jobs on
   *[no] ☀️ Turn night jobs off
}
contractors-active = { $on ->
    [yes] ▶️ Back to work
   *[no] ⏸ Pause
}
