"""Lines from sheets: good rows are read, every other one is told by row and column."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from openpyxl import Workbook

from core.errors import DomainError
from tenders.services.importing import import_lines
from tests.factories.needs import longan_line, make_draft, make_published
from tests.people import api_of

HEAD = ["STT", "Sản phẩm", "Mã HS", "Đơn vị", "8/2090", "9/2090", "Hạng sao", "Chứng nhận", "Giá"]


def sheet(*rows: list[object], head: list[object] | None = None) -> io.BytesIO:
    book = Workbook()
    page = book.active
    page.append(["KẾ HOẠCH MUA HÀNG 2090"])
    page.append(head or HEAD)
    for row in rows:
        page.append(row)
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return target


@pytest.fixture
def need(people: SimpleNamespace) -> object:
    return make_draft(people.buyer, people.lan)


def test_good_rows_become_lines_in_base_units(need, people: SimpleNamespace) -> None:
    handle = sheet(
        [1, "Long nhãn sấy loại A", "081340", "tấn", 2, "3,5", "4 sao", "HACCP", "420.000 đ/kg"],
        ["", "Tổng cộng", "", "", 2, 3.5],
    )
    found = import_lines(need=need, actor=people.lan, handle=handle, write=True)
    assert (found.rows, found.rejected) == (1, [])
    line = need.lines.order_by("position").last()
    assert line.quantities == {date(2090, 8, 1): Decimal(2000), date(2090, 9, 1): Decimal(3500)}
    assert (line.unit_id, line.hs_id, line.required_stars, line.ceiling_price) == (
        "KGM",
        "081340",
        4,
        Decimal(420000),
    )
    assert line.certificates.get().scheme_id == "haccp_codex"


def test_every_problem_is_told_by_row_and_column(need, people: SimpleNamespace) -> None:
    handle = sheet(
        [1, "Chè Shan", "999999", "stone", "nhiều", 1, "9 sao", "Không có", "rẻ"],
        [2, "=1+1", "", "kg", 1, 1],
        [3, "Mật ong", "", "hộp", 10, 10],
        [4, "Gạo nếp", "", "kg", "", ""],
        [5, "Vải sấy", "", "kg", 100, 100],
    )
    found = import_lines(need=need, actor=people.lan, handle=handle)
    assert found.rows == 5 and [line.product_words for line in found.lines] == ["Vải sấy"]
    by_row = {}
    for problem in found.rejected:
        by_row.setdefault(problem.row, set()).add(problem.column)
        assert problem.reason
    assert by_row[3] == {"Mã HS", "Đơn vị", "8/2090", "Hạng sao", "Chứng nhận", "Giá"}
    assert by_row[4] == {"Sản phẩm"}
    assert by_row[5] == {"Đơn vị"} and by_row[6] == {"8/2090"}
    assert need.lines.count() == 1  # only checked


def test_importing_the_same_twice_adds_nothing(need, people: SimpleNamespace) -> None:
    row = [1, "Vải sấy", "", "kg", 100, 100]
    for _ in range(2):
        import_lines(need=need, actor=people.lan, handle=sheet(row), write=True)
    assert need.lines.count() == 2


def test_pasted_rows_with_a_quantity_in_words(need, people: SimpleNamespace) -> None:
    text = "Sản phẩm\tSố lượng\nMít sấy\t2 t/tháng từ 8/2090 đến 12/2090\n"
    found = import_lines(need=need, actor=people.lan, text=text)
    assert found.rejected == []
    assert found.lines[0].months[date(2090, 12, 1)] == Decimal(2000)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04broken", b"<html><table></table></html>", b"%PDF-1.7"])
def test_other_files_are_refused_in_words(need, people: SimpleNamespace, data: bytes) -> None:
    with pytest.raises(DomainError) as refused:
        import_lines(need=need, actor=people.lan, handle=io.BytesIO(data))
    assert (refused.value.code, refused.value.status) == ("file-refused", 400)


def test_published_need_takes_no_more_lines(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    with pytest.raises(DomainError) as refused:
        import_lines(need=need, actor=people.lan, text="Sản phẩm\tx")
    assert refused.value.code == "need-published"


def test_api_checks_then_writes(need, people: SimpleNamespace) -> None:
    longan_line()
    api = api_of(people.lan)
    url = f"/api/v1/needs/{need.pk}/import-lines/"
    text = "Sản phẩm\t8/2090\nVải sấy\t100\nMít sấy\tnhiều\n"
    checked = api.post(url, {"text": text}, format="json").json()
    assert (checked["rows"], checked["good"], checked["written"]) == (2, 1, False)
    assert checked["rejected"][0]["row"] == 3 and checked["rejected"][0]["column"] == "8/2090"
    assert api.post(url, {"text": text, "write": True}, format="json").json()["written"] is True
    assert need.lines.count() == 2
