"""The Bot API itself: one request in, faults, checks, limits, behaviour, one answer out, all of it in the journal."""

import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox.calls import Call
from bot.sandbox.errors import ApiError, not_here
from bot.sandbox.faults import Cut, Fault
from bot.sandbox.methods.table import BEHAVIOURS
from bot.sandbox.requests import Incoming, decode, known_methods, read, validated
from bot.sandbox.world import Bot, World

METHODS = known_methods()
WORLD: web.AppKey[World] = web.AppKey("world", World)
log = logging.getLogger(__name__)


def reply_of(error: ApiError) -> web.Response:
    return json_answer(error.as_json(), error.code)


def json_answer(body: Any, status: int = 200) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, status=status, content_type="application/json")


def cut(request: web.Request) -> web.Response:
    """End the connection the hard way, so that the client sees no answer at all."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def bot_call(request: web.Request) -> web.StreamResponse:
    world = request.app[WORLD]
    name = request.match_info["method"]
    entry = world.journal.write("request", token=0, method=name, params={}, files={}, reply=None, status=None)
    try:
        bot = world.bot_of(request.match_info["token"])
        entry["token"] = bot.id
        incoming = await read(request)
        note_parameters(entry, incoming)
        response = await with_faults(world, bot, incoming, entry, lambda: request.transport is not None)
    except ApiError as error:
        entry["reply"], entry["status"] = error.as_json(), error.code
        return reply_of(error)
    except Cut:
        entry["cut"] = True
        return cut(request)
    except Exception:
        log.exception("the sandbox itself failed in %s", name)
        entry["status"] = 500
        return reply_of(ApiError(500, "Internal Server Error: the sandbox failed, see its log"))
    return response


def note_parameters(entry: dict[str, Any], incoming: Incoming) -> None:
    entry["params"] = dict(incoming.params)
    entry["files"] = {name: upload.as_json() for name, upload in incoming.uploads.items()}


async def with_faults(
    world: World, bot: Bot, incoming: Incoming, entry: dict[str, Any], alive: Callable[[], bool]
) -> web.Response:
    fault = world.faults.pick(entry["method"], str(incoming.params.get("chat_id", "")))
    early = await world.faults.before(fault) if fault else None
    if early is not None:
        entry["status"] = early.status
        return early
    if fault is not None and fault.hold and not alive():
        # Held on its way here until its sender died: it has never arrived.
        raise Cut
    result = await perform(world, bot, incoming, entry)
    entry["reply"], entry["status"] = {"ok": True, "result": result}, 200
    late = await world.faults.after(fault) if fault else None
    return late if late is not None else json_answer(entry["reply"])


async def perform(world: World, bot: Bot, incoming: Incoming, entry: dict[str, Any]) -> Any:
    method = METHODS.get(entry["method"].lower())
    if method is None:
        raise ApiError(404, "Not Found")
    name = method.__api_method__
    entry["method"] = name
    behaviour = BEHAVIOURS.get(name)
    if behaviour is None:
        raise not_here(f"method {name}")
    given = entry["params"] = decode(method, incoming)
    model = validated(method, given)
    beyond = sorted(set(given) - behaviour.allowed)
    if beyond:
        raise not_here(f'parameter "{beyond[0]}" of {name}')
    call = Call(world, bot, model, given, incoming.uploads)
    if behaviour.flood:
        count = len(given["media"]) if name == "sendMediaGroup" else 1
        world.flood.check(bot.id, call.room().id, count, new=behaviour.flood == "new")
    return await behaviour.act(call)


async def download(request: web.Request) -> web.StreamResponse:
    """`/file/bot<token>/<path>`; the fault method for downloads is called "file"."""
    world = request.app[WORLD]
    path = request.match_info["path"]
    entry = world.journal.write("request", token=0, method="file", params={"path": path}, files={}, reply=None)
    try:
        entry["token"] = world.bot_of(request.match_info["token"]).id
        fault = world.faults.pick("file", "")
        early = await world.faults.before(fault) if fault else None
        if early is not None:
            return early
        blob = world.files.by_path(path)
        if blob is None:
            raise ApiError(404, "Not Found")
        entry["status"] = 200
        return await half_way(request, fault, blob.data) or web.Response(body=blob.data)
    except Cut:
        return cut(request)
    except ApiError as error:
        entry["reply"], entry["status"] = error.as_json(), error.code
        return reply_of(error)


async def half_way(request: web.Request, fault: Fault | None, data: bytes) -> web.StreamResponse | None:
    """A download that dies in the middle: the length is announced, half of it comes."""
    if fault is None or not fault.drop:
        return None
    response = web.StreamResponse(headers={"Content-Length": str(len(data))})
    response.content_type = "application/octet-stream"
    await response.prepare(request)
    await response.write(data[: len(data) // 2])
    cut(request)
    return response
