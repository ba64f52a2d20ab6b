"""Writes spreadsheets that run no formula, whatever their cells begin with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from companies.importing.text import WordedNumber, clean, number_text

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MAX_CELL = 32_000


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before = + - @, tab or return.

    The import takes the apostrophe off again.
    """
    text = ILLEGAL_CHARACTERS_RE.sub("", text)[:MAX_CELL]
    return f"'{text}" if text.startswith(DANGEROUS) else text


def cell(value: Any) -> Any:
    """A value as it goes into a cell: numbers and dates as such, text made harmless."""
    if value is None or isinstance(value, bool | int | date | datetime):
        return value
    if isinstance(value, float | Decimal) and not isinstance(value, WordedNumber):
        return float(value)
    return harmless(value if isinstance(value, str) else clean(value))


def write_rows(tables: Sequence[tuple[str, Iterable[Sequence[Any]]]]) -> bytes:
    """An .xlsx with one sheet per table; the first row of each is its heading, in bold."""
    book = Workbook(write_only=True)
    used: set[str] = set()
    for title, rows in tables:
        sheet = book.create_sheet(_sheet_title(title, used))
        sheet.freeze_panes = "A2"
        for column in range(1, 40):
            sheet.column_dimensions[get_column_letter(column)].width = 20
        for index, row in enumerate(rows):
            values = [cell(value) for value in row]
            if index == 0:
                values = [_bold(sheet, value) for value in values]
            sheet.append(values)
    if not used:
        book.create_sheet("Sheet1")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bold(sheet: Any, value: Any) -> Any:
    bold = WriteOnlyCell(sheet, value=value)
    bold.font = Font(bold=True)
    return bold


def _sheet_title(title: str, used: set[str]) -> str:
    plain = "".join(" " if char in "[]:*?/\\'" else char for char in title).strip()[:28] or "Sheet1"
    name, number = plain, 2
    while name.lower() in used:
        name, number = f"{plain} {number}", number + 1
    used.add(name.lower())
    return name


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 lines with a byte-order mark, as spreadsheets expect; separated by commas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield b"\xef\xbb\xbf"
    for row in rows:
        writer.writerow([_csv_text(value) for value in row])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()


def _csv_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float | Decimal):
        return number_text(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return harmless(str(value))
