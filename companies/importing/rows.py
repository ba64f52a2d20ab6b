"""One row of a sheet -> what would be written, and every problem that it has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from companies.importing import amounts, values
from companies.importing.problems import Problem, ValueRefused, shown
from companies.importing.sets import guess_set, read_set
from companies.importing.text import clean, name_key, producer_key
from companies.importing.workbook import Row
from companies.reference.addresses import Place, resolve_address
from core.quantities import (
    PACKAGE_CODES,
    Quantity,
    QuantityError,
    convert,
    get_unit,
    parse_decimal,
    parse_unit,
)
from core.text import fold

T = TypeVar("T")

LIMITS = {
    "product": 200,
    "product_en": 200,
    "producer": 200,
    "address": 300,
    "pack": 120,
    "words": 300,
    "story": 4000,
    "story_en": 4000,
    "decision": 80,
}
UNIT_NOT_STATED = "C62"  # "đơn vị": what a price or a quantity without any unit is counted in
NOTES = (
    "rating-unverified",
    "set-guessed",
    "set-unknown",
    "unit-not-stated",
    "capacity-to-confirm",
    "place-missing",
)


@dataclass(frozen=True, slots=True)
class Context:
    """For whom a sheet is read.

    `provinces` are the codes that rows may lie in (None: any); `assumed_province` is taken where a row names no
    place; `own_producer` is set when a supplier imports its own products and no others.
    """

    today: date
    provinces: frozenset[str] | None = None
    assumed_province: str | None = None
    own_producer: str = ""
    own_place: tuple[str | None, str | None] = (None, None)
    set_names: Sequence[tuple[int, str]] = ()  # folded names of the product sets
    hs_sets: Mapping[str, int] = field(default_factory=dict)  # known HS codes and the set of each
    schemes: Sequence[tuple[str, str]] = ()  # folded words of a certification scheme and its code


@dataclass(slots=True)
class Record:
    """What a good row writes. Quantities are in `unit`; capacity is a month's or a year's."""

    product: str = ""
    product_key: str = ""
    product_en: str = ""
    producer: str = ""
    producer_key: str = ""
    producer_kind: str = ""
    tax_code: str = ""
    province: str | None = None
    commune: str | None = None
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    set_number: int | None = None
    set_confirmed: bool = False
    hs: str = ""
    words: str = ""
    unit: str = UNIT_NOT_STATED
    unit_stated: bool = False
    pack: str = ""
    pack_content: Decimal | None = None
    gtin: str = ""
    shelf_life: int | None = None
    lead_time: int | None = None
    min_order: Decimal | None = None
    price: Decimal | None = None
    currency: str = "VND"
    stars: int | None = None
    points: Decimal | None = None
    decision: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    rating_sound: bool = True  # nothing in the row speaks against the rating
    capacity: Decimal | None = None
    period: str = ""
    capacity_text: str = ""
    months: dict[str, Decimal] = field(default_factory=dict)
    story: str = ""
    story_en: str = ""
    schemes: tuple[str, ...] = ()
    source: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class CheckedRow:
    """A row after the check: `record` is there unless an error keeps the row out."""

    sheet: str
    number: int
    record: Record | None
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.is_error]


class RowReader:
    """Reads the rows of one sheet by its columns.

    Args:
        columns: field -> column index; `months`: "2027-08" -> column index; `titles`: headings by column.
    """

    def __init__(
        self,
        columns: Mapping[str, int],
        months: Mapping[str, int],
        titles: Mapping[int, str],
        context: Context,
    ) -> None:
        self._columns = columns
        self._months = months
        self._titles = titles
        self._context = context

    def read(self, row: Row, sheet: str) -> CheckedRow:
        """Check one data row; nothing is raised for what stands in it."""
        reading = _Reading(row, self._columns, self._titles)
        record = Record()
        _read_names(reading, record, self._context)
        _read_place(reading, record, self._context)
        _read_contact(reading, record)
        _read_product(reading, record, self._context)
        _read_rating(reading, record, self._context)
        _read_unit_and_price(reading, record)
        _read_capacity(reading, record, self._months)
        if row.hidden:
            reading.warn("hidden-row", "", "")
        good = not any(problem.is_error for problem in reading.problems)
        return CheckedRow(sheet, row.number, record if good else None, reading.problems, reading.notes)


class _Reading:
    """The cells of one row by field, and the problems found so far."""

    def __init__(self, row: Row, columns: Mapping[str, int], titles: Mapping[int, str]) -> None:
        self._row = row
        self._columns = columns
        self._titles = titles
        self.problems: list[Problem] = []
        self.notes: list[str] = []

    def cell(self, name: str) -> Any:
        column = self._columns.get(name)
        return None if column is None else self.at(column)

    def at(self, column: int) -> Any:
        return self._row.values[column] if column < len(self._row.values) else None

    def title(self, name: str) -> str:
        column = self._columns.get(name)
        return self._titles.get(column, "") if column is not None else ""

    def text(self, name: str) -> str:
        """A text cell; too long, an error value or a formula without result are errors."""
        value = self.cell(name)
        try:
            values.check_readable(value)
        except ValueRefused as refused:
            self.error(refused.code, name, value)
            return ""
        text = clean(value)
        limit = LIMITS.get(name)
        if limit and len(text) > limit:
            self.error("too-long", name, text, length=len(text), limit=limit)
            return ""
        return text

    def value(self, name: str, parse: Callable[[Any], T], empty: T, *, soft: bool = False) -> T:
        """A parsed cell; what cannot be parsed is an error, or with `soft` a warning and left empty."""
        value = self.cell(name)
        if value is None:
            return empty
        try:
            return parse(value)
        except ValueRefused as refused:
            (self.warn if soft else self.error)(refused.code, name, value, **refused.params)
            return empty

    def error(self, code: str, name: str, value: object, **params: Any) -> None:
        self.problems.append(Problem(code, self.title(name), shown(clean(value)), True, params))

    def warn(self, code: str, name: str, value: object, **params: Any) -> None:
        self.problems.append(Problem(code, self.title(name), shown(clean(value)), False, params))


def _read_names(reading: _Reading, record: Record, context: Context) -> None:
    record.product = reading.text("product")
    failed = bool(reading.problems)
    if not record.product and not failed:
        reading.error("product-missing", "product", "")
    elif record.product and not any(char.isalpha() for char in record.product):
        reading.error("product-no-name", "product", record.product)
    record.product_key = name_key(record.product)
    record.product_en = reading.text("product_en")
    faults = len(reading.problems)
    record.producer = reading.text("producer")
    if context.own_producer:
        if record.producer and producer_key(record.producer) != producer_key(context.own_producer):
            reading.error("other-producer", "producer", record.producer, own=context.own_producer)
        record.producer = context.own_producer
    elif not record.producer and len(reading.problems) == faults:
        reading.error("producer-missing", "producer", "")
    elif record.producer and not any(char.isalpha() for char in record.producer):
        reading.error("producer-no-name", "producer", record.producer)
    record.producer_key = producer_key(record.producer)
    record.producer_kind = kind_of_producer(record.producer)


_KINDS = (
    ("cooperative_group", r"^(?:to hop tac|tht\b|to san xuat|to lien ket|nhom san xuat)"),
    ("cooperative", r"^(?:lien hiep )?(?:hop tac xa|htx)|\bcooperative\b|\bco-op\b"),
    ("enterprise", r"^(?:chi nhanh )?(?:cong ty|cty|ct tnhh|ct cp|doanh nghiep|dntn|tap doan|tong cong ty|nha may"
                   r"|xi nghiep)"
                   r"|\b(?:co\.?,? ltd|company|jsc|corporation|enterprise)\b"),
)  # fmt: skip


def kind_of_producer(name: str) -> str:
    """The kind of company that a name's legal form tells; without one it is a household."""
    folded = fold(name)
    return next((kind for kind, words in _KINDS if re.search(words, folded)), "household")


