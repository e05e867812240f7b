"""Contractors as screens: the list, the card, the fields the desk may change."""

from aiogram.filters.callback_data import CallbackData

from bot import formats
from bot.screens.blacklist import FirmBlocks
from bot.screens.lists import PAGE, fit, mark, pages
from bot.screens.people import NewInvite, Team
from bot.screens.score import LedgerTap, skill_line
from bot.screens.sites import map_link
from bot.screens.taps import ShowContractor
from bot.texts import Html, Texts
from bot.ui import Button, Id, Page, Rows, Screen, column, page_rows
from core.domain.role import Role
from core.services.contractors import BlockOf, ContractorCard, ContractorField, ContractorPage, Switch


class Contractors(CallbackData, prefix="firms"):
    page: Page
    words: str = ""


class EditContractor(CallbackData, prefix="firmedit"):
    contractor_id: Id


class SetField(CallbackData, prefix="firmfield"):
    contractor_id: Id
    field: ContractorField


class Turn(CallbackData, prefix="firmturn"):
    contractor_id: Id
    what: Switch
    on: bool


class PlaceBase(CallbackData, prefix="firmplace"):
    contractor_id: Id


class Served(CallbackData, prefix="firmregions"):
    contractor_id: Id
    page: Page


class Serve(CallbackData, prefix="firmserve"):
    contractor_id: Id
    region: int  # bot.screens.lists.mark
    on: bool


def contractors(found: ContractorPage, words: str, texts: Texts) -> Screen:
    page, kept = found.offset // PAGE, fit(words)
    lines = [
        Button(
            f"{'' if line.is_active else '⏸ '}{line.name} · {line.city}"[:100],
            ShowContractor(contractor_id=line.contractor_id).pack(),
        )
        for line in found.lines
    ]
    turning = page_rows(
        page,
        pages(found.total),
        Contractors(page=max(page - 1, 0), words=kept).pack(),
        Contractors(page=page + 1, words=kept).pack(),
    )
    title = texts("contractors-list", total=found.total) if found.total else texts("common-nothing-found")
    return Screen(f"{title}\n{texts('contractors-list-hint')}", column(*lines) + turning)


def card(firm: ContractorCard, texts: Texts) -> Screen:
    parts: list[str] = [
        f"<b>{texts('contractors-name', name=firm.name, form=firm.form, code=firm.code)}</b>",
        texts("contractors-where", city=firm.city, region=firm.region, radius=str(firm.radius_km)),
    ]
    if firm.regions:
        parts.append(texts("contractors-regions", regions=", ".join(firm.regions)))
    parts.append(texts("contractors-people", engineers=firm.engineers, people=firm.people))
    parts.append(texts("contractors-score", score=str(firm.score), night="yes" if firm.night_jobs else "no"))
    if not firm.is_active:
        parts.append(texts("contractors-inactive"))
    parts += [_block(one, firm, texts) for one in firm.blocks]
    parts += _free(firm, texts)
    if firm.may_edit and (firm.contact or firm.phone):
        phone = formats.phone(firm.phone) if firm.phone else "—"
        parts.append(texts("contractors-contact", name=firm.contact or "—", phone=phone))
    parts += ["", texts("contractors-skills"), *(skill_line(line, texts) for line in firm.skills)]
    return Screen("\n".join(parts), _card_rows(firm, texts))


def _block(one: BlockOf, firm: ContractorCard, texts: Texts) -> Html:
    until = formats.day(one.ends_at, firm.zone, texts.language, firm.read_at) if one.ends_at is not None else ""
    return texts(
        "contractors-block",
        person=one.person,
        has_person="yes" if one.person else "no",
        level=texts(f"block-level-{one.level}"),
        client=one.client,
        has_client="yes" if one.client else "no",
        until=until,
        has_until="yes" if until else "no",
    )


def _free(firm: ContractorCard, texts: Texts) -> list[Html]:
    """Whether the firm wants offers, and who of it is away when."""
    off = [] if firm.is_available else [texts("free-desk-off")]
    asked = [texts("free-desk-asked")] if firm.is_asked else []
    away = ((name, formats.days(span, texts.language, firm.today)) for name, span in firm.absences)
    return off + asked + [texts("free-desk-absent", name=name, days=span) for name, span in away]


def _card_rows(firm: ContractorCard, texts: Texts) -> Rows:
    number = firm.contractor_id
    place = Button(texts.plain("contractors-map"), url=map_link(firm.lat, firm.lon))
    if not firm.may_edit:
        return column(place)
    owner = NewInvite(role=Role.OWNER, contractor_id=number)
    engineer = NewInvite(role=Role.ENGINEER, contractor_id=number)
    return column(
        Button(texts.plain("score-do-ledger"), LedgerTap(contractor_id=number).pack()),
        place,
        Button(texts.plain("blacklist-of-firm"), FirmBlocks(contractor_id=number, page=0).pack()),
        Button(texts.plain("contractors-edit"), EditContractor(contractor_id=number).pack()),
        Button(texts.plain("contractors-team"), Team(contractor_id=number).pack()),
        Button(texts.plain("contractors-invite-owner"), owner.pack()),
        Button(texts.plain("contractors-invite-engineer"), engineer.pack()),
    )


def edit(firm: ContractorCard, texts: Texts) -> Screen:
    number = firm.contractor_id
    fields = [
        Button(texts.plain("contractors-field", field=field), SetField(contractor_id=number, field=field).pack())
        for field in ContractorField
    ]
    night = Turn(contractor_id=number, what=Switch.NIGHT, on=not firm.night_jobs)
    active = Turn(contractor_id=number, what=Switch.ACTIVE, on=not firm.is_active)
    free = Turn(contractor_id=number, what=Switch.FREE, on=not firm.is_available)
    return Screen(
        texts("contractors-edit-what", name=firm.name),
        column(
            *fields,
            Button(texts.plain("contractors-field", field="place"), PlaceBase(contractor_id=number).pack()),
            Button(texts.plain("contractors-regions-edit"), Served(contractor_id=number, page=0).pack()),
            Button(texts.plain("contractors-night", on="yes" if night.on else "no"), night.pack()),
            Button(texts.plain("contractors-active", on="yes" if active.on else "no"), active.pack()),
            Button(texts.plain("free-desk-turn", on="yes" if free.on else "no"), free.pack()),
            Button(texts.plain("common-back"), ShowContractor(contractor_id=number).pack()),
        ),
    )


def ask_field(field: ContractorField, texts: Texts) -> Screen:
    return Screen(texts("contractors-ask-field", field=field))


def ask_place(texts: Texts) -> Screen:
    return Screen(texts("contractors-ask-place"))


def regions(firm: ContractorCard, free: tuple[str, ...], page: int, texts: Texts) -> Screen:
    """Served ones first: a tap takes one away or adds it."""
    number = firm.contractor_id
    lines = [(region, True) for region in firm.regions] + [(region, False) for region in free]
    buttons = [
        Button(
            f"{'✅' if served else '➕'} {region}"[:100],
            Serve(contractor_id=number, region=mark(region), on=not served).pack(),
        )
        for region, served in lines[page * PAGE : (page + 1) * PAGE]
    ]
    turning = page_rows(
        page,
        pages(len(lines)),
        Served(contractor_id=number, page=max(page - 1, 0)).pack(),
        Served(contractor_id=number, page=page + 1).pack(),
    )
    back = column(Button(texts.plain("common-back"), ShowContractor(contractor_id=number).pack()))
    return Screen(texts("contractors-regions-title", name=firm.name), column(*buttons) + turning + back)
