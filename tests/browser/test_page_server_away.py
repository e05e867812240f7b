"""The page outlives its server: it says that nobody is there, and shows the new one as soon as it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sandbox_process import SandboxProcess

FIRST = 101


@pytest.fixture
def sandbox() -> Iterator[list[SandboxProcess]]:
    """The server that runs now is the last of the list."""
    servers = [SandboxProcess()]
    yield servers
    servers[-1].close()


def test_two_tabs_come_back_when_the_server_does(page: Page, sandbox: list[SandboxProcess]) -> None:
    server = sandbox[-1]
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto(server.url)
    page.locator(f'section.phone[data-chat="{FIRST}"]').get_by_role("button", name="Начать").click()
    for tab in (page, other):
        expect(tab.locator(f'section.phone[data-chat="{FIRST}"]').get_by_text("/start")).to_be_visible()

    server.close()
    expect(page.get_by_text("Нет связи с песочницей")).to_be_visible()
    sandbox.append(SandboxProcess(port=server.port))
    for tab in (page, other):
        phone = tab.locator(f'section.phone[data-chat="{FIRST}"]')
        expect(phone.get_by_role("button", name="Начать")).to_be_visible(timeout=20_000)
        expect(tab.get_by_text("Нет связи с песочницей")).to_be_hidden()
    page.locator(f'section.phone[data-chat="{FIRST}"]').get_by_role("button", name="Начать").click()
    assert sandbox[-1].next_update("message", FIRST)["text"] == "/start"
