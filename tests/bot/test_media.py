"""Pictures and files from the phone to the store: broken downloads, wrong sizes, restarts, and what people are told."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handlers.media import groups
from bot.pairs import photo_for
from bot.texts import load
from core.domain.proof import ProofKind, ProofStage, ProofStatus, Refusal
from core.domain.ticket import TicketStatus
from core.services import visits
from core.services.proof_cards import Picture
from storage.models.contractor import MatchPoint
from storage.models.people import Position
from tests.bot.conftest import Edge, box, edge
from tests.bot.crew import Crew, founded, jpeg
from tests.bot.phones import settled
from tests.make import tickets as make
from tests.make.tickets import World, tap, visit_of
from tests.sandbox.conftest import TOKEN

__all__ = ["box", "edge"]

MB = 1024 * 1024


@pytest.fixture
async def crew(edge: Edge) -> AsyncIterator[Crew]:
    crew = await founded(edge)
    yield crew
    await crew.fetch_no_more()
    crew.pictures.close()


@pytest.fixture
async def at_work(crew: Crew) -> Crew:
    """The engineer is at the step of photos before the work."""

    def bring(world: World) -> None:
        ticket = make.bring(world, TicketStatus.IN_WORK)
        visits.begin_work(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    await crew.does(bring)
    return crew


def crumbs(crew: Crew) -> list[str]:
    return [path.name for path in (crew.blobs.root / ".incoming").iterdir()]


async def statuses(crew: Crew) -> list[ProofStatus]:
    return [proof.status for proof in await crew.proofs()]


async def test_a_photo_is_stored_as_it_was_with_its_facts(at_work: Crew) -> None:
    at_work.fetch()
    await at_work.sends()
    (proof,) = await at_work.proofs()

    assert (proof.status, proof.stage, proof.kind) == (ProofStatus.STORED, ProofStage.BEFORE, ProofKind.PHOTO)
    assert (proof.width, proof.height) == (640, 480)
    assert proof.sha256
    assert proof.size == at_work.blobs.path(proof.sha256).stat().st_size
    assert at_work.blobs.verify(proof.sha256)


async def test_an_album_counts_item_by_item(at_work: Crew) -> None:
    at_work.fetch()
    for _ in range(3):
        await at_work.sends(group="a", wait=False)
    await at_work.fetched()

    assert await statuses(at_work) == [ProofStatus.STORED] * 3
    assert len({proof.media_group_id for proof in await at_work.proofs()}) == 1
    assert "3 из 1" in await at_work.engineer.last()


async def test_a_picture_that_does_not_open_is_named(at_work: Crew) -> None:
    at_work.fetch()
    await at_work.sends("document", jpeg(1), name="1.jpg")
    await at_work.sends("document", b"this is no picture", name="2.jpg")

    assert await statuses(at_work) == [ProofStatus.STORED, ProofStatus.REFUSED]
    assert "Файл №2: не удалось открыть" in " ".join(await at_work.edge.texts(at_work.engineer.chat))


async def test_the_same_bytes_do_not_count_twice(at_work: Crew) -> None:
    at_work.fetch()
    same = jpeg(5)
    await at_work.sends("document", same, name="1.jpg")
    await at_work.sends("document", same, name="2.jpg")

    assert [proof.refusal for proof in await at_work.proofs()] == [None, Refusal.REPEAT]
    assert "второй раз не считается" in " ".join(await at_work.edge.texts(at_work.engineer.chat))


async def test_a_forwarded_photo_is_no_proof(at_work: Crew) -> None:
    await at_work.sends(forwarded=True, wait=False)

    assert await statuses(at_work) == [ProofStatus.REFUSED]
    assert "переслано" in await at_work.engineer.last()


async def test_a_video_too_large_is_kept_by_reference_with_a_way_out(at_work: Crew) -> None:
    at_work.fetch()
    await at_work.sends("video", b"video", size=25 * MB)

    assert await statuses(at_work) == [ProofStatus.REFERENCE]
    assert "больше 20 МБ" in await at_work.engineer.last()
    assert "короче" in await at_work.engineer.last()


async def test_an_unexpected_photo_asks_once_what_it_is(crew: Crew) -> None:
    crew.fetch()
    await crew.does(make.bring, TicketStatus.ASSIGNED)
    for _ in range(3):
        await crew.sends(group="b", wait=False)
    await crew.fetched()
    asked = [text for text in await crew.edge.texts(crew.engineer.chat) if "Что вы прислали?" in text]
    assert len(asked) == 1
    await crew.engineer.taps("До работ")

    assert {proof.stage for proof in await crew.proofs()} == {ProofStage.BEFORE}
    assert "Отнёс к фото ДО." in " ".join(await crew.edge.texts(crew.engineer.chat))


async def test_media_of_somebody_without_request_or_visit_gets_a_hint(crew: Crew) -> None:
    await crew.sends(wait=False)

    assert "не к чему это приложить" in await crew.engineer.last()
    assert await crew.proofs() == []


@pytest.mark.parametrize("fault", [{"drop": True}, {"code": 500}, {"code": 502}, {"code": 404}])
async def test_a_download_that_breaks_off_is_tried_again(at_work: Crew, fault: dict[str, object]) -> None:
    await at_work.edge.box.sim("fault", method="file", **fault)
    at_work.fetch()
    await at_work.sends()
    (proof,) = await at_work.proofs()
    assert (proof.status, proof.fetch_tries) == (ProofStatus.PENDING, 1)
    assert crumbs(at_work) == []
    await at_work.edge.later(seconds=3)
    await at_work.fetched()

    assert await statuses(at_work) == [ProofStatus.STORED]
    assert crumbs(at_work) == []


async def test_telegram_that_asks_to_wait_is_waited_for(at_work: Crew) -> None:
    await at_work.edge.box.sim("fault", method="getFile", code=429, retry_after=1)
    at_work.fetch()
    await at_work.sends()

    (proof,) = await at_work.proofs()
    assert (proof.status, proof.fetch_tries) == (ProofStatus.STORED, 0)


async def test_a_file_telegram_has_lost_is_asked_for_again(at_work: Crew) -> None:
    await at_work.edge.box.sim(
        "fault",
        method="getFile",
        code=400,
        description="Bad Request: wrong file_id or the file is temporarily unavailable",
    )
    at_work.fetch()
    await at_work.sends()
    assert await statuses(at_work) == [ProofStatus.PENDING]  # "temporarily" is not lost
    await at_work.edge.box.sim("fault", method="getFile", code=400, description="Bad Request: invalid file_id")
    await at_work.edge.later(seconds=3)
    await at_work.fetched()

    assert await statuses(at_work) == [ProofStatus.REFUSED]
    assert "ещё раз" in " ".join(await at_work.edge.texts(at_work.engineer.chat))


async def test_a_declared_size_that_stays_wrong_does_not_lose_the_photo(at_work: Crew) -> None:
    at_work.fetch()
    await at_work.sends("document", jpeg(9), name="1.jpg", size=2 * MB)
    for _ in range(3):
        await at_work.edge.later(seconds=61)
        await at_work.fetched()

    assert await statuses(at_work) == [ProofStatus.STORED]
    assert crumbs(at_work) == []


async def test_a_restart_in_the_middle_of_a_download_loses_nothing(at_work: Crew) -> None:
    await at_work.edge.box.sim("fault", method="file", hold=True)
    at_work.fetch()
    for _ in range(3):
        await at_work.sends(wait=False, group="c")

    async def is_held() -> bool:
        faults = await at_work.edge.box.sim("fault", list=True)
        return any(fault["held"] for fault in faults)

    await at_work.edge.until(is_held)
    await at_work.fetch_no_more()
    await at_work.edge.box.sim("fault", release=True)
    at_work.fetch()
    await at_work.fetched()

    assert await statuses(at_work) == [ProofStatus.STORED] * 3
    await at_work.edge.until(lambda: asyncio.sleep(0, not crumbs(at_work)))


async def test_pictures_of_a_ticket_come_as_an_album(crew: Crew) -> None:
    crew.fetch()
    await crew.client.says("/new")
    await crew.client.taps("Замена светильника")
    for seed in (1, 2):
        await crew.edge.box.sim(
            "media", token=TOKEN, user=crew.client.chat, kind="photo", data=_base64(jpeg(seed)), group="d"
        )
    await settled(crew.edge)
    await crew.client.says("Мигает")
    await crew.client.taps("Отправить")
    await crew.fetched()
    assert "📷 Фото (2)" in await crew.engineer.buttons()
    before = len(await crew.engineer.shown())
    await crew.engineer.taps("📷 Фото (2)")

    assert len(await crew.engineer.shown()) == before + 2
    assert all(one["photo"] for one in (await crew.engineer.shown())[-2:])


def test_albums_hold_ten_and_files_stand_apart() -> None:
    def some(kind: ProofKind, count: int) -> tuple[Picture, ...]:
        return tuple(Picture(f"{kind}{n}", kind, ProofStage.BEFORE) for n in range(count))

    found = (
        some(ProofKind.PHOTO, 11) + some(ProofKind.VIDEO, 1) + some(ProofKind.DOCUMENT, 2) + some(ProofKind.VOICE, 2)
    )

    assert [len(group) for group in groups(found)] == [10, 2, 2, 1, 1]


async def test_a_live_place_follows_the_engineer_until_it_ends(crew: Crew) -> None:
    site, chat = crew.world.site, crew.engineer.chat
    update = await crew.edge.box.sim("location", token=TOKEN, user=chat, lat=55.0, lon=37.0, live=900)
    await settled(crew.edge, update)
    where = {"token": TOKEN, "user": chat, "chat": chat, "message_id": update["message"]["message_id"]}
    update = await crew.edge.box.sim("move", **where, lat=site.lat, lon=site.lon)
    await settled(crew.edge, update)

    def points(session: Session, *, now: object) -> list[float]:
        return list(session.scalars(select(MatchPoint.lat).where(MatchPoint.person_id.is_not(None))))

    assert await crew.edge.db.read(points) == [site.lat]
    update = await crew.edge.box.sim("move", **where, lat=site.lat, lon=site.lon, end=True)
    await settled(crew.edge, update)
    assert await crew.edge.db.read(points) == []
    assert await crew.edge.rows(Position) == []


async def test_the_pairs_are_drawn_once_for_each_language(crew: Crew) -> None:
    crew.fetch()

    def bring(world: World) -> None:
        ticket = make.bring(world, TicketStatus.IN_WORK)
        visits.begin_work(world.session, tap(world.engineer), visit_of(world, ticket).id, now=world.now)

    await crew.does(bring)
    ticket = await crew.ticket()
    given = (crew.edge.db, crew.blobs, crew.pictures, ticket.id)
    assert await photo_for(*given, load("ru")) is None
    await crew.sends()
    russian, english = await photo_for(*given, load("ru")), await photo_for(*given, load("en"))

    assert russian is not None
    assert english is not None
    assert russian != english
    drawn = russian.stat().st_mtime_ns
    assert await photo_for(*given, load("ru")) == russian
    assert russian.stat().st_mtime_ns == drawn
    assert russian.read_bytes()[:2] == b"\xff\xd8"


def _base64(content: bytes) -> str:

    return base64.b64encode(content).decode()
