"""Stars, dates, decisions, points, phone numbers and the like, as they are written in cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from companies.importing.problems import ValueRefused
from companies.importing.text import CellError, FormulaWithoutValue, clean
from core.quantities import QuantityError, parse_decimal
from core.text import fold

PROGRAMME_START = date(2018, 5, 7)  # no OCOP rating is older than the programme
_EMPTY = {
    "",
    "-",
    "--",
    "–",
    "—",
    ".",
    "x",
    "k",
    "n/a",
    "na",
    "khong",
    "khong co",
    "chua",
    "chua co",
    "none",
    "null",
    "nil",
}
_STAR_SIGNS = "*★☆⭐✩✪✭⋆∗＊🌟"
_NUMBER_WORDS = {
    "mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5,
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "iii": 3, "iv": 4, "v": 5,
}  # fmt: skip
_STAR_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)\s*(?:/\s*5)?")
_POTENTIAL = re.compile(r"\(?\s*(?:tiem nang|de nghi|de xuat|potential)[^)]*\)?")
_UNRATED = re.compile(r"^(?:chua|khong)\b.*")


def is_blank(value: Any) -> bool:
    """Nothing, or one of the signs that people write for nothing."""
    return value is None or (not isinstance(value, int | float) and fold(clean(value)) in _EMPTY)


def check_readable(value: Any) -> None:
    """Refuse error values and formulas whose result was not stored.

    Raises:
        ValueRefused: `cell-error`, `formula-without-value`.
    """
    if isinstance(value, FormulaWithoutValue):
        raise ValueRefused("formula-without-value")
    if isinstance(value, CellError):
        raise ValueRefused("cell-error")


def parse_stars(value: Any) -> int | None:
    """3, 4 or 5 from "4 sao", "****", "OCOP 4*", "bốn sao", "★★★★", 4; `None` when the cell says unrated.

    Raises:
        ValueRefused: `not-stars`; `stars-out-of-range` for what is no OCOP rating (below 3 or above 5);
            `stars-ambiguous` for two different numbers.
    """
    check_readable(value)
    text = clean(value)
    folded = fold(text)
    if folded in _EMPTY or _UNRATED.match(folded):
        return None
    packed = text.replace(" ", "")
    full = (
        packed.replace("☆", "") if any(sign in packed for sign in "★⭐🌟") else packed
    )  # ★★★★☆ is four of five
    counts = {len(run) for run in re.findall(rf"[{_STAR_SIGNS}]+", full)}
    folded = _POTENTIAL.sub(" ", folded).strip()
    if not folded:
        raise ValueRefused("stars-ambiguous")
    numbers = set()
    written = re.sub(r"\(?(?:nam\s+)?(?:19|20)\d\d\)?", " ", folded)  # the year beside it
    for match in _STAR_NUMBER.finditer(written.replace("/ 5", "/5").replace("/5", " ")):
        number = float(match[1].replace(",", "."))
        numbers.add(int(number) if number.is_integer() else -1)
    words = re.sub(r"[^a-z ]", " ", written).split()
    if not numbers:
        for index, word in enumerate(words):
            after = words[index + 1] if index + 1 < len(words) else ""
            if word in _NUMBER_WORDS and (after.startswith(("sao", "star")) or len(words) == 1 or index):
                numbers.add(_NUMBER_WORDS[word])
    if not numbers:
        numbers = {count for count in counts if count > 1} or ({1} if counts == {1} else set())
    if not numbers:
        raise ValueRefused("not-stars")
    if len(numbers) > 1:
        raise ValueRefused("stars-ambiguous")
    stars = numbers.pop()
    if not 3 <= stars <= 5:
        raise ValueRefused("stars-out-of-range")
    return stars


_DAY_FIRST = re.compile(r"(\d{1,2})\s*[./\-\s]\s*(\d{1,2})\s*[./\-\s]\s*(\d{4}|\d{2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[./\-]\s*(\d{1,2})\s*[./\-]\s*(\d{1,2})(?!\d)")
_IN_WORDS = re.compile(r"(\d{1,2})\s*thang\s*(\d{1,2})\s*(?:nam)?\s*(\d{4})")
_ENGLISH = re.compile(r"(?:(\d{1,2})\s+([a-z]{3,9})|([a-z]{3,9})\s+(\d{1,2}))(?:st|nd|rd|th)?,?\s+(\d{4})")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_ONLY = re.compile(r"(?:thang\s*)?\d{1,2}\s*[/\-. ]\s*\d{4}|(?:nam\s*)?\d{4}|thang \d{1,2} nam \d{4}")
_SERIAL = (20_000, 60_000)  # 1954 to 2064, as a spreadsheet counts days


def parse_date(value: Any) -> date | None:
    """A full date from a date cell, "12/05/2025" (day first), "ngày 12 tháng 5 năm 2025", a serial number.

    Raises:
        ValueRefused: `not-a-date`; `no-such-date` (31/02); `date-incomplete` where day or month is missing.
    """
    check_readable(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and _SERIAL[0] < value < _SERIAL[1]:
        return date(1899, 12, 30) + timedelta(days=int(value))
    text = fold(clean(value))
    if text in _EMPTY:
        return None
    if re.fullmatch(r"\d{5}", text) and _SERIAL[0] < int(text) < _SERIAL[1]:
        return date(1899, 12, 30) + timedelta(days=int(text))
    if found := find_date(text):
        return found
    if _MONTH_ONLY.fullmatch(text):
        raise ValueRefused("date-incomplete")
    raise ValueRefused("not-a-date")


def find_date(folded: str) -> date | None:
    """The first full date inside a folded text.

    Raises:
        ValueRefused: `no-such-date`.
    """
    if match := _YEAR_FIRST.search(folded):
        year, month, day = (int(group) for group in match.groups())
    elif (match := _IN_WORDS.search(folded)) or (match := _DAY_FIRST.search(folded)):
        day, month, year = (int(group) for group in match.groups())
    elif (match := _ENGLISH.search(folded)) and (match[2] or match[3])[:3] in _MONTHS:
        day, year = int(match[1] or match[4]), int(match[5])
        month = _MONTHS.index((match[2] or match[3])[:3]) + 1
    else:
        return None
    if year < 100:
        year += 2000
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueRefused("no-such-date") from None


def parse_year(value: Any) -> int | None:
    """A year from 2018 on, from "2023", "Năm 2023", "Đợt 1/2023".

    Raises:
        ValueRefused: `not-a-year`.
    """
    check_readable(value)
    if isinstance(value, date):
        return value.year
    text = fold(clean(value))
    if text in _EMPTY:
        return None
    years = set(re.findall(r"(?<!\d)20[12]\d(?!\d)", text))
    if len(years) != 1:
        raise ValueRefused("not-a-year")
    return int(years.pop())


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision's number and, where the same cell holds it, its date."""

    number: str = ""
    issued_on: date | None = None


