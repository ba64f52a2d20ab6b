"""Prices, packs and quantities a month or a year, as they are written in cells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from companies.importing.problems import ValueRefused
from companies.importing.text import clean
from companies.importing.values import check_readable, is_blank
from core.quantities import PACKAGE_CODES, Quantity, QuantityError, get_unit, parse_decimal, parse_unit
from core.text import fold

_NUMBER = r"\d+(?:[.,\s\u00a0\u202f]\d{3})*(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_RANGE_SIGN = r"\s*(?:-|–|—|~|÷|→|đến|den|tới|toi|to)\s*"
_PRICE = re.compile(
    rf"^(?P<low>{_NUMBER})\s*(?P<scale1>[a-z]*)?(?:{_RANGE_SIGN}(?P<high>{_NUMBER})\s*(?P<scale2>[a-z]*)?)?(?P<rest>.*)$"
)
_SCALES = {
    "k": 1_000,
    "n": 1_000,
    "ng": 1_000,
    "nghin": 1_000,
    "ngan": 1_000,
    "ngh": 1_000,
    "thousand": 1_000,
    "tr": 1_000_000,
    "trieu": 1_000_000,
    "million": 1_000_000,
}
_SCALE_WORD = re.compile("(?:" + "|".join(sorted(_SCALES, key=len, reverse=True)) + ")(?![a-z])")
_CURRENCIES = {
    "usd": "USD",
    "us$": "USD",
    "$": "USD",
    "do la": "USD",
    "eur": "EUR",
    "€": "EUR",
    "euro": "EUR",
    "cny": "CNY",
    "rmb": "CNY",
    "jpy": "JPY",
    "krw": "KRW",
    "vnd": "VND",
    "vnđ": "VND",
    "dong": "VND",
    "₫": "VND",
    "d": "VND",
}
_CURRENCY = re.compile(
    "|".join(rf"(?<![a-z]){re.escape(name)}(?![a-z])" for name in sorted(_CURRENCIES, key=len, reverse=True))
)
_MONEY_WORD = re.compile(
    "|".join(
        rf"(?<![a-z]){re.escape(name)}(?![a-z])"
        for name in sorted([*_CURRENCIES, *_SCALES], key=len, reverse=True)
    )
)
_ON_REQUEST = re.compile(r"lien he|thoa thuan|on request|contact|theo thoi diem|thi truong|negotiable")
SMALLEST_DONG = 500  # below, "85" may be 85 thousand


@dataclass(frozen=True, slots=True)
class Price:
    """What one `unit` costs; `net` is a package's content. `value` is None when it is only on request."""

    value: Decimal | None
    currency: str = "VND"
    unit: str = ""
    net: Quantity | None = None
    is_range: bool = False


def parse_price(value: Any, *, hint: str = "", currency: str = "") -> Price | None:
    """Read "1.250.000 đ/kg", "120k", "80 nghìn", "1,2 triệu/hộp 500g", "2.5 USD/kg", 120000.

    Args:
        hint: the column's heading, whose brackets may hold currency, scale and unit.
        currency: of a column of its own, where there is one.

    Returns:
        `None` for an empty cell. For a range no value is chosen: `value` is None and `is_range` True.

    Raises:
        ValueRefused: `not-a-price`, `price-not-positive`, `price-unit-unclear` (85: đồng or thousand đồng?),
            `unknown-unit`, `unknown-currency`.
    """
    check_readable(value)
    if is_blank(value):
        return None
    text = clean(value)
    folded = _fold_price(text)
    if _ON_REQUEST.search(folded) and not any(char.isdigit() for char in folded):
        return Price(None)
    folded = re.sub(r"^(?:gia|khoang|tu|from|chi tu|~)\s*:?\s*", "", folded)
    prefix = re.match(r"^(us\$|usd|vnd|\$|€|₫)\s*", folded)
    if prefix:
        folded = folded[prefix.end() :]
    if folded.startswith("-") and re.match(r"-\s*\d", folded):
        raise ValueRefused("price-not-positive")
    match = _PRICE.match(folded)
    if match is None:
        raise ValueRefused("not-a-price")
    money = match["rest"].partition("/")[0]
    per = text.partition("/")[2]  # with its accents: tá is not tạ
    scale, money_words = _scale(match["scale1"] or match["scale2"] or "", money)
    before = prefix[1] if prefix else ""
    found_currency = (
        _currency(before or money_words) or _currency(currency) or _currency(_bracket(hint)) or "VND"
    )
    short = re.match(
        r"^(\d+)\s*(?:tr|trieu)\s*(\d{1,3})\s*(?:d|dong|vnd|₫)?$", folded.partition("/")[0].strip()
    )
    if not short and _left_over(money_words):
        raise ValueRefused("not-a-price")
    amounts = [_amount(text, match[name], scale, found_currency) for name in ("low", "high") if match[name]]
    if short:  # "1tr2" is 1.2 million
        amounts = [Decimal(f"{short[1]}.{short[2]}") * 1_000_000]
        scale = 1_000_000
    if scale == 1:
        amounts = [amount * _hint_scale(hint) for amount in amounts]
    if any(amount <= 0 for amount in amounts):
        raise ValueRefused("price-not-positive")
    unit, net, factor = _per_unit(per or _bracket(hint).partition("/")[2])
    if found_currency == "VND" and max(amounts) < SMALLEST_DONG:
        raise ValueRefused("price-unit-unclear")
    if max(amounts) >= Decimal(10) ** 13:
        raise ValueRefused("not-a-price")
    if len(amounts) > 1 and amounts[0] != amounts[1]:
        return Price(None, found_currency, unit, net, is_range=True)
    return Price((amounts[0] * factor).quantize(Decimal("0.01")), found_currency, unit, net)


