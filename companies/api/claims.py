"""`/companies/{id}/claims/` and `/claims/`: an imported company is claimed by its people, an agency decides."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import include, path
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

from companies.api.accounts import person_of
from companies.models import Company, CompanyClaim
from companies.serializers.accounts import (
    ClaimDecisionSerializer,
    ClaimRefusalSerializer,
    ClaimSerializer,
)
from companies.services import claims


class ClaimFilter(filters.FilterSet):
    # By id alone: a choice among all companies would tell which ids exist.
    company = filters.UUIDFilter(field_name="company_id")

    class Meta:
        model = CompanyClaim
        fields = ["status"]


class ClaimViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """One's own claims, and those that one's agency decides."""

    serializer_class = ClaimSerializer
    permission_classes = [IsAuthenticated]
    filterset_class = ClaimFilter
    queryset = CompanyClaim.objects.none()

    def get_queryset(self) -> Any:
        return CompanyClaim.objects.visible_to(self.request.user).select_related("company", "user")

    @extend_schema(request=ClaimDecisionSerializer, responses=ClaimSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Make the person the company's owner; for the agency of its province, the ministry and staff."""
        parsed = ClaimDecisionSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        row = claims.confirm_claim(
            claim=self.get_object(),
            actor=request.user,
            note=parsed.validated_data.get("note", ""),
        )
        return Response(self.get_serializer(row).data)

    @extend_schema(request=ClaimRefusalSerializer, responses=ClaimSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse it with a reason."""
        parsed = ClaimRefusalSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        row = claims.refuse_claim(
            claim=self.get_object(),
            actor=request.user,
            note=parsed.validated_data["note"],
        )
        return Response(self.get_serializer(row).data)


class CompanyClaimsView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        request=ClaimSerializer,
        responses={201: ClaimSerializer},
        operation_id="companies_claims_create",
        parameters=[OpenApiParameter("company_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
    )
    def post(self, request: Request, company_id: str) -> Response:
        """Say that an imported company is one's own; the agency of its province decides."""
        company = get_object_or_404(Company.objects.visible_to(request.user), pk=company_id)
        parsed = ClaimSerializer(data=request.data, context={"request": request})
        parsed.is_valid(raise_exception=True)
        row = claims.claim_company(
            company=company,
            actor=person_of(request),
            proof=parsed.validated_data["proof"],
            document=parsed.validated_data.get("document"),
        )
        body = ClaimSerializer(row, context={"request": request}).data
        return Response(body, status=status.HTTP_201_CREATED)


router = DefaultRouter()
router.include_root_view = False
router.register("claims", ClaimViewSet, basename="claim")

urlpatterns = [
    path("companies/<uuid:company_id>/claims/", CompanyClaimsView.as_view(), name="company-claims"),
    path("", include(router.urls)),
]
