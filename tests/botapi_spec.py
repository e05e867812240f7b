"""Outgoing requests against the published description of the Bot API (10.1).

A request may name only known methods and parameters, must give the required ones, and every value, nested objects
included, must be of a type the description allows. What is younger than 10.1 is listed in YOUNGER.
"""

import json
from functools import lru_cache
from typing import Any

from tests.shared_files import shared

YOUNGER: dict[str, frozenset[str]] = {
    "InlineKeyboardButton": frozenset({"disabled"}),
    "ChatMemberAdministrator": frozenset({"can_send_welcome_messages"}),
}
WORDS = {"true": True, "false": False}


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    text = shared("telegram/bot-api-10.1.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def journal_problems(entries: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the requests of a sandbox journal; downloads are no methods."""
    requests = [entry for entry in entries if entry["direction"] == "request" and entry["method"] != "file"]
    return [problem for entry in requests for problem in request_problems(entry)]


def request_problems(entry: dict[str, Any]) -> list[str]:
    name, params = entry["method"], entry["params"]
    method = description()["methods"].get(name)
    if method is None:
        return [f"{name}: there is no such method"]
    files = set(entry.get("files") or {})
    given = params | {file: f"attach://{file}" for file in files if file not in params and is_field(method, file)}
    problems = object_problems(given, method, name, outermost=True)
    attached = {value for value in strings(given) if value.startswith("attach://")}
    missing = sorted(one for one in attached if one.removeprefix("attach://") not in files)
    return problems + [f"{name}: {one} is not in the request" for one in missing]


def answer_problems(entries: list[dict[str, Any]]) -> list[str]:
    """The same check for what the sandbox itself hands out: results of methods and updates."""
    problems = []
    for entry in entries:
        if entry["direction"] == "update":
            problems += object_problems(entry["update"], description()["types"]["Update"], "Update")
        elif (entry.get("reply") or {}).get("ok"):
            types = description()["methods"][entry["method"]]["returns"]
            problems += value_problems(entry["reply"]["result"], types, f"{entry['method']} result")
    return problems


def is_field(method: dict[str, Any], name: str) -> bool:
    return any(field["name"] == name for field in method.get("fields", []))


def strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in strings(one)]


def object_problems(value: dict[str, Any], shape: dict[str, Any], path: str, *, outermost: bool = False) -> list[str]:
    fields = {field["name"]: field for field in shape.get("fields", [])}
    younger = YOUNGER.get(shape["name"], frozenset())
    problems = [f"{path}.{name}: unknown" for name in value if name not in fields and name not in younger]
    for name, field in fields.items():
        if name in value:
            problems += value_problems(value[name], field["types"], f"{path}.{name}", outermost=outermost)
        elif field["required"]:
            problems.append(f"{path}.{name}: required")
    return problems


def value_problems(value: object, types: list[str], path: str, *, outermost: bool = False) -> list[str]:
    """Nothing when one of the types fits; otherwise the complaints of the nearest one."""
    if isinstance(value, list):
        inner = [one.removeprefix("Array of ") for one in types if one.startswith("Array of ")]
        if not inner:
            return [f"{path}: a list is not {' or '.join(types)}"]
        found = [value_problems(one, inner, f"{path}[{index}]") for index, one in enumerate(value)]
        return [problem for problems in found for problem in problems]
    tried = [one_type_problems(value, one, path, outermost=outermost) for one in leaves(types)]
    return min(tried, key=len) if tried else [f"{path}: no type fits {value!r}"]


def leaves(types: list[str]) -> list[str]:
    """Union types opened into the types they may be."""
    known = description()["types"]
    result: list[str] = []
    for name in types:
        subtypes = known.get(name, {}).get("subtypes")
        result += leaves(subtypes) if subtypes else [name]
    return result


def one_type_problems(value: object, name: str, path: str, *, outermost: bool) -> list[str]:
    if name == "InputFile":
        fits = isinstance(value, str) and value.startswith("attach://")
    elif name in ("String", "Integer", "Float", "Boolean"):
        fits = scalar_fits(value, name, outermost=outermost)
    elif name in description()["types"] and isinstance(value, dict):
        shape = description()["types"][name]
        return constant_problems(value, shape, path) + object_problems(value, shape, path)
    else:
        fits = False
    return [] if fits else [f"{path}: {value!r} is not {name}"]


def constant_problems(value: dict[str, Any], shape: dict[str, Any], path: str) -> list[str]:
    """The `type` of a variant is fixed by its description: “must be photo”, “always "emoji"”."""
    for field in shape.get("fields", []):
        if field["name"] == "type" and shape.get("subtype_of"):
            wanted = field["description"].rpartition("must be ")[2] or field["description"].rpartition("always ")[2]
            wanted = wanted.rpartition("always ")[2].strip('“”".* ')
            if " " not in wanted and value.get("type") != wanted:
                return [f"{path}.type: {value.get('type')!r} is not {wanted!r}"]
    return []


def scalar_fits(value: object, name: str, *, outermost: bool) -> bool:
    """Outermost values travel as text in a form; inside JSON a number is a number."""
    if name == "String":
        return isinstance(value, str)
    if outermost and isinstance(value, str):
        value = as_scalar(value)
    if name == "Boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(value, int) if name == "Integer" else isinstance(value, int | float)


def as_scalar(text: str) -> object:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text
