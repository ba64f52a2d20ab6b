"""Cleaning of cell text and the keys by which names are compared."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from core.text import fold

# Zero-width marks, byte-order marks and direction overrides carry no meaning and hide differences.
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_GUARD = re.compile(r"^'(?=[=+\-@\t\r])")
_NOT_NAME = re.compile(r"[^a-z0-9]+")


class FormulaWithoutValue:
    """A cell that holds a formula whose result was never stored. Formulas are not run."""

    def __str__(self) -> str:
        return "=…"


class CellError:
    """An error value of the spreadsheet, e.g. #N/A."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


class WordedNumber(float):
    """A number whose cell format shows words with it: 4 as "4 sao", 120000 as "120.000 đ/kg"."""

    words: str

    def __new__(cls, value: float, words: str) -> WordedNumber:
        number = super().__new__(cls, value)
        number.words = words
        return number


def decode_escapes(text: str) -> str:
    """Undo the `_x000D_` writing of control characters in Office files."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def clean(value: object) -> str:
    """A cell as one line of composed text without invisible characters; "" for an empty one.

    A leading apostrophe before = + - @ is the guard that our own export writes, and is taken off.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        text = value
    elif isinstance(value, bool):
        return "1" if value else "0"
    elif isinstance(value, WordedNumber):
        return f"{number_text(value)} {value.words}"
    elif isinstance(value, float | int | Decimal):
        return number_text(value)
    elif isinstance(value, datetime):
        return value.date().isoformat()
    elif isinstance(value, date):
        return value.isoformat()
    else:
        return str(value)
    if text.isascii() and text.isprintable():
        text = text.strip()
    else:
        text = _CONTROL.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
    if text.startswith("'"):
        text = _GUARD.sub("", text)
    return " ".join(text.split())


def number_text(value: float | Decimal) -> str:
    """A number without exponent or a trailing ".0", written so that its point cannot be taken for grouping."""
    if isinstance(value, int):
        return str(value)
    exact = Decimal(repr(float(value))) if isinstance(value, float) else value
    if exact == exact.to_integral_value():
        return str(int(exact)) if abs(exact) < Decimal(10) ** 20 else str(exact)
    text = f"{exact.normalize():f}"
    # "1.125" would read as one thousand one hundred and twenty-five in Vietnamese writing.
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def name_key(text: str) -> str:
    """Letters and digits without accents or case: two spellings of one name agree on it."""
    return _NOT_NAME.sub("", fold(text))


_PRODUCER_WORDS = (
    ("congtytrachnhiemhuuhan", "congtytnhh"),
    ("ctytrachnhiemhuuhan", "congtytnhh"),
    ("ctytnhh", "congtytnhh"),
    ("congtycophan", "congtycp"),
    ("ctycophan", "congtycp"),
    ("ctycp", "congtycp"),
    ("hoptacxanongnghiep", "htxnn"),
    ("htxnongnghiep", "htxnn"),
    ("hoptacxadichvunongnghiep", "htxdvnn"),
    ("htxdichvunongnghiep", "htxdvnn"),
    ("hoptacxa", "htx"),
    ("tohoptac", "tht"),
    ("hokinhdoanh", "hkd"),
    ("doanhnghieptunhan", "dntn"),
    ("cososanxuat", "cssx"),
)


def producer_key(text: str) -> str:
    """As `name_key`, with the usual abbreviations of legal forms made one (HTX, hợp tác xã)."""
    key = name_key(text)
    for long, short in _PRODUCER_WORDS:
        if key.startswith(long):
            return short + key[len(long) :]
    return key
