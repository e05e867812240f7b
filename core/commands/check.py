"""`python -m core check`: everything that must always hold, asked of the database as it is now."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from core.services.invariants import Result

_SHOWN_ROWS = 20
#: Number of the rule → what it promises.
NAMES = {
    "1": "У заявки не больше одного исполнителя",
    "2": "Принятое предложение — это назначение",
    "3": "В одном поиске принято одно предложение",
    "4": "На предложение отвечают один раз",
    "5": "Спрашивали только тех, кому можно",
    "6": "Заблокированным ничего не предложено",
    "7": "Предложения открыты, только пока идёт поиск",
    "8": "Ни у кого нет работ сверх предела",
    "9": "Все переходы заявок разрешены",
    "10": "Приёмка — это фото и согласие клиента",
    "11": "Ни одна заявка не забыта",
    "12": "Часы предупреждают, каждый нарушенный срок записан один раз",
    "13": "Нарушение стоит на своём сроке, и ясно, чьё оно",
    "14": "Часы сходятся с отрезками, из которых сложены",
    "15": "Что делается раз в день, сделано один раз",
    "16": "Нет времени из будущего",
    "17": "Кому положено знать, тому написано",
    "18": "Один повод — одно сообщение",
    "19": "Каждое сообщение дошло или причина известна",
    "20": "Никому не показано чужое",
    "21": "Сообщения в чате идут по порядку",
    "22": "Каждое обновление обработано по порядку",
    "23": "Альбомы не разбросаны и не потеряны",
    "24": "У каждого фото есть всё, что нужно",
    "24b": "Каждый файл цел",
    "36": "У каждого изменения есть автор",
    "37": "Кто ушёл, ничего не может",
    "38": "Приглашение служит один раз и вовремя",
    "39": "Секреты нигде не осели",
    "41": "База цела",
    "43": "Работу закончил тот, кто её взял",
    "45": "У каждой паузы есть причина и срок",
    "46": "У каждой отмены есть виновник и цена",
    "47": "Смена вида работ записана, а кто не может её сделать, свободен",
    "55": "Перед каждым выездом спрашивают, едут ли",
    "56": "Каждый перенос записан",
    "57": "Каждый отказ после согласия взвешен",
}


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Итог в виде JSON и ничего больше.")] = False,
) -> None:
    """Проверить, что в базе всё сходится: заявки, предложения, фото, сообщения, права.

    Код выхода 1, если хоть одно правило нарушено; каждая нарушившая его строка названа.
    """
    results = _run()
    broken = [result for result in results if not result.holds]
    if as_json:
        print(json.dumps({"ok": not broken, "checks": [_as_json(result) for result in results]}, ensure_ascii=False))
    else:
        _show(results)
    if broken:
        raise typer.Exit(1)


def _run() -> list["Result"]:
    from core.commands.database import opened
    from core.services import invariants, invariants_files
    from core.settings import load

    with opened() as database:
        results = list(database.read_sync(invariants.collect))
        files = database.read_sync(invariants_files.stored_bytes, Path(load().media_dir))
    return [*results, files]


def _as_json(result: "Result") -> dict[str, object]:
    return {
        "number": result.number,
        "name": result.name,
        "ok": result.holds,
        "examined": result.examined,
        "rows": list(result.rows),
    }


def _show(results: list["Result"]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("№", "Правило", "Проверено", "Нарушено", box=None)
    for result in results:
        broken = str(len(result.rows) or "—")
        table.add_row(
            result.number, NAMES[result.number], str(result.examined), broken, style="" if result.holds else "red"
        )
    console = Console()
    console.print(table)
    for result in results:
        for row in result.rows[:_SHOWN_ROWS]:
            console.print(f"{result.number}: {row}", style="red", markup=False, highlight=False)
        if len(result.rows) > _SHOWN_ROWS:
            console.print(f"{result.number}: … и ещё {len(result.rows) - _SHOWN_ROWS}", style="red")
