"""What people type into number and month fields."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from core.forms import LocalDecimalField, MonthField


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("365.000", "365000", "365"),
        ("365,000", "365", "365000"),
        ("0,5", "0.5", "0.5"),
        ("0.5", "0.5", "0.5"),
        ("1.250.000", "1250000", "1250000"),
        ("1,250.75", "1250.75", "1250.75"),
        ("1.250,75", "1250.75", "1250.75"),
        ("2", "2", "2"),
    ],
)
def test_decimal_field_reads_both_writings(text, vi, en):
    for language, expected in (("vi", vi), ("en", en)):
        with translation.override(language):
            assert LocalDecimalField().clean(text) == Decimal(expected)


@pytest.mark.parametrize("text", ["abc", "1,2,3", "=1+1", "1e9", "NaN", "Infinity"])
def test_decimal_field_refuses_what_is_no_number(text):
    for language in ("vi", "en"):
        with translation.override(language), pytest.raises(ValidationError):
            LocalDecimalField().clean(text)


def test_decimal_field_shows_what_it_reads_back():
    with translation.override("vi"):
        field = LocalDecimalField()
        shown = field.widget.format_value(Decimal("1365000.5"))
        assert shown == "1.365.000,5"
        assert field.clean(shown) == Decimal("1365000.5")


@pytest.mark.parametrize("text", ["2027-08", "8/2027", "T8/2027", "tháng 8/2027"])
def test_month_field_cleans_to_the_first_day(text):
    assert MonthField().clean(text) == date(2027, 8, 1)


def test_month_field_refuses_a_thirteenth_month():
    with pytest.raises(ValidationError):
        MonthField().clean("13/2027")
