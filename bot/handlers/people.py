"""/people, /invite and /team: who is here, who may come, who leaves."""

from aiogram import Bot, Router
from aiogram.filters import Command, CommandObject, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import CallbackQuery, Message

from bot.filters import has_text
from bot.screens import invites as invite_screens
from bot.screens import people as screens
from bot.screens.lists import PAGE, mark
from bot.screens.people import Dismiss, EndRole, NewInvite, People, Rename, ShowPerson, Speak, Team
from bot.show import answer, show
from bot.texts import Texts
from bot.update_db import UpdateDb
from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed, NotFound
from core.services import clients, invites, people, teams

router = Router(name="people")


class Await(StatesGroup):
    name = State()


@router.message(Command("people"))
async def people_list(message: Message, command: CommandObject, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    words = command.args or ""
    await show(message, screens.people(await db.read(people.find, actor, words, limit=PAGE), words, texts))


@router.callback_query(People.filter())
async def turn_page(call: CallbackQuery, callback_data: People, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    words, offset = callback_data.words, callback_data.page * PAGE
    found = await db.read(people.find, actor, words, offset=offset, limit=PAGE)
    await show(call, screens.people(found, words, texts))


@router.callback_query(ShowPerson.filter())
async def show_person(call: CallbackQuery, callback_data: ShowPerson, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.person(await db.read(people.card, actor, callback_data.person_id), texts))


@router.callback_query(Rename.filter())
async def ask_name(
    call: CallbackQuery, callback_data: Rename, actor: Actor, db: UpdateDb, texts: Texts, state: FSMContext
) -> None:
    card = await db.read(people.card, actor, callback_data.person_id)
    await state.set_state(Await.name)
    await state.set_data({"person": card.person_id})
    await show(call, screens.ask_name(texts))


@router.message(StateFilter(Await.name), has_text)
async def rename(message: Message, actor: Actor, db: UpdateDb, state: FSMContext) -> None:
    person_id = (await state.get_data()).get("person", 0)
    await db.write(people.rename, actor, person_id, message.text or "")
    await state.clear()


@router.callback_query(Speak.filter())
async def speak(call: CallbackQuery, callback_data: Speak, actor: Actor, db: UpdateDb) -> None:
    await db.write(people.set_language_of, actor, callback_data.person_id, callback_data.language)
    await answer(call)


@router.callback_query(EndRole.filter())
async def end_role(call: CallbackQuery, callback_data: EndRole, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    """Asked once more: a role is not given back as easily as it is taken."""
    if callback_data.sure:
        await db.write(people.end_role, actor, callback_data.membership_id)
        await answer(call)
        return
    card = await db.read(people.card, actor, callback_data.person_id)
    await show(call, screens.ask_end_role(card, callback_data.membership_id, texts))


@router.message(Command("invite"))
async def whom(message: Message, actor: Actor, texts: Texts) -> None:
    if not actor.is_desk:
        raise NotAllowed
    await show(message, invite_screens.menu(actor, texts))


@router.callback_query(NewInvite.filter())
async def invite(call: CallbackQuery, callback_data: NewInvite, actor: Actor, db: UpdateDb, bot: Bot) -> None:
    region = await _region(callback_data, actor, db)
    grant = Grant(
        callback_data.role, callback_data.client_id, callback_data.contractor_id, callback_data.site_id, region
    )
    await db.write(invites.create, actor, grant, bot.token)
    await answer(call)


async def _region(asked: NewInvite, actor: Actor, db: UpdateDb) -> str | None:
    if asked.region is None or asked.client_id is None:
        return None
    card = await db.read(clients.card, actor, asked.client_id)
    for region in card.regions:
        if mark(region) == asked.region:
            return region
    raise NotFound


@router.message(Command("team"))
async def team(message: Message, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    owned = await db.read(teams.firms, actor)
    if not owned:
        raise NotAllowed
    if len(owned) > 1:
        await show(message, screens.firms(owned, texts))
        return
    await show(message, screens.team(await db.read(teams.show, actor, owned[0][0]), texts))


@router.callback_query(Team.filter())
async def show_team(call: CallbackQuery, callback_data: Team, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    await show(call, screens.team(await db.read(teams.show, actor, callback_data.contractor_id), texts))


@router.callback_query(Dismiss.filter())
async def dismiss(call: CallbackQuery, callback_data: Dismiss, actor: Actor, db: UpdateDb, texts: Texts) -> None:
    if callback_data.sure:
        await db.write(teams.dismiss, actor, callback_data.membership_id)
        await answer(call)
        return
    card = await db.read(teams.show, actor, callback_data.contractor_id)
    await show(call, screens.ask_dismiss(card, callback_data.membership_id, texts))
