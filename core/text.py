"""Vietnamese text: folding for search (accents off, lower case) and a sort key (the database has no ICU)."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_MARKS = re.compile("[\u0300-\u036f]+")
# Vietnamese order: letters with their own place come after their base letter, tones decide last.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_LETTER_RANK = {letter: chr(0x30 + index * 2) for index, letter in enumerate(_LETTERS)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
_QUALITIES = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn: part of the letter


def fold(text: str) -> str:
    """Lower case, no accents, đ as d, single spaces: `"Cà phê  Sạch"` -> `"ca phe sach"`.

    The database's `offtake_fold` does the same for stored columns.
    """
    if text.isascii():
        return " ".join(text.lower().split())
    plain = _MARKS.sub("", unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")))
    if not plain.isascii():
        plain = "".join(ch for ch in plain if not unicodedata.combining(ch))
    return _SPACES.sub(" ", plain).strip().lower()


@lru_cache(maxsize=4096)
def _sort_rank(ch: str) -> tuple[str, str]:
    """A character's place in the alphabet and its tone's."""
    parts = unicodedata.normalize("NFD", ch)
    tone = next((_TONES[mark] for mark in parts if mark in _TONES), "0")
    base = unicodedata.normalize("NFC", parts[0] + "".join(m for m in parts[1:] if m in _QUALITIES))
    return _LETTER_RANK.get(base) or (ch if ch.isdigit() else " "), tone


def vietnamese_sort_key(text: str) -> str:
    """A string whose byte order is Vietnamese alphabetical order (letters first, tones as tie-break)."""
    ranks = [_sort_rank(ch) for ch in unicodedata.normalize("NFC", text).lower()]
    letters = "".join([letter for letter, _ in ranks])
    tones = "".join([tone for _, tone in ranks])
    return f"{_SPACES.sub(' ', letters).strip()}\x01{tones}"[:200]
