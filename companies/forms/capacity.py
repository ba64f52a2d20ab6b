"""Forms of capacity: what a supplier knows, the months to confirm, one month's correction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from companies.enums import CapacityMethod
from companies.models import Product
from core import formats
from core.forms import LocalDecimalField, MonthField
from core.quantities import base_code, units

SIMPLE_UNITS = ("KGM", "TNE", "DTN", "LTR", "HLT", "H87", "DZN", "MIL")


def unit_choices(product: Product) -> list[tuple[str, str]]:
    """The product's unit first, then those that turn into it."""
    own = product.unit_id
    base = base_code(own) or ("KGM" if product.pack_content else None)
    others = [
        code for code in SIMPLE_UNITS if code != own and base and base_code(code) == base and code in units()
    ]
    return [(code, formats.unit_symbol(code)) for code in (own, *others)]


class StateForm(forms.Form):
    """One or two numbers and a span, in one of four ways."""

    def __init__(self, *args: Any, product: Product, method: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.method = method
        labels: dict[str, tuple[Any, Any]] = {
            CapacityMethod.SEASON: (_("Harvest of the season"), None),
            CapacityMethod.AREA: (_("Yield of one hectare in the season"), _("Hectares")),
            CapacityMethod.BATCHES: (_("Size of one batch"), _("Batches a week")),
            CapacityMethod.STOCK: (_("Stock in the store"), None),
        }
        amount, count = labels[method]
        if count:
            self.fields["count"] = LocalDecimalField(label=count, min_value=Decimal("0.001"), max_value=10**7)
        self.fields["amount"] = LocalDecimalField(label=amount, min_value=Decimal("0.001"), max_value=10**11)
        self.fields["unit"] = forms.ChoiceField(label=capfirst(_("unit")), choices=unit_choices(product))
        self.fields["start"] = MonthField(label=_("First month of supply"))
        self.fields["end"] = MonthField(label=_("Last month of supply"))
        if method in (CapacityMethod.SEASON, CapacityMethod.AREA):
            self.fields["share"] = LocalDecimalField(
                label=_("Of it for sale here (%)"), min_value=1, max_value=100, initial=100
            )
        if method != CapacityMethod.STOCK:
            self.fields["next_year_too"] = forms.BooleanField(label=_("The same next year"), required=False)

    def service_fields(self) -> dict[str, Any]:
        values = dict(self.cleaned_data)
        if "share" in values:
            values["share"] = values["share"] / 100
        return {"method": self.method, **values}


class MonthsForm(forms.Form):
    """One field a month; empty is unknown, 0 is nothing. The first field takes a paste of twelve numbers."""

    def __init__(
        self, *args: Any, months: Iterable[date], values: dict[date, Decimal] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.months = list(months)
        for month in self.months:
            self.fields[self.name_of(month)] = LocalDecimalField(
                label=formats.month(month),
                required=False,
                min_value=0,
                max_value=10**11,
                initial=(values or {}).get(month),
            )
            self.fields[self.name_of(month)].widget.attrs["data-month-of"] = "capacity"

    @staticmethod
    def name_of(month: date) -> str:
        return f"m{month:%Y%m}"

    def months_typed(self) -> dict[date, Decimal | None]:
        return {month: self.cleaned_data[self.name_of(month)] for month in self.months}


class CorrectForm(forms.Form):
    month = MonthField(label=_("Month"))
    stated = LocalDecimalField(
        label=_("What can be supplied now"), min_value=0, max_value=10**11, required=False,
        help_text=_("0 is nothing; empty makes the month unknown again."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why"),
        max_length=200,
        widget=forms.TextInput({"placeholder": _("Hail storm, second harvest…")}),
    )
