menu-me = Моя оценка
menu-me-about = оценка, замечания и что делать дальше
score-title = <b>Оценка: { $value } из 100</b>
score-title-new = <b>Вы новичок: пока { $value } из 100</b>
    Принято работ: { $done } из { $need }. После этого оценка станет вашей собственной.
score-title-new-desk = <b>Новичок: пока { $value } из 100</b>
    Принято работ: { $done } из { $need }. После этого оценка станет собственной.
score-weakest-desk = 👉 Больше всего баллов теряет здесь: <b>{ $name }</b>.
score-weakest-desk-new = 👉 Пока новичок, баллы не меняются; потом больше всего отнимет: <b>{ $name }</b>.
score-weakest-desk-none = 👉 Баллов ни в чём не теряет.
score-weakest-desk-strikes = 👉 Баллов ни в чём не теряет; замечания и ограничения — ниже.
score-whose = { $name }
score-part = • { $name }: { $good } из { $n } (вес { $weight })
score-part-empty = • { $name }: данных ещё нет (вес { $weight })
score-part-lost = • { $name }: −{ $lost }, а принятых работ ещё нет (вес { $weight })
score-part-on_time = Пунктуальность
score-part-first_time = С первого раза
score-part-proof = Отчёт вовремя
score-part-back_outs = Без отказов
score-part-mark = Оценки клиентов
score-next-on_time = 👉 <b>Что дальше.</b> Больше всего баллов уносит пунктуальность. Приезжайте не раньше чем за { $early } мин до окна и не позже чем через { $late } мин после него; не успеваете — перенесите выезд заранее.
score-next-first_time = 👉 <b>Что дальше.</b> Больше всего баллов уносят исправления. Прежде чем уехать, покажите работу ответственному на объекте.
score-next-proof = 👉 <b>Что дальше.</b> Больше всего баллов уносят поздние отчёты. Отправляйте отчёт прямо с объекта, в день работы.
score-next-back_outs = 👉 <b>Что дальше.</b> Больше всего баллов уносят отказы и неявки. Берите то, что точно сделаете; не сможете — скажите больше чем за сутки.
score-next-mark = 👉 <b>Что дальше.</b> Больше всего баллов уносят оценки клиентов. Спросите на объекте, всё ли в порядке, пока вы ещё там.
score-next-later = Пока вы новичок, оценка не меняется: это скажется потом.
score-next-strikes = 👉 <b>Что дальше.</b> Баллов вы не теряете, но от того, что ниже, зависит, какие заявки вам предлагают. Не согласны — откройте и напишите об этом.
score-next-people = 👉 <b>Что дальше.</b> Баллов вы не теряете. Ограничен человек из вашей команды: почему — ниже, а возразить может только он сам.
score-next-new = 👉 <b>Что дальше.</b> Каждая принятая работа приближает собственную оценку: приезжайте в окно и отправляйте отчёт с объекта.
score-next-nothing = 👉 <b>Что дальше.</b> Терять нечего: всё сделано хорошо. Так держать!
score-strikes = ⚠️ Считается сейчас: { $counts }.
score-strike-back_out = отказы за { $span } дней — { $n }
score-strike-no_show = неявки за { $span } дней — { $n }
score-strike-missed = заявки с сорванным сроком из последних { $span } — { $n }
score-strike-rework = исправления за { $span } дней — { $n }
score-strike-fraud = подлог — { $n }
score-block = { $level ->
    [limited] 🟡 <b>Ограничение
    [suspended] 🟠 <b>Приостановка
   *[blocked] 🔴 <b>Блокировка
}{ $whose ->
    [person] { " " }(лично)
    [other] { " " }({ $name }, человек)
   *[firm] { "" }
}{ $has_client ->
    [yes] { " " }у клиента { $client }
   *[no] { "" }
}{ $has_until ->
    [yes] { " " }до: { $until }
   *[no] { " " }без срока
}</b>
score-block-why = Почему: { $reason }
score-block-alone = Касается только этого человека.
score-block-stays = { $level ->
    [limited] Обычные предложения приходят, аварийные — нет. Взятые работы остаются, оплата как всегда.
   *[suspended] Новых предложений нет. Начатое можно закончить, принятое будет оплачено.
}
score-open-disputes = { $n ->
    [one] ⚖️ Ждёт решения { $n } несогласие.
    [few] ⚖️ Ждут решения { $n } несогласия.
   *[many] ⚖️ Ждут решения { $n } несогласий.
}
score-papers = <b>Документы и компетенции:</b>
score-events = <b>События: { $total }</b>
score-events-own = <b>Ваши события: { $total }</b>
score-annulled = не считается
score-excused = для ограничений не считается
score-event-arrival-good = На объекте вовремя
score-event-arrival-bad = На объекте не вовремя
score-event-arrival-late = Опоздание на { $span }
score-event-arrival-early = Приезд раньше окна на { $span }
score-event-first_time-good = Принято с первого раза
score-event-first_time-bad = Работу пришлось исправлять
score-event-proof-good = Отчёт с фото вовремя
score-event-proof-bad = Отчёт с фото с опозданием
score-event-mark = Клиент поставил { $mark } из { $best }
score-event-back_out-early = Отказ больше чем за сутки
score-event-back_out-late = Отказ меньше чем за сутки
score-event-no_show = Не приехали
score-event-missed = Сорван срок клиента
score-event-missed-of = Сорван срок клиента: { $clock }
score-event-rework = Снова пришлось исправлять
score-event-fraud = Подлог
score-cost-on_time = { $amount } к пунктуальности
score-cost-first_time = { $amount } к «с первого раза»
score-cost-proof = { $amount } к отчётам
score-cost-back_outs = { $amount } к «без отказов»
score-cost-mark = { $amount } к оценкам
score-cost-strike = замечание
score-event-when = Когда: { $at }
score-event-due = Срок был: { $at }
score-event-held = Рабочее время срока: до вашего согласия прошло { $ours }, после — { $theirs }.
score-event-held-desk = Рабочее время срока: наших { $ours }, подрядчика { $theirs }.
score-event-who = Кто: { $name }, { $firm }
score-event-source = Откуда: { $source }{ $by }
score-event-by = { " " }({ $name })
score-event-twin = Это же и замечание за исправление.
score-event-words = Что найдено: { $words }
score-event-counts = Событие считается.
score-event-counts-yet = Пока событие считается; решение ещё не принято.
score-event-annulled = Событие не считается.
score-event-cleared = Событие не считается: жалоба на ограничение принята.
score-event-excused = Для ограничений событие не считается: то ограничение сняли.{ $scored ->
    [yes] { " " }В оценке оно остаётся.
   *[no] { "" }
}
score-event-may = Не согласны? Напишите об этом, последний день: { $until }. Решит другой человек.
score-event-over = Не согласиться можно было в течение { $days } дней.
score-dispute-words = ⚖️ <b>Несогласие: { $name }</b>, { $at }:
    { $words }
