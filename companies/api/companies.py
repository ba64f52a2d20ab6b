"""`/companies/`: suppliers of the catalogue, agencies, and one's own."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from companies.filters import CompanyFilter
from companies.models import Commune, Company, Province
from companies.services.companies import update_company

CONTACTS = ("address", "phone", "email", "tax_code")


class CompanySerializer(serializers.ModelSerializer[Company]):
    """Contacts are null unless you act for the company, its agency, or the platform."""

    name = serializers.CharField(read_only=True)
    listed_by = serializers.CharField(source="listed_by.name", default=None, allow_null=True, read_only=True)
    address = serializers.CharField(allow_null=True, read_only=True)
    phone = serializers.CharField(allow_null=True, read_only=True)
    email = serializers.CharField(allow_null=True, read_only=True)
    tax_code = serializers.CharField(allow_null=True, read_only=True)
    kind = serializers.CharField(read_only=True)

    class Meta:
        model = Company
        fields = [
            "id", "code", "kind", "name", "name_vi", "name_en", "sells", "buys", "province", "commune", "website",
            "story_vi", "story_en", "founded_on", "members_count", "verification", "verified_at", "listed_by",
            "is_simulated", "deliveries_count", "on_time_in_full", "address", "phone", "email", "tax_code",
        ]  # fmt: skip
        read_only_fields = fields

    def to_representation(self, instance: Company) -> dict[str, Any]:
        body = super().to_representation(instance)
        if not self.context["request"].user.has_perm("companies.view_company", instance):
            body |= dict.fromkeys(CONTACTS)
        return body


class CompanyWriteSerializer(serializers.Serializer[Any]):
    """What a company may change of itself."""

    name_vi = serializers.CharField(max_length=200)
    name_en = serializers.CharField(max_length=200, allow_blank=True)
    province = serializers.PrimaryKeyRelatedField(queryset=Province.objects.all(), allow_null=True)
    commune = serializers.PrimaryKeyRelatedField(queryset=Commune.objects.all(), allow_null=True)
    address = serializers.CharField(max_length=300, allow_blank=True)
    phone = serializers.CharField(max_length=20, allow_blank=True)
    email = serializers.EmailField(allow_blank=True, max_length=254)
    website = serializers.URLField(allow_blank=True, max_length=200)
    story_vi = serializers.CharField(max_length=4000, allow_blank=True)
    story_en = serializers.CharField(max_length=4000, allow_blank=True)
    founded_on = serializers.DateField(allow_null=True)
    members_count = serializers.IntegerField(min_value=0, max_value=1_000_000, allow_null=True)


class CompanyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Company]):
    queryset = Company.objects.none()
    serializer_class = CompanySerializer
    filterset_class = CompanyFilter
    ordering = ("sort_key", "id")

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.action in {"list", "retrieve"} else [IsAuthenticated()]

    def get_queryset(self) -> Any:
        return Company.objects.visible_to(self.request.user).select_related(
            "province", "commune", "listed_by"
        )

    @extend_schema(request=CompanyWriteSerializer(partial=True), responses=CompanySerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what the company says of itself."""
        company = self.get_object()
        parsed = CompanyWriteSerializer(data=request.data, partial=True)
        parsed.is_valid(raise_exception=True)
        update_company(company=company, actor=request.user, **parsed.validated_data)
        return Response(self.get_serializer(self.get_queryset().get(pk=company.pk)).data)


router = SimpleRouter()
router.register("companies", CompanyViewSet, basename="company")
urlpatterns = router.urls
