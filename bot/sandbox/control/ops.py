"""`POST /_sim/<op>`: every control call by name, its body checked, its refusal a sentence."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from bot.sandbox.bot_side import WORLD, json_answer
from bot.sandbox.control import looking, people, talk, weather
from bot.sandbox.control.people import Op
from bot.sandbox.errors import ApiError, Refused

Act = Callable[[Any, Any], Awaitable[Any]]

OPS: dict[str, tuple[type[Op], Act]] = {
    "user": (people.UserOp, people.user),
    "group": (people.GroupOp, people.group),
    "block": (people.BlockOp, people.block),
    "migrate": (people.MigrateOp, people.migrate),
    "text": (talk.TextOp, talk.text),
    "media": (talk.MediaOp, talk.media),
    "location": (talk.LocationOp, talk.location),
    "move": (talk.MoveOp, talk.move),
    "contact": (talk.ContactOp, talk.contact),
    "press": (talk.PressOp, talk.press),
    "repeat": (weather.RepeatOp, weather.repeat),
    "raw": (weather.RawOp, weather.raw),
    "numbering": (weather.NumberingOp, weather.numbering),
    "messages": (looking.ChatOp, looking.messages),
    "callback": (looking.CallbackOp, looking.callback),
    "journal": (looking.JournalOp, looking.journal),
    "changes": (looking.ChangesOp, looking.changes),
    "fault": (weather.FaultOp, weather.fault),
    "flood": (weather.FloodOp, weather.flood),
    "clock": (weather.ClockOp, weather.clock),
}
LOOKING = ("messages", "callback", "journal", "changes")
NOT_YET = {"webhook": "webhook delivery", "topic": "forum topics", "webapp": "the Mini App"}


async def control_call(request: web.Request) -> web.StreamResponse:
    name = request.match_info["op"]
    try:
        body = await request.json() if request.can_read_body else {}
        return json_answer({"ok": True, "result": await run(request, name, body)})
    except Refused as refused:
        return json_answer({"ok": False, "error": str(refused)}, 400)
    except ApiError as error:
        return json_answer({"ok": False, "error": error.description}, 400)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return json_answer({"ok": False, "error": f"{name}: {place}: {first['msg']}"}, 400)
    except ValueError as error:
        return json_answer({"ok": False, "error": f"{name}: {error}"}, 400)


async def run(request: web.Request, name: str, body: Any) -> Any:
    world = request.app[WORLD]
    if name in NOT_YET:
        raise Refused(f"{NOT_YET[name]} is not done yet")
    if name not in OPS:
        raise Refused(f"there is no op {name}; there are {', '.join(OPS)}")
    if not isinstance(body, dict):
        raise Refused("the body of a control call is a JSON object")
    shape, act = OPS[name]
    if name not in LOOKING:
        shown = {key: value for key, value in body.items() if key not in ("data", "token") or name == "press"}
        world.journal.write("control", op=name, body=shown)
    return await act(world, shape.model_validate(body))
