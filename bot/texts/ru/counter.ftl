counter-name = 💬 Своя цена
counter-ask = <b>За сколько возьмётесь?</b>
    { $service }. Сейчас предлагаем { $pay }.
    Напишите свою цену за всю работу в рублях, например 5000 или 4500,50. Назвать её можно один раз; диспетчер согласится или откажет, а мы пока спросим и других.
counter-state-waits = 💬 <b>Ваша цена { $asked } у диспетчера.</b> Ответим до { $until }.
counter-state-agreed = 🤝 <b>Диспетчер согласился на вашу цену { $asked }.</b> Поедет ваш коллега.
counter-state-refused = ⏳ <b>Ещё можно взять за { $pay }.</b> Ваша цена { $asked } больше не рассматривается, спрашиваем и других.
counter-line = 💬 <b>{ $contractor }</b> просит <b>{ $asked }</b> вместо { $offered }.
    Останется { $left } — { $pct } % (не меньше { $floor } %).
    { $distance } до объекта, оценка { $score }. Цена действует до { $until }.
counter-line-below = 💬 <b>{ $contractor }</b> просит <b>{ $asked }</b> вместо { $offered }.
    ⚠️ Останется { $left } — { $pct } %, а нужно не меньше { $floor } %: согласиться может только менеджер.
    { $distance } до объекта, оценка { $score }. Цена действует до { $until }.
counter-call-off = Отозвать свою цену
counter-called-off = Цена отозвана: можно взять за первую
counter-agree = ✅ Согласиться: { $asked }, { $contractor }
counter-refuse = Отказать: { $contractor }
counter-agreed = Заявка назначена по этой цене
counter-refused = Отказ отправлен
notices-countered-desk = 💬 <b>Подрядчик назвал свою цену.</b> Решите, пока она действует.
notices-counter-decided-refuse = <b>Вашу цену не приняли.</b> Можно взять за { $pay }.
notices-counter-decided-expire = <b>По вашей цене не успели ответить.</b> Можно взять за { $pay }.
notices-offer-taken-agreed = 🤝 <b>На вашу цену согласились: { $pay }.</b>
history-offer-call-off = отозвал свою цену
history-offer-refuse = своя цена не принята
history-agreed = за { $pay }, по цене подрядчика
error-price-invalid = Не похоже на цену. Напишите её в рублях одним числом: больше { NUMBER($above) } и не больше { NUMBER($most) } ₽.
error-contractor-full = У этого подрядчика уже { $limit } { $limit ->
    [one] открытая заявка
    [few] открытые заявки
   *[other] открытых заявок
}, это предел. Сверх него можно назначить только вручную.
