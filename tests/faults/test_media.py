"""Albums torn by a restart, files too big, downloads that die, sizes that lie, files that are no pictures."""

import base64
from pathlib import Path
from typing import Any

from core.domain.proof import ProofStage, ProofStatus, Refusal
from core.domain.ticket import TicketStatus
from storage.models.visit import Proof
from tests.bot.crew import Crew, jpeg
from tests.bot.phones import Phone, settled
from tests.sandbox.conftest import TOKEN

ALBUM = 10
#: Telegram says the video is larger than it gives a bot; nobody moves so many bytes in a test.
TOO_BIG = 21 * 1024 * 1024


async def begin_work(crew: Crew) -> None:
    await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")
    await crew.engineer.taps("Выезжаю")
    await crew.here()
    await crew.engineer.taps("Начать работу")


async def sent_by(phone: Phone, kind: str, data: bytes, **more: Any) -> None:
    """To a bot that may be away."""
    encoded = base64.b64encode(data).decode()
    await phone.edge.box.sim("media", token=TOKEN, user=phone.chat, kind=kind, data=encoded, **more)


async def sends_unheard(crew: Crew, **more: Any) -> None:
    crew.shots += 1
    await sent_by(crew.engineer, "photo", jpeg(crew.shots), **more)


async def arrived(crew: Crew, count: int) -> None:
    async def check() -> bool:
        return len(await crew.proofs()) == count

    await crew.edge.until(check)


async def fetched_after_all(crew: Crew) -> None:
    """The pauses between the tries pass."""

    async def check() -> bool:
        await crew.edge.later(seconds=20)
        return all(proof.status is not ProofStatus.PENDING for proof in await crew.proofs())

    await arrived(crew, 1)
    await crew.edge.until(check, 30)
    await settled(crew.edge)


def crumbs(crew: Crew) -> list[Path]:
    """What a broken download left behind."""
    return list((crew.edge.media / ".incoming").glob("*"))


async def by_stage(crew: Crew) -> list[tuple[ProofStage, bool]]:
    return [(proof.stage, proof.is_late) for proof in await crew.proofs()]


async def test_an_album_torn_by_a_restart_is_whole_and_its_late_item_goes_where_the_others_went(crew: Crew) -> None:
    edge = crew.edge
    await begin_work(crew)
    for number in range(4):
        await crew.sends(group="дверь", caption="до" if number == 0 else "")
    await crew.fetch_no_more()
    await edge.stop()
    for _ in range(4, ALBUM - 1):
        await sends_unheard(crew, group="дверь")
    edge.start()
    crew.fetch()
    await arrived(crew, ALBUM - 1)
    await crew.fetched()
    await crew.engineer.taps("Дальше: фото ПОСЛЕ")
    await edge.later(seconds=40)
    await crew.sends(group="дверь")

    proofs = await crew.proofs()
    assert len({proof.media_group_id for proof in proofs}) == 1
    assert await by_stage(crew) == [(ProofStage.BEFORE, False)] * ALBUM
    assert {proof.status for proof in proofs} == {ProofStatus.STORED}
    assert "0 из 1" in await crew.engineer.last()  # none of them counts as a picture of "after"


async def test_an_item_that_comes_after_the_report_is_kept_and_marked_late(crew: Crew) -> None:
    await begin_work(crew)
    await crew.sends()
    await crew.engineer.taps("Дальше: фото ПОСЛЕ")
    await crew.sends(group="готово")
    await crew.engineer.taps("Дальше: отчёт")
    await crew.engineer.taps("Отправить отчёт")
    await crew.edge.later(seconds=40)
    await crew.sends(group="готово")

    assert (await by_stage(crew))[-2:] == [(ProofStage.AFTER, False), (ProofStage.AFTER, True)]
    assert (await crew.ticket()).status is TicketStatus.REPORTED


