intake-ask-site = <b>Где нужна помощь?</b>
    Выберите объект, напишите часть названия, адрес или код — или пришлите геопозицию.
intake-sites-found = Нашлось. Выберите объект:
intake-sites-many = Подходит объектов: { $total }. Выберите или уточните словами:
intake-site-not-found = Такого объекта не нахожу. Попробуйте другое слово, код с вывески (например, <code>О-123</code>) или пришлите геопозицию.
intake-ask-service = <b>Что нужно сделать?</b>
    Если нужного нет среди кнопок, напишите одним-двумя словами: «дверь», «свет», «течёт».
intake-service-not-found = Такой работы в списке нет. Напишите другим словом, например «дверь», «свет», «кран».
intake-reported = <b>Об этом уже сообщили?</b> По этому объекту и работе открыто:
intake-reported-line = • <b>{ $number }</b> — { $status }, с { $when }
intake-that-one = Это она: { $number }
intake-another = Нет, другая поломка
intake-ask-words = <b>Что случилось?</b>
    Напишите одним предложением, голосом или пришлите фото.
intake-confirm = <b>Проверьте и отправьте</b>
intake-site = 📍 <b>{ $site }</b>, { $address }
intake-service = 🔧 { $service }
intake-urgent-mark = 🔴
intake-media = 📎 Вложений: { $count }
intake-is-urgent = 🔴 <b>Авария</b>: ищем инженера сразу
intake-stranger = Вас пока нет среди сотрудников объекта, поэтому заявку сначала подтвердит ответственный.
intake-add-more = Можно дописать ещё или добавить фото.
intake-send = ✅ Отправить
intake-make-urgent = 🔴 Срочно, авария
intake-make-normal = Не срочно, обычная
intake-change = Другая работа
intake-drop = Отменить
intake-sent = Отправляю
intake-dropped = Отменено
intake-is-that-one = Показываю её
intake-dead-sticker = Эта наклейка уже не действует. Скажите, пожалуйста, диспетчеру, где она висит, — пришлём новую. Заявку можно подать и через меню.
