"""The edge with a sandbox, and a crew with phones on it, for faults that need the whole of the bot."""

from collections.abc import AsyncIterator

import pytest

from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded

__all__ = ["box", "edge"]


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    crew.fetch()
    yield crew
    await crew.fetch_no_more()
    crew.pictures.close()