async def test_a_video_over_the_limit_is_kept_by_reference_and_told_what_to_do(crew: Crew) -> None:
    await begin_work(crew)
    await crew.sends("video", b"x", size=TOO_BIG)

    (proof,) = await crew.proofs()
    assert (proof.status, proof.sha256) == (ProofStatus.REFERENCE, None)
    said = "\n".join(await crew.edge.texts(crew.engineer.chat)).lower()
    assert "20 мб" in said.replace("\u00a0", " ")
    assert crumbs(crew) == []
    assert await crew.edge.box.requests("getFile") == []


async def test_a_size_that_was_declared_too_small_is_still_stopped_at_the_limit(crew: Crew, monkeypatch: Any) -> None:
    """Telegram said little, and bytes came without end."""
    monkeypatch.setattr("bot.media.FETCH_LIMIT", 20_000)
    await begin_work(crew)
    data = jpeg(7) + b"\0" * 40_000
    await crew.sends("document", data, name="дверь.jpg", size=100)

    (proof,) = await crew.proofs()
    assert proof.status is ProofStatus.REFERENCE
    assert crumbs(crew) == []


async def test_a_download_that_dies_half_way_begins_anew_and_leaves_nothing(crew: Crew) -> None:
    await begin_work(crew)
    await crew.edge.box.sim("fault", method="getFile", unreachable=True)
    await crew.edge.box.sim("fault", method="file", drop=True)
    await crew.sends(wait=False)
    await fetched_after_all(crew)

    (proof,) = await crew.proofs()
    assert proof.status is ProofStatus.STORED
    assert crumbs(crew) == []
    assert "1 из 1" in await crew.engineer.last()


async def test_a_size_that_is_wrong_twice_is_telegrams_mistake(crew: Crew) -> None:
    await begin_work(crew)
    await crew.sends("document", jpeg(3), name="дверь.jpg", size=12, wait=False)
    await fetched_after_all(crew)

    (proof,) = await crew.proofs()
    assert (proof.status, proof.fetch_tries) == (ProofStatus.STORED, 2)


async def test_a_file_that_is_no_picture_is_named_and_not_counted(crew: Crew) -> None:
    await begin_work(crew)
    await crew.sends("document", b"%PDF-1.7 this is no photo", name="фото двери.jpg")

    (proof,) = await crew.proofs()
    assert (proof.status, proof.refusal) == (ProofStatus.REFUSED, Refusal.UNREADABLE)
    assert "не удалось открыть" in "\n".join(await crew.edge.texts(crew.engineer.chat))
    assert "Дальше" not in " ".join(await crew.engineer.buttons())


async def test_photos_at_the_wrong_step_are_kept_and_asked_about_once(crew: Crew) -> None:
    await crew.is_offered()
    await crew.engineer.taps("выезжаю сейчас")
    for _ in range(3):
        await crew.sends(group="по дороге")

    assert {proof.stage for proof in await crew.proofs()} == {ProofStage.UNSORTED}
    asked = [text for text in await crew.edge.texts(crew.engineer.chat) if "Что вы прислали" in text]
    assert len(asked) == 1


async def test_what_the_client_sent_with_the_request_is_with_the_engineer(crew: Crew) -> None:
    """Files and words of a request are on the ticket of the one who works."""
    edge, client = crew.edge, crew.client
    await client.says("/new")
    await client.taps("Замена светильника")
    await client.says("Мигает лампа над кассой, стремянка есть")
    for kind, data in (("photo", jpeg(70)), ("document", b"%PDF-1.7 scheme")):
        await sent_by(crew.client, kind, data)
    await client.taps("Отправить")
    await settled(edge)

    ticket = await crew.ticket()
    proofs = [proof for proof in await edge.rows(Proof) if proof.ticket_id == ticket.id]
    assert [proof.stage for proof in proofs] == [ProofStage.REQUEST] * 2
    assert "стремянка есть" in await crew.engineer.last()
    before = len(await crew.engineer.shown())
    await crew.engineer.taps("Фото")
    await settled(edge)
    sent = (await crew.engineer.shown())[before:]
    assert len(sent) == 2
    await crew.engineer.taps("выезжаю сейчас")
    assert "стремянка есть" in await crew.engineer.last()
