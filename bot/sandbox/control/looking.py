"""Control calls that only look: a chat, a callback's answer, the journal, and what has changed on the phones."""

import time
from typing import Any

from bot.sandbox.control.people import Op, room_of
from bot.sandbox.control.views import commands_for, keyboard_view, message_view
from bot.sandbox.errors import Refused
from bot.sandbox.journal import Change
from bot.sandbox.world import World

LONGEST_WAIT = 60.0


class ChatOp(Op):
    chat: int
    token: str | None = None
    user: int | None = None


class CallbackOp(Op):
    id: str
    token: str | None = None


class JournalOp(Op):
    since: int = 0
    direction: str | None = None
    method: str | None = None


class ChangesOp(Op):
    """Without `since` the answer is only where the feed stands now."""

    since: int | None = None
    wait: float = 0.0
    token: str | None = None


async def messages(world: World, op: ChatOp) -> dict[str, Any]:
    bot = world.chosen_bot(op.token)
    room = room_of(world, bot, op.chat)
    return {
        "seq": world.feed.seq,
        "messages": [message_view(room, post) for post in room.posts.values()],
        "keyboard": keyboard_view(room),
        "commands": commands_for(bot, room),
        "blocked": room.shut,
        "started": room.started,
        "pinned": room.pinned,
    }


async def callback(world: World, op: CallbackOp) -> dict[str, Any]:
    for bot in world.bots.values():
        pressed = bot.pressed.get(op.id)
        if pressed is not None:
            answer = pressed.answer or {"text": None, "alert": False, "url": None}
            return {"answered": pressed.answer is not None, **answer}
    raise Refused(f"there was no callback {op.id}")


async def journal(world: World, op: JournalOp) -> list[dict[str, Any]]:
    found = world.journal.since(op.since)
    if op.direction is not None:
        found = [entry for entry in found if entry["direction"] == op.direction]
    if op.method is not None:
        found = [entry for entry in found if str(entry.get("method", "")).lower() == op.method.lower()]
    return found


async def changes(world: World, op: ChangesOp) -> dict[str, Any]:
    bot = world.chosen_bot(op.token).id if op.token else None
    if op.since is None:
        return collated(world, [])
    deadline = time.monotonic() + min(op.wait, LONGEST_WAIT)
    while True:
        found = [one for one in world.feed.since(op.since) if bot in (None, one.bot)]
        if found or time.monotonic() >= deadline or op.since > world.feed.seq:
            return collated(world, found)
        await world.feed.pulse.wait(deadline - time.monotonic())


def collated(world: World, found: list[Change]) -> dict[str, Any]:
    """Each changed message once, as it is now."""
    result: dict[str, Any] = {"seq": world.feed.seq, "now": world.clock.now().isoformat()}
    result |= {"chats": {}, "deleted": {}, "answers": [], "keyboards": {}, "typing": {}}
    seen: set[tuple[int, int, int]] = set()
    for one in found:
        if one.kind == "answer":
            result["answers"].append(one.what)
        elif one.kind == "typing":
            result["typing"][str(one.chat)] = one.what
        elif one.kind == "deleted":
            result["deleted"].setdefault(str(one.chat), []).append(one.what)
        elif one.kind == "keyboard":
            result["keyboards"][str(one.chat)] = keyboard_view(world.bots[one.bot].rooms[one.chat])
        elif (one.bot, one.chat, one.what) not in seen:
            seen.add((one.bot, one.chat, one.what))
            room = world.bots[one.bot].rooms[one.chat]
            if one.what in room.posts:
                result["chats"].setdefault(str(one.chat), []).append(message_view(room, room.posts[one.what]))
    return result
