"""Streaming reader of .xlsx files that were written by anybody.

openpyxl's read-only mode needs seven times as long and leaves out merged and hidden cells; this reader feeds
the sheet's XML to expat piece by piece, so memory does not grow with the rows. Declarations of entities are
refused, as defusedxml does, and sizes are checked before anything is unpacked.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers import expat

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from companies.importing.problems import FileRefused
from companies.importing.text import CellError, FormulaWithoutValue, WordedNumber, decode_escapes

MAX_UNPACKED = 200 * 1024 * 1024
MAX_PART = 120 * 1024 * 1024  # one sheet
MAX_STRINGS = 48 * 1024 * 1024
MAX_SMALL = 8 * 1024 * 1024  # workbook, styles, relations
MAX_RATIO = 250  # unpacked to packed, for parts above a megabyte
MAX_MEMBERS = 3_000
MAX_CELLS = 2_000_000
MAX_COLUMNS = 300
MAX_MERGES = 50_000
MAX_CELL_TEXT = 40_000
CHUNK = 1 << 16

_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"([^"]*)"')
_NOT_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]{0,200}?\bref\s*=\s*[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"
)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 (a spreadsheet's dates have no zone)
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001


@dataclass(slots=True)
class Row:
    """One row of a sheet: its number as the spreadsheet shows it and its values from the first column on."""

    number: int
    values: list[Any]
    hidden: bool = False
    filled: frozenset[int] = frozenset()  # columns whose value comes from a cell merged over several rows
    spans: dict[int, int] = field(
        default_factory=dict
    )  # first column -> last column of cells merged sideways


@dataclass(frozen=True, slots=True)
class SheetInfo:
    """A sheet before it is read."""

    name: str
    hidden: bool
    part: str = ""


@dataclass(slots=True)
class _Merges:
    down: dict[int, list[tuple[int, int]]]  # first row -> [(column, last row)]
    across: dict[int, dict[int, int]]  # row -> first column -> last column


class Workbook:
    """An .xlsx file, checked for size before it is parsed.

    Raises:
        FileRefused: the archive is broken, too large when unpacked, packed like a bomb, or no workbook.
    """

    def __init__(self, handle: IO[bytes]) -> None:
        try:
            self._archive = zipfile.ZipFile(handle)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise FileRefused("broken-workbook") from None
        self._check_sizes()
        self.sheets, self._epoch = self._read_workbook()
        self._formats = self._read_styles()
        self._strings: list[str] | None = None

    def rows(self, sheet: SheetInfo) -> Iterator[Row]:
        """The rows of a sheet that are not empty, in order.

        Raises:
            FileRefused: broken XML, an entity declaration, or more cells than are read.
        """
        if self._strings is None:
            self._strings = self._read_strings()
        merges = self._scan_merges(sheet.part)
        reader = _SheetReader(self._strings, self._formats, self._epoch, merges)
        try:
            with self._archive.open(sheet.part) as part:
                yield from reader.read(part)
        except (expat.ExpatError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError):
            raise FileRefused("broken-workbook") from None

    def _check_sizes(self) -> None:
        members = self._archive.infolist()
        if len(members) > MAX_MEMBERS or sum(member.file_size for member in members) > MAX_UNPACKED:
            raise FileRefused("too-large-unpacked")
        for member in members:
            if member.flag_bits & 1:
                raise FileRefused("encrypted")
            if member.file_size > 1 << 20 and member.file_size > MAX_RATIO * max(member.compress_size, 1):
                raise FileRefused("too-large-unpacked")
            limit = MAX_STRINGS if member.filename.endswith("sharedStrings.xml") else MAX_PART
            if member.filename.endswith((".xml", ".rels")) and member.file_size > limit:
                raise FileRefused("too-large-unpacked")

    def _small(self, name: str) -> Element | None:
        """A small part, parsed; `None` when it is not there."""
        try:
            info = self._archive.getinfo(name)
        except KeyError:
            return None
        if info.file_size > MAX_SMALL:
            raise FileRefused("too-large-unpacked")
        try:
            root: Element = ElementTree.fromstring(self._archive.read(info), forbid_dtd=True)
        except (
            ParseError,
            DefusedXmlException,
            zipfile.BadZipFile,
            ValueError,
            OSError,
            NotImplementedError,
        ):
            raise FileRefused("broken-workbook") from None
        return root

    def _read_workbook(self) -> tuple[list[SheetInfo], datetime]:
        path = self._workbook_path()
        root = self._small(path)
        if root is None:
            raise FileRefused("not-a-workbook")
        folder = path.rpartition("/")[0]
        relations = self._small(f"{folder}/_rels/{path.rpartition('/')[2]}.rels")
        targets = {
            relation.get("Id"): _join(folder, relation.get("Target") or "")
            for relation in (relations if relations is not None else ())
            if (relation.get("Type") or "").endswith("/worksheet")
        }
        sheets = []
        for element in root.iter():
            if _local(element.tag) == "sheet":
                identity = next(
                    (value for name, value in element.attrib.items() if _local(name) == "id"), None
                )
                part = targets.get(identity)
                if part and part in self._archive.NameToInfo:
                    hidden = element.get("state", "visible") != "visible"
                    sheets.append(SheetInfo(name=element.get("name") or part, hidden=hidden, part=part))
        if not sheets:
            raise FileRefused("no-sheets")
        properties = next((el for el in root.iter() if _local(el.tag) == "workbookPr"), None)
        is_1904 = properties is not None and properties.get("date1904") in {"1", "true"}
        return sheets, _EPOCH_1904 if is_1904 else _EPOCH

    def _workbook_path(self) -> str:
        root = self._small("_rels/.rels")
        for relation in root if root is not None else ():
            if (relation.get("Type") or "").endswith("/officeDocument"):
                return _join("", relation.get("Target") or "")
        return "xl/workbook.xml"

    def _read_styles(self) -> list[str]:
        """Per cell format: "d" for a date, else the words that the format shows, else ""."""
        root = self._small("xl/styles.xml")
        if root is None:
            return []
        codes = {
            int(element.get("numFmtId") or 0): element.get("formatCode") or ""
            for element in root.iter()
            if _local(element.tag) == "numFmt" and (element.get("numFmtId") or "").isdigit()
        }
        formats = next((element for element in root if _local(element.tag) == "cellXfs"), None)
        found = []
        for element in formats if formats is not None else ():
            number = element.get("numFmtId") or "0"
            found.append(_format_kind(int(number) if number.isdigit() else 0, codes))
        return found

    def _read_strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._archive.NameToInfo:
            return []
        try:
            with self._archive.open("xl/sharedStrings.xml") as part:
                return _shared_strings(part)
        except (expat.ExpatError, zipfile.BadZipFile, OSError, EOFError, NotImplementedError):
            raise FileRefused("broken-workbook") from None

    def _scan_merges(self, name: str) -> _Merges:
        """Merged cells stand after the rows in the file, but are needed while the rows are read."""
        merges, found, cells = _Merges({}, {}), 0, 0
        tail = b""
        try:
            with self._archive.open(name) as part:
                while chunk := part.read(1 << 20):
                    cells += chunk.count(b"<c ") + chunk.count(b":c ")
                    if cells > MAX_CELLS:
                        raise FileRefused("too-many-cells", limit=MAX_CELLS)
                    text = tail + chunk
                    last = 0
                    if b"mergeCell" in text:
                        for match in _MERGE.finditer(text):
                            found += 1
                            last = match.end()
                            if found <= MAX_MERGES:
                                _add_merge(merges, match.groups())
                    tail = text[max(last, len(text) - 300) :]
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError):
            raise FileRefused("broken-workbook") from None
        return merges


def _add_merge(merges: _Merges, ref: tuple[bytes, ...]) -> None:
    left, top, right, bottom = (
        column_index(ref[0].decode()),
        int(ref[1]),
        column_index(ref[2].decode()),
        int(ref[3]),
    )
    if left >= MAX_COLUMNS:
        return
    if bottom > top:
        merges.down.setdefault(top, []).append((left, bottom))
    if right > left:
        merges.across.setdefault(top, {})[left] = min(right, MAX_COLUMNS - 1)


def column_index(letters: str) -> int:
    """ "A" -> 0, "AB" -> 27."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def column_letters(index: int) -> str:
    """0 -> "A", 27 -> "AB"."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _join(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/") if folder else []
    for piece in target.split("/"):
        if piece == "..":
            parts = parts[:-1]
        elif piece not in {"", "."}:
            parts.append(piece)
    return "/".join(parts)


def _format_kind(number: int, codes: dict[int, str]) -> str:
    if number in _DATE_FORMATS:
        return "d"
    code = codes.get(number, "").partition(";")[0]
    if not code:
        return ""
    bare = _NOT_DATE.sub("", code).lower()
    if "general" not in bare and any(sign in bare for sign in ("d", "y", "mm", "h:")):
        return "d"
    words = " ".join(" ".join(_QUOTED.findall(code)).split())
    return words if any(char.isalpha() or char in "/₫$*★" for char in words) else ""


def _guard(parser: Any) -> None:
    def refuse(*_: Any) -> None:
        raise FileRefused("forbidden-xml")

    parser.EntityDeclHandler = refuse
    parser.StartDoctypeDeclHandler = refuse
    parser.UnparsedEntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    parser.buffer_text = True


def _shared_strings(part: IO[bytes]) -> list[str]:
    strings: list[str] = []
    pieces: list[str] = []
    reading = False
    phonetic = 0

    def start(name: str, _: Any) -> None:
        nonlocal reading, phonetic
        local = name.rpartition(":")[2]
        if local == "si":
            pieces.clear()
        elif local == "t":
            reading = not phonetic
        elif local == "rPh":
            phonetic += 1

    def end(name: str) -> None:
        nonlocal reading, phonetic
        local = name.rpartition(":")[2]
        if local == "si":
            strings.append(decode_escapes("".join(pieces)[:MAX_CELL_TEXT]))
        elif local == "t":
            reading = False
        elif local == "rPh":
            phonetic -= 1

    def text(data: str) -> None:
        if reading:
            pieces.append(data)

    parser = expat.ParserCreate()
    _guard(parser)
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    while chunk := part.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return strings


class _SheetReader:
    """Turns the events of one sheet's XML into rows."""

    def __init__(self, strings: list[str], formats: list[str], epoch: datetime, merges: _Merges) -> None:
        self._strings = strings
        self._formats = formats
        self._epoch = epoch
        self._merges = merges
        self._ready: list[Row] = []
        self._open: dict[int, tuple[Any, int]] = {}  # column -> value and last row of a cell merged downwards
        self._columns: dict[str, int] = {}
        self._number = 0
        self._hidden = False
        self._row: list[Any] = []
        self._cells = 0
        self._at = -1
        self._kind: str | None = None
        self._style: str | None = None
        self._formula = False
        self._reading = False
        self._phonetic = False
        self._text: list[str] = []

    def read(self, part: IO[bytes]) -> Iterator[Row]:
        parser = expat.ParserCreate()
        _guard(parser)
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        while chunk := part.read(CHUNK):
            parser.Parse(chunk, False)
            if self._ready:
                yield from self._ready
                self._ready = []
        parser.Parse(b"", True)
        yield from self._ready

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            self._cells += 1
            if self._cells > MAX_CELLS:
                raise FileRefused("too-many-cells", limit=MAX_CELLS)
            ref = attributes.get("r")
            self._at = self._column(ref) if ref else self._at + 1
            self._kind = attributes.get("t")
            self._style = attributes.get("s")
            self._formula = False
            self._text = []
        elif name in {"v", "t"}:
            self._reading = not self._phonetic
        elif name == "row":
            self._begin_row(attributes)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._phonetic = True

    def _end(self, name: str) -> None:
        if ":" in name:
            name = name.rpartition(":")[2]
        if name in {"v", "t"}:
            self._reading = False
        elif name == "c":
            if (self._text or self._formula) and 0 <= self._at < MAX_COLUMNS:
                value = self._value("".join(self._text))
                if value is not None:
                    row = self._row
                    if self._at >= len(row):
                        row.extend([None] * (self._at - len(row) + 1))
                    row[self._at] = value
        elif name == "row":
            self._finish_row()
        elif name == "rPh":
            self._phonetic = False

    def _characters(self, data: str) -> None:
        if self._reading:
            self._text.append(data)

    def _column(self, ref: str) -> int:
        letters = ref.rstrip("0123456789")
        index = self._columns.get(letters)
        if index is None:
            plain = letters.isascii() and letters.isalpha() and len(letters) <= 3
            index = column_index(letters.upper()) if plain else MAX_COLUMNS
            self._columns[letters] = index
        return index

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._number = int(number) if number.isdigit() and len(number) < 9 else self._number + 1
        self._hidden = attributes.get("hidden") in {"1", "true"}
        self._row = []
        self._at = -1

    def _finish_row(self) -> None:
        number, row = self._number, self._row
        filled: set[int] = set()
        if self._open:
            for column, (value, last) in list(self._open.items()):
                if number > last:
                    del self._open[column]
                    continue
                if column >= len(row):
                    row.extend([None] * (column - len(row) + 1))
                if row[column] is None:
                    row[column] = value
                    filled.add(column)
        for column, last in self._merges.down.get(number, ()):
            if column < len(row) and row[column] is not None:
                self._open[column] = (row[column], last)
        if sum(value is not None for value in row) > len(filled):
            spans = self._merges.across.get(number, {})
            self._ready.append(Row(number, row, self._hidden, frozenset(filled), spans))

    def _value(self, text: str) -> Any:
        kind = self._kind
        if kind == "s":
            index = int(text) if text.isdigit() and len(text) < 9 else -1
            return self._strings[index] or None if 0 <= index < len(self._strings) else None
        if kind in {"str", "inlineStr"}:
            if not text and self._formula:
                return None
            return decode_escapes(text[:MAX_CELL_TEXT]) or None
        if not text:
            return FormulaWithoutValue() if self._formula else None
        if kind == "b":
            return text.strip() in {"1", "true"}
        if kind == "e":
            return CellError(text[:20])
        if kind == "d":
            try:
                return date.fromisoformat(text[:10])
            except ValueError:
                return text[:MAX_CELL_TEXT]
        return self._number_value(text)

    def _number_value(self, text: str) -> Any:
        try:
            value: float = int(text) if text.isdigit() and len(text) < 16 else float(text)
        except ValueError:
            return text[:MAX_CELL_TEXT]
        if value != value or value in {float("inf"), float("-inf")}:
            return text[:40]
        style = self._style
        index = int(style) if style and style.isdigit() and len(style) < 7 else 0
        kind = self._formats[index] if index < len(self._formats) else ""
        if kind == "d" and 0 < value < 300_000:
            moment = self._epoch + timedelta(days=value)
            return moment.date()
        if kind and kind != "d":
            return WordedNumber(value, kind)
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
            return int(value)
        return value
