"""Every human word exists in both languages, says the same thing with the same arguments, and is asked for rightly."""

import ast
import dataclasses
import inspect
import re
from collections.abc import Iterator
from functools import cache

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Junk, Message, MessageReference, TextElement, VariableReference
from fluent.syntax.visitor import Visitor

from core.domain import errors
from tests.house.sources import ROOT, name_of, product_files, tree, where

TEXTS = ROOT / "bot/texts"
CYRILLIC = re.compile(r"[А-Яа-яЁё]+")
#: Written in Russian in every language: the language's own name, the product, currency, letters of numbers.
NAMES = {"Русский", "Язык", "Наряд", "Да"}
#: Families of errors: only their members are raised.
BASES = (errors.DomainError, errors.Conflict, errors.Invalid)
#: Alike in both languages.
ALIKE = {"English", "Naryad", "Telegram", "SLA", "OK", "XLSX", "QR", "PDF", "Excel", "Русский", "m", "GPS"}


class Collected(Visitor):  # type: ignore[misc]
    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.messages: set[str] = set()
        self.words = ""

    def visit_VariableReference(self, node: VariableReference) -> None:
        self.variables.add(node.id.name)

    def visit_MessageReference(self, node: MessageReference) -> None:
        self.messages.add(node.id.name)

    def visit_TextElement(self, node: TextElement) -> None:
        self.words += f" {node.value} "


