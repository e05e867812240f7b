"""`make demo` as a visitor has it: one address, and from there on only clicks."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.demo_story import (
    DESK,
    ENGINEER,
    NEWCOMER,
    SECOND,
    SHOP,
    DemoProcess,
    Hand,
    accepts,
    comes,
    reports,
    shoots,
)

pytestmark = [pytest.mark.browser, pytest.mark.journey, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoProcess]:
    folder = tmp_path_factory.mktemp("demo")
    process = DemoProcess(folder, "--sites", "60", "--contractors", "60", "--neighbours", "2")
    yield process
    assert process.close() == 0


def test_a_visitor_plays_the_straight_story_by_clicks(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    shop, engineer, second = (Hand(page, chat) for chat in (SHOP, ENGINEER, SECOND))
    reports(shop)
    expect(page.locator(".guide")).to_contain_text("Взять и выполнить заявку")

    engineer.sees("Есть работа")
    expect(second.phone.locator("article").filter(has_text="Есть работа")).to_have_count(0)
    comes(engineer)
    shop.sees("Инженер найден")
    shoots(engineer, "ДО")
    shoots(engineer, "ПОСЛЕ")
    engineer.taps("Отправить отчёт")
    accepts(shop)
    engineer.sees("Оценка клиента: ★★★★★")
    expect(page.locator(".guide")).to_contain_text("Отказаться: спросят следующего")


def test_a_refused_offer_goes_to_the_next_phone(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    shop, engineer, second = (Hand(page, chat) for chat in (SHOP, ENGINEER, SECOND))
    reports(shop, "Протечка, засор", "Капает с потолка")
    engineer.taps("Отказаться")
    engineer.taps("Занят")
    engineer.sees("Вы отказались")
    second.sees("Есть работа.*Протечка")


def test_the_clock_makes_an_offer_lapse_and_it_is_taken_late(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    shop, engineer, second = (Hand(page, chat) for chat in (SHOP, ENGINEER, SECOND))
    reports(shop, "Сломалась дверь или замок", "Дверь не закрывается")
    engineer.sees("Есть работа.*Дверь не закрывается")
    page.get_by_role("button", name="+1 час").click()
    engineer.sees("Ещё можно взять.*Дверь не закрывается")
    second.sees("Есть работа.*Дверь не закрывается")
    engineer.taps("Беру: выезжаю сейчас")
    second.sees("взял другой подрядчик.*Дверь не закрывается")
    engineer.sees("Дверь не закрывается.*Оплата")


def test_an_emergency_rings_at_both_and_silence_ends_at_the_desk(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    shop, engineer, second, desk = (Hand(page, chat) for chat in (SHOP, ENGINEER, SECOND, DESK))
    shop.scans()
    shop.ends_with("Что нужно сделать")
    shop.taps("Не морозит холодильник")
    shop.ends_with("Что случилось")
    shop.says("Заливает склад")
    shop.ends_with("Проверьте и отправьте.*Заливает склад")
    shop.taps("Срочно, авария")
    shop.ends_with("ищем инженера сразу")
    shop.taps("Отправить")
    for phone in (engineer, second):
        phone.sees("Авария, ехать срочно.*Заливает склад")

    shop.scans()
    shop.ends_with("Что нужно сделать")
    shop.says("сейф")
    shop.taps("Не открывается сейф")
    shop.ends_with("Что случилось")
    shop.says("Ключ не поворачивается")
    shop.ends_with("Проверьте и отправьте.*Ключ не поворачивается")
    shop.taps("Отправить")
    engineer.sees("Ключ не поворачивается")
    page.get_by_role("button", name="+1 час").click()
    second.sees("Есть работа.*Ключ не поворачивается")
    page.get_by_role("button", name="+1 час").click()
    # Half of the clock has burnt: the rate has gone up by itself, and both are asked anew.
    for phone in (engineer, second):
        phone.sees("Есть работа.*5.060.*Ключ не поворачивается")
    page.get_by_role("button", name="+1 час").click()
    engineer.sees("Есть работа.*5.520.*Ключ не поворачивается")
    page.get_by_role("button", name="+1 час").click()
    desk.sees("Некого отправить.*Ключ не поворачивается")
    desk.taps("Обзвонить")
    desk.sees("Обзвон по")


def test_a_newcomer_comes_in_with_three_taps(page: Page, demo: DemoProcess) -> None:
    page.goto(demo.url)
    seat = Hand(page, SECOND).phone.get_by_role("combobox", name="Показать телефон")
    seat.select_option(str(NEWCOMER))
    newcomer = Hand(page, NEWCOMER)
    newcomer.phone.get_by_role("button", name="Начать").click()
    newcomer.phone.get_by_role("button", name=re.compile("Поделиться номером")).click()
    newcomer.taps("Да, это я")
    newcomer.sees("Чем помочь")
