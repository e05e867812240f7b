"""What a visitor may try: short stories, each step ticked by a text that appears on a phone."""

from typing import Any

from bot.sandbox.demo.casting import Casting
from bot.sandbox.demo.roles import Cast


def tries(casting: Casting, cast: Cast) -> list[dict[str, Any]]:
    return []
