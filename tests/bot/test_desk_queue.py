"""The desk's day on the phone: the queue, sending by hand, strangers, approvals, search, history."""

from datetime import timedelta

from core.domain.actor import Actor, Grant
from core.domain.role import Role
from core.domain.task import TaskKind
from core.domain.ticket import Priority, TicketStatus
from core.services import guard, tasks
from storage.models.directory import Site
from storage.models.people import Person
from tests.bot.company import Company, company
from tests.bot.conftest import box, edge
from tests.bot.phones import phone_of, settled
from tests.make import tickets as make
from tests.make.directories import add_site
from tests.make.people import add_person
from tests.make.tickets import World

__all__ = ["box", "company", "edge"]


def nobody_in_telegram(world: World) -> None:
    world.session.get_one(Person, world.engineer.person_id).telegram_id = None


async def test_nobody_to_send_is_a_task_which_a_hand_solves(company: Company) -> None:
    desk = company.desk
    await company.does(nobody_in_telegram)
    ticket = await company.does(make.send)
    await settled(company.edge)
    assert "Некого отправить" in await desk.last()
    assert "нет в Telegram — 1" in await desk.last()

    await desk.says("/queue")
    assert "задач: 1" in await desk.last()
    await desk.taps("некого отправить")
    assert ticket.number in await desk.last()
    await desk.taps("Беру на себя")
    assert "занимается" in await desk.last()

    await desk.taps("Назначить вручную")
    assert "нет в Telegram" in await desk.last()
    assert "+7 903 111-22-33" in (await desk.last()).replace("\u00a0", " ")
    await desk.taps("1. ")
    assert "Обычное правило против" in await desk.last()
    await desk.taps("Да, отправить")
    assert (await company.ticket()).status is TicketStatus.ASSIGNED
    assert "без Telegram, звонить" in await desk.last()
    await desk.says("/queue")
    assert "подрядчик не в Telegram" in await desk.last()


async def test_the_queue_is_for_the_desk(company: Company) -> None:
    await company.client.says("/queue")
    assert "не для вашей роли" in await company.client.last()
    await company.client.says("/assign 1")
    assert "Не нахожу" in await company.client.last()


async def test_a_task_without_a_ticket_is_taken_and_ended_in_the_queue(company: Company) -> None:
    def opens(world: World) -> None:
        person = world.engineer.person_id
        tasks.open(world.session, TaskKind.UNDELIVERED, cause="letter 1", person_id=person, now=world.now)

    await company.does(opens)
    desk = company.desk
    await desk.says("/queue")
    await desk.taps("сообщение не дошло")
    assert company.world.engineer.name in await desk.last()
    await desk.taps("Беру на себя")
    assert company.world.dispatcher.name in await desk.last()
    await desk.taps("сообщение не дошло")
    await desk.taps("Готово")
    assert "Очередь пуста" in await desk.last()


async def test_a_stranger_scans_the_sticker_and_the_responsible_person_confirms(company: Company) -> None:
    def comes(world: World) -> Actor:
        return add_person(world.session, now=world.now)

    stranger = await phone_of(company.edge, await company.does(comes))
    await stranger.says(f"/start s_{company.world.site.qr_token}")
    await stranger.taps("Замена светильника")
    await stranger.says("Капает с потолка")
    assert "подтвердит ответственный" in await stranger.last()
    await stranger.taps("Отправить")
    assert "Записали" in await stranger.last()
    assert await stranger.buttons() == ["Почему так?"]

    assert "просят помощь" in await company.client.last()
    await company.client.taps("Подтвердить")
    assert (await company.ticket()).status is TicketStatus.SEARCHING
    assert "Заявка принята" in await stranger.last()


async def test_a_dead_sticker_says_what_to_do(company: Company) -> None:
    await company.client.says("/start s_nosuchsticker")
    assert "наклейка уже не действует" in await company.client.last()


async def test_the_desk_approves_in_the_name_of_the_client(company: Company) -> None:
    def dear(world: World) -> None:
        make.add_step(world.session, world.client)

    await company.does(dear)
    await company.does(make.send)
    await settled(company.edge)
    receipt = await company.client.last()
    assert "Сначала её согласуют" in receipt  # the headline outlives the silent redraw of the same stroke
    assert "на согласовании" in receipt
    await company.desk.says("/queue")
    await company.desk.taps("нужно согласование")
    await company.desk.taps("Согласовано")
    assert "Согласовано" in await company.client.last()
    assert (await company.ticket()).status is TicketStatus.SEARCHING
    assert "ищем инженера" in await company.desk.last()  # the offer that follows leaves the desk its card
    assert "Отменить заявку" in await company.desk.buttons()


async def test_the_client_cancels_after_one_more_question(company: Company) -> None:
    await company.does(make.send)
    await settled(company.edge)
    client = company.client
    await client.says("/my")
    await client.taps("Замена светильника")
    await client.taps("Отменить заявку")
    assert "Отменить заявку З-000001?" in await client.last()
    await client.taps("Назад")
    assert (await company.ticket()).status is TicketStatus.SEARCHING
    await client.taps("Отменить заявку")
    await client.taps("Да, отменить")
    assert (await company.ticket()).status is TicketStatus.CANCELLED
    assert "отменена" in await client.last()
    assert "Предложение снято" in await company.engineer.last()
    await client.says("/my")
    assert "Открытых заявок нет" in await client.last()


async def test_the_desk_takes_a_job_back_from_a_crew_that_does_not_come(company: Company) -> None:
    await company.does(make.bring, TicketStatus.ASSIGNED)
    await settled(company.edge)
    await company.desk.says("/ticket 1")
    await company.desk.taps("Забрать у подрядчика")
    await company.desk.taps("Да, забрать")

    assert (await company.ticket()).status is TicketStatus.UNSTAFFED  # there is nobody else
    assert "Некого отправить" in await company.desk.last()


