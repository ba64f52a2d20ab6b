"""Shapes of the matching API. Responses are plain dictionaries of `matching.api.payload`; these describe them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from companies.models import CertificationScheme, HsCode, Market, ProductSet, Unit
from core.months import parse_month
from matching.enums import DismissReason, MatchState

Shape = serializers.Serializer[Any]


class MatchedProductSerializer(Shape):
    """The product of a match."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    stars = serializers.IntegerField(allow_null=True)


class MatchedSupplierSerializer(Shape):
    """The supplier of a match."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    province = serializers.CharField(allow_null=True)
    simulated = serializers.BooleanField()


class RankedMatchSerializer(Shape):
    """One ranked product. `contributions` (with `base`) sum to `score`, on a scale of 0 to 100."""

    rank = serializers.IntegerField()
    product = MatchedProductSerializer()
    supplier = MatchedSupplierSerializer()
    score = serializers.FloatField()
    contributions = serializers.DictField(child=serializers.FloatField())
    coverage = serializers.FloatField(allow_null=True)
    coverage_by_month = serializers.DictField(child=serializers.FloatField(allow_null=True))
    certificates = serializers.ListField(child=serializers.CharField())
    explanation = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(MatchState.choices, allow_blank=True)
    model_version = serializers.CharField()


class ExcludedSerializer(Shape):
    """What one required criterion removes: alone, at its place in the sequence, and who would return without it."""

    reason = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    words = serializers.CharField()
    alone = serializers.IntegerField()
    in_sequence = serializers.IntegerField()
    left = serializers.IntegerField()
    would_return = serializers.IntegerField()


class ToCheckSerializer(Shape):
    """Something of the market that the data cannot decide; it excludes nobody."""

    market = serializers.CharField()
    scheme = serializers.CharField()
    basis = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class MatchedLineSerializer(Shape):
    """The line that was answered."""

    id = serializers.UUIDField()
    position = serializers.IntegerField()
    product = serializers.CharField(allow_blank=True)
    unit = serializers.CharField()
    months = serializers.DictField(child=serializers.FloatField(allow_null=True))


class LineMatchesSerializer(Shape):
    """A line's answer; `unstated` are eligible products whose capacity is not stated."""

    line = MatchedLineSerializer()
    model_version = serializers.CharField()
    looked_at = serializers.IntegerField()
    eligible = serializers.IntegerField()
    suppliers = serializers.IntegerField()
    capacity_not_stated = serializers.IntegerField()
    excluded = ExcludedSerializer(many=True)
    to_check = ToCheckSerializer(many=True)
    ranked = RankedMatchSerializer(many=True)
    unstated = RankedMatchSerializer(many=True)


class MatchedNeedSerializer(Shape):
    """The need that was answered."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    buyer = serializers.CharField()


class NeedMatchesSerializer(Shape):
    """All lines of a need."""

    need = MatchedNeedSerializer()
    model_version = serializers.CharField(allow_blank=True)
    lines = LineMatchesSerializer(many=True)


class TopSerializer(Shape):
    """Query of a need's matches."""

    top = serializers.IntegerField(min_value=1, max_value=100, default=20, help_text="products of each line")


class MatchActSerializer(Shape):
    """Which match is meant."""

    line = serializers.UUIDField()
    product = serializers.UUIDField()


class DismissSerializer(MatchActSerializer):
    """A dismissal and its reason."""

    reason = serializers.ChoiceField(DismissReason.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class InviteSerializer(MatchActSerializer):
    """An invitation to quote."""

    message = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")


class MatchStateSerializer(Shape):
    """A match after an act."""

    line = serializers.UUIDField()
    product = serializers.UUIDField()
    state = serializers.ChoiceField(MatchState.choices)
    dismiss_reason = serializers.ChoiceField([*DismissReason.values, ""])
    rank_shown = serializers.IntegerField(allow_null=True)


class InvitedSerializer(MatchStateSerializer):
    """A match whose supplier was invited."""

    invitation = serializers.UUIDField()


class MissingSerializer(Shape):
    """A requirement that the supplier's product does not meet."""

    reason = serializers.CharField()
    detail = serializers.CharField(allow_blank=True)
    words = serializers.CharField()


class FittingNeedSerializer(Shape):
    """An open need line and the supplier's best product for it."""

    need = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    line = serializers.UUIDField()
    product = serializers.UUIDField()
    score = serializers.FloatField()
    coverage = serializers.FloatField(allow_null=True)
    fits = serializers.BooleanField()
    missing = MissingSerializer(many=True)
    explanation = serializers.ListField(child=serializers.CharField())


class FittingNeedsSerializer(Shape):
    """All of them, fitting ones first."""

    results = FittingNeedSerializer(many=True)


class CountQuerySerializer(Shape):
    """A line as typed so far."""

    product_words = serializers.CharField(required=False, allow_blank=True, max_length=200)
    hs = serializers.PrimaryKeyRelatedField(queryset=HsCode.objects.all(), required=False)
    product_set = serializers.PrimaryKeyRelatedField(queryset=ProductSet.objects.all(), required=False)
    unit = serializers.PrimaryKeyRelatedField(queryset=Unit.objects.all(), required=False)
    market = serializers.PrimaryKeyRelatedField(queryset=Market.objects.all(), required=False)
    required_stars = serializers.IntegerField(min_value=3, max_value=5, required=False)
    required_certificates = serializers.PrimaryKeyRelatedField(
        queryset=CertificationScheme.objects.all(), many=True, required=False
    )
    month = serializers.ListField(
        child=serializers.RegexField(r"^\d{4}-(0[1-9]|1[0-2])$"), required=False, max_length=24
    )
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3, min_value=0, required=False)

    def spec(self) -> dict[str, Any]:
        """The validated query as `matching.services.counts.LineSpec`."""
        data = dict(self.validated_data)
        found: dict[str, Any] = {
            key: data[key].pk for key in ("hs", "product_set", "unit", "market") if key in data
        }
        found |= {key: data[key] for key in ("product_words", "required_stars") if key in data}
        found["required_certificates"] = [s.pk for s in data.get("required_certificates", [])]
        if data.get("quantity"):
            found["months"] = {parse_month(m): data["quantity"] for m in data.get("month", [])}
        return found


class CountSerializer(Shape):
    """How many suppliers remain; null while nothing is named that could be counted."""

    remaining = serializers.IntegerField(allow_null=True)
    products = serializers.IntegerField(allow_null=True)
    looked_at = serializers.IntegerField(allow_null=True)
    unstated = serializers.IntegerField(allow_null=True)
    criteria = ExcludedSerializer(many=True)


class RankerInfoSerializer(Shape):
    """The model that ranks now; figures are of needs that it had not seen."""

    version = serializers.CharField()
    trained_until = serializers.DateTimeField(allow_null=True)
    needs = serializers.IntegerField()
    ndcg10 = serializers.DictField(child=serializers.FloatField())
    terms = serializers.ListField(child=serializers.CharField())
    sha256 = serializers.CharField(allow_blank=True)
