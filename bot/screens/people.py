"""Coming in, the list of people, a person's roles, invites and the owner's team, as screens."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.lists import PAGE, fit, pages
from bot.texts import Html, Texts, escape
from bot.ui import Button, Id, Key, Page, Screen, column, page_rows
from core.domain.role import Role
from core.services.entrances import Welcome
from core.services.memberships import RoleLine
from core.services.people import PeoplePage, PersonCard
from core.services.teams import Member, TeamCard


class Join(CallbackData, prefix="join"):
    """`Yes, it is me`."""


class People(CallbackData, prefix="people"):
    page: Page
    words: str = ""


class ShowPerson(CallbackData, prefix="person"):
    person_id: Id


class Rename(CallbackData, prefix="rename"):
    person_id: Id


class Speak(CallbackData, prefix="speak"):
    """The language of another person."""

    person_id: Id
    language: str


class EndRole(CallbackData, prefix="role"):
    person_id: Id
    membership_id: Id
    sure: bool = False


class NewInvite(CallbackData, prefix="invite"):
    role: Role
    client_id: Id | None = None
    contractor_id: Id | None = None
    site_id: Id | None = None
    region: int | None = None  # bot.screens.lists.mark


class Team(CallbackData, prefix="team"):
    contractor_id: Id


class Dismiss(CallbackData, prefix="dismiss"):
    contractor_id: Id
    membership_id: Id
    sure: bool = False


def share_phone(texts: Texts) -> Screen:
    key = Key(texts.plain("people-share-phone-key"), "contact")
    return Screen(texts("people-share-phone"), keys=((key,),))


def checking(texts: Texts) -> Screen:
    """Takes the key with the phone away."""
    return Screen(texts("people-checking"), keys=())


def welcome(card: Welcome, texts: Texts) -> Screen:
    places = [role_at(texts, offer.role, offer.organisation) for offer in card.offered]
    shown = [f"• {place}" for place in places[:PAGE]]
    if len(places) > PAGE:
        shown.append(texts("people-and-more", count=len(places) - PAGE))
    greeting = "people-welcome" if places else "people-agree"
    parts = [texts(greeting, name=card.name), *shown]
    if card.consents:
        consents = [texts(f"people-consent-{kind.replace('_', '-')}") for kind in card.consents]
        *listed, last = consents
        parts += [
            "",
            texts("people-consents" if places else "people-consents-again"),
            *(texts("people-consent-listed", consent=consent) for consent in listed),
            texts("people-consent-last", consent=last),
        ]
    yes = Button(texts.plain("people-join" if places else "people-agree-yes"), Join().pack())
    return Screen("\n".join(parts), column(yes))


def people(found: PeoplePage, words: str, texts: Texts) -> Screen:
    page, kept = found.offset // PAGE, fit(words)
    title = texts("people-list", total=found.total) if found.total else texts("people-nobody")
    lines = column(
        *(
            Button(line.name if line.is_reachable else f"{line.name} ⚠️", ShowPerson(person_id=line.person_id).pack())
            for line in found.lines
        )
    )
    turning = page_rows(
        page,
        pages(found.total),
        People(page=max(page - 1, 0), words=kept).pack(),
        People(page=page + 1, words=kept).pack(),
    )
    return Screen(f"{title}\n{texts('people-list-hint')}", lines + turning)


def person(card: PersonCard, texts: Texts) -> Screen:
    parts = [f"<b>{escape(card.name)}</b>"]
    if card.phone:
        parts.append(formats.phone(card.phone))
    if not card.is_reachable:
        parts.append(texts("people-unreachable"))
    parts += [f"• {role_at(texts, line.grant.role, line.organisation)}" for line in card.roles]
    if not card.roles:
        parts.append(texts("people-no-roles"))
    buttons = _edit_buttons(card, texts) if card.may_edit else []
    buttons += [_end_button(card.person_id, line, texts) for line in card.roles if line.may_end][:20]
    return Screen("\n".join(parts), column(*buttons))


def _edit_buttons(card: PersonCard, texts: Texts) -> list[Button]:
    other = "en" if card.language == "ru" else "ru"
    return [
        Button(texts.plain("people-rename"), Rename(person_id=card.person_id).pack()),
        Button(texts.plain("people-speak", language=other), Speak(person_id=card.person_id, language=other).pack()),
    ]


def _end_button(person_id: int, line: RoleLine, texts: Texts) -> Button:
    place = texts.plain("people-role", role=line.grant.role)
    text = texts.plain("people-end-role", role=place, organisation=line.organisation or "—")
    return Button(text, EndRole(person_id=person_id, membership_id=line.membership_id).pack())


def ask_end_role(card: PersonCard, membership_id: int, texts: Texts) -> Screen:
    line = next((line for line in card.roles if line.membership_id == membership_id and line.may_end), None)
    if line is None:
        return person(card, texts)
    where = role_at(texts, line.grant.role, line.organisation)
    sure = EndRole(person_id=card.person_id, membership_id=membership_id, sure=True)
    return Screen(
        texts("people-end-role-ask", name=card.name, role=where),
        column(
            Button(texts.plain("people-end-role-yes"), sure.pack()),
            Button(texts.plain("common-cancel"), ShowPerson(person_id=card.person_id).pack()),
        ),
    )


def ask_name(texts: Texts) -> Screen:
    return Screen(texts("people-ask-name"))


def role_ended(role: Role, organisation: str, texts: Texts) -> Screen:
    return Screen(texts("people-role-ended", role=role_at(texts, role, organisation)))


def team(card: TeamCard, texts: Texts) -> Screen:
    owners = [member for member in card.members if member.role is Role.OWNER]
    engineers = [member for member in card.members if member.role is Role.ENGINEER]
    parts = [f"<b>{texts('people-team', name=card.name)}</b>"]
    parts += [texts("people-team-owner", name=member.name) for member in owners]
    parts += [_member(member, texts) for member in engineers]
    if not engineers:
        parts.append(texts("people-team-empty"))
    adding = NewInvite(role=Role.ENGINEER, contractor_id=card.contractor_id)
    buttons = [Button(texts.plain("people-team-invite"), adding.pack())]
    buttons += [_dismiss_button(card.contractor_id, member, texts) for member in engineers[:20]]
    return Screen("\n".join(parts), column(*buttons))


def _member(member: Member, texts: Texts) -> Html:
    state = "busy" if member.is_busy else "free" if member.is_reachable else "away"
    return texts("people-team-engineer", name=member.name, state=state)


def _dismiss_button(contractor_id: int, member: Member, texts: Texts) -> Button:
    data = Dismiss(contractor_id=contractor_id, membership_id=member.membership_id)
    return Button(texts.plain("people-dismiss", name=member.name), data.pack())


def ask_dismiss(card: TeamCard, membership_id: int, texts: Texts) -> Screen:
    member = next((member for member in card.members if member.membership_id == membership_id), None)
    if member is None:
        return team(card, texts)
    sure = Dismiss(contractor_id=card.contractor_id, membership_id=membership_id, sure=True)
    return Screen(
        texts("people-dismiss-ask", name=member.name),
        column(
            Button(texts.plain("people-dismiss-yes"), sure.pack()),
            Button(texts.plain("common-cancel"), Team(contractor_id=card.contractor_id).pack()),
        ),
    )


def firms(choices: tuple[tuple[int, str], ...], texts: Texts) -> Screen:
    buttons = [Button(name, Team(contractor_id=firm).pack()) for firm, name in choices]
    return Screen(texts("people-which-firm"), column(*buttons))


def joined(name: str, contractor_id: int, texts: Texts) -> Screen:
    button = Button(texts.plain("people-team-open"), Team(contractor_id=contractor_id).pack())
    return Screen(texts("people-team-joined", name=name), column(button))


def role_at(texts: Texts, role: Role, organisation: str) -> Html:
    name = texts("people-role", role=role)
    return texts("people-role-at", role=name, organisation=organisation) if organisation else name
