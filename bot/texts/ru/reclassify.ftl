tickets-do-reclassify = 🔧 Изменить вид работ
reclassify-ask = <b>Какая это работа? Заявка { $number }</b>
    Сейчас: { $service }
    Выберите или напишите слово из названия. Рядом — цена для клиента.
reclassify-not-found = Такой работы в прайсе нет. Сейчас у { $number }: { $service }.
    Напишите другое слово.
reclassify-sure = <b>Изменить вид работ в { $number }?</b>
reclassify-work = { $before } → <b>{ $after }</b>
reclassify-price = Цена для клиента: { $before } → <b>{ $after }</b>
reclassify-pay = Оплата подрядчику: { $before } → <b>{ $after }</b>
reclassify-search = Тем, кого уже спросили, придёт новое предложение. Если клиенту нужно согласовать новую цену, сначала ждём согласования.
reclassify-crew = { $contractor } остаётся, если умеет такую работу и цену не надо согласовывать. Иначе заявка уйдёт от него без вреда для оценки.
reclassify-yes = Да, изменить
reclassify-done = Вид работ изменён
error-same-work = В заявке и так эта работа. Выберите другую.
notices-reclassified = 🔧 <b>Вид работ уточнили.</b>
notices-reclassified-desk = 🔧 <b>Вид работ изменён.</b>
notices-reclassified-client = 🔧 <b>Вид работ уточнили.</b> Инженер прежний.
notices-reclassified-client-taken = 🔧 <b>Вид работ уточнили.</b> Для такой работы ищем другого инженера, напишем, кто и когда приедет.
notices-reclassified-client-search = 🔧 <b>Вид работ уточнили.</b> Ищем инженера, напишем, кто и когда приедет.
notices-reclassified-client-approval = 🔧 <b>Вид работ уточнили.</b> Новую цену сначала согласуют у вас в компании.
notices-reclassified-job = 🔧 <b>Вид работ изменился, заявка остаётся вашей.</b> Новая оплата { $pay }.
notices-reclassified-job-taken = 🔧 <b>Работа оказалась другой, ехать не нужно.</b> Спасибо, что взялись: на оценку это не влияет.
notices-reclassified-job-approval = 🔧 <b>Работа оказалась другой, ехать не нужно.</b> Сначала клиент согласует цену. На оценку это не влияет.
