"""Coming in: the own phone proves itself, one tap joins, another account takes nothing along."""

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import ForeignContact, PhoneInvalid, PhoneUnknown
from core.domain.notice import Notice, OutboxStatus
from core.domain.role import Role
from core.services import entrances, memberships, people, phonebook
from storage.models.desk import Audit
from storage.models.people import Consent, Membership, Person
from storage.models.post import Outbox
from tests.make.directories import add_client, add_contractor, add_site, add_step
from tests.make.people import add_dispatcher, add_person, again

PHONE = "+79161234567"


def arrives(session: Session, telegram_id: int, *, now: datetime, update: int = 1) -> Actor:
    return people.meet(session, telegram_id, "Tg Name", "ru", now=now, source=f"update:{update}")


def shares(session: Session, actor: Actor, telegram_id: int, phone: str = PHONE, *, now: datetime) -> None:
    entrances.enter(
        session, actor, phone, contact_user_id=telegram_id, telegram_id=telegram_id, forwarded=False, now=now
    )


def comes_in(session: Session, telegram_id: int, phone: str = PHONE, *, now: datetime) -> Actor:
    actor = arrives(session, telegram_id, now=now)
    shares(session, actor, telegram_id, phone, now=now)
    actor = people.actor(session, telegram_id, now=now, source="update:2")
    entrances.join(session, actor, now=now)
    return people.actor(session, telegram_id, now=now, source="update:3")


def told(session: Session, person_id: int | None) -> list[str]:
    query = select(Outbox.notice).where(Outbox.person_id == person_id, Outbox.notice != Notice.COMMANDS)
    return list(session.scalars(query.order_by(Outbox.id)))


def test_the_responsible_person_is_offered_every_site_and_joins_with_one_tap(session: Session, now: datetime) -> None:
    client = add_client(session)
    one = add_site(session, client, responsible_name="Иванова Мария", responsible_phone=PHONE, zone="Asia/Omsk")
    two = add_site(session, client, responsible_phone=PHONE)
    actor = arrives(session, 501, now=now)
    shares(session, actor, 501, "79161234567", now=now)

    welcome = entrances.welcome(session, again(session, actor, now=now), now=now)
    assert [offer.role for offer in welcome.offered] == [Role.REQUESTER, Role.REQUESTER]
    assert welcome.offered[0].organisation == f"{one.name}, {one.city}"
    assert welcome.consents == ("personal_data", "tap_signature")
    assert again(session, actor, now=now).grants == ()  # nothing before the tap

    entrances.join(session, again(session, actor, now=now, source="update:9"), now=now)
    assert again(session, actor, now=now).grants == (
        Grant(Role.REQUESTER, client_id=client.id, site_id=one.id),
        Grant(Role.REQUESTER, client_id=client.id, site_id=two.id),
    )
    person = session.get_one(Person, actor.person_id)
    assert (person.name, person.zone, person.phone) == ("Иванова Мария", "Asia/Omsk", PHONE)
    assert told(session, actor.person_id) == [Notice.WELCOME, Notice.MENU]
    kinds = session.execute(select(Consent.kind, Consent.version, Consent.at)).tuples().all()
    assert sorted(kinds) == [("personal_data", 1, now), ("tap_signature", 1, now)]


def test_each_directory_gives_its_own_roles(session: Session, now: datetime) -> None:
    client = add_client(session, contact_phone="+79160000001")
    add_step(session, client, "+79160000002")
    firm = add_contractor(session, phone="+79160000003", zone="Asia/Yakutsk")
    of_client, of_firm = {"client_id": client.id}, {"contractor_id": firm.id}
    head = comes_in(session, 601, "+79160000001", now=now)
    assert set(head.grants) == {Grant(Role.HEAD_OFFICE, **of_client), Grant(Role.REQUESTER, **of_client)}
    assert comes_in(session, 602, "+79160000002", now=now).grants == (Grant(Role.APPROVER, **of_client),)
    owner = comes_in(session, 603, "+79160000003", now=now)
    assert set(owner.grants) == {Grant(Role.OWNER, **of_firm), Grant(Role.ENGINEER, **of_firm)}
    assert session.get_one(Person, owner.person_id).zone == "Asia/Yakutsk"
    limits = session.scalars(select(Consent.person_id).where(Consent.kind == "automatic_limits")).all()
    assert limits == [owner.person_id]


def test_somebody_elses_contact_proves_nothing(session: Session, now: datetime) -> None:
    add_contractor(session, phone=PHONE)
    actor = arrives(session, 502, now=now)
    for contact, forwarded in ((777, False), (None, False), (502, True)):
        with pytest.raises(ForeignContact):
            entrances.enter(
                session, actor, PHONE, contact_user_id=contact, telegram_id=502, forwarded=forwarded, now=now
            )
    assert session.get_one(Person, actor.person_id).phone is None


