"""Forms for ratings, certificates and lab reports. They parse; the services decide."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.models import Certification, Company, LabReport, Product, StarRating
from core.forms import LocalDecimalField


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class OfCompany(forms.ModelForm):
    """Offers only the company's own products."""

    file = forms.FileField(
        label=_("Document"), required=False, help_text=_("A PDF or a photo of the original, at most 10 MB.")
    )

    def __init__(self, *args: Any, company: Company, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "product" in self.fields:
            products = Product.objects.filter(company=company).order_by("sort_key")
            field = cast(forms.ModelChoiceField, self.fields["product"])
            field.queryset = products
            if "product" not in self.data and field.required and products.count() == 1:
                self.initial["product"] = products.first()

    def _post_clean(self) -> None:
        """The service builds and checks the row; the form only parses."""


class RatingForm(OfCompany):
    stars = forms.TypedChoiceField(
        label=_("Stars"), choices=[(3, "3 ★"), (4, "4 ★"), (5, "5 ★")], coerce=int, widget=forms.RadioSelect
    )
    points = LocalDecimalField(label=_("Points"), required=False, min_value=0, max_value=100)

    class Meta:
        model = StarRating
        fields = ["product", "stars", "points", "decision_number", "issued_on", "valid_until"]
        widgets = {"issued_on": DateInput(), "valid_until": DateInput()}
        help_texts = {"valid_until": _("As printed on the certificate; leave it empty if none is printed.")}


class CertificationForm(OfCompany):
    class Meta:
        model = Certification
        fields = ["scheme", "scope", "product", "site", "number", "body", "valid_from", "valid_to"]
        widgets = {"valid_from": DateInput(), "valid_to": DateInput()}
        help_texts = {
            "product": _("Only where the certificate names one product."),
            "valid_to": _("As printed on the certificate; leave it empty if it has no fixed term."),
        }


class LabReportForm(OfCompany):
    result = LocalDecimalField(label=_("Result"), required=False)
    limit = LocalDecimalField(label=_("Limit"), required=False)

    class Meta:
        model = LabReport
        fields = [
            "product", "lot", "parameter", "result", "result_text", "limit", "unit_text", "laboratory", "tested_on",
        ]  # fmt: skip
        widgets = {"tested_on": DateInput()}
        help_texts = {"result_text": _("Where it is not a number, for example “not detected”.")}


class DecisionForm(forms.Form):
    """Confirm, or refuse with a reason."""

    decision = forms.ChoiceField(choices=[("confirm", _("Confirm")), ("refuse", _("Refuse"))])
    note = forms.CharField(
        label=_("Reason or note"), required=False, max_length=500, widget=forms.Textarea({"rows": 2})
    )
    of_original: tuple[str, ...] = ()  # what the one who decides may complete from the original

    def corrections(self) -> dict[str, Any]:
        """What the original says, by the row's field names."""
        return {name: self.cleaned_data[name] for name in self.of_original}


class RatingDecisionForm(DecisionForm):
    decision_number = forms.CharField(label=_("Decision number"), required=False, max_length=80)
    issued_on = forms.DateField(label=_("Issued on"), required=False, widget=DateInput)
    valid_until = forms.DateField(label=_("Valid until"), required=False, widget=DateInput)
    field_order = ("decision_number", "issued_on", "valid_until", "note")
    of_original = ("decision_number", "issued_on", "valid_until")


class CertificationDecisionForm(DecisionForm):
    number = forms.CharField(label=_("Certificate number"), required=False, max_length=80)
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=DateInput)
    valid_to = forms.DateField(label=_("Valid to"), required=False, widget=DateInput)
    field_order = ("number", "valid_from", "valid_to", "note")
    of_original = ("number", "valid_from", "valid_to")
