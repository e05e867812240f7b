"""The stories of trust as a visitor plays them: a deadline burns, a limit, an appeal, a document, a score."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_story import (
    DESK,
    ENGINEER,
    MANAGER,
    SECOND,
    SHOP,
    DemoProcess,
    Hand,
    clock,
    is_told,
    reports,
    tries,
)

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
    desk.taps("Да, снять и не считать")
    second.ends_with("Ограничение снято, снова можно.*Жалоба принята")
    expect(page.locator(".guide")).to_contain_text("Показать документ")


def test_a_deadline_burns_from_the_engineer_to_the_manager_and_is_broken_once(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    shop, engineer, desk = (Hand(page, chat) for chat in (SHOP, ENGINEER, DESK))
    seat = Hand(page, SECOND).phone.get_by_role("combobox", name="Показать телефон")
    seat.select_option(str(MANAGER))
    manager = Hand(page, MANAGER)
    tries(page, "Срок горит")
    is_told(shop, "сейф", "Не открывается сейф", "Ключ сломался в замке", is_urgent=True)
    engineer.sees("Авария, ехать срочно.*Быть на месте: до.*Ключ сломался")
    engineer.taps("Беру: выезжаю сейчас")
    engineer.sees("Заявка ваша.*Ключ сломался")
    clock(page, "+1 час")
    engineer.sees("прошло 50 %")
    clock(page, "+15 мин")
    desk.says("/queue")
    desk.sees("срок горит")
    clock(page, "+15 мин")
    manager.sees("прошло 90 %")
    clock(page, "+15 мин")
    desk.sees("Срок прошёл:")
    desk.says("/sla")
    desk.taps("Нарушенные сроки")
    desk.sees("Нарушено сроков")
    engineer.taps("Выезжаю$")
    engineer.is_at_the_site()
    engineer.sees("Вы на (месте|объекте)")


def test_a_document_that_ends_is_sent_checked_and_kept(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    engineer, desk = Hand(page, ENGINEER), Hand(page, DESK)
    tries(page, "Показать документ")
    clock(page, "+1 день")
    engineer.sees("Документ скоро истечёт")
    engineer.taps("Документ: Вывески и реклама")
    engineer.attaches("Фото", "До")
    engineer.sees("Документ получен")
    waits = desk.phone.locator("article").get_by_role("button", name=re.compile("проверить документ"))
    for _ in range(20):  # nobody is asked to check what has not arrived yet
        desk.says("/queue")
        page.wait_for_timeout(500)
        if waits.count():
            break
    desk.taps("проверить документ")
    desk.phone.locator("article").get_by_role("button", name=re.compile("20[0-9]{2}")).first.click()
    desk.sees("Принят.*Проверка")
    engineer.sees("Документ принят")


def test_an_engineer_does_not_agree_with_an_event_and_is_right(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    engineer, desk = Hand(page, ENGINEER), Hand(page, DESK)
    tries(page, "Моя оценка")
    engineer.says("/me")
    engineer.sees(r"Оценка: \d+ из 100")
    engineer.taps("Опоздание")
    engineer.taps("Не согласен")
    engineer.sees("почему это неверно")
    engineer.says("Меня не пускала охрана")
    engineer.sees("Решение ещё не принято")
    desk.says("/queue")
    desk.taps("подрядчик не согласен")
    desk.taps("Посмотреть и решить")
    desk.sees("Меня не пускала охрана")
    desk.taps("Прав: событие отменить")
    engineer.sees("Вы были правы")
