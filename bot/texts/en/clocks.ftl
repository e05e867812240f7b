clocks-kind-reaction = Reaction
clocks-kind-search = Search
clocks-kind-arrival = Arrival
clocks-kind-resolution = Resolution
clocks-until = ⏱ { $kind }: until { $until }
clocks-over = ⏱ <b>{ $kind }: the time is over</b> — it was until { $until }
clocks-stands = ⏱ { $kind }: the clock is stopped — { $reason }
clocks-there = {" "}(at the site { $until })
