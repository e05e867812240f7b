searches-clock = ⏱ { $kind ->
    [search] Поиск замены
   *[reaction] Реакция
}: осталось { $left }, до { $until } (прошло { $pct } %). Спрашиваем по { $wave }.
searches-clock-over = ⏱ { $kind ->
    [search] Поиск замены затянулся (прошло { $pct } % времени на него).
   *[reaction] <b>Срок реакции вышел</b> (прошло { $pct } %).
}
searches-clock-stands = ⏱ { $kind ->
    [search] Часы поиска замены стоят.
   *[reaction] Часы реакции стоят.
}
searches-raised = 💰 К ставке добавлено { $added }
searches-widened = 📍 Радиус шире на { $km } км
searches-over = Эту заявку уже не ищут.
searches-do-raise = 💰 Поднять ставку
searches-do-widen = 📍 Искать на { $km } км шире
searches-do-calls = 📞 Обзвонить
searches-do-ask-move = 🕓 Спросить клиента о другом времени
searches-do-time = 🕓 Другое время
searches-ask-raise = <b>На сколько поднять ставку?</b>
    Сейчас подрядчику { $pay }, клиенту { $price }, нам остаётся { $margin } %. Ниже { $floor } % решает менеджер.
searches-step = { $mark }+{ $pct } %: { $pay }, нам { $margin } %
searches-ask-time = <b>Когда удобно?</b>
    Выберите время: тех, кому не подходило прежнее, спросим первыми.
searches-raised-done = Ставка поднята, спрашиваем заново
searches-widened-done = Ищем шире
searches-asked-client = Спросили клиента
searches-moved-done = Время изменено, ищем инженера
notices-ask-move-client = 🕓 <b>К этому времени приехать некому.</b> Подойдёт другое? Нажмите «Другое время».
searches-clock-nobody = ⏱ { $kind ->
    [search] Поиск замены
   *[reaction] Реакция
}: осталось { $left }, до { $until } (прошло { $pct } %).
searches-wanted = 🕓 Удобно не раньше: <b>{ $when }</b>
searches-do-time-desk = 🕓 Клиент назвал время
notices-offer-made-raised = 💰 <b>Ставка выросла.</b>
notices-offer-made-moved = 🕓 <b>Нужно в другое время.</b>
searches-named = 🕓 Со слов клиента, раньше <b>{ $when }</b> никто не нужен:
    <i>{ $words }</i>
searches-do-not-so = Это не так
searches-ask-said = <b>Кто из клиента назвал { $when } и как?</b>
    Напишите в двух словах: «Ирина, администратор, по телефону». Сроки для клиента встанут до этого времени, поэтому ему сообщим, что записано с его слов.
searches-ask-not-so = Записано с ваших слов: до { $when } никто не нужен.
    <i>{ $words }</i>

    <b>Что не так?</b> Напишите одним сообщением, до 500 знаков. Время снимем, сроки пойдут дальше, а прошедшую паузу проверит другой диспетчер.
notices-time-named-client = 🕓 <b>Диспетчер записал время с ваших слов.</b> Сроки стоят до него.
notices-time-named-desk = 🕓 <b>Время записано, клиенту сообщили.</b>
history-ticket-time_named = время записано со слов клиента
history-ticket-time_disowned = клиент: это время не называли
