"""From a harvest, hectares, batches or a stock to months: worked values and properties; no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companies.services.capacity_months import Entry, months_of, spread
from core.errors import DomainError
from core.months import month_range

AUG, OCT = date(2027, 8, 1), date(2027, 10, 1)


def entry(method: str, **fields: Any) -> Entry:
    return Entry(method=method, **{"start": AUG, "end": OCT, **fields})


def test_a_harvest_is_spread_over_its_season() -> None:
    found = months_of(entry("season", amount=Decimal(10)))
    assert found == {
        date(2027, 8, 1): Decimal("3.333"),
        date(2027, 9, 1): Decimal("3.333"),
        date(2027, 10, 1): Decimal("3.334"),
    }


def test_hectares_times_yield_times_the_share_for_sale() -> None:
    found = months_of(
        entry("area", amount=Decimal(6000), count=Decimal("2.5"), share=Decimal("0.8"), end=AUG)
    )
    assert found == {AUG: Decimal(12000)}


def test_batches_a_week_follow_the_days_of_the_month() -> None:
    found = months_of(
        Entry(
            method="batches",
            start=date(2027, 2, 1),
            end=date(2027, 3, 1),
            amount=Decimal(70),
            count=Decimal(2),
        )
    )
    assert found == {date(2027, 2, 1): Decimal(560), date(2027, 3, 1): Decimal(620)}


def test_the_same_next_year_repeats_the_months_but_not_a_stock() -> None:
    season = months_of(entry("season", amount=Decimal(9), next_year_too=True))
    assert season[date(2028, 9, 1)] == season[date(2027, 9, 1)] == Decimal(3)
    assert len(months_of(entry("stock", amount=Decimal(9), next_year_too=True))) == 3


def test_months_of_which_nothing_is_said_stay_unknown() -> None:
    assert set(months_of(entry("season", amount=Decimal(9)))) == set(month_range(AUG, 3))


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"method": "season"}, "amount"),
        ({"method": "season", "amount": Decimal(0)}, "amount"),
        ({"method": "area", "amount": Decimal(5)}, "count"),
        ({"method": "stock", "amount": Decimal(5), "start": None}, "start"),
        ({"method": "stock", "amount": Decimal(5), "end": date(2027, 7, 1)}, "end"),
        ({"method": "stock", "amount": Decimal(5), "end": date(2030, 7, 1)}, "end"),
        ({"method": "season", "amount": Decimal(5), "end": date(2028, 9, 1), "next_year_too": True}, "end"),
        ({"method": "monthly", "months": {}}, "months"),
        ({"method": "monthly", "months": {AUG: Decimal(-1)}}, "months"),
        ({"method": "guess", "amount": Decimal(5)}, "method"),
    ],
)
def test_what_is_missing_is_named(fields: dict[str, Any], name: str) -> None:
    with pytest.raises(DomainError) as refused:
        months_of(entry(**fields))
    assert list(refused.value.fields) == [name]


@given(
    total=st.decimals(min_value=0, max_value=10**9, places=3, allow_nan=False),
    count=st.integers(min_value=1, max_value=24),
)
def test_a_spread_sums_to_its_total_and_is_even(total: Decimal, count: int) -> None:
    found = spread(total, month_range(AUG, count))
    assert sum(found.values()) == total
    assert max(found.values()) - min(found.values()) <= Decimal("0.001")
    assert all(value == value.quantize(Decimal("0.001")) for value in found.values())