score-dispute-waits = Решение ещё не принято.
score-dispute-upheld = ↩️ <b>Решено{ $by }: подрядчик прав.</b>
score-dispute-refused = ❗ <b>Решено{ $by }: событие остаётся.</b>
score-dispute-answer = Ответ: { $words }
score-do-dispute = Не согласен
score-do-uphold = Прав: событие отменить
score-do-refuse = Не прав: событие остаётся
score-do-fraud = Отметить подлог
score-do-ledger = Оценка и события
score-do-look = Посмотреть и решить
score-strike-crew = ⚠️ <b>Событие в вашей оценке.</b> Ниже — что случилось и сколько это стоит. Не согласны — нажмите «Не согласен».
score-strike-desk = ⚠️ <b>Замечание: { $firm }.</b>
score-decided-upheld = ↩️ <b>Вы были правы: событие больше не считается.</b> Оценка пересчитана.
score-decided-refused = ❗ <b>Несогласие рассмотрено: событие остаётся.</b>
score-ask-dispute = <b>{ $what }</b>
    Напишите одним сообщением, почему это неверно. Прочитает тот, кто в этом не участвовал.
score-ask-refusal = <b>{ $what }</b>
    Напишите, почему событие остаётся: подрядчик прочтёт ваш ответ.
score-ask-fraud = <b>Подлог · { $number } · { $firm }</b>
    Напишите, что найдено и чем доказано. Подрядчик это прочтёт и сможет не согласиться; приём предложений остановится сразу.
score-saved = Готово
tasks-kind-score_dispute = подрядчик не согласен с оценкой
error-needs-another = Вы участвовали в этом сами или состоите в этой фирме: решить должен другой человек.
error-dispute-given = Несогласие по этому событию уже подавали, это можно один раз.
error-dispute-late = Не согласиться можно в течение { $days } дней. Этот срок прошёл.
error-dispute-decided = Уже решено: { $name }.
