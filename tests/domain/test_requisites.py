"""Tax numbers and accounts: official vectors of the Bank of Russia, and numbers made wrong by one digit."""

import pytest

from core.domain.requisites import (
    account_key,
    correspondent_key,
    is_account,
    is_bic,
    is_correspondent_account,
    is_inn,
    is_kpp,
    is_ogrn,
    is_ogrnip,
)
from tests.make.workbooks import inn10, inn12, ogrn


@pytest.mark.parametrize(
    ("account", "bic", "key"),
    [("40602810000000000025", "049805746", "7"), ("40702810000000000025", "044514512", "9")],
)
def test_account_key_follows_the_published_examples(account: str, bic: str, key: str) -> None:
    assert account_key(account, bic) == key


def test_correspondent_key_follows_the_published_example() -> None:
    assert correspondent_key("30101810000000000746", "049805000") == "8"


@pytest.mark.parametrize(
    ("account", "bic", "is_right"),
    [
        pytest.param("40802810700020000317", "044525201", True, id="real pair"),
        pytest.param("40702810838250123017", "044525225", False, id="wrong key"),
        pytest.param("4080281070002000031", "044525201", False, id="nineteen digits"),
        pytest.param("40802810700020000317", "044525202", False, id="another bank"),
        pytest.param("٤٠٨٠٢٨١٠٧٠٠٠٢٠٠٠٠٣١٧", "044525201", False, id="digits of another script"),
        pytest.param("03100643000000011300", "017300000", True, id="treasury accounts have no such key"),
    ],
)
def test_account_fits_its_bank(account: str, bic: str, is_right: bool) -> None:
    assert is_account(account, bic) is is_right


@pytest.mark.parametrize(
    ("account", "bic", "is_right"),
    [
        ("30101810400000000225", "044525225", True),
        ("30101810745374525104", "044525104", True),
        ("30101810240300000707", "044030707", True),
        ("30101810400000000226", "044525226", False),
        ("30101810400000000225", "044525104", False),
        ("40702810400000000225", "044525225", False),
    ],
)
def test_correspondent_account_ends_as_its_bank_does(account: str, bic: str, is_right: bool) -> None:
    assert is_correspondent_account(account, bic) is is_right


def test_every_wrong_check_digit_of_an_inn_is_refused() -> None:
    for right in (inn10("770500001"), inn12("5405000060")):
        assert is_inn(right)
        assert [is_inn(right[:-1] + digit) for digit in "0123456789"].count(True) == 1


@pytest.mark.parametrize("text", ["0000000000", "000000000000", inn10("001234567"), "77050000", "", "770500001A", " "])
def test_what_no_tax_office_gave_is_no_inn(text: str) -> None:
    assert not is_inn(text)


def test_every_ogrnip_with_a_right_last_digit_is_accepted() -> None:
    """The library refuses those whose remainder of thirteen is 10, 11 or 12."""
    stems = [f"3{number:013d}" for number in range(26)]
    assert {int(stem) % 13 for stem in stems} == set(range(13))
    assert all(is_ogrnip(ogrn(stem)) for stem in stems)
    assert not is_ogrnip("4" + ogrn(stems[0])[1:])


def test_ogrn_of_a_firm_has_thirteen_digits() -> None:
    right = ogrn("102770000001")
    assert is_ogrn(right)
    assert not is_ogrn(right[:-1] + str((int(right[-1]) + 1) % 10))
    assert not is_ogrn(ogrn("30000000000001"))


@pytest.mark.parametrize(
    ("text", "is_right"), [("770501001", True), ("7705AB001", True), ("000001001", False), ("77050100", False)]
)
def test_kpp_has_its_form(text: str, is_right: bool) -> None:
    assert is_kpp(text) is is_right


@pytest.mark.parametrize(
    ("text", "is_right"), [("044525225", True), ("017300000", True), ("144525225", False), ("04452522", False)]
)
def test_bic_begins_with_the_country(text: str, is_right: bool) -> None:
    assert is_bic(text) is is_right
