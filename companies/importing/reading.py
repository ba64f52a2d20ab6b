"""Opens an uploaded file by what it holds, whatever its name says."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from companies.importing import delimited
from companies.importing.problems import FileRefused
from companies.importing.workbook import Row, SheetInfo, Workbook

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MAGIC = (
    (b"%PDF", "is-pdf"),
    (b"\x89PNG", "is-picture"),
    (b"\xff\xd8\xff", "is-picture"),
    (b"GIF8", "is-picture"),
    (b"{\\rtf", "is-document"),
    (b"Rar!", "is-archive"),
    (b"7z\xbc\xaf", "is-archive"),
    (b"\x1f\x8b", "is-archive"),
)


@dataclass(slots=True)
class Source:
    """An opened table file: its sheets, and their rows one at a time."""

    sheets: list[SheetInfo]
    _workbook: Workbook | None
    _handle: IO[bytes]

    def rows(self, sheet: SheetInfo) -> Iterator[Row]:
        """The rows of one sheet that are not empty.

        Raises:
            FileRefused: while reading, when the file turns out broken or too large.
        """
        if self._workbook is not None:
            return self._workbook.rows(sheet)
        return delimited.read_rows(self._handle)

    @property
    def is_text(self) -> bool:
        """A text table has one sheet without a name."""
        return self._workbook is None


def open_source(handle: IO[bytes], *, max_bytes: int) -> Source:
    """Open a spreadsheet or a text table.

    Args:
        handle: a seekable binary file; it stays open as long as rows are read.
        max_bytes: the largest file that is looked at.

    Raises:
        FileRefused: empty, too large, encrypted, or of a kind that is not read; each with its own code.
    """
    size = handle.seek(0, 2)
    if size > max_bytes:
        raise FileRefused("too-large", megabytes=max_bytes // (1024 * 1024))
    handle.seek(0)
    head = handle.read(4096)
    if not head.strip(b" \t\r\n\xef\xbb\xbf\xff\xfe\x00"):
        raise FileRefused("empty-file")
    for magic, code in _MAGIC:
        if head.startswith(magic):
            raise FileRefused(code)
    if head.startswith(_OLE):
        handle.seek(0)
        raise FileRefused(
            "encrypted" if "EncryptedPackage".encode("utf-16-le") in handle.read() else "is-xls"
        )
    if head.startswith(b"PK"):
        handle.seek(0)
        _refuse_other_archives(handle)
        handle.seek(0)
        workbook = Workbook(handle)
        return Source(workbook.sheets, workbook, handle)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype", b"<table", b"<?xml")):
        raise FileRefused("is-web-page")
    delimited.find_encoding(handle)
    return Source([SheetInfo(name="", hidden=False)], None, handle)


def _refuse_other_archives(handle: IO[bytes]) -> None:
    try:
        names = set(zipfile.ZipFile(handle).namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise FileRefused("broken-workbook") from None
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        raise FileRefused("is-document")
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise FileRefused("is-other-spreadsheet")
    if "xl/workbook.xml" not in names and "_rels/.rels" not in names:
        raise FileRefused("is-archive")
