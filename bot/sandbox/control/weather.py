"""Control calls about circumstances: faults, flood limits, the clock, and updates no phone would cause."""

import json
from datetime import datetime
from typing import Any, Literal

from aiohttp import web
from pydantic import Field

from bot.sandbox.bot_side import WORLD, json_answer
from bot.sandbox.control.people import Op
from bot.sandbox.errors import Refused
from bot.sandbox.faults import Fault
from bot.sandbox.flood import Limits
from bot.sandbox.world import World

LONGEST_WAIT = 55.0


class FaultOp(Op):
    """What happens to which requests (`times` null: until cleared); or `release`, `clear`, `list`."""

    method: str = "*"
    times: int | None = Field(1, ge=1)
    code: int | None = Field(None, ge=400, le=599)
    retry_after: int = Field(1, ge=1)
    description: str | None = None
    delay: float = Field(0.0, ge=0)
    drop: bool = False
    broken_json: bool = False
    unreachable: bool = False
    hold: bool = False
    stage: Literal["before", "after"] = "before"
    chat: int | None = None
    every: int = Field(1, ge=1)
    release: bool = False
    clear: bool = False
    list: bool = False


class FloodOp(Op):
    per_sec: float | None = None
    chat_per_sec: float | None = None
    group_per_min: float | None = None


class ClockOp(Op):
    advance: float | None = None
    set: str | None = None
    patience: float = 20.0


class RepeatOp(Op):
    update_id: int
    token: str | None = None


class RawOp(Op):
    """An update exactly as given (a newer server's, or a broken one); it only gets its number here."""

    update: dict[str, Any]
    token: str | None = None


class NumberingOp(Op):
    """After a quiet week the server numbers updates from anywhere."""

    next: int
    token: str | None = None


async def fault(world: World, op: FaultOp) -> Any:
    if op.list:
        return [one.as_json() for one in world.faults.active]
    if op.clear:
        world.faults.clear()
    elif op.release:
        return {"released": world.faults.release(op.method)}
    else:
        endless = op.hold and "times" not in op.model_fields_set
        asked = op.model_dump(exclude={"method", "times", "release", "clear", "list"})
        world.faults.active.append(fault := Fault(op.method, None if endless else op.times, **asked))
        if fault.unreachable and fault.left is None and fault.matches("getUpdates", ""):
            for bot in world.bots.values():
                bot.queue.hang_up()
    return {}


async def flood(world: World, op: FloodOp) -> dict[str, Any]:
    world.flood.set(Limits(op.per_sec, op.chat_per_sec, op.group_per_min))
    return op.model_dump()


async def clock(world: World, op: ClockOp) -> dict[str, Any]:
    if op.advance is None and op.set is None:
        return world.clock.state()
    seconds = op.advance or 0.0
    if op.set is not None:
        wanted = datetime.fromisoformat(op.set)
        if wanted.tzinfo is None:
            raise Refused("the time to set needs its zone, for example 2026-02-01T09:00:00+03:00")
        seconds = wanted.timestamp() - world.clock.unix()
    return await world.clock.move(seconds, op.patience)


async def repeat(world: World, op: RepeatOp) -> dict[str, Any]:
    bots = [world.chosen_bot(op.token)] if op.token else list(world.bots.values())
    for bot in bots:
        if op.update_id in bot.queue.sent:
            return bot.queue.put_again(op.update_id)
    raise Refused(f"no update {op.update_id} was ever sent")


async def raw(world: World, op: RawOp) -> dict[str, Any]:
    bot = world.chosen_bot(op.token)
    update = bot.queue.put({key: value for key, value in op.update.items() if key != "update_id"}, world.clock.unix())
    world.journal.write("update", token=bot.id, update=update)
    return update


async def numbering(world: World, op: NumberingOp) -> dict[str, Any]:
    queue = world.chosen_bot(op.token).queue
    if queue.pending():
        raise Refused("the numbering changes only when the bot has taken all its updates")
    queue.next_id = op.next
    return {"next": op.next}


async def clock_state(request: web.Request) -> web.StreamResponse:
    """Without `after` at once; with it when the clock has jumped past that jump, or `wait` seconds are over."""
    moving = request.app[WORLD].clock
    try:
        after = int(request.query["after"]) if "after" in request.query else None
        wait = min(float(request.query.get("wait", 0)), LONGEST_WAIT)
    except ValueError:
        return json_answer({"ok": False, "error": "after and wait are numbers"}, 400)
    name = request.query.get("follower", "")
    if after is None:
        moving.acknowledge(name, moving.seq)
        return json_answer(moving.state())
    return json_answer(await moving.follow(after, wait, name, lambda: request.transport is not None))


async def clock_done(request: web.Request) -> web.StreamResponse:
    try:
        body = await request.json()
        name, seq = str(body["follower"]), int(body["seq"])
    except (json.JSONDecodeError, KeyError, TypeError, ValueError):
        return json_answer({"ok": False, "error": "clock_done takes follower and seq"}, 400)
    request.app[WORLD].clock.acknowledge(name, seq)
    return json_answer({"ok": True, "result": {}})
