"""`python -m core cover`: where a skill has nobody, one or few in reach of the sites, as tables, a picture or JSON."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from core.domain.cover import Tally
    from core.services.cover import Cell, Cover, RegionCover, SkillCover
    from storage.db import Database

_STYLES = {"nobody": "red", "one": "yellow", "few": "bright_yellow", "enough": "blue"}


def cover(
    skill: Annotated[str, typer.Option("--skill", help="Только эта компетенция: по регионам.")] = "",
    region: Annotated[str, typer.Option("--region", help="Только этот регион; вместе с --skill: его объекты.")] = "",
    png: Annotated[Path | None, typer.Option("--png", help="Записать картинку в этот файл PNG.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Показать, где компетенции не хватает подрядчиков: на скольких объектах никого, один, мало.

    Считаются подрядчики, которые работают и не заблокированы, с подтверждённой и действующей компетенцией, если объект
    в их радиусе или регионе. Худшее сверху.

    Названия можно писать не целиком: --skill электр --region хабар
    """
    if png is not None and (png.suffix.casefold() != ".png" or not png.parent.is_dir()):
        raise typer.BadParameter("нужен путь к файлу .png в существующей папке", param_hint="--png")
    from core.commands.database import SHELL, opened
    from core.services import cover as covers

    with opened() as database:
        found = _chosen(database.read_sync(covers.of, SHELL), skill, region)
        cells = _cells(database, found) if skill and region else []
    if png is not None:
        _save(png, found, by_region=bool(region))
    if as_json:
        print(json.dumps(_as_json(found, cells), ensure_ascii=False))
        return
    _show(found, cells, by_skill=bool(skill), by_region=bool(region))
    if png is not None:
        print(f"Записано: {png}")


def _chosen(found: "Cover", skill: str, region: str) -> "Cover":
    """Narrowed to the named skill and region; the numbers of each skill are then those of the region."""
    from dataclasses import replace

    skills = found.skills
    if skill:
        name = _named(skill, [one.skill for one in skills], "--skill", "такой компетенции")
        skills = tuple(one for one in skills if one.skill == name)
    if region:
        known = sorted({one.region for each in skills for one in each.regions})
        name = _named(region, known, "--region", "такого региона")
        skills = tuple(_narrowed(one, name) for one in skills)
        skills = tuple(sorted(skills, key=lambda one: (one.tally.worst_first, one.skill)))
    sites = skills[0].tally.sites if skills else found.sites
    return replace(found, skills=skills, sites=sites)


def _narrowed(skill: "SkillCover", region: str) -> "SkillCover":
    from dataclasses import replace

    (one,) = (each for each in skill.regions if each.region == region)
    return replace(skill, tally=one.tally, regions=(one,))


def _named(typed: str, known: list[str], option: str, what: str) -> str:
    """The one name that is meant: whole, or the only one in which the words are found."""
    folded = typed.casefold().strip()
    exact = [name for name in known if name.casefold() == folded]
    alike = exact or [name for name in known if folded in name.casefold()]
    if len(alike) == 1:
        return alike[0]
    if not alike:
        raise typer.BadParameter(f"нет {what}: {typed}. Есть: {'; '.join(known) or '—'}", param_hint=option)
    raise typer.BadParameter(f"подходит не одно: {'; '.join(alike)}", param_hint=option)


def _cells(database: "Database", found: "Cover") -> list["Cell"]:
    from core.commands.database import SHELL
    from core.services import cover as covers

    (skill,) = found.skills
    (region,) = skill.regions
    return [database.read_sync(covers.cell, SHELL, skill.skill_id, region.region, limit=region.tally.sites)]


