menu-cover = Cover
menu-cover-about = where there is nobody to call
cover-title = Who can be called to a site
cover-whole = { $sites ->
    [one] { $sites } site
   *[other] { $sites } sites
}, { $contractors ->
    [one] { $contractors } contractor
   *[other] { $contractors } contractors
}
cover-rules = Counted are active contractors who are not blocked, with a confirmed skill and the site in their radius or region.
cover-empty = Nothing to count yet: load the directories — send the workbook as a document or run <code>python -m core import</code>.
cover-level = { $level ->
    [nobody] nobody
    [one] one
    [few] few
   *[enough] { $enough } or more
}
cover-count = { $square } { $level } — { $sites ->
    [one] { $sites } site
   *[other] { $sites } sites
}
cover-choose-skill = Each number counts sites. Open a skill to see its regions.
cover-choose-region = Open a region to see its sites.
cover-choose-site = Sites with nobody to call come first.
cover-fine = Enough at every site: { $regions ->
    [one] { $regions } region
   *[other] { $regions } regions
}.
cover-skill-head = Regions short of contractors: worst { $shown } of { $regions }
cover-table = Where most often nobody can be called
cover-table-hint = Sites without a contractor; grey: how many sites there are
