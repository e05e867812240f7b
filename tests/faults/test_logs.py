"""Whatever is logged in a played day with all its troubles bears no token, no phone, no invite, no password."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
import structlog

from core import logs
from core.domain.notice import InboxStatus
from core.logs import PHONE
from storage.models.people import Invite
from storage.models.post import Inbox, Outbox
from tests.bot.crew import Crew
from tests.bot.phones import settled
from tests.sandbox.conftest import DARYA, PYOTR, TOKEN

SITE_PHONE, FIRM_PHONE, OWN_PHONE = "+79161234567", "+79031112233", "+79215556677"
FORGED = "i-" + "Zz9" * 7 + "Q"


@pytest.fixture
def log(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything the product would write, at its most talkative, as its own set-up formats it."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.set_up(as_json=False, level="DEBUG")
    stream = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


async def outlived(crew: Crew) -> None:
    """What failed is tried again until it is done or parked."""

    async def over() -> bool:
        await crew.edge.later(seconds=5)
        rows = await crew.edge.inbox()
        return len(rows) > 7 and all(row.status is not InboxStatus.NEW for row in rows)

    await crew.edge.until(over, 30)
    await settled(crew.edge)


async def test_no_secret_and_no_phone_stands_in_the_logs_of_a_day(log: io.StringIO, crew: Crew) -> None:
    _edge, box = crew.edge, crew.edge.box
    for method, fault in (
        ("sendMessage", {"code": 502}),
        ("sendMessage", {"code": 429, "retry_after": 1}),
        ("sendMessage", {"broken_json": True}),
        ("getUpdates", {"drop": True}),
        ("getFile", {"unreachable": True}),
    ):
        await box.sim("fault", method=method, **fault)
    await box.sim("user", id=DARYA, name=f"Дарья {OWN_PHONE}")
    for words in (f"/start {FORGED}", f"мой номер {OWN_PHONE}", "/start s-нет", f"/find {OWN_PHONE}"):
        await box.sim("text", token=TOKEN, user=DARYA, text=words)
    await box.sim("contact", token=TOKEN, user=DARYA, phone=OWN_PHONE, owner=DARYA)
    await box.sim("user", id=PYOTR, name="Пётр")
    await box.sim("contact", token=TOKEN, user=PYOTR, phone=FIRM_PHONE, owner=DARYA)
    for secret in (f"тел. {OWN_PHONE}", f"/start {FORGED}"):  # what is unreadable is logged with what was read there
        await box.sim("raw", token=TOKEN, update={"message": {"message_id": secret, "chat": {"id": DARYA}}})
    await box.sim("text", token=TOKEN, user=crew.desk.chat, text="/people")
    await outlived(crew)
    await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")
    await box.sim("block", chat=crew.client.chat, on=True)
    await crew.engineer.taps("Выезжаю")
    await crew.here()

    written = log.getvalue()
    assert len(written.splitlines()) > 10
    assert "out of reach" in written  # the troubles were really there
    assert all(mark in written for mark in ("[phone]", "[invite]"))
    assert TOKEN not in written
    assert TOKEN.partition(":")[2] not in written
    assert FORGED not in written
    for phone in (SITE_PHONE, FIRM_PHONE, OWN_PHONE):
        assert phone not in written
        assert phone[1:] not in written
    assert [line for line in written.splitlines() if PHONE.search(line)] == []


async def test_a_used_invite_lies_in_no_row_and_no_log(log: io.StringIO, crew: Crew) -> None:
    """Only its hash is stored; the link stands in the message to the one who made it and nowhere else."""
    await crew.edge.box.sim("user", id=DARYA, name="Дарья")
    await crew.edge.box.sim("text", token=TOKEN, user=DARYA, text=f"/start {FORGED}")
    await crew.engineer.says("/help")

    bodies = [row.body for row in await crew.edge.rows(Inbox)]
    letters = [str(row.data) + row.last_error for row in await crew.edge.rows(Outbox)]
    assert FORGED[2:] not in "".join(bodies + letters) + log.getvalue()
    assert await crew.edge.rows(Invite) == []
    assert re.search(r"/start i-\*\*\*", "".join(bodies))
