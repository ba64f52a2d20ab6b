"""Monthly quantities as people paste them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tenders.importing.months import MonthsRefused, parse_months, spread

AUGUST = date(2090, 8, 1)


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("2 2 2 3,5", ["2", "2", "2", "3.5"]),
        ("2\t2\n2;3.5", ["2", "2", "2", "3.5"]),
        ("1.500 1500", ["1500", "1500"]),
        (" ".join(["2"] * 12), ["2"] * 12),
    ],
)
def test_numbers_are_read_one_a_month(text: str, quantities: list[str]) -> None:
    months, unit = parse_months(text, start=AUGUST)
    assert [str(value) for value in months.values()] == quantities
    assert min(months) == AUGUST and unit is None


def test_zero_and_dash_leave_a_month_out() -> None:
    months, _ = parse_months("2 0 - 3", start=AUGUST)
    assert months == {AUGUST: Decimal(2), date(2090, 11, 1): Decimal(3)}


@pytest.mark.parametrize(
    ("text", "each", "unit"),
    [
        ("2 t/tháng từ 8/2090 đến 12/2090", "2", "TNE"),
        ("2 tấn mỗi tháng từ tháng 8/2090 đến tháng 12/2090", "2", "TNE"),
        ("2,5 tạ/tháng, 8/2090 - 12/2090", "2.5", "DTN"),
        ("500 kg a month from Aug 2090 to Dec 2090", "500", "KGM"),
        ("3 yến/tháng từ 8/2090 đến 12/2090", "30", "KGM"),
        ("700 từ 8/2090 đến 12/2090", "700", None),
    ],
)
def test_a_quantity_with_a_range_is_spread(text: str, each: str, unit: str | None) -> None:
    months, named = parse_months(text)
    assert months == {date(2090, month, 1): Decimal(each) for month in range(8, 13)}
    assert named == unit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hai",
        "2 -3",
        "2 chục/tháng từ 8/2090 đến 12/2090",
        "2 t từ 12/2090 đến 8/2090",
        "2 t từ 1/2090 đến 12/2093",
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(MonthsRefused) as refused:
        parse_months(text, start=AUGUST)
    assert len(str(refused.value)) > 10


def test_spread_covers_both_ends_over_the_year() -> None:
    assert list(spread(Decimal(1), date(2090, 12, 1), date(2091, 2, 1))) == [
        date(2090, 12, 1), date(2091, 1, 1), date(2091, 2, 1)
    ]  # fmt: skip
