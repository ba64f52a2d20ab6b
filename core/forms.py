"""Form fields that read what people in both languages type."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import formats
from core.months import parse_month
from core.quantities import QuantityError, parse_decimal


class NumberInput(forms.TextInput):
    """A text input with a numeric keyboard: the browser's own number input refuses the comma."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, Decimal | int | float):
            text = formats.number(value)
            return text.replace("−", "-")
        shown: str | None = super().format_value(value)
        return shown


class LocalDecimalField(forms.DecimalField):
    """A decimal as written in Vietnamese ("365.000", "0,5") or English ("365,000", "0.5").

    One dot (Vietnamese) or comma (English) before exactly three digits groups thousands. In English the dot
    is always the decimal point, so "1.500" is 1.5 there and 1500 in Vietnamese.
    """

    widget = NumberInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if value in self.empty_values or isinstance(value, Decimal | int | float):
            return super().to_python(value)
        text = str(value).strip()
        english = (get_language() or "vi").startswith("en")
        try:
            if english and text.count(".") == 1 and "," not in text.partition(".")[2]:
                return Decimal("".join(text.replace(",", "").split()))
            return parse_decimal(text, comma_groups=english)
        except (QuantityError, ArithmeticError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MonthInput(forms.DateInput):
    """The browser's month picker; where there is none, a text such as 2027-08 or 08/2027."""

    input_type = "month"

    def format_value(self, value: Any) -> str | None:
        return f"{value:%Y-%m}" if isinstance(value, date) else super().format_value(value)


class MonthField(forms.Field):
    """A calendar month; cleans to the date of its first day."""

    widget = MonthInput
    default_error_messages = {"invalid": _("Enter a month, for example 8/2027.")}

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return value.replace(day=1)
        try:
            return parse_month(str(value))
        except ValueError:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True
