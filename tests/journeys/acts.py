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