def _save(png: Path, found: "Cover", *, by_region: bool) -> None:
    """All skills, or the regions of the one that is named."""
    from core.documents.cover_chart import Labels, draw
    from core.domain.cover import Level
    from core.services import cover as covers

    is_one = len(found.skills) == 1 and not by_region
    chart = covers.chart_of_skill(found.skills[0]) if is_one else covers.chart(found)
    if not chart.bars or not found.sites:
        raise typer.BadParameter("рисовать нечего: таких данных нет", param_hint="--png")
    where = found.skills[0].regions[0].region if by_region else "все регионы"
    labels = Labels(
        title=found.skills[0].skill if is_one else f"Кого можно позвать: {where}",
        subtitle=f"Объектов: {found.sites}, подрядчиков: {found.contractors}",
        levels=dict(zip(Level, ("никого", "один", "мало", f"{found.enough} и больше"), strict=True)),
        table="Где некого позвать чаще всего",
        table_hint="Сколько объектов без подрядчика; серым — сколько объектов всего",
    )
    try:
        png.write_bytes(draw(chart, labels))
    except OSError as error:
        raise typer.BadParameter(f"файл не записать: {error.strerror}", param_hint="--png") from None


def _as_json(found: "Cover", cells: list["Cell"]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "sites": found.sites,
        "contractors": found.contractors,
        "enough_from": found.enough,
        "skills": [_skill_json(one) for one in found.skills],
    }
    for cell in cells:
        told["list"] = [
            {"code": line.code, "name": line.name, "city": line.city, "in_reach": line.in_reach, "level": line.level}
            for line in cell.lines
        ]
    return told


def _skill_json(one: "SkillCover") -> dict[str, Any]:
    return {"skill": one.skill, **_counts(one.tally), "regions": [_region_json(region) for region in one.regions]}


def _region_json(one: "RegionCover") -> dict[str, Any]:
    cities = [{"city": city.city, **_counts(city.tally)} for city in one.cities]
    return {"region": one.region, **_counts(one.tally), "cities": cities}


def _counts(tally: "Tally") -> dict[str, int]:
    from core.domain.cover import Level

    return {level.value: tally.of(level) for level in Level}


def _show(found: "Cover", cells: list["Cell"], *, by_skill: bool, by_region: bool) -> None:
    from rich.console import Console

    console = Console()
    if not found.skills or not found.sites:
        console.print("Считать пока нечего: загрузите справочники, python -m core import книга.xlsx --apply")
        return
    console.print(f"Объектов: {found.sites}, подрядчиков: {found.contractors}. Числа — объекты.", highlight=False)
    if not by_skill:
        _print_skills(console, found, with_worst=not by_region)
        return
    (skill,) = found.skills
    console.print(skill.skill, style="bold", markup=False, highlight=False)
    table = _table("Город" if by_region else "Регион", found.enough)
    places = [(city.city, city.tally) for region in skill.regions for city in region.cities]
    for name, tally in places if by_region else [(region.region, region.tally) for region in skill.regions]:
        table.add_row(_plain(name), *_numbers(tally))
    console.print(table)
    for cell in cells:
        _print_sites(console, cell)


def _print_skills(console: Any, found: "Cover", *, with_worst: bool) -> None:
    table = _table("Компетенция", found.enough)
    if with_worst:
        table.add_column("Хуже всего")
    for skill in found.skills:
        worst = [f"{one.region}: {one.tally.nobody} из {one.tally.sites}" for one in skill.regions if one.tally.nobody]
        told = [_plain(worst[0] if worst else "—")] if with_worst else []
        table.add_row(_plain(skill.skill), *_numbers(skill.tally), *told)
    console.print(table)


def _print_sites(console: Any, cell: "Cell") -> None:
    from rich.table import Table

    table = Table("Объект", "Название", "Город", box=None)
    table.add_column("Подрядчиков", justify="right")
    for line in cell.lines:
        style = _STYLES[line.level]
        row = (_plain(line.code), _plain(line.name), _plain(line.city), str(line.in_reach))
        table.add_row(*row, style=style)
    console.print(table)


def _table(what: str, enough: int) -> "Table":
    from rich.table import Table

    table = Table(what, box=None)
    heads = ("Никого", "Один", "Мало", f"От {enough}")
    for head, style in zip(heads, _STYLES.values(), strict=True):
        table.add_column(head, justify="right", style=style)
    return table


def _numbers(tally: "Tally") -> list[str]:
    return [str(count or "—") for count in _counts(tally).values()]


def _plain(name: str) -> Any:
    """Square brackets in a name are no markup."""
    from rich.text import Text

    return Text(name)
