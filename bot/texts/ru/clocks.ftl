clocks-kind-reaction = Реакция
clocks-kind-search = Поиск
clocks-kind-arrival = Приезд
clocks-kind-resolution = Выполнение
clocks-until = ⏱ { $kind }: до { $until }
clocks-over = ⏱ <b>{ $kind }: срок вышел</b> — был до { $until }
clocks-late = {" "}· 🔴 <b>{ $kind }: срок вышел</b>, был до { $until }
clocks-stands = ⏱ { $kind }: часы стоят — { $reason }
clocks-there = {" "}(на объекте { $until })
clocks-do-priority = 🚦 Изменить срочность
clocks-ask-priority = <b>Насколько срочна { $number }?</b>
    Сейчас: { $priority }. Прошедшее время останется, сроки пересчитаются по договору. Тем, кого уже спросили, придёт новое предложение.
clocks-make-emergency = 🔴 Авария
clocks-make-normal = Обычная
clocks-make-planned = Плановая
clocks-priority-emergency = авария
clocks-priority-normal = обычная
clocks-priority-planned = плановая
clocks-priority-done = Срочность изменена
clocks-priority-stays = Срочность изменена. Аварии этому подрядчику сейчас не дают, но работа начата и остаётся за ним.
notices-priority = 🚦 <b>Срочность изменена.</b>
notices-priority-job = 🚦 <b>Срочность изменилась.</b> Новый срок на карточке.
notices-priority-job-emergency = 🔴 <b>Теперь это авария.</b> Приезжайте раньше, если можете: новый срок на карточке.
notices-priority-client = 🚦 <b>Срочность изменилась.</b> Новый срок на карточке.
notices-priority-client-emergency = 🔴 <b>Ваша заявка теперь авария.</b> Спешим: новый срок на карточке.
history-ticket-priority = изменена срочность
history-ticket-replan = сроки пересчитаны по новому плану
clocks-pauses = <b>Паузы</b>
clocks-pause = { $n }. { $window } — { $reason }. Время не считалось ({ $whose }).
clocks-pause-runs = { $n }. { $window } — { $reason }. Паузу отменили, время считается ({ $whose }).
clocks-pause-title = <b>Пауза по заявке { $number }</b>
clocks-whose-client = ждали клиента
clocks-whose-contractor = время подрядчика
clocks-whose-ours = наше время
clocks-whose-nobody = ничьей вины нет
clocks-do-object = Не согласен с паузой { $n }
clocks-do-pause = Пауза { $n }: несогласие
clocks-do-evidence = Пауза { $n }: подтверждение
clocks-object-yes = Не согласен
clocks-to-history = К истории
clocks-ask-objection = { $what }

    <b>Почему вы не согласны?</b> Напишите одним сообщением, до 500 знаков. Подать несогласие можно один раз, решит диспетчер.
clocks-ask-refusal = { $what }

    <b>Почему пауза остаётся?</b> Ответ увидит тот, кто не согласен.
clocks-objection = Не согласен: { $name }
    <i>{ $words }</i>
clocks-objection-waits = Решение ещё не принято.
clocks-objection-runs = ↩️ <b>Решено: паузы не было, время считается.</b>
clocks-objection-nobody = ↩️ <b>Решено: пауза остаётся, но ничьей вины в ней нет.</b>
clocks-objection-refused = ❗ <b>Решено: пауза остаётся как есть.</b>
clocks-objection-answer = Ответ: { $words }
clocks-verdict-runs = ↩️ Паузы не было, время идёт
clocks-verdict-nobody = ⚖️ Пауза была, вины нет ничьей
clocks-verdict-refused = ❗ Пауза верная
clocks-decided = Решение записано, сроки пересчитаны
clocks-look = Посмотреть паузу
tasks-kind-objection = не согласны с паузой
history-ticket-object = не согласны с паузой
history-ticket-object_decided = решено о паузе
error-objection-late = Не согласиться с паузой можно в течение { $days } дней после её конца. Этот срок прошёл.
