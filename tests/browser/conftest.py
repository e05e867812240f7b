"""A chromium for tests of pages; without one they are skipped and say so."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Lives for one module: playwright's loop must not be running when asynchronous tests have theirs."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("browser tests need chromium, and none is on the path")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A window whose scripts must not fail."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    window = context.new_page()
    window.set_default_timeout(10_000)
    failures: list[str] = []
    window.on("pageerror", lambda error: failures.append(str(error)))
    yield window
    context.close()
    assert failures == []
