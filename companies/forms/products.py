"""Forms of a supplier's own products. They parse; the services decide."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from companies.models import HsCode, Market, Product, ProductSet, Unit
from core.forms import LocalDecimalField

CURRENCIES = [("VND", "VND"), ("USD", "USD"), ("EUR", "EUR")]
TIER_ROWS = 5


class HsField(forms.CharField):
    """A six-digit HS code, typed or chosen from the datalist ("081340 Quả sấy khô khác")."""

    def __init__(self, **kwargs: Any) -> None:
        attributes = {"list": "hs-codes", "autocomplete": "off"}
        super().__init__(required=False, max_length=340, widget=forms.TextInput(attributes), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.pk if isinstance(value, HsCode) else value

    def clean(self, value: Any) -> HsCode | None:
        text = super().clean(value)
        if not text:
            return None
        digits = re.match(r"\s*(\d{4})\.?(\d{2})", text)
        row = HsCode.objects.filter(pk="".join(digits.groups())).first() if digits else None
        if row is None:
            raise ValidationError(_("Choose an HS code of the list, for example 081340."))
        return row


class PairsField(forms.CharField):
    """Free pairs, one a line: "Moisture: 18 %"."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=9000, widget=forms.Textarea({"rows": 4}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return "\n".join(f"{name}: {text}" for name, text in value.items())
        return value

    def clean(self, value: Any) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for number, line in enumerate(super().clean(value).splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, text = line.partition(":")
            if not colon or not name.strip() or not text.strip():
                raise ValidationError(
                    _('Line %(number)d: write a name, a colon and a value, for example "Moisture: 18 %%".'),
                    params={"number": number},
                )
            pairs[name.strip()] = text.strip()
        return pairs


class NamedChoice(forms.ModelChoiceField):
    """Reference rows by their name in the reader's language."""


class ProductForm(forms.ModelForm):
    """All that a supplier writes about a product."""

    hs = HsField(
        label=_("HS code"), help_text=_("Helps buyers abroad to find it. Leave empty if you do not know.")
    )
    specification = PairsField(
        label=_("specification"), help_text=_("One line each: grade, moisture, defects, crop year.")
    )
    pack_content = LocalDecimalField(
        label=_("net content"), required=False, min_value=Decimal("0.0001"), max_digits=12, decimal_places=4,
        help_text=_("Of one pack, in kilograms, litres or pieces."),
    )  # fmt: skip
    min_order = LocalDecimalField(label=_("minimum order"), required=False, max_digits=14, decimal_places=3)
    price = LocalDecimalField(label=_("price"), required=False, max_digits=16, decimal_places=2)
    currency = forms.ChoiceField(label=_("currency"), choices=CURRENCIES)
    markets = forms.ModelMultipleChoiceField(
        label=_("Already sold to"),
        queryset=Market.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    product_set = NamedChoice(
        label=_("OCOP product set"), queryset=ProductSet.objects.all(), required=False, empty_label="–"
    )
    unit = NamedChoice(label=_("unit"), queryset=Unit.objects.all(), empty_label=None)

    class Meta:
        model = Product
        fields = [
            "name_vi", "name_en", "product_set", "hs", "product_words", "unit", "pack", "pack_content",
            "specification", "gtin", "shelf_life_days", "lead_time_days", "min_order", "price", "currency",
            "price_audience", "capacity_audience", "markets", "story_vi", "story_en",
        ]  # fmt: skip
        help_texts = {
            "product_words": _("What else buyers call it, separated by commas."),
            "gtin": _("The number under the barcode, if there is one."),
            "price_audience": _("The price range filter and exports follow this, too."),
        }
        widgets = {"story_vi": forms.Textarea({"rows": 5}), "story_en": forms.Textarea({"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.markets and not self.is_bound:
            self.initial["markets"] = self.instance.markets
        if self.instance._state.adding and not self.is_bound:
            self.initial.setdefault("unit", "KGM")
        for field in self.fields.values():
            field.label = capfirst(field.label)  # the model's words begin small

    def _post_clean(self) -> None:
        """The row is written and checked by the service, not by the form."""

    def service_fields(self) -> dict[str, Any]:
        """What the service takes: only what was changed, so that two people who edit do not undo each other."""
        names = self.fields if self.instance._state.adding else self.changed_data
        fields = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        if "markets" in fields:
            fields["markets"] = [market.pk for market in fields["markets"]]
        return fields


class TierForm(forms.Form):
    from_quantity = LocalDecimalField(
        label=_("from quantity"), required=False, max_digits=14, decimal_places=3
    )
    price = LocalDecimalField(label=_("price"), required=False, max_digits=16, decimal_places=2)

    def clean(self) -> dict[str, Any]:
        values = self.cleaned_data
        if (values.get("from_quantity") is None) != (values.get("price") is None) and not self.errors:
            raise ValidationError(_("A tier needs a quantity and a price."))
        return values


TierFormSet = forms.formset_factory(TierForm, extra=2, max_num=10)


class PhotoForm(forms.Form):
    file = forms.FileField(
        label=_("Photo"), widget=forms.ClearableFileInput({"accept": "image/jpeg,image/png,image/webp"})
    )
    alt_text = forms.CharField(label=_("What it shows"), max_length=200, required=False)
