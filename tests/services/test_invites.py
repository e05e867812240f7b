"""One person, once, in time, for the role it was made for: whatever else happens to a link."""

import re
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.domain.actor import Actor, Grant
from core.domain.errors import NotAllowed, NotFound
from core.domain.notice import Notice
from core.domain.role import Role
from core.services import entrances, invites, people
from core.services.invites import Taking
from storage.db import Database
from storage.models.people import Invite, Membership
from storage.models.post import Outbox
from tests.clock import HandClock
from tests.make.directories import add_client, add_contractor, add_site
from tests.make.people import add_dispatcher, add_person, again

SECRET = "1:secret"


def newcomer(session: Session, *, now: datetime) -> Actor:
    return add_person(session, now=now)


def test_an_invited_engineer_joins_his_firm_and_its_owner_is_told(session: Session, now: datetime) -> None:
    firm = add_contractor(session)
    owner = add_person(session, Grant(Role.OWNER, contractor_id=firm.id), now=now)
    grant = Grant(Role.ENGINEER, contractor_id=firm.id)
    issued = invites.create(session, owner, grant, SECRET, now=now)
    assert issued.organisation == firm.name
    assert issued.expires_at == now + timedelta(days=7)

    engineer = newcomer(session, now=now)
    assert invites.accept(session, engineer, issued.token, now=now) is Taking.TAKEN
    assert again(session, engineer, now=now).grants == ()
    card = entrances.welcome(session, engineer, now=now)
    assert [(offer.role, offer.organisation) for offer in card.offered] == [(Role.ENGINEER, firm.name)]
    assert "automatic_limits" in card.consents
    entrances.join(session, engineer, now=now)
    assert again(session, engineer, now=now).grants == (grant,)
    told = session.scalars(select(Outbox.notice).where(Outbox.person_id == owner.person_id)).all()
    assert Notice.TEAM_JOINED in told


def test_the_token_is_long_and_only_its_hash_is_kept(session: Session, now: datetime) -> None:
    admin = add_person(session, Grant(Role.ADMIN), now=now)
    issued = invites.create(session, admin, Grant(Role.MANAGER), SECRET, now=now)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", issued.token)
    row = session.scalars(select(Invite)).one()
    assert issued.token not in row.token_hash
    letter = session.scalars(select(Outbox).where(Outbox.notice == Notice.INVITE)).one()
    assert issued.token not in str(letter.data)
    assert invites.token_of(SECRET, letter.data["seed"]) == issued.token
    assert invites.token_of("another secret", letter.data["seed"]) != issued.token


def test_used_expired_and_unknown_are_answered_alike(session: Session, clock: HandClock) -> None:
    now = clock.now()
    desk = add_dispatcher(session, now=now)
    firm = add_contractor(session)
    grant = Grant(Role.OWNER, contractor_id=firm.id)
    used, late = (invites.create(session, desk, grant, SECRET, now=now) for _ in range(2))
    first, second = newcomer(session, now=now), newcomer(session, now=now)
    assert invites.accept(session, first, used.token, now=now) is Taking.TAKEN
    answers = {
        invites.accept(session, second, used.token, now=now),
        invites.accept(session, second, late.token, now=clock.move(days=7)),
        invites.accept(session, second, "no-such-token", now=now),
        invites.accept(session, second, "", now=now),
    }
    assert answers == {Taking.INVALID}
    entrances.join(session, first, now=now)
    assert again(session, second, now=now).grants == ()


def test_guessing_stops_after_five_wrong_tries_and_goes_on_an_hour_later(session: Session, clock: HandClock) -> None:
    now = clock.now()
    desk = add_dispatcher(session, now=now)
    grant = Grant(Role.OWNER, contractor_id=add_contractor(session).id)
    right = invites.create(session, desk, grant, SECRET, now=now)
    guesser, honest = newcomer(session, now=now), newcomer(session, now=now)
    tries = [invites.accept(session, guesser, f"guess{number}", now=now) for number in range(6)]
    assert tries == [Taking.INVALID] * 5 + [Taking.TOO_MANY]
    assert invites.accept(session, guesser, right.token, now=now) is Taking.TOO_MANY
    later = clock.move(minutes=61)
    assert invites.accept(session, guesser, "guess", now=later) is Taking.INVALID
    assert invites.accept(session, honest, right.token, now=now) is Taking.TAKEN


