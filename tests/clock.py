"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime, timedelta

# A Monday, 10:00 in Moscow: a working day on which every contract of the reference workbook is valid.
START = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)


class HandClock:
    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        """`clock.move(minutes=5)`; gives the new time."""
        self.at += timedelta(**by)
        return self.at
