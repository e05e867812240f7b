"""What somebody wrote in his own words is kept where it can be forgotten: the audit cannot be edited."""

import ast

from tests.house.sources import functions, product_files, where

#: What writes a row of the audit from its `data`.
RECORDS = frozenset({"record", "made", "advance"})


def words_in_audit(function: ast.AST) -> list[ast.Call]:
    """Calls that put into the audit what this function took for typed words, as it is or within facts of its own."""
    assigned = [
        (target.id, node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    typed = {name for name, value in assigned if "typed.words(" in ast.unparse(value)}
    typed |= {name for name, value in assigned if isinstance(value, ast.Dict) and names(value) & typed}
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RECORDS
        for key in node.keywords
        if key.arg == "data" and ("typed.words(" in ast.unparse(key.value) or names(key.value) & typed)
    ]


def names(value: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}


def test_nothing_typed_goes_into_the_audit() -> None:
    found = [
        where(path, call)
        for path in product_files("core")
        for function in functions(path)
        for call in words_in_audit(function)
    ]
    assert found == []


def test_typed_words_are_recognised() -> None:
    source = """
def decide(session, words):
    answer = typed.words(words, 500)
    facts = {"verdict": 1, "answer": answer}
    audit.record(session, data=facts)
    audit.record(session, data={"answer": answer})
    audit.record(session, data={"verdict": 1})
"""
    assert [call.lineno for call in words_in_audit(ast.parse(source))] == [5, 6]
