"""Sites and clients as screens: lists, cards, the fields the desk may change."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.lists import PAGE, fit, mark, pages
from bot.screens.people import NewInvite
from bot.texts import Html, Texts
from bot.ui import Button, Id, Key, Page, Rows, Screen, column, page_rows
from core.domain.role import Role
from core.services.clients import ClientCard, ClientPage
from core.services.sites import SiteCard, SiteField, SiteLine, SitePage


class Sites(CallbackData, prefix="sites"):
    page: Page
    words: str = ""


class ClientSites(CallbackData, prefix="csites"):
    client_id: Id
    page: Page


class ShowSite(CallbackData, prefix="site"):
    site_id: Id


class EditSite(CallbackData, prefix="siteedit"):
    site_id: Id


class SetField(CallbackData, prefix="sitefield"):
    site_id: Id
    field: SiteField


class PlaceSite(CallbackData, prefix="siteplace"):
    site_id: Id


class NearMe(CallbackData, prefix="near"):
    """Asks for the place of the phone."""


class Clients(CallbackData, prefix="clients"):
    page: Page


class ShowClient(CallbackData, prefix="client"):
    client_id: Id


class Regions(CallbackData, prefix="regions"):
    client_id: Id
    page: Page


class Stickers(CallbackData, prefix="stickers"):
    client_id: Id


def sites(found: SitePage, words: str, texts: Texts, *, is_desk: bool) -> Screen:
    page, kept = found.offset // PAGE, fit(words)
    turning = page_rows(
        page,
        pages(found.total),
        Sites(page=max(page - 1, 0), words=kept).pack(),
        Sites(page=page + 1, words=kept).pack(),
    )
    near = Button(texts.plain("sites-near-me"), NearMe().pack()) if found.total > 1 or is_desk else None
    clients = Button(texts.plain("sites-clients"), Clients(page=0).pack()) if is_desk else None
    title = texts("sites-list", total=found.total) if found.total else texts("common-nothing-found")
    hint = texts("sites-list-hint")
    return Screen(f"{title}\n{hint}", _site_rows(found.lines, texts) + turning + column(near, clients))


def of_client(found: SitePage, client_id: int, texts: Texts) -> Screen:
    page = found.offset // PAGE
    turning = page_rows(
        page,
        pages(found.total),
        ClientSites(client_id=client_id, page=max(page - 1, 0)).pack(),
        ClientSites(client_id=client_id, page=page + 1).pack(),
    )
    return Screen(texts("sites-list", total=found.total), _site_rows(found.lines, texts) + turning)


def near(found: SitePage, texts: Texts) -> Screen:
    title = texts("sites-near") if found.lines else texts("common-nothing-found")
    return Screen(title, _site_rows(found.lines, texts))


def ask_place(texts: Texts) -> Screen:
    key = Key(texts.plain("sites-send-place-key"), "location")
    return Screen(texts("sites-ask-place"), keys=((key,),))


def looking(texts: Texts) -> Screen:
    """Takes the key with the place away."""
    return Screen(texts("sites-looking"), keys=())


def card(site: SiteCard, texts: Texts) -> Screen:
    parts: list[str] = [
        f"<b>{texts('sites-name', name=site.name, code=site.code)}</b>",
        texts("sites-where", client=site.client, region=site.region, address=site.address),
        texts("sites-hours", hours=hours(site.opens_min, site.closes_min, texts)),
    ]
    if site.responsible or site.phone:
        phone = formats.phone(site.phone) if site.phone else "—"
        parts.append(texts("sites-responsible", name=site.responsible or "—", phone=phone))
    if site.may_edit:
        parts.append(texts("sites-radius", metres=str(site.radius_m)))
    return Screen("\n".join(parts), _card_rows(site, texts))


def _card_rows(site: SiteCard, texts: Texts) -> Rows:
    place = Button(texts.plain("sites-map"), url=map_link(site.lat, site.lon))
    if not site.may_edit:
        return column(place)
    invite = NewInvite(role=Role.REQUESTER, client_id=site.client_id, site_id=site.site_id)
    return column(
        place,
        Button(texts.plain("sites-edit"), EditSite(site_id=site.site_id).pack()),
        Button(texts.plain("sites-invite-responsible"), invite.pack()),
        Button(texts.plain("sites-client"), ShowClient(client_id=site.client_id).pack()),
    )


def edit(site: SiteCard, texts: Texts) -> Screen:
    fields = [
        Button(texts.plain("sites-field", field=field), SetField(site_id=site.site_id, field=field).pack())
        for field in SiteField
    ]
    place = Button(texts.plain("sites-field", field="place"), PlaceSite(site_id=site.site_id).pack())
    back = Button(texts.plain("common-back"), ShowSite(site_id=site.site_id).pack())
    return Screen(texts("sites-edit-what", name=site.name, code=site.code), column(*fields, place, back))


def ask_field(field: SiteField, texts: Texts) -> Screen:
    return Screen(texts("sites-ask-field", field=field))


def clients(found: ClientPage, texts: Texts) -> Screen:
    page = found.offset // PAGE
    lines = [
        Button(
            texts.plain("sites-client-line", name=line.name, sites=line.sites),
            ShowClient(client_id=line.client_id).pack(),
        )
        for line in found.lines
    ]
    turning = page_rows(page, pages(found.total), Clients(page=max(page - 1, 0)).pack(), Clients(page=page + 1).pack())
    return Screen(texts("sites-client-list", total=found.total), column(*lines) + turning)


def client(found: ClientCard, texts: Texts, may_give: frozenset[Role]) -> Screen:
    parts = [
        f"<b>{texts('sites-name', name=found.name, code=found.code)}</b>",
        texts("sites-client-sites", sites=found.sites, regions=len(found.regions)),
    ]
    if found.contact or found.phone:
        phone = formats.phone(found.phone) if found.phone else "—"
        parts.append(texts("sites-client-contact", name=found.contact or "—", phone=phone))
    number = found.client_id
    invites = [
        Button(texts.plain("sites-invite", role=role), NewInvite(role=role, client_id=number).pack())
        for role in (Role.HEAD_OFFICE, Role.REQUESTER, Role.APPROVER, Role.CLIENT_ACCOUNTANT)
        if role in may_give
    ]
    of_region = Button(texts.plain("sites-invite-region"), Regions(client_id=number, page=0).pack())
    return Screen(
        "\n".join(parts),
        column(
            Button(texts.plain("sites-of-client"), ClientSites(client_id=number, page=0).pack()),
            Button(texts.plain("sites-stickers"), Stickers(client_id=number).pack()),
            *invites,
            of_region if len(found.regions) > 1 and Role.REQUESTER in may_give else None,
        ),
    )


def regions(found: ClientCard, page: int, texts: Texts) -> Screen:
    shown = found.regions[page * PAGE : (page + 1) * PAGE]
    number = found.client_id
    lines = [
        Button(region, NewInvite(role=Role.REQUESTER, client_id=number, region=mark(region)).pack()) for region in shown
    ]
    turning = page_rows(
        page,
        pages(len(found.regions)),
        Regions(client_id=number, page=max(page - 1, 0)).pack(),
        Regions(client_id=number, page=page + 1).pack(),
    )
    return Screen(texts("sites-which-region"), column(*lines) + turning)


def stickers_started(texts: Texts) -> str:
    return texts.plain("sites-stickers-started")


def hours(opens_min: int, closes_min: int, texts: Texts) -> Html:
    if (opens_min, closes_min) == (0, 24 * 60):
        return texts("sites-round-the-clock")
    opens, closes = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (opens_min, closes_min))
    return Html(f"{opens}–{closes}")


def map_link(lat: float, lon: float) -> str:
    return f"https://yandex.ru/maps/?pt={lon:.6f},{lat:.6f}&z=17&l=map"


def _site_rows(lines: tuple[SiteLine, ...], texts: Texts) -> Rows:
    return column(*(Button(_title(line, texts), ShowSite(site_id=line.site_id).pack()) for line in lines))


def _title(line: SiteLine, texts: Texts) -> str:
    away = "" if line.distance_m is None else f"{formats.distance(line.distance_m, texts.language)} · "
    return f"{away}{line.name} · {line.place}"[:100]
