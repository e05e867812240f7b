"""The rows of a clock are written by four modules only: whoever reads a deadline knows where it comes from."""

import ast

from tests.house.sources import ROOT, product_files, tree, where

WRITERS = frozenset(
    ROOT / "core/services" / name for name in ("clocks.py", "clock_rows.py", "clock_changes.py", "clock_verdicts.py")
)
#: Columns no other table has.
COLUMNS = frozenset({"warn_at", "warned_pct", "judged_due_at", "target_min", "runs", "from_at", "to_at"})
#: What writes them.
STROKES = frozenset({"clock_rows.refresh", "clock_rows.run", "clock_rows.stand", "clock_rows.cut"})
TABLES = frozenset({"Clock", "ClockInterval"})


def writes_a_clock(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=column, ctx=ast.Store()):
            return column in COLUMNS
        case ast.Call(func=ast.Name(id=table)):
            return table in TABLES
        case ast.Call(func=ast.Attribute(value=inner, attr="values"), keywords=given):
            return "update(Clock" in ast.unparse(inner) and any(key.arg in COLUMNS for key in given)
        case ast.Call(func=called):
            return ast.unparse(called) in STROKES
    return False


def test_only_the_clocks_write_their_rows() -> None:
    written = [
        f"{where(path, node)} {ast.unparse(node)[:80]}"
        for path in product_files("bot", "core", "scheduler")
        if path not in WRITERS
        for node in ast.walk(tree(path))
        if writes_a_clock(node)
    ]
    assert written == []


def test_their_writers_are_recognised() -> None:
    assert all(any(writes_a_clock(node) for node in ast.walk(tree(path))) for path in WRITERS)
