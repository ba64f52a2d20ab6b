"""Sheets as agencies keep them, made for the tests."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from companies.importing.checking import check, survey
from companies.importing.reading import open_source
from companies.importing.rows import CheckedRow, Context

TODAY = date(2026, 11, 21)
PLAIN = ["STT", "Tên sản phẩm", "Chủ thể", "Địa chỉ", "Hạng sao"]


def xlsx(*tables: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of the given sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in tables:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes, **context: Any) -> list[CheckedRow]:
    """Every data row of a file with what was found in it."""
    source = open_source(io.BytesIO(content), max_bytes=20 * 1024 * 1024)
    where = Context(today=TODAY, **context)
    return list(check(source, survey(source, needs_producer=not where.own_producer).plans, where))


def columns(content: bytes) -> dict[str, int]:
    source = open_source(io.BytesIO(content), max_bytes=20 * 1024 * 1024)
    return survey(source, needs_producer=False).plans[0].columns


def codes(row: CheckedRow) -> list[str]:
    return [problem.code for problem in row.problems]


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def messy_book() -> bytes:
    """Titles above, a two-row heading with merged cells, sections, a hidden column, totals and signatures below."""
    book = Workbook()
    cover = book.active
    cover.title = "Bìa"
    cover["B3"] = "SỞ CÔNG THƯƠNG TỈNH HƯNG YÊN"
    sheet = book.create_sheet("Danh sách")
    sheet["A1"] = "UBND TỈNH HƯNG YÊN"
    sheet["A3"] = "DANH SÁCH SẢN PHẨM OCOP NĂM 2025"
    sheet.merge_cells("A3:K3")
    top = ["TT", "Tên SP", "Chủ thể", None, None, "Xếp hạng", "Quyết định công nhận", None, "Giá bán (đồng/kg)",
           "Sản lượng (tấn/năm)", "Ghi chú"]  # fmt: skip
    low = [None, None, "HTX/Cơ sở", "Xã/Phường", "Huyện", None, "Số QĐ", "Ngày QĐ", None, None, None]
    for column, (first, second) in enumerate(zip(top, low, strict=True), start=1):
        sheet.cell(5, column, first)
        sheet.cell(6, column, second)
    sheet.merge_cells("C5:E5")
    sheet.merge_cells("G5:H5")
    for letter in "ABFIJK":
        sheet.merge_cells(f"{letter}5:{letter}6")
    for column in range(1, 12):
        sheet.cell(7, column, f"({column})")
    rows = [
        ["I", "Huyện Tiên Lữ"],
        [1, "Long nhãn sấy", "HTX Nhãn Lồng", "Xã Thụy Lôi", "Tiên Lữ", "4 sao", "QĐ số 12/QĐ-UBND",
         date(2025, 5, 12), "450.000", "20-30", "tốt"],
        [2, "Mật ong hoa nhãn", None, None, None, "****", "12/QĐ-UBND", "12/05/2025", "250k", 2.5, None],
        ["II", "Huyện Văn Giang"],
        [3, nfd("Tương bần"), nfd("Cơ sở Tương Bần"), nfd("Xã Mễ Sở"), "Văn Giang", "bốn sao", None, None, None,
         "dưới 5 tấn/năm", None],
        ["Tổng cộng", None, None, None, None, 3],
        [],
        [None, None, None, None, None, None, None, "Hưng Yên, ngày 20 tháng 11 năm 2025"],
        [None, "NGƯỜI LẬP", None, None, None, None, None, "GIÁM ĐỐC"],
        [None, "Nguyễn Thị A", None, None, None, None, None, "Trần Văn B"],
    ]  # fmt: skip
    for offset, values in enumerate(rows):
        for column, value in enumerate(values, start=1):
            sheet.cell(8 + offset, column, value)
    for letter in "CDE":
        sheet.merge_cells(f"{letter}9:{letter}10")
    sheet.column_dimensions["G"].hidden = True
    lists = book.create_sheet("dm")
    lists.append(["Tên sản phẩm", "Chủ thể"])
    lists.append(["không đọc", "không đọc"])
    lists.sheet_state = "hidden"
    return saved(book)
