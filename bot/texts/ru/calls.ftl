calls-nobody = Звонить пока некому. Когда без звонка не обойтись, заявка появится здесь.
calls-waiting = <b>Кому позвонить: { $total }</b>
calls-kind = <b>{ $kind }</b>
calls-kind-unstaffed = найти инженера
calls-kind-reaction = время уходит, никто не взял
calls-kind-unconfirmed = узнать, едет ли инженер
calls-kind-no_crew = подрядчик не в Telegram
calls-kind-no_accepter = попросить принять работу
calls-kind-deadline = срок горит, узнать, успевают ли
calls-kind-draft = подтверждают ли заявку незнакомца
calls-whom = 📞 { $contact } { $phone }
calls-made = Уже звонили: { $count }
calls-ticket = <b>📞 Обзвон по { $number }</b>
    { $service }, { $site }
    Предлагаем { $pay }
calls-ticket-empty = Рядом никого с подтверждённой компетенцией. Попробуйте искать шире.
calls-line = { $n }<b>{ $name }</b>, { $distance }
    📞 { $contact } { $phone }
calls-said = { $said } — { $when }, { $by }
calls-said-no-answer = не ответил
calls-said-refused = отказался
calls-said-later = перезвонить
calls-said-accepted = согласился
calls-do-accepted = ✅ Согласился: назначить
calls-do-refused = Отказался
calls-do-no-answer = Не ответил
calls-do-later = Перезвонить позже
calls-do-note = 📝 Записать разговор
calls-ask-note = <b>{ $name }</b>: что вам ответили? Напишите одним сообщением.
calls-accepted-done = Назначено
menu-calls = Обзвон
menu-calls-about = кому позвонить
history-ticket-call = звонок подрядчику
history-ticket-raise = ставка поднята
history-ticket-no_raise = ставку не подняли: маржа
history-ticket-widen = ищем шире
history-ticket-move = другое время
history-ticket-ask_move = клиента спросили о другом времени
