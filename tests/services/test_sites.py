"""Sites and clients: found as people ask for them, seen by their own, changed by the desk and nobody else."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import FieldInvalid, NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import clients, entrances, people, sites, sla
from core.services.sites import SiteField
from storage.models.desk import Audit
from storage.models.directory import Site
from storage.models.post import Outbox
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_dispatcher, add_person, again

OMSK = {"city": "Омск", "region": "Омская область", "lat": 54.9885, "lon": 73.3242}


def ids(page: sites.SitePage) -> list[int]:
    return [line.site_id for line in page.lines]


def test_a_site_is_found_by_words_and_by_a_code_typed_anyhow(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    wanted = add_site(session, code="О-70123", name="Берёзка", address="ул. Зелёная, д. 7/2", **OMSK)
    add_site(session, code="О-70124", name="Дубок", **OMSK)
    for words in ("берез", "О-70123", "O-70123", "o70123", "зеленая омск", "ЗЕЛЁНАЯ 7"):
        assert ids(sites.find(session, desk, words, now=now)) == [wanted.id], words
    for words in ("берез дубок", "О-70125", "ерезка"):
        assert ids(sites.find(session, desk, words, now=now)) == [], words


def test_a_number_alone_is_the_code_that_bears_it_however_many_houses_do(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    for number in range(100, 120):
        add_site(session, code=f"О-{number}", address="ул. Абрикосовая, д. 7")
    wanted = add_site(session, code="О-00007", name="Яблоко")
    for words in ("7", "007", "О-7"):
        assert [line.site_id for line in sla.site_called(session, desk, words, now=now)] == [wanted.id], words
    assert sla.site_called(session, desk, "70", now=now) == ()


def test_the_very_code_comes_before_those_it_begins(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    for number in range(8):
        add_site(session, code=f"О-7{number}", name="Аптека")
    wanted = add_site(session, code="О-00007", name="Яблоко")
    for words in ("О-7", "О-00007", "o7"):
        assert ids(sites.find(session, desk, words, now=now, limit=6)) == [wanted.id], words
    assert len(ids(sites.find(session, desk, "7", now=now))) == 8  # a bare number may be a house or a branch too
    assert sites.find(session, desk, "О-70", now=now).total == 1


def test_wildcards_and_quotes_are_letters_like_others(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    add_site(session, name="Распродажа")
    sale = add_site(session, name="Скидки 100% рядом")
    quoted = add_site(session, name="Кафе 'У Оли'; DROP TABLE site;")
    assert ids(sites.find(session, desk, "100%", now=now)) == [sale.id]
    assert ids(sites.find(session, desk, "ски%рядом", now=now)) == [sale.id]  # two words, no wildcard
    assert ids(sites.find(session, desk, "р_спродажа", now=now)) == []
    assert ids(sites.find(session, desk, "'у оли'; drop", now=now)) == [quoted.id]
    assert session.get(Site, quoted.id) is not None


def test_pages_do_not_overlap_and_know_the_total(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    client = add_client(session)
    for number in range(11):
        add_site(session, client, name=f"Ромашка {number:02}")
    first = sites.find(session, desk, "ромашка", now=now, limit=8)
    second = sites.find(session, desk, "ромашка", now=now, offset=8, limit=8)
    assert (first.total, len(first.lines), len(second.lines)) == (11, 8, 3)
    assert not set(ids(first)) & set(ids(second))


def test_near_me_is_by_metres_on_the_ground(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    here = (68.97, 33.08)  # far north: a degree of longitude is short there
    east = add_site(session, lat=68.97, lon=33.12)
    north = add_site(session, lat=68.99, lon=33.08)
    far = add_site(session, lat=68.5, lon=33.08)
    found = sites.near(session, desk, *here, now=now, limit=3)
    assert ids(found) == [east.id, north.id, far.id]
    assert found.lines[0].distance_m == pytest.approx(1597, abs=10)
    assert ids(sites.near(session, desk, *here, now=now, limit=1)) == [east.id]


def test_clients_see_their_own_sites_and_others_none(session: Session, now: datetime) -> None:
    client, other = add_client(session), add_client(session)
    mine, foreign = add_site(session, client), add_site(session, other)
    head = add_person(session, Grant(Role.HEAD_OFFICE, client_id=client.id), now=now)
    engineer = add_person(session, Grant(Role.ENGINEER, contractor_id=add_contractor(session).id), now=now)
    assert ids(sites.find(session, head, "", now=now)) == [mine.id]
    assert ids(sites.near(session, head, mine.lat, mine.lon, now=now)) == [mine.id]
    with pytest.raises(NotFound):
        sites.of_client(session, head, other.id, now=now)
    assert ids(sites.find(session, engineer, "", now=now)) == []
    assert not sites.card(session, head, mine.id, now=now).may_edit
    for actor, site in ((head, foreign), (engineer, mine)):
        with pytest.raises(NotFound):
            sites.card(session, actor, site.id, now=now)
    with pytest.raises(NotAllowed):
        clients.listed(session, head, now=now)
    with pytest.raises(NotFound):
        clients.card(session, head, client.id, now=now)


def test_the_desk_changes_a_field_and_the_audit_names_it_without_its_value(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    site = add_site(session)
    for field, value in {
        SiteField.RESPONSIBLE: "  Петрова\nАнна ",
        SiteField.HOURS: "9:30-21",
        SiteField.ADDRESS: "ул. Новая, д. 1",
        SiteField.RADIUS: "350",
        SiteField.PHONE: "8 (916) 555-44-33",
    }.items():
        sites.edit(session, desk, site.id, field, value, now=now)
    sites.place(session, desk, site.id, 56.0, 38.0, now=now)
    card = sites.card(session, desk, site.id, now=now)
    assert (card.responsible, card.phone, card.radius_m) == ("Петрова Анна", "+79165554433", 350)
    assert (card.opens_min, card.closes_min, card.lat, card.lon) == (570, 1260, 56.0, 38.0)
    assert ids(sites.find(session, desk, "новая", now=now)) == [site.id]
    rows = session.scalars(select(Audit).where(Audit.entity == "site", Audit.entity_id == site.id)).all()
    assert [row.data["field"] for row in rows] == ["responsible", "hours", "address", "radius", "phone", "place"]
    assert not any("555" in str(row.data) or "Анна" in str(row.data) for row in rows)
    answers = session.scalars(select(Outbox).where(Outbox.notice == Notice.SITE)).all()
    assert {(row.person_id, row.data["site"]) for row in answers} == {(desk.person_id, site.id)}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (SiteField.RADIUS, "0"),
        (SiteField.RADIUS, "1e9"),
        (SiteField.RADIUS, "٣٠٠"),
        (SiteField.RADIUS, "9" * 5000),
        (SiteField.HOURS, "с утра"),
        (SiteField.PHONE, "позвоните мне"),
        (SiteField.PHONE, ""),
        (SiteField.RESPONSIBLE, " \n "),
        (SiteField.ADDRESS, "а" * 501),
    ],
)
def test_what_does_not_fit_is_refused(session: Session, now: datetime, field: SiteField, value: str) -> None:
    desk = add_dispatcher(session, now=now)
    site = add_site(session)
    before = sites.card(session, desk, site.id, now=now)
    with pytest.raises(FieldInvalid) as refused:
        sites.edit(session, desk, site.id, field, value, now=now)
    assert refused.value.field == field
    assert sites.card(session, desk, site.id, now=now) == before


def test_only_the_desk_may_edit(session: Session, now: datetime) -> None:
    client = add_client(session)
    site = add_site(session, client)
    accountant = add_person(session, Grant(Role.ACCOUNTANT), now=now)
    head = add_person(session, Grant(Role.HEAD_OFFICE, client_id=client.id), now=now)
    for actor in (accountant, head):
        with pytest.raises(NotAllowed):
            sites.edit(session, actor, site.id, SiteField.RADIUS, "300", now=now)
        with pytest.raises(NotAllowed):
            sites.place(session, actor, site.id, 1, 1, now=now)


def test_a_changed_phone_moves_the_role_to_its_new_owner(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    site = add_site(session, responsible_phone="+79160000001")

    def comes(account: int, phone: str) -> Actor:
        actor = people.meet(session, account, "Имя", "ru", now=now, source="update:1")
        who = {"contact_user_id": account, "telegram_id": account, "forwarded": False}
        entrances.enter(session, actor, phone, **who, now=now)
        return actor

    old = comes(801, "+79160000001")
    entrances.join(session, old, now=now)
    assert again(session, old, now=now).roles == {Role.REQUESTER}
    sites.edit(session, desk, site.id, SiteField.PHONE, "+79160000002", now=now)
    assert again(session, old, now=now).roles == set()
    new = comes(802, "+79160000002")
    entrances.join(session, new, now=now)
    assert again(session, new, now=now).roles == {Role.REQUESTER}


def test_the_page_of_a_client_counts_sites_and_names_regions(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    client = add_client(session, contact_name="Штаб", contact_phone="+79160000003")
    for region in ("Тула", "Омск", "Тула"):
        add_site(session, client, region=region)
    card = clients.card(session, desk, client.id, now=now)
    assert (card.sites, card.regions, card.phone) == (3, ("Омск", "Тула"), "+79160000003")
    line = next(line for line in clients.listed(session, desk, now=now).lines if line.client_id == client.id)
    assert line.sites == 3
    assert len(clients.labels(session, desk, client.id, now=now)) == 3
