"""Files that are broken, of another kind, or meant to do harm."""

from __future__ import annotations

import io
import zipfile

import pytest

from companies.importing import workbook
from companies.importing.problems import FileRefused
from companies.importing.text import clean
from tests.companies.importing.sheets import PLAIN, codes, read, saved, xlsx

GOOD = xlsx(("a", [PLAIN, [1, "Nhãn", "HTX A", "Hưng Yên", 3]]))


def changed(content: bytes, **parts: bytes) -> bytes:
    """The workbook with some of its parts replaced, named by how their path ends."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            key = next((key for key in parts if name.endswith(key)), None)
            target.writestr(name, parts[key] if key else source.read(name))
    return out.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(FileRefused) as refused:
        read(content)
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\xef\xbb\xbf \r\n", "empty-file"),
        (b"%PDF-1.7\n%\xe2\xe3", "is-pdf"),
        (b"\x89PNG\r\n\x1a\n", "is-picture"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600, "is-xls"),
        (bytes.fromhex("D0CF11E0A1B11AE1") + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (b"<html><table><tr><td>STT</td></tr></table></html>", "is-web-page"),
        (b"PK\x03\x04 not an archive", "broken-workbook"),
        (bytes(range(256)) * 20, "unknown-type"),
        (GOOD[: len(GOOD) // 2], "broken-workbook"),
        ("Kính gửi,\nđây là một bức thư.\n".encode(), "no-table"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_with_its_reason(content, code):
    assert refusal(content) == code


def test_an_archive_of_other_files_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(out.getvalue()) == "is-document"


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = changed(GOOD, **{"sheet1.xml": b" " * (40 << 20)})
    assert len(bomb) < 200_000
    assert refusal(bomb) == "too-large-unpacked"


def test_entities_are_refused():
    xml = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    assert refusal(changed(GOOD, **{"sheet1.xml": xml})) == "forbidden-xml"
    assert refusal(changed(GOOD, **{"workbook.xml": xml})) == "broken-workbook"


def test_too_many_cells_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_CELLS", 5)
    assert refusal(GOOD) == "too-many-cells"


def test_a_cell_far_away_costs_nothing():
    xml = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1" t="str"><v>San pham</v></c><c r="B1" t="str"><v>Chu the</v></c></row>'
        b'<row r="2"><c r="A2" t="inlineStr"><is><t>Nhan</t></is></c><c r="B2" t="str"><v>HTX A</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        b'<mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells></worksheet>'
    )
    rows = read(changed(GOOD, **{"sheet1.xml": xml}))
    assert [row.record.product for row in rows if row.record] == ["Nhan"]


def test_formulas_are_not_run_and_text_that_looks_like_one_is_text():
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(PLAIN)
    book.active.append([1, '=HYPERLINK("http://evil.example","x")', "HTX A", "Hưng Yên", 3])
    book.active.append([2, "x", "HTX A", "Hưng Yên", 3])
    cell = book.active.cell(3, 2, "=1+1 là tên")
    cell.data_type = "s"
    rows = read(saved(book))
    assert codes(rows[0]) == ["formula-without-value"]
    assert rows[1].record is not None
    assert rows[1].record.product == "=1+1 là tên"


def test_markup_is_text_and_a_name_of_12000_characters_is_rejected():
    content = xlsx(
        (
            "a",
            [
                PLAIN,
                [1, "<script>alert(1)</script>", "HTX A", "Hưng Yên", 3],
                [2, "n" * 12_000, "HTX A", "Hưng Yên", 3],
            ],
        )
    )
    rows = read(content)
    assert rows[0].record is not None
    assert rows[0].record.product == "<script>alert(1)</script>"
    problem = rows[1].problems[0]
    assert (problem.code, problem.params) == ("too-long", {"length": 12_000, "limit": 200})
    assert len(problem.value) <= 120


def test_invisible_and_control_characters_are_dropped():
    assert clean("Nhãn\u200b lồng\x00\u202e\ufeff") == "Nhãn lồng"
    assert clean("'=1+1") == "=1+1"
    assert clean("'quoted'") == "'quoted'"


def test_an_error_value_in_a_cell_is_told():
    content = xlsx(("a", [[*PLAIN, "Giá bán"], [1, "Nhãn", "HTX A", "Hưng Yên", 3, "#N/A"]]))
    assert codes(read(content)[0]) in (["cell-error"], ["not-a-price"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_usual_encodings_and_separators(encoding, separator):
    import unicodedata

    lines = [
        ["Tên sản phẩm", "Chủ thể", "Hạng"],
        ["Long nhãn", "HTX Bến Sông", "4 sao"],
        ["Mật ong", "HTX Bến Sông", "***"],
    ]
    text = "DANH SÁCH\n\n" + "\n".join(separator.join(line) for line in lines)
    if encoding == "cp1258":  # that code page writes the tones as marks of their own
        text = "".join(_for_1258(char) for char in unicodedata.normalize("NFC", text))
    rows = read(text.encode(encoding))
    assert [(row.number, row.record.product, row.record.stars) for row in rows if row.record] == [
        (4, "Long nhãn", 4),
        (5, "Mật ong", 3),
    ]


def _for_1258(char: str) -> str:
    import unicodedata

    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        parts = unicodedata.normalize("NFD", char)
        tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
        return unicodedata.normalize("NFC", parts.replace(tone, "")) + tone
    return char


def test_csv_with_a_broken_quote_or_a_huge_field_does_no_harm():
    text = 'Tên sản phẩm,Chủ thể\n"Nhãn,HTX A\nVải,HTX B\n'
    rows = read(text.encode())
    assert all(row.record is None for row in rows)
