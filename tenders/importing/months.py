"""Monthly quantities as buyers type them: "2 2 2 3,5", twelve numbers, "2 t/tháng từ 8/2027 đến 12/2027"."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from core.months import add_months, months_between, months_from_to, parse_month
from core.quantities import QuantityError, parse_decimal, parse_unit
from core.text import fold

MAX_MONTHS = 36
_MONTH = r"(?:thang\s*|t)?\d{1,2}\s*[-/.]\s*\d{4}|\d{4}-\d{1,2}|thang\s*\d{1,2}\s*nam\s*\d{4}|[a-z]{3,9}\.?\s+\d{4}"
_RANGE = re.compile(rf"(?:tu|from)?\s*(?P<start>{_MONTH})\s*(?:den|to|until|-|–|—|toi)\s*(?P<end>{_MONTH})$")
_QUANTITY = re.compile(
    r"(?P<number>\d[\d.,\s]*?)\s*(?P<unit>[a-z]+)?\s*(?:/\s*|moi\s+|per\s+|a\s+|mot\s+)?(?:thang|month)?[\s,;:]*$"
)


class MonthsRefused(ValueError):
    """The text cannot be read; the message says why, in words."""


def read_number(text: str) -> Decimal:
    """A quantity's number, Vietnamese or English writing; "3,5" and "3.5" are both three and a half.

    Raises:
        MonthsRefused: it is no number, or negative.
    """
    try:
        value = parse_decimal(text, comma_groups=False)
    except QuantityError:
        raise MonthsRefused(_("“%(text)s” is not a number.") % {"text": text[:40]}) from None
    if value < 0:
        raise MonthsRefused(_("A quantity cannot be negative: “%(text)s”.") % {"text": text[:40]})
    return value


def spread(each: Decimal, start: date, end: date) -> dict[date, Decimal]:
    """The same quantity in each month from `start` to `end`, both included.

    Raises:
        MonthsRefused: the end lies before the start, or further away than 36 months.
    """
    count = months_between(start, end) + 1
    if count < 1:
        raise MonthsRefused(_("The last month lies before the first one."))
    if count > MAX_MONTHS:
        raise MonthsRefused(_("A need spans at most %(count)d months.") % {"count": MAX_MONTHS})
    return dict.fromkeys(months_from_to(start, end), each)


def parse_months(text: str, *, start: date | None = None) -> tuple[dict[date, Decimal], str | None]:
    """Read pasted monthly quantities.

    Args:
        text: numbers divided by spaces, tabs, semicolons or lines, one a month from `start` on (zero or "-" = nothing
            in that month); or one quantity with a range of months, which is spread over it.
        start: the month of the first number.

    Returns:
        Quantity by month, months without a quantity left out, and the UN/CEFACT code of the unit named in the text,
        if one is.

    Raises:
        MonthsRefused: with the reason in words.
    """
    written = " ".join(unicodedata.normalize("NFC", text).replace(";", " ; ").split())
    plain = fold(written)
    if found := _RANGE.search(plain):
        return _read_range(written[: found.start()], found["start"], found["end"])
    parts = [part for part in re.split(r"[\s;]+", written) if part]
    if not parts:
        raise MonthsRefused(_("Nothing was entered."))
    if start is None:
        raise MonthsRefused(_("Say in which month the first number is."))
    if len(parts) > MAX_MONTHS:
        raise MonthsRefused(_("A need spans at most %(count)d months.") % {"count": MAX_MONTHS})
    quantities = {
        add_months(start, at): Decimal(0) if part in {"-", "–", "—"} else read_number(part)
        for at, part in enumerate(parts)
    }
    return {month: value for month, value in quantities.items() if value}, None


def _read_range(quantity: str, first: str, last: str) -> tuple[dict[date, Decimal], str | None]:
    written = quantity.strip()
    found = _QUANTITY.match(fold(written))
    if found is None:
        raise MonthsRefused(_("Say how much in each month, for example “2 t/month from 8/2027 to 12/2027”."))
    try:
        start, end = parse_month(first), parse_month(last)
    except ValueError:
        raise MonthsRefused(_("Enter a month, for example 8/2027.")) from None
    unit, multiplier = None, Decimal(1)
    if found["unit"]:
        word = written[slice(*found.span("unit"))]  # with its accents: tạ, tá and ta differ
        try:
            meaning = parse_unit(word)
        except QuantityError:
            raise MonthsRefused(_("The unit “%(unit)s” is not known.") % {"unit": word}) from None
        unit, multiplier = meaning.code, meaning.multiplier
    return spread(read_number(found["number"].strip()) * multiplier, start, end), unit
