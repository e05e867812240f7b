"""aiogram's dialog memory on our database: what is awaited from somebody survives a restart."""

from collections.abc import Mapping
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from core.services import dialogs
from core.services.dialogs import Place
from storage.db import Database


class Dialogs(BaseStorage):
    def __init__(self, db: Database) -> None:
        self.db = db

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        name = state.state if isinstance(state, State) else state
        await self.db.write(dialogs.await_state, _place(key), name)

    async def get_state(self, key: StorageKey) -> str | None:
        return (await self.db.read(dialogs.look, _place(key)))[0]

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        await self.db.write(dialogs.keep, _place(key), dict(data))

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return (await self.db.read(dialogs.look, _place(key)))[1]

    async def close(self) -> None:
        """The database belongs to the process, not to this memory."""


def _place(key: StorageKey) -> Place:
    return Place(key.bot_id, key.chat_id, key.user_id)
