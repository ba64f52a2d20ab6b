"""Trading units (UN/CEFACT codes), conversion, and reading of numbers and quantities as people write them.

Base units are the kilogram (KGM), the litre (LTR) and the piece (H87). The table is `core/data/units.json`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType

from core.text import fold

UNITS_FILE = Path(__file__).parent / "data" / "units.json"
BASE_CODES: Mapping[str, str] = MappingProxyType({"kg": "KGM", "l": "LTR", "piece": "H87"})
PACKAGE_CODES = frozenset({"NMP", "XBG", "XBO", "XBX", "XCT", "XJR", "XSA", "XPX", "SET", "KT"})


class QuantityError(ValueError):
    """A quantity cannot be read or converted. `code` says why; `value` is what was given."""

    def __init__(self, code: str, value: str = "") -> None:
        super().__init__(f"{code}: {value}" if value else code)
        self.code = code
        self.value = value


@dataclass(frozen=True, slots=True)
class Unit:
    """One trading unit. `factor` turns it into its base unit; `None` where nothing can (packages)."""

    code: str
    name_vi: str
    name_en: str
    symbol_vi: str
    dimension: str
    base_unit: str | None
    factor: Decimal | None

    @property
    def is_package(self) -> bool:
        """A package (bag, bottle, box): it needs the product's net content before it can be converted."""
        return self.code in PACKAGE_CODES


