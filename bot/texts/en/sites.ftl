sites-list = { $total ->
    [one] { $total } site
   *[other] { $total } sites
}
sites-list-hint = To find a site, type <code>/sites</code> and words: a name, a street or a code, like <code>/sites O-123</code>.
sites-near = <b>Nearest sites</b>
sites-near-me = 📍 Near me
sites-clients = Clients
sites-ask-place = Send your location with the button below, or pick a point on the map through the paper clip.
sites-send-place-key = 📍 Send where I am
sites-looking = Looking at the map…
sites-name = { $name }, { $code }
sites-where =
    { $client } · { $region }
    { $address }
sites-hours = Open: { $hours }
sites-round-the-clock = round the clock
sites-responsible = Responsible: { $name }, { $phone }
sites-radius = “I am here” counts within { $metres } m
sites-map = 🗺 On the map
sites-edit = Edit
sites-edit-what = What to change at { $name }, { $code }?
sites-invite-responsible = Invite the responsible person
sites-client = Client
sites-field = { $field ->
    [responsible] Responsible person
    [phone] Phone of the responsible person
    [hours] Opening hours
    [address] Address
    [radius] Radius of presence
   *[place] Point on the map
}
sites-ask-field = { $field ->
    [responsible] Write the name of the responsible person.
    [phone] Write the phone of the responsible person, like +7 912 345-67-89. The role moves to the owner of this number.
    [hours] Write the opening hours, like 10:00-22:00 or 24/7.
    [address] Write the address without the city: street, house, building.
   *[radius] Write the radius in metres, from 20 to 5000.
}
sites-client-list = { $total ->
    [one] { $total } client
   *[other] { $total } clients
}
sites-client-line = { $name } · { $sites ->
    [one] { $sites } site
   *[other] { $sites } sites
}
sites-client-sites = Sites: { $sites }, regions: { $regions }
sites-client-contact = Contact: { $name }, { $phone }
sites-of-client = Sites of the client
sites-stickers = QR stickers (PDF)
sites-stickers-started = Making the stickers, it takes a few seconds…
sites-sticker-title = Something broken?
sites-sticker-instruction = Point your phone's camera here and write to us in Telegram
sites-invite = Invite { $role ->
    [head_office] the head office
    [requester] somebody responsible for all sites
    [approver] an approver
   *[client_accountant] the accountant
}
sites-invite-region = Invite somebody responsible for a region
sites-which-region = Which region is this person responsible for?
