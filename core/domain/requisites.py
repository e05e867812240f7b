"""Tax numbers and bank accounts: form and check digits.

Every function says whether a string *is* the thing, exactly as printed on a payment order: no spaces, no padding.
The key of an account is the rule № 515 of the Bank of Russia of 08.09.1997.
"""

import re

from stdnum.ru import inn as stdnum_inn

_KPP = re.compile(r"([0-9][1-9]|[1-9][0-9])[0-9]{2}[0-9A-Z]{2}[0-9]{3}")
_BIC = re.compile(r"(04|00|01)[0-9]{7}")
_ACCOUNT = re.compile(r"[0-9]{5}[0-9ABCEHKMPTX][0-9]{14}")
#: The currency position of an account may be a letter; it counts as this digit.
_LETTERS = {letter: str(digit) for digit, letter in enumerate("ABCEHKMPTX")}
_CASH_CENTRES = ("000", "001", "002")
_TREASURY = ("03", "40102")


def is_inn(text: str) -> bool:
    """A firm's ten digits or a person's twelve. No tax office has the number 00."""
    return _digits(text, 10, 12) and not text.startswith("00") and bool(stdnum_inn.is_valid(text))


def is_kpp(text: str) -> bool:
    return _KPP.fullmatch(text) is not None


def is_ogrn(text: str) -> bool:
    """Thirteen digits of a firm."""
    return _digits(text, 13) and text[0] != "0" and int(text[:12]) % 11 % 10 == int(text[12])


def is_ogrnip(text: str) -> bool:
    """Fifteen digits of a sole trader. The library's own check forgets the last `mod 10` and refuses every fifth."""
    return _digits(text, 15) and text[0] == "3" and int(text[:14]) % 13 % 10 == int(text[14])


def is_bic(text: str) -> bool:
    return _BIC.fullmatch(text) is not None


def is_account(account: str, bic: str) -> bool:
    """A client's account in the bank (or cash centre) of this BIC. Treasury accounts follow other rules: form only."""
    if _ACCOUNT.fullmatch(account) is None:
        return False
    return account.startswith(_TREASURY) or _key_sum(_bank_prefix(bic) + account) == 0


def is_correspondent_account(account: str, bic: str) -> bool:
    """The bank's own account: it ends as its BIC does, and its key is counted with the region of the BIC."""
    if not _digits(account, 20):
        return False
    if account.startswith(_TREASURY):
        return True
    return account.startswith("301") and account[-3:] == bic[-3:] and _key_sum(f"0{bic[4:6]}{account}") == 0


def account_key(account: str, bic: str) -> str:
    """The key digit (the ninth) an account must have; whatever stands there now is ignored."""
    return _key(_bank_prefix(bic), account)


def correspondent_key(account: str, bic: str) -> str:
    return _key(f"0{bic[4:6]}", account)


def _key(prefix: str, account: str) -> str:
    return str(_key_sum(f"{prefix}{account[:8]}0{account[9:]}") * 3 % 10)


def _bank_prefix(bic: str) -> str:
    return f"0{bic[4:6]}" if bic[6:] in _CASH_CENTRES else bic[6:]


def _key_sum(text: str) -> int:
    digits = (int(_LETTERS.get(char, char)) for char in text)
    return sum(digit * (7, 1, 3)[place % 3] % 10 for place, digit in enumerate(digits)) % 10


def _digits(text: str, *lengths: int) -> bool:
    return len(text) in lengths and text.isascii() and text.isdigit()
