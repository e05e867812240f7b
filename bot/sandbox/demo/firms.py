"""The contractors' half of the generated workbook: kinds of work, contractors, what each has confirmed."""

from datetime import date, timedelta
from math import pi
from random import Random
from typing import Any

from bot.sandbox.demo import names
from bot.sandbox.demo.clients import STAGE, Own, Rows
from bot.sandbox.demo.papers import Papers
from bot.sandbox.demo.places import MOSCOW, City, moved, shared_out, somewhere_in
from core.domain.workbook import SheetName

#: Name, skill, unit, price and rate in roubles, minutes. The first six are what a shop is shown as buttons.
SERVICES = (
    ("Не работает свет", "Электрика", "выезд", 5200, 3400, 90),
    ("Протечка, засор", "Сантехника", "выезд", 5600, 3700, 90),
    ("Не морозит холодильник", "Холодильное оборудование", "выезд", 7800, 5200, 120),
    ("Сломалась дверь или замок", "Двери и замки", "выезд", 4900, 3200, 60),
    ("Не работает кондиционер", "Кондиционирование", "выезд", 6900, 4500, 90),
    ("Касса или терминал", "Торговое оборудование", "выезд", 4500, 2900, 60),
    ("Замена светильника", "Электрика", "шт", 1500, 900, 30),
    ("Замена розетки, выключателя", "Электрика", "шт", 900, 550, 20),
    ("Ремонт электрощита", "Электрика", "выезд", 9800, 6500, 180),
    ("Прокладка кабеля", "Электрика", "м", 320, 190, 10),
    ("Замена смесителя", "Сантехника", "шт", 2900, 1800, 45),
    ("Прочистка канализации", "Сантехника", "м", 700, 420, 15),
    ("Замена водонагревателя", "Сантехника", "шт", 6400, 4100, 120),
    ("Заправка холодильника хладагентом", "Холодильное оборудование", "выезд", 9500, 6300, 120),
    ("Замена компрессора", "Холодильное оборудование", "шт", 18500, 12800, 240),
    ("Обслуживание холодильной витрины", "Холодильное оборудование", "шт", 3600, 2300, 60),
    ("Замена доводчика", "Двери и замки", "шт", 2700, 1700, 40),
    ("Вскрытие и замена замка", "Двери и замки", "выезд", 5400, 3600, 60),
    ("Ремонт автоматической двери", "Двери и замки", "выезд", 8900, 6000, 120),
    ("Ремонт рольставней", "Двери и замки", "выезд", 7600, 5000, 120),
    ("Чистка кондиционера", "Кондиционирование", "шт", 3900, 2400, 60),
    ("Заправка кондиционера", "Кондиционирование", "шт", 5200, 3300, 60),
    ("Ремонт вентиляции", "Кондиционирование", "выезд", 8200, 5500, 150),
    ("Настройка весов", "Торговое оборудование", "шт", 2400, 1500, 40),
    ("Сборка стеллажа", "Торговое оборудование", "шт", 1900, 1200, 45),
    ("Камера видеонаблюдения не пишет", "Слаботочные системы", "выезд", 5900, 3900, 90),
    ("Ложная тревога, датчик", "Слаботочные системы", "выезд", 5500, 3600, 90),
    ("Нет интернета", "Слаботочные системы", "выезд", 4800, 3100, 60),
    ("Ремонт плитки", "Отделка", "м²", 2600, 1700, 60),
    ("Покраска стены", "Отделка", "м²", 850, 520, 30),
    ("Ремонт вывески", "Вывески и реклама", "выезд", 9800, 6600, 150),
    ("Уборка после протечки", "Клининг", "м²", 240, 150, 10),
)
#: Work that only the two of the stage can do: what happens when both are silent can be tried.
RARE = ("Не открывается сейф", "Сейфы", "выезд", 7400, 4600, 60)
SKILLS = tuple(dict.fromkeys(skill for _, skill, *_ in SERVICES))
COMMON = tuple(dict.fromkeys(skill for _, skill, *_ in SERVICES[:6]))
#: How far from the stage its two engineers have their bases, in metres: in different bands of the search, so that the
#: first is asked first however many jobs he has done.
NEAREST = (900, 6_200)
HEROES = ("Пётр Зябликов", "Иван Сидоренко")
#: Where the second goes the first goes too: a limit of the second costs nobody the last contractor.
HEROES_REACH_KM = (80, 50)
#: Of the first: what he can do and has shown no document for, and a document that soon ends.
DECLARED, ENDING, ENDS_IN_DAYS = "Отделка", "Вывески и реклама", 8
#: Nobody else works from nearer than this, so that the two are asked first.
FREE_M = 10_500
NEIGHBOURS = 40


