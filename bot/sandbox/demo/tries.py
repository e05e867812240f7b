"""What a visitor may try: short stories, each step ticked by a text that appears on a phone."""

from typing import Any

from bot.sandbox.demo.casting import Casting
from bot.sandbox.demo.firms import ENDING, RARE
from bot.sandbox.demo.roles import Cast

Try = dict[str, Any]


def tries(casting: Casting, cast: Cast, *, is_lived: bool = True) -> list[Try]:
    """`is_lived`: the two engineers have a record, which some of the stories are about."""
    shop, first, second, desk = cast.shop.name, cast.engineer.name, cast.second.name, cast.dispatcher.name
    told = [
        _tell(shop, casting.service),
        _visit(first, casting.stage.name),
        _accept(shop),
        _refuse(shop, first, second),
        _be_late(shop, first, second),
        _both(shop, first, second),
        _wave(shop, first, second),
        _nobody(shop, first, second, desk),
        _wrong(shop, first, desk),
        _enter(cast.newcomer.name, cast.passer.name, shop),
    ]
    if not is_lived:
        return told
    return [
        *told,
        _burns(shop, first, desk, cast.manager.name, casting.stage.name),
        _nobody_came(shop, first, second),
        _limit(second, desk),
        _document(first, desk),
        _score(first, desk),
    ]


def _step(who: str, what: str, seen: str | None = None) -> Try:
    return {"who": who, "what": what, "seen": seen}


def _story(title: str, *steps: Try) -> Try:
    return {"title": title, "steps": list(steps)}


def _asks(shop: str, service: str = "") -> Try:
    what = f"«{service}»" if service else "любую работу"
    return _step(shop, f"Наклейка QR, {what}, одно предложение, «Отправить»", "Заявка принята")


def _tell(shop: str, service: str) -> Try:
    return _story(
        "Сообщить о поломке",
        _step(shop, "Наведите камеру на наклейку: значок QR вверху телефона", "Что нужно сделать"),
        _step(shop, f"Выберите «{service}»", "Что случилось"),
        _step(shop, "Напишите одним предложением, например «Погас свет в зале»", "Проверьте и отправьте"),
        _step(shop, "Нажмите «Отправить»", "Заявка принята"),
    )


def _visit(first: str, site: str) -> Try:
    return _story(
        "Взять и выполнить заявку",
        _step(first, "Пришло предложение. Нажмите «Беру: выезжаю сейчас»", "Заявка ваша"),
        _step(first, "Нажмите «Выезжаю»", "Вы в пути"),
        _step(first, f"Кнопка внизу «Я на месте», затем «{site}»", "Вы на (месте|объекте)"),
        _step(first, "«Начать работу», затем 📎 → Фото → «До»", "фото ДО: 1 из 1"),
        _step(first, "«Дальше», затем 📎 → Фото → «После»", "фото ПОСЛЕ: 1 из 1"),
        _step(first, "«Дальше: отчёт»", "Проверьте отчёт"),
        _step(first, "«Отправить отчёт»", "Отчёт отправлен"),
    )


def _accept(shop: str) -> Try:
    return _story(
        "Принять работу",
        _step(shop, "Посмотрите фото до и после и нажмите «Принять»", "Поставьте оценку|Оценка: ★"),
        _step(shop, "Поставьте оценку", "Оценка: ★"),
    )


def _refuse(shop: str, first: str, second: str) -> Try:
    return _story(
        "Отказаться: спросят следующего",
        _asks(shop),
        _step(first, "«Отказаться» и любая причина", "Вы отказались"),
        _step(second, "Предложение уже у следующего по расстоянию", "Есть работа"),
    )


def _be_late(shop: str, first: str, second: str) -> Try:
    return _story(
        "Промолчать и взять позже",
        _asks(shop),
        _step(first, "Не отвечайте: нажмите «+1 час» у часов вверху страницы", "Ещё можно взять"),
        _step(first, "Теперь всё-таки «Беру»: пока никто не взял, можно", "Заявка ваша"),
        _step(second, "У остальных карточка сама стала «взял другой»", "взял другой подрядчик"),
    )


def _both(shop: str, first: str, second: str) -> Try:
    return _story(
        "Двое берут одновременно",
        _asks(shop),
        _step(first, "«+1 час» у часов: теперь предложение у двоих", "Ещё можно взять"),
        _step("", f"Нажмите «Беру» у обоих как можно быстрее: {first} и {second}", "взял другой подрядчик"),
    )


def _wave(shop: str, first: str, second: str) -> Try:
    return _story(
        "Авария: спрашивают сразу пятерых",
        _step(shop, "Наклейка QR, любая работа, «Срочно, авария», одно предложение, «Отправить»", "Заявка принята"),
        _step(first, "Предложение пришло первому", "Авария, ехать срочно"),
        _step(second, "И в ту же секунду второму: первое «Беру» побеждает", "Авария, ехать срочно"),
    )


