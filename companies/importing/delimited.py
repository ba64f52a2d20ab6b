"""Reader of text tables: .csv in the encodings and with the separators that are met in practice."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

from companies.importing.problems import FileRefused
from companies.importing.workbook import MAX_CELLS, MAX_COLUMNS, Row

SEPARATORS = ",;\t|"
FIELD_LIMIT = 1 << 20
_SAMPLE = 1 << 16
# Bytes that text never holds; a file with them is of another kind.
_BINARY = set(range(9)) | set(range(14, 27)) | {28, 29, 30, 31}


def find_encoding(handle: IO[bytes]) -> str:
    """UTF-8 or UTF-16 by mark or by content, else Vietnamese Windows.

    Raises:
        FileRefused: `unknown-type` when it is no text.
    """
    handle.seek(0)
    head = handle.read(_SAMPLE)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.count(0) > len(head) // 5:  # Latin letters in UTF-16 leave every other byte empty
        even, odd = head[0::2].count(0), head[1::2].count(0)
        return "utf-16-be" if even > odd else "utf-16-le"
    if sum(byte in _BINARY for byte in head) > len(head) // 100:
        raise FileRefused("unknown-type")
    handle.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while chunk := handle.read(1 << 20):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8"


def find_separator(sample: str) -> str:
    """The separator that gives the most rows of one same width above one column."""
    first, _, _ = sample.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return first.strip()[4]
    best, best_score = ",", 0
    for separator in SEPARATORS:
        try:
            rows = list(csv.reader(io.StringIO(sample), delimiter=separator))[:200]
        except csv.Error:
            continue
        widths = Counter(len(row) for row in rows if len(row) > 1)
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        if count * min(width, 40) > best_score:
            best, best_score = separator, count * min(width, 40)
    return best


def read_rows(handle: IO[bytes]) -> Iterator[Row]:
    """The rows of a text table that are not empty; their numbers are those of the file's lines' records.

    Raises:
        FileRefused: no text, an encoding that does not fit, or more cells than are read.
    """
    encoding = find_encoding(handle)
    csv.field_size_limit(FIELD_LIMIT)
    handle.seek(0)
    text = io.TextIOWrapper(handle, encoding=encoding, newline="", errors="strict")
    try:
        sample = text.read(_SAMPLE)
        separator = find_separator(sample)
        text.seek(0)
        cells = 0
        for number, values in enumerate(csv.reader(text, delimiter=separator), start=1):
            cells += len(values)
            if cells > MAX_CELLS:
                raise FileRefused("too-many-cells", limit=MAX_CELLS)
            if number == 1 and separator and values and values[0].lower().startswith("sep"):
                continue
            row: list[Any] = [value or None for value in values[:MAX_COLUMNS]]
            if any(value is not None and value.strip() for value in row):
                yield Row(number, row)
    except UnicodeError:
        raise FileRefused("unknown-encoding") from None
    except csv.Error:
        raise FileRefused("broken-csv") from None
    finally:
        text.detach()