@cache
def entries(language: str) -> dict[str, Collected]:
    found: dict[str, Collected] = {}
    for path in sorted((TEXTS / language).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            assert not isinstance(entry, Junk), f"{name_of(path)} does not parse: {entry.content[:80]!r}"
            if isinstance(entry, Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice, again in {name_of(path)}"
                found[entry.id.name] = collected(entry)
    return found


def collected(entry: Message) -> Collected:
    seen = Collected()
    seen.visit(entry)
    return seen


def variables(language: str, key: str) -> set[str]:
    entry = entries(language)[key]
    return entry.variables.union(*(variables(language, other) for other in entry.messages))


def errors_by_key() -> dict[str, set[str]]:
    """Each class of errors and what it tells its text."""
    found = {}
    for name, kind in inspect.getmembers(errors, inspect.isclass):
        if issubclass(kind, errors.DomainError) and kind not in BASES:
            if dataclasses.is_dataclass(kind):
                told = {field.name for field in dataclasses.fields(kind)}
            else:
                told = set(inspect.signature(kind.__init__).parameters) - {"self", "args", "kwargs"}
            found["error-" + re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()] = told
    return found


def asked() -> Iterator[tuple[str, ast.expr, set[str] | None]]:
    """Every place that asks for a text: where, the key, and the names given (None: not known before running)."""
    for path in product_files("bot"):
        if path.is_relative_to(ROOT / "bot/sandbox"):
            continue
        for node in ast.walk(tree(path)):
            match node:
                case ast.Call(func=func, args=[key, *_], keywords=given) if is_texts(func):
                    is_open = ast.unparse(func).endswith(".has") or any(k.arg is None for k in given)
                    names = None if is_open else {k.arg for k in given if k.arg}
                    for one in either(key):
                        yield where(path, node), one, names


def constants() -> set[str]:
    return {
        node.value
        for path in product_files("bot", "core")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def shapes() -> set[re.Pattern[str]]:
    """Keys that are built from parts: `f"block-rule-{rule}"` may ask for whatever begins so."""
    return {
        re.compile("".join(re.escape(one.value) if isinstance(one, ast.Constant) else "(.*)" for one in node.values))
        for path in product_files("bot")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    }


def is_texts(func: ast.expr) -> bool:
    if isinstance(func, ast.Attribute) and func.attr in ("plain", "has"):
        func = func.value
    return ast.unparse(func).split(".")[-1] in ("texts", "_texts")


def either(key: ast.expr) -> list[ast.expr]:
    return [*either(key.body), *either(key.orelse)] if isinstance(key, ast.IfExp) else [key]


def test_both_languages_have_the_same_texts() -> None:
    assert set(entries("ru")) ^ set(entries("en")) == set()
    assert len(entries("ru")) > 30


def test_a_noun_has_one_file_in_each_language() -> None:
    assert {p.name for p in (TEXTS / "ru").glob("*.ftl")} == {p.name for p in (TEXTS / "en").glob("*.ftl")}


def test_both_languages_use_the_same_arguments() -> None:
    common = set(entries("ru")) & set(entries("en"))
    different = {
        key: (variables("ru", key), variables("en", key))
        for key in common
        if variables("ru", key) != variables("en", key)
    }

    assert different == {}


def test_english_texts_are_english() -> None:
    russian = {
        key: left for key, entry in entries("en").items() if (left := set(CYRILLIC.findall(entry.words)) - NAMES)
    }

    assert russian == {}


def test_no_text_was_left_untranslated() -> None:
    same = []
    for key, entry in entries("ru").items():
        words = set(re.findall(r"[^\W\d_]+", re.sub(r"<[^>]*>", " ", entry.words)))
        if words - ALIKE and key in entries("en") and entry.words == entries("en")[key].words:
            same.append(key)

    assert same == []


def test_every_error_has_its_words_and_gives_what_they_ask() -> None:
    missing = {
        (language, key): f"asks for {variables(language, key) - told}" if key in entries(language) else "no text"
        for language in ("ru", "en")
        for key, told in errors_by_key().items()
        if key not in entries(language) or variables(language, key) - told
    }

    assert missing == {}


def test_every_text_asked_for_exists() -> None:
    wrong = []
    for place, key, _ in asked():
        match key:
            case ast.Constant(value=str(name)) if name not in entries("ru"):
                wrong.append(f"{place} {name}")
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
                if not any(name.startswith(start) for name in entries("ru")):
                    wrong.append(f"{place} {start}…")

    assert wrong == []


def test_no_text_is_asked_for_nowhere() -> None:
    """Named in the code or by another text, the words of an error, or of a shape that the code builds; what is filled
    in there is made of words the code knows: members of enums, events, roles."""
    named = constants()
    words = {word for one in named if re.fullmatch(r"[a-z0-9_ -]+", one) for word in re.split("[_ -]", one)}
    words |= {"500", "1000"}  # what a back-out costs, in thousandths
    built = shapes()
    told = {other for key in entries("ru") for other in entries("ru")[key].messages | entries("en")[key].messages}

    def is_built(key: str) -> bool:
        filled = [found.groups() for shape in built if (found := shape.fullmatch(key))]
        return any({word for part in parts for word in re.split("[_-]", part)} <= words for parts in filled)

    unused = [
        key
        for key in set(entries("ru")) - named - told - set(errors_by_key())
        if key.startswith("error-") or not is_built(key)
    ]

    assert unused == []


def test_every_text_is_given_what_it_asks() -> None:
    wrong = [
        f"{place} {key.value}: {sorted(lacking)}"
        for place, key, names in asked()
        if isinstance(key, ast.Constant) and key.value in entries("ru") and names is not None
        if (lacking := variables("ru", key.value) - names)
    ]

    assert wrong == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_text_carries_invisible_characters(language: str) -> None:
    hidden = re.compile("[\u2066-\u2069\u200b\u200e\u200f\ufeff]")

    assert [key for key, entry in entries(language).items() if hidden.search(entry.words)] == []


def test_a_score_has_one_name() -> None:
    """`оценка`, as in the glossary; what is searched for may be spelt otherwise."""
    other = re.compile(r"рейтинг|\brating\b", re.IGNORECASE)
    lines = [
        f"{path.relative_to(ROOT)}: {line}"
        for path in sorted(TEXTS.rglob("*.ftl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if other.search(line) and not line.startswith("blacklist-words-")
    ]
    assert lines == []
