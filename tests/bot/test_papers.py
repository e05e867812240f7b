"""Papers on the phones: what is sent and refused, what is asked, who checks, and files that are not what they say."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.certificate import CertificateStatus, Refusal
from core.domain.errors import NotFound
from core.domain.ticket import TicketStatus
from core.services import certificate_checks, papers, skill_ends, visits
from storage.models.contractor import Certificate, ContractorSkill
from storage.models.directory import Skill
from storage.models.visit import Proof
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded, jpeg
from tests.bot.phones import settled
from tests.documents.corpus import BOMBS, PDF, SVG, damaged, heic
from tests.make import tickets as make
from tests.make.directories import add_contractor
from tests.make.people import add_dispatcher
from tests.make.tickets import SKILL, World, tap, visit_of

__all__ = ["box", "edge"]

MB = 1024 * 1024
STATUS = CertificateStatus


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    await crew.fetch_no_more()
    crew.pictures.close()


def declared(world: World) -> None:
    """The firm has named two more skills."""
    for name in ("Сварка", "Кровля"):
        skill = Skill(name=name)
        world.session.add(skill)
        world.session.flush()
        papers.declare(world.session, tap(world.engineer), world.contractor.id, skill.id, now=world.now)


async def documents(crew: Crew) -> list[Certificate]:
    return await crew.edge.rows(Certificate)


async def fetched(crew: Crew) -> None:
    def nothing_pending(session: Session, *, now: object) -> bool:
        return not session.scalar(select(func.count()).where(Certificate.fetch_at <= now))

    await crew.edge.until(lambda: crew.edge.db.read(nothing_pending), 40)
    await settled(crew.edge)


async def asks_for(crew: Crew, skill: str = SKILL) -> None:
    await crew.engineer.says("/papers")
    await crew.engineer.taps(f"Документ: {skill}")


async def test_a_photo_is_sent_checked_and_accepted_until_a_typed_day(crew: Crew) -> None:
    crew.fetch()
    await asks_for(crew)
    assert "PDF, JPG, PNG, HEIC до 20 МБ" in await crew.engineer.last()
    await crew.sends(wait=False)
    await fetched(crew)
    assert "Документ получен" in await crew.engineer.last()
    await crew.engineer.says("/papers")
    assert "документ на проверке" in await crew.engineer.last()

    await crew.desk.says("/queue")
    assert "проверить документ · Электрика" in await crew.desk.last()
    await crew.desk.taps("проверить документ")
    assert "Документ: Электрика" in await crew.desk.last()
    await crew.desk.taps("Показать документ")
    assert (await crew.desk.shown())[-1]["photo"]
    await crew.desk.taps("Действует до даты")
    await crew.desk.says("вчера")
    assert "уже прошло" in await crew.desk.last()
    await crew.desk.says("когда-нибудь")
    assert "Не разобрать день" in await crew.desk.last()
    await crew.desk.says("31.12.2027")
    assert "Принят до 31 декабря 2027" in await crew.desk.last()

    (row,) = await documents(crew)
    assert row.status is STATUS.APPROVED
    assert row.sha256 is not None
    assert crew.blobs.verify(row.sha256)
    assert "подтверждена до 31 декабря 2027" in await crew.engineer.last()


async def test_a_refused_document_says_why_and_how_to_send_another(crew: Crew) -> None:
    crew.fetch()
    await asks_for(crew)
    await crew.sends("document", PDF, name="удостоверение.pdf", forwarded=True, wait=False)
    await fetched(crew)
    await crew.desk.says("/queue")
    await crew.desk.taps("проверить документ")
    await crew.desk.taps("Не подходит")
    await crew.desk.taps("Написать причину")
    await crew.desk.says("Нужна <b>вторая</b> сторона")
    assert "Не принят: Нужна <b>вторая</b> сторона" in await crew.desk.last()

    assert "Почему: Нужна <b>вторая</b> сторона" in await crew.engineer.last()
    await crew.engineer.taps("Прислать ещё раз")
    await crew.sends(wait=False)
    assert [row.status for row in await documents(crew)] == [STATUS.REFUSED, STATUS.WAITING]


async def test_of_two_checkers_the_second_sees_who_was_first(crew: Crew) -> None:
    crew.fetch()
    await asks_for(crew)
    await crew.sends(wait=False)
    await fetched(crew)
    second = await crew.joins(lambda world, chat: add_dispatcher(world.session, now=world.now, telegram_id=chat))
    for desk in (crew.desk, second):
        await desk.says("/queue")
        await desk.taps("проверить документ")
    await crew.desk.taps("Без срока")
    answer = await second.taps("На 1 год")

    assert crew.world.dispatcher.name in answer["text"]
    assert (await documents(crew))[0].valid_until is None


async def test_without_a_word_several_skills_are_asked_about_and_the_album_is_one_document(crew: Crew) -> None:
    crew.fetch()
    await crew.does(declared)
    await crew.engineer.says("/papers")
    await crew.sends(group="two sides", wait=False)
    await crew.sends(group="two sides", wait=False)
    await fetched(crew)
    assert "Для какой он компетенции?" in await crew.engineer.last()
    await crew.engineer.taps("Кровля")
    assert "Документ получен: Кровля" in (await crew.engineer.last())

    first, second = await documents(crew)
    assert (first.status, second.status, second.first_id) == (STATUS.WAITING, STATUS.WAITING, first.id)
    await crew.desk.says("/queue")
    await crew.desk.taps("проверить документ")
    assert "📄 Показать документ, страниц: 2" in await crew.desk.buttons()


async def test_two_sides_sent_one_after_the_other_are_one_document_also_beside_an_open_job(crew: Crew) -> None:
    crew.fetch()
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    await asks_for(crew)
    await crew.sends(wait=False)
    assert "Есть ещё страница? Пришлите её следом, в течение 10 минут." in await crew.engineer.last()
    await crew.edge.later(minutes=9)
    await crew.sends(wait=False)
    assert "Принято как страница 2 того же документа: Электрика" in await crew.engineer.last()
    await crew.edge.later(minutes=9)
    await crew.sends("document", PDF, name="сторона 3.pdf", wait=False)
    await fetched(crew)

    first, *further = await documents(crew)
    assert [(row.first_id, row.status) for row in further] == [(first.id, STATUS.WAITING)] * 2
    assert await crew.edge.rows(Proof) == []
    await crew.desk.says("/queue")
    await crew.desk.taps("проверить документ")
    assert "📄 Показать документ, страниц: 3" in await crew.desk.buttons()
    await crew.desk.taps("Без срока")
    assert {row.status for row in await documents(crew)} == {STATUS.APPROVED}
    await crew.sends()  # nothing is checked any more: it belongs to the job, or the sender is asked
    assert len(await crew.edge.rows(Proof)) == 1


async def test_what_was_no_page_is_taken_off_and_the_next_picture_is_none_either(crew: Crew) -> None:
    crew.fetch()
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    await asks_for(crew)
    await crew.sends(wait=False)
    await crew.sends(wait=False)
    await crew.engineer.taps("Это не страница документа")
    assert "Страница убрана" in await crew.engineer.last()
    await crew.sends()

    assert [row.status for row in await documents(crew)] == [STATUS.WAITING, STATUS.REPLACED]
    assert len(await crew.edge.rows(Proof)) == 1
    await fetched(crew)
    await crew.desk.says("/queue")
    await crew.desk.taps("проверить документ")
    assert "страниц" not in " ".join(await crew.desk.buttons())


async def test_a_picture_that_comes_later_or_for_another_skill_is_no_page(crew: Crew) -> None:
    await crew.does(declared)
    await asks_for(crew)
    await crew.sends(wait=False)
    await crew.engineer.says("/papers")  # two others need a document: it is asked for which one this is
    await crew.sends(wait=False)
    assert "Для какой он компетенции?" in await crew.engineer.last()
    await crew.sends(wait=False)
    assert "Осталось выбрать компетенцию" in await crew.engineer.last()
    await asks_for(crew, "Сварка")
    await crew.sends(wait=False)
    await crew.edge.later(minutes=11)
    await crew.sends(wait=False)
    assert "а документы — здесь: /papers" in await crew.engineer.last()
    await asks_for(crew, "Сварка")
    assert "Прежний документ ещё на проверке: этот его заменит." in await crew.engineer.last()

    rows = await documents(crew)
    assert [row.first_id for row in rows] == [None, None, rows[1].id, None]


@pytest.mark.parametrize(
    ("kind", "data", "more", "words"),
    [
        ("document", b"x", {"name": "скан.pdf", "size": 21 * MB}, "больше 20 МБ"),
        ("document", b"<svg/>", {"name": "скан.svg"}, "Подойдут фото или файл"),
        ("video", b"video", {}, "Подойдут фото или файл"),
    ],
)
async def test_what_cannot_be_a_document_is_refused_at_once_and_the_question_stays_open(
    crew: Crew, kind: str, data: bytes, more: dict[str, object], words: str
) -> None:
    await asks_for(crew)
    await crew.sends(kind, data, wait=False, **more)
    assert words in await crew.engineer.last()
    await crew.engineer.says("сейчас найду")
    assert "Жду сам документ" in await crew.engineer.last()
    assert await documents(crew) == []
    await crew.sends(wait=False)

    assert [row.status for row in await documents(crew)] == [STATUS.WAITING]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("1.jpg", lambda: SVG),
        ("1.jpg", lambda: b"<html><script>alert(1)</script></html>"),
        ("1.pdf", lambda: b"<html>%PDF-</html>"),
        ("1.jpg", lambda: damaged(500, 1000)),
        ("1.heic", lambda: heic()[:2000]),
        ("1.png", BOMBS["60000 square one bit png"]),
        ("1.jpg", BOMBS["2000 scans"]),
    ],
    ids=["svg", "html", "html as pdf", "cut", "cut heic", "huge png", "scans"],
)
async def test_a_file_that_is_not_what_it_says_is_refused_and_nothing_hangs(
    crew: Crew, name: str, data: Callable[[], bytes]
) -> None:
    crew.fetch()
    await asks_for(crew)
    await crew.sends("document", data(), name=name, wait=False)
    await fetched(crew)

    (row,) = await documents(crew)
    assert (row.status, row.refusal) == (STATUS.REFUSED, Refusal.BROKEN)
    assert "не открывается ни как фото, ни как PDF" in await crew.engineer.last()
    await crew.desk.says("/queue")
    assert "проверить документ" not in await crew.desk.last()


@pytest.mark.parametrize(("name", "data"), [("1.heic", heic), ("1.pdf", lambda: PDF), ("1.jpg", lambda: jpeg(9))])
async def test_files_of_the_named_kinds_reach_the_checker_whole(
    crew: Crew, name: str, data: Callable[[], bytes]
) -> None:
    crew.fetch()
    await asks_for(crew)
    content = data()
    await crew.sends("document", content, name=name, wait=False)
    await fetched(crew)

    (row,) = await documents(crew)
    assert row.sha256 is not None
    assert crew.blobs.path(row.sha256).read_bytes() == content
    assert row.status is STATUS.WAITING


async def test_killed_between_message_and_bytes_the_document_is_fetched_later(crew: Crew) -> None:
    await asks_for(crew)
    await crew.edge.stop()  # the state of the dialog is in the database
    crew.edge.start()
    await crew.sends(wait=False)
    (row,) = await documents(crew)
    assert (row.status, row.sha256) == (STATUS.WAITING, None)
    await crew.edge.stop()
    crew.edge.start()
    crew.fetch()
    await fetched(crew)

    (row,) = await documents(crew)
    assert row.sha256 is not None


async def test_shots_of_a_visit_in_work_are_no_documents(crew: Crew) -> None:
    await asks_for(crew)

    def begins(world: World) -> None:
        ticket = make.bring(world, TicketStatus.IN_WORK)
        visits.begin_work(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    await crew.does(begins)
    await crew.sends(wait=False)

    assert await documents(crew) == []
    assert len(await crew.edge.rows(Proof)) == 1


async def test_a_skill_is_found_by_a_word_and_named(crew: Crew) -> None:
    def known(world: World) -> None:
        world.session.add_all([Skill(name=f"Сварка {number}") for number in range(12)])
        world.session.add(Skill(name="Кровля мягкая"))

    await crew.does(known)
    await crew.engineer.says("/papers")
    await crew.engineer.taps("Добавить компетенцию")
    assert "Кровля мягкая" in await crew.engineer.buttons()
    await crew.engineer.taps("›")
    assert "Сварка 9" in await crew.engineer.buttons()
    await crew.engineer.says("мягк")
    await crew.engineer.taps("Кровля мягкая")
    assert "Записал: Кровля мягкая" in await crew.engineer.last()
    assert "заявлена, документа нет" in await crew.engineer.last()

    rows = await crew.edge.rows(ContractorSkill)
    assert [row.is_confirmed for row in rows] == [True, False]


async def test_what_runs_out_is_told_with_the_button_and_a_renewed_one_is_not_told_of(crew: Crew) -> None:
    async def ends_in(days: int) -> None:
        def set_end(world: World) -> None:
            row = world.session.scalars(select(ContractorSkill)).one()
            row.valid_until = world.now.date() + timedelta(days=days)

        await crew.does(set_end)
        await crew.edge.db.write(skill_ends.sweep, 50)
        await settled(crew.edge)

    await ends_in(7)
    assert "Документ скоро истечёт" in await crew.engineer.last()
    assert "истекает через 7 дней" in await crew.engineer.last()
    await ends_in(-1)
    assert "больше не предлагаем" in await crew.engineer.last()
    await crew.engineer.taps("Документ: Электрика")
    assert "Пришлите документ" in await crew.engineer.last()


async def test_the_page_is_for_contractors_and_the_check_for_the_desk(crew: Crew) -> None:
    crew.fetch()
    await crew.client.says("/papers")
    assert "не для вашей роли" in await crew.client.last()
    await asks_for(crew)
    await crew.sends(wait=False)
    await fetched(crew)
    await crew.desk.says("/queue")
    await crew.desk.taps("проверить документ")
    with pytest.raises(NotFound):
        await crew.does(
            lambda world: certificate_checks.approve(world.session, tap(world.engineer), 1, None, now=world.now)
        )


async def test_the_morning_of_the_desk_names_what_ends_soon_and_leads_to_all_of_it(crew: Crew) -> None:
    def ends(world: World, *, firms: int) -> None:
        soon = world.now.date() + timedelta(days=5)
        for n in range(firms):
            firm = add_contractor(world.session, name=f"Фирма {n}", skills=[SKILL])
            (row,) = world.session.scalars(select(ContractorSkill).where(ContractorSkill.contractor_id == firm.id))
            row.valid_until = soon + timedelta(days=n)

    await crew.does(lambda world: ends(world, firms=10))
    desk = crew.desk
    await desk.says("/digest")
    said = await desk.last()
    assert "Допуски кончаются за две недели: 10" in said
    assert f"• Фирма 0: {SKILL}, до: 21 марта 2026" in said
    assert "Фирма 2" in said
    assert "Фирма 3" not in said
    assert "… и ещё 7" in said
    await desk.taps("Допуски: все, что кончаются")
    page = await desk.last()
    assert f"1. Фирма 0: {SKILL}" in page
    assert f"8. Фирма 7: {SKILL}" in page
    await desk.taps("›")
    assert f"10. Фирма 9: {SKILL}" in await desk.last()
    await desk.taps("10. Фирма 9")
    assert "Умеет:" in await desk.last()
    await crew.engineer.says("/digest")
    assert "Фирма" not in await crew.engineer.last()
