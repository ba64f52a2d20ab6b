"""Cells as they are written: stars, dates, decisions, prices, capacities, contacts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from companies.importing import amounts, values
from companies.importing.problems import ValueRefused
from companies.importing.sets import guess_set, read_set
from companies.importing.text import WordedNumber, producer_key


def refused(parse, value, **options):
    with pytest.raises(ValueRefused) as caught:
        parse(value, **options)
    return caught.value.code


@pytest.mark.parametrize(
    ("value", "stars"),
    [
        ("4 sao", 4), ("****", 4), ("OCOP 4*", 4), ("bốn sao", 4), ("bon sao", 4), ("4", 4), (4, 4), (4.0, 4),
        ("★★★★", 4), ("★★★★☆", 4), ("năm sao", 5), ("5 sao (2023)", 5), ("4/5", 4), ("4 stars", 4), ("Đạt 3 sao", 3),
        ("4 sao (tiềm năng 5 sao)", 4), ("IV", 4), (WordedNumber(4, "sao"), 4), ("OCOP 3 sao năm 2022", 3),
        ("Chưa xếp hạng", None), ("-", None), ("không", None),
    ],
)  # fmt: skip
def test_parse_stars_reads_every_writing(value, stars):
    assert values.parse_stars(value) == stars


@pytest.mark.parametrize(
    ("value", "code"),
    [("6 sao", "stars-out-of-range"), ("2", "stars-out-of-range"), ("4-5 sao", "stars-ambiguous"),
     ("Tiềm năng 5 sao", "stars-ambiguous"), ("tốt", "not-stars")],
)  # fmt: skip
def test_parse_stars_refuses_what_is_unclear(value, code):
    assert refused(values.parse_stars, value) == code


@pytest.mark.parametrize(
    "value",
    [
        "12/05/2025",
        "12-5-2025",
        "12.5.25",
        "2025-05-12",
        "ngày 12 tháng 5 năm 2025",
        45789,
        "45789",
        date(2025, 5, 12),
    ],
)
def test_parse_date_reads_every_writing(value):
    assert values.parse_date(value) == date(2025, 5, 12)


@pytest.mark.parametrize(
    ("value", "code"),
    [("31/02/2025", "no-such-date"), ("13/25/2025", "no-such-date"), ("2025", "date-incomplete"),
     ("05/2025", "date-incomplete"), ("hôm qua", "not-a-date")],
)  # fmt: skip
def test_parse_date_invents_nothing(value, code):
    assert refused(values.parse_date, value) == code


def test_parse_decision_takes_number_and_date_from_one_cell():
    assert values.parse_decision("QĐ số 1234/QĐ-UBND ngày 12/05/2025") == values.Decision(
        "1234/QĐ-UBND", date(2025, 5, 12)
    )
    assert values.parse_decision("781 /QĐ - UBND").number == "781/QĐ-UBND"
    assert values.parse_decision("").number == ""


@pytest.mark.parametrize(
    ("value", "price", "unit"),
    [
        ("1.250.000 đ/kg", 1_250_000, "KGM"), ("120k", 120_000, ""), ("80 nghìn", 80_000, ""),
        ("80 ngàn/kg", 80_000, "KGM"), ("1,2 triệu", 1_200_000, ""), ("1tr2", 1_200_000, ""),
        ("120,000", 120_000, ""), (120000, 120_000, ""), ("150.000đ/hộp 500g", 150_000, "XBX"),
        ("45.000/100g", 450_000, "KGM"), ("250.000 đ/tạ", 250_000, "DTN"), ("250.000 đ/tá", 250_000, "DZN"),
    ],
)  # fmt: skip
def test_parse_price_reads_every_writing(value, price, unit):
    found = amounts.parse_price(value)
    assert found is not None
    assert (found.value, found.currency, found.unit) == (Decimal(price), "VND", unit)


def test_parse_price_takes_scale_unit_and_currency_from_the_heading():
    assert amounts.parse_price("85", hint="Giá bán (nghìn đồng/kg)") == amounts.Price(
        Decimal(85000), "VND", "KGM"
    )
    assert amounts.parse_price(2.5, hint="Price (USD/kg)") == amounts.Price(Decimal("2.5"), "USD", "KGM")


def test_parse_price_of_a_range_or_on_request_gives_no_price():
    assert amounts.parse_price("120.000 - 150.000 đ/kg") == amounts.Price(None, "VND", "KGM", is_range=True)
    assert amounts.parse_price("liên hệ") == amounts.Price(None)


@pytest.mark.parametrize(
    ("value", "code"),
    [("85", "price-unit-unclear"), ("0", "price-not-positive"), ("-5", "price-not-positive"), ("đắt", "not-a-price"),
     ("18.000 đ/chục", "price-unit-unknown")],
)  # fmt: skip
def test_parse_price_refuses_what_is_unclear(value, code):
    assert refused(amounts.parse_price, value) == code


@pytest.mark.parametrize(
    ("value", "low", "unit", "period"),
    [
        ("2 tấn/năm", "2", "TNE", "year"), ("20-30 tấn/tháng", "20", "TNE", "month"),
        ("500kg/tháng", "500", "KGM", "month"),
        ("20 tấn – 30 tấn/năm", "20", "TNE", "year"), ("5 tạ/tháng", "5", "DTN", "month"),
        ("3 yến/tháng", "30", "KGM", "month"),
        ("khoảng 20 tấn mỗi năm", "20", "TNE", "year"), ("1.200 chai/năm", "1200", "XBO", "year"),
        ("2 tan/nam", "2", "TNE", "year"), ("500 kg per month", "500", "KGM", "month"), ("20 tấn", "20", "TNE", ""),
        ("2 tấn/vụ", "2", "TNE", ""),
    ],
)  # fmt: skip
def test_parse_capacity_takes_the_lower_bound_with_unit_and_period(value, low, unit, period):
    found = amounts.parse_capacity(value)
    assert found is not None
    assert (found.low, found.unit, found.period, found.is_limit) == (Decimal(low), unit, period, False)


def test_parse_capacity_knows_an_upper_limit_and_the_heading():
    limit = amounts.parse_capacity("dưới 5 tấn/năm")
    assert limit is not None
    assert limit.is_limit
    from_heading = amounts.parse_capacity(20, hint="Sản lượng (tấn/năm)")
    assert from_heading is not None
    assert (from_heading.low, from_heading.unit, from_heading.period) == (Decimal(20), "TNE", "year")


@pytest.mark.parametrize(
    ("value", "code"),
    [("1,250 kg/tháng", "number-ambiguous"), ("5 ta/tháng", "unit-ambiguous"), ("5 chục/tháng", "unit-ambiguous"),
     ("0", "quantity-not-positive"), ("-5 tấn/năm", "quantity-not-positive"), (20, "unit-needed")],
)  # fmt: skip
def test_parse_capacity_refuses_what_is_unclear(value, code):
    assert refused(amounts.parse_capacity, value) == code


def test_phone_gtin_and_tax_code_are_checked():
    assert values.parse_phone("0912.345.678; 0987 654 321") == "+84912345678"
    assert values.parse_phone(912345678) == "+84912345678"
    assert values.parse_gtin("8938505974194") == "8938505974194"
    assert refused(values.parse_gtin, "8938505974195") == "gtin-check-digit"
    assert values.parse_tax_code(101234567) == "0101234567"


def test_producer_key_joins_abbreviations_of_legal_forms():
    assert (
        producer_key("Hợp tác xã Nông nghiệp Thông Hòa") == producer_key("HTXNN Thông Hoà") == "htxnnthonghoa"
    )
    assert producer_key("Công ty Trách nhiệm hữu hạn An") == producer_key("Cty TNHH An")
    assert producer_key("HTX An") != producer_key("HTX Ân Thi")


def test_sets_are_guessed_from_names_and_read_from_cells():
    names = ("Nước mắm Cát Hải", "Cà phê bột", "Trà sen", "Xoài sấy dẻo", "Homestay bản Áng")
    assert [guess_set(name) for name in names] == [
        9, 13, 12, 7, 26,
    ]  # fmt: skip
    assert guess_set("Abc Xyz") is None
    names = [(7, "che bien tu rau, cu, qua, hat"), (13, "ca phe, cacao")]
    assert read_set("Cà phê, cacao", names) == 13
    assert read_set("Bộ 7", names) == 7
    assert read_set("Thực phẩm", names) is None
