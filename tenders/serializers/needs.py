"""Needs: their buyer's own form, and the form that everyone else reads. Only the first knows the ceiling price."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from tenders.enums import NeedStatus, QuoteMode, VatBasis, Visibility
from tenders.models import NeedAmendment, SourcingNeed
from tenders.serializers.parts import (
    LineChangeSerializer,
    LineSerializer,
    OpenLineSerializer,
    ProblemsField,
    line_from,
)


class BuyerSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    is_simulated = serializers.BooleanField()


def _percent(**options: Any) -> serializers.DecimalField:
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), **options
    )


class TermsSerializer(serializers.Serializer[Any]):
    """What both forms share; every field may be left out of a draft."""

    description = serializers.CharField(max_length=4000, allow_blank=True, required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    name_withheld = serializers.BooleanField(required=False)
    quote_deadline = serializers.DateTimeField(required=False, allow_null=True)
    discount_percent = _percent(required=False)
    listing_fee = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal(0),
        required=False,
        help_text="Once for each product code.",
    )
    promotion_fee_percent = _percent(required=False)
    payment_days = serializers.IntegerField(min_value=0, max_value=365, required=False)
    returns_percent = _percent(required=False)
    vat_basis = serializers.ChoiceField(choices=VatBasis.choices, required=False)
    delivery_place = serializers.CharField(max_length=300, allow_blank=True, required=False)
    delivery_province = serializers.CharField(
        source="delivery_province_id", max_length=40, allow_null=True, allow_blank=True, required=False
    )
    delivery_commune = serializers.CharField(
        source="delivery_commune_id", max_length=40, allow_null=True, allow_blank=True, required=False
    )
    deliveries_per_month = serializers.IntegerField(min_value=1, max_value=31, required=False)
    exclude_on_lapse = serializers.BooleanField(required=False)


class NeedSerializer(TermsSerializer):
    """A need as its buyer reads and writes it."""

    id = serializers.UUIDField(read_only=True)
    number = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=NeedStatus.choices, read_only=True)
    version = serializers.IntegerField(read_only=True)
    company = BuyerSerializer(read_only=True)
    title = serializers.CharField(
        max_length=200, allow_blank=True, required=False, help_text="Left out: made from the first line."
    )
    quote_mode = serializers.ChoiceField(choices=QuoteMode.choices, required=False)
    market = serializers.CharField(
        source="market_id", max_length=40, allow_null=True, allow_blank=True, required=False
    )
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, help_text="ISO 4217.")
    incoterm = serializers.CharField(
        source="incoterm_id", max_length=40, allow_null=True, allow_blank=True, required=False,
        help_text="Only for an export market.",
    )  # fmt: skip
    lines = LineSerializer(
        many=True, required=False, help_text="Given in a change: all lines, in their order."
    )
    published_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closed_at = serializers.DateTimeField(read_only=True, allow_null=True)
    closing_reason = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    is_simulated = serializers.BooleanField(read_only=True)

    def parts(self) -> tuple[dict[str, Any], list[Any] | None]:
        """What was parsed, as the services take it: fields, and lines or None."""
        values: dict[str, Any] = dict(self.validated_data)
        lines = values.pop("lines", None)
        return plain_fields(values), None if lines is None else [line_from(row) for row in lines]


def plain_fields(values: dict[str, Any]) -> dict[str, Any]:
    """`market_id` -> `market`: the services take codes under the field's own name; an empty code is none."""
    return {
        (name.removesuffix("_id") if name.endswith("_id") else name): (value or None)
        if name.endswith("_id")
        else value
        for name, value in values.items()
    }


class OpenNeedSerializer(serializers.ModelSerializer[SourcingNeed]):
    """A need as suppliers, agencies and visitors read it. While the buyer withholds its name, `company` is null."""

    company = serializers.SerializerMethodField()
    invited = serializers.SerializerMethodField()
    delivery_place = serializers.SerializerMethodField()
    market = serializers.CharField(source="market_id", allow_null=True, read_only=True)
    delivery_province = serializers.CharField(source="delivery_province_id", allow_null=True, read_only=True)
    incoterm = serializers.CharField(source="incoterm_id", allow_null=True, read_only=True)
    lines = OpenLineSerializer(many=True, read_only=True)

    class Meta:
        model = SourcingNeed
        fields = [
            "id", "number", "title", "description", "status", "version", "company", "invited", "quote_mode", "market",
            "currency", "quote_deadline", "discount_percent", "listing_fee", "promotion_fee_percent", "payment_days",
            "returns_percent", "vat_basis", "delivery_place", "delivery_province", "deliveries_per_month", "incoterm",
            "published_at", "closing_reason", "is_simulated", "lines",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(BuyerSerializer(allow_null=True))
    def get_company(self, need: Any) -> Any:
        return BuyerSerializer(need.company).data if need.buyer_shown else None

    def get_invited(self, need: Any) -> bool:
        return bool(getattr(need, "is_invited", False))

    def get_delivery_place(self, need: Any) -> str:
        # The buyer's own words for a warehouse would tell who it is.
        return need.delivery_place if need.buyer_shown else ""


class AmendmentSerializer(serializers.ModelSerializer[NeedAmendment]):
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField(allow_null=True)),
        read_only=True, help_text="By field: what it was and what it became.",
    )  # fmt: skip

    class Meta:
        model = NeedAmendment
        fields = ["version", "reason", "changes", "created_at"]
        read_only_fields = fields


class AmendSerializer(TermsSerializer):
    """A change of a published need; fields that are left out stay."""

    reason = serializers.CharField(max_length=500)
    lines = LineChangeSerializer(many=True, required=False)


class ReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, allow_blank=True, default="")


class CheckSerializer(serializers.Serializer[Any]):
    may_be_published = serializers.BooleanField()
    problems = ProblemsField(child=serializers.ListField(child=serializers.CharField()))


class CeilingSerializer(serializers.Serializer[Any]):
    line = serializers.UUIDField()
    ceiling_price = serializers.DecimalField(max_digits=16, decimal_places=2, allow_null=True)


class StepSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    amount = serializers.DecimalField(max_digits=20, decimal_places=2)


class ReceivedSerializer(serializers.Serializer[Any]):
    """What remains of a price for one unit, with the arithmetic."""

    price = serializers.DecimalField(max_digits=20, decimal_places=2)
    net = serializers.DecimalField(max_digits=20, decimal_places=2)
    currency = serializers.CharField()
    unit = serializers.CharField()
    days = serializers.IntegerField()
    vat_included = serializers.BooleanField()
    sentence = serializers.CharField()
    steps = StepSerializer(many=True)


class ImportLinesSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(required=False, help_text="A spreadsheet (.xlsx, .csv).")
    text = serializers.CharField(
        required=False, max_length=100_000, help_text="Rows as copied from a spreadsheet, headings first."
    )
    write = serializers.BooleanField(default=False, help_text="False: only check.")


class RowProblemSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class ImportedSerializer(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    good = serializers.IntegerField()
    written = serializers.BooleanField()
    rejected = RowProblemSerializer(many=True)
