"""Numbers, money, quantities and dates as people of both languages read them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from core import formats

N = "\u00a0"


@pytest.fixture(params=["vi", "en"])
def language(request):
    with translation.override(request.param):
        yield request.param


def both(language, vi, en):
    return vi if language == "vi" else en


def test_number_groups_and_rounds_by_language(language):
    assert formats.number(Decimal("1234.5")) == both(language, "1.234,5", "1,234.5")
    assert formats.number(Decimal("1234.5"), 0) == both(language, "1.234", "1,234")
    assert formats.number(-2) == "−2"


def test_money_has_no_invented_decimals(language):
    assert formats.money(Decimal("415000.00")) == both(language, f"415.000{N}₫", "₫415,000")
    assert formats.money(Decimal("12.5"), "USD") == both(language, f"12,50{N}US$", "US$12.50")


def test_short_money_names_millions(language):
    assert formats.money(Decimal("985500000"), short=True) == both(
        language, "985,5 triệu ₫", "₫985.5 million"
    )


def test_quantity_turns_large_kilograms_into_tonnes(language):
    assert formats.quantity(Decimal(2000), "KGM") == both(language, f"2{N}tấn", f"2{N}t")
    assert formats.quantity(Decimal("350.5"), "KGM") == both(language, f"350,5{N}kg", f"350.5{N}kg")
    assert formats.quantity(Decimal(2000), "KGM", scale=False) == both(language, f"2.000{N}kg", f"2,000{N}kg")


def test_percent_never_calls_less_than_all_all(language):
    assert formats.percent(Decimal("0.92")) == both(language, f"92{N}%", "92%")
    assert formats.percent(Decimal("0.9996")) == both(language, f"99{N}%", "99%")
    assert formats.percent(1) == both(language, f"100{N}%", "100%")


def test_months_and_spans(language):
    august, december = date(2027, 8, 1), date(2027, 12, 1)
    assert formats.month(august) == both(language, "T8/2027", "Aug 2027")
    assert formats.month(august, "long") == both(language, "tháng 8/2027", "August 2027")
    assert formats.month_span(august, december) == both(language, "T8 – T12/2027", "Aug – Dec 2027")
    assert formats.month_span(august, august) == formats.month(august)
    assert formats.month_span(december, date(2028, 1, 1)) == both(
        language, "T12/2027 – T1/2028", "Dec 2027 – Jan 2028"
    )


def test_instants_are_shown_in_vietnam(language):
    evening = datetime(2026, 10, 31, 18, 30, tzinfo=UTC)  # already the first of November in Vietnam
    assert formats.day(evening) == both(language, "1/11/2026", "1 Nov 2026")
    assert formats.moment(evening) == both(language, "01:30, 1/11/2026", "01:30, 1 Nov 2026")


def test_weekday_is_named(language):
    assert formats.weekday(date(2027, 2, 19)) == both(language, "thứ Sáu 19/2", "Fri 19 Feb")


@pytest.mark.parametrize(
    ("deadline", "vi", "en"),
    [
        (datetime(2026, 11, 24, 10, 0, tzinfo=UTC), "còn 3 ngày", "3 days left"),
        (datetime(2026, 11, 21, 15, 30, tzinfo=UTC), "còn 5 giờ", "5 hours left"),
        (datetime(2026, 11, 21, 10, 0, tzinfo=UTC), "đã đóng", "closed"),
        (date(2026, 11, 21), "hết hạn hôm nay", "ends today"),
        (date(2026, 11, 22), "còn 1 ngày", "1 day left"),
        (date(2026, 11, 20), "đã đóng", "closed"),
    ],
)
def test_time_left_counts_whole_days_then_hours(language, deadline, vi, en):
    now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert formats.time_left(deadline, now=now) == both(language, vi, en)


def test_unknown_unit_is_shown_as_its_code():
    assert formats.unit_symbol("ZZZ") == "ZZZ"


def test_price_is_for_one_of_the_unit(language):
    assert formats.price(Decimal(99000), "VND", "NMP") == both(language, f"99.000{N}₫/gói", "₫99,000/pack")
    assert formats.price(Decimal(99000), "VND", "KGM") == both(language, f"99.000{N}₫/kg", "₫99,000/kg")
