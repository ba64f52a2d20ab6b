"""Lines of a need with their months and criteria: what the API reads and what it shows to whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.months import first_day
from core.quantities import units
from tenders.enums import Level
from tenders.services.inputs import CertificateInput, LabLimitInput, LineInput


class MonthDateField(serializers.DateField):
    """Any day of the month that is meant; answered as its first day."""

    def to_internal_value(self, value: Any) -> date:
        return first_day(super().to_internal_value(value))


class MonthQuantitySerializer(serializers.Serializer[Any]):
    month = MonthDateField(help_text="A day of the month; answered as its first day.")
    quantity = serializers.DecimalField(
        max_digits=14, decimal_places=3, min_value=Decimal(0), help_text="In the line's unit."
    )


class NeedCertificateSerializer(serializers.Serializer[Any]):
    scheme = serializers.CharField(
        max_length=40, help_text="Code of a certification scheme, e.g. haccp_codex."
    )
    name = serializers.SerializerMethodField()
    level = serializers.ChoiceField(choices=Level.choices, default=Level.REQUIRED)
    or_equivalent = serializers.BooleanField(
        default=True, help_text="Schemes that satisfy this one count as well."
    )
    also_accepted = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=20
    )
    must_be_confirmed = serializers.BooleanField(default=False)
    from_market = serializers.BooleanField(read_only=True, help_text="Filled in by the need's market.")

    def get_name(self, row: Any) -> str:
        return str(row.scheme.short_name or row.scheme.name)

    def to_representation(self, row: Any) -> Any:
        return {**super().to_representation(row), "scheme": row.scheme_id}


class NeedLabLimitSerializer(serializers.Serializer[Any]):
    parameter = serializers.CharField(max_length=120)
    at_most = serializers.DecimalField(max_digits=14, decimal_places=5, allow_null=True, default=None)
    at_least = serializers.DecimalField(max_digits=14, decimal_places=5, allow_null=True, default=None)
    unit_text = serializers.CharField(max_length=30, allow_blank=True, default="")
    level = serializers.ChoiceField(choices=Level.choices, default=Level.PREFERRED)


class OpenLineSerializer(serializers.Serializer[Any]):
    """A line as suppliers read it."""

    id = serializers.UUIDField(required=False)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    product_words = serializers.CharField(max_length=200, allow_blank=True, default="")
    hs = serializers.CharField(
        source="hs_id", max_length=6, allow_null=True, allow_blank=True, default=None, help_text="HS-6 code."
    )
    product_set = serializers.CharField(
        source="product_set_id", max_length=40, allow_null=True, allow_blank=True, default=None
    )
    unit = serializers.ChoiceField(
        source="unit_id", choices=sorted(units()), default="KGM", help_text="UN/CEFACT code."
    )
    months = MonthQuantitySerializer(many=True, default=list)
    specification = serializers.DictField(
        child=serializers.CharField(max_length=300, allow_blank=True), default=dict, help_text="Free pairs."
    )
    required_stars = serializers.IntegerField(min_value=3, max_value=5, allow_null=True, default=None)
    preferred_stars = serializers.IntegerField(min_value=3, max_value=5, allow_null=True, default=None)
    stars_must_be_confirmed = serializers.BooleanField(default=False)
    certificates = NeedCertificateSerializer(many=True, default=list)
    lab_limits = NeedLabLimitSerializer(many=True, default=list)
    pack = serializers.CharField(max_length=120, allow_blank=True, default="")
    min_shelf_life_days = serializers.IntegerField(
        min_value=1, max_value=36_500, allow_null=True, default=None
    )
    preferred_markets = serializers.ListField(
        child=serializers.CharField(max_length=40), default=list, max_length=20
    )
    min_share_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), default=Decimal(0)
    )
    max_suppliers = serializers.IntegerField(min_value=1, max_value=1000, allow_null=True, default=None)
    partial_allowed = serializers.BooleanField(default=True)


class LineSerializer(OpenLineSerializer):
    """A line as its buyer reads and writes it."""

    ceiling_price = serializers.DecimalField(
        max_digits=16, decimal_places=2, allow_null=True, default=None,
        help_text="For one unit; never shown to suppliers.",
    )  # fmt: skip
    ceiling_excludes = serializers.BooleanField(default=False)


class LineChangeSerializer(serializers.Serializer[Any]):
    """What an amendment may change of a line; fields that are left out stay."""

    line = serializers.UUIDField()
    months = MonthQuantitySerializer(many=True, required=False)
    specification = serializers.DictField(
        child=serializers.CharField(max_length=300, allow_blank=True), required=False
    )
    required_stars = serializers.IntegerField(min_value=3, max_value=5, allow_null=True, required=False)
    preferred_stars = serializers.IntegerField(min_value=3, max_value=5, allow_null=True, required=False)
    stars_must_be_confirmed = serializers.BooleanField(required=False)
    certificates = NeedCertificateSerializer(many=True, required=False)
    lab_limits = NeedLabLimitSerializer(many=True, required=False)
    pack = serializers.CharField(max_length=120, allow_blank=True, required=False)
    min_shelf_life_days = serializers.IntegerField(
        min_value=1, max_value=36_500, allow_null=True, required=False
    )
    preferred_markets = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, max_length=20
    )
    min_share_percent = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), required=False
    )
    max_suppliers = serializers.IntegerField(min_value=1, max_value=1000, allow_null=True, required=False)
    partial_allowed = serializers.BooleanField(required=False)


def line_values(parsed: dict[str, Any]) -> dict[str, Any]:
    """Parsed JSON of a line, or of a part of one, as values of `LineInput`."""
    values = dict(parsed)
    for name in ("hs", "product_set", "unit"):
        if f"{name}_id" in values:
            values[name] = values.pop(f"{name}_id") or None
    if "months" in values:
        values["months"] = {row["month"]: row["quantity"] for row in values["months"]}
    if "certificates" in values:
        values["certificates"] = [CertificateInput(**row) for row in values["certificates"]]
    if "lab_limits" in values:
        values["lab_limits"] = [LabLimitInput(**row) for row in values["lab_limits"]]
    return values


def line_from(parsed: dict[str, Any]) -> LineInput:
    """Parsed JSON of a whole line."""
    return LineInput(**line_values(parsed))


@extend_schema_field(
    {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}}
)
class ProblemsField(serializers.DictField):
    """Messages by field."""
