"""What people do again and again in the stories, each as they do it on the phone."""

from bot.sandbox.demo.phones import Phone
from tests.journeys.stage import LAMP, SHOP

WORDS = "Погас свет в торговом зале"


async def asks(shop: Phone, sticker: str, service: str = LAMP, words: str = WORDS) -> None:
    """Scans the sticker, taps the kind of work, says what is wrong, sends."""
    before = shop.end
    await shop.says(f"/start {sticker}")
    await shop.taps(f"^{service}$", after=before)
    await shop.sees("Что случилось", after=before)
    await shop.says(words)
    await shop.taps("Отправить", after=before)
    await shop.sees("Заявка принята", after=before)


async def takes(engineer: Phone) -> None:
    await engineer.taps("Беру: выезжаю сейчас")
    await engineer.can_tap("Выезжаю$")


async def comes(engineer: Phone) -> None:
    await engineer.taps("Выезжаю$")
    await engineer.until(lambda: engineer.keys, "the key that sends the place", 20)
    await engineer.is_at(*SHOP)
    await engineer.can_tap("Начать работу")


async def works(engineer: Phone) -> None:
    """From "start" to the report, with one picture before and one after."""
    await engineer.taps("Начать работу")
    await engineer.sees("фото ДО: 0 из 1")
    await engineer.sends_photo()
    await engineer.taps("Дальше: фото ПОСЛЕ")
    await engineer.sees("фото ПОСЛЕ: 0 из 1")
    await engineer.sends_photo()
    await engineer.taps("Дальше: отчёт")
    await engineer.taps("Отправить отчёт")


async def does_the_job(engineer: Phone) -> None:
    await takes(engineer)
    await comes(engineer)
    await works(engineer)


async def agrees_on(engineer: Phone, window: str) -> None:
    await engineer.taps(f"Беру: {window}")
    await engineer.can_tap("Выезжаю$")


async def asks_to_stop(desk: Phone, firm: str, reason: str) -> None:
    """The whole firm everywhere, for thirty days; somebody else has to say yes."""
    await desk.says(f"/contractor {firm}")
    await desk.taps(firm)
    await desk.taps("🚫 Чёрный список")
    await desk.taps("Внести в чёрный список")
    await desk.taps("Всю фирму")
    await desk.taps("Везде")
    await desk.taps("без новых заявок: 30 дней")
    await desk.sees("Ни один объект не останется без подрядчика")
    await desk.says(reason)
    await desk.taps("🚫 Предложить")
    await desk.sees("Решить должен другой человек")


async def confirms_the_stop(desk: Phone, reason: str) -> None:
    before = desk.end
    await desk.says("/queue")
    await desk.taps("внести ли в чёрный список", after=before)
    await desk.taps("Посмотреть и решить", after=before)
    await desk.sees(reason, after=before)
    await desk.taps("Подтвердить", after=before)
