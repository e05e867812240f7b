"""The menu, the language, commands of a chat, and what happens to buttons and words nobody wanted."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.notice import InboxStatus
from core.domain.role import Role
from core.services import memberships, people
from storage.models.people import Person
from tests.bot.conftest import Edge
from tests.sandbox.conftest import DARYA, TOKEN


def hire(session: Session, *roles: Role, now: datetime) -> None:
    person = people.meet(session, DARYA, "Дарья", "ru", source="test", now=now)
    row = session.get_one(Person, person.person_id)
    memberships.give(session, Actor.system("test"), row, [Grant(role) for role in roles], "invite", now=now)


async def begin(edge: Edge, *roles: Role) -> None:
    await edge.box.sim("user", id=DARYA, name="Дарья")
    if roles:
        await edge.db.write(hire, *roles)
    edge.start()


async def say(edge: Edge, text: str) -> dict[str, Any]:
    """Says it and gives the next message of the bot."""
    before = len(await edge.shown(DARYA))
    await edge.box.sim("text", token=TOKEN, user=DARYA, text=text)

    async def answered() -> bool:
        return len(await edge.shown(DARYA)) > before

    await edge.until(answered)
    return (await edge.shown(DARYA))[-1]


async def press(edge: Edge, message: dict[str, Any], **button: Any) -> dict[str, Any]:
    """Gives the answer to the tap."""
    update = await edge.box.sim(
        "press", token=TOKEN, chat=DARYA, user=DARYA, message_id=message["message_id"], **button
    )
    answers: list[dict[str, Any]] = []

    async def answered() -> bool:
        told = await edge.box.sim("callback", token=TOKEN, id=update["callback_query"]["id"])
        answers[:] = [told] if told else []
        return bool(answers)

    await edge.until(answered)
    return answers[0]


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in message["inline"] for button in row]


async def test_the_menu_is_the_commands_of_all_roles_together(edge: Edge) -> None:
    await begin(edge, Role.DISPATCHER, Role.ADMIN)
    menu = await say(edge, "/menu")

    assert labels(menu)[:2] == ["Очередь", "Все заявки"]
    assert "Загрузить справочники" in labels(menu)
    assert "Моя работа" not in labels(menu)
    assert len(labels(menu)) == len(set(labels(menu)))


async def test_a_button_of_the_menu_does_what_its_command_does(edge: Edge) -> None:
    await begin(edge, Role.DISPATCHER)
    typed = await say(edge, "/help")
    menu = await say(edge, "/menu")
    await press(edge, menu, text="Справка")

    async def shown() -> bool:
        return (await edge.texts(DARYA))[-1] == typed["text"]

    await edge.until(shown)


async def test_any_words_nobody_asked_for_bring_a_way_on(edge: Edge) -> None:
    await begin(edge, Role.DISPATCHER)

    assert labels(await say(edge, "а что делать?"))


async def test_the_language_is_changed_by_one_tap_and_holds(edge: Edge) -> None:
    await begin(edge, Role.DISPATCHER)
    await press(edge, await say(edge, "/language"), text="English")

    async def english() -> bool:
        return "How can I help" in (await edge.texts(DARYA))[-1]

    await edge.until(english)
    assert "What you can do" in (await say(edge, "/help"))["text"]


async def test_the_chat_gets_the_commands_of_its_roles(edge: Edge) -> None:
    await begin(edge, Role.DISPATCHER)

    async def listed() -> bool:
        told = await edge.box.sim("messages", token=TOKEN, chat=DARYA)
        return "queue" in [command["command"] for command in told["commands"]]

    await edge.until(listed)
    sent = len(await edge.box.requests("setMyCommands"))
    await say(edge, "/help")
    await say(edge, "/menu")
    assert len(await edge.box.requests("setMyCommands")) == sent


async def test_a_forged_button_is_answered_as_an_old_one(edge: Edge) -> None:
    await begin(edge, Role.DISPATCHER)
    menu = await say(edge, "/menu")
    for forged in ("nonsense", "t:accept:99999999999999999999999:1", "menu:" + "я" * 20, "language:xx", "o:1"):
        told = await press(edge, menu, data=forged, forged=True)
        assert told["text"] or told.get("alert") is not None

    async def all_done() -> bool:
        return {row.status for row in await edge.inbox()} == {InboxStatus.DONE}

    await edge.until(all_done)


async def test_a_person_without_roles_is_told_how_to_come_in(edge: Edge) -> None:
    await begin(edge)

    assert "/start" in (await say(edge, "привет"))["text"]
