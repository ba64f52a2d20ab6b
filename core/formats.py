"""Numbers, money, quantities, months and instants as people read them, in the active language (babel)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date, format_datetime, get_day_names
from babel.numbers import format_currency, format_decimal
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext

from core.quantities import QuantityError, get_unit

NBSP = "\u00a0"
Number = Decimal | int | float
_SYMBOLS_EN = {
    "KGM": "kg", "GRM": "g", "TNE": "t", "LTR": "l", "MLT": "ml", "H87": "pcs", "C62": "units", "LBR": "lb",
    "ONZ": "oz", "MTR": "m", "MTK": "m²", "MTQ": "m³", "HGM": "hg", "DTN": "quintal", "PR": "pairs",
    "DZN": "dozen", "SET": "sets", "NMP": "packs", "XBG": "bags", "XBO": "bottles", "XBX": "boxes",
    "XCT": "cartons", "XJR": "jars", "XSA": "sacks", "XPX": "pallets", "KT": "kits",
}  # fmt: skip


_ONE_EN = {
    "H87": "piece", "C62": "unit", "PR": "pair", "SET": "set", "NMP": "pack", "XBG": "bag", "XBO": "bottle",
    "XBX": "box", "XCT": "carton", "XJR": "jar", "XSA": "sack", "XPX": "pallet", "KT": "kit",
}  # fmt: skip


def locale() -> Locale:
    """The babel locale of the active language: Vietnamese, or English with day before month."""
    return Locale.parse("en_GB" if (get_language() or "vi").startswith("en") else "vi")


def _dates() -> Locale:
    """For names of months and days: "Sep", where British English has "Sept"."""
    return Locale.parse("en" if locale().language == "en" else "vi")


def number(value: Number, places: int | None = None) -> str:
    """ "1.234,5" or "1,234.5"; at most three decimals, or exactly `places`."""
    pattern = "#,##0.###" if places is None else "#,##0" + ("." + "0" * places if places else "")
    return _minus(format_decimal(_decimal(value), format=pattern, locale=locale()))


def percent(share: Number, places: int = 0) -> str:
    """A share of 1 as "92 %" (Vietnamese, English: "92%"); never rounds up to 100 what is less."""
    value = _decimal(share) * 100
    step = Decimal(1).scaleb(-places)
    shown = value.quantize(step, rounding=ROUND_HALF_UP)
    if value < 100 <= shown:
        shown = Decimal(100) - step
    gap = "" if locale().language == "en" else NBSP
    return f"{number(shown, places)}{gap}%"


def money(amount: Number, currency: str = "VND", *, short: bool = False) -> str:
    """ "415.000 ₫", "₫415,000", "US$12.50"; `short`: "985,5 triệu ₫", "₫985.5 million"."""
    value = _decimal(amount)
    if short and currency == "VND" and abs(value) >= 1_000_000:
        for size, word in ((Decimal(10**9), gettext("billion")), (Decimal(10**6), gettext("million"))):
            if abs(value) >= size:
                figure = number((value / size).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP))
                return f"₫{figure} {word}" if locale().language == "en" else f"{figure} {word} ₫"
    text = format_currency(value, currency, locale=locale())
    return _minus(text.replace(" ", NBSP))


def unit_symbol(code: str) -> str:
    """ "kg", "tấn", "quả"; the code itself when it is none of ours."""
    try:
        unit = get_unit(code)
    except QuantityError:
        return code
    if locale().language == "en":
        return _SYMBOLS_EN.get(code, unit.name_en)
    return unit.symbol_vi


def unit_name(code: str) -> str:
    """ "kilogram", "tấn"; the code itself when it is none of ours."""
    try:
        unit = get_unit(code)
    except QuantityError:
        return code
    return unit.name_en if locale().language == "en" else unit.name_vi


def quantity(value: Number, code: str, *, scale: bool = True) -> str:
    """ "0,4 tấn", "350 kg": kilograms from 1,000 on are shown in tonnes unless `scale` is false."""
    amount = _decimal(value)
    if scale and code == "KGM" and abs(amount) >= 1000:
        amount, code = amount / 1000, "TNE"
    places = Decimal("0.01") if abs(amount) >= 10 else Decimal("0.001")
    return f"{number(amount.quantize(places, rounding=ROUND_HALF_UP))}{NBSP}{unit_symbol(code)}"


def price(amount: Number, currency: str, code: str) -> str:
    """ "415.000 ₫/kg", "₫99,000/pack"."""
    unit = _ONE_EN.get(code) if locale().language == "en" else None
    return f"{money(amount, currency)}/{unit or unit_symbol(code)}"


def month(day: date, style: str = "year") -> str:
    """`year`: "T8/2027", "Aug 2027"; `short`: "T8", "Aug"; `long`: "tháng 8/2027", "August 2027"."""
    english = locale().language == "en"
    if style == "short":
        return format_date(day, "MMM", locale=_dates()) if english else f"T{day.month}"
    if style == "long":
        return format_date(day, "MMMM y", locale=_dates()) if english else f"tháng {day.month}/{day.year}"
    return format_date(day, "MMM y", locale=_dates()) if english else f"T{day.month}/{day.year}"


def month_span(start: date, end: date) -> str:
    """ "T8 – T12/2027", "Aug – Dec 2027"; the year once when it is one year."""
    if (start.year, start.month) == (end.year, end.month):
        return month(start)
    return f"{month(start, 'short' if start.year == end.year else 'year')} – {month(end)}"


def day(value: date | datetime) -> str:
    """ "31/10/2026", "31 Oct 2026" (an instant: its day in Vietnam)."""
    when = timezone.localtime(value).date() if isinstance(value, datetime) else value
    pattern = "d MMM y" if locale().language == "en" else "d/M/y"
    return format_date(when, pattern, locale=_dates())


def moment(value: datetime) -> str:
    """ "17:00, 31/10/2026" in Asia/Ho_Chi_Minh."""
    local = timezone.localtime(value)
    return f"{format_datetime(local, 'HH:mm', locale=_dates())}, {day(local.date())}"


def weekday(value: date | datetime) -> str:
    """ "thứ Sáu 19/2", "Fri 19 Feb"."""
    when = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if locale().language == "en":
        return format_date(when, "EEE d MMM", locale=_dates())
    name = get_day_names("wide", locale=_dates())[when.weekday()]
    return f"{name[:1].lower()}{name[1:]} {when.day}/{when.month}"


def time_left(deadline: date | datetime, *, now: datetime | None = None) -> str:
    """ "3 days left", "5 hours left", "closed" against an instant or the end of a day."""
    now = now or timezone.now()
    if isinstance(deadline, datetime):
        seconds = (deadline - now).total_seconds()
        if seconds <= 0:
            return gettext("closed")
        if seconds < 86_400:
            hours = int(seconds // 3600)
            return ngettext("%(count)d hour left", "%(count)d hours left", max(hours, 1)) % {
                "count": max(hours, 1)
            }
        days = int(seconds // 86_400)
    else:
        days = (deadline - timezone.localtime(now).date()).days
        if days < 0:
            return gettext("closed")
        if days == 0:
            return gettext("ends today")
    return ngettext("%(count)d day left", "%(count)d days left", days) % {"count": days}


def _decimal(value: Number) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _minus(text: str) -> str:
    return text.replace("-", "−")
