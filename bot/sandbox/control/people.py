"""Control calls about people and groups: who exists, who blocked the bot, which group moved."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from bot.sandbox.errors import Refused
from bot.sandbox.methods.chats import administrator
from bot.sandbox.rooms import SUPERGROUPS_BELOW, Group, Person, Room
from bot.sandbox.world import Bot, World


class Op(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UserOp(Op):
    id: int
    name: str
    last_name: str | None = None
    username: str | None = None
    language: str = "ru"


class GroupOp(Op):
    """With `token` and `by` the bot is told that this person has just added it."""

    id: int
    title: str
    forum: bool = False
    members: list[int] = []
    admins: list[int] = []
    token: str | None = None
    by: int | None = None


class BlockOp(Op):
    chat: int
    on: bool = True
    user: int | None = None
    token: str | None = None
    deactivated: bool = False


class MigrateOp(Op):
    old: int = Field(alias="from")
    new: int = Field(alias="to")


async def user(world: World, op: UserOp) -> dict[str, Any]:
    if op.id <= 0:
        raise Refused("the id of a person is positive")
    known = world.people.get(op.id)
    person = known or Person(op.id, op.name)
    person.name, person.last_name = op.name, op.last_name
    person.username, person.language = op.username, op.language
    world.people[op.id] = person
    return person.as_chat()


async def group(world: World, op: GroupOp) -> dict[str, Any]:
    if op.id >= 0:
        raise Refused("the id of a group is negative (a supergroup's starts with -100)")
    if op.forum:
        raise Refused("forum topics are not done yet")
    found = world.groups.setdefault(op.id, Group(op.id, op.title))
    found.title = op.title
    found.members |= {*op.members, *op.admins}
    found.admins |= set(op.admins)
    if op.by is not None:
        found.members.add(op.by)
        bot = world.chosen_bot(op.token)
        room = world.room(bot, op.id)
        tell_membership(world, bot, room, person_of(world, op.by), was="left", now="administrator")
    return found.as_chat()


def person_of(world: World, number: int) -> Person:
    found = world.people.get(number)
    if found is None:
        raise Refused(f"user {number} is unknown: make one with the op user first")
    return found


def room_of(world: World, bot: Bot, number: int) -> Room:
    if number not in world.people and number not in world.groups:
        raise Refused(f"chat {number} is unknown: make it with the op user or group first")
    chat = world.groups.get(number)
    if chat is not None and chat.moved_to is not None:
        raise Refused(f"group {number} has become supergroup {chat.moved_to}")
    return world.room(bot, number)


async def block(world: World, op: BlockOp) -> dict[str, Any]:
    """In a private chat the person blocks the bot; out of a group the bot is thrown."""
    bots = [world.chosen_bot(op.token)] if op.token else list(world.bots.values())
    for bot in bots:
        room = room_of(world, bot, op.chat)
        if op.deactivated:
            room.deactivated = op.on
            continue
        if room.shut == op.on:
            continue
        room.shut = op.on
        who = room.chat if isinstance(room.chat, Person) else someone(world, room.chat, op.user)
        alive = "member" if room.private else "administrator"
        was, now = (alive, "kicked") if op.on else ("kicked" if room.private else "left", alive)
        tell_membership(world, bot, room, who, was=was, now=now)
    return {"chat": op.chat, "on": op.on}


def someone(world: World, chat: Group, wanted: int | None) -> Person:
    """Whoever may throw the bot out: the person named, an administrator, a member, anybody."""
    for number in (wanted, *sorted(chat.admins), *sorted(chat.members), *world.people):
        if number is not None and number in world.people:
            return world.people[number]
    raise Refused("nobody is there to do it: make a person with the op user first")


def tell_membership(world: World, bot: Bot, room: Room, who: Person, *, was: str, now: str) -> None:
    payload = {
        "chat": room.chat.as_chat(),
        "from": who.as_user(),
        "date": world.now(),
        "old_chat_member": membership(bot, was),
        "new_chat_member": membership(bot, now),
    }
    world.send_update(bot, "my_chat_member", payload)


def membership(bot: Bot, status: str) -> dict[str, Any]:
    if status == "administrator":
        return administrator(bot.as_user())
    member: dict[str, Any] = {"status": status, "user": bot.as_user()}
    return member | ({"until_date": 0} if status == "kicked" else {})


async def migrate(world: World, op: MigrateOp) -> dict[str, Any]:
    old = world.groups.get(op.old)
    if old is None or old.kind != "group":
        raise Refused(f"{op.old} is not a basic group")
    if op.new >= SUPERGROUPS_BELOW:
        raise Refused("the id of a supergroup starts with -100")
    fresh = world.groups.setdefault(op.new, Group(op.new, old.title))
    fresh.members |= old.members
    fresh.admins |= old.admins
    sender = someone(world, old, None).as_user()
    rooms = [(bot, world.room(bot, op.old)) for bot in world.bots.values()]
    old.moved_to = op.new
    for bot, room in rooms:
        left = world.add_post(room, sender, {"migrate_to_chat_id": op.new}, bot)
        world.send_update(bot, "message", left.as_json())
        arrived = world.add_post(world.room(bot, op.new), sender, {"migrate_from_chat_id": op.old}, bot)
        world.send_update(bot, "message", arrived.as_json())
    return fresh.as_chat()
