"""Who the bot is, what it knows about chats and members, its command menus, and its updates."""

import re
from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.errors import bad, not_here
from bot.sandbox.rooms import Group
from bot.sandbox.updates import LONGEST_POLL, MOST_UPDATES

COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION = range(1, 257)


async def get_me(call: Call) -> dict[str, Any]:
    return call.bot.as_user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


async def get_updates(call: Call) -> list[dict[str, Any]]:
    queue = call.bot.queue
    if call.get("allowed_updates") is not None:
        queue.allowed = list(call.get("allowed_updates"))
    limit = min(max(call.get("limit") or MOST_UPDATES, 1), MOST_UPDATES)
    timeout = min(max(call.get("timeout") or 0, 0), LONGEST_POLL)
    return await queue.get(call.get("offset") or 0, limit, timeout)


async def delete_webhook(call: Call) -> bool:
    if call.get("drop_pending_updates"):
        call.bot.queue.drop_pending()
    return True


async def get_webhook_info(call: Call) -> dict[str, Any]:
    info: dict[str, Any] = {"url": "", "has_custom_certificate": False}
    info["pending_update_count"] = call.bot.queue.pending()
    return info | ({"allowed_updates": call.bot.queue.allowed} if call.bot.queue.allowed else {})


async def set_webhook(call: Call) -> bool:
    if call.get("url"):
        raise not_here("webhook delivery; use getUpdates")
    return await delete_webhook(call)


async def get_chat(call: Call) -> dict[str, Any]:
    room = call.room()
    full = room.chat.as_chat() | {
        "accent_color_id": abs(room.id) % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    pinned = room.posts.get(room.pinned[-1]) if room.pinned else None
    return full | ({"pinned_message": pinned.as_json()} if pinned else {})


async def get_chat_member(call: Call) -> dict[str, Any]:
    room = call.room()
    number = call.get("user_id")
    if number == call.bot.id:
        return own_membership(call, shut=room.shut)
    person = call.world.people.get(number)
    if person is None:
        raise bad("invalid user_id specified")
    status = "member"
    if isinstance(room.chat, Group):
        status = "member" if number in room.chat.members else "left"
        status = "administrator" if number in room.chat.admins else status
    if status == "administrator":
        return administrator(person.as_user())
    return {"status": status, "user": person.as_user()}


def own_membership(call: Call, *, shut: bool) -> dict[str, Any]:
    if shut:
        return {"status": "kicked", "user": call.bot.as_user(), "until_date": 0}
    if call.room().private:
        return {"status": "member", "user": call.bot.as_user()}
    return administrator(call.bot.as_user())


def administrator(user: dict[str, Any]) -> dict[str, Any]:
    rights = "manage_chat delete_messages manage_video_chats restrict_members change_info invite_users post_stories "
    rights += "edit_stories delete_stories pin_messages manage_topics send_welcome_messages"
    allowed = {f"can_{right}": True for right in rights.split()}
    denied = {"can_be_edited": False, "is_anonymous": False, "can_promote_members": False}
    return {"status": "administrator", "user": user, **denied, **allowed}


def menu_place(call: Call) -> tuple[str, str]:
    """Where a list of commands belongs: its scope written out, and its language."""
    scope = call.plain("scope") or {"type": "default"}
    kind = scope.get("type", "default")
    if "chat_id" in scope:
        room = call.world.room(call.bot, scope["chat_id"])
        kind = f"{kind}:{room.id}"
    if "user_id" in scope:
        kind = f"{kind}:{scope['user_id']}"
    return kind, call.get("language_code") or ""


async def set_my_commands(call: Call) -> bool:
    commands = call.plain("commands")
    if len(commands) > COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not COMMAND.fullmatch(one["command"].removeprefix("/")):
            raise bad("BOT_COMMAND_INVALID")
        if len(one["description"]) not in DESCRIPTION:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    place = menu_place(call)
    cleaned = [one | {"command": one["command"].removeprefix("/")} for one in commands]
    if cleaned:
        call.bot.commands[place] = cleaned
    else:
        call.bot.commands.pop(place, None)
    return True


async def get_my_commands(call: Call) -> list[dict[str, Any]]:
    return call.bot.commands.get(menu_place(call), [])


async def delete_my_commands(call: Call) -> bool:
    call.bot.commands.pop(menu_place(call), None)
    return True


async def set_chat_menu_button(call: Call) -> bool:
    button = call.plain("menu_button") or {"type": "default"}
    if button["type"] == "web_app":
        raise not_here("web_app menu buttons")
    chat = call.get("chat_id")
    number = call.world.room(call.bot, chat).id if chat is not None else 0
    call.bot.menu_buttons[number] = button
    return True


async def get_chat_menu_button(call: Call) -> dict[str, Any]:
    buttons = call.bot.menu_buttons
    return buttons.get(call.get("chat_id") or 0) or buttons.get(0) or {"type": "commands"}