_LEVELS = {
    "commune": ("xã", r"^(?:xa|phuong|thi tran|tt|dac khu|p|x)\b|\b(?:ward|commune|town)$"),
    "district": ("huyện", r"^(?:huyen|quan|thi xa|tx|thanh pho|tp|q|h)\b|\b(?:district|city|town)$"),
    "province": ("tỉnh", r"^(?:tinh|thanh pho|tp)\b|\b(?:province|city)$"),
}


_WARD_WORDS = re.compile(r"\b(?:xa|phuong|thi tran|commune|ward)\b")


def _read_place(reading: _Reading, record: Record, context: Context) -> None:
    parts = {name: reading.text(name) for name in ("address", "village", "commune", "district", "province")}
    if context.own_producer:
        record.province, record.commune = context.own_place
        return
    said = {name: "" if fold(text) in {"", "-", "khong", "x"} else text for name, text in parts.items()}
    named = []
    for name in ("commune", "district", "province"):
        if text := said[name]:
            level, pattern = _LEVELS[name]
            named.append(text if re.search(pattern, fold(text)) or text.isdigit() else f"{level} {text}")
    whole = ", ".join(filter(None, (said["address"], said["village"], *named)))
    shown_parts = [said[name] for name in ("village", "commune", "district", "province") if said[name]]
    record.address = _address_text(said["address"], shown_parts)[: LIMITS["address"]]
    place = resolve_address(", ".join(named), context.assumed_province) if said["commune"] else Place()
    if whole and place.commune is None:  # columns of their own say more than the address beside them
        place = resolve_address(whole, context.assumed_province)
    _take_place(reading, record, context, place, whole)


