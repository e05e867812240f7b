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
    "48": "Пауза, которая останавливает срок клиента, чем-то подтверждена",
    "55": "Перед каждым выездом спрашивают, едут ли",
    "56": "Каждый перенос записан",
    "57": "Каждый отказ после согласия взвешен",
    "58": "Что горит, стоит в очереди диспетчера один раз",
    "71": "Оценка фирмы следует из событий",
    "72": "Каждое событие оценки откуда-то взялось, и ни одно не потеряно",
    "73": "Кого касается плохое событие, тот о нём знает",
    "74": "Несогласие с оценкой решает другой человек",
    "76": "За каждым выездом следят, приехали ли",
    "77": "Каждая неявка взвешена",
    "78": "У ограниченной бригады не осталось только обещанных работ",
    "86": "Документ проверил не тот, кто прислал",
    "87": "За освоенной компетенцией стоят работы",
    "91": "У каждого ограничения есть причина и цена",
    "92": "Вручную ограничивают вдвоём",
    "93": "Что спрошено об ограничениях, стоит в очереди",
    "94": "На жалобу отвечает другой человек",
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
    from core.services import invariants
    from core.services.invariant_checks.files import stored_bytes
    from core.settings import load

    with opened() as database:
        results = list(database.read_sync(invariants.collect))
        files = database.read_sync(stored_bytes, Path(load().media_dir))
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