def _fold_price(text: str) -> str:
    # đ is the currency; folding makes it d, which is known.
    return fold(text).replace("vn d", "vnd").replace("vnđ", "vnd")


def _scale(word: str, rest: str) -> tuple[int, str]:
    """The multiplier and what is left of the words after the number."""
    words = (f"{word} {rest}" if word else rest).strip()
    if match := _SCALE_WORD.match(words):
        return _SCALES[match[0]], words[match.end() :].strip()
    if match := re.match(r"^(nghin|ngan|trieu|k)(d|dong|vnd)?\b", words):
        return _SCALES[match[1]], words[match.end() :].strip()
    return 1, words


def _currency(words: str) -> str:
    match = _CURRENCY.search(fold(words)) if words else None
    return _CURRENCIES[match[0]] if match else ""


def _left_over(words: str) -> str:
    return _MONEY_WORD.sub(" ", words).strip(" .,;:-()") if words else ""


def _amount(text: str, number: str, scale: int, currency: str) -> Decimal:
    try:
        if scale > 1 and re.fullmatch(r"\d+[.,]\d{1,2}", number):
            return Decimal(number.replace(",", ".")) * scale
        # In đồng a comma groups thousands; in other currencies "1,250" stays unclear.
        return parse_decimal(number, comma_groups=True if currency == "VND" else None) * scale
    except QuantityError:
        raise ValueRefused("not-a-price") from None


def _bracket(hint: str) -> str:
    match = re.search(r"[(\[]([^)\]]*)[)\]]?", hint)
    if match:
        return match[1]
    return hint.partition(":")[2] or (hint if "/" in hint else "")


def _hint_scale(hint: str) -> int:
    inside = fold(_bracket(hint))
    if re.search(r"1[.,]?000\s*(?:d|vnd|dong)|nghin|ngan", inside):
        return 1_000
    return 1_000_000 if "trieu" in inside else 1


_PER = re.compile(
    rf"^(?P<count>{_NUMBER})?\s*(?P<unit>[^\d(]*[^\d(\s])\s*\(?\s*(?P<net>(?:{_NUMBER})\s*[a-z]+)?\s*\)?$"
)
# Words after a unit that say what kind, not how much.
_KIND = re.compile(
    r"\s+(?:sản phẩm|tươi|khô|thành phẩm|thương phẩm|hơi|loại\s*\w+|nguyên liệu)\s*$", re.IGNORECASE
)