_NUMBER = re.compile(r"(\d[\w.]*\s*/\s*[\w./\-]*[A-Za-zĐđ][\w./\-]*(?:\s*-\s*[A-Za-zĐđ]+)*)")
_LEADING = re.compile(
    r"^(?:quyết định|quyet dinh|qđ|qd|decision)?\s*(?:số|so|no\.?|number)?\s*[:.]?\s*", re.IGNORECASE
)


def parse_decision(value: Any) -> Decision:
    """ "QĐ số 1234/QĐ-UBND ngày 12/05/2025" -> number and date; a bare number is kept as written.

    Raises:
        ValueRefused: `no-such-date`, `cell-error`, `formula-without-value`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return Decision()
    if isinstance(value, date):
        return Decision(issued_on=value)
    head = re.split(r",?\s*(?:ngày|ngay|dated|date)\b", text, maxsplit=1, flags=re.IGNORECASE)
    issued_on = find_date(fold(head[1])) if len(head) > 1 else None
    match = _NUMBER.search(head[0])
    if match:
        number = re.sub(r"\s+", "", match[1]).rstrip(".,;-/")
    elif issued_on is None and _DAY_FIRST.fullmatch(fold(text)):
        return Decision(issued_on=find_date(fold(text)))
    else:
        number = _LEADING.sub("", head[0]).strip(" ,.;:-")
    if not any(char.isdigit() for char in number):
        number = ""
    return Decision(number, issued_on)


def parse_points(value: Any) -> Decimal | None:
    """0 to 100, with a decimal comma or point; "69,25/100" too.

    Raises:
        ValueRefused: `not-a-number`, `points-out-of-range`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return None
    bare = re.sub(r"\s*(?:/\s*100|điểm|diem|đ|points?)\s*$", "", text, flags=re.IGNORECASE)
    try:
        points = parse_decimal(bare, comma_groups=False)
    except QuantityError:
        raise ValueRefused("not-a-number") from None
    if "." in bare and re.fullmatch(r"\d{1,2}\.\d{3}", bare):
        points = Decimal(bare)  # "69.125" is no sixty-nine thousand
    if not 0 <= points <= 100:
        raise ValueRefused("points-out-of-range")
    return points.quantize(Decimal("0.01"))


