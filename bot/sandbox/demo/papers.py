"""Requisites of companies that do not exist: every number has the right form and its check digits."""

from itertools import count
from typing import Any

from stdnum.ru import inn as stdnum_inn

from core.domain.requisites import account_key, correspondent_key

#: Banks that do not exist: no region has the number 99.
BANKS = (
    ("049901701", "АО «Банк Пример»", "Москва"),
    ("049902702", "ПАО «Образцовый банк»", "Санкт-Петербург"),
    ("049903703", "АО КБ «Учебный»", "Казань"),
)


class Papers:
    """Gives out numbers nobody else in the same book has."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def firm(self, region: str) -> dict[str, Any]:
        """ИНН, КПП and ОГРН of a company."""
        stem = f"{region}{1_000_000 + next(self._numbers):07d}"
        inn = stem + stdnum_inn.calc_company_check_digit(stem)
        ogrn = f"1{15 + int(stem) % 10}{region}{int(stem[2:]):07d}"
        return {"inn": inn, "kpp": f"{inn[:4]}01001", "ogrn": f"{ogrn}{int(ogrn) % 11 % 10}"}

    def trader(self, region: str) -> dict[str, Any]:
        """ИНН and ОГРНИП of a sole trader."""
        stem = f"{region}{10_000_000 + next(self._numbers):08d}"
        ogrn = f"3{15 + int(stem) % 10}{region}{int(stem[2:]):09d}"
        return {"inn": _person(stem), "kpp": "", "ogrn": f"{ogrn}{int(ogrn) % 13 % 10}"}

    def self_employed(self, region: str) -> dict[str, Any]:
        stem = f"{region}{20_000_000 + next(self._numbers):08d}"
        return {"inn": _person(stem), "kpp": "", "ogrn": ""}

    def account(self, kind: str) -> dict[str, Any]:
        """An account of this kind (`40702` of a company, `40802` of a trader, `40817` of a person) in some bank."""
        number = next(self._numbers)
        bic, bank, city = BANKS[number % len(BANKS)]
        bare = f"{kind}8100{number:011d}"
        corr = f"301018100{0:08d}{bic[-3:]}"
        return {
            "account": f"{bare[:8]}{account_key(bare, bic)}{bare[9:]}",
            "bic": bic,
            "bank": bank,
            "bank_city": city,
            "corr_account": f"{corr[:8]}{correspondent_key(corr, bic)}{corr[9:]}",
        }

    def phone(self) -> str:
        """900 000-xx-xx and up: enough for a whole book."""
        return f"+7900{next(self._numbers):07d}"


def _person(stem: str) -> str:
    return stem + str(stdnum_inn.calc_personal_check_digits(stem))
