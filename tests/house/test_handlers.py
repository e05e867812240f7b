"""A handler is a filter and one use case: one write at most, and only names it can be given."""

import ast
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.house.sources import ROOT, product_files, tree, where

Function = ast.FunctionDef | ast.AsyncFunctionDef


def handlers() -> Iterator[tuple[str, Function, dict[str, Function]]]:
    for path in product_files("bot/handlers"):
        local = {node.name: node for node in tree(path).body if isinstance(node, Function)}
        for function in local.values():
            if any(ast.unparse(decorator).startswith("router.") for decorator in function.decorator_list):
                yield f"{where(path, function)} {function.name}", function, local


def names_ours() -> set[str]:
    for node in ast.walk(tree(ROOT / "bot/app.py")):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "NAMES":
            return {item.value for item in ast.walk(node.value) if isinstance(item, ast.Constant)}
    raise AssertionError("bot/app.py lists no NAMES")


def most_writes(body: Sequence[ast.stmt], local: dict[str, Function], seen: frozenset[str]) -> tuple[int, int]:
    """The most writes on any way through: (ways that go on, ways that ended)."""
    going, ended = 0, 0
    for statement in body:
        branches: list[Sequence[ast.stmt]] = []
        match statement:
            case ast.If(body=yes, orelse=no):
                branches, plain = [yes, no], statement.test
            case ast.Match(cases=cases):
                branches, plain = [*(case.body for case in cases), []], statement.subject
            case ast.Try(body=tried, handlers=caught, orelse=otherwise, finalbody=last):
                branches, plain = [[*tried, *otherwise, *last], *([*c.body, *last] for c in caught)], None
            case ast.For(body=inner) | ast.AsyncFor(body=inner) | ast.While(body=inner):
                branches, plain = [[*inner, *inner]], None
            case ast.With(body=inner) | ast.AsyncWith(body=inner):
                branches, plain = [inner], None
            case _:
                plain = statement
        going += writes_in(plain, local, seen)
        if branches:
            ways = [most_writes(branch, local, seen) for branch in branches]
            ended = max([ended, *(going + done for _, done in ways)])
            going += max(on for on, _ in ways)
        if isinstance(statement, ast.Return | ast.Raise):
            return -1000, max(ended, going)
    return going, ended


def writes_in(node: ast.AST | None, local: dict[str, Function], seen: frozenset[str]) -> int:
    total = 0
    for call in ast.walk(node) if node is not None else ():
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="db"), attr="write")):
                total += 1
            case ast.Call(func=ast.Name(id=name)) if name in local and name not in seen:
                total += max(most_writes(local[name].body, local, seen | {name}))
    return max(total, 0)


def test_there_are_handlers_to_look_at() -> None:
    assert len(list(handlers())) >= 10


def test_a_handler_writes_once_at_most() -> None:
    counted = {name: max(most_writes(function.body, local, frozenset())) for name, function, local in handlers()}

    assert {name: count for name, count in counted.items() if count > 1} == {}


def test_a_handler_asks_only_for_what_it_can_be_given() -> None:
    ours = names_ours()
    unknown = {
        name: asked
        for name, function, _ in handlers()
        if (asked := {a.arg for a in [*function.args.args[1:], *function.args.kwonlyargs]} - ours)
    }

    assert unknown == {}


def test_a_second_write_is_noticed_wherever_it_hides() -> None:
    code = """
async def both(event, db):
    if event:
        await db.write(a)
    await db.write(b)

async def either(event, db):
    if event:
        await db.write(a)
        return
    await db.write(b)

async def outside(event, db):
    await db.write(a)
    await inside(db)

async def inside(db):
    await db.write(b)

async def again(event, db):
    for x in event:
        await db.write(x)
"""
    local = {node.name: node for node in ast.parse(code).body if isinstance(node, Function)}

    counted = {name: max(most_writes(node.body, local, frozenset())) for name, node in local.items()}

    assert counted == {"both": 2, "either": 1, "outside": 2, "inside": 1, "again": 2}


def awaited() -> Iterator[tuple[str, str]]:
    """What a dialog may wait for: the module and the name under which the database keeps it."""
    for path in product_files("bot/handlers"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "StatesGroup" for base in node.bases):
                names = [one.targets[0] for one in node.body if isinstance(one, ast.Assign)]
                yield from ((path.stem, f"{node.name}:{ast.unparse(name)}") for name in names)


def test_no_two_questions_wait_under_one_name() -> None:
    """The answer to one would be taken for the answer to the other."""
    modules: dict[str, list[str]] = {}
    for module, name in awaited():
        modules.setdefault(name, []).append(module)

    assert {name: where for name, where in modules.items() if len(where) > 1} == {}
    assert len(modules) > 10


def test_a_tap_means_one_thing_whichever_button_it_was() -> None:
    taps = [
        (keyword.value.value, f"{where(path, node)} {node.name}")
        for path in product_files("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for keyword in node.keywords
        if keyword.arg == "prefix" and isinstance(keyword.value, ast.Constant)
    ]
    assert len(taps) > 100
    named = Counter(prefix for prefix, _ in taps)
    assert [place for prefix, place in taps if named[prefix] > 1] == []
