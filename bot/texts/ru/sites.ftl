sites-list = { $total ->
    [one] { $total } объект
    [few] { $total } объекта
   *[many] { $total } объектов
}
sites-list-hint = Чтобы найти объект, напишите <code>/sites</code> и слова: название, улицу или код, например <code>/sites О-123</code>.
sites-near = <b>Ближайшие объекты</b>
sites-near-me = 📍 Рядом со мной
sites-clients = Клиенты
sites-ask-place = Отправьте геопозицию кнопкой внизу — или выберите точку на карте через скрепку.
sites-send-place-key = 📍 Отправить, где я
sites-looking = Смотрю на карту…
sites-name = { $name } · { $code }
sites-where =
    { $client }, { $region }
    { $address }
sites-hours = Работает: { $hours }
sites-round-the-clock = круглосуточно
sites-responsible = Ответственный: { $name }, { $phone }
sites-radius = Отметка «я на месте» — в пределах { $metres } м
sites-map = 🗺 На карте
sites-edit = Изменить
sites-edit-what = Что изменить у объекта { $name } · { $code }?
sites-invite-responsible = Пригласить ответственного
sites-client = Клиент
sites-field = { $field ->
    [responsible] Ответственный
    [phone] Телефон ответственного
    [hours] Часы работы
    [address] Адрес
    [radius] Радиус отметки
   *[place] Точка на карте
}
sites-ask-field = { $field ->
    [responsible] Напишите имя ответственного.
    [phone] Напишите телефон ответственного, например +7 912 345-67-89. Роль перейдёт к владельцу этого номера.
    [hours] Напишите часы работы, например 10:00-22:00 или «круглосуточно».
    [address] Напишите адрес без города: улица, дом, корпус.
   *[radius] Напишите радиус в метрах, от 20 до 5000.
}
sites-client-list = { $total ->
    [one] { $total } клиент
    [few] { $total } клиента
   *[many] { $total } клиентов
}
sites-client-line = { $name } · { $sites ->
    [one] { $sites } объект
    [few] { $sites } объекта
   *[many] { $sites } объектов
}
sites-client-sites = Объектов: { $sites }, регионов: { $regions }
sites-client-contact = Контакт: { $name }, { $phone }
sites-of-client = Объекты клиента
sites-stickers = Наклейки QR (PDF)
sites-stickers-started = Готовлю наклейки, это займёт несколько секунд…
sites-sticker-title = Что-то сломалось?
sites-sticker-instruction = Наведите камеру телефона и напишите нам в Telegram
sites-invite = Пригласить: { $role ->
    [head_office] центральный офис
    [requester] ответственного за всю сеть
    [approver] согласующего
   *[client_accountant] бухгалтера
}
sites-invite-region = Пригласить ответственного за регион
sites-which-region = За какой регион отвечает этот человек?
