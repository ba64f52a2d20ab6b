"""`/reference/...`: codes and names, read only, the same for everyone, kept in the cache."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from companies.models import (
    CertificationScheme,
    Commune,
    HsCode,
    Incoterm,
    Market,
    ProductSet,
    Province,
    Unit,
)

SECONDS = 600
MODELS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "provinces": (Province, ("full_name_vi", "full_name_en", "lat", "lon")),
    "communes": (Commune, ("province", "full_name_vi", "full_name_en", "lat", "lon")),
    "product-sets": (ProductSet, ("number", "sector", "sector_name_vi", "sector_name_en")),
    "schemes": (CertificationScheme, ("short_name", "kind", "scope", "applies_to", "satisfies")),
    "markets": (Market, ("kind", "label_languages")),
    "units": (Unit, ("symbol", "dimension", "base_unit", "factor")),
    "hs-codes": (HsCode, ("chapter", "product_set")),
    "incoterms": (Incoterm, ()),
}


def serializer_of(
    name: str, row_model: Any, extra: tuple[str, ...]
) -> type[serializers.ModelSerializer[Any]]:
    class Meta:
        model = row_model
        fields = ["code", "name_vi", "name_en", *extra]
        read_only_fields = fields

    words = "".join(word.title() for word in name.rstrip("s").split("-"))
    return type(f"{words}Serializer", (serializers.ModelSerializer,), {"Meta": Meta})


class ReferenceView(generics.GenericAPIView[Any]):
    """All rows of one table. A change of the reference data shows after ten minutes at most."""

    permission_classes = [AllowAny]
    pagination_class = None
    filter_backends: list[Any] = []
    throttle_classes: list[type[BaseThrottle]] = []
    name = ""
    prefetch: tuple[str, ...] = ()

    def get(self, request: Request) -> Response:
        province = request.query_params.get("province", "")[:40] if self.name == "communes" else ""
        key = f"reference:{self.name}:{province.encode().hex()}"
        rows = cache.get(key)
        if rows is None:
            queryset = self.get_queryset().prefetch_related(*self.prefetch)
            if self.name == "communes":
                queryset = queryset.filter(province=province.replace("\x00", ""))
            rows = [dict(row) for row in self.get_serializer(queryset, many=True).data]
            cache.set(key, rows, SECONDS)
        return Response(rows, headers={"Cache-Control": f"public, max-age={SECONDS}"})


def _view(name: str) -> Any:
    row_model, extra = MODELS[name]
    serializer = serializer_of(name, row_model, extra)
    parameters = []
    if name == "communes":
        parameters = [
            OpenApiParameter("province", str, required=True, description="Code of the province, e.g. 33.")
        ]
    members = {
        "name": name,
        "queryset": row_model.objects.all(),
        "serializer_class": serializer,
        "prefetch": ("satisfies",) if "satisfies" in extra else (),
    }
    view = type(f"{name.title().replace('-', '')}View", (ReferenceView,), members)
    schema = extend_schema(
        operation_id=f"reference_{name.replace('-', '_')}",
        description=f"Reference data: {name.replace('-', ' ')}.",
        responses=serializer(many=True),
        parameters=parameters,
    )
    return extend_schema_view(get=schema)(view)


urlpatterns = [path(f"reference/{name}/", _view(name).as_view(), name=f"reference-{name}") for name in MODELS]
