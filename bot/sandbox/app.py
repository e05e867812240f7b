"""The sandbox as one web application: the Bot API, its control side, and the page with the phones."""

from pathlib import Path

from aiohttp import web

from bot.sandbox.bot_side import WORLD, bot_call, download
from bot.sandbox.cast import cast_routes
from bot.sandbox.control.ops import control_call
from bot.sandbox.control.views import page_file
from bot.sandbox.control.weather import clock_done, clock_state
from bot.sandbox.world import World

PAGE = Path(__file__).parent / "page"
LARGEST_REQUEST = 100 << 20


def make_app(
    tokens: tuple[str, ...] = (), *, flood: bool = True, world: World | None = None, cast: Path | None = None
) -> web.Application:
    """Everything for in-process use; the state is `app[WORLD]`."""
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app[WORLD] = world or World(tokens, flood=flood)
    app.router.add_route("GET", "/bot{token:[^/]+}/{method}", bot_call)
    app.router.add_route("POST", "/bot{token:[^/]+}/{method}", bot_call)
    app.router.add_get("/file/bot{token:[^/]+}/{path:.+}", download)
    app.router.add_get("/_sim/clock", clock_state)
    app.router.add_post("/_sim/clock_done", clock_done)
    app.router.add_get("/_sim/file/{unique}", page_file)
    cast_routes(app, cast)
    app.router.add_post("/_sim/{op}", control_call)
    app.router.add_get("/", index)
    if PAGE.is_dir():
        app.router.add_static("/", PAGE)
    return app


async def index(request: web.Request) -> web.StreamResponse:
    page = PAGE / "index.html"
    if not page.is_file():
        return web.Response(text="The sandbox is running; its page is not here.")
    return web.FileResponse(page)
