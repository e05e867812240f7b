menu-blacklist = Чёрный список
menu-blacklist-about = кого сейчас не зовут и почему
blacklist-title = <b>Чёрный список</b> — записей: { $total }
blacklist-empty = <b>Здесь пусто.</b>
blacklist-nothing = <b>По словам «{ $words }» никого нет.</b>
blacklist-show-whole = Весь список
blacklist-hint = Чтобы найти, напишите <code>/blacklist</code> и слова: название, код, ИНН, телефон или причину. Внести — со страницы подрядчика: /contractor.
blacklist-words-missed = срывы сроков по своей вине, сорван срок, просрочка, опоздание
blacklist-words-no_shows = неявки, неявка, не приехали
blacklist-words-reworks = переделки из-за брака, переделка, исправления, брак
blacklist-words-score = низкая оценка, рейтинг
blacklist-words-fraud = доказанный обман, подлог
blacklist-words-repeated = снова после прошлого ограничения, повторно
blacklist-words-by_hand = решение людей, вручную
blacklist-history = <b>{ $name }: всё, что было</b>
blacklist-history-empty = <b>{ $name }</b>: ограничений не было.
blacklist-add = 🚫 Внести в чёрный список
blacklist-of-firm = 🚫 Чёрный список
blacklist-line = { $n }. <b>{ $name }</b> — { $level }
    { $why }
    { $state }{ $extra }
blacklist-by-client = { $name }, для клиента { $client }
blacklist-waits = ждёт решения второго человека
blacklist-for-ever = без срока
blacklist-until = до: { $day }
blacklist-over = закончилось: { $day }
blacklist-days = { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
}
blacklist-sites = { $sites ->
    [one] без никого { $sites } объект
    [few] без никого { $sites } объекта
   *[many] без никого { $sites } объектов
}
blacklist-appeal-waits = ✋ обжалуют
blacklist-appeal-upheld = обжаловано: сняли
blacklist-appeal-refused = обжаловано: отказали
blacklist-show-all = { $on }Все { $n }
blacklist-show-limited = { $on }Без аварий { $n }
blacklist-show-suspended = { $on }Без заявок { $n }
blacklist-show-blocked = { $on }Заблокированы { $n }
blacklist-show-asked = { $on }Ждут решения { $n }
blacklist-ask-whom = <b>Кого из «{ $name }» больше не звать?</b> Решает второй человек: сначала вы предложите.
blacklist-firm = Всю фирму: { $name }
blacklist-person = Только человека: { $name }
blacklist-ask-where = <b>Где?</b> Запрет одного клиента не трогает остальных и не меняет оценку.
blacklist-everywhere = Везде
blacklist-client = Только у клиента: { $name }
blacklist-ask-how = <b>Насколько строго и как долго?</b>
    Без аварий — остальное предлагаем. Без заявок — ничего нового, начатое доделывается и оплачивается. Заблокирован — ничего, пока не снимут или не кончится срок.
