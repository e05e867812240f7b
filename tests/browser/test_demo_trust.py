"""The stories of trust as a visitor plays them: nobody comes, a limit, an appeal, another person decides."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_story import DESK, ENGINEER, SECOND, SHOP, DemoProcess, Hand, clock, reports, tries

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(180)]


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    folder = tmp_path_factory.mktemp("demo")
    process = DemoProcess(folder, "--sites", "60", "--contractors", "60", "--neighbours", "0")
    yield process
    assert process.close() == 0


def test_nobody_comes_the_firm_is_limited_and_another_person_lifts_it(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    shop, engineer, second, desk = (Hand(page, chat) for chat in (SHOP, ENGINEER, SECOND, DESK))
    tries(page, "Никто не приехал")
    reports(shop, "Сломалась дверь или замок", "Дверь не закрывается")
    engineer.sees("Есть работа.*Дверь не закрывается")
    engineer.taps("Отказаться")
    engineer.taps("Занят")
    second.taps("Беру: выезжаю сейчас")
    second.sees("Заявка ваша.*Дверь не закрывается")
    for _ in range(3):
        clock(page, "+1 час")
    second.sees("Где вы.*Дверь не закрывается")
    clock(page, "+15 мин")
    shop.ends_with("Инженер не приехал.*Дверь не закрывается")

    second.ends_with("Мы ограничили заявки: без аварий.*До: .*неявка.*неявка.*Аварийные заявки не предлагаем")
    second.taps("Обжаловать")
    second.sees("Напишите, с чем вы не согласны")
    second.says("Пробило колесо, телефон остался в машине")
    second.taps("Отправить жалобу")
    second.sees("Жалоба рассматривается")
    desk.says("/queue")
    desk.taps("жалоба на ограничение")
    desk.taps("Прочитать и решить")
    desk.sees("Обжалование.*Пробило колесо")
    desk.taps("Согласиться и снять")
    second.ends_with("Ограничение снято, снова можно.*Жалоба принята")
    expect(page.locator(".guide")).to_contain_text("Показать документ")