def _address_text(address: str, parts: Sequence[str]) -> str:
    if not address:
        return ", ".join(parts)
    known = fold(address)
    return ", ".join([address, *(part for part in parts if fold(part) not in known)])


def _take_place(reading: _Reading, record: Record, context: Context, place: Place, whole: str) -> None:
    where = next((name for name in ("province", "address", "district", "commune") if reading.title(name)), "")
    record.province, record.commune = place.province or context.assumed_province, place.commune
    allowed = context.provinces
    if allowed is not None and record.province is not None and record.province not in allowed:
        reading.error("other-province", where, whole, province=record.province)
    elif record.province is None and allowed is not None:
        reading.error("place-unknown" if whole else "place-needed", where, whole)
    elif place.province is None:
        reading.notes.append("place-missing")
        if whole and context.assumed_province is None:
            reading.warn("place-unknown", where, whole)
    if not place.exact:
        reading.warn("commune-divided", where, whole, communes=list(place.candidates))
    elif (
        place.province
        and not place.commune
        and re.search(r"\b(?:xa|phuong|thi tran|commune|ward)\b", fold(whole))
    ):
        reading.warn("commune-unknown", where, whole)


def _read_contact(reading: _Reading, record: Record) -> None:
    record.tax_code = reading.value("tax_code", values.parse_tax_code, "", soft=True)
    record.phone = reading.value("phone", values.parse_phone, "", soft=True)
    record.email = reading.value("email", values.parse_email, "", soft=True)
    record.website = reading.value("website", values.parse_website, "", soft=True)


def _read_product(reading: _Reading, record: Record, context: Context) -> None:
    record.words = reading.text("words")
    record.story = reading.text("story")
    record.story_en = reading.text("story_en")
    record.pack = reading.text("pack")
    record.gtin = reading.value("gtin", values.parse_gtin, "")
    record.shelf_life = reading.value("shelf_life", values.parse_days, None, soft=True)
    record.lead_time = reading.value("lead_time", values.parse_days, None, soft=True)
    record.hs = reading.value("hs", values.parse_hs, "")
    if record.hs and record.hs not in context.hs_sets:
        reading.warn("hs-unknown", "hs", record.hs)
        record.hs = ""
    if certificates := clean(reading.cell("certificates")):
        folded = fold(certificates)
        found = [
            code for words, code in context.schemes if re.search(rf"(?<![a-z0-9]){words}(?![a-z0-9])", folded)
        ]
        record.schemes = tuple(dict.fromkeys(found))
        if not found and folded not in {"khong", "chua", "chua co", "-", "x"}:
            reading.warn("certificates-unknown", "certificates", certificates)
    _read_set(reading, record, context)


def _read_set(reading: _Reading, record: Record, context: Context) -> None:
    written = reading.text("product_set")
    unsure = re.search(r"\((?:\?|chua xac nhan|to confirm|goi y|guessed)\)", fold(written))
    number = read_set(written, context.set_names) if written and not unsure else None
    if number is not None:
        record.set_number, record.set_confirmed = number, True
        return
    if written:
        record.source["set"] = written[:200]
    # The HS code says more than the name; both only point to a set that people confirm.
    number = context.hs_sets.get(record.hs) or guess_set(record.product) or guess_set(record.product_en)
    record.set_number = number
    reading.notes.append("set-guessed" if number else "set-unknown")


