tasks-kind-approval = нужно согласование клиента
tasks-kind-draft = подтвердить заявку незнакомца
tasks-kind-unstaffed = некого отправить
tasks-kind-unverified = проверить, что инженер на месте
tasks-kind-left = инженер уехал, не закончив
tasks-kind-dispute = клиент не принял работу
tasks-kind-no_crew = подрядчик не в Telegram: позвоните, пусть откроет бота и поделится номером — заявка ждёт его в /jobs
tasks-kind-no_accepter = некому принять работу: позвоните и пригласите ответственного (/sites)
tasks-kind-undelivered = сообщение не дошло
tasks-kind-parked = сбой, нужен взгляд
tasks-line-free = ⚠️ <b>{ $kind }</b>
tasks-line-taken = ⚠️ <b>{ $kind }</b> — занимается { $name }
tasks-take = Беру на себя
tasks-end-unverified = Проверено: инженер на месте
tasks-end-left = Повторный выезд согласован
tasks-end-no_crew = Готово: договорились по телефону
tasks-end-no_accepter = Готово: ответственный приглашён
tasks-end-undelivered = Готово: человек предупреждён
tasks-end-parked = Готово
tasks-taken = Теперь это ваша задача
tasks-ended = Готово, убрано из очереди
tasks-queue = <b>Очередь</b> — задач: { $total }
tasks-queue-empty = <b>Очередь пуста.</b> Сейчас ничего не горит.
tasks-queue-line = { $n }. { $urgent }<b>{ $kind }</b>{ $what } · { $age } { $by }
tasks-by = · { $name }
tasks-refresh = Обновить
tasks-one = <b>{ $kind }</b>
    Стоит { $age }
tasks-one-person = Кому: { $name }
tasks-incident = Номер сбоя: <code>{ $incident }</code>
tasks-choices = <b>Кого отправить на { $number }?</b>
tasks-choices-empty = По { $number } отправить некого: рядом нет никого с подтверждённой компетенцией. Проверьте подрядчиков: /contractor.
tasks-choice = { $n }. <b>{ $name }</b>, { $distance }
    { $contact } { $phone }
tasks-choice-passes = ⚠️ { $rule }
tasks-ask-assign = Отправить <b>{ $name }</b> на { $number }?
    Обычное правило против: <b>{ $rule }</b>. В истории останется, что решили вы.
tasks-do-assign-yes = Да, отправить
