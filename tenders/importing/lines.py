"""Lines of a need from a spreadsheet or from rows copied out of one. Every problem by row and column, in words.

Reading itself (sizes, archives, encodings, headings) is the catalogue's safe reader.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _

from companies.importing.headings import Layout, read_layout
from companies.importing.problems import FileRefused, shown
from companies.importing.reading import open_source
from companies.importing.text import CellError, FormulaWithoutValue, clean
from companies.importing.workbook import Row, column_letters
from companies.models import CertificationScheme, HsCode
from core.months import parse_month
from core.quantities import QuantityError, base_code, convert, parse_decimal, parse_unit
from core.text import fold
from tenders.importing.months import MonthsRefused, parse_months, read_number
from tenders.services.inputs import CertificateInput, LineInput
from tenders.services.lines import MAX_LINES

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 500
_TOTAL = re.compile(r"(tong|cong|tong cong|total)\b")


@dataclass(frozen=True)
class RowProblem:
    """Why a row cannot become a line; `column` is the sheet's own heading."""

    row: int
    column: str
    value: str
    reason: str


@dataclass
class ReadLines:
    """What a sheet holds: good rows as lines, the others with their problems."""

    rows: int = 0
    lines: list[LineInput] = field(default_factory=list)
    rejected: list[RowProblem] = field(default_factory=list)


class _BadCell(ValueError):
    """A cell that cannot be understood; the message is for people."""


def read_lines(*, handle: IO[bytes] | None = None, text: str = "") -> ReadLines:
    """Read the first sheet that has a heading for the product.

    Args:
        handle: an .xlsx or text table.
        text: rows as copied from a spreadsheet, headings first.

    Raises:
        FileRefused: the file as a whole cannot be read.
    """
    source = open_source(handle or io.BytesIO(text.encode()), max_bytes=MAX_BYTES)
    for sheet in source.sheets:
        if sheet.hidden:
            continue
        rows = [row for row in islice(source.rows(sheet), MAX_ROWS + 80) if not row.hidden]
        layout = _layout(rows)
        if "product" in layout.columns or "hs" in layout.columns:
            return _Reader(layout).read([row for row in rows if row.number > layout.header_row])
    raise FileRefused("no-headings")


def file_words(error: FileRefused) -> str:
    """Why a file cannot be read, for people."""
    words = {
        "no-headings": _("No heading for the product was found. The first row needs “Product” (Sản phẩm)."),
        "empty-file": _("The file is empty."),
        "too-large": _("The file is too large."),
        "too-large-unpacked": _("The file is too large once it is unpacked."),
        "encrypted": _("The file is protected by a password; save it without one."),
        "is-xls": _("This is an old .xls file; save it as .xlsx."),
        "unknown-encoding": _("The text's encoding is not known; save it as UTF-8."),
    }
    return words.get(error.code, _("This is no spreadsheet that can be read; save it as .xlsx or .csv."))


def _layout(rows: Sequence[Row]) -> Layout:
    """The catalogue's guess of the headings; months without a year are none of ours."""
    layout = read_layout(rows)
    if layout.columns or not rows:
        return layout
    first = rows[0]  # a single heading, for example only "Sản phẩm" beside months
    titles = {at: clean(value) for at, value in enumerate(first.values) if value is not None}
    names = {"san pham": "product", "product": "product", "mat hang": "product", "ma hs": "hs", "hs": "hs"}
    columns = {names[fold(title)]: at for at, title in titles.items() if fold(title) in names}
    return Layout(first.number, titles, columns) if columns else layout