def test_the_same_link_opened_twice_by_the_same_person_is_no_wrong_try(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    grant = Grant(Role.OWNER, contractor_id=add_contractor(session).id)
    issued = invites.create(session, desk, grant, SECRET, now=now)
    owner = newcomer(session, now=now)
    for _ in range(7):
        assert invites.accept(session, owner, issued.token, now=now) is Taking.TAKEN
    entrances.join(session, owner, now=now)
    assert invites.accept(session, owner, issued.token, now=now) is Taking.TAKEN
    assert again(session, owner, now=now).grants == (grant,)


def test_a_role_taken_away_does_not_come_back_with_the_old_link(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    firm = add_contractor(session)
    issued = invites.create(session, desk, Grant(Role.ENGINEER, contractor_id=firm.id), SECRET, now=now)
    engineer = newcomer(session, now=now)
    invites.accept(session, engineer, issued.token, now=now)
    entrances.join(session, engineer, now=now)
    row = session.scalars(select(Membership).where(Membership.person_id == engineer.person_id)).one()
    people.end_role(session, desk, row.id, now=now + timedelta(minutes=1))
    invites.accept(session, engineer, issued.token, now=now + timedelta(minutes=2))
    with pytest.raises(NotFound):
        entrances.join(session, again(session, engineer, now=now), now=now + timedelta(minutes=2))
    assert again(session, engineer, now=now).grants == ()


def test_a_taken_invite_must_be_joined_before_it_expires(session: Session, now: datetime) -> None:
    desk = add_dispatcher(session, now=now)
    grant = Grant(Role.OWNER, contractor_id=add_contractor(session).id)
    issued = invites.create(session, desk, grant, SECRET, now=now)
    owner = newcomer(session, now=now)
    invites.accept(session, owner, issued.token, now=now)
    with pytest.raises(NotFound):
        entrances.join(session, owner, now=now + timedelta(days=8))


EVERY_ROLE = set(Role) - {Role.SYSTEM}
OF_CLIENT = {Role.REQUESTER, Role.HEAD_OFFICE, Role.APPROVER}
OF_FIRM = {Role.ENGINEER, Role.OWNER}


@pytest.mark.parametrize(
    ("maker", "may"),
    [
        (Role.ADMIN, EVERY_ROLE),
        (Role.MANAGER, EVERY_ROLE - {Role.ADMIN}),
        (Role.DISPATCHER, OF_CLIENT | OF_FIRM),
        (Role.OWNER, {Role.ENGINEER}),
        (Role.ACCOUNTANT, set()),
        (Role.ENGINEER, set()),
        (Role.REQUESTER, set()),
        (Role.HEAD_OFFICE, set()),
        (Role.APPROVER, set()),
        (Role.CLIENT_ACCOUNTANT, set()),
    ],
)
def test_who_may_invite_whom(session: Session, now: datetime, maker: Role, may: set[Role]) -> None:
    client, firm = add_client(session), add_contractor(session)

    def place(role: Role) -> Grant:
        if role in OF_FIRM:
            return Grant(role, contractor_id=firm.id)
        is_of_client = role in OF_CLIENT | {Role.CLIENT_ACCOUNTANT}
        return Grant(role, client_id=client.id if is_of_client else None)

    actor = add_person(session, place(maker), now=now)
    done = set()
    for role in Role:
        try:
            invites.create(session, actor, place(role), SECRET, now=now)
        except (NotAllowed, NotFound):
            continue
        done.add(role)
    assert done == may


def test_an_invite_names_an_organisation_that_exists_and_is_the_makers_own(session: Session, now: datetime) -> None:
    client, other = add_client(session), add_client(session)
    site = add_site(session, client)
    firm, foreign = add_contractor(session), add_contractor(session)
    desk = add_dispatcher(session, now=now)
    owner = add_person(session, Grant(Role.OWNER, contractor_id=firm.id), now=now)
    for maker, grant in [
        (desk, Grant(Role.REQUESTER)),
        (desk, Grant(Role.REQUESTER, client_id=999_999)),
        (desk, Grant(Role.REQUESTER, client_id=other.id, site_id=site.id)),
        (desk, Grant(Role.REQUESTER, client_id=client.id, region="Атлантида")),
        (desk, Grant(Role.REQUESTER, contractor_id=firm.id)),
        (desk, Grant(Role.ENGINEER, client_id=client.id)),
        (desk, Grant(Role.ENGINEER, contractor_id=999_999)),
        (owner, Grant(Role.ENGINEER, contractor_id=foreign.id)),
        (owner, Grant(Role.OWNER, contractor_id=firm.id)),
    ]:
        with pytest.raises((NotAllowed, NotFound)):
            invites.create(session, maker, grant, SECRET, now=now)
    whole = Grant(Role.REQUESTER, client_id=client.id, region=site.region)
    assert invites.create(session, desk, whole, SECRET, now=now).organisation == f"{client.name}, {site.region}"


async def test_two_people_race_for_one_link_and_one_gets_it(db: Database, clock: HandClock) -> None:
    import asyncio

    def prepare(session: Session, *, now: datetime) -> tuple[str, list[Actor]]:
        admin = add_person(session, Grant(Role.ADMIN), now=now)
        issued = invites.create(session, admin, Grant(Role.DISPATCHER), SECRET, now=now)
        return issued.token, [add_person(session, now=now) for _ in range(6)]

    token, actors = await db.write(prepare)
    answers = await asyncio.gather(*(db.write(invites.accept, actor, token) for actor in actors))
    assert sorted(answers) == [Taking.INVALID] * 5 + [Taking.TAKEN]
