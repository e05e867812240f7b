"""The sentence a person reads about a fault in the workbook; `{detail}` is what stood there."""

from core.imports.book import Reason, Wrong

SENTENCES: dict[Reason, str] = {
    Reason.MISSING_SHEET: "в книге нет листа «{sheet}»",
    Reason.MISSING_COLUMN: "нет столбца «{column}»",
    Reason.COLUMN_TWICE: "столбец «{column}» встречается дважды",
    Reason.SHEET_TWICE: "лист «{sheet}» встречается дважды: {detail}",
    Reason.UNREADABLE: "файл не прочитан: {detail}",
    Reason.EMPTY: "пусто, а значение нужно",
    Reason.TOO_LONG: "слишком длинно: можно не больше {detail} знаков",
    Reason.NOT_A_NUMBER: "«{detail}» — не число",
    Reason.NOT_WHOLE: "«{detail}» — не целое число",
    Reason.TOO_EXACT: "«{detail}» — слишком много знаков после запятой",
    Reason.OUT_OF_BOUNDS: "«{detail}» — вне допустимых пределов",
    Reason.NOT_A_DATE: "«{detail}» — не дата (нужно как 31.12.2026)",
    Reason.NOT_A_TIME: "«{detail}» — не дата со временем (нужно как 31.12.2026 09:30)",
    Reason.NOT_YES_NO: "«{detail}» — нужно «да» или «нет»",
    Reason.NOT_OF_LIST: "{detail}",
    Reason.NOT_INN: "ИНН «{detail}» неверен: не сходится контрольная цифра или длина",
    Reason.NOT_KPP: "КПП «{detail}» неверен",
    Reason.NOT_OGRN: "ОГРН «{detail}» неверен: не сходится контрольная цифра или длина",
    Reason.NOT_OGRNIP: "ОГРНИП «{detail}» неверен: не сходится контрольная цифра или длина",
    Reason.NOT_BIC: "БИК «{detail}» неверен",
    Reason.NOT_ACCOUNT: "счёт «{detail}» неверен или не подходит к БИК",
    Reason.NOT_CORR_ACCOUNT: "корр. счёт «{detail}» неверен или не подходит к БИК",
    Reason.NOT_PHONE: "«{detail}» — не номер телефона",
    Reason.NOT_EMAIL: "«{detail}» — не адрес эл. почты",
    Reason.NOT_ZONE: "«{detail}» — не часовой пояс (нужно как UTC+3)",
    Reason.NOT_HOURS: "«{detail}» — не часы работы (нужно как 10:00-20:00 или «круглосуточно»)",
    Reason.WRONG_FORM: "«{detail}» не подходит к форме или длине ИНН",
    Reason.ENDS_BEFORE_START: "«{detail}» раньше, чем могло быть",
    Reason.TOO_FAR: "«{detail}» — слишком далеко: проверьте год",
    Reason.NEEDED_BY_STATUS: "пусто, а при статусе «{detail}» значение нужно",
    Reason.ODD_FOR_STATUS: "при статусе «{detail}» здесь должно быть пусто",
    Reason.DUPLICATE: "повтор: «{detail}» есть и в других строках",
    Reason.UNKNOWN_REFERENCE: "«{detail}» нет ни в этом файле, ни в базе",
    Reason.OTHER_CLIENT: "юрлицо с ИНН {detail} принадлежит другому клиенту",
    Reason.NO_CONTRACT: "у юрлица с ИНН {detail} нет договора на день регистрации",
    Reason.NUMBER_TAKEN: "номер «{detail}» уже носит другая заявка, заведённая здесь",
}


def sentence(fault: Wrong) -> str:
    return SENTENCES[fault.reason].format(sheet=fault.sheet, column=fault.column, detail=fault.detail)


#: Why a file could not be read at all (`WorkbookUnreadable.reason`).
UNREADABLE: dict[str, str] = {
    "no_file": "такого файла нет",
    "no_csv": "в папке нет файлов CSV",
    "not_xlsx": "это не книга XLSX",
    "too_big": "файл слишком велик",
    "too_hard": "книга требует больше времени или памяти, чем может понадобиться справочникам",
    "bomb": "распакованная книга была бы слишком велика",
    "broken": "файл повреждён",
    "encoding": "кодировка не UTF-8, не UTF-16 и не Windows-1251",
}
