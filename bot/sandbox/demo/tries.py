"""What a visitor may try: short stories, each step ticked by a text that appears on a phone."""

from typing import Any

from bot.sandbox.demo.casting import Casting
from bot.sandbox.demo.firms import RARE
from bot.sandbox.demo.roles import Cast

Try = dict[str, Any]


def tries(casting: Casting, cast: Cast) -> list[Try]:
    shop, first, second = cast.shop.name, cast.engineer.name, cast.second.name
    return [
        _tell(shop, casting.service),
        _visit(first, casting.stage.name),
        _accept(shop),
        _refuse(shop, first, second),
        _be_late(shop, first, second),
        _both(shop, first, second),
        _wave(shop, first, second),
        _nobody(shop, first, second, cast.dispatcher.name),
        _wrong(shop, first, cast.dispatcher.name),
        _enter(cast.newcomer.name, cast.passer.name, shop),
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
        _step(first, "Ещё «+1 час»: ушла половина срока, ставка выросла сама, спрашивают заново", "Есть работа"),
        _step(dispatcher, "Ещё «+1 час», пока спрашивать станет некого: зовут диспетчера", "Некого отправить"),
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
