"""Finds the heading row of a sheet and guesses what each column holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from companies.importing.fields import (
    AMBIGUOUS,
    FIRST_WORDS,
    HEADINGS,
    REQUIRED,
    month_of_heading,
    plain_heading,
)
from companies.importing.text import clean
from companies.importing.workbook import Row
from core.quantities import QuantityError, parse_unit
from core.text import fold

SCANNED_ROWS = 80  # a heading row stands among these
_SAMPLE_ROWS = 40
_MAX_HEADING = 160


@dataclass(slots=True)
class Layout:
    """Where a sheet's headings are and what they say.

    `columns` maps fields to column indexes; `months` maps "2027-08" to a column of that month's capacity;
    `titles` are the headings as written, by column.
    """

    header_row: int  # number of the last heading row, 0 when there is none
    titles: dict[int, str]
    columns: dict[str, int]
    months: dict[str, int] = field(default_factory=dict)

    @property
    def is_catalogue(self) -> bool:
        """Whether the columns that a catalogue must have were found."""
        return all(name in self.columns for name in REQUIRED)


@cache
def _synonyms() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, headings in HEADINGS.items():
        for heading in headings:
            found.setdefault(heading, name)
    return found


@cache
def _patterns() -> list[tuple[str, str, re.Pattern[str]]]:
    """Headings that may stand inside a longer one, longest first; very short ones only stand alone."""
    inside = [(words, name) for words, name in _synonyms().items() if len(words) > 4]
    inside.sort(key=lambda item: len(item[0]), reverse=True)
    return [(words, name, re.compile(rf"\b{re.escape(words)}\b")) for words, name in inside]


@lru_cache(maxsize=4096)
def guess_field(title: str) -> tuple[str, int]:
    """The field that a heading names and how sure that is: 100 for a known one, less for one inside a longer.

    Returns `("", 0)` when nothing fits.
    """
    folded = fold(title)
    plain = plain_heading(folded)
    if not plain or len(plain) > _MAX_HEADING:
        return "", 0
    known = _synonyms()
    if plain in known:
        return known[plain], 100
    halves = [
        half.strip() for half in re.split(r"\s*[/|;]\s*|\s+-\s+|\bhoac\b|\bor\b", folded) if half.strip()
    ]
    for half in halves:  # "Tên sản phẩm / Product name"
        if len(halves) > 1 and plain_heading(half) in known:
            return known[plain_heading(half)], 90
    first = plain.split()[0]
    best = (FIRST_WORDS[first], 52) if first in FIRST_WORDS else ("", 0)
    for words, name, pattern in _patterns():
        match = pattern.search(plain) if words in plain else None
        if match:
            share = len(words) / len(plain)
            score = int(30 + 50 * share) + (15 if match.start() == 0 else 0)
            if score > best[1]:
                best = (name, score)
    return best


def read_layout(rows: Sequence[Row]) -> Layout:
    """Find the heading row among the first rows of a sheet and guess its columns.

    A heading may be written over two or three rows with merged cells ("Quyết định" over "Số" and "Ngày").
    """
    best: Layout | None = None
    best_score = 0
    for index, row in enumerate(rows[:SCANNED_ROWS]):
        if not _may_be_headings(row):
            continue
        for depth in (1, 2, 3):
            block = rows[index : index + depth]
            if len(block) < depth or (depth > 1 and not _may_continue(block)):
                break
            layout = _layout_of(block, rows[index + depth : index + depth + _SAMPLE_ROWS])
            score = _score(layout)
            if score > best_score + (10 if best is not None and depth > 1 else 0):
                best, best_score = layout, score
    return best or Layout(0, {}, {})


def _may_be_headings(row: Row) -> bool:
    texts = [clean(value) for value in row.values if value is not None]
    words = [text for text in texts if any(char.isalpha() for char in text)]
    return len(words) >= 2 and sum(len(text) > _MAX_HEADING for text in texts) == 0


def _may_continue(block: Sequence[Row]) -> bool:
    """Whether the last row may be a further heading row: consecutive, short words, no long numbers."""
    last, before = block[-1], block[-2]
    if last.number != before.number + 1:
        return False
    texts = [clean(value) for value in last.values if value is not None]
    own = [
        clean(value)
        for column, value in enumerate(last.values)
        if value is not None and column not in last.filled
    ]
    if not own or any(len(text) > 60 for text in texts):
        return False
    return any(before.spans) or bool(last.filled) or all(_is_column_number(text) for text in own)


def _is_column_number(text: str) -> bool:
    return re.fullmatch(r"\(?\d{1,2}\)?|\([a-z0-9=+\-*/ ]{1,12}\)|[A-Z]", text) is not None


def _layout_of(block: Sequence[Row], sample: Sequence[Row]) -> Layout:
    width = max(len(row.values) for row in block)
    titles: dict[int, str] = {}
    guesses: dict[int, list[tuple[str, int]]] = {}
    for column in range(width):
        levels = _levels(block, column)
        if not levels:
            continue
        titles[column] = " – ".join(levels)
        together = guess_field(" ".join(levels))
        last = guess_field(levels[-1])
        first = guess_field(levels[0])
        options = [together] if len(levels) == 1 else [_boost(together), last, (first[0], first[1] - 30)]
        options += [(name, 75 - 5 * rank) for rank, name in enumerate(_meanings(levels[-1]))]
        guesses[column] = [option for option in options if option[0] and option[1] > 0]
    months: dict[str, int] = {}
    for column, title in titles.items():
        if month := month_of_heading(fold(title)):
            months.setdefault(month, column)
    columns = _assign(guesses, sample, set(months.values()))
    return Layout(block[-1].number, titles, columns, months)


def _meanings(title: str) -> tuple[str, ...]:
    return AMBIGUOUS.get(plain_heading(fold(title)), ())


def _boost(guess: tuple[str, int]) -> tuple[str, int]:
    return guess[0], min(100, guess[1] + 15) if guess[0] else 0


def _levels(block: Sequence[Row], column: int) -> list[str]:
    """The heading texts over a column, top first, each once; sideways merges reach all their columns."""
    levels: list[str] = []
    for row in block:
        text = clean(row.values[column]) if column < len(row.values) else ""
        if not text:
            for first, last in row.spans.items():
                if first < column <= last and first < len(row.values):
                    text = clean(row.values[first])
        if text and text not in levels and not _is_column_number(text):
            levels.append(text)
    return levels


def _assign(
    guesses: dict[int, list[tuple[str, int]]], sample: Sequence[Row], taken: set[int]
) -> dict[str, int]:
    """Each field one column: the surest first, the leftmost of equals; the cells settle "Đơn vị"."""
    offers = []
    for column, options in guesses.items():
        if column in taken:
            continue
        for name, score in options:
            offers.append((score + _fit(name, column, sample), -column, name, column))
    offers.sort(reverse=True)
    columns: dict[str, int] = {}
    used: set[int] = set()
    for score, _, name, column in offers:
        if name and name != "other" and score >= 45 and name not in columns and column not in used:
            columns[name] = column
            used.add(column)
        elif name == "other" and score >= 90:
            used.add(column)
    return columns


def _cells(column: int, sample: Sequence[Row]) -> list[str]:
    return [text for row in sample if column < len(row.values) and (text := clean(row.values[column]))]


def _fit(name: str, column: int, sample: Sequence[Row]) -> int:
    """A correction of a guess by what the column's cells hold: -60 when they cannot be that field."""
    texts = _cells(column, sample)
    if not texts:
        return -3
    digits = sum(any(char.isdigit() for char in text) for text in texts) / len(texts)
    if name in {"product", "producer"}:
        letters = sum(sum(char.isalpha() for char in text) > 2 for text in texts) / len(texts)
        return -60 if letters < 0.4 or sum(map(_is_unit, texts)) > len(texts) / 2 else 0
    if name in {"points", "year", "gtin", "hs", "phone"}:
        return -60 if digits < 0.3 else 0
    if name == "decision_date" and digits < 0.3:
        return -60
    if name == "unit":
        return -60 if sum(_is_unit(text) for text in texts) < len(texts) / 3 else 0
    if name in {"capacity", "price"} and digits < 0.2:
        return -20
    return 0


def _is_unit(text: str) -> bool:
    try:
        parse_unit(text.rpartition("/")[2] if "/" in text else text)
    except QuantityError:
        return False
    return True


def _score(layout: Layout) -> int:
    weights = {"product": 30, "producer": 20, "stars": 12, "address": 8, "province": 8, "stt": 6, "price": 8}
    if not layout.columns:
        return 0
    total = sum(weights.get(name, 5) for name in layout.columns) + len(layout.months)
    return total if len(layout.columns) + len(layout.months) > 1 else 0


def column_of(layout: Layout, name: str, row: Row) -> Any:
    """A row's cell of a field, or `None`."""
    column = layout.columns.get(name)
    return row.values[column] if column is not None and column < len(row.values) else None
