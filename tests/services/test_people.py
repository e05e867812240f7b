"""The first meeting, admins from the settings, the list of people, and a role that ends at once."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import EngineerBusy, LastAdmin, NotAllowed, NotFound, TextEmpty
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import outbox, people, teams
from storage.models.desk import Task
from storage.models.people import Membership, Person
from storage.models.post import Outbox
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_dispatcher, add_person, again
from tests.make.tickets import make_world, send, take


def membership(session: Session, actor: Actor) -> Membership:
    return session.scalars(select(Membership).where(Membership.person_id == actor.person_id)).one()


def test_the_first_word_makes_a_person_and_the_second_finds_it(session: Session, now: datetime) -> None:
    assert people.actor(session, 9001, now=now).person_id is None
    met = people.meet(session, 9001, "  Anna\u202e \n<b>Lee</b> ", "en-GB", now=now, source="update:1")
    assert (met.name, met.language, met.grants) == ("Anna <b>Lee</b>", "en", ())
    assert people.meet(session, 9001, "Other", "ru", now=now, source="update:1") == met
    assert people.meet(session, 9002, "", None, now=now, source="update:2").language == "ru"


def test_admins_of_the_settings_are_appointed_once(session: Session, now: datetime) -> None:
    assert people.appoint_admins(session, {77, 78}, now=now) == 2
    assert people.appoint_admins(session, {77, 78}, now=now) == 0
    assert people.actor(session, 77, now=now).roles == {Role.ADMIN}
    met = people.meet(session, 77, "Начальник", "ru", now=now)
    assert met.roles == {Role.ADMIN}


def test_an_admin_of_the_settings_is_written_to_after_his_first_word_and_has_a_name_then(
    session: Session, now: datetime
) -> None:
    people.appoint_admins(session, {77}, now=now, language="en")
    admin = session.scalars(select(Person).where(Person.telegram_id == 77)).one()
    assert (admin.name, admin.language, admin.unreachable_at) == ("77", "en", now)
    assert outbox.claim(session, 10, now=now).letters == ()
    assert session.scalars(select(Task)).all() == []

    heard = people.hear(session, 77, "Начальник", "ru", now=now, source="update:1")
    assert (heard.name, heard.language, admin.unreachable_at) == ("Начальник", "ru", None)
    assert people.hear(session, 77, "Другое имя", "en", now=now, source="update:1") == heard


def test_a_phone_in_a_language_nobody_speaks_here_gets_that_of_the_installation(
    session: Session, now: datetime
) -> None:
    for account, phone in enumerate(("de", "", None), 1):
        assert people.meet(session, account, "Имя", phone, now=now, source="update:1", default="en").language == "en"
    assert people.meet(session, 9, "Имя", "ru-RU", now=now, source="update:1", default="en").language == "ru"


def test_several_roles_are_one_person_with_all_rights(session: Session, now: datetime) -> None:
    client, firm = add_client(session), add_contractor(session)
    grants = (Grant(Role.REQUESTER, client_id=client.id), Grant(Role.ENGINEER, contractor_id=firm.id))
    actor = add_person(session, *grants, now=now)
    assert actor.roles == {Role.REQUESTER, Role.ENGINEER}
    assert people.actor_of(session, actor.person_id or 0, now=now).grants == grants


def test_people_are_found_by_name_and_phone_whatever_is_typed(session: Session, now: datetime) -> None:
    admin = add_person(session, Grant(Role.ADMIN), now=now, name="Админ")
    client = add_client(session)
    role = Grant(Role.HEAD_OFFICE, client_id=client.id)
    wanted = add_person(session, role, now=now, name="Семёнова Алёна 100%", phone="+79161112233")
    for words in ("семенова", "АЛЕНА сем", "+7 916 111-22-33", "89161112233", "7916111", "100%"):
        found = people.find(session, admin, words, now=now)
        assert [line.person_id for line in found.lines] == [wanted.person_id], words
    for words in ("_", "%", "'; DROP TABLE person; --x"):
        page = people.find(session, admin, words, now=now)
        assert page.total in (0, 2), words
    assert people.find(session, admin, "", now=now).total == 2


def test_a_dispatcher_looks_after_outside_people_only(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    engineer = add_person(session, Grant(Role.ENGINEER, contractor_id=add_contractor(session).id), now=now)
    assert [line.person_id for line in people.find(session, desk, "", now=now).lines] == [engineer.person_id]
    with pytest.raises(NotFound):
        people.card(session, desk, manager.person_id or 0, now=now)
    with pytest.raises(NotFound):
        people.end_role(session, desk, membership(session, manager).id, now=now)
    with pytest.raises(NotAllowed):
        people.find(session, engineer, "", now=now)
    for card in (people.card, people.rename):
        with pytest.raises(NotFound):
            card(session, engineer, desk.person_id or 0, *(["x"] if card is people.rename else []), now=now)


def test_a_role_ends_from_the_very_next_tap_and_its_holder_is_told(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    client = add_client(session)
    leaver = add_person(session, Grant(Role.REQUESTER, client_id=client.id), now=now)
    people.end_role(session, desk, membership(session, leaver).id, now=now)
    assert again(session, leaver, now=now).grants == ()
    letter = session.scalars(select(Outbox).where(Outbox.notice == Notice.ROLE_ENDED)).one()
    assert (letter.person_id, letter.data["organisation"]) == (leaver.person_id, client.name)
    card = people.card(session, desk, leaver.person_id or 0, now=now)
    assert card.roles == ()  # who left can still be looked up
    with pytest.raises(NotFound):
        people.end_role(session, desk, membership(session, leaver).id, now=now)


def test_the_last_admin_stays(session: Session, now: datetime) -> None:
    one = add_person(session, Grant(Role.ADMIN), now=now)
    with pytest.raises(LastAdmin):
        people.end_role(session, one, membership(session, one).id, now=now)
    two = add_person(session, Grant(Role.ADMIN), now=now)
    people.end_role(session, two, membership(session, one).id, now=now)
    assert again(session, one, now=now).grants == ()


def test_a_manager_cannot_end_an_admin(session: Session, now: datetime) -> None:
    admin, _ = (add_person(session, Grant(Role.ADMIN), now=now) for _ in range(2))
    manager = add_person(session, Grant(Role.MANAGER), now=now)
    with pytest.raises(NotAllowed):
        people.end_role(session, manager, membership(session, admin).id, now=now)


def test_a_name_is_changed_and_cannot_be_empty(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    person = add_person(session, Grant(Role.HEAD_OFFICE, client_id=add_client(session).id), now=now)
    people.rename(session, desk, person.person_id or 0, " Пётр\tИльич ", now=now)
    assert session.get_one(Person, person.person_id).name == "Пётр Ильич"
    with pytest.raises(TextEmpty):
        people.rename(session, desk, person.person_id or 0, "\u200b \n", now=now)


def test_the_language_is_kept_and_answered_with_the_menu(session: Session, now: datetime) -> None:
    actor = add_dispatcher(session, now=now)
    people.set_language(session, actor, "en", now=now)
    assert again(session, actor, now=now).language == "en"
    assert Notice.MENU in session.scalars(select(Outbox.notice).where(Outbox.person_id == actor.person_id)).all()
    with pytest.raises(NotFound):
        people.set_language(session, actor, "xx", now=now)


def test_the_desk_sets_the_language_of_another(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    person = add_person(session, Grant(Role.HEAD_OFFICE, client_id=add_client(session).id), now=now)
    people.set_language_of(session, desk, person.person_id or 0, "en", now=now)
    assert again(session, person, now=now).language == "en"
    with pytest.raises(NotFound):
        people.set_language_of(session, person, desk.person_id or 0, "en", now=now)


def test_an_owner_sees_the_own_team_only_and_lets_an_engineer_go(session: Session, now: datetime) -> None:
    firm, foreign = add_contractor(session), add_contractor(session)
    owner = add_person(session, Grant(Role.OWNER, contractor_id=firm.id), now=now)
    engineer = add_person(session, Grant(Role.ENGINEER, contractor_id=firm.id), now=now)
    stranger = add_person(session, Grant(Role.ENGINEER, contractor_id=foreign.id), now=now)
    card = teams.show(session, owner, firm.id, now=now)
    assert {member.person_id for member in card.members} == {owner.person_id, engineer.person_id}
    assert teams.firms(session, owner, now=now) == ((firm.id, firm.name),)
    with pytest.raises(NotFound):
        teams.show(session, owner, foreign.id, now=now)
    with pytest.raises(NotAllowed):
        teams.show(session, engineer, firm.id, now=now)
    for row in (membership(session, stranger), membership(session, owner)):
        with pytest.raises(NotFound):
            teams.dismiss(session, owner, row.id, now=now)
    teams.dismiss(session, owner, membership(session, engineer).id, now=now)
    assert again(session, engineer, now=now).grants == ()


def test_an_engineer_with_a_live_visit_cannot_be_let_go(session: Session, now: datetime) -> None:
    world = make_world(session, now=now)
    take(world, send(world))
    desk = world.dispatcher
    row = session.scalars(
        select(Membership).where(Membership.person_id == world.engineer.person_id, Membership.role == Role.ENGINEER)
    ).one()
    with pytest.raises(EngineerBusy):
        teams.dismiss(session, desk, row.id, now=now)
    with pytest.raises(EngineerBusy):
        people.end_role(session, desk, row.id, now=now)
    assert Role.ENGINEER in again(session, world.engineer, now=now).roles


def test_a_region_and_a_site_narrow_what_a_requester_may_see(session: Session, now: datetime) -> None:
    from core.services import sites

    client = add_client(session)
    mine = add_site(session, client, region="Тула")
    add_site(session, client, region="Омск")
    of_region = add_person(session, Grant(Role.REQUESTER, client_id=client.id, region="Тула"), now=now)
    of_site = add_person(session, Grant(Role.REQUESTER, client_id=client.id, site_id=mine.id), now=now)
    for actor in (of_region, of_site):
        assert [line.site_id for line in sites.find(session, actor, "", now=now).lines] == [mine.id]
