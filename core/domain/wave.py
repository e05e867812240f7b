"""How many are asked at once, for how long they are waited for, and when the rate goes up. Pure arithmetic."""

from datetime import timedelta

from core.domain.clock import Reading
from core.domain.defaults import Defaults

#: Contractors whom a search did not come to are counted up to here, and then called "so many or more".
COUNTED_TO = 10_000
#: How often policy raises the rate.
RAISES = 2


def size(reading: Reading, *, is_emergency: bool, last: int, rules: Defaults) -> int:
    """One by one at first, more as the clock burns; an emergency begins with many. Waves never shrink."""
    burnt = reading.used_pct
    wanted = rules.emergency_wave if is_emergency else 1
    if burnt >= rules.third_wave_pct:
        wanted = max(wanted, rules.third_wave)
    elif burnt >= rules.second_wave_pct:
        wanted = max(wanted, rules.second_wave)
    return max(wanted, last)


def wait(reading: Reading, rules: Defaults) -> timedelta:
    """A share of what is left of the clock, in minutes of the wall, within bounds."""
    least, most = (timedelta(minutes=n) for n in (rules.offer_wait_min_minutes, rules.offer_wait_max_minutes))
    return min(max(reading.left * rules.offer_wait_share_pct / 100, least), most)


def is_last(reading: Reading, *, last: int, rules: Defaults) -> bool:
    """A wave of the largest size has been asked and waited for: after it a person must look."""
    return last >= rules.third_wave and reading.used_pct >= rules.third_wave_pct


def raises_due(reading: Reading, rules: Defaults) -> int:
    """How many raises policy has allowed by now, counted from the beginning of the ticket."""
    return sum(reading.used_pct >= share for share in (rules.first_raise_pct, rules.second_raise_pct))


def raised(first_rate_kop: int, rate_kop: int, pct: int) -> int:
    """The rate after one step: a share of the first rate on top of the present one, to the whole kopeck, half up."""
    return rate_kop + (first_rate_kop * pct + 50) // 100


def margin_pct(price_kop: int, pay_kop: int) -> int:
    """What is left of the client's price, whole percent rounded down; 0 where the work costs the client nothing."""
    return (price_kop - pay_kop) * 100 // price_kop if price_kop > 0 else 0