def test_an_unknown_phone_is_told_so_and_a_senseless_one_too(session: Session, now: datetime) -> None:
    actor = arrives(session, 503, now=now)
    with pytest.raises(PhoneUnknown):
        shares(session, actor, 503, "+79990000000", now=now)
    with pytest.raises(PhoneInvalid):
        shares(session, actor, 503, "no phone", now=now)


def test_a_second_tap_gives_nothing_twice(session: Session, now: datetime) -> None:
    add_contractor(session, phone=PHONE)
    actor = comes_in(session, 504, now=now)
    entrances.join(session, actor, now=now)
    assert len(people.actor(session, 504, now=now).grants) == 2
    assert session.scalar(select(func.count()).select_from(Consent)) == 3


def test_the_same_person_in_a_new_account_goes_on_where_the_old_one_stopped(session: Session, now: datetime) -> None:
    firm = add_contractor(session, phone=PHONE)
    old = comes_in(session, 505, now=now)
    memberships.give(session, old, session.get_one(Person, old.person_id), [Grant(Role.MANAGER)], "invite", now=now)
    new = arrives(session, 506, now=now)
    shares(session, new, 506, now=now)

    assert people.actor(session, 505, now=now).person_id is None
    actor = people.actor(session, 506, now=now, source="update:20")
    assert actor.person_id == old.person_id
    assert actor.grants == ()  # whoever holds the card now must tap; an invite is not inherited with a number
    entrances.join(session, actor, now=now)
    assert people.actor(session, 506, now=now).roles == {Role.OWNER, Role.ENGINEER}
    assert people.actor(session, 506, now=now).contractor_ids == {firm.id}
    waiting = select(Outbox).where(Outbox.chat_id == 505, Outbox.status == OutboxStatus.NEW)
    assert session.scalars(waiting).all() == []


def test_a_number_that_went_to_a_colleague_leaves_the_old_account_without_rights(
    session: Session, now: datetime
) -> None:
    add_contractor(session, phone=PHONE)
    old = comes_in(session, 507, now=now)
    colleague = add_person(session, Grant(Role.MANAGER), now=now, telegram_id=508)
    shares(session, colleague, 508, now=now)
    assert session.get_one(Person, old.person_id).telegram_id is None
    assert memberships.grants_of(session, old.person_id or 0) == ()
    entrances.join(session, again(session, colleague, now=now), now=now)
    assert again(session, colleague, now=now).roles == {Role.MANAGER, Role.OWNER, Role.ENGINEER}


def test_a_new_number_ends_what_the_old_one_gave(session: Session, now: datetime) -> None:
    add_contractor(session, phone=PHONE)
    client = add_client(session, contact_phone="+79160000009")
    actor = comes_in(session, 509, now=now)
    shares(session, actor, 509, "+79160000009", now=now)
    assert people.actor(session, 509, now=now).grants == ()
    entrances.join(session, people.actor(session, 509, now=now, source="update:31"), now=now)
    assert {grant.client_id for grant in people.actor(session, 509, now=now).grants} == {client.id}


def test_directories_that_forget_a_phone_take_its_roles_and_offer_the_new_ones(session: Session, now: datetime) -> None:
    client = add_client(session)
    site, other = add_site(session, client, responsible_phone=PHONE), add_site(session, client)
    actor = comes_in(session, 510, now=now)
    invited = add_person(session, Grant(Role.REQUESTER, client_id=client.id), now=now, phone="+79160000011")
    site.responsible_phone, other.responsible_phone = "", PHONE
    session.flush()

    assert phonebook.reconcile(session, now=now) == 1
    assert people.actor(session, 510, now=now).grants == ()
    assert again(session, invited, now=now).grants == invited.grants
    assert told(session, actor.person_id)[-2:] == [Notice.ROLE_ENDED, Notice.WELCOME]
    assert phonebook.reconcile(session, now=now) == 0
    assert told(session, actor.person_id).count(Notice.WELCOME) == 2  # told once of the same set
    entrances.join(session, people.actor(session, 510, now=now, source="update:41"), now=now)
    assert [grant.site_id for grant in people.actor(session, 510, now=now).grants] == [other.id]


def test_a_role_taken_away_by_hand_does_not_come_back_by_phone(session: Session, now: datetime) -> None:
    client = add_client(session)
    add_site(session, client, responsible_phone=PHONE)
    actor = comes_in(session, 511, now=now)
    desk = add_dispatcher(session, now=now)
    membership = session.scalars(select(Membership).where(Membership.person_id == actor.person_id)).one()
    people.end_role(session, desk, membership.id, now=now)

    assert people.actor(session, 511, now=now).grants == ()
    with pytest.raises(PhoneUnknown):
        shares(session, people.actor(session, 511, now=now), 511, now=now)


def test_the_audit_keeps_ids_and_no_phone(session: Session, now: datetime) -> None:
    add_contractor(session, phone=PHONE, contact_name="Секретов")
    comes_in(session, 512, now=now)
    everything = " ".join(str(row.data) for row in session.scalars(select(Audit)))
    assert "9161234567" not in everything
    assert "Секретов" not in everything
