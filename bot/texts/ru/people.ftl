people-share-phone =
    <b>Здравствуйте!</b>
    Это бот заявок на обслуживание магазинов и офисов.

    Нажмите кнопку внизу: по номеру телефона я узнаю, на каком объекте или в какой компании вы работаете. Номер увидят только те, кому он нужен для вашей заявки.

    Получили ссылку-приглашение? Просто откройте её.
people-share-phone-key = 📱 Поделиться номером
people-checking = Спасибо! Ищу ваш номер в справочниках…
people-welcome = <b>{ $name }, добро пожаловать!</b> Вас ждут здесь так:
people-and-more = { $count ->
    [one] …и ещё { $count } место
    [few] …и ещё { $count } места
   *[many] …и ещё { $count } мест
}
people-consents = Нажимая «Да, это я», вы соглашаетесь:
people-consent-personal-data = на обработку имени, телефона и сообщений в этом боте — только ради выполнения заявок
people-consent-tap-signature = что нажатие кнопки здесь заменяет вашу подпись: под принятой работой, согласием, отказом
people-consent-automatic-limits = что по правилам качества приём новых заявок может быть ограничен автоматически — с объяснением причины и правом возразить
people-consent-listed = • { $consent };
people-consent-last = • { $consent }.
people-join = Да, это я
people-role = { $role ->
    [engineer] Инженер
    [owner] Владелец подрядчика
    [dispatcher] Диспетчер
    [manager] Руководитель
    [admin] Администратор
    [accountant] Бухгалтер
    [requester] Ответственный за объект
    [approver] Согласующий
    [head_office] Центральный офис клиента
    [client_accountant] Бухгалтер клиента
   *[system] Система
}
people-role-at = { $role } — { $organisation }
people-list = { $total ->
    [one] Найден { $total } человек.
    [few] Найдено { $total } человека.
   *[many] Найдено { $total } человек.
}
people-nobody = Никого не нашлось.
people-list-hint = Чтобы найти человека, напишите <code>/people</code> и имя или номер телефона. ⚠️ — сообщения не доходят.
people-unreachable = ⚠️ Сообщения не доходят: человек заблокировал бота или сменил аккаунт.
people-no-roles = Сейчас ролей нет.
people-rename = Изменить имя
people-ask-name = Как записать этого человека? Напишите имя одним сообщением.
people-end-role = Снять: { $role }, { $organisation }
people-end-role-ask = Снять с { $name } роль «{ $role }»? Доступ закроется сразу.
people-end-role-yes = Да, снять роль
people-role-ended = Ваша роль «{ $role }» завершена. Если это ошибка, напишите вашему диспетчеру.
people-invite-whom =
    <b>Кого пригласить?</b>
    Людей клиента и подрядчика приглашают с карточки их компании или объекта.
people-invite-of-client = Клиента
people-invite-of-contractor = Подрядчика
people-invite =
    <b>Приглашение:</b> { $role }
    Перешлите это сообщение. Ссылка сработает один раз, до { $until }:
    { $link }
people-team = Команда: { $name }
people-team-owner = 👤 { $name } — владелец
people-team-engineer = { $state ->
    [busy] 🔧 { $name } — на заявке
    [away] ⚠️ { $name } — сообщения не доходят
   *[free] 👷 { $name }, на связи
}
people-team-empty = Инженеров пока нет. Пригласите первого: он получит ссылку.
people-team-invite = Пригласить инженера
people-team-open = Открыть команду
people-team-joined = 👷 <b>{ $name }</b> теперь в вашей команде.
people-dismiss = Убрать: { $name }
people-dismiss-ask = Убрать { $name } из команды? Новых предложений не будет, доступ закроется сразу.
people-dismiss-yes = Да, убрать
people-which-firm = По какой компании показать команду?
people-agree = <b>{ $name }, здравствуйте!</b>
people-agree-yes = Согласен
people-consents-again = Чтобы продолжить, нужно ваше согласие:
people-speak = { $language ->
    [en] Говорить по-английски
   *[ru] Говорить по-русски
}
