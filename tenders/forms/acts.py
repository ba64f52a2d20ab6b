"""The smaller forms: a reason, an amendment, lines from a sheet, an answer, the supplier's price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy

from companies.models import Province
from core import formats
from core.forms import LocalDecimalField
from tenders.enums import VatBasis, Visibility
from tenders.forms.draft import DeadlineInput
from tenders.forms.lines import base_of
from tenders.models import NeedLine, SourcingNeed


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("The invited suppliers read it."),
    )  # fmt: skip


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Spreadsheet"), required=False, validators=[FileExtensionValidator(["xlsx", "csv", "txt"])],
        help_text=gettext_lazy(".xlsx or .csv, at most 5 MB."),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("or paste rows, headings first"), required=False, max_length=100_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip


class AnswerForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Note to the buyer"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class PriceForm(forms.Form):
    """What remains of my price?"""

    price = LocalDecimalField(
        label=gettext_lazy("Your price"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=16,
        decimal_places=2,
    )


class InviteForm(forms.Form):
    message = forms.CharField(
        label=gettext_lazy("Message"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class AmendForm(forms.Form):
    """The terms that may change once published, and the quantities of each line."""

    reason = forms.CharField(
        label=gettext_lazy("Why it changes"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("The invited suppliers read it."),
    )  # fmt: skip
    quote_deadline = forms.DateTimeField(
        label=gettext_lazy("Answers until"), widget=DeadlineInput, help_text=gettext_lazy("It only moves later."),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("What suppliers should know"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    discount_percent = LocalDecimalField(
        label=gettext_lazy("Discount, %"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )
    payment_days = forms.IntegerField(label=gettext_lazy("Payment after (days)"), min_value=0, max_value=365)
    promotion_fee_percent = LocalDecimalField(
        label=gettext_lazy("Promotion fee, %"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5,
        decimal_places=2,
    )  # fmt: skip
    listing_fee = LocalDecimalField(
        label=gettext_lazy("Listing fee, once"), min_value=Decimal(0), max_digits=14, decimal_places=2
    )
    returns_percent = LocalDecimalField(
        label=gettext_lazy("Returns, up to %"), min_value=Decimal(0), max_value=Decimal(100), max_digits=5,
        decimal_places=2,
    )  # fmt: skip
    vat_basis = forms.ChoiceField(label=gettext_lazy("Prices"), choices=VatBasis.choices)
    delivery_place = forms.CharField(label=gettext_lazy("Delivery place"), max_length=300, required=False)
    delivery_province = forms.ChoiceField(label=gettext_lazy("Delivery province"), required=False)
    deliveries_per_month = forms.IntegerField(
        label=gettext_lazy("Deliveries a month"), min_value=1, max_value=31
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees this need"), choices=Visibility.choices,
        help_text=gettext_lazy("It can only be widened."),
    )  # fmt: skip
    name_withheld = forms.BooleanField(
        label=gettext_lazy("withhold our name and delivery place until we invite a supplier"), required=False
    )

    def __init__(self, data: Any = None, *, need: SourcingNeed) -> None:
        names = [name for name in self.base_fields if name != "reason"]
        initial = {name: getattr(need, name) for name in names}
        super().__init__(data, initial=initial | {"delivery_province": need.delivery_province_id or ""})
        provinces = [("", "—"), *((p.pk, p.name) for p in Province.objects.all())]
        self.fields["delivery_province"].choices = provinces  # type: ignore[attr-defined]
        self.lines = list(need.lines.all())
        for line in self.lines:
            for month, quantity in sorted(line.quantities.items()):
                self.fields[self._name(line, month)] = LocalDecimalField(
                    label=formats.month(month),
                    min_value=Decimal(0),
                    max_digits=14,
                    decimal_places=3,
                    initial=quantity,
                )

    @staticmethod
    def _name(line: NeedLine, month: Any) -> str:
        return f"line-{line.position}-{month:%Y-%m}"

    @property
    def line_fields(self) -> list[tuple[NeedLine, str, list[Any]]]:
        """Each line with its unit and its bound month fields."""
        return [
            (
                line,
                formats.unit_symbol(line.unit_id),
                [self[self._name(line, month)] for month in sorted(line.quantities)],
            )
            for line in self.lines
        ]

    def changes(self) -> dict[str, Any]:
        """The need's fields that were changed."""
        own = {name for name in self.changed_data if name != "reason" and not name.startswith("line-")}
        return {
            name: (self.cleaned_data[name] or None)
            if name == "delivery_province"
            else self.cleaned_data[name]
            for name in own
        }

    def line_changes(self) -> dict[Any, dict[str, Any]]:
        """Months of the lines that were changed, by line id."""
        changed = set(self.changed_data)
        return {
            line.pk: {
                "months": {
                    month: value
                    for month in line.quantities
                    if (value := self.cleaned_data[self._name(line, month)])
                }
            }
            for line in self.lines
            if any(self._name(line, month) in changed for month in line.quantities)
        }


class CeilingForm(forms.Form):
    """A line's ceiling price; the buyer's own matter."""

    ceiling_price = LocalDecimalField(
        label=gettext_lazy("Ceiling price"),
        required=False,
        min_value=Decimal("0.01"),
        max_digits=16,
        decimal_places=2,
    )

    def __init__(self, data: Any = None, *, line: NeedLine) -> None:
        super().__init__(
            data, prefix=f"ceiling-{line.position}", initial={"ceiling_price": line.ceiling_price}
        )
        self.line = line
        self.unit = formats.unit_symbol(base_of(line.unit_id)[0] if line.unit_id == "KGM" else line.unit_id)
