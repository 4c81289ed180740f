"""Instants as facts and heartbeats write them: RFC 3339, UTC, exactly three fraction digits."""

from __future__ import annotations

import re
from functools import lru_cache
from time import gmtime, strftime
from typing import Final

_INSTANT: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})\.([0-9]{3})Z",
)
_DAYS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: Days between 0000-03-01 and 1970-01-01.
_EPOCH_DAYS: Final = 719_468
_DAY_MS: Final = 86_400_000


def _days_in(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if month == 2 and leap else _DAYS[month - 1]


def _days_since_epoch(year: int, month: int, day: int) -> int:
    """Proleptic Gregorian calendar, years counted from March (``datetime`` has no year 0)."""
    y = year - (month <= 2)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return y * 365 + y // 4 - y // 100 + y // 400 + day_of_year - _EPOCH_DAYS


@lru_cache(maxsize=4096)
def parse_instant(text: str) -> int | None:
    """Milliseconds since 1970; None for another form, or a date or time that does not exist."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, ms = map(int, found.groups())
    if not (1 <= month <= 12 and 1 <= day <= _days_in(year, month)):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    of_day = ((hour * 60 + minute) * 60 + second) * 1000 + ms
    return _days_since_epoch(year, month, day) * _DAY_MS + of_day


def format_instant(ms: float) -> str:
    """Of the years that a clock of today can show."""
    seconds, rest = divmod(int(ms), 1000)
    return f"{strftime('%Y-%m-%dT%H:%M:%S', gmtime(seconds))}.{rest:03d}Z"
