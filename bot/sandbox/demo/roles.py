"""The cast of the demonstration: who is who on the page, and the file that tells it to the sandbox."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox.demo.casting import Casting, Firm, Place
from bot.sandbox.demo.phones import Phone, Sim

TOKEN = "1000000001:DEMO_DEMO_DEMO_DEMO_DEMO_DEMO_DEMO_DEMO"
ADMIN, DISPATCHER, ENGINEER, SECOND, SHOP, NEWCOMER, PASSER, MANAGER = 100, 101, 102, 103, 104, 105, 106, 107
DISPATCHER_NAME, MANAGER_NAME = "Марина Крылова", "Вера Соколова"
FIRST_OTHER = 201
OTHERS_SHOWN = 4
SHOWN = [DISPATCHER, ENGINEER, SECOND, SHOP]


@dataclass(frozen=True, slots=True)
class Cast:
    dispatcher: Phone
    engineer: Phone
    second: Phone
    shop: Phone
    newcomer: Phone
    passer: Phone
    manager: Phone
    #: Play by themselves.
    others: tuple[Phone, ...]

    @property
    def known(self) -> tuple[Phone, ...]:
        """Those who came in long ago."""
        return self.dispatcher, self.manager, self.engineer, self.second, self.shop


def cast_of(sim: Sim, casting: Casting) -> Cast:
    near, second = casting.near
    return Cast(
        dispatcher=Phone(sim, DISPATCHER, DISPATCHER_NAME, "+79009000101"),
        engineer=Phone(sim, ENGINEER, near.contact, near.phone),
        second=Phone(sim, SECOND, second.contact, second.phone),
        shop=Phone(sim, SHOP, casting.stage.person, casting.stage.phone),
        newcomer=Phone(sim, NEWCOMER, casting.newcomer.contact, casting.newcomer.phone),
        passer=Phone(sim, PASSER, "Лев Прохоров", "+79009000106"),
        manager=Phone(sim, MANAGER, MANAGER_NAME, "+79009000107"),
        others=tuple(
            Phone(sim, FIRST_OTHER + place, firm.contact, firm.phone) for place, firm in enumerate(casting.others)
        ),
    )


def write_waiting_room(path: Path) -> None:
    """The sandbox starts before the directories are loaded; nobody is on the page yet."""
    _write(path, {"bot": {"token": TOKEN}, "people": [_person(DISPATCHER, DISPATCHER_NAME, "диспетчер", "")]})


def write_cast(path: Path, casting: Casting, cast: Cast, tries: list[dict[str, Any]]) -> None:
    stage = casting.stage
    sticker = {"title": f"QR на кассе: {stage.name}", "payload": f"s_{stage.qr_token}"}
    people = [
        _person(DISPATCHER, cast.dispatcher.name, "диспетчер", "видит всё, вмешивается редко", cast.dispatcher.number),
        _engineer(ENGINEER, casting.near[0], "ближайший подрядчик"),
        _engineer(SECOND, casting.near[1], "следующий по расстоянию"),
        _person(SHOP, stage.person, "магазин", f"отвечает за «{stage.name}», {stage.address}", stage.phone)
        | {"place": _point(stage), "scan": [sticker]},
        _person(MANAGER, cast.manager.name, "руководитель", "узнаёт, когда срок почти прошёл", cast.manager.number),
        _engineer(NEWCOMER, casting.newcomer, "есть в справочнике, но ещё не вошёл"),
        _person(PASSER, cast.passer.name, "прохожий", "бота не знает, но может навести камеру на наклейку")
        | {"phone": cast.passer.number, "place": _point(stage), "scan": [sticker]},
        *(
            _engineer(phone.user, firm, "отвечает сам") | {"auto": True}
            for phone, firm in list(zip(cast.others, casting.others, strict=True))[:OTHERS_SHOWN]
        ),
    ]
    sites = [_point(place) | {"title": place.name} for place in (stage, *casting.sites)]
    _write(path, {"bot": {"token": TOKEN}, "people": people, "shown": SHOWN, "sites": sites, "tries": tries})


def _person(user: int, name: str, role: str, about: str, phone: str | None = None) -> dict[str, Any]:
    return {"user": user, "chat": user, "name": name, "role": role, "about": about, "phone": phone}


def _engineer(user: int, firm: Firm, about: str) -> dict[str, Any]:
    person = _person(user, firm.contact, "инженер", f"{firm.name}, {about}", firm.phone)
    return person | {"place": _point(firm)}


def _point(place: Place | Firm) -> dict[str, Any]:
    return {"lat": place.lat, "lon": place.lon}


def _write(path: Path, content: dict[str, Any]) -> None:
    """Whole or not at all: the sandbox reads the file whenever a page asks."""
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    fresh.replace(path)