class _Reader:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.months: dict[int, date] = {at: parse_month(month) for month, at in layout.months.items()}
        for at, title in layout.titles.items():
            if at not in self.months and at not in layout.columns.values() and (month := _month(title)):
                self.months[at] = month
        self.schemes = _schemes()
        self.hs_codes = set(HsCode.objects.values_list("pk", flat=True))
        self.problems: list[RowProblem] = []

    def read(self, rows: Sequence[Row]) -> ReadLines:
        found = ReadLines()
        for row in rows:
            if _TOTAL.match(fold(clean(self._cell(row, "product")))) or not self._says_anything(row):
                continue
            found.rows += 1
            if found.rows > MAX_LINES:
                found.rejected.append(
                    RowProblem(
                        row.number, "", "", _("A need has at most %(count)d lines.") % {"count": MAX_LINES}
                    )
                )
                break
            line = self._line(row)
            found.rejected += self.problems
            if not self.problems:
                found.lines.append(line)
        return found

    def _says_anything(self, row: Row) -> bool:
        """Signatures and remarks under the table fill neither a month nor a second column."""
        return sum(bool(clean(value)) for value in row.values) > 1

    def _cell(self, row: Row, name: str) -> Any:
        at = self.layout.columns.get(name)
        return row.values[at] if at is not None and at < len(row.values) else None

    def _line(self, row: Row) -> LineInput:
        self.problems = []
        words = self._take(row, "product", _words) or ""
        hs = self._take(row, "hs", self._hs)
        if not words and not hs and not self.problems:
            self._refuse(row, self.layout.columns.get("product", 0), _("Name the product."))
        unit, factor = self._take(row, "unit", _unit) or ("KGM", Decimal(1))
        months, named = self._months(row)
        if named is not None:
            unit, factor = named, convert(Decimal(1), named, base_code(named) or named)
            unit = base_code(unit) or unit
        stars = self._take(row, "stars", _stars)
        certificates = self._take(row, "certificates", self._certificates) or []
        price = self._take(row, "price", _price)
        return LineInput(
            product_words=words,
            hs=hs,
            unit=unit,
            months={month: value * factor for month, value in months.items()},
            required_stars=stars,
            certificates=certificates,
            ceiling_price=price,
            pack=clean(self._cell(row, "pack"))[:120],
        )

    def _take(self, row: Row, name: str, read: Any) -> Any:
        """A cell read, or None and a problem noted."""
        value = self._cell(row, name)
        if value is None or not clean(value):
            return None
        try:
            _refuse_formula(value)
            return read(clean(value))
        except _BadCell as error:
            self._refuse(row, self.layout.columns[name], str(error))
            return None

    def _months(self, row: Row) -> tuple[dict[date, Decimal], str | None]:
        found: dict[date, Decimal] = {}
        for at, month in sorted(self.months.items(), key=lambda item: item[1]):
            value = row.values[at] if at < len(row.values) else None
            if value is None or not clean(value):
                continue
            try:
                _refuse_formula(value)
                quantity = read_number(clean(value))
            except (_BadCell, MonthsRefused) as error:
                self._refuse(row, at, str(error))
                continue
            if quantity:
                found[month] = quantity
        named = None
        cell = self._cell(row, "capacity")  # the catalogue's name of a column of quantities
        if not found and cell is not None and clean(cell):
            try:
                _refuse_formula(cell)
                found, named = parse_months(clean(cell))
            except (_BadCell, MonthsRefused) as error:
                self._refuse(row, self.layout.columns["capacity"], str(error))
        if not found and not self.problems:
            at = min(self.months, default=self.layout.columns.get("capacity", 0))
            self._refuse(row, at, _("Say how much is needed in which months."))
        return found, named

    def _hs(self, text: str) -> str:
        code = re.sub(r"\D", "", text)[:6]
        if len(code) == 5:  # a spreadsheet took the leading zero away
            code = f"0{code}"
        if code not in self.hs_codes:
            raise _BadCell(_("This HS code is not one of the platform's."))
        return code

    def _certificates(self, text: str) -> list[CertificateInput]:
        found = []
        for part in re.split(r"[;,\n/]| và | and | hoặc | or ", text):
            name = fold(part).strip(" .")
            if not name or name in {"tuong duong", "equivalent"}:
                continue
            if name not in self.schemes:
                raise _BadCell(_("The certificate “%(name)s” is not known.") % {"name": part.strip()[:60]})
            found.append(CertificateInput(scheme=self.schemes[name]))
        return list({one.scheme: one for one in found}.values())

    def _refuse(self, row: Row, at: int, reason: str) -> None:
        value = row.values[at] if 0 <= at < len(row.values) else None
        title = self.layout.titles.get(at) or column_letters(at)
        self.problems.append(RowProblem(row.number, title, shown(clean(value)), reason))


def _refuse_formula(value: Any) -> None:
    if isinstance(value, FormulaWithoutValue):
        raise _BadCell(_("The cell holds a formula without a stored result."))
    if isinstance(value, CellError):
        raise _BadCell(_("The cell holds an error of the spreadsheet."))


def _words(text: str) -> str:
    if len(text) > 200:
        raise _BadCell(_("At most 200 characters."))
    return text


def _month(title: str) -> date | None:
    try:
        return parse_month(title)
    except ValueError:
        return None


def _unit(text: str) -> tuple[str, Decimal]:
    """The base unit, and how many of it one of the written unit is."""
    try:
        word = parse_unit(text)
        base = base_code(word.code)
        if base is None:
            raise _BadCell(
                _("Choose a unit of weight, volume or pieces: bags and boxes hold different amounts.")
            )
        return base, convert(word.multiplier, word.code, base)
    except QuantityError:
        raise _BadCell(_("The unit “%(unit)s” is not known.") % {"unit": text[:40]}) from None


def _stars(text: str) -> int:
    digits = re.findall(r"[345]", text)
    if text.count("*") in {3, 4, 5} and not digits:
        return text.count("*")
    if len(digits) != 1:
        raise _BadCell(_("OCOP ratings are 3, 4 or 5 stars."))
    return int(digits[0])


def _price(text: str) -> Decimal:
    try:
        value = parse_decimal(
            re.sub(r"(?i)(đ|₫|vnd|vnđ)?\s*(/\s*\w+)?\s*$", "", text).strip(), comma_groups=True
        )
    except QuantityError:
        raise _BadCell(_("“%(text)s” is not a price.") % {"text": text[:40]}) from None
    if value <= 0:
        raise _BadCell(_("The price must be above zero."))
    return value


def _schemes() -> dict[str, str]:
    """Names of schemes as people write them, folded -> code."""
    found: dict[str, str] = {}
    for code, short, vi, en in CertificationScheme.objects.values_list(
        "code", "short_name", "name_vi", "name_en"
    ):
        for name in (code, short, vi, en):
            if name:
                found.setdefault(fold(name), code)
    return found
