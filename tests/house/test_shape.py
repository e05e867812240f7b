"""Files stay short, names stay plain, and nothing of a developer's machine gets in."""

import ast
import re

from tests.house.sources import functions, name_of, product_files, python_files, tracked_files, tree, where

FORBIDDEN_SUFFIXES = ("Service", "Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Interactor", "Repository")


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}

    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = [
        f"{where(path, function)} {function.name}"
        for path in product_files()
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > 40
    ]

    assert long == []


def test_packages_hold_nothing_in_their_init() -> None:
    full = [name_of(path) for path in python_files() if path.name == "__init__.py" and path.read_text().strip()]

    assert full == []


def test_every_module_says_in_a_few_lines_what_it_owns() -> None:
    wrong = []
    for path in product_files():
        said = ast.get_docstring(tree(path)) if path.name != "__init__.py" else "empty"
        if not said or len(said.splitlines()) > 8:
            wrong.append(name_of(path))

    assert wrong == []


def test_no_name_says_nothing() -> None:
    wrong = [
        f"{where(path, node)} {node.name}"
        for path in product_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        # The bare word is a noun of the business (вид работ).
        and any(node.name.endswith(suffix) and node.name != suffix for suffix in FORBIDDEN_SUFFIXES)
    ]
    wrong += [
        name_of(path)
        for path in product_files()
        if re.search(r"(^|_)(utils?|helpers?|managers?|services?)$", path.stem)
    ]

    assert wrong == []


def test_imports_are_absolute() -> None:
    relative = [
        where(path, node)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert relative == []


def test_nothing_is_left_for_later() -> None:
    marks = re.compile(r"#\s*(TO" + r"DO|FIX" + r"ME|X" + r"XX|HA" + r"CK)\b|raise Not" + "Implemented")
    left = [name_of(path) for path in python_files() if marks.search(path.read_text(encoding="utf-8"))]

    assert left == []


def test_no_path_of_a_machine_and_no_package_index_is_written_down() -> None:
    # Written in pieces, so that this file is not its own finding.
    folders = "|".join(("work", "farm", "root", "home/[a-z]+", "Users/[A-Za-z]+"))
    private = r"\b(?:10\.\d+|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d+\.\d+\b"
    index = r"https?://\S*(?:pythonhosted|pypi\.|/simple\b)|--(?:extra-)?index-url[ =]http"
    pattern = re.compile(rf"(?:^|[^\w.])/(?:{folders})/[\w.]|{private}|{index}", re.MULTILINE)

    found = []
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{name_of(path)}: {match.group().strip()}" for match in pattern.finditer(text)]

    assert found == []