blacklist-level = { $level }: { $term }
blacklist-ask-why = Напишите причину одним сообщением, до 300 знаков. Подрядчик её увидит.
blacklist-recap = { $where } · { $span }
blacklist-draft = <b>Предложить второму человеку?</b>
blacklist-do-send = 🚫 Предложить
block-level-limited = без аварий
block-level-suspended = без новых заявок
block-level-blocked = заблокирован
block-firm = { $name }
block-person = { $name } (человек)
block-title = 🚫 <b>{ $name }: { $level }</b>
block-title-client = 🚫 <b>{ $name }: { $level }</b> — у клиента { $client }
block-term = С: { $since }. До: { $until }
block-term-open = С: { $since }. Срок не назначен.
block-term-over = С: { $since }. Закончилось: { $until }
block-for-days = На { $days ->
    [one] { $days } день
    [few] { $days } дня
   *[many] { $days } дней
}
block-for-ever = Без срока
block-reason = Причина: { $reason }
block-why = Почему: { $rule }
block-rule-missed = срывы сроков по своей вине
block-rule-no_shows = неявки
block-rule-reworks = переделки из-за брака
block-rule-score = низкая оценка
block-rule-fraud = доказанный обман
block-rule-repeated = снова после прошлого ограничения
block-rule-by_hand = решение людей
block-rule-again = Это повторно: прошлое ограничение закончилось недавно.
block-rule-again-during = Это повторно: случилось, пока действовало прошлое ограничение.
block-kind-missed = сорван срок
block-kind-missed-of = сорван срок ({ $clock })
block-kind-no_show = неявка
block-kind-rework = переделка
block-kind-fraud = обман
block-kind-back_out = отказ после согласия
block-kind-arrival = опоздание
block-kind-first_time = приняли не с первого раза
block-kind-proof = фото не вовремя
block-kind-mark = низкая отметка клиента
block-event = • { $day }: { $kind }, { $number }
block-event-annulled = • { $day }: <s>{ $kind }, { $number }</s> — отменено
block-events-more = …и ещё { $n }
block-allowed-limited = Аварийные заявки не предлагаем, остальные — как обычно.
block-allowed-suspended = Новых заявок нет. Начатое доделайте: принятое будет оплачено.
block-allowed-blocked = Новых заявок нет. Начатое доделайте: принятое будет оплачено.
block-others = Одновременно действует и другое ограничение: смотрите /me.
block-cost = ⚠️ Останутся без никого: { $sites ->
    [one] { $sites } объект
    [few] { $sites } объекта
   *[many] { $sites } объектов
}
block-cost-line = • { $skill }, { $region }: { $sites }
block-cost-none = Ни один объект не останется без подрядчика.
block-asked = <b>Предложено внести в чёрный список</b>
block-asked-by = Предлагает: { $name }
block-parties = Предложение: { $asked }. Решение: { $confirmed }
block-party = По правилу. Решение: { $confirmed }
block-lifted-by = Снято ({ $by }): { $why }
block-lifted = Снято: { $why }
block-why-annulled = замечания отменены
block-why-eased = прошлое ограничение снято, это больше не повторное
block-why-outdone = заявки приостановлены за доказанный обман
block-why-upheld = обжаловано успешно
block-request-yes = ✅ Подтверждено: { $name }
block-request-no = Отклонено ({ $name }): { $why }
block-request-spared = До: { $until } — правила о них больше не спросят, кроме как за доказанный обман.
block-needs-another = Решить должен другой человек: тот, кто в этом не участвовал.
block-do-confirm = ✅ Подтвердить
block-do-refuse = Отклонить — с причиной
block-do-take-back = Отозвать предложение
block-do-lift = Снять раньше срока
block-do-open = 🚫 { $level }: подробнее, обжаловать
block-do-read = 🚫 { $level }: подробнее
block-do-show = Открыть запись
block-do-ticket = Заявка { $number }
block-confirmed = Внесено, подрядчику сообщили
block-ask-refusal = Почему не вносим? Напишите одним сообщением, до 300 знаков.
block-ask-lift = Почему снимаем? Напишите одним сообщением, до 300 знаков. Подрядчик это увидит.
block-own-start = 🚫 <b>Мы ограничили заявки: { $level }.</b>
block-own-blocked = 🚫 <b>Мы больше не предлагаем вам заявки.</b>
block-own-lift = ✅ <b>Ограничение снято, снова можно.</b>
block-own-end = ✅ <b>Ограничение закончилось, снова можно.</b>
block-own-lift-others = ✅ <b>Ограничение снято.</b> Но действует и другое: смотрите /me.
block-own-end-others = ✅ <b>Ограничение закончилось.</b> Но действует и другое: смотрите /me.
block-desk-start = 🚫 <b>{ $name }: { $level }.</b>
block-desk-lift = ✅ <b>{ $name }: ограничение снято.</b>
block-desk-end = ✅ <b>{ $name }: ограничение закончилось.</b>
block-then-suspended = Случится снова — приостановим все новые заявки.
block-owner-appeals = Обжаловать может владелец фирмы.
block-near = ⚠️ <b>Предупреждение: { $rule }.</b> Уже { $count } из { $needed }: при { $needed } мы ограничим заявки.
block-near-advice = Если замечание неверно, оспорьте его: /me.
appeal-do = ✋ Обжаловать
appeal-do-show = Открыть жалобу
appeal-do-uphold = Согласиться и снять
appeal-do-uphold-events = Согласиться и снять, события не считать
appeal-do-uphold-sure = Да, снять и не считать событий: { $n }
appeal-ask-uphold = <b>Снять ограничение с { $name } и не считать событий: { $n }?</b> Они уйдут из оценки и из всех правил, вернуть их будет нельзя.
appeal-do-refuse = Отказать — с ответом
appeal-title = ✋ <b>Обжалование</b>
appeal-late = ⏰ <b>На жалобу не ответили в срок.</b>
appeal-words = { $name }: «{ $words }»
appeal-waits = Жалоба рассматривается, ответ до: { $until }
appeal-upheld = ✅ Жалоба принята, ограничение снято.
appeal-upheld-events = ✅ Жалоба принята: ограничение снято, эти события больше не считаются.
appeal-answer = Ответ: { $answer }
appeal-refused = Жалоба отклонена. Ответ: { $answer }
appeal-decided-by = Решение: { $name }
appeal-ask = Напишите, с чем вы не согласны, одним сообщением, до { NUMBER($most) } знаков. Решит тот, кто в этом не участвовал, а если участвовали все — старший из них, за { $days } { $days ->
    [one] рабочий день
    [few] рабочих дня
   *[other] рабочих дней
}. Обжаловать можно один раз, поэтому сначала покажу, что уйдёт.
appeal-draft = <b>Отправить эту жалобу?</b> Обжаловать можно один раз.

    «{ $words }»
appeal-do-send = ✋ Отправить жалобу
appeal-do-change = Изменить
appeal-not-now = Не сейчас
appeal-ask-answer = Почему отказываем? Напишите ответ подрядчику одним сообщением.
appeal-decided = Решено, подрядчику сообщили
tasks-kind-block_asked = внести ли в чёрный список
tasks-kind-appeal = жалоба на ограничение
tasks-kind-blocks_held = много ограничений за день: проверьте
tasks-open-block_asked = Посмотреть и решить
tasks-open-appeal = Прочитать и решить
tasks-open-blocks_held = Открыть список
tasks-end-blocks_held = Готово: просмотрено
error-block-asked = Такое ограничение уже предложено и ждёт решения: /blacklist.
error-block-holds = Такое ограничение уже действует: /blacklist. Второе такое же можно внести, когда оно закончится.
error-appeal-given = Вы уже обжаловали это ограничение: обжаловать можно один раз. Ответ придёт сюда.
error-appeal-over = Срок обжалования прошёл: пожаловаться можно { $days } дней или пока ограничение действует.
error-person-barred = Сейчас вас не зовут на заявки, поэтому вступить в команду нельзя. Когда ограничение закончится, откройте приглашение снова. Обжаловать можно под сообщением об ограничении.
