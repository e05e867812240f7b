clocks-kind-reaction = Реакция
clocks-kind-search = Поиск
clocks-kind-arrival = Приезд
clocks-kind-resolution = Выполнение
clocks-until = ⏱ { $kind }: до { $until }
clocks-over = ⏱ <b>{ $kind }: срок вышел</b> — был до { $until }
clocks-stands = ⏱ { $kind }: часы стоят — { $reason }
clocks-there = {" "}(на объекте { $until })