@dataclass(frozen=True, slots=True)
class UnitWord:
    """What a written unit means: `multiplier` of the unit `code` (a yến is 10 KGM)."""

    code: str
    multiplier: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A decimal and a UN/CEFACT unit code."""

    value: Decimal
    unit: str


@cache
def units() -> Mapping[str, Unit]:
    """All units by code, in the order of the table."""
    rows = json.loads(UNITS_FILE.read_text(encoding="utf-8"))["units"]
    return MappingProxyType(
        {
            row["code"]: Unit(
                code=row["code"],
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                symbol_vi=row["symbol_vi"],
                dimension=row["dimension"],
                base_unit=row["base_unit"],
                factor=None if row["factor_to_base"] is None else Decimal(str(row["factor_to_base"])),
            )
            for row in rows
        }
    )


def get_unit(code: str) -> Unit:
    """The unit of a code.

    Raises:
        QuantityError: `unknown-unit`.
    """
    try:
        return units()[code]
    except KeyError:
        raise QuantityError("unknown-unit", code) from None


def unit_choices() -> list[tuple[str, str]]:
    """Codes with Vietnamese symbols, for model choices; screens translate through `Unit`."""
    return [(unit.code, unit.symbol_vi) for unit in units().values()]


def base_code(code: str) -> str | None:
    """The code of the unit that `code` is measured in (KGM, LTR, H87), or `None`."""
    base = get_unit(code).base_unit
    return BASE_CODES[base] if base else None


def is_convertible(source: str, target: str) -> bool:
    """Whether one unit turns into the other without knowing the product."""
    if source == target:
        return source in units()
    return base_code(source) is not None and base_code(source) == base_code(target)


def convert(value: Decimal, source: str, target: str, *, net: Quantity | None = None) -> Decimal:
    """Turn `value` of unit `source` into unit `target`.

    Args:
        net: net content of one package, needed for package units (a 500 g bag: `Quantity(500, "GRM")`).

    Raises:
        QuantityError: `unknown-unit`, `net-content-needed` (a package without `net`), `not-convertible`.
    """
    start, end = get_unit(source), get_unit(target)
    if start.code == end.code:
        return value
    if start.is_package and end.is_package:
        raise QuantityError("not-convertible", f"{source} {target}")
    if start.is_package:
        if net is None:
            raise QuantityError("net-content-needed", source)
        return convert(value * net.value, net.unit, target)
    if end.is_package:
        if net is None:
            raise QuantityError("net-content-needed", target)
        return convert(value, source, net.unit) / net.value
    if start.factor is None or end.factor is None or start.base_unit != end.base_unit:
        raise QuantityError("not-convertible", f"{source} {target}")
    return value * start.factor / end.factor


def to_base(value: Decimal, code: str, *, net: Quantity | None = None) -> Quantity:
    """`value` in kilograms, litres or pieces.

    Raises:
        QuantityError: as `convert`.
    """
    if get_unit(code).is_package:
        if net is None:
            raise QuantityError("net-content-needed", code)
        return to_base(value * net.value, net.unit)
    base = base_code(code)
    if base is None:
        raise QuantityError("not-convertible", code)
    return Quantity(convert(value, code, base), base)


# Written forms; compared without case, with accents first (tá, the dozen, is not tạ, the quintal).
_WORDS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("kg", "kgs", "kí lô", "ki lô", "kilô", "kilo", "ki-lô-gam", "kilogam"), ("KGM", 1)),
        **dict.fromkeys(("kilogram", "kilograms", "ký", "kí", "cân", "kilôgam"), ("KGM", 1)),
        **dict.fromkeys(("g", "gr", "gam", "gram", "grams", "gramme"), ("GRM", 1)),
        **dict.fromkeys(("lạng", "hg"), ("HGM", 1)),
        **dict.fromkeys(("tạ", "quintal"), ("DTN", 1)),
        **dict.fromkeys(("yến",), ("KGM", 10)),
        **dict.fromkeys(("tấn", "t", "ton", "tons", "tonne", "tonnes", "mt"), ("TNE", 1)),
        **dict.fromkeys(("lb", "lbs", "pound", "pounds"), ("LBR", 1)),
        **dict.fromkeys(("oz", "ounce", "ounces"), ("ONZ", 1)),
        **dict.fromkeys(("lít", "lit", "l", "litre", "litres", "liter", "liters"), ("LTR", 1)),
        **dict.fromkeys(("ml", "mililit", "mi-li-lít", "mililít", "cc"), ("MLT", 1)),
        **dict.fromkeys(("cl",), ("CLT", 1)),
        **dict.fromkeys(("hl",), ("HLT", 1)),
        **dict.fromkeys(("m3", "m³", "mét khối", "khối"), ("MTQ", 1)),
        **dict.fromkeys(("gal", "gallon", "gallons"), ("GLL", 1)),
        **dict.fromkeys(
            ("cái", "chiếc", "quả", "trái", "củ", "con", "cây", "bông", "cành", "chậu"), ("H87", 1)
        ),
        **dict.fromkeys(("sản phẩm", "sp", "pc", "pcs", "piece", "pieces", "tấm", "bức", "viên"), ("H87", 1)),
        **dict.fromkeys(("đơn vị", "đv", "unit", "units"), ("C62", 1)),
        **dict.fromkeys(("đôi", "cặp", "pair", "pairs"), ("PR", 1)),
        **dict.fromkeys(("tá", "dozen", "dozens"), ("DZN", 1)),
        **dict.fromkeys(("bộ", "set", "sets"), ("SET", 1)),
        **dict.fromkeys(("kit", "kits", "combo"), ("KT", 1)),
        **dict.fromkeys(("gói", "pack", "packs", "packet"), ("NMP", 1)),
        **dict.fromkeys(("túi", "bịch", "bag", "bags"), ("XBG", 1)),
        **dict.fromkeys(("chai", "bottle", "bottles"), ("XBO", 1)),
        **dict.fromkeys(("hộp", "box", "boxes"), ("XBX", 1)),
        **dict.fromkeys(("thùng", "thùng carton", "carton", "cartons", "kiện"), ("XCT", 1)),
        **dict.fromkeys(("lọ", "hũ", "jar", "jars", "keo"), ("XJR", 1)),
        **dict.fromkeys(("bao", "bao tải", "sack", "sacks"), ("XSA", 1)),
        **dict.fromkeys(("pa-lét", "pallet", "pallets", "palet"), ("XPX", 1)),
        **dict.fromkeys(("m", "mét", "metre", "metres", "meter"), ("MTR", 1)),
        **dict.fromkeys(("m2", "m²", "mét vuông"), ("MTK", 1)),
        **dict.fromkeys(("lượt", "đêm", "suất", "tour", "chuyến", "phòng"), ("E48", 1)),
        **dict.fromkeys(("người", "khách", "person", "persons", "pax"), ("IE", 1)),
        **dict.fromkeys(("ngày", "day", "days"), ("DAY", 1)),
    }
)
# Without accents "ta" is a quintal or a dozen, "chuc" ten or twelve: those are refused, not guessed.
_AMBIGUOUS = frozenset({"ta", "chục", "chuc", "bo"})


@cache
def _bare_words() -> Mapping[str, tuple[str, int] | None]:
    found: dict[str, tuple[str, int] | None] = {}
    for word, meaning in _WORDS.items():
        plain = fold(word)
        # Two meanings under one unaccented spelling cancel each other.
        found[plain] = meaning if found.get(plain, meaning) == meaning else None
    return MappingProxyType(found)


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> UnitWord:
    """The unit that a written word means: "kg", "tấn", "Tạ", "yến", "chai", "KGM", "TNE".

    Raises:
        QuantityError: `unknown-unit`; `ambiguous-unit` for chục (10 or 12) and unaccented "ta" (tạ or tá).
    """
    written = unicodedata.normalize("NFC", text).strip(" .()[]:;")
    if written in units():
        return UnitWord(written)
    word = " ".join(written.casefold().split())
    if word in _WORDS:
        code, multiplier = _WORDS[word]
        return UnitWord(code, Decimal(multiplier))
    if word in _AMBIGUOUS:
        raise QuantityError("ambiguous-unit", text.strip())
    meaning = _bare_words().get(fold(word), ("", 0))
    if meaning is None:
        raise QuantityError("ambiguous-unit", text.strip())
    if not meaning[0]:
        raise QuantityError("unknown-unit", text.strip()[:40])
    return UnitWord(meaning[0], Decimal(meaning[1]))


_NUMBER = re.compile(r"[+-]?\d[\d.,\s\u00a0\u202f']*")


def parse_decimal(text: str, *, comma_groups: bool | None = None) -> Decimal:
    """Read a number in Vietnamese ("1.250.000", "69,25") or English ("1,250,000", "69.25") writing.

    A single dot before exactly three digits groups thousands ("1.250" is 1250), as Vietnamese writes it.
    A single comma before exactly three digits may mean either; `comma_groups` decides it (True for đồng).

    Raises:
        QuantityError: `not-a-number`; `ambiguous-number` for "1,250" with `comma_groups=None`.
    """
    compact = re.sub(r"[\s\u00a0\u202f']", "", unicodedata.normalize("NFKC", text))
    if len(compact) > 40 or not re.fullmatch(r"[+-]?\d+(?:[.,]\d+)*", compact):
        raise QuantityError("not-a-number", text.strip()[:40])
    dots, commas = compact.count("."), compact.count(",")
    if dots and commas:
        decimal_sign = "," if compact.rfind(",") > compact.rfind(".") else "."
        if compact.count(decimal_sign) > 1:
            raise QuantityError("not-a-number", text.strip()[:40])
        group = "." if decimal_sign == "," else ","
        _check_groups(compact.partition(decimal_sign)[0], group, text)
        compact = compact.replace(group, "").replace(decimal_sign, ".")
    elif dots > 1 or commas > 1:
        sign = "." if dots else ","
        _check_groups(compact, sign, text)
        compact = compact.replace(sign, "")
    elif dots or commas:
        compact = _one_sign(compact, "." if dots else ",", text, comma_groups)
    try:
        return Decimal(compact)
    except InvalidOperation:
        raise QuantityError("not-a-number", text.strip()[:40]) from None


def _one_sign(compact: str, sign: str, text: str, comma_groups: bool | None) -> str:
    whole, _, rest = compact.partition(sign)
    groups = len(rest) == 3 and 1 <= len(whole.lstrip("+-")) <= 3 and whole.lstrip("+-0") != ""
    if groups and sign == ",":
        if comma_groups is None:
            raise QuantityError("ambiguous-number", text.strip())
        groups = comma_groups
    return whole + rest if groups else f"{whole}.{rest}"


def _check_groups(whole: str, sign: str, text: str) -> None:
    first, *rest = whole.lstrip("+-").split(sign)
    if not 1 <= len(first) <= 3 or any(len(group) != 3 for group in rest):
        raise QuantityError("not-a-number", text.strip()[:40])


def parse_quantity(text: str, *, default_unit: str | None = None) -> Quantity:
    """Read "2 tấn", "1.250kg", "500 g", "2,5 tạ"; a bare number takes `default_unit`.

    Raises:
        QuantityError: `not-a-number`, `ambiguous-number`, `unknown-unit`, `ambiguous-unit`, `unit-needed`.
    """
    written = unicodedata.normalize("NFC", text).strip()
    match = _NUMBER.match(written)
    if match is None:
        raise QuantityError("not-a-number", written[:40])
    value = parse_decimal(match.group().rstrip(" .,\u00a0\u202f'"))
    rest = written[match.end() :].strip()
    if not rest:
        if default_unit is None:
            raise QuantityError("unit-needed", written[:40])
        return Quantity(value, default_unit)
    word = parse_unit(rest)
    return Quantity(value * word.multiplier, word.code)