def _read_rating(reading: _Reading, record: Record, context: Context) -> None:
    unrated: int | None = None
    record.stars = reading.value("stars", values.parse_stars, unrated)
    record.points = reading.value("points", values.parse_points, None)
    decision = reading.value("decision", values.parse_decision, values.Decision())
    if len(decision.number) > LIMITS["decision"]:
        reading.error("too-long", "decision", decision.number, length=len(decision.number), limit=80)
        decision = values.Decision(issued_on=decision.issued_on)
    year = reading.value("year", values.parse_year, None, soft=True)
    record.decision = decision.number
    record.issued_on = _issued_on(reading, decision, context)
    record.valid_until = reading.value("valid_until", _soft_date(reading, "valid_until"), None)
    if record.valid_until and record.issued_on and record.valid_until < record.issued_on:
        reading.error("valid-before-issued", "valid_until", record.valid_until.isoformat())
        record.valid_until = None
    if year:
        record.source["year"] = str(year)
        if record.issued_on and record.issued_on.year != year:
            reading.warn("year-differs", "year", year, date=record.issued_on.isoformat())
            record.rating_sound = False
    if record.stars is None:
        return
    record.source["stars"] = clean(reading.cell("stars"))[:80]
    low, high = {3: (50, 70), 4: (70, 90), 5: (90, 101)}[record.stars]
    if record.points is not None and not low <= record.points < high:
        reading.warn("points-do-not-fit", "points", record.points, stars=record.stars)
        record.rating_sound = False
    if not record.decision or not record.issued_on:
        reading.notes.append("rating-unverified")


def _soft_date(reading: _Reading, name: str) -> Callable[[Any], date | None]:
    """A date, where a lone month or year is told and left out, as the day is not invented."""

    def parse(value: Any) -> date | None:
        try:
            return values.parse_date(value)
        except ValueRefused as refused:
            if refused.code != "date-incomplete":
                raise
            reading.warn(refused.code, name, value)
            return None

    return parse


def _issued_on(reading: _Reading, decision: values.Decision, context: Context) -> date | None:
    issued_on = reading.value("decision_date", _soft_date(reading, "decision_date"), None)
    if issued_on and decision.issued_on and issued_on != decision.issued_on:
        reading.error(
            "dates-differ", "decision_date", issued_on.isoformat(), other=decision.issued_on.isoformat()
        )
        return None
    issued_on = issued_on or decision.issued_on
    if issued_on and issued_on > context.today:
        reading.error("date-in-future", "decision_date", issued_on.isoformat())
        return None
    if issued_on and issued_on < values.PROGRAMME_START:
        reading.error("date-before-programme", "decision_date", issued_on.isoformat())
        return None
    return issued_on


def _read_unit_and_price(reading: _Reading, record: Record) -> None:
    stated = ""
    written = clean(reading.cell("unit"))
    if written and fold(written) not in {"-", "x"}:
        try:
            word = parse_unit(written.rpartition("/")[2] or written)
            stated = word.code
        except QuantityError as refused:
            code = "unit-ambiguous" if refused.code == "ambiguous-unit" else "unknown-unit"
            reading.error(code, "unit", written, unit=written[:40])
    pack_unit, net = amounts.parse_pack(record.pack)
    price = _read_price(reading)
    record.unit = stated or (price.unit if price else "")
    net = (price.net if price else None) or net
    if net is not None:
        content_unit = "KGM" if get_unit(net.unit).base_unit == "kg" else "LTR"
        record.pack_content = convert(net.value, net.unit, content_unit).quantize(Decimal("0.0001"))
    if price is not None and price.value is not None:
        _take_price(reading, record, price, net)
    if not record.unit:
        capacity = _capacity_of(reading, pack_unit)
        base = get_unit(capacity.unit).base_unit if capacity else None
        if capacity:
            record.unit = {"kg": "KGM", "l": "LTR"}.get(base or "", capacity.unit)
    record.unit_stated = bool(record.unit)
    if not record.unit_stated:
        record.unit = UNIT_NOT_STATED
        reading.notes.append("unit-not-stated")
    record.min_order = _read_min_order(reading, record, net)


