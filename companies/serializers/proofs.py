"""Star ratings, certifications and lab reports at the API's edge. They parse; the services decide."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from companies.models import Certification, CertificationScheme, Document, LabReport, Product, StarRating


class VisibleRelatedField(serializers.PrimaryKeyRelatedField):
    """A related row that the asking user may see; anything else does not exist."""

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        request = self.context.get("request")
        return queryset.visible_to(request.user) if request is not None else queryset.none()


class RatingSerializer(serializers.ModelSerializer[StarRating]):
    product = VisibleRelatedField(queryset=Product.objects.all())
    document = VisibleRelatedField(
        queryset=Document.objects.all(), required=False, allow_null=True, write_only=True
    )
    listed_by = serializers.CharField(source="listed_by.name", read_only=True, default=None, allow_null=True)
    stars = serializers.IntegerField(min_value=3, max_value=5)

    class Meta:
        model = StarRating
        fields = [
            "id", "product", "stars", "points", "decision_number", "issued_on", "valid_until", "issuing_level",
            "rule_version", "status", "listed_by", "confirmed_at", "document",
        ]  # fmt: skip
        read_only_fields = ["id", "issuing_level", "rule_version", "status", "confirmed_at"]
        extra_kwargs = {"points": {"min_value": 0, "max_value": 100}}


class CertificationSerializer(serializers.ModelSerializer[Certification]):
    product = VisibleRelatedField(queryset=Product.objects.all(), required=False, allow_null=True)
    document = VisibleRelatedField(
        queryset=Document.objects.all(), required=False, allow_null=True, write_only=True
    )
    scheme = serializers.PrimaryKeyRelatedField(queryset=CertificationScheme.objects.all())
    scheme_name = serializers.CharField(source="scheme.name", read_only=True)

    class Meta:
        model = Certification
        fields = [
            "id", "company", "product", "scheme", "scheme_name", "scope", "site", "number", "body", "valid_from",
            "valid_to", "status", "checked_at", "document",
        ]  # fmt: skip
        read_only_fields = ["id", "company", "status", "checked_at"]


class CertificationCreateSerializer(CertificationSerializer):
    company = serializers.UUIDField(help_text="The company that holds the certificate.")

    class Meta(CertificationSerializer.Meta):
        read_only_fields = ["id", "status", "checked_at"]


class LabReportSerializer(serializers.ModelSerializer[LabReport]):
    product = VisibleRelatedField(queryset=Product.objects.all())
    document = VisibleRelatedField(
        queryset=Document.objects.all(), required=False, allow_null=True, write_only=True
    )

    class Meta:
        model = LabReport
        fields = [
            "id", "product", "lot", "parameter", "result", "result_text", "limit", "unit_text", "laboratory",
            "tested_on", "document",
        ]  # fmt: skip
        read_only_fields = ["id"]


class DecisionSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class RefusalSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=500, help_text="The reason, as its holder will read it.")


class QueueSerializer(serializers.Serializer[Any]):
    """How much waits for the asking agency."""

    companies = serializers.IntegerField()
    ratings = serializers.IntegerField()
    certifications = serializers.IntegerField()
    claims = serializers.IntegerField()
