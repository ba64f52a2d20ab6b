"""`/documents/`: uploaded files, to those who may see them, always as a download."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from companies.models import Company, Document, Product
from companies.querysets import AnyUser
from companies.services.documents import response_headers, store_document, thumbnail_name
from core.errors import DomainError

FILE = OpenApiResponse(OpenApiTypes.BINARY, description="The file.")


class DocumentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = [
            "id",
            "company",
            "original_name",
            "content_type",
            "size",
            "sha256",
            "is_public",
            "created_at",
        ]
        read_only_fields = fields


class DocumentUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="PDF, JPEG, PNG or WebP, at most 10 MB.")
    company = serializers.UUIDField(required=False, help_text="By default the acting company.")


class DocumentViewSet(mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet[Document]):
    queryset = Document.objects.none()
    serializer_class = DocumentSerializer

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.action == "photo" else [IsAuthenticated()]

    def get_queryset(self) -> Any:
        return Document.objects.visible_to(self.request.user).filter(is_public=False)

    @extend_schema(
        request={"multipart/form-data": DocumentUploadSerializer}, responses={201: DocumentSerializer}
    )
    def create(self, request: Request) -> Response:
        """Upload a document, to name it in a certificate, a rating or a lab report."""
        parsed = DocumentUploadSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        company = request.company or None  # type: ignore[attr-defined]
        if wanted := parsed.validated_data.get("company"):
            company = get_object_or_404(Company.objects.visible_to(request.user), pk=wanted)
        if company is None:
            raise DomainError(
                "no-company", "Name the company.", fields={"company": ["Required."]}, status=400
            )
        row = store_document(company=company, uploaded_by=request.user, file=parsed.validated_data["file"])
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    def get_parsers(self) -> list[Any]:
        return [MultiPartParser()]

    @extend_schema(responses={(200, "application/octet-stream"): FILE})
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        """The bytes, as a download."""
        row = self.get_object()
        return send(row, str(row.file.name), inline=False)

    @extend_schema(
        responses={(200, "image/webp"): FILE},
        parameters=[OpenApiParameter("size", str, enum=["small", "full"])],
    )
    @action(detail=True, methods=["get"])
    def photo(self, request: Request, pk: str) -> HttpResponseBase:
        """A product's photo, to those who see the product."""
        return send_photo(request.user, pk, small=request.query_params.get("size") == "small")


def send_photo(user: AnyUser, pk: UUID | str, *, small: bool) -> HttpResponseBase:
    """A product's photo inline, to those who see the product; the small one for lists, where there is one."""
    products = Product.objects.visible_to(user)
    row = get_object_or_404(Document, pk=pk, is_public=True, photo__product__in=products)
    thumbnail = thumbnail_name(row)
    name = thumbnail if small and default_storage.exists(thumbnail) else str(row.file.name)
    return send(row, name, inline=True)


def send(row: Document, name: str, *, inline: bool) -> HttpResponseBase:
    """The bytes under headers that let no browser render them as a page."""
    try:
        opened = default_storage.open(name)
    except OSError:  # the row is there, its bytes are not
        raise Http404 from None
    response = FileResponse(opened, as_attachment=not inline, filename=row.original_name)
    for header, value in response_headers(row, inline=inline).items():
        response[header] = value
    # The site's own policy is not put on a file: this one allows nothing at all.
    response._csp_exempt = True  # type: ignore[attr-defined]
    return response


router = SimpleRouter()
router.register("documents", DocumentViewSet, basename="document")
urlpatterns = router.urls
