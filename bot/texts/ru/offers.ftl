offers-state-sent = 🔧 <b>Есть работа.</b> Ждём вашего ответа до { $until }.
offers-state-lapsed = ⏳ <b>Ещё можно взять.</b> Время ответа вышло, мы спрашиваем и других, но заявка свободна.
offers-state-accepted = По этой заявке ваша компания уже ответила «да».
offers-state-declined = Вы отказались. Это ни на что не влияет, предложим следующую.
offers-state-withdrawn-why = Предложение снято: { $why }. { $advice } Ехать не нужно.
offers-state-withdrawn = Предложение снято: заявка изменилась или отменена. Ехать не нужно.
offers-state-lost = Заявку взял другой подрядчик. Спасибо, предложим следующую.
offers-pay = 💰 <b>{ $pay }</b> · { $distance } от вас
offers-emergency = 🔴 <b>Авария, ехать срочно</b>
offers-service = <b>{ $service }</b>
offers-site = { $site }, { $address }
offers-come-by = ⏱ Быть на месте: до { $by }
offers-number = Заявка { $number }
offers-take-now = ✅ Беру: выезжаю сейчас
offers-take-at = ✅ Беру: { $when }
offers-decline = Отказаться
offers-why = Почему мне?
offers-pictures = 📷 Фото ({ $count })
offers-no-pictures = Фото к этой заявке нет.
offers-map = 🗺 На карте
offers-who-goes = <b>Кто поедет?</b>
    { $service }
offers-ask-reason = <b>Почему не подходит?</b>
    Отказ ни на что не влияет, а причина поможет не звать вас зря.
offers-decline-busy = Занят
offers-decline-far = Далеко
offers-decline-price = Мало платят
offers-decline-time = Не подходит время
offers-decline-no-parts = Нет запчастей
offers-decline-not-mine = Не моя работа
offers-list = <b>Можно взять: { $total }</b>
    Откройте, чтобы посмотреть и ответить.
offers-list-empty = Сейчас предложений нет. Как только рядом появится работа, пришлю сам.
offers-list-empty-limited = Сейчас предложений нет. Пришлю сам, как только появится работа, но не аварийная: действует ограничение, подробнее в /me.
offers-list-empty-suspended = Предложений нет: новые заявки приостановлены. До какого дня и почему — в /me.
offers-list-empty-blocked = Предложений нет: мы их больше не присылаем. Почему и можно ли обжаловать — в /me.
offers-answer-taken = Заявка ваша
offers-answer-declined = Принято