def _read_price(reading: _Reading) -> amounts.Price | None:
    hint, currency = reading.title("price"), clean(reading.cell("currency"))
    value = reading.cell("price")
    if value is None:
        return None
    try:
        price = amounts.parse_price(value, hint=hint, currency=currency)
    except ValueRefused as refused:
        # A unit that is not known leaves the price out; a price that cannot be read keeps the row out.
        told = reading.warn if refused.code == "price-unit-unknown" else reading.error
        told(refused.code, "price", value, **refused.params)
        return None
    if price is not None and price.is_range:
        reading.warn("price-is-range", "price", value)
    return price


def _take_price(reading: _Reading, record: Record, price: amounts.Price, net: Quantity | None) -> None:
    value, unit = price.value, price.unit
    if value is None:
        return
    if unit and record.unit and unit != record.unit:
        try:
            value = (value / convert(Decimal(1), unit, record.unit, net=net)).quantize(Decimal("0.01"))
        except (QuantityError, ArithmeticError):
            reading.warn("price-unit-differs", "price", clean(reading.cell("price")), unit=record.unit)
            return
    record.price, record.currency = value, price.currency


def _read_min_order(reading: _Reading, record: Record, net: Quantity | None) -> Decimal | None:
    value = reading.cell("min_order")
    if value is None or values.is_blank(value):
        return None
    try:
        values.check_readable(value)
        stated = amounts.parse_capacity(value, hint=reading.title("min_order"), unit=record.unit)
        if stated is None:
            return None
        return convert(stated.low, stated.unit, record.unit, net=net).quantize(Decimal("0.001")) or None
    except (ValueRefused, QuantityError):
        reading.warn("min-order-unclear", "min_order", value)
        return None


def _capacity_of(reading: _Reading, unit: str) -> amounts.CapacityText | None:
    value = reading.cell("capacity")
    try:
        return (
            None
            if value is None
            else amounts.parse_capacity(value, hint=reading.title("capacity"), unit=unit)
        )
    except ValueRefused:
        return None


# Refusals that mean "there is a number, but which?"; other words in the column are only kept as text.
_CAPACITY_ERRORS = {
    "number-ambiguous",
    "unit-ambiguous",
    "quantity-not-positive",
    "cell-error",
    "formula-without-value",
}


def _read_capacity(reading: _Reading, record: Record, months: Mapping[str, int]) -> None:
    for month, column in months.items():
        _read_month(reading, record, month, column)
    value = reading.cell("capacity")
    if value is None or values.is_blank(value):
        return
    unit = record.unit if record.unit_stated else ""
    record.capacity_text = clean(value)[:200]
    try:
        stated = amounts.parse_capacity(value, hint=reading.title("capacity"), unit=unit)
    except ValueRefused as refused:
        hard = refused.code in _CAPACITY_ERRORS
        (reading.error if hard else reading.warn)(
            refused.code if hard else "capacity-unclear", "capacity", value, **refused.params
        )
        return
    if stated is None:
        return
    if not stated.period or stated.is_limit:
        reading.warn("capacity-limit" if stated.is_limit else "capacity-no-period", "capacity", value)
        return
    net = None
    if record.pack_content and (record.unit in PACKAGE_CODES or stated.unit in PACKAGE_CODES):
        net = Quantity(record.pack_content, "LTR" if record.unit == "LTR" else "KGM")
    try:
        record.capacity = convert(stated.low, stated.unit, record.unit, net=net).quantize(Decimal("0.001"))
    except (QuantityError, ArithmeticError):
        reading.warn("capacity-unit-differs", "capacity", value, unit=record.unit)
        return
    if record.capacity >= Decimal(10) ** 11:
        reading.error("quantity-too-large", "capacity", value)
        record.capacity = None
        return
    record.period = stated.period
    reading.notes.append("capacity-to-confirm")


def _read_month(reading: _Reading, record: Record, month: str, column: int) -> None:
    value = reading.at(column)
    if value is None or values.is_blank(value):
        return
    title = reading._titles.get(column, "")
    try:
        values.check_readable(value)
        quantity = parse_decimal(clean(value)).quantize(Decimal("0.001"))
        if not 0 <= quantity < Decimal(10) ** 11:
            raise ValueRefused("quantity-not-positive")
    except (QuantityError, ValueRefused, ArithmeticError) as refused:
        code = getattr(refused, "code", "not-a-quantity")
        code = {"ambiguous-number": "number-ambiguous", "not-a-number": "not-a-quantity"}.get(code, code)
        reading.problems.append(Problem(code, title, shown(clean(value)), True, {}))
        return
    record.months[month] = quantity
