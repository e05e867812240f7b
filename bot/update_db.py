"""The database as a handler sees it: any number of reads, one write.

The write also marks the update done, in the same transaction: after a kill the update was handled wholly or not
at all.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

import core.services.inbox as inbox
from core.services.inbox import Claim
from storage.db import Database

T = TypeVar("T")


class UpdateDb:
    def __init__(self, db: Database, claim: Claim) -> None:
        self._db = db
        self._claim = claim
        self.is_done = False

    async def read(self, use_case: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return await self._db.read(use_case, *args, **kwargs)

    async def write(self, use_case: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        if self.is_done:
            raise RuntimeError("a handler makes one write: the update is already marked done")
        result = await self._db.write(_and_done, self._claim, use_case, args, kwargs)
        self.is_done = True
        return result

    async def finish(self) -> None:
        """For an update that needed no write."""
        if not self.is_done:
            await self._db.write(inbox.done, self._claim)
            self.is_done = True


def _and_done(
    session: Session,
    claim: Claim,
    use_case: Callable[..., T],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    *,
    now: datetime,
) -> T:
    inbox.done(session, claim, now=now)
    return use_case(session, *args, now=now, **kwargs)
