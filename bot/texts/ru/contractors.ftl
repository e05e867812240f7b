contractors-list = { $total ->
    [one] { $total } подрядчик
    [few] { $total } подрядчика
   *[many] { $total } подрядчиков
}
contractors-list-hint = Чтобы найти подрядчика, напишите <code>/contractor</code> и слова: название, город, телефон или код. ⏸ — не получает предложений.
contractors-name = { $name } ({ $form }) · { $code }
contractors-where = { $city }, { $region }. Выезжает до { $radius } км.
contractors-regions = Берётся и дальше: { $regions }
contractors-people = Инженеров: { $engineers }. Вошли в бот: { $people }
contractors-score = Оценка: { $score } из 100. Ночные выезды: { $night ->
    [yes] да
   *[no] нет
}
contractors-inactive = ⏸ Приостановлен: предложений не получает.
contractors-block = 🚫 <b>{ $has_person ->
    [yes] { $person } (человек):{ " " }
   *[no] {""}
}{ $level }</b>{ $has_client ->
    [yes] , только у клиента { $client }
   *[no] {""}
}{ $has_until ->
    [yes] , до: { $until }
   *[no] {""}
}
contractors-contact = Контакт: { $name }, { $phone }
contractors-skills = <b>Умеет:</b>
contractors-skill = ✅ { $name }
contractors-skill-until = ✅ { $name } — до { $until }
contractors-skill-declared = ❔ { $name } — не подтверждено
contractors-map = 🗺 База на карте
contractors-edit = Изменить
contractors-team = Команда
contractors-back = К подрядчику
contractors-invite-owner = Пригласить владельца
contractors-invite-engineer = Пригласить инженера
contractors-edit-what = Что изменить у подрядчика { $name }?
contractors-field = { $field ->
    [contact] Контактное лицо
    [phone] Телефон
    [radius-km] Радиус выезда
    [engineers] Число инженеров
   *[place] База на карте
}
contractors-ask-field = { $field ->
    [contact] Напишите имя контактного лица.
    [phone] Напишите телефон, например +7 912 345-67-89. Роли владельца и инженера перейдут к хозяину этого номера.
    [radius-km] Напишите, на сколько километров подрядчик выезжает от базы.
   *[engineers] Напишите, сколько у подрядчика инженеров.
}
contractors-ask-place = Отправьте геопозицию базы: скрепка → Геопозиция → точка на карте.
contractors-regions-edit = Дополнительные регионы
contractors-regions-title = Куда { $name } выезжает сверх радиуса? Нажмите на регион, чтобы добавить или убрать.
contractors-night = { $on ->
    [yes] 🌙 Включить ночные выезды
   *[no] ☀️ Выключить ночные выезды
}
contractors-active = { $on ->
    [yes] ▶️ Вернуть в работу
   *[no] ⏸ Приостановить
}
