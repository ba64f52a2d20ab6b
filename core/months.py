"""Calendar months: stored everywhere as the date of their first day."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})(?:[-/.]\d{1,2})?$")
_MONTH_FIRST = re.compile(
    r"(?:(?:tháng|thang|t|month|m)\.?\s*)?(?P<month>\d{1,2})\s*[-/.]\s*(?P<year>\d{4})$"
)
_WORDS = re.compile(r"(?:tháng|thang)\s*(?P<month>\d{1,2})\s*(?:năm|nam)\s*(?P<year>\d{4})$")
_NAMES = {
    name.lower(): number
    for names in (calendar.month_name, calendar.month_abbr)
    for number, name in enumerate(names)
    if name
}
_NAMED = re.compile(r"(?P<name>[a-z]{3,9})\.?\s+(?P<year>\d{4})$")


def first_day(day: date) -> date:
    """The month that holds `day`."""
    return date(day.year, day.month, 1)


def add_months(month: date, count: int) -> date:
    """The first day of the month `count` months after (or, negative, before) the month of `month`."""
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)


def months_between(start: date, end: date) -> int:
    """How many months `end`'s month lies after `start`'s (negative when before)."""
    return (end.year - start.year) * 12 + end.month - start.month


def month_range(start: date, count: int) -> list[date]:
    """`count` months in a row, the month of `start` first."""
    return [add_months(start, offset) for offset in range(count)]


def months_from_to(start: date, end: date) -> Iterator[date]:
    """Every month from the month of `start` to the month of `end`, both included."""
    for offset in range(months_between(start, end) + 1):
        yield add_months(start, offset)


def last_day(month: date) -> date:
    """The last day of the month of `month`."""
    return date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])


def days_in_month(month: date) -> int:
    """28 to 31."""
    return calendar.monthrange(month.year, month.month)[1]


def parse_month(text: str) -> date:
    """Read "2026-08", "08/2026", "T8/2026", "tháng 8 năm 2026" or "Aug 2026".

    Raises:
        ValueError: it is none of these, or the month is not 1 to 12.
    """
    plain = " ".join(text.strip().lower().split())
    for pattern in (_YEAR_FIRST, _MONTH_FIRST, _WORDS):
        if match := pattern.match(plain):
            return date(int(match["year"]), int(match["month"]), 1)
    if (match := _NAMED.match(plain)) and match["name"] in _NAMES:
        return date(int(match["year"]), _NAMES[match["name"]], 1)
    raise ValueError(f"not a month: {text[:40]!r}")