def services() -> Rows:
    rows: Rows = []
    for number, (name, skill, unit, price, rate, minutes) in enumerate((*SERVICES, RARE), 1):
        fields = {"code": f"Р-{number:02}", "name": name, "skill_key": skill, "unit": unit}
        prices = {"client_price_kop": price * 100, "contractor_rate_kop": rate * 100}
        rows.append(fields | prices | {"shots_before": 1, "shots_after": 1, "norm_minutes": minutes})
    return rows


def sheets(dice: Random, papers: Papers, own: Own, today: date, total: int) -> dict[str, Rows]:
    near = [(MOSCOW, place) for place in _near_stage(dice)][:total]
    others = [(city, _outside(city, dice)) for city in shared_out(total - len(near))]
    contractors: Rows = []
    skills: Rows = []
    for number, (city, place) in enumerate([*near, *others], 1):
        row = _contractor(number, city, place, dice, papers)
        row |= {"own_key": own.second if number % 4 == 0 else own.main, "contract_on": today - timedelta(days=200)}
        contractors.append(row)
        skills += _skills(row["code"], number, dice, today)
    return {SheetName.SERVICES: services(), SheetName.CONTRACTORS: contractors, SheetName.SKILLS: skills}


def _near_stage(dice: Random) -> list[tuple[float, float]]:
    nearest = [moved(*STAGE, metres, 1.0 + place * pi) for place, metres in enumerate(NEAREST)]
    ring = [
        moved(*STAGE, dice.uniform(FREE_M + 500, FREE_M + 9_000), dice.uniform(0, 2 * pi)) for _ in range(NEIGHBOURS)
    ]
    return nearest + ring


def _outside(city: City, dice: Random) -> tuple[float, float]:
    """A base in the city, but not on the stage."""
    place = somewhere_in(city, dice)
    if city is MOSCOW:
        return moved(*STAGE, dice.uniform(FREE_M + 500, 16_000), dice.uniform(0, 2 * pi))
    return place


def _contractor(number: int, city: City, place: tuple[float, float], dice: Random, papers: Papers) -> dict[str, Any]:
    form = ("ООО", "ИП", "ИП", "НПД")[number % 4]
    contact = HEROES[number - 1] if number <= len(HEROES) else names.man(dice)
    if form == "ООО":
        fields = papers.firm(city.code) | papers.account("40702") | {"vat_percent": (22, 5, None)[number % 3]}
        name, engineers = f"ООО «{names.firm(dice)}»", dice.randint(2, 8)
    elif form == "ИП":
        fields = papers.trader(city.code) | papers.account("40802") | {"vat_percent": (None, 5)[number % 2]}
        name, engineers = f"ИП {_formal(contact)}", dice.randint(2, 3)
    else:
        fields = papers.self_employed(city.code) | papers.account("40817") | {"vat_percent": None}
        name, engineers = _formal(contact), 1
    return fields | {
        "code": f"П-{number:04}",
        "name": name,
        "form": form,
        "region": city.region,
        "city": city.name,
        "lat": place[0],
        "lon": place[1],
        "radius_km": _reach(number, dice),
        "contact_name": contact,
        "phone": papers.phone(),
        "contract_number": f"П-{number:04}/1",
        "engineers": engineers,
        "night_jobs": number % 3 == 0,
    }


def _reach(number: int, dice: Random) -> int:
    reach = dice.choice((30, 50, 80, 120))
    return HEROES_REACH_KM[number - 1] if number <= len(HEROES) else reach


def _formal(contact: str) -> str:
    first, _, last = contact.partition(" ")
    return f"{last} {first}"


def _skills(code: str, number: int, dice: Random, today: date) -> Rows:
    """The two of the stage can do all a shop is likely to ask for; the rest some of everything, not all confirmed."""
    if number <= len(NEAREST):
        known: tuple[str, ...] = (*(one for one in SKILLS if one != DECLARED), RARE[1])
    elif number <= len(NEAREST) + NEIGHBOURS:
        known = tuple(sorted({*dice.sample(COMMON, 4), dice.choice(SKILLS)}))
    else:
        known = tuple(dice.sample(SKILLS, dice.randint(2, 5)))
    rows: Rows = []
    for skill in known:
        fresh = number <= len(NEAREST)
        days = 400 if fresh else dice.choice((-20, 25, 90, 300, 700, 1000))
        if (number, skill) == (1, ENDING):
            days = ENDS_IN_DAYS
        rows.append(
            {
                "contractor_key": code,
                "skill_key": skill,
                "document": f"Удостоверение {dice.randint(1000, 9999)}",
                "valid_until": today + timedelta(days=days),
                "is_confirmed": fresh or dice.random() < 0.93,
            }
        )
    if number == 1:
        declared = {"contractor_key": code, "skill_key": DECLARED, "document": "", "valid_until": None}
        rows.append(declared | {"is_confirmed": False})
    return rows