async def test_a_ticket_is_found_by_words_and_its_story_told(company: Company) -> None:
    await company.does(make.bring, TicketStatus.ASSIGNED)
    await settled(company.edge)
    desk = company.desk
    await desk.says("/find")
    await desk.says("светильник")
    assert "Найдено заявок: 1" in await desk.last()
    await desk.taps("З-000001")
    assert company.world.client.name in await desk.last()
    await desk.taps("Почему так?")
    story = await desk.last()
    assert "История З-000001" in story
    assert f"взята в работу · {company.world.engineer.name}" in story
    assert f"1. {company.world.contractor.name}" in story
    await desk.taps("К заявке")
    assert "История" not in await desk.last()

    await company.client.says("/why З-1")
    told = await company.client.last()
    assert "взята в работу" in told
    assert company.world.engineer.name not in told
    assert company.world.contractor.name not in told
    await desk.says("/find ничего такого")
    assert "Ничего не нашлось" in await desk.last()
    await desk.says("/ticket 999")
    assert "Не нахожу" in await desk.last()


async def test_the_desk_reports_for_a_site_found_by_code_or_by_place(company: Company) -> None:
    desk, site = company.desk, company.world.site
    await desk.says("/new")
    await desk.says(f"O-{int(site.code.removeprefix('О-'))}")  # Latin, without zeros
    assert any(site.name in button for button in await desk.buttons())
    await desk.says("нет такого места")
    assert "не нахожу" in await desk.last()
    await desk.place(site.lat, site.lon)
    await desk.taps(site.name)
    await desk.says("светильн")
    await desk.taps("Замена светильника")
    await desk.says("Со слов директора")
    await desk.taps("Срочно, авария")
    assert "Авария" in await desk.last()
    await desk.taps("Отправить")
    ticket = await company.ticket()
    assert (ticket.priority, ticket.site_id) == (Priority.EMERGENCY, site.id)


async def test_what_is_reported_already_is_shown_before_it_is_told_again(company: Company) -> None:
    await company.does(make.send)
    await settled(company.edge)
    client = company.client
    await client.says("/new")
    await client.taps("Замена светильника")
    assert "Об этом уже сообщили?" in await client.last()
    await client.taps("Нет, другая поломка")
    assert "Что случилось?" in await client.last()
    await client.says("/new")
    await client.taps("Замена светильника")
    await client.taps("Это она: З-000001")
    assert "З-000001" in await client.last()
    await client.says("теперь это просто слова")
    assert "никому не передано" in await client.last()  # no request is open, and nobody is left to think otherwise
    assert "Чем помочь?" in await client.last()


async def test_a_text_too_long_loses_nothing(company: Company) -> None:
    client = company.client
    await client.says("/new")
    await client.taps("Замена светильника")
    await client.says("Искрит")
    await client.says("ы" * 4000)
    assert "Слишком длинно" in await client.last()
    await client.taps("Отправить")
    assert (await company.ticket()).text == "Искрит"


async def test_a_person_of_many_sites_chooses_one(company: Company) -> None:
    def another(world: World) -> tuple[Actor, Site]:
        grant = Grant(Role.REQUESTER, client_id=world.client.id)
        second = add_site(world.session, world.client, name="Второй магазин")
        return add_person(world.session, grant, now=world.now, language="en"), second

    actor, site = await company.does(another)
    head = await phone_of(company.edge, actor)
    await head.says("/new")
    assert "Where is help needed?" in await head.last()
    await head.taps("Второй магазин")
    assert site.name in await head.last()
    await head.taps("Cancel")
    await head.says("just words")
    assert (await head.last()).endswith("How can I help?")  # no request is open any more


async def test_an_old_button_changes_nothing_and_shows_the_fresh_card(company: Company) -> None:
    await company.is_reported()
    await settled(company.edge)
    client = company.client
    reported = (await client.shown())[-1]
    data = next(b["data"] for row in reported["inline"] for b in row if "Что-то" in b["text"])
    await client.taps("Всё хорошо, принять")
    answer = await client.presses(reported["message_id"], data=data, forged=True)

    assert answer["alert"] is True
    assert "изменилось" in answer["text"]
    assert (await company.ticket()).status is TicketStatus.ACCEPTED


async def test_a_forged_button_of_a_foreign_ticket_finds_nothing(company: Company) -> None:
    def foreign(world: World) -> Actor:
        return make.make_world(world.session, now=world.now).requester

    ticket = await company.is_reported()
    await settled(company.edge)
    thief = await phone_of(company.edge, await company.does(foreign))
    await thief.says("/menu")
    message = (await thief.shown())[-1]["message_id"]
    for data in (f"t:accept:{ticket.id}:{ticket.version}", f"t:why:{ticket.id}:0", f"open:{ticket.id}"):
        answer = await thief.presses(message, data=data, forged=True)
        assert "Не нахожу" in answer["text"], data
    assert (await company.ticket()).status is TicketStatus.REPORTED


async def test_only_who_may_end_a_doubt_of_the_clock_is_given_its_button(company: Company) -> None:
    def doubts(world: World) -> Actor:
        guard.doubt(world.session, timedelta(hours=7), now=world.now)
        return add_person(world.session, Grant(Role.MANAGER), now=world.now)

    manager = await phone_of(company.edge, await company.does(doubts))
    for phone in (company.desk, manager):
        await phone.says("/queue")
        await phone.taps("верно ли время машины")
    assert "Время верное" not in await company.desk.buttons()
    assert "Решает менеджер или администратор" in await company.desk.last()
    assert "Решает менеджер" not in await manager.last()
    await manager.taps("Время верное")
    assert "Очередь пуста" in await manager.last()