def parse_phone(value: Any) -> str:
    """The first Vietnamese number in the cell as +84...; "" when there is none.

    Raises:
        ValueRefused: `not-a-phone`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return ""
    for piece in re.split(r"[,;/|]|\s-\s|\s{2,}|\bhoặc\b", text):
        digits = re.sub(r"\D", "", piece)
        if digits.startswith("0084"):
            digits = digits[4:]
        elif digits.startswith("84") and len(digits) in {11, 12}:
            digits = digits[2:]
        digits = digits.lstrip("0")
        if 9 <= len(digits) <= 10 and digits[0] in "23456789":
            return f"+84{digits}"
    raise ValueRefused("not-a-phone")


def parse_email(value: Any) -> str:
    """The first address in the cell, lower case.

    Raises:
        ValueRefused: `not-an-email`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return ""
    match = re.search(r"[\w.+\-]{1,64}@(?:[A-Za-z0-9\-]{1,63}\.){1,4}[A-Za-z]{2,24}", text, re.ASCII)
    if match is None:
        raise ValueRefused("not-an-email")
    return match[0].lower()


def parse_website(value: Any) -> str:
    """An http(s) address; one without a scheme is given https.

    Raises:
        ValueRefused: `not-a-website`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return ""
    if re.fullmatch(r"(?:https?://)?(?:[\w\-]+\.)+[A-Za-z]{2,24}(?::\d+)?(?:/[^\s<>\"']*)?", text) is None:
        raise ValueRefused("not-a-website")
    return (text if text.lower().startswith("http") else f"https://{text}")[:200]


def parse_tax_code(value: Any) -> str:
    """Ten digits, or thirteen for a branch ("0101234567-001").

    Raises:
        ValueRefused: `not-a-tax-code`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return ""
    digits = re.sub(r"[\s.\-]", "", text)
    if isinstance(value, int | float) and len(digits) == 9:
        digits = "0" + digits  # a number cell has lost its leading zero
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {10, 12, 13}:
        raise ValueRefused("not-a-tax-code")
    return f"{digits[:10]}-{digits[10:]}" if len(digits) == 13 else digits


def parse_gtin(value: Any) -> str:
    """8, 12, 13 or 14 digits whose check digit holds.

    Raises:
        ValueRefused: `not-a-gtin`, `gtin-check-digit`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return ""
    digits = re.sub(r"[\s.\-]", "", text)
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {8, 12, 13, 14}:
        raise ValueRefused("not-a-gtin")
    total = sum(
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits[:-1]))
    )
    if (10 - total % 10) % 10 != int(digits[-1]):
        raise ValueRefused("gtin-check-digit")
    return digits


def parse_hs(value: Any) -> str:
    """Six digits; "0813.40" and longer national codes are cut to six.

    Raises:
        ValueRefused: `not-an-hs-code`.
    """
    check_readable(value)
    text = clean(value)
    if fold(text) in _EMPTY:
        return ""
    digits = re.sub(r"[\s.]", "", text)
    if isinstance(value, int | float) and len(digits) in {5, 7}:
        digits = "0" + digits
    if not digits.isascii() or not digits.isdigit() or len(digits) not in {6, 8, 10}:
        raise ValueRefused("not-an-hs-code")
    return digits[:6]


_DAYS = {"ngay": 1, "day": 1, "days": 1, "tuan": 7, "week": 7, "weeks": 7}
_MONTH_WORDS = {"thang": 1, "month": 1, "months": 1, "nam": 12, "year": 12, "years": 12}


def parse_days(value: Any) -> int | None:
    """Days from "12 tháng" (30 each), "1 năm" (365), "7-10 ngày" (the lower), "2 tuần" or a bare number.

    Raises:
        ValueRefused: `not-a-duration`.
    """
    check_readable(value)
    text = fold(clean(value))
    if text in _EMPTY:
        return None
    match = re.search(r"(\d{1,4})(?:\s*(?:-|–|den|to)\s*\d{1,4})?\s*([a-z]*)", text)
    if match is None:
        raise ValueRefused("not-a-duration")
    number, word = int(match[1]), match[2]
    if word in _MONTH_WORDS:
        months = number * _MONTH_WORDS[word]
        return months // 12 * 365 + months % 12 * 30
    if word in _DAYS or (not word and re.fullmatch(r"\d{1,4}", text)):
        return number * _DAYS.get(word, 1)
    raise ValueRefused("not-a-duration")
