"""From what a supplier knows (a harvest, hectares, batches, a stock) to months: pure computation, no database.

Nobody knows twelve numbers; these methods turn one or two into months that the supplier then confirms or corrects.
Months that a method does not speak of stay unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from companies.enums import CapacityMethod
from core.errors import DomainError
from core.months import add_months, days_in_month, month_range, months_between

MAX_MONTHS = 24
STEP = Decimal("0.001")
MAX_QUANTITY = Decimal("99999999999")
Months = dict[date, Decimal]


@dataclass(frozen=True, slots=True)
class Entry:
    """What was typed, quantities already in the product's unit.

    `amount` is the harvest, the yield of a hectare, the size of a batch or the stock; `count` the hectares or the
    batches a week; `share` the part (0..1) of it that is for sale here.
    """

    method: str
    start: date | None = None
    end: date | None = None
    amount: Decimal | None = None
    count: Decimal | None = None
    share: Decimal = Decimal(1)
    next_year_too: bool = False
    months: Mapping[date, Decimal] | None = None


def months_of(entry: Entry) -> Months:
    """The months that an entry means, in order.

    Raises:
        DomainError: `invalid` with the fields at fault.
    """
    if entry.method == CapacityMethod.MONTHLY:
        return _checked(
            {month: value.quantize(STEP, ROUND_DOWN) for month, value in (entry.months or {}).items()}
        )
    span = _span(entry)
    amount = _needed(entry.amount, "amount") * entry.share
    if entry.method == CapacityMethod.BATCHES:
        weekly = amount * _needed(entry.count, "count")
        found = {month: (weekly * days_in_month(month) / 7).quantize(STEP, ROUND_DOWN) for month in span}
    elif entry.method == CapacityMethod.AREA:
        found = spread(amount * _needed(entry.count, "count"), span)
    elif entry.method in (CapacityMethod.SEASON, CapacityMethod.STOCK):
        found = spread(amount, span)
    else:
        raise _wrong("method", _("This way of telling a capacity is unknown."))
    if entry.next_year_too and entry.method != CapacityMethod.STOCK:
        found |= {add_months(month, 12): value for month, value in found.items()}
    return _checked(found)


def spread(total: Decimal, span: list[date]) -> Months:
    """A total over months as evenly as three decimals allow; the months sum to the total exactly."""
    count = len(span)
    total = total.quantize(STEP, ROUND_DOWN)
    marks = [(total * i / count).quantize(STEP, ROUND_DOWN) for i in range(count + 1)]
    return {month: marks[i + 1] - marks[i] for i, month in enumerate(span)}


def _span(entry: Entry) -> list[date]:
    if entry.start is None or entry.end is None:
        raise _wrong("start", _("Say from which month to which."))
    count = months_between(entry.start, entry.end) + 1
    if count < 1:
        raise _wrong("end", _("The last month lies before the first."))
    if count > MAX_MONTHS or (entry.next_year_too and count > 12):
        raise _wrong(
            "end", _("At most %(count)d months.") % {"count": 12 if entry.next_year_too else MAX_MONTHS}
        )
    return month_range(entry.start, count)


def _needed(value: Decimal | None, name: str) -> Decimal:
    if value is None or value <= 0:
        raise _wrong(name, _("Enter a number above nothing."))
    return value


def _checked(months: Months) -> Months:
    if not months:
        raise _wrong("months", _("No month was given."))
    if len(months) > MAX_MONTHS + 12:
        raise _wrong("months", _("At most %(count)d months.") % {"count": MAX_MONTHS})
    for value in months.values():
        if not 0 <= value <= MAX_QUANTITY:
            raise _wrong("months", _("A quantity is below nothing or far too large."))
    return dict(sorted(months.items()))


def _wrong(name: str, message: str) -> DomainError:
    return DomainError("invalid", message, fields={name: [message]}, status=400)
