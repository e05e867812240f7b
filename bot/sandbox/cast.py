"""Who the sandbox's page shows: people, their phones and places, sites, and stories to try.

Read from a JSON file at every request, so that whoever writes the file may refine it while the page is open.
"""

import json
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.sandbox import rooms
from bot.sandbox.bot_side import WORLD
from bot.sandbox.world import World

DEFAULT_TOKEN = "1000000001:SANDBOX_SANDBOX_SANDBOX_SANDBOX_SAN"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CastBot(_Strict):
    """The bot the phones talk to; the name in its links is the one the sandbox gives that number."""

    token: str = DEFAULT_TOKEN
    username: str = ""

    @model_validator(mode="after")
    def _named(self) -> "CastBot":
        self.username = self.username or f"sandbox_{self.token.partition(':')[0]}_bot"
        return self


class Place(_Strict):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class Site(Place):
    title: str


class Sticker(_Strict):
    """A QR sticker or a printed link this person can point a camera at."""

    title: str
    payload: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")


class Person(_Strict):
    user: int
    chat: int
    name: str
    role: str = ""
    about: str = ""
    phone: str | None = None
    place: Place | None = None
    scan: list[Sticker] = []
    auto: bool = False


class Step(_Strict):
    who: str | int = ""
    what: str
    seen: str | None = None


class Story(_Strict):
    title: str
    steps: list[Step]


class Cast(_Strict):
    bot: CastBot = CastBot()
    people: list[Person] = Field(min_length=1)
    shown: list[int] = []
    sites: list[Site] = []
    tries: list[Story] = []


def plain_cast() -> Cast:
    """Four strangers around Moscow: enough to talk to any bot when nobody has written a cast."""
    known = [
        (101, "Дарья", "диспетчер", Place(lat=55.7558, lon=37.6173)),
        (102, "Пётр", "инженер", Place(lat=55.7900, lon=37.5300)),
        (103, "Иван", "инженер", Place(lat=55.7000, lon=37.7500)),
        (104, "Ольга", "магазин", Place(lat=55.7610, lon=37.6400)),
    ]
    people = [
        Person(user=number, chat=number, name=name, role=role, phone=f"+7999000{number:04}", place=place)
        for number, name, role, place in known
    ]
    return Cast(people=people, sites=[Site(title="Магазин на Покровке", lat=55.7610, lon=37.6400)])


def read_cast(path: Path | None) -> Cast:
    return plain_cast() if path is None else Cast.model_validate_json(path.read_text(encoding="utf-8"))


def _problem(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"the cast file is wrong at {'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"the cast file cannot be read: {error}"


def introduce(world: World, cast: Cast) -> None:
    """Whoever has a phone on the page is known to the server before the first tap, under the same name."""
    for person in cast.people:
        first, _, last = person.name.partition(" ")
        world.people.setdefault(person.user, rooms.Person(person.user, first, last_name=last or None))


def cast_routes(app: web.Application, path: Path | None) -> None:
    """Add GET /_sim/cast; without a file the answer is the plain cast."""

    async def cast(_request: web.Request) -> web.Response:
        try:
            found = read_cast(path)
        except (OSError, ValidationError, ValueError) as error:
            return _json({"ok": False, "error": _problem(error)}, status=400)
        introduce(app[WORLD], found)
        return _json({"ok": True, "result": found.model_dump(mode="json")})

    app.router.add_get("/_sim/cast", cast)


def _json(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, dumps=lambda data: json.dumps(data, ensure_ascii=False))
