"""Units, conversion, and numbers as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core import months
from core.quantities import (
    Quantity,
    QuantityError,
    convert,
    is_convertible,
    parse_decimal,
    parse_quantity,
    parse_unit,
    to_base,
    units,
)


def test_every_unit_of_the_table_has_a_code_and_a_name():
    assert len(units()) == 34
    assert all(unit.name_vi and unit.name_en for unit in units().values())


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("2", "TNE", "KGM", "2000"),
        ("3", "DTN", "KGM", "300"),
        ("5", "HGM", "KGM", "0.5"),
        ("500", "GRM", "KGM", "0.5"),
        ("2", "DZN", "H87", "24"),
        ("330", "MLT", "LTR", "0.33"),
        ("1500", "KGM", "TNE", "1.5"),
    ],
)
def test_convert_between_units_of_one_dimension(value, source, target, expected):
    assert convert(Decimal(value), source, target) == Decimal(expected)


def test_convert_refuses_mass_to_volume():
    with pytest.raises(QuantityError) as refused:
        convert(Decimal(1), "KGM", "LTR")
    assert refused.value.code == "not-convertible"
    assert not is_convertible("KGM", "LTR")


def test_convert_of_a_package_needs_its_net_content():
    with pytest.raises(QuantityError) as refused:
        convert(Decimal(10), "XBG", "KGM")
    assert refused.value.code == "net-content-needed"
    bag = Quantity(Decimal(500), "GRM")
    assert convert(Decimal(10), "XBG", "KGM", net=bag) == Decimal(5)
    assert convert(Decimal(5), "KGM", "XBG", net=bag) == Decimal(10)
    assert to_base(Decimal(10), "XBG", net=bag) == Quantity(Decimal(5), "KGM")


@pytest.mark.parametrize(
    ("text", "code", "multiplier"),
    [
        ("kg", "KGM", 1),
        ("Tấn", "TNE", 1),
        ("tạ", "DTN", 1),
        ("tá", "DZN", 1),
        ("yến", "KGM", 10),
        ("yen", "KGM", 10),
        ("lạng", "HGM", 1),
        ("chai", "XBO", 1),
        ("TNE", "TNE", 1),
        ("lít", "LTR", 1),
        ("tan", "TNE", 1),
        ("ta\u0323", "DTN", 1),
    ],
)
def test_parse_unit_understands_local_words(text, code, multiplier):
    word = parse_unit(text)
    assert (word.code, word.multiplier) == (code, multiplier)


@pytest.mark.parametrize("text", ["chục", "chuc", "ta"])
def test_parse_unit_refuses_words_with_two_meanings(text):
    with pytest.raises(QuantityError) as refused:
        parse_unit(text)
    assert refused.value.code == "ambiguous-unit"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.250.000", "1250000"),
        ("1,250,000", "1250000"),
        ("1.250.000,50", "1250000.50"),
        ("1,250,000.50", "1250000.50"),
        ("69,25", "69.25"),
        ("69.25", "69.25"),
        ("1.250", "1250"),
        ("0.250", "0.250"),
        ("0,250", "0.250"),
        ("1 250 000", "1250000"),
        ("-3", "-3"),
        ("１２", "12"),
    ],
)
def test_parse_decimal_reads_both_writings(text, expected):
    assert parse_decimal(text) == Decimal(expected)


def test_parse_decimal_of_a_comma_before_three_digits_is_ambiguous():
    with pytest.raises(QuantityError) as refused:
        parse_decimal("1,250")
    assert refused.value.code == "ambiguous-number"
    assert parse_decimal("120,000", comma_groups=True) == Decimal(120000)
    assert parse_decimal("69,125", comma_groups=False) == Decimal("69.125")


@pytest.mark.parametrize("text", ["", "abc", "1.25.0", "1..2", "12,3456,7", "1e5", "--2", "9" * 60])
def test_parse_decimal_refuses_what_is_no_number(text):
    with pytest.raises(QuantityError):
        parse_decimal(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 tấn", Quantity(Decimal(2), "TNE")),
        ("1.250kg", Quantity(Decimal(1250), "KGM")),
        ("2,5 tạ", Quantity(Decimal("2.5"), "DTN")),
        ("3 yến", Quantity(Decimal(30), "KGM")),
        ("500 g", Quantity(Decimal(500), "GRM")),
    ],
)
def test_parse_quantity_reads_number_and_unit(text, expected):
    assert parse_quantity(text) == expected


def test_parse_quantity_without_unit_needs_a_default():
    with pytest.raises(QuantityError) as refused:
        parse_quantity("12")
    assert refused.value.code == "unit-needed"
    assert parse_quantity("12", default_unit="KGM") == Quantity(Decimal(12), "KGM")


def test_months_cross_the_year():
    assert months.add_months(date(2026, 11, 21), 3) == date(2027, 2, 1)
    assert months.add_months(date(2026, 1, 1), -1) == date(2025, 12, 1)
    assert months.months_between(date(2026, 11, 1), date(2027, 2, 1)) == 3
    assert months.month_range(date(2026, 12, 5), 2) == [date(2026, 12, 1), date(2027, 1, 1)]
    assert list(months.months_from_to(date(2026, 12, 1), date(2027, 1, 1))) == [
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]
    assert months.last_day(date(2028, 2, 1)) == date(2028, 2, 29)


@pytest.mark.parametrize(
    "text", ["2026-08", "08/2026", "8/2026", "T8/2026", "tháng 8 năm 2026", "Aug 2026", "2026-08-15"]
)
def test_parse_month_reads_usual_writings(text):
    assert months.parse_month(text) == date(2026, 8, 1)


@pytest.mark.parametrize("text", ["", "tháng 13/2026", "2026", "hello 2026"])
def test_parse_month_refuses_the_rest(text):
    with pytest.raises(ValueError, match="month"):
        months.parse_month(text)
