"""Checks a whole file: which sheets and rows are data, what each row holds, and what stands in it twice."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from companies.importing.headings import SCANNED_ROWS, Layout, read_layout
from companies.importing.problems import FileRefused, Problem, shown
from companies.importing.reading import Source
from companies.importing.rows import CheckedRow, Context, RowReader
from companies.importing.text import clean
from companies.importing.workbook import Row, SheetInfo
from core.text import fold

_SAMPLE = SCANNED_ROWS + 45


@dataclass(slots=True)
class SheetPlan:
    """How one sheet is read: after which row the data begin and which column holds which field."""

    name: str
    header_row: int
    columns: dict[str, int]
    months: dict[str, int] = field(default_factory=dict)
    titles: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Survey:
    """A file at first sight: a plan for each sheet that looks like a catalogue, and the sheets left out."""

    plans: list[SheetPlan]
    left_out: list[tuple[str, str]]  # sheet and why: "hidden-sheet", "no-table"
    samples: dict[str, list[list[str]]]  # first data rows of each planned sheet, as text
    sheets: list[str]


def survey(source: Source, *, needs_producer: bool = True) -> Survey:
    """Look at the head of every sheet and guess the columns.

    Args:
        needs_producer: False when a supplier imports its own products, whose sheet may leave its name out.

    Raises:
        FileRefused: `no-table` when no sheet has a heading for the product's name (and the producer's).
    """
    plans: list[SheetPlan] = []
    left_out: list[tuple[str, str]] = []
    samples: dict[str, list[list[str]]] = {}
    for sheet in source.sheets:
        if sheet.hidden:
            left_out.append((sheet.name, "hidden-sheet"))
            continue
        head = list(islice(source.rows(sheet), _SAMPLE))
        layout = read_layout(head)
        if not layout.is_catalogue or (needs_producer and "producer" not in layout.columns):
            if head:
                left_out.append((sheet.name, "no-table"))
            if not layout.columns:
                continue
        data = [row for row in head if row.number > layout.header_row]
        samples[sheet.name] = [[shown(clean(value)) for value in row.values] for row in data[:5]]
        plans.append(_plan(sheet.name, layout))
    whole = [plan for plan in plans if is_readable(plan, needs_producer=needs_producer)]
    if not plans:
        raise FileRefused("no-table" if any(not sheet.hidden for sheet in source.sheets) else "no-sheets")
    return Survey(whole or plans, left_out, samples, [sheet.name for sheet in source.sheets])


def is_readable(plan: SheetPlan, *, needs_producer: bool) -> bool:
    """Whether a sheet's plan names the columns that every row needs."""
    return "product" in plan.columns and (not needs_producer or "producer" in plan.columns)


def _plan(name: str, layout: Layout) -> SheetPlan:
    return SheetPlan(name, layout.header_row, dict(layout.columns), dict(layout.months), dict(layout.titles))


def check(source: Source, plans: list[SheetPlan], context: Context) -> Iterator[CheckedRow]:
    """Every data row of the planned sheets with its problems, in order; duplicates are errors from the second on.

    Raises:
        FileRefused: the file turns out broken while it is read.
    """
    by_name: Mapping[str, SheetInfo] = {sheet.name: sheet for sheet in source.sheets}
    seen = _Seen()
    for plan in plans:
        sheet = by_name.get(plan.name)
        if sheet is None:
            raise FileRefused("sheet-gone", sheet=plan.name)
        reader = RowReader(plan.columns, plan.months, plan.titles, context)
        for row in _data_rows(source.rows(sheet), plan, is_own=bool(context.own_producer)):
            checked = reader.read(row, plan.name)
            seen.check(checked, plan.titles.get(plan.columns.get("product", -1), ""))
            yield checked


class _Seen:
    """Products met so far, by producer and place, to find a product that is listed twice."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str | None, str], list[tuple[str | None, str, int, str]]] = {}

    def check(self, checked: CheckedRow, title: str) -> None:
        """Turn a row that lists a product again into a rejected one; `title` is the product column's heading."""
        record = checked.record
        if record is None:
            return
        key = (record.producer_key, record.province, record.product_key)
        for commune, sheet, number, name in self._rows.get(key, ()):
            if commune is None or record.commune is None or commune == record.commune:
                code = "duplicate-row" if name == record.product else "duplicate-spelling"
                problem = Problem(
                    code,
                    title,
                    shown(record.product),
                    True,
                    {"row": number, "sheet": sheet, "name": shown(name)},
                )
                checked.problems.append(problem)
                checked.record = None
                return
        place = (record.commune, checked.sheet, checked.number, record.product)
        self._rows.setdefault(key, []).append(place)


