"""Whole sheets as agencies really keep them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.companies.importing.sheets import PLAIN, TODAY, codes, columns, messy_book, nfd, read, xlsx


def test_messy_book_gives_its_three_products_and_nothing_else():
    rows = read(messy_book())
    assert [row.record.product for row in rows if row.record] == [
        "Long nhãn sấy",
        "Mật ong hoa nhãn",
        "Tương bần",
    ]
    assert [row.number for row in rows] == [9, 10, 12]
    assert not any(row.errors for row in rows)


def test_messy_book_reads_every_column_of_a_row():
    record = read(messy_book())[0].record
    assert record is not None
    assert (record.producer, record.province, record.address) == (
        "HTX Nhãn Lồng",
        "33",
        "Xã Thụy Lôi, Tiên Lữ",
    )
    assert record.commune is not None
    assert (record.stars, record.decision, record.issued_on) == (4, "12/QĐ-UBND", date(2025, 5, 12))
    assert (record.price, record.unit) == (Decimal("450000.00"), "KGM")
    assert (record.capacity, record.period, record.capacity_text) == (Decimal("20000.000"), "year", "20-30")


def test_messy_book_fills_cells_that_are_merged_over_rows():
    second = read(messy_book())[1].record
    assert second is not None
    assert second.producer == "HTX Nhãn Lồng"
    assert (second.stars, second.issued_on, second.price) == (4, date(2025, 5, 12), Decimal("250000.00"))
    assert second.capacity == Decimal("2500.000")


def test_messy_book_composes_nfd_text_and_keeps_an_upper_limit_as_words():
    third = read(messy_book())[2]
    assert third.record is not None
    assert third.record.product == "Tương bần"
    assert (
        third.record.commune
        == read(xlsx(("a", [PLAIN, [1, "Cam", "HTX A", "Xã Mễ Sở, Hưng Yên", 3]])))[0].record.commune
    )
    assert third.record.capacity is None
    assert codes(third) == ["capacity-limit"]


@pytest.mark.parametrize(
    "headings",
    [
        ["Tên SP", "Chủ thể sản xuất", "Hạng", "Số QĐ", "Ngày QĐ", "Giá bán", "Sản lượng", "SĐT", "Địa chỉ"],
        ["ten san pham", "don vi san xuat", "xep hang", "so quyet dinh", "ngay ky quyet dinh", "don gia", "quy mo",
         "dien thoai", "dia diem"],
        ["Product name", "Producer", "Star rating", "Decision No.", "Date of decision", "Price", "Capacity",
         "Phone number", "Address"],
        ["TÊN SẢN PHẨM OCOP", "HTX/CƠ SỞ", "SỐ SAO", "QUYẾT ĐỊNH CÔNG NHẬN", "NGÀY CÔNG NHẬN", "GIÁ BÁN LẺ (VNĐ)",
         "NĂNG LỰC CUNG ỨNG", "SỐ ĐIỆN THOẠI LIÊN HỆ", "ĐỊA CHỈ SẢN XUẤT"],
    ],
)  # fmt: skip
def test_headings_are_understood_in_any_writing(headings):
    expected = [
        "product",
        "producer",
        "stars",
        "decision",
        "decision_date",
        "price",
        "capacity",
        "phone",
        "address",
    ]
    found = columns(xlsx(("a", [headings])))
    assert found == {name: index for index, name in enumerate(expected)}
    turned = columns(xlsx(("a", [[nfd(title) for title in reversed(headings)]])))
    assert turned == {name: len(expected) - 1 - index for index, name in enumerate(expected)}


def test_don_vi_is_the_unit_or_the_producer_by_what_its_cells_hold():
    as_unit = xlsx(
        (
            "a",
            [
                ["Tên sản phẩm", "Cơ sở", "Đơn vị"],
                ["Gạo nếp", "HTX Lúa", "kg"],
                ["Trà sen", "HTX Sen", "hộp"],
            ],
        )
    )
    as_maker = xlsx(("a", [["Tên sản phẩm", "Đơn vị", "Hạng"], ["Gạo nếp", "HTX Lúa Vàng", 3]]))
    assert columns(as_unit)["unit"] == 2
    assert columns(as_maker)["producer"] == 1


def test_several_sheets_are_all_read_and_others_are_left_out():
    content = xlsx(
        ("Tiên Lữ", [PLAIN, [1, "Long nhãn", "HTX A", "Hưng Yên", 3]]),
        ("Hướng dẫn", [["Cách điền biểu mẫu"], ["Điền đủ các cột"]]),
        ("Văn Giang", [["Danh sách"], ["Chủ thể", "Sản phẩm"], ["HTX B", "Quất cảnh"]]),
    )
    assert [(row.sheet, row.record.product) for row in read(content) if row.record] == [
        ("Tiên Lữ", "Long nhãn"),
        ("Văn Giang", "Quất cảnh"),
    ]


def test_a_product_listed_twice_is_reported_and_kept_once():
    content = xlsx(
        ("a", [PLAIN,
               [1, "Cà phê sạch", "HTX Bình Minh", "Hưng Yên", 3],
               [2, "cà phê  SẠCH", "Hợp tác xã Bình Minh", "Hưng Yên", 3],
               [3, "Cà phê sạch", "HTX Bình Minh", "Hưng Yên", 3],
               [4, "Cà phê sạch", "HTX Hoàng Hôn", "Hưng Yên", 3]])
    )  # fmt: skip
    rows = read(content)
    assert [row.record is not None for row in rows] == [True, False, False, True]
    assert (codes(rows[1]), codes(rows[2])) == (["duplicate-spelling"], ["duplicate-row"])
    assert rows[1].problems[0].params["row"] == 2


def test_rows_of_another_province_are_rejected_and_old_provinces_understood():
    content = xlsx(
        ("a", [PLAIN,
               [1, "Nhãn", "HTX A", "Xã Mễ Sở, huyện Văn Giang, tỉnh Hưng Yên", 3],
               [2, "Cói", "HTX B", "Huyện Kiến Xương, tỉnh Thái Bình", 3],
               [3, "Dừa sáp", "HTX C", "Huyện Cầu Kè, Tỉnh Trà Vinh", 3],
               [4, "Tỏi", "HTX D", None, 3]])
    )  # fmt: skip
    rows = read(content, provinces=frozenset({"33"}), assumed_province="33")
    assert [row.record.province if row.record else codes(row) for row in rows] == [
        "33",
        "33",
        ["other-province"],
        "33",
    ]


def test_rows_that_are_not_good_say_why_in_every_cell():
    content = xlsx(
        ("a", [["Tên sản phẩm", "Chủ thể", "Hạng", "Ngày QĐ", "Giá bán"],
               [None, "HTX A", "6 sao", "31/02/2025", "abc"],
               ["Nhãn", None, 3, None, None],
               ["Vải", "HTX A", "4-5 sao", "20/11/2027", "85"]])
    )  # fmt: skip
    rows = read(content)
    assert codes(rows[0]) == ["product-missing", "stars-out-of-range", "no-such-date", "not-a-price"]
    assert [problem.column for problem in rows[0].problems] == ["Tên sản phẩm", "Hạng", "Ngày QĐ", "Giá bán"]
    assert codes(rows[1]) == ["producer-missing"]
    assert codes(rows[2]) == ["stars-ambiguous", "date-in-future", "price-unit-unclear"]
    assert not any(row.record for row in rows)


def test_what_the_sheet_does_not_say_is_not_invented():
    record = read(xlsx(("a", [PLAIN, [1, "Long nhãn sấy", "HTX A", "Hưng Yên", "4 sao"]])))[0]
    assert record.record is not None
    assert (record.record.decision, record.record.issued_on, record.record.valid_until) == ("", None, None)
    assert (record.record.set_number, record.record.set_confirmed) == (7, False)
    assert record.record.capacity is None
    assert set(record.notes) == {"rating-unverified", "set-guessed", "unit-not-stated"}


def test_a_range_takes_the_lower_bound_and_keeps_the_words():
    content = xlsx(("a", [[*PLAIN, "Sản lượng"], [1, "Nhãn", "HTX A", "Hưng Yên", 3, "20-30 tấn/tháng"]]))
    record = read(content)[0].record
    assert record is not None
    assert (record.capacity, record.period, record.unit) == (Decimal("20000.000"), "month", "KGM")
    assert record.capacity_text == "20-30 tấn/tháng"


def test_hidden_rows_are_read_and_told():
    from openpyxl import Workbook

    from tests.companies.importing.sheets import saved

    book = Workbook()
    for row in [PLAIN, [1, "Nhãn", "HTX A", "Hưng Yên", 3], [2, "Vải", "HTX A", "Hưng Yên", 3]]:
        book.active.append(row)
    book.active.row_dimensions[3].hidden = True
    rows = read(saved(book))
    assert [row.record is not None for row in rows] == [True, True]
    assert codes(rows[1]) == ["hidden-row"]


def test_a_supplier_reads_its_own_products_and_no_others():
    content = xlsx(
        ("a", [["Tên sản phẩm", "Chủ thể"], ["Nhãn", "HTX Bến Sông"], ["Vải", "HTX Đối Thủ"], ["Mận", None]])
    )
    rows = read(content, own_producer="Hợp tác xã Bến Sông", own_place=("33", None))
    assert [row.record is not None for row in rows] == [True, False, True]
    assert codes(rows[1]) == ["other-producer"]


def test_the_national_list_of_public_facts_is_read_whole():
    from pathlib import Path

    content = (Path(__file__).parents[2] / "data" / "real_ocop_products.csv").read_bytes()
    rows = read(content)
    assert len(rows) == 50
    assert all(row.record and row.record.stars and row.record.province for row in rows)
    assert {row.record.province for row in rows if row.record} == {"68", "86", "91"}
    assert TODAY.year == 2026
