"""A document from the chat to its checker: what is taken, what waits for bytes, what replaces what, what is asked."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.certificate import CertificateStatus, Refusal
from core.domain.errors import Changed, DocumentInvalid, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.proof import ProofKind
from core.domain.task import TaskKind
from core.services import certificates, fetches, papers
from core.services.proofs import FETCH_LIMIT, Shelf
from storage.models.contractor import Certificate
from storage.models.desk import Task
from storage.models.directory import Skill
from tests.clock import HandClock
from tests.make.directories import add_contractor
from tests.make.papers import BOT, arrives, incoming, letters, sends, skill_row, waiting
from tests.make.tickets import World, add_engineer, make_world, tap

STATUS = CertificateStatus


@pytest.fixture
def world(session: Session, now: datetime) -> World:
    return make_world(session, now=now)


def tasks(world: World) -> list[Task]:
    query = select(Task).where(Task.kind == TaskKind.CERTIFICATE, Task.ended_at.is_(None)).order_by(Task.id)
    return list(world.session.scalars(query))


def named(world: World, name: str) -> int:
    skill = Skill(name=name)
    world.session.add(skill)
    world.session.flush()
    papers.declare(world.session, tap(world.engineer), world.contractor.id, skill.id, now=world.now)
    return skill_row(world, name).id


def test_a_document_is_a_row_at_once_and_a_task_when_its_bytes_are_here(world: World) -> None:
    row = sends(world, skill_row(world).id, is_forwarded=True)

    assert (row.status, row.sha256, row.fetch_at) == (STATUS.WAITING, None, world.now)
    assert [letter.data for letter in letters(world, Notice.PAPER)] == [{"certificate": row.id}]
    assert tasks(world) == []
    (wanted,) = fetches.wanted(world.session, BOT, 10, now=world.now)
    assert (wanted.shelf, wanted.row_id, wanted.may_be_picture) == (Shelf.CERTIFICATE, row.id, True)

    arrives(world, row)
    (task,) = tasks(world)
    assert (task.data["certificate"], task.person_id) == (row.id, world.engineer.person_id)
    assert fetches.wanted(world.session, BOT, 10, now=world.now) == ()


def test_the_same_message_twice_is_one_document(world: World) -> None:
    came = incoming(world)
    for _ in range(2):
        certificates.receive(world.session, tap(world.engineer), came, skill_row(world).id, now=world.now)

    assert len(world.session.scalars(select(Certificate)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"kind": ProofKind.VIDEO}, "kind"),
        ({"kind": ProofKind.VOICE}, "kind"),
        ({"kind": ProofKind.DOCUMENT, "file_name": "скан.svg"}, "kind"),
        ({"kind": ProofKind.DOCUMENT, "file_name": "скан.docx"}, "kind"),
        ({"kind": ProofKind.DOCUMENT, "file_name": "скан.pdf.exe"}, "kind"),
        ({"kind": ProofKind.DOCUMENT, "file_name": "скан.pdf", "size": FETCH_LIMIT + 1}, "big"),
        ({"kind": ProofKind.DOCUMENT, "file_name": "скан.pdf", "size": 0}, "none"),
    ],
)
def test_what_is_no_document_is_refused_in_words(world: World, fields: dict[str, object], why: str) -> None:
    with pytest.raises(DocumentInvalid) as refused:
        sends(world, skill_row(world).id, **fields)

    assert refused.value.why == why
    assert world.session.scalars(select(Certificate)).all() == []


@pytest.mark.parametrize("name", ["удостоверение.PDF", "IMG_1.jpeg", "a.png", "b.HEIC", "без имени", ""])
def test_files_that_may_be_documents_are_taken(world: World, name: str) -> None:
    assert sends(world, skill_row(world).id, kind=ProofKind.DOCUMENT, file_name=name).status is STATUS.WAITING


def test_what_opens_neither_as_a_picture_nor_as_a_pdf_is_refused_by_the_machine(world: World) -> None:
    number = skill_row(world).id
    broken = arrives(world, sends(world, number, kind=ProofKind.DOCUMENT, file_name="a.jpg"), broken=True)
    assert (broken.status, broken.refusal, broken.checked_by) == (STATUS.REFUSED, Refusal.BROKEN, None)
    assert tasks(world) == []
    assert len(letters(world, Notice.PAPER)) == 2
    pdf = arrives(world, sends(world, number, kind=ProofKind.DOCUMENT, file_name="a.pdf"), pdf=True)
    assert pdf.status is STATUS.WAITING
    assert len(tasks(world)) == 1


def test_a_file_that_is_larger_than_it_said_or_lost_is_refused(world: World, clock: HandClock) -> None:
    number = skill_row(world).id
    large = sends(world, number)
    certificates.too_large(world.session, large.id, now=world.now)
    certificates.too_large(world.session, large.id, now=world.now)
    lost = sends(world, number)
    certificates.fetch_failed(world.session, lost.id, is_gone=True, now=world.now)
    late = sends(world, number)
    certificates.fetch_failed(world.session, late.id, is_gone=False, now=world.now)
    assert (late.fetch_at, late.fetch_tries) == (world.now + timedelta(seconds=2), 1)
    certificates.fetch_failed(world.session, late.id, is_gone=False, now=clock.move(days=2))

    assert [row.refusal for row in (large, lost, late)] == [Refusal.TOO_BIG, Refusal.GONE, Refusal.GONE]


def test_a_second_document_replaces_one_that_waits(world: World) -> None:
    number = skill_row(world).id
    first = waiting(world, number)
    second = waiting(world, number)
    world.session.refresh(first)

    assert (first.status, second.status) == (STATUS.REPLACED, STATUS.WAITING)
    assert [task.data["certificate"] for task in tasks(world)] == [second.id]


def test_one_that_is_replaced_before_its_bytes_came_asks_nobody(world: World) -> None:
    number = skill_row(world).id
    first, second = sends(world, number), sends(world, number)
    world.session.refresh(first)
    arrives(world, first)

    assert (first.status, tasks(world)) == (STATUS.REPLACED, [])
    assert arrives(world, second).status is STATUS.WAITING
    assert len(tasks(world)) == 1


def test_an_album_is_one_document_of_several_pages(world: World) -> None:
    number = skill_row(world).id
    first = sends(world, number, media_group_id="a")
    second = sends(world, None, media_group_id="a")
    arrives(world, second)
    arrives(world, first)

    assert (second.first_id, second.status, first.status) == (first.id, STATUS.WAITING, STATUS.WAITING)
    assert len(tasks(world)) == 1
    assert certificates.has_page_of(world.session, world.engineer, "a", now=world.now)
    assert not certificates.has_page_of(world.session, world.dispatcher, "a", now=world.now)
    assert len(letters(world, Notice.PAPER)) == 1
    replaced = sends(world, number)
    world.session.refresh(second)
    assert (second.status, replaced.first_id) == (STATUS.REPLACED, None)


def test_a_document_without_a_word_is_for_the_only_skill_that_needs_one(world: World) -> None:
    skill_row(world).valid_until = world.now.date() + timedelta(days=400)
    number = named(world, "Сварка")
    row = sends(world, None)

    assert (row.status, row.skill_id) == (STATUS.WAITING, skill_row(world, "Сварка").skill_id)
    assert number == skill_row(world, "Сварка").id


def test_where_several_need_one_its_sender_is_asked(world: World) -> None:
    welding, roof = named(world, "Сварка"), named(world, "Кровля")
    row = sends(world, None, media_group_id="b")
    page = sends(world, None, media_group_id="b")
    arrives(world, row)
    assert (row.status, row.skill_id, tasks(world)) == (STATUS.UNSORTED, None, [])
    assert [letter.data for letter in letters(world, Notice.WHICH_PAPER)] == [{"certificate": row.id}]
    card = certificates.card(world.session, world.engineer, row.id, now=world.now)
    assert {line.number for line in card.choices} >= {welding, roof}

    certificates.sort(world.session, tap(world.engineer), row.id, roof, now=world.now)
    world.session.refresh(page)
    assert (row.status, page.status) == (STATUS.WAITING, STATUS.WAITING)
    assert row.skill_id == page.skill_id == skill_row(world, "Кровля").skill_id
    assert len(tasks(world)) == 1
    with pytest.raises(Changed):
        certificates.sort(world.session, tap(world.engineer), row.id, welding, now=world.now)


def test_documents_of_others_are_not_found(world: World) -> None:
    session, now = world.session, world.now
    named(world, "Сварка")
    named(world, "Кровля")
    row = sends(world, None)
    stranger = add_engineer(session, add_contractor(session, skills=["Холод"]), now=now)
    mine = skill_row(world).id
    for who in (stranger, world.requester, world.dispatcher):
        with pytest.raises(NotFound):
            certificates.card(session, who, row.id, now=now)
        with pytest.raises(NotFound):
            certificates.sort(session, tap(who), row.id, mine, now=now)
    with pytest.raises(NotFound):
        sends(world, mine, stranger)
    for outsider in (world.requester, world.dispatcher):
        with pytest.raises(NotAllowed):
            sends(world, mine, outsider)
