"""Contractors: found, shown, edited by the desk; a moved base moves the points of the search."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Grant
from core.domain.errors import FieldInvalid, NotAllowed, NotFound
from core.domain.geo import unit_vector
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import contractors
from core.services.contractors import ContractorField, Switch
from storage.models.contractor import ContractorRegion, MatchPoint
from storage.models.desk import Audit
from storage.models.post import Outbox
from tests.make.directories import add_contractor, add_site
from tests.make.people import add_dispatcher, add_person


def test_a_contractor_is_found_by_name_city_phone_and_code(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    firm = add_contractor(session, code="П-8077", name="Электросвет", city="Орёл", phone="+79031112299")
    add_contractor(session, code="П-8078", name="Водолей")
    for words in ("электро", "орел", "79031112299", "П-8077", "п8077", "ЭЛЕКТРОСВЕТ орёл"):
        found = contractors.find(session, desk, words, now=now)
        assert [line.contractor_id for line in found.lines] == [firm.id], words


def test_the_card_shows_what_the_firm_can_do(session: Session, now: datetime) -> None:
    firm = add_contractor(session, skills=["Электрика", "Вентиляция"])
    engineer = add_person(session, Grant(Role.ENGINEER, contractor_id=firm.id), now=now)
    card = contractors.card(session, engineer, firm.id, now=now)
    assert [(skill.name, skill.is_confirmed) for skill in card.skills] == [("Вентиляция", True), ("Электрика", True)]
    assert (card.people, card.may_edit) == (1, False)
    with pytest.raises(NotFound):
        contractors.card(session, engineer, add_contractor(session).id, now=now)


def test_the_desk_edits_and_every_edit_is_audited(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    firm = add_contractor(session)
    contractors.edit(session, desk, firm.id, ContractorField.RADIUS, "120", now=now)
    contractors.edit(session, desk, firm.id, ContractorField.ENGINEERS, "7", now=now)
    contractors.edit(session, desk, firm.id, ContractorField.PHONE, "+7 903 000-11-22", now=now)
    contractors.edit(session, desk, firm.id, ContractorField.CONTACT, "Сидоров Олег", now=now)
    contractors.switch(session, desk, firm.id, Switch.NIGHT, True, now=now)
    contractors.switch(session, desk, firm.id, Switch.NIGHT, True, now=now)  # an old button turns nothing back
    contractors.switch(session, desk, firm.id, Switch.ACTIVE, False, now=now)
    card = contractors.card(session, desk, firm.id, now=now)
    assert (card.radius_km, card.engineers, card.phone, card.contact) == (120, 7, "+79030001122", "Сидоров Олег")
    assert (card.night_jobs, card.is_active) == (True, False)
    found = contractors.find(session, desk, "сидоров 79030001122", now=now)
    assert [line.contractor_id for line in found.lines] == [firm.id]
    rows = session.scalars(select(Audit).where(Audit.entity == "contractor", Audit.entity_id == firm.id)).all()
    fields = ["radius-km", "engineers", "phone", "contact", "night", "night", "active"]
    assert [row.data["field"] for row in rows] == fields
    assert not any("Сидоров" in str(row.data) or "0001122" in str(row.data) for row in rows)
    assert len(session.scalars(select(Outbox).where(Outbox.notice == Notice.CONTRACTOR)).all()) == 7


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (ContractorField.RADIUS, "-5"),
        (ContractorField.RADIUS, "12,5"),
        (ContractorField.ENGINEERS, "0"),
        (ContractorField.PHONE, "12"),
        (ContractorField.CONTACT, ""),
    ],
)
def test_what_does_not_fit_is_refused(session: Session, now: datetime, field: ContractorField, value: str) -> None:
    desk = add_dispatcher(session, now=now)
    with pytest.raises(FieldInvalid):
        contractors.edit(session, desk, add_contractor(session).id, field, value, now=now)


def test_a_moved_base_is_searched_at_its_new_place_and_lives_by_its_clock(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    firm = add_contractor(session, skills=["Электрика", "Вентиляция"])
    other = add_contractor(session, skills=["Электрика"])
    add_site(session, lat=54.99, lon=73.32, zone="Asia/Omsk")
    contractors.place(session, desk, firm.id, 55.0, 73.4, now=now)
    session.expire_all()
    points = session.scalars(select(MatchPoint).where(MatchPoint.contractor_id == firm.id)).all()
    assert {(p.lat, p.lon, p.x, p.y, p.z) for p in points} == {(55.0, 73.4, *unit_vector(55.0, 73.4))}
    assert len(points) == 2
    assert contractors.card(session, desk, firm.id, now=now).zone == "Asia/Omsk"
    assert session.scalars(select(MatchPoint.lat).where(MatchPoint.contractor_id == other.id)).one() == other.lat


def test_regions_are_added_and_taken_away_once(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    firm = add_contractor(session)
    add_site(session, region="Тула")
    assert "Тула" in contractors.free_regions(session, desk, firm.id, now=now)
    for _ in range(2):
        contractors.serve_region(session, desk, firm.id, "Тула", True, now=now)
    assert contractors.card(session, desk, firm.id, now=now).regions == ("Тула",)
    assert "Тула" not in contractors.free_regions(session, desk, firm.id, now=now)
    for _ in range(2):
        contractors.serve_region(session, desk, firm.id, "Тула", False, now=now)
    assert session.scalars(select(ContractorRegion).where(ContractorRegion.contractor_id == firm.id)).all() == []
    with pytest.raises(FieldInvalid):
        contractors.serve_region(session, desk, firm.id, "Атлантида", True, now=now)


def test_nobody_but_the_desk_edits(session: Session, now: datetime) -> None:
    firm = add_contractor(session)
    owner = add_person(session, Grant(Role.OWNER, contractor_id=firm.id), now=now)
    accountant = add_person(session, Grant(Role.ACCOUNTANT), now=now)
    for actor in (owner, accountant):
        with pytest.raises(NotAllowed):
            contractors.edit(session, actor, firm.id, ContractorField.RADIUS, "300", now=now)
        with pytest.raises(NotAllowed):
            contractors.switch(session, actor, firm.id, Switch.NIGHT, True, now=now)
        with pytest.raises(NotAllowed):
            contractors.place(session, actor, firm.id, 1, 1, now=now)
