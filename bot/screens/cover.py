"""The cover as screens under its picture: skills, the regions of one, the sites behind a region; the worst first."""

from pathlib import Path

from aiogram.filters.callback_data import CallbackData

from bot.screens.lists import PAGE, mark, pages
from bot.screens.sites import ShowSite
from bot.texts import Html, Texts, escape
from bot.ui import Button, Id, Page, Screen, column, page_rows
from core.documents.cover_chart import MOST_BARS, Labels
from core.domain.cover import Level, Tally
from core.services.cover import Cell, Cover, SkillCover

SQUARES = {Level.NOBODY: "🟥", Level.ONE: "🟧", Level.FEW: "🟨", Level.ENOUGH: "🟦"}


class ShowCover(CallbackData, prefix="cover"):
    page: Page


class CoverSkill(CallbackData, prefix="coverskill"):
    skill_id: Id
    page: Page


class CoverRegion(CallbackData, prefix="coverregion"):
    skill_id: Id
    region: int  # bot.screens.lists.mark
    page: Page


def whole(found: Cover, page: int, texts: Texts, photo: Path | None) -> Screen:
    if not found.sites or not found.skills:
        return Screen(texts("cover-empty"))
    shown = found.skills[page * PAGE : (page + 1) * PAGE]
    buttons = [
        Button(_counted(one.skill, one.tally), CoverSkill(skill_id=one.skill_id, page=0).pack()) for one in shown
    ]
    turning = page_rows(
        page,
        pages(len(found.skills)),
        ShowCover(page=max(page - 1, 0)).pack(),
        ShowCover(page=page + 1).pack(),
    )
    head = texts("cover-whole", sites=found.sites, contractors=found.contractors)
    parts = (f"<b>{texts('cover-title')}</b>", head, texts("cover-rules"), "", _legend(found.enough, texts))
    return Screen("\n".join((*parts, texts("cover-choose-skill"))), column(*buttons) + turning, photo)


def skill(one: SkillCover, enough: int, page: int, texts: Texts, photo: Path | None) -> Screen:
    thin = one.thin_regions
    buttons = [
        Button(
            _counted(region.region, region.tally),
            CoverRegion(skill_id=one.skill_id, region=mark(region.region), page=0).pack(),
        )
        for region in thin[page * PAGE : (page + 1) * PAGE]
    ]
    turning = page_rows(
        page,
        pages(len(thin)),
        CoverSkill(skill_id=one.skill_id, page=max(page - 1, 0)).pack(),
        CoverSkill(skill_id=one.skill_id, page=page + 1).pack(),
    )
    back = Button(texts.plain("common-back"), ShowCover(page=0).pack())
    fine = len(one.regions) - len(thin)
    parts = [f"<b>{escape(one.skill)}</b>", *_levels(one.tally, enough, texts), ""]
    if thin:
        parts.append(texts("cover-choose-region"))
    if fine:
        parts.append(texts("cover-fine", regions=fine))
    return Screen("\n".join(parts), column(*buttons) + turning + column(back), photo)


def cell(found: Cell, texts: Texts) -> Screen:
    page = found.offset // PAGE
    buttons = [
        Button(
            f"{SQUARES[line.level]} {line.code} · {line.name} · {line.city}"[:100],
            ShowSite(site_id=line.site_id).pack(),
        )
        for line in found.lines
    ]
    region = mark(found.region)
    turning = page_rows(
        page,
        pages(found.tally.sites),
        CoverRegion(skill_id=found.skill_id, region=region, page=max(page - 1, 0)).pack(),
        CoverRegion(skill_id=found.skill_id, region=region, page=page + 1).pack(),
    )
    back = Button(texts.plain("common-back"), CoverSkill(skill_id=found.skill_id, page=0).pack())
    parts = (
        f"<b>{escape(found.skill)} · {escape(found.region)}</b>",
        *_levels(found.tally, found.enough, texts),
        "",
        texts("cover-choose-site"),
    )
    return Screen("\n".join(parts), column(*buttons) + turning + column(back))


def labels(found: Cover, texts: Texts) -> Labels:
    """Words of the picture of all skills."""
    head = texts.plain("cover-whole", sites=found.sites, contractors=found.contractors)
    return _labels(texts.plain("cover-title"), head, found.enough, texts)


def labels_of_skill(one: SkillCover, enough: int, texts: Texts) -> Labels:
    """Words of the picture of one skill: its worst regions."""
    shown = min(MOST_BARS, len(one.thin_regions))
    head = texts.plain("cover-skill-head", shown=shown, regions=len(one.thin_regions))
    return _labels(one.skill, head, enough, texts)


def _labels(title: str, head: str, enough: int, texts: Texts) -> Labels:
    return Labels(
        title=title,
        subtitle=head,
        levels={level: texts.plain("cover-level", level=level, enough=enough) for level in Level},
        table=texts.plain("cover-table"),
        table_hint=texts.plain("cover-table-hint"),
    )


def _counted(name: str, tally: Tally) -> str:
    """🟥 12 🟧 4 Электрика: only the levels that there are, and nothing but the good one where all is well."""
    levels = [level for level in Level if tally.of(level) and level is not Level.ENOUGH]
    counts = " ".join(f"{SQUARES[level]} {tally.of(level)}" for level in levels) or SQUARES[Level.ENOUGH]
    return f"{counts} {name}"[:100]


def _levels(tally: Tally, enough: int, texts: Texts) -> list[Html]:
    return [
        texts(
            "cover-count",
            square=SQUARES[level],
            level=texts("cover-level", level=level, enough=enough),
            sites=tally.of(level),
        )
        for level in Level
        if tally.of(level)
    ]


def _legend(enough: int, texts: Texts) -> str:
    return " · ".join(f"{SQUARES[level]} {texts('cover-level', level=level, enough=enough)}" for level in Level)