def _per_unit(words: str) -> tuple[str, Quantity | None, Decimal]:
    """Unit, net content and factor of "kg", "hộp 500g", "100g" (the price is then of 0.1 kg)."""
    plain = _KIND.sub("", words.strip(" ."))
    if not plain:
        return "", None, Decimal(1)
    match = _PER.match(plain.lower())
    if match is None:
        raise ValueRefused("price-unit-unknown", unit=plain[:40])
    try:
        word = parse_unit(match["unit"])
        if match["count"]:
            count = parse_decimal(match["count"], comma_groups=False) * word.multiplier
            unit = get_unit(word.code)
            if unit.factor is None:
                raise QuantityError("not-convertible")
            base = {"kg": "KGM", "l": "LTR"}.get(unit.base_unit or "", "H87")
            return base, None, 1 / (count * unit.factor)
        net = _net_content(match["net"]) if match["net"] and word.code in PACKAGE_CODES else None
    except (QuantityError, ArithmeticError):
        raise ValueRefused("price-unit-unknown", unit=plain[:40]) from None
    return word.code, net, 1 / word.multiplier


def _net_content(text: str) -> Quantity | None:
    match = re.fullmatch(rf"({_NUMBER})\s*([a-z]+)", text.strip())
    if match is None:
        return None
    word = parse_unit(match[2])
    if get_unit(word.code).base_unit not in {"kg", "l"}:
        return None
    return Quantity(parse_decimal(match[1], comma_groups=False) * word.multiplier, word.code)


_PACK = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>kg|kgs|gram|gam|gr|g|ml|lit|litre|l|lang)\b")
_PACK_WORDS = re.compile(
    r"\b(hộp|túi|gói|chai|lọ|hũ|bao|thùng|bịch|box|bag|bottle|jar|pack|carton)\b", re.IGNORECASE
)


def parse_pack(text: str) -> tuple[str, Quantity | None]:
    """Package unit ("" when none is named) and net content (None when none or several are written)."""
    if re.search(r"\d\s*[a-z]*\s*[x×*]\s*\d", fold(text)):  # "20 gói x 2 g": which of them is the unit?
        return "", None
    contents = {(match["number"], match["unit"]) for match in _PACK.finditer(fold(text))}
    net = None
    if len(contents) == 1:
        number, unit = next(iter(contents))
        try:
            net = _net_content(f"{number}{unit}")
        except QuantityError:
            net = None
    word = _PACK_WORDS.search(text)
    return (parse_unit(word[1]).code if word else ""), net


@dataclass(frozen=True, slots=True)
class CapacityText:
    """A capacity as a sheet states it: the lower bound, its unit, "month" or "year", and the words.

    `period` is "" where none is named, and `is_limit` True where only an upper bound is ("dưới 5 tấn/năm"):
    such words are kept and no capacity comes of them.
    """

    low: Decimal
    unit: str
    period: str
    text: str
    is_range: bool = False
    is_limit: bool = False


_PERIODS = {"thang": "month", "month": "month", "t": "month", "nam": "year", "year": "year", "n": "year"}
_OTHER_PERIODS = {
    "vu",
    "ngay",
    "tuan",
    "ha",
    "quy",
    "lua",
    "dot",
    "season",
    "day",
    "week",
    "quarter",
    "me",
    "ca",
    "gio",
}
_QUANTITY = re.compile(
    rf"^(?P<low>{_NUMBER})\s*(?P<unit1>[^\d/\-–—~÷→]*?)?(?:{_RANGE_SIGN}(?P<high>{_NUMBER}))?\s*(?P<unit>[^/\d]*(?:m3)?)"
    r"(?:/\s*(?P<period>.+))?$"
)
_APPROXIMATE = re.compile(
    r"^(?:khoang|gan|xap xi|uoc|uoc tinh|trung binh|binh quan|about|approx\.?|~|≈)\s*:?\s*"
)
_AT_LEAST = re.compile(r"^(?:tren|hon|tu|toi thieu|it nhat|>=?|≥|over|at least|more than|from)\s*")
_AT_MOST = re.compile(r"^(?:duoi|toi da|khong qua|<=?|≤|up to|under|less than|at most|max\.?)\s*")


