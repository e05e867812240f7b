"""Who may know whom, checked on the import graph and in a running interpreter."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.sources import PRODUCT, ROOT, product_files, tree, where

HEAVY = ("aiogram", "typst", "PIL", "python_calamine", "xlsxwriter", "segno", "matplotlib")
CLOCKS = {"now", "utcnow", "today", "time", "time_ns"}


def test_the_contracts_of_the_import_linter_hold() -> None:
    linter = Path(sys.executable).parent / "lint-imports"

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_words_and_rules_need_the_standard_library_only() -> None:
    allowed = {*sys.stdlib_module_names, "stdnum"}
    foreign = []
    for path in product_files("core/domain"):
        for node in ast.walk(tree(path)):
            match node:
                case ast.Import(names=names):
                    modules = [name.name for name in names]
                case ast.ImportFrom(module=str(module)):
                    modules = [module]
                case _:
                    continue
            foreign += [
                f"{where(path, node)} {module}"
                for module in modules
                if module.split(".")[0] not in allowed and not module.startswith("core.domain")
            ]

    assert foreign == []


def test_nobody_but_the_clock_asks_what_time_it_is() -> None:
    asked = []
    for path in product_files():
        if path == ROOT / "core/clock.py" or path.is_relative_to(ROOT / "bot/sandbox"):
            continue
        for node in ast.walk(tree(path)):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="datetime" | "date" | "time"), attr=name)):
                    if name in CLOCKS:
                        asked.append(f"{where(path, node)} {ast.unparse(node)}")

    assert asked == []


@pytest.mark.parametrize("module", ["core.__main__", "scheduler.__main__", "storage.db", "storage.migrate"])
def test_it_starts_without_telegram_and_heavy_libraries(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & set({HEAVY!r})))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.returncode) == ("", 0), done.stderr


def test_the_command_line_explains_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "core", "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert {"import", "export", "invite"} <= set(done.stdout.split())


def test_packages_of_the_product_are_the_ones_of_the_plan() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert packages == {*PRODUCT, "tests"}
