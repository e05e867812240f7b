"""What a message holds, as asynchronous filters: aiogram runs every other kind in a thread."""

from aiogram.types import Message


async def has_text(message: Message) -> bool:
    """Words of a person; a command is no answer to a question."""
    return bool(message.text) and not (message.text or "").startswith("/")


async def has_contact(message: Message) -> bool:
    return message.contact is not None


async def has_location(message: Message) -> bool:
    return message.location is not None


async def has_document(message: Message) -> bool:
    return message.document is not None
