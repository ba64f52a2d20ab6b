"""`/products/{id}/capacity/`: reading it, telling it, confirming, correcting, checking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.models import CapacityStatement, MonthlyCapacity, Product
from companies.serializers.capacity import (
    CapacitySerializer,
    ChangedCapacitySerializer,
    CheckSerializer,
    ConfirmSerializer,
    CorrectionSerializer,
    StatementCreateSerializer,
    StatementSerializer,
)
from companies.services import capacity as service
from core.months import first_day, parse_month

PRODUCT = OpenApiParameter("product_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
STATEMENT = OpenApiParameter("statement_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
MONTH = OpenApiParameter(
    "month", {"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}, OpenApiParameter.PATH
)
SEASON = OpenApiExample(
    "A harvest of 12 t, sold from August to December",
    request_only=True,
    value={"method": "season", "start": "2027-08", "end": "2027-12", "amount": "12000", "unit": "KGM"},
)


def capacity_body(product: Product, user: Any) -> dict[str, Any]:
    """What the reader may read of the coming months."""
    readable = user.has_perm("companies.view_capacity", product)
    body: dict[str, Any] = {
        "unit": product.unit_id,
        "audience": product.capacity_audience,
        "readable": readable,
        "months": [],
    }
    if not readable:
        return body
    inside = user.has_perm("companies.view_company", product.company)
    rows = MonthlyCapacity.objects.filter(product=product, month__gte=first_day(timezone.localdate()))
    for row in rows.order_by("month"):
        left = row.stated - row.reserved - row.bound
        one = {"month": f"{row.month:%Y-%m}", "available": str(max(left, 0 * left)), "proof": row.proof}
        if inside:
            one |= {
                "stated": str(row.stated),
                "reserved": str(row.reserved),
                "bound": str(row.bound),
                "correction": row.correction,
            }
        body["months"].append(one)
    return body


def statement_body(statement: CapacityStatement) -> dict[str, Any]:
    months = service.statement_months(statement)
    return {
        "id": statement.pk,
        "method": statement.method,
        "months": [{"month": f"{month:%Y-%m}", "quantity": str(value)} for month, value in months.items()],
        "confirmed_at": statement.confirmed_at,
    }


def by_month(rows: Sequence[dict[str, Any]] | None) -> dict[date, Any] | None:
    return None if rows is None else {row["month"]: row["quantity"] for row in rows}


class OfProduct(APIView):
    """A visible product; one who may see it but not write is refused by the service."""

    permission_classes = [IsAuthenticated]

    def product(self) -> Product:
        rows = Product.objects.visible_to(self.request.user).select_related("company__province", "unit")
        found: Product = get_object_or_404(rows, pk=self.kwargs["product_id"])
        return found

    def statement(self) -> CapacityStatement:
        rows = CapacityStatement.objects.private_to(self.request.user).filter(product=self.product())
        found: CapacityStatement = get_object_or_404(
            rows.select_related("product__company"), pk=self.kwargs["statement_id"]
        )
        return found

    def changed(self, product: Product) -> Response:
        short = [
            {"month": f"{one.month:%Y-%m}", "stated": str(one.stated), "promised": str(one.promised)}
            for one in service.shortfalls_of(product)
        ]
        return Response({**capacity_body(product, self.request.user), "shortfalls": short})


class CapacityView(OfProduct):
    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "GET" else [IsAuthenticated()]

    @extend_schema(
        operation_id="products_capacity_retrieve", parameters=[PRODUCT], responses=CapacitySerializer
    )
    def get(self, request: Request, product_id: str) -> Response:
        """What is left in the coming months, to those who may read it."""
        return Response(capacity_body(self.product(), request.user))

    @extend_schema(
        operation_id="products_capacity_state",
        parameters=[PRODUCT],
        request=StatementCreateSerializer,
        responses={201: StatementSerializer},
        examples=[SEASON],
    )
    def post(self, request: Request, product_id: str) -> Response:
        """Tell what you know; the months that come of it are proposed for confirmation."""
        product = self.product()
        parsed = StatementCreateSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        fields = dict(parsed.validated_data)
        unit = fields.pop("unit", None)
        months = by_month(fields.pop("months", None))
        statement = service.state_capacity(
            product=product, actor=request.user, unit=unit.pk if unit else "", months=months, **fields
        )
        return Response(statement_body(statement), status=status.HTTP_201_CREATED)


class StatementView(OfProduct):
    @extend_schema(
        operation_id="products_capacity_statement",
        parameters=[PRODUCT, STATEMENT],
        responses=StatementSerializer,
    )
    def get(self, request: Request, product_id: str, statement_id: str) -> Response:
        """A statement with its months."""
        return Response(statement_body(self.statement()))


class ConfirmView(OfProduct):
    @extend_schema(
        operation_id="products_capacity_confirm",
        parameters=[PRODUCT, STATEMENT],
        request=ConfirmSerializer,
        responses=ChangedCapacitySerializer,
    )
    def post(self, request: Request, product_id: str, statement_id: str) -> Response:
        """Write the months, as proposed or as corrected here."""
        statement = self.statement()
        parsed = ConfirmSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        months = by_month(parsed.validated_data.get("months"))
        service.confirm_statement(statement=statement, actor=request.user, months=months)
        return self.changed(statement.product)


class MonthView(OfProduct):
    @extend_schema(
        operation_id="products_capacity_correct",
        parameters=[PRODUCT, MONTH],
        request=CorrectionSerializer,
        responses=ChangedCapacitySerializer,
    )
    def put(self, request: Request, product_id: str, month: str) -> Response:
        """Correct one month, with the reason. May be below what is promised: that is told as a shortfall."""
        product = self.product()
        try:
            day = parse_month(month)
        except ValueError:
            raise Http404 from None
        parsed = CorrectionSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        service.correct_month(product=product, month=day, actor=request.user, **parsed.validated_data)
        return self.changed(product)


class CheckView(OfProduct):
    @extend_schema(
        operation_id="products_capacity_check",
        parameters=[PRODUCT],
        request=CheckSerializer,
        responses=CapacitySerializer,
    )
    def post(self, request: Request, product_id: str) -> Response:
        """For the province's agency: the stated months were checked on site."""
        product = self.product()
        parsed = CheckSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        service.check_capacity(
            product=product, actor=request.user, months=parsed.validated_data.get("months")
        )
        return Response(capacity_body(product, request.user))


_at = "products/<uuid:product_id>/capacity/"
urlpatterns = [
    path(_at, CapacityView.as_view(), name="product-capacity"),
    path(f"{_at}check/", CheckView.as_view(), name="product-capacity-check"),
    path(f"{_at}statements/<uuid:statement_id>/", StatementView.as_view(), name="product-capacity-statement"),
    path(
        f"{_at}statements/<uuid:statement_id>/confirm/",
        ConfirmView.as_view(),
        name="product-capacity-confirm",
    ),
    path(f"{_at}<str:month>/", MonthView.as_view(), name="product-capacity-month"),
]
