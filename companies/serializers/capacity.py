"""Capacity at the API's edge."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from companies.enums import Audience, CapacityMethod, CapacityProof
from companies.models import Unit
from core.months import parse_month

MONTH = r"^\d{4}-(0[1-9]|1[0-2])$"
QUANTITY = {"max_digits": 14, "decimal_places": 3}


class MonthSerializerField(serializers.RegexField):
    """A calendar month as "2027-08"; becomes the date of its first day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MONTH, max_length=7, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        self.run_validators(text)
        try:
            return parse_month(text)
        except ValueError:
            raise serializers.ValidationError("Write the month as 2027-08.") from None

    def run_validation(self, data: Any = serializers.empty) -> Any:
        is_empty, data = self.validate_empty_values(data)
        return data if is_empty else self.to_internal_value(data)


class MonthRowSerializer(serializers.Serializer[Any]):
    """One month. What is promised of it is shown to the product's own people, its agency and staff only."""

    month = serializers.CharField()
    available = serializers.DecimalField(help_text="Stated less promised, never below 0 here.", **QUANTITY)
    proof = serializers.ChoiceField(choices=CapacityProof.choices)
    stated = serializers.DecimalField(required=False, **QUANTITY)
    reserved = serializers.DecimalField(required=False, **QUANTITY)
    bound = serializers.DecimalField(required=False, **QUANTITY)
    correction = serializers.CharField(required=False)


class CapacitySerializer(serializers.Serializer[Any]):
    """Months that are not listed are unknown: neither nothing nor without limit."""

    unit = serializers.CharField()
    audience = serializers.ChoiceField(choices=Audience.choices)
    readable = serializers.BooleanField()
    months = MonthRowSerializer(many=True)


class CapacityMonthSerializer(serializers.Serializer[Any]):
    month = MonthSerializerField()
    quantity = serializers.DecimalField(min_value=0, max_value=Decimal("99999999999"), **QUANTITY)


class StatementCreateSerializer(serializers.Serializer[Any]):
    """What a supplier knows. `amount`: the harvest, the yield of a hectare, the batch or the stock; `count`: hectares
    or batches a week."""

    method = serializers.ChoiceField(choices=CapacityMethod.choices)
    start = MonthSerializerField(required=False)
    end = MonthSerializerField(required=False)
    amount = serializers.DecimalField(required=False, min_value=Decimal("0.001"), **QUANTITY)
    count = serializers.DecimalField(required=False, min_value=Decimal("0.001"), **QUANTITY)
    share = serializers.DecimalField(
        default=Decimal(1), max_digits=5, decimal_places=4, min_value=Decimal("0.0001"), max_value=Decimal(1)
    )
    unit = serializers.SlugRelatedField(queryset=Unit.objects.all(), slug_field="code", required=False)
    next_year_too = serializers.BooleanField(default=False)
    months = CapacityMonthSerializer(many=True, required=False, max_length=24)  # type: ignore[call-arg]


class StatementSerializer(serializers.Serializer[Any]):
    """The months to confirm, in the product's unit. Nothing of it counts before it is confirmed."""

    id = serializers.UUIDField()
    method = serializers.ChoiceField(choices=CapacityMethod.choices)
    months = CapacityMonthSerializer(many=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)


class ConfirmSerializer(serializers.Serializer[Any]):
    months = CapacityMonthSerializer(  # type: ignore[call-arg]
        many=True, required=False, max_length=36, help_text="The months as corrected; by default as proposed."
    )


class CorrectionSerializer(serializers.Serializer[Any]):
    stated = serializers.DecimalField(
        min_value=0,
        max_value=Decimal("99999999999"),
        allow_null=True,
        help_text="null: unknown again.",
        **QUANTITY,
    )
    reason = serializers.CharField(max_length=200)


class CheckSerializer(serializers.Serializer[Any]):
    months = serializers.ListField(
        child=MonthSerializerField(), required=False, max_length=36, help_text="By default all coming months."
    )


class ShortfallSerializer(serializers.Serializer[Any]):
    month = serializers.CharField()
    stated = serializers.DecimalField(**QUANTITY)
    promised = serializers.DecimalField(**QUANTITY)


class ChangedCapacitySerializer(CapacitySerializer):
    """The capacity after a change, and the months in which more is promised than there is."""

    shortfalls = ShortfallSerializer(many=True)
