"""Hours of every day when people are left in peace: the night at a site, the quiet hours of a reader."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def ends(at: datetime, zone: str, from_hour: int, to_hour: int) -> datetime | None:
    """The end, in UTC, of the rest that `at` falls into; None outside it.

    The hours are those of the zone, 0 to 23. They lie within a day (1 to 7) or run over midnight (22 to 7); two equal
    ones are no rest at all.
    """
    local = at.astimezone(ZoneInfo(zone))
    if (local.hour - from_hour) % 24 >= (to_hour - from_hour) % 24:
        return None
    day = local.date() + timedelta(days=1 if local.hour >= to_hour else 0)
    return datetime.combine(day, time(to_hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)
