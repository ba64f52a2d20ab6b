"""`/ratings/`, `/certifications/`, `/lab-reports/`, `/verification/`: what proves quality, and who confirms it."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter
from rest_framework.views import APIView

from companies.models import Certification, Company, LabReport, StarRating
from companies.serializers.proofs import (
    CertificationCreateSerializer,
    CertificationSerializer,
    DecisionSerializer,
    LabReportSerializer,
    QueueSerializer,
    RatingSerializer,
    RefusalSerializer,
)
from companies.services import certifications, ratings
from companies.verification import queue_counts


def _acting(request: Request) -> Company | None:
    """The company that the request acts for, if any."""
    return request.company or None  # type: ignore[attr-defined]


class RatingFilter(filters.FilterSet):
    class Meta:
        model = StarRating
        fields = ["product", "stars", "status"]


class CertificationFilter(filters.FilterSet):
    valid_on = filters.DateFilter(
        method="filter_valid_on", help_text="Certificates that are valid on this day."
    )

    class Meta:
        model = Certification
        fields = ["company", "product", "scheme", "status"]

    def filter_valid_on(self, queryset: Any, name: str, value: Any) -> Any:
        return queryset.exclude(valid_to__lt=value).exclude(valid_from__gt=value)


class LabReportFilter(filters.FilterSet):
    class Meta:
        model = LabReport
        fields = ["product", "parameter"]


class PublicReads(viewsets.GenericViewSet[Any]):
    """Lists and details as public as their company; writes for the signed in."""

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.action in {"list", "retrieve"} else [IsAuthenticated()]


class RatingViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PublicReads):
    serializer_class = RatingSerializer
    filterset_class = RatingFilter
    queryset = StarRating.objects.none()

    def get_queryset(self) -> Any:
        return StarRating.objects.visible_to(self.request.user).select_related(
            "product__company", "listed_by"
        )

    @extend_schema(request=RatingSerializer, responses={201: RatingSerializer})
    def create(self, request: Request) -> Response:
        """Write down a rating; it counts as unverified until the level that issues it confirms it."""
        parsed = RatingSerializer(data=request.data, context=self.get_serializer_context())
        parsed.is_valid(raise_exception=True)
        rating = ratings.record_rating(
            actor=request.user, listed_by=_acting(request), **parsed.validated_data
        )
        return Response(self.get_serializer(rating).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=RatingSerializer, responses=RatingSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a rating; it then waits to be confirmed again."""
        rating = self.get_object()
        parsed = RatingSerializer(
            rating, data=request.data, partial=True, context=self.get_serializer_context()
        )
        parsed.is_valid(raise_exception=True)
        fields = {name: value for name, value in parsed.validated_data.items() if name != "product"}
        return Response(
            self.get_serializer(ratings.correct_rating(rating=rating, actor=request.user, **fields)).data
        )

    @extend_schema(request=None, responses=RatingSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Confirm it on behalf of its issuing level."""
        return Response(
            self.get_serializer(ratings.confirm_rating(rating=self.get_object(), actor=request.user)).data
        )

    @extend_schema(request=RefusalSerializer, responses=RatingSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse it with a reason."""
        parsed = RefusalSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        rating = ratings.reject_rating(
            rating=self.get_object(), actor=request.user, note=parsed.validated_data["note"]
        )
        return Response(self.get_serializer(rating).data)


class CertificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PublicReads):
    serializer_class = CertificationSerializer
    filterset_class = CertificationFilter
    queryset = Certification.objects.none()

    def get_queryset(self) -> Any:
        return Certification.objects.visible_to(self.request.user).select_related("company", "scheme")

    @extend_schema(request=CertificationCreateSerializer, responses={201: CertificationSerializer})
    def create(self, request: Request) -> Response:
        """Write down a certificate; it waits to be checked against the original."""
        parsed = CertificationCreateSerializer(data=request.data, context=self.get_serializer_context())
        parsed.is_valid(raise_exception=True)
        fields = dict(parsed.validated_data)
        company = get_object_or_404(Company.objects.visible_to(request.user), pk=fields.pop("company"))
        row = certifications.record_certification(
            company=company, actor=request.user, listed_by=_acting(request), **fields
        )
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=CertificationSerializer, responses=CertificationSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Correct a certificate; it then waits to be checked again."""
        row = self.get_object()
        parsed = CertificationSerializer(
            row, data=request.data, partial=True, context=self.get_serializer_context()
        )
        parsed.is_valid(raise_exception=True)
        row = certifications.correct_certification(
            certification=row, actor=request.user, **parsed.validated_data
        )
        return Response(self.get_serializer(row).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        certifications.delete_certification(certification=self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=DecisionSerializer, responses=CertificationSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """It was checked against the original."""
        return self._decide(request, DecisionSerializer, confirm=True)

    @extend_schema(request=RefusalSerializer, responses=CertificationSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse it with a reason."""
        return self._decide(request, RefusalSerializer, confirm=False)

    def _decide(self, request: Request, serializer: type[Any], *, confirm: bool) -> Response:
        parsed = serializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        row = certifications.decide_certification(
            certification=self.get_object(),
            actor=request.user,
            confirm=confirm,
            note=parsed.validated_data["note"],
        )
        return Response(self.get_serializer(row).data)


class LabReportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Lab reports are for the supplier, verified buyers, agencies of the province and staff."""

    serializer_class = LabReportSerializer
    filterset_class = LabReportFilter
    queryset = LabReport.objects.none()

    def get_queryset(self) -> Any:
        return LabReport.objects.private_to(self.request.user, buyers=True).select_related("product__company")

    @extend_schema(request=LabReportSerializer, responses={201: LabReportSerializer})
    def create(self, request: Request) -> Response:
        """Write down what a laboratory found."""
        parsed = LabReportSerializer(data=request.data, context=self.get_serializer_context())
        parsed.is_valid(raise_exception=True)
        row = certifications.record_lab_report(actor=request.user, **parsed.validated_data)
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        certifications.delete_lab_report(report=self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class VerificationQueueView(APIView):
    @extend_schema(responses=QueueSerializer)
    def get(self, request: Request) -> Response:
        """How much waits for the asking agency; zeros for everybody else."""
        return Response(queue_counts(request.user))


router = DefaultRouter()
router.include_root_view = False
router.register("ratings", RatingViewSet, basename="rating")
router.register("certifications", CertificationViewSet, basename="certification")
router.register("lab-reports", LabReportViewSet, basename="lab-report")

urlpatterns = [
    path("verification/", VerificationQueueView.as_view(), name="verification-queue"),
    *router.urls,
]
