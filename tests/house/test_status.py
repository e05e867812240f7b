"""A ticket is moved by one function only: `lifecycle.advance`."""

import ast

from tests.house.sources import ROOT, product_files, tree, where

LIFECYCLE = ROOT / "core/services/lifecycle.py"


def moves_a_ticket(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=targets, value=value):
            return any(is_status_of_ticket(target, value) for target in targets)
        case ast.AnnAssign(target=target, value=value) | ast.AugAssign(target=target, value=value):
            return is_status_of_ticket(target, value)
        case ast.Call(func=ast.Attribute(value=inner, attr="values"), keywords=given):
            return "update(Ticket)" in ast.unparse(inner) and any(key.arg == "status" for key in given)
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="status"), *_]):
            return True
    return False


def is_status_of_ticket(target: ast.AST, value: ast.AST | None) -> bool:
    if not (isinstance(target, ast.Attribute) and target.attr == "status"):
        return False
    owner = ast.unparse(target.value).lower()
    return "ticket" in owner or "TicketStatus" in ast.unparse(value or ast.Constant(None))


def test_only_the_lifecycle_moves_a_ticket() -> None:
    moved = [
        f"{where(path, node)} {ast.unparse(node)[:80]}"
        for path in product_files("bot", "core", "scheduler")
        if path != LIFECYCLE and not path.is_relative_to(ROOT / "bot/sandbox")
        for node in ast.walk(tree(path))
        if moves_a_ticket(node)
    ]

    assert moved == []


def test_the_lifecycle_itself_is_recognised() -> None:
    assert any(moves_a_ticket(node) for node in ast.walk(tree(LIFECYCLE)))
