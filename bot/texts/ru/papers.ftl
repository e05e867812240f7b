menu-papers = Компетенции и документы
menu-papers-about = что подтверждено и до какого дня, прислать документ
papers-title = <b>Ваши компетенции</b>
papers-none = <b>Компетенций пока нет.</b> Добавьте то, что умеете: предложения приходят по ним.
papers-firm = <b>{ $name }</b>
papers-line = • <b>{ $name }</b> — { $state }
papers-state-confirmed = ✅ подтверждена до { $until }
papers-state-endless = ✅ подтверждена
papers-state-ending = ⏳ истекает { $days ->
    [0] сегодня
    [one] через { $days } день
    [few] через { $days } дня
   *[other] через { $days } дней
}, { $until }
papers-state-expired = ⛔ истекла { $until }
papers-state-watched = 👀 под присмотром, принято { $done } из { $needed }
papers-state-declared = заявлена, документа нет
papers-checking =    🔎 документ на проверке
papers-refused =    ✋ документ не подошёл: { $reason }
papers-hint = Документ можно прислать фотографией или файлом: выберите компетенцию или просто отправьте его сюда.
papers-send = 📎 Документ: { $skill }
papers-send-now = 📎 Прислать документ
papers-send-again = 📎 Прислать ещё раз
papers-add = ➕ Добавить компетенцию
papers-back = К компетенциям
papers-ask-file = <b>{ $skill }</b>
    Пришлите документ: фото или файл PDF, JPG, PNG, HEIC до { $limit } МБ. Две стороны — одним альбомом или одна за другой. Пересланный тоже подойдёт.
papers-ask-file-replaces = Прежний документ ещё на проверке: этот его заменит.
papers-ask-file-again = Жду сам документ: фото или файл PDF, JPG, PNG, HEIC до { $limit } МБ.
papers-choose = <b>Какую компетенцию добавить?</b>
    Выберите из списка или напишите слово, чтобы найти.
papers-choose-none = По этим словам ничего нет. Напишите иначе или выберите из всего списка: /papers.
papers-declared = <b>Записал: { $skill }</b> ({ $firm }).
    Чтобы по ней приходили заявки, пришлите документ, и мы его проверим.
papers-paper-waiting = 🔎 <b>Документ получен:</b> { $skill }. Проверим и напишем.
papers-paper-approved = ✅ <b>Документ принят:</b> { $skill }.
papers-paper-refused = ✋ <b>Документ не подошёл:</b> { $skill }.
papers-paper-replaced = Этот документ заменён более новым: { $skill }.
papers-paper-unsorted = Документ сохранён.
papers-reason = Почему: { $reason }.
papers-watch-about = Теперь, если у вас нет ограничений, диспетчер может давать вам такие заявки под присмотром. Когда клиенты примут { $needed ->
    [one] { $needed } работу
    [few] { $needed } работы
   *[other] { $needed } работ
} без переделок, предложения начнут приходить сами.
papers-more-pages = Есть ещё страница? Пришлите её следом, в течение { $minutes ->
    [one] { $minutes } минуты
   *[other] { $minutes } минут
}.
papers-page = 📎 <b>Принято как страница { $number } того же документа:</b> { $skill }. Проверим всё вместе.
    Другой документ? Уберите страницу и выберите компетенцию.
papers-page-unsorted = 📎 <b>Принято как страница { $number } того же документа.</b> Осталось выбрать компетенцию, вопрос выше.
papers-not-a-page = Это не страница документа
papers-taken-off = Страница убрана, проверяющий её не увидит. Если фото к заявке, пришлите его ещё раз.
papers-which = <b>Документ получен.</b> Для какой он компетенции?
papers-refusal-unreadable = не читается
papers-refusal-wrong = это не тот документ
papers-refusal-expired = срок документа истёк
papers-refusal-foreign = документ выдан не вам
papers-refusal-broken = файл не открывается ни как фото, ни как PDF
papers-refusal-gone = Telegram не отдал файл
papers-refusal-too_big = файл больше 20 МБ; сфотографируйте документ и пришлите фото
papers-ends = ⏳ <b>Документ скоро истечёт</b>
papers-ends-over = ⛔ <b>Срок документа вышел</b>
papers-ends-no-offers = По истёкшим больше не предлагаем заявки.
papers-ends-hint = Пришлите новый документ, и всё продолжится.
papers-learnt = 🎉 <b>Поздравляем! { $skill } подтверждена</b> ({ $firm }).
    Принято без переделок: { $needed }. Теперь предложения по ней приходят сами.
checks-title = <b>Документ: { $skill }</b>
checks-firm = { $firm } ({ $code })
checks-sent = Прислал: { $name }, { $when }
checks-state = Сейчас: { $state }
checks-state-confirmed = подтверждена { $until }
checks-state-ending = подтверждена { $until }
checks-state-expired = истекла ({ $until })
checks-state-watched = под присмотром, документ { $until }
checks-state-declared = заявлена, документа не было
checks-endless = без срока
checks-until = до { $day }
checks-seen = ⚠️ Точно такой же файл присылала другая фирма: { $firm }
checks-taken = Занимается: { $name }
checks-own = Это документ вашей фирмы: его проверит коллега.
checks-until-when = Откройте документ и скажите, до какого дня он действует.
checks-show = { $pages ->
    [1] 📄 Показать документ
   *[other] 📄 Показать документ, страниц: { $pages }
}
checks-show-previous = 📄 Показать прежний документ
checks-day = ✅ Действует до даты…
checks-years = { $n ->
    [one] ✅ На { $n } год, до { $day }
    [few] ✅ На { $n } года, до { $day }
   *[other] ✅ На { $n } лет, до { $day }
}
checks-approve-endless = ✅ Без срока
checks-refuse = ✋ Не подходит
checks-to-queue = К очереди
checks-ask-day = До какого дня действует документ «{ $skill }» ({ $firm })? Напишите дату, например 31.12.2027, или «без срока».
checks-ask-refusal = Почему документ «{ $skill }» ({ $firm }) не подходит?
checks-other-reason = Написать причину
checks-ask-words = Напишите, что не так: { $firm } увидит эти слова.
checks-approved = ✅ Принят { $until }. Проверка: { $name }
checks-now-watched = Теперь фирма работает под присмотром: такие заявки даёте вы, вручную.
checks-refused = ✋ Не принят: { $reason }. Проверка: { $name }
checks-replaced = Фирма прислала более новый документ, этот проверять не нужно.
tasks-kind-certificate = проверить документ
tasks-kind-expired_job = документ кончится раньше выезда
tasks-end-expired_job = Оставить этой бригаде
tasks-hint-expired_job = Попросите новый документ, отдайте заявку другим или оставьте как есть под свою ответственность.
tasks-choice-watched = 👀 под присмотром: заявка пойдёт в зачёт компетенции
tickets-exclusion-under_watch = компетенция ещё под присмотром
missed-why-under_watch = компетенция под присмотром
missed-do-under_watch = Такие заявки пока даёт диспетчер; ещё немного, и они пойдут сами: /papers.
notices-expired-job-job = ⚠️ <b>Документ по этой компетенции кончается раньше выезда.</b> Пришлите новый заранее: /papers.
history-visit-beyond_document = документ бригады кончается раньше выезда