def _nobody(shop: str, first: str, second: str, dispatcher: str) -> Try:
    return _story(
        "Никто не отвечает: зовут человека",
        _step(shop, f"Наклейка QR, напишите «сейф», «{RARE[0]}», одно предложение, «Отправить»", "Заявка принята"),
        _step(second, "Оба молчат: «+1 час» у часов, и предложение приходит второму", "Есть работа"),
        _step(first, "Ещё «+1 час»: ушла половина срока, ставка выросла сама, спрашивают заново", "Ставка выросла"),
        _step(dispatcher, "Ещё дважды «+1 час», и спрашивать некого: зовут диспетчера", "Некого отправить"),
        _step(dispatcher, "«Обзвонить»: кому звонить и что сказали; или «Искать шире», «Поднять ставку»", "Обзвон по"),
    )


def _wrong(shop: str, first: str, dispatcher: str) -> Try:
    return _story(
        "Что-то не так",
        _step(shop, "Когда работа сделана: «Что-то не так» и что именно", "есть замечание"),
        _step(dispatcher, "Диспетчер решает: «Отправить исправить»", "вернётся исправить|Отправили исправить"),
        _step(first, "Инженер узнал и вернётся", "вернуться и исправить|Клиент пишет"),
    )


def _enter(newcomer: str, passer: str, shop: str) -> Try:
    return _story(
        "Войти новому человеку",
        _step(newcomer, "«Начать», «Поделиться номером», «Да, это я»", "Чем помочь"),
        _step(passer, "Чужой навёл камеру на наклейку: заявка до «Отправить»", "Записали"),
        _step(shop, "Ответственный подтверждает её одним нажатием", "Заявка принята"),
    )


def _burns(shop: str, first: str, dispatcher: str, manager: str, site: str) -> Try:
    asks = f"Наклейка QR, напишите «сейф», «{RARE[0]}», «Срочно, авария», одно предложение, «Отправить»"
    return _story(
        "Срок горит",
        _step(shop, asks, "Заявка принята"),
        _step(first, "«Беру: выезжаю сейчас» — и никуда не едет", "Заявка ваша"),
        _step(first, "«+1 час» у часов: прошла половина срока приезда, торопят инженера", "прошло 50 %"),
        _step(dispatcher, "«+15 мин»: три четверти срока, это уже задача диспетчера. Команда /queue", "срок горит"),
        _step(manager, "Ещё «+15 мин»: узнаёт руководитель", "прошло 90 %"),
        _step(dispatcher, "Ещё «+15 мин»: срок нарушен, это записано один раз", "Срок прошёл:"),
        _step(dispatcher, "Команда /sla, затем «Нарушенные сроки»: чья вина", "Нарушено сроков"),
        _step(first, f"Приехал: «Выезжаю», «Я на месте», «{site}»", "Вы на (месте|объекте)"),
    )


def _nobody_came(shop: str, first: str, second: str) -> Try:
    return _story(
        "Никто не приехал",
        _asks(shop),
        _step(second, f"«Беру: выезжаю сейчас». Если спросили не его ({first}), сначала откажитесь там", "Заявка ваша"),
        _step(second, "Он не едет. Трижды «+1 час» у часов: окно прошло, спрашивают его", "Где вы"),
        _step(shop, "«+15 мин», ответа нет: заявку отдают другому, и клиент это знает", "Инженер не приехал"),
        _step(second, "Это вторая неявка за 60 дней: правило сразу ограничило фирму", "Мы ограничили"),
    )


def _limit(second: str, dispatcher: str) -> Try:
    return _story(
        "Ограничение и обжалование",
        _step(second, "«Обжаловать» под ограничением из «Никто не приехал»", "Напишите, с чем вы не согласны"),
        _step(second, "Напишите одним сообщением, что было на самом деле", "Отправить эту жалобу"),
        _step(second, "«Отправить жалобу»", "Жалоба рассматривается"),
        _step(dispatcher, "/queue, «жалоба на ограничение», «Прочитать и решить»", "Обжалование"),
        _step(dispatcher, "«Согласиться и снять, события не считать»", "вернуть их будет нельзя"),
        _step(second, "«Да, снять и не считать»: подрядчик узнаёт сразу", "Ограничение снято"),
    )


def _document(first: str, dispatcher: str) -> Try:
    return _story(
        "Показать документ",
        _step(first, "«+1 день» у часов: у одного документа осталась неделя", "Документ скоро истечёт"),
        _step(first, f"Под напоминанием «Документ: {ENDING}», затем 📎 → Фото → любое", "Документ получен"),
        _step(dispatcher, "/queue, «проверить документ»: посмотрите и выберите, до какого дня", "Принят .*Проверка"),
        _step(first, "Инженер узнал. Все документы: /papers", "Документ принят"),
    )


def _score(first: str, dispatcher: str) -> Try:
    return _story(
        "Моя оценка",
        _step(first, "Команда /me: из чего сложилась оценка и что делать дальше", "Оценка: \\d+ из 100"),
        _step(first, "Откройте опоздание и нажмите «Не согласен»", "почему это неверно"),
        _step(first, "Напишите одним сообщением, почему", "Несогласие: Пётр|Решение ещё не принято"),
        _step(dispatcher, "/queue, «подрядчик не согласен», «Посмотреть и решить»", "Решение ещё не принято"),
        _step(first, "Диспетчер нажимает «Прав: событие отменить»: оценка пересчитана", "Вы были правы"),
    )
