imports-ask-file = Пришлите книгу со справочниками файлом .xlsx (до 20 МБ). Сначала покажу, что изменится, и только потом загружу.
imports-preview = Что изменит эта книга
imports-sheet = { $sheet }: добавится { $added }, изменится { $changed }, без изменений { $same }, с ошибками { $wrong }
imports-ignored = Пропущено, не знаю таких столбцов: { $names }
imports-all-same = Всё это уже загружено: книга ничего не изменит.
imports-apply = Загрузить
imports-applied = Готово, справочники загружены
imports-not-applied = { $wrong ->
    [one] Не загружено ничего: теперь в книге { $wrong } ошибка. Пришлите файл ещё раз, и я её покажу.
    [few] Не загружено ничего: теперь в книге { $wrong } ошибки. Пришлите файл ещё раз, и я их покажу.
   *[many] Не загружено ничего: теперь в книге { $wrong } ошибок. Пришлите файл ещё раз, и я их покажу.
}
imports-cancelled = Хорошо, ничего не загружаю.
imports-wrong = { $wrong ->
    [one] ❗ { $wrong } ошибка. Пока она есть, не загружу ничего:
    [few] ❗ { $wrong } ошибки. Пока они есть, не загружу ничего:
   *[many] ❗ { $wrong } ошибок. Пока они есть, не загружу ничего:
}
imports-fault = • { $sheet }, строка { $row }, «{ $column }»: { $reason }
imports-more-wrong = …и ещё { $count }. Исправьте книгу и пришлите её снова.
imports-reason-missing-sheet = такого листа в книге нет
imports-reason-missing-column = такого столбца нет
imports-reason-column-twice = столбец встречается дважды
imports-reason-sheet-twice = лист встречается дважды: { $detail }
imports-reason-unreadable = файл не прочитан: { $detail }
imports-reason-empty = пусто, а значение нужно
imports-reason-too-long = слишком длинно: можно не больше { $detail } знаков
imports-reason-not-a-number = «{ $detail }» — не число
imports-reason-not-whole = «{ $detail }» — не целое число
imports-reason-too-exact = «{ $detail }» — слишком много знаков после запятой
imports-reason-out-of-bounds = «{ $detail }» — вне допустимых пределов
imports-reason-not-a-date = «{ $detail }» — не дата (нужно как 31.12.2026)
imports-reason-not-a-time = «{ $detail }» — не дата со временем (нужно как 31.12.2026 09:30)
imports-reason-not-yes-no = «{ $detail }» — нужно «да» или «нет»
imports-reason-not-of-list = значение не из списка: { $detail }
imports-reason-not-inn = ИНН «{ $detail }» неверен
imports-reason-not-kpp = КПП «{ $detail }» неверен
imports-reason-not-ogrn = ОГРН «{ $detail }» неверен
imports-reason-not-ogrnip = ОГРНИП «{ $detail }» неверен
imports-reason-not-bic = БИК «{ $detail }» неверен
imports-reason-not-account = счёт «{ $detail }» неверен или не подходит к БИК
imports-reason-not-corr-account = корр. счёт «{ $detail }» неверен или не подходит к БИК
imports-reason-not-phone = «{ $detail }» — не номер телефона
imports-reason-not-email = «{ $detail }» — не адрес почты
imports-reason-not-zone = «{ $detail }» — не часовой пояс (нужно как UTC+3)
imports-reason-not-hours = «{ $detail }» — не часы работы (нужно как 10:00-20:00)
imports-reason-wrong-form = «{ $detail }» не подходит к форме или длине ИНН
imports-reason-ends-before-start = «{ $detail }» раньше, чем могло быть
imports-reason-number-taken = номер «{ $detail }» уже носит другая заявка
imports-reason-needed-by-status = пусто, а при статусе «{ $detail }» значение нужно
imports-reason-odd-for-status = при статусе «{ $detail }» здесь должно быть пусто
imports-reason-duplicate = повтор: «{ $detail }» есть и в других строках
imports-reason-unknown-reference = «{ $detail }» нет ни в файле, ни в базе
imports-reason-other-client = юрлицо с ИНН { $detail } принадлежит другому клиенту
imports-reason-no-contract = у юрлица с ИНН { $detail } нет договора на день регистрации
