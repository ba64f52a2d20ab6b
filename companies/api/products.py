"""`/products/`: the catalogue by program, and a supplier's own products."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from companies.facets import product_facets
from companies.filters import ProductFilter
from companies.listing import cards, with_card_rows
from companies.models import Company, PriceTier, Product, ProductPhoto
from companies.serializers.products import (
    FacetsSerializer,
    PhotoSerializer,
    PhotoUploadSerializer,
    PriceTiersSerializer,
    ProductCreateSerializer,
    ProductDetailSerializer,
    ProductRowSerializer,
    ProductWriteSerializer,
    photo_row,
    product_detail,
    product_row,
)
from companies.services import exports, products
from core.drf.pagination import KeysetPagination
from core.errors import DomainError

EXPORT_LIMIT = 20_000
READS = {"list", "retrieve", "facets", "export"}
EXAMPLE = OpenApiExample(
    "Dried longan",
    request_only=True,
    value={
        "name_vi": "Long nhãn sấy Hồng Châu",
        "name_en": "Hong Chau dried longan pulp",
        "unit": "KGM",
        "pack": "Túi 500 g",
        "specification": {"Độ ẩm": "18 %"},
        "gtin": "8930000000019",
        "price": "365000.00",
        "min_order": "50.000",
    },
)
FILE = OpenApiResponse(OpenApiTypes.BINARY, description="The spreadsheet.")


class ProductViewSet(viewsets.GenericViewSet[Product]):
    """Reads for everyone, as far as they may see; writes for the product's own people."""

    queryset = Product.objects.none()
    filterset_class = ProductFilter
    pagination_class = KeysetPagination
    serializer_class = ProductDetailSerializer
    ordering: tuple[str, ...] = ("-star_rank", "sort_key", "id")

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.action in READS else [IsAuthenticated()]

    def get_queryset(self) -> Any:
        return Product.objects.visible_to(self.request.user)

    def _filterset(self) -> ProductFilter:
        filterset = ProductFilter(
            self.request.query_params, queryset=self.get_queryset(), request=self.request
        )
        if not filterset.is_valid():
            raise ValidationError({name: list(map(str, texts)) for name, texts in filterset.errors.items()})
        return filterset

    def _product(self, pk: Any) -> Product:
        row: Product = get_object_or_404(with_card_rows(self.get_queryset()), pk=pk)
        return row

    def _detail(self, product: Product, code: int = status.HTTP_200_OK) -> Response:
        user = self.request.user
        fresh: Product = with_card_rows(Product.objects.all()).get(pk=product.pk)
        body = product_detail(
            cards([fresh], user)[0],
            tiers=list(PriceTier.objects.filter(product=fresh)),
            photos=list(fresh.photos.all()),
            capacity_readable=user.has_perm("companies.view_capacity", fresh),
        )
        return Response(body, status=code)

    @extend_schema(responses=ProductRowSerializer(many=True))
    def list(self, request: Request) -> Response:
        """Search and narrow the catalogue. Keyset pages: follow `next`."""
        filterset = self._filterset()
        self.ordering = filterset.ordering
        page = self.paginate_queryset(with_card_rows(filterset.qs))
        return self.get_paginated_response([product_row(card) for card in cards(page or [], request.user)])

    @extend_schema(responses=ProductDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        """One product, as far as you may read it."""
        return self._detail(self._product(pk))

    @extend_schema(
        request=ProductCreateSerializer, responses={201: ProductDetailSerializer}, examples=[EXAMPLE]
    )
    def create(self, request: Request) -> Response:
        """Add a product to a company that you write for."""
        parsed = ProductCreateSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        fields = dict(parsed.validated_data)
        wanted = fields.pop("company", None)
        company = request.company or None  # type: ignore[attr-defined]
        if wanted is not None:
            company = get_object_or_404(Company.objects.visible_to(request.user), pk=wanted)
        if company is None:
            raise DomainError(
                "no-company", "Name the company.", fields={"company": ["Required."]}, status=400
            )
        product = products.create_product(company=company, actor=request.user, **fields)
        return self._detail(product, status.HTTP_201_CREATED)

    @extend_schema(request=ProductWriteSerializer, responses=ProductDetailSerializer, examples=[EXAMPLE])
    def update(self, request: Request, pk: str) -> Response:
        """Replace everything that a supplier writes about a product."""
        return self._change(request, pk, partial=False)

    @extend_schema(request=ProductWriteSerializer, responses=ProductDetailSerializer, examples=[EXAMPLE])
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the given fields."""
        return self._change(request, pk, partial=True)

    def _change(self, request: Request, pk: str, *, partial: bool) -> Response:
        product = self._product(pk)
        parsed = ProductWriteSerializer(data=request.data, partial=partial)
        parsed.is_valid(raise_exception=True)
        products.update_product(product=product, actor=request.user, **parsed.validated_data)
        return self._detail(product)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a product on which nothing depends; 409 otherwise (unpublish it instead)."""
        products.delete_product(product=self._product(pk), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ProductDetailSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Put a product back into the catalogue."""
        product = self._product(pk)
        return self._detail(products.set_published(product=product, actor=request.user, published=True))

    @extend_schema(request=None, responses=ProductDetailSerializer)
    @action(detail=True, methods=["post"])
    def unpublish(self, request: Request, pk: str) -> Response:
        """Take a product down; what refers to it stays."""
        product = self._product(pk)
        return self._detail(products.set_published(product=product, actor=request.user, published=False))

    @extend_schema(request=PriceTiersSerializer, responses=ProductDetailSerializer)
    @action(detail=True, methods=["put"], url_path="price-tiers")
    def price_tiers(self, request: Request, pk: str) -> Response:
        """Replace the price tiers."""
        product = self._product(pk)
        parsed = PriceTiersSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        pairs = [(row["from_quantity"], row["price"]) for row in parsed.validated_data["tiers"]]
        products.set_price_tiers(product=product, actor=request.user, tiers=pairs)
        return self._detail(product)

    @extend_schema(request={"multipart/form-data": PhotoUploadSerializer}, responses={201: PhotoSerializer})
    @action(detail=True, methods=["post"], parser_classes=[MultiPartParser])
    def photos(self, request: Request, pk: str) -> Response:
        """Add a photo (JPEG, PNG, WebP); it is drawn anew without its metadata."""
        product = self._product(pk)
        parsed = PhotoUploadSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        photo = products.add_photo(product=product, actor=request.user, **parsed.validated_data)
        return Response(photo_row(photo), status=status.HTTP_201_CREATED)

    @extend_schema(
        responses={204: None},
        parameters=[OpenApiParameter("photo_id", OpenApiTypes.UUID, OpenApiParameter.PATH)],
    )
    @action(detail=True, methods=["delete"], url_path=r"photos/(?P<photo_id>[0-9a-f-]{36})", url_name="photo")
    def remove_photo(self, request: Request, pk: str, photo_id: str) -> Response:
        """Delete a photo."""
        product = self._product(pk)
        photo = get_object_or_404(
            ProductPhoto.objects.select_related("document", "product"), pk=photo_id, product=product
        )
        products.remove_photo(photo=photo, actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=FacetsSerializer, filters=True)
    @action(detail=False, methods=["get"], pagination_class=None)
    def facets(self, request: Request) -> Response:
        """Counts of each choice under all other filters."""
        found = product_facets(self._filterset())
        groups = [
            {
                "name": facet.name,
                "options": [
                    {"value": one.value, "label": one.label, "count": one.count, "selected": one.selected}
                    for one in facet.options
                ],
            }
            for facet in found.groups
        ]
        return Response({"total": found.total, "confirmed": found.confirmed, "groups": groups})

    @extend_schema(
        responses={(200, "text/csv"): FILE, (200, "application/octet-stream"): FILE},
        filters=True,
        parameters=[OpenApiParameter("fmt", str, OpenApiParameter.PATH, enum=["csv", "xlsx"])],
    )
    @action(detail=False, methods=["get"], url_path=r"export/(?P<fmt>csv|xlsx)", pagination_class=None)
    def export(self, request: Request, fmt: str) -> HttpResponseBase:
        """What is filtered, as a spreadsheet that can be imported again."""
        filterset = self._filterset()
        rows = filterset.qs.order_by(*filterset.ordering)[:EXPORT_LIMIT]
        name = exports.export_name(fmt)
        return HttpResponse(
            exports.export_products(rows, fmt, request.user),
            content_type=exports.CONTENT_TYPES[fmt],
            headers={
                "Content-Disposition": f'attachment; filename="{name}"',
                "Cache-Control": "private, no-store",
            },
        )


router = SimpleRouter()
router.register("products", ProductViewSet, basename="product")
urlpatterns = router.urls
