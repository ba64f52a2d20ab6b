"""The whole of "Post a need": the need's own fields and its lines, read and written together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from companies.models import Incoterm, Province
from core.errors import DomainError
from core.forms import LocalDecimalField
from tenders.enums import QuoteMode, VatBasis, Visibility
from tenders.forms.lines import Choices, LineForm
from tenders.models import NeedLine, SourcingNeed
from tenders.services.inputs import LineInput
from tenders.services.needs import default_title

CURRENCIES = ["VND", "USD", "EUR", "CNY", "JPY"]
MAX_TYPED_LINES = 50


def _percent(label: Any, **options: Any) -> LocalDecimalField:
    return LocalDecimalField(
        label=label, required=False, min_value=Decimal(0), max_value=Decimal(100), max_digits=5, decimal_places=2,
        **options,
    )  # fmt: skip


class DeadlineInput(forms.DateTimeInput):
    """The browser's own picker, in Vietnam's time."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class NeedForm(forms.Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=200, required=False,
        help_text=gettext_lazy("Left empty, it is made from the product and quantity."),
    )  # fmt: skip
    description = forms.CharField(
        label=gettext_lazy("What suppliers should know"), max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    market = forms.ChoiceField(
        label=gettext_lazy("Market"), required=False,
        help_text=gettext_lazy("Fills in the certificates that its law demands of this product."),
    )  # fmt: skip
    exclude_on_lapse = forms.BooleanField(
        label=gettext_lazy("leave out suppliers whose required certificate or star lapses within the months"),
        required=False,
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"),
        choices=[(code, code) for code in CURRENCIES],
        initial="VND",
        required=False,
    )
    discount_percent = _percent(gettext_lazy("Discount, %"))
    payment_days = forms.IntegerField(
        label=gettext_lazy("Payment after (days)"), min_value=0, max_value=365, initial=30, required=False
    )
    promotion_fee_percent = _percent(gettext_lazy("Promotion fee, %"))
    listing_fee = LocalDecimalField(
        label=gettext_lazy("Listing fee, once"),
        required=False,
        min_value=Decimal(0),
        max_digits=14,
        decimal_places=2,
    )
    returns_percent = _percent(gettext_lazy("Returns, up to %"))
    vat_basis = forms.ChoiceField(
        label=gettext_lazy("Prices"), choices=VatBasis.choices, initial=VatBasis.EXCLUDED, required=False
    )
    delivery_place = forms.CharField(
        label=gettext_lazy("Delivery place"), max_length=300, required=False,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("For example: Gia Lam warehouse, Hanoi")}),
    )  # fmt: skip
    delivery_province = forms.ChoiceField(label=gettext_lazy("Delivery province"), required=False)
    deliveries_per_month = forms.IntegerField(
        label=gettext_lazy("Deliveries a month"), min_value=1, max_value=31, initial=1, required=False
    )
    incoterm = forms.ChoiceField(
        label=gettext_lazy("Incoterm"), required=False, help_text=gettext_lazy("Only for export.")
    )
    quote_deadline = forms.DateTimeField(
        label=gettext_lazy("Answers until"), required=False, widget=DeadlineInput,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y"],
        help_text=gettext_lazy("In Vietnam's time."),
    )  # fmt: skip
    quote_mode = forms.ChoiceField(
        label=gettext_lazy("How quotes come in"), choices=QuoteMode.choices, initial=QuoteMode.DIRECT,
        widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees this need"), choices=Visibility.choices, initial=Visibility.VERIFIED,
        widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    name_withheld = forms.BooleanField(
        label=gettext_lazy("withhold our name and delivery place until we invite a supplier"), required=False
    )

    def __init__(
        self, data: Any = None, *, need: SourcingNeed | None, lines: Sequence[NeedLine], choices: Choices
    ) -> None:
        super().__init__(data, prefix="need", initial=self._initial(need, lines))
        self.fields["market"].choices = [("", "—"), *choices.markets]  # type: ignore[attr-defined]
        provinces = [("", "—"), *((p.pk, p.name) for p in Province.objects.all())]
        self.fields["delivery_province"].choices = provinces  # type: ignore[attr-defined]
        incoterms = [("", "—"), *((i.pk, f"{i.pk} – {i.name}") for i in Incoterm.objects.all())]
        self.fields["incoterm"].choices = incoterms  # type: ignore[attr-defined]
        if need is not None and need.currency not in CURRENCIES:
            self.fields["currency"].choices = [(c, c) for c in (*CURRENCIES, need.currency)]  # type: ignore[attr-defined]

    @staticmethod
    def _initial(need: SourcingNeed | None, lines: Sequence[NeedLine]) -> dict[str, Any]:
        if need is None:
            deadline = (timezone.localtime() + timedelta(days=14)).replace(
                hour=17, minute=0, second=0, microsecond=0
            )
            return {"quote_deadline": deadline}
        names = [
            name for name in NeedForm.base_fields if name not in {"market", "delivery_province", "incoterm"}
        ]
        initial = {name: getattr(need, name) for name in names}
        initial |= {
            "market": need.market_id or "",
            "delivery_province": need.delivery_province_id or "",
            "incoterm": need.incoterm_id or "",
        }
        for name in ("discount_percent", "promotion_fee_percent", "returns_percent", "listing_fee"):
            initial[name] = initial[name] or None
        if need.title == default_title(lines) or not need.lines.all():
            initial["title"] = ""  # it keeps following the lines
        return initial

    def changes(self) -> dict[str, Any]:
        """What was typed as the services take it; what is left empty takes the model's default."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            if value in (None, "") and name in _DEFAULTS:
                value = _DEFAULTS[name]
            found[name] = value
        for name in ("market", "delivery_province", "incoterm"):
            found[name] = found[name] or None
        return found


_DEFAULTS: dict[str, Any] = {
    "discount_percent": Decimal(0), "promotion_fee_percent": Decimal(0), "returns_percent": Decimal(0),
    "listing_fee": Decimal(0), "payment_days": 0, "deliveries_per_month": 1, "currency": "VND",
    "vat_basis": VatBasis.EXCLUDED, "quote_mode": QuoteMode.DIRECT, "visibility": Visibility.VERIFIED,
}  # fmt: skip


class DraftForms:
    """The need's form and one form a line; bound when `data` is given."""

    def __init__(self, data: Any = None, *, need: SourcingNeed | None = None) -> None:
        self.choices = Choices()
        stored = list(need.lines.all()) if need is not None else []
        self.need = NeedForm(data, need=need, lines=stored, choices=self.choices)
        by_id = {str(line.pk): line for line in stored}
        if data is None:
            rows: list[NeedLine | None] = [*stored] or [None]
        else:
            total = data.get("lines-TOTAL", "1")
            count = min(int(total) if total.isdigit() else 1, MAX_TYPED_LINES)
            rows = [by_id.get(data.get(f"lines-{at}-id", "")) for at in range(max(count, 1))]
        self.lines = [
            LineForm(data, prefix=f"lines-{at}", choices=self.choices, line=line)
            for at, line in enumerate(rows)
        ]

    def is_valid(self) -> bool:
        """Whether everything typed can be read; nothing need be complete."""
        return all([self.need.is_valid(), *[line.is_valid() for line in self.lines]])

    def line_inputs(self) -> list[LineInput]:
        """The lines in their order."""
        return [line.as_input() for line in self.lines]

    def add_problems(self, error: DomainError) -> None:
        """Put a service's problems beside the fields that they speak of."""
        if not error.fields:
            self.need.add_error(None, error.message)
        for name, texts in error.fields.items():
            form, field = self._place(name)
            for text in texts:
                form.add_error(field if field in form.fields else None, text)

    def _place(self, name: str) -> tuple[forms.Form, str]:
        parts = name.split(".")
        if parts[0] == "lines" and len(parts) == 3 and int(parts[1]) < len(self.lines):
            field = {"months": "each", "partial_allowed": "whole_only"}.get(parts[2], parts[2])
            return self.lines[int(parts[1])], field
        return self.need, parts[0]

    @property
    def first_problem(self) -> str:
        """The first message, for a place where there is room for one."""
        for form in (*self.lines, self.need):
            for texts in form.errors.values():
                return str(texts[0])
            for formset in getattr(form, "certificates", None), getattr(form, "labs", None):
                for row in formset or []:
                    for texts in row.errors.values():
                        return str(texts[0])
        return ""
