"""The demonstration as a process, and its straight story played by clicks on the page and nothing else."""

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.sandbox_process import ROOT

STARTS_MS = 60_000
STEP_MS = 20_000
DESK, ENGINEER, SECOND, SHOP, NEWCOMER, MANAGER = 101, 102, 103, 104, 105, 107
WORK, SITE = "Не работает свет", "Магазин «Лукошко» № 1"


class DemoProcess:
    def __init__(self, folder: Path, *options: str) -> None:
        command = [sys.executable, "-m", "bot.sandbox.demo", "--port", "0", "--dir", str(folder), *options]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self._process.stdout is not None
        self.said: list[str] = []
        self.url = ""
        for line in self._process.stdout:
            self.said.append(line)
            if found := re.search(r"http://\S+", line):
                self.url = found.group()
                break
        assert self.url, f"the demonstration did not start: {''.join(self.said)}"

    def close(self) -> int:
        self._process.terminate()
        code = self._process.wait(timeout=40)
        assert self._process.stdout is not None
        self._process.stdout.close()
        return code


class Hand:
    """A visitor's hand on one of the phones."""

    def __init__(self, page: Page, chat: int) -> None:
        self.phone = page.locator(f'section.phone[data-chat="{chat}"]')

    def sees(self, text: str) -> Locator:
        message = self.phone.locator("article").filter(has_text=re.compile(text, re.IGNORECASE | re.DOTALL)).last
        expect(message).to_be_visible(timeout=STEP_MS)
        return message

    def ends_with(self, text: str) -> None:
        """The newest message says so: older ones of other stories may say the same."""
        pattern = re.compile(text, re.IGNORECASE | re.DOTALL)
        expect(self.phone.locator("article").last).to_have_text(pattern, timeout=STEP_MS)

    def taps(self, text: str) -> None:
        self.phone.locator("article").get_by_role("button", name=re.compile(text)).last.click(timeout=STEP_MS)

    def scans(self) -> None:
        self.phone.get_by_role("button", name=re.compile("камер", re.IGNORECASE)).click()
        self.phone.get_by_role("menuitem", name=re.compile("QR на кассе")).click()

    def says(self, text: str) -> None:
        field = self.phone.get_by_role("textbox", name="Сообщение", exact=True)
        field.fill(text)
        field.press("Enter")

    def attaches(self, *titles: str) -> None:
        self.phone.get_by_role("button", name="Прикрепить").click()
        for title in titles:
            self.phone.get_by_role("menu").get_by_role("menuitem", name=re.compile(f"^{title}")).first.click()

    def is_at_the_site(self) -> None:
        self.phone.get_by_role("button", name=re.compile("Я на месте")).click(timeout=STEP_MS)
        self.phone.get_by_role("menuitem", name=SITE).click()


def reports(shop: Hand, work: str = WORK, words: str = "Погас свет в торговом зале, касса тоже не работает") -> None:
    shop.scans()
    shop.ends_with("Что нужно сделать")
    shop.taps(work)
    shop.ends_with("Что случилось")
    shop.says(words)
    shop.ends_with(f"Проверьте и отправьте.*{words}")
    shop.taps("Отправить")
    shop.ends_with(f"Заявка принята.*{words}")


def is_told(shop: Hand, search: str, work: str, words: str, *, is_urgent: bool = False) -> None:
    """A work that is looked for, not one of the buttons."""
    shop.scans()
    shop.ends_with("Что нужно сделать")
    shop.says(search)
    shop.taps(work)
    shop.ends_with("Что случилось")
    shop.says(words)
    shop.ends_with(f"Проверьте и отправьте.*{words}")
    if is_urgent:
        shop.taps("Срочно, авария")
        shop.ends_with("ищем инженера сразу")
    shop.taps("Отправить")
    shop.ends_with(f"Заявка принята.*{words}")


def comes(engineer: Hand) -> None:
    engineer.taps("Беру: выезжаю сейчас")
    engineer.taps("Выезжаю$")
    engineer.is_at_the_site()
    engineer.taps("Начать работу")


def shoots(engineer: Hand, title: str) -> None:
    engineer.sees(f"фото {title}: 0 из 1")
    engineer.attaches("Фото", title.capitalize())
    engineer.taps("Дальше")


def accepts(shop: Hand) -> None:
    shop.sees("Работа сделана")
    shop.taps("принять")
    shop.taps("5 ★")
    shop.sees("Оценка: ★★★★★")


def tries(page: Page, title: str) -> None:
    """Chooses a story of the list "what to try"."""
    page.locator(".guide-title").click()
    page.locator(".guide-panel .story").filter(has_text=title).click()


def clock(page: Page, title: str) -> None:
    """Presses the clock and waits until what became due has happened."""
    page.get_by_role("button", name=title, exact=True).click()
    expect(page.get_by_text("идёт…")).to_be_hidden(timeout=STEP_MS)
