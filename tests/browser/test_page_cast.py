"""A mistake in the cast file is said on the page, and mending the file is enough to get on."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.sandbox_process import SandboxProcess


def test_a_wrong_cast_is_named_and_the_mended_one_is_shown(page: Page, tmp_path: Path) -> None:
    cast = tmp_path / "cast.json"
    someone = {"user": 7, "chat": 7, "name": "Мария"}
    cast.write_text(json.dumps({"people": [someone]}), encoding="utf-8")
    sandbox = SandboxProcess(cast)
    try:
        cast.write_text(json.dumps({"people": [{**someone, "phon": "+7"}]}), encoding="utf-8")
        page.goto(sandbox.url)
        expect(page.get_by_text("people.0.phon")).to_be_visible()
        cast.write_text(json.dumps({"people": [someone]}), encoding="utf-8")
        page.locator('section.phone[data-chat="7"]').get_by_role("button", name="Начать").click()
        update = sandbox.next_update("message", 7)
        assert (update["text"], update["from"]["first_name"]) == ("/start", "Мария")
    finally:
        sandbox.close()
