"""`{% load formats %}`: numbers, money, quantities, months and days in the reader's language."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template

from core import formats

register = template.Library()


def _blank(value: Any) -> bool:
    return value is None or value == ""


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """`{{ n|number }}`, `{{ n|number:1 }}`; "–" for nothing."""
    return "–" if _blank(value) else formats.number(Decimal(str(value)), places)


@register.filter
def percent(value: Any, places: int = 0) -> str:
    """`{{ 0.92|percent }}`: "92 %"."""
    return "–" if _blank(value) else formats.percent(Decimal(str(value)), places)


@register.filter
def money(value: Any, currency: str = "VND") -> str:
    """`{{ amount|money:currency }}`: "415.000 ₫"."""
    return "–" if _blank(value) else formats.money(Decimal(str(value)), currency or "VND")


@register.filter
def short_money(value: Any, currency: str = "VND") -> str:
    """`{{ amount|short_money }}`: "985,5 triệu ₫"."""
    return "–" if _blank(value) else formats.money(Decimal(str(value)), currency or "VND", short=True)


@register.simple_tag
def price(amount: Any, currency: str = "VND", unit: str = "KGM") -> str:
    """`{% price amount currency unit %}`: "415.000 ₫/kg"."""
    return "–" if _blank(amount) else formats.price(Decimal(str(amount)), currency or "VND", unit)


@register.filter
def quantity(value: Any, unit: str = "KGM") -> str:
    """`{{ amount|quantity:unit }}`: "2 tấn", "350 kg"."""
    return "–" if _blank(value) else formats.quantity(Decimal(str(value)), unit)


@register.filter
def unit_symbol(code: str) -> str:
    """`{{ "KGM"|unit_symbol }}`: "kg"."""
    return formats.unit_symbol(code) if code else ""


@register.filter
def month(value: date | None, style: str = "year") -> str:
    """`{{ day|month }}`: "T8/2027"; `:"short"` "T8"; `:"long"` "tháng 8/2027"."""
    return formats.month(value, style) if value else "–"


@register.simple_tag
def month_span(start: date | None, end: date | None) -> str:
    """`{% month_span start end %}`: "T8 – T12/2027"."""
    return formats.month_span(start, end) if start and end else "–"


@register.filter
def day(value: date | datetime | None) -> str:
    """`{{ value|day }}`: "31/10/2026"."""
    return formats.day(value) if value else "–"


@register.filter
def moment(value: datetime | None) -> str:
    """`{{ value|moment }}`: "17:00, 31/10/2026"."""
    return formats.moment(value) if value else "–"


@register.filter
def time_left(value: date | datetime | None) -> str:
    """`{{ deadline|time_left }}`: "3 days left"."""
    return formats.time_left(value) if value else "–"