def parse_capacity(value: Any, *, hint: str = "", unit: str = "") -> CapacityText | None:
    """Read "2 tấn/năm", "20-30 tấn/tháng" (the lower bound), 20 under "Sản lượng (tấn/năm)".

    Args:
        hint: the column's heading, for unit and period.
        unit: code of a unit column of its own, used where nothing else names one.

    Raises:
        ValueRefused: `not-a-quantity`, `number-ambiguous` ("1,250 kg"), `unit-needed`, `unknown-unit`,
            `unit-ambiguous`, `quantity-not-positive`.
    """
    check_readable(value)
    if is_blank(value):
        return None
    text = clean(value)
    written = (
        re.sub(r"\s+(?:mỗi|một|trên|/|per|a|hàng|trong)\s*(?=\w)", "/", text.lower())
        if "/" not in text
        else text
    )
    written = written.lower().strip()
    folded, is_limit = fold(written), False
    for pattern in (_APPROXIMATE, _AT_LEAST, _AT_MOST):
        if match := pattern.match(folded):
            is_limit = is_limit or pattern is _AT_MOST
            words = len(folded[: match.end()].split())
            folded = folded[match.end() :]
            written = (
                " ".join(written.split()[words:])
                if match[0].endswith(" ")
                else written[match.end() :].strip()
            )
    if re.match(r"-\s*\d", folded):
        raise ValueRefused("quantity-not-positive")
    match = _QUANTITY.match(folded)
    if match is None:
        raise ValueRefused("not-a-quantity")
    low, high = _read_number(match["low"]), _read_number(match["high"]) if match["high"] else None
    if low < 0 or (low == 0 and not high):
        raise ValueRefused("quantity-not-positive")
    unit_word = _accented(written, match["unit"] or match["unit1"] or "")
    period = _period(match["period"] or "") or _period_of_heading(hint)
    heading_unit = "" if unit_word else _heading_unit(hint)
    code, multiplier = _capacity_unit(unit_word or heading_unit, unit)
    if high is not None and high < low:
        raise ValueRefused("not-a-quantity")
    return CapacityText(
        low=low * multiplier,
        unit=code,
        period="" if period == "other" else period,
        text=text[:200],
        is_range=high is not None and high != low,
        is_limit=is_limit,
    )


def _read_number(text: str) -> Decimal:
    try:
        return parse_decimal(text)
    except QuantityError as refused:
        code = "number-ambiguous" if refused.code == "ambiguous-number" else "not-a-quantity"
        raise ValueRefused(code) from None


@lru_cache(maxsize=4096)
def _accented(written: str, folded: str) -> str:
    """The written words whose folded form is given (tạ and tá fold alike)."""
    wanted = folded.strip(" .,;()")
    if not wanted:
        return ""
    words = re.findall(r"[^\d\s/.,()\-–—]+", written)
    for start in range(len(words)):
        for end in range(start + 1, min(start + 4, len(words)) + 1):
            if fold(" ".join(words[start:end])) == wanted:
                return " ".join(words[start:end])
    return wanted


def _period(words: str) -> str:
    first = re.sub(r"[^a-z ]", " ", words).split()
    if not first:
        return ""
    if first[0] in {"1", "mot", "moi", "hang"} and len(first) > 1:
        first = first[1:]
    if first[0] in _PERIODS:
        return _PERIODS[first[0]]
    return "other"


def _period_of_heading(hint: str) -> str:
    plain = fold(hint)
    inside = re.search(r"/\s*([a-z]+)", plain)
    if inside and inside[1] in _PERIODS:
        return _PERIODS[inside[1]]
    if re.search(r"hang nam|/ ?nam|moi nam|mot nam|annual|yearly|per year|a year|\bnam\b", plain):
        return "year"
    if re.search(r"hang thang|/ ?thang|moi thang|mot thang|monthly|per month|a month|\bthang\b", plain):
        return "month"
    return ""


def _heading_unit(hint: str) -> str:
    inside = _bracket(hint)
    return inside.partition("/")[0].strip() if inside else ""


def _capacity_unit(word: str, column_unit: str) -> tuple[str, Decimal]:
    if not word:
        if not column_unit:
            raise ValueRefused("unit-needed")
        return column_unit, Decimal(1)
    bare = _KIND.sub("", word).strip() or word
    try:
        unit = parse_unit(bare)
    except QuantityError as refused:
        if refused.code == "ambiguous-unit":
            raise ValueRefused("unit-ambiguous", unit=bare[:40]) from None
        if column_unit:
            return column_unit, Decimal(1)
        raise ValueRefused("unknown-unit", unit=bare[:40]) from None
    return unit.code, unit.multiplier