_TOTAL = re.compile(
    r"^(?:tong(?: cong| so| hop| san pham| chung)?|cong|total|grand total|sub ?total|sum)\b[\s:.\d]*"
)
_FOOTER = re.compile(
    r"^\W*(?:nguoi lap|nguoi tong hop|nguoi kiem tra|noi nhan|tm\b|kt\b|tl\b|tuq\b|thu truong|lanh dao|chu tich"
    r"|pho chu tich|giam doc|pho giam doc|truong phong|ke toan|xac nhan|ky ten|\(?ky|\(?da ky|luu y|ghi chu"
    r"|chu thich|nguon|prepared by|signature|signed|note|source|approved by)\b"
    r"|^.{0,40}\bngay\s*[\d.…]*\s*thang\s*[\d.…]*\s*nam\s*[\d.…]*\s*$"
)  # fmt: skip
_SECTION_NUMBER = re.compile(r"^(?:[ivxlc]+|[a-h])[.)\]]?$|^[ivx]+\.\d+\.?$")


def _data_rows(rows: Iterator[Row], plan: SheetPlan, *, is_own: bool) -> Iterator[Row]:
    """The rows below the heading that list a product: without sections, totals, repeated headings, signatures."""
    headings = {fold(title) for title in plan.titles.values()}
    headings |= {part for title in headings for part in title.split(" – ")}
    product, producer = plan.columns.get("product", -1), plan.columns.get("producer", -1)
    in_footer = False
    for row in rows:
        if row.number <= plan.header_row:
            continue
        name, maker = _folded(row, product), _folded(row, producer)
        count = sum(value is not None for value in row.values) - len(row.filled)
        if name and maker and count > 3 and name not in headings and not name.strip("()").isdigit():
            yield row  # most rows are plain data, and need no closer look
            continue
        texts = {column: text for column in range(len(row.values)) if (text := _folded(row, column))}
        own = {column: text for column, text in texts.items() if column not in row.filled}
        if not texts or _is_heading(texts, headings):
            continue
        if _is_footer(own, name, maker):
            in_footer = True
            continue
        if in_footer and len(own) <= 2:
            continue
        unlisted = not name or not maker or maker.replace(".", "").isdigit()
        if not (unlisted and (_is_total(own, name) or _is_section(own, plan, maker, is_own=is_own))):
            yield row


def _folded(row: Row, column: int) -> str:
    value = row.values[column] if 0 <= column < len(row.values) else None
    return fold(clean(value)) if value is not None else ""


def _is_heading(texts: Mapping[int, str], headings: set[str]) -> bool:
    if all(re.fullmatch(r"\(?\d{1,2}\)?|[a-h]", text) for text in texts.values()) and len(texts) > 2:
        return True  # the row of column numbers
    return len(texts) > 1 and sum(text in headings for text in texts.values()) > len(texts) / 2


def _is_footer(own: Mapping[int, str], name: str, maker: str) -> bool:
    """A signature, date or remark below the table: few cells, and words that no product bears."""
    if len(own) > 3:
        return False
    hits = sum(_FOOTER.match(text) is not None for text in own.values())
    return hits > 0 and (hits == len(own) or not (name and maker))


def _is_total(own: Mapping[int, str], name: str) -> bool:
    first = next(iter(own.values()), "")
    return any(_TOTAL.match(text) for text in (first, name) if text)


def _is_section(own: Mapping[int, str], plan: SheetPlan, maker: str, *, is_own: bool) -> bool:
    """A line between the rows that names a group: "I | Huyện Tiên Lữ", or one cell alone."""
    if maker and not maker.isdigit():
        return False
    number = own.get(plan.columns.get("stt", -1), "")
    if number and _SECTION_NUMBER.match(number):
        return True
    words = [text for text in own.values() if any(char.isalpha() for char in text)]
    if number and re.fullmatch(r"\d+[.)]?", number):
        return False
    # In a supplier's own sheet a name alone is a product; in others it names a group.
    return len(own) == 1 and len(words) == 1 and "producer" in plan.columns and not is_own
