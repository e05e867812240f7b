"""Which methods the sandbox does, with which parameters; the rest is refused by name, never silently ignored."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.calls import Call
from bot.sandbox.methods import chats, copies, edits, media, messages


@dataclass(frozen=True)
class Behaviour:
    """`flood` says how the sending limits count it: "new", "edit" or not at all."""

    act: Callable[[Call], Awaitable[Any]]
    allowed: frozenset[str]
    flood: str = ""


SENDING = "chat_id disable_notification protect_content reply_parameters reply_markup"
CAPTION = "caption parse_mode caption_entities"
EDITING = "chat_id message_id inline_message_id reply_markup"
PREVIEW = "link_preview_options"
COMMANDS = "scope language_code"
MEASURES = "width height duration supports_streaming has_spoiler show_caption_above_media"


def new(act: Callable[[Call], Awaitable[Any]], allowed: str) -> Behaviour:
    return Behaviour(act, frozenset(f"{SENDING} {allowed}".split()), "new")


def edit(act: Callable[[Call], Awaitable[Any]], allowed: str = "") -> Behaviour:
    return Behaviour(act, frozenset(f"{EDITING} {allowed}".split()), "edit")


def other(act: Callable[[Call], Awaitable[Any]], allowed: str = "") -> Behaviour:
    return Behaviour(act, frozenset(allowed.split()))


BEHAVIOURS: dict[str, Behaviour] = {
    "getMe": other(chats.get_me),
    "getUpdates": other(chats.get_updates, "offset limit timeout allowed_updates"),
    "deleteWebhook": other(chats.delete_webhook, "drop_pending_updates"),
    "setWebhook": other(chats.set_webhook, "url drop_pending_updates"),
    "getWebhookInfo": other(chats.get_webhook_info),
    "sendMessage": new(messages.send_message, f"text parse_mode entities {PREVIEW}"),
    "sendLocation": new(
        messages.send_location,
        "latitude longitude horizontal_accuracy live_period heading proximity_alert_radius",
    ),
    "sendPhoto": new(media.send_media, f"photo {CAPTION} has_spoiler show_caption_above_media"),
    "sendDocument": new(media.send_media, f"document {CAPTION} disable_content_type_detection"),
    "sendVideo": new(media.send_media, f"video {CAPTION} {MEASURES}"),
    "sendVoice": new(media.send_media, f"voice {CAPTION} duration"),
    "sendMediaGroup": new(media.send_media_group, "media"),
    "copyMessage": new(copies.copy_message, f"from_chat_id message_id {CAPTION}"),
    "forwardMessage": new(copies.forward_message, "from_chat_id message_id"),
    "sendChatAction": other(messages.send_chat_action, "chat_id action"),
    "editMessageText": edit(edits.edit_message_text, f"text parse_mode entities {PREVIEW}"),
    "editMessageCaption": edit(edits.edit_message_caption, CAPTION),
    "editMessageMedia": edit(edits.edit_message_media, "media"),
    "editMessageReplyMarkup": edit(edits.edit_message_reply_markup),
    "deleteMessage": other(messages.delete_message, "chat_id message_id"),
    "deleteMessages": other(messages.delete_messages, "chat_id message_ids"),
    "answerCallbackQuery": other(messages.answer_callback_query, "callback_query_id text show_alert url cache_time"),
    "getFile": other(media.get_file, "file_id"),
    "setMyCommands": other(chats.set_my_commands, f"commands {COMMANDS}"),
    "getMyCommands": other(chats.get_my_commands, COMMANDS),
    "deleteMyCommands": other(chats.delete_my_commands, COMMANDS),
    "setChatMenuButton": other(chats.set_chat_menu_button, "chat_id menu_button"),
    "getChatMenuButton": other(chats.get_chat_menu_button, "chat_id"),
    "getChat": other(chats.get_chat, "chat_id"),
    "getChatMember": other(chats.get_chat_member, "chat_id user_id"),
    "setMessageReaction": other(messages.set_message_reaction, "chat_id message_id reaction is_big"),
    "pinChatMessage": other(messages.pin_chat_message, "chat_id message_id disable_notification"),
    "unpinChatMessage": other(messages.unpin_chat_message, "chat_id message_id"),
}
