"""The clients' half of the generated workbook: own companies, clients, payers, contracts, sites, approvals."""

from dataclasses import dataclass
from datetime import date, timedelta
from math import pi
from random import Random
from typing import Any

from bot.sandbox.demo import names
from bot.sandbox.demo.papers import Papers
from bot.sandbox.demo.places import MOSCOW, City, address, moved, shared_out, somewhere_in
from core.domain.workbook import DAY_MIN, SheetName

Rows = list[dict[str, Any]]

CLIENTS = 40
ENTITIES = 187
#: Where the story of the demonstration happens: the first site of the first client, among old streets of Moscow.
STAGE = (55.7594, 37.6461)
STAGE_ADDRESS = "ул. Покровка, д. 17"
HOURS = ((480, 1320), (540, 1260), (600, 1320), (540, 1200), (0, DAY_MIN))
PLANS = {
    "Базовый": ((240, 1440, 4320), "working"),
    "Стандарт": ((120, 480, 1440), "working"),
    "Премиум": ((60, 240, 720), "24x7"),
}
#: So that each press of the clock, an hour and then quarters of one, reaches the next warning of the arrival.
EMERGENCY = (30, 100, 480)


@dataclass(frozen=True, slots=True)
class Own:
    """The operator's companies, by ИНН."""

    main: str
    second: str


def own_entities(papers: Papers) -> tuple[Own, Rows]:
    main, second = papers.firm("77"), papers.firm("50")
    shared = {"director": "Ветров Константин Львович", "accountant": "Зимина Лидия Павловна"}
    rows = [
        main | papers.account("40702") | shared
        | {"name": "ООО «Наряд Сервис»", "address": "Москва, ул. Сретенка, д. 8", "vat_percent": 22},
        second | papers.account("40702") | shared
        | {"name": "ООО «Наряд Регион»", "address": "Химки, ул. Победы, д. 3", "vat_percent": 5},
    ]  # fmt: skip
    return Own(main["inn"], second["inn"]), rows


def sla() -> Rows:
    rows: Rows = []
    for plan, (minutes, calendar) in PLANS.items():
        for priority, times, when in (
            ("emergency", EMERGENCY, "24x7"),
            ("normal", minutes, calendar),
            ("planned", tuple(4 * one for one in minutes), "working"),
        ):
            reaction, arrival, resolution = times
            rows.append(
                {
                    "plan": plan,
                    "priority": priority,
                    "reaction_min": reaction,
                    "arrival_min": arrival,
                    "resolution_min": resolution,
                    "calendar": when,
                }
            )
    return rows


def sheets(dice: Random, papers: Papers, own: Own, today: date, sites: int) -> dict[str, Rows]:
    clients = [_client(number, dice, papers) for number in range(1, CLIENTS + 1)]
    entities: Rows = []
    contracts: Rows = []
    for number, client in enumerate(clients):
        for place in range(ENTITIES // CLIENTS + (number < ENTITIES % CLIENTS)):
            entity = _entity(client["code"], number, place, papers)
            entities.append(entity)
            contracts.append(_contract(entity, number, place, own, today))
    return {
        SheetName.CLIENTS: clients,
        SheetName.ENTITIES: entities,
        SheetName.CONTRACTS: contracts,
        SheetName.SITES: _sites(dice, papers, entities, sites),
        SheetName.APPROVALS: _approvals(dice, papers, clients),
    }


def _client(number: int, dice: Random, papers: Papers) -> dict[str, Any]:
    kind, name, _ = names.CLIENTS[number - 1]
    return {
        "code": f"К-{number:03}",
        "name": f"{kind} «{name}»",
        "contact_name": names.person(dice),
        "contact_phone": papers.phone(),
        "email": f"service{number:02}@example.ru",
    }


def _entity(client: str, number: int, place: int, papers: Papers) -> dict[str, Any]:
    kind, name, _ = names.CLIENTS[number]
    form = "АО" if kind == "Банк" and place == 0 else "ООО"
    tail = ("", " Центр", " Юг", " Урал", " Сибирь")[place]
    code = ("77", "50", "23", "66", "54")[place]
    fields = papers.firm(code) | papers.account("40702")
    return fields | {"client_key": client, "name": f"{form} «{name}{tail}»", "address": f"Россия, офис {place + 1}"}


def _contract(entity: dict[str, Any], number: int, place: int, own: Own, today: date) -> dict[str, Any]:
    """Began half a year ago and has a year and a half to go, whatever the day of the demonstration is."""
    return {
        "number": f"ТО-{number + 1:03}/{place + 1}",
        "client_key": entity["client_key"],
        "entity_key": entity["inn"],
        "own_key": own.second if number % 5 == 4 else own.main,
        "starts_on": (today - timedelta(days=183)).replace(day=1),
        "ends_on": (today + timedelta(days=548)).replace(day=1),
        "period": ("month", "month", "month", "quarter", "year")[number % 5],
        "documents": "invoice; upd" if number % 3 else "invoice; act; vat_invoice",
        "sla_plan": list(PLANS)[number % 3],
        "client_hears_breach": False,
        "payment_days": (10, 30, 45)[number % 3],
    }


def _sites(dice: Random, papers: Papers, entities: Rows, total: int) -> Rows:
    cities = shared_out(total)
    dice.shuffle(cities)
    cities = [MOSCOW, MOSCOW, MOSCOW, *cities][:total]
    by_client: dict[str, Rows] = {}
    for entity in entities:
        by_client.setdefault(entity["client_key"], []).append(entity)
    clients = list(by_client)
    rows = [
        _site(number, city, by_client[clients[(number - 1) % len(clients)]], dice, papers)
        for number, city in enumerate(cities, 1)
    ]
    _set_stage(rows)
    return rows


def _site(number: int, city: City, payers: Rows, dice: Random, papers: Papers) -> dict[str, Any]:
    client = int(payers[0]["client_key"].removeprefix("К-"))
    kind, name, place = names.CLIENTS[client - 1]
    lat, lon = somewhere_in(city, dice)
    opens, closes = HOURS[4 if kind == "Банк" and number % 4 == 0 else client % 4]
    return {
        "code": f"О-{number:05}",
        "client_key": payers[0]["client_key"],
        "entity_key": dice.choice(payers)["inn"],
        "name": f"{place} «{name}» № {(number - 1) // CLIENTS + 1}",
        "region": city.region,
        "city": city.name,
        "address": address(dice),
        "lat": lat,
        "lon": lon,
        "zone": city.zone,
        "opens_min": opens,
        "closes_min": closes,
        "responsible_name": names.person(dice),
        "responsible_phone": papers.phone(),
        "kpp": "",
    }


def _set_stage(rows: Rows) -> None:
    """The first site stands where the story happens, the next two within a walk."""
    for place, row in enumerate(rows[:3]):
        row["lat"], row["lon"] = moved(*STAGE, 700 * place, place * pi / 2)
        row["opens_min"], row["closes_min"] = 480, 1320
    rows[0] |= {"address": STAGE_ADDRESS, "responsible_name": "Ольга Белова"}


def _approvals(dice: Random, papers: Papers, clients: Rows) -> Rows:
    """Every fifth client asks its own people before expensive work; not the one of the story."""
    steps = (("инженерная служба", 0), ("финансовый отдел", 1_500_000), ("директор", 5_000_000))
    return [
        {
            "client_key": client["code"],
            "step": step,
            "role_name": role,
            "person_name": names.person(dice),
            "phone": papers.phone(),
            "from_kop": from_kop,
        }
        for client in clients[4::5]
        for step, (role, from_kop) in enumerate(steps, 1)
    ]
