"""`python -m bot.sandbox --port N`: the sandbox server alone; prints its address when it listens."""

import argparse
import asyncio
import signal
from pathlib import Path

from aiohttp import web

from bot.sandbox.app import make_app
from bot.sandbox.bot_side import WORLD
from bot.sandbox.cast import introduce, read_cast


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description="A local Telegram Bot API server.")
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--token", action="append", default=[], help="a bot's token; without any, all are taken")
    parser.add_argument("--no-flood", action="store_true", help="no sending limits")
    parser.add_argument("--cast", type=Path, help="a JSON file with the people the page shows")
    return parser.parse_args()


async def started(app: web.Application, host: str, port: int, *, patience_s: float = 1.0) -> web.AppRunner:
    """`patience_s` is how long requests under way may take when the server is stopped."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=patience_s)
    await runner.setup()
    await web.TCPSite(runner, host, port, reuse_address=True).start()
    return runner


async def serve(given: argparse.Namespace) -> None:
    app = make_app(tuple(given.token), flood=not given.no_flood, cast=given.cast)
    # Whoever is on the page can write at once.
    introduce(app[WORLD], read_cast(given.cast))
    runner = await started(app, given.host, given.port)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
