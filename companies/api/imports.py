"""`/imports/`: a catalogue sheet uploaded, mapped, checked and written by a program."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import DefaultRouter

from companies.models import CatalogueImport
from companies.services import imports
from companies.services.exports import CONTENT_TYPES


class WorkbookRenderer(BaseRenderer):
    """Lets a client ask for the media type; the content is made by the view."""

    media_type = CONTENT_TYPES["xlsx"]
    format = "xlsx"
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        return data if isinstance(data, bytes) else json.dumps(data).encode()


class ProblemSerializer(serializers.Serializer[Any]):
    """One problem of one cell; `column` is empty where the whole row is meant."""

    sheet = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    value = serializers.CharField()
    code = serializers.CharField()
    reason = serializers.CharField()


class SheetSerializer(serializers.Serializer[Any]):
    """A sheet of the file, its headings by column, and the column of each field."""

    name = serializers.CharField(allow_blank=True)
    use = serializers.BooleanField()
    header_row = serializers.IntegerField()
    titles = serializers.DictField(child=serializers.CharField())
    columns = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=299))


class ImportSerializer(serializers.ModelSerializer[CatalogueImport]):
    company = serializers.UUIDField(source="company_id", allow_null=True, read_only=True)
    sheets = serializers.SerializerMethodField()
    rejected = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = CatalogueImport
        fields = [
            "id",
            "company",
            "original_name",
            "status",
            "rows",
            "good",
            "created",
            "updated",
            "sheets",
            "rejected",
            "warnings",
            "error",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field(SheetSerializer(many=True))
    def get_sheets(self, imported: CatalogueImport) -> list[dict[str, Any]]:
        names = ("name", "use", "header_row", "titles", "columns")
        return [{name: sheet[name] for name in names} for sheet in imported.mapping.get("sheets", [])]

    @extend_schema_field(ProblemSerializer(many=True))
    def get_rejected(self, imported: CatalogueImport) -> list[dict[str, Any]]:
        return imports.told(imported.rejected)

    @extend_schema_field(ProblemSerializer(many=True))
    def get_warnings(self, imported: CatalogueImport) -> list[dict[str, Any]]:
        return imports.told(imported.result.get("warnings", []))


class ImportRowSerializer(serializers.ModelSerializer[CatalogueImport]):
    """An import in a list: without its problems."""

    company = serializers.UUIDField(source="company_id", allow_null=True, read_only=True)

    class Meta:
        model = CatalogueImport
        fields = [
            "id",
            "company",
            "original_name",
            "status",
            "rows",
            "good",
            "created",
            "updated",
            "error",
            "created_at",
        ]
        read_only_fields = fields


class UploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="An .xlsx or .csv file.")


class MappingSerializer(serializers.Serializer[Any]):
    sheets = serializers.DictField(
        child=serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=299)),
        help_text="Sheet name to field to column index; sheets that are left out are not read.",
    )


class WriteSerializer(serializers.Serializer[Any]):
    only_good = serializers.BooleanField(
        default=True, help_text="False: write nothing unless every row is good."
    )


class ImportViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Imports of one's own companies; staff sees all."""

    permission_classes = [IsAuthenticated]
    serializer_class = ImportSerializer
    queryset = CatalogueImport.objects.none()
    throttle_scope = ""

    def get_queryset(self) -> Any:
        rows = CatalogueImport.objects.visible_to(self.request.user).select_related("company")
        return rows.defer("rejected", "result", "mapping") if self.action == "list" else rows

    def get_serializer_class(self) -> Any:
        return ImportRowSerializer if self.action == "list" else ImportSerializer

    def get_throttles(self) -> list[Any]:
        if self.action == "create":
            self.throttle_scope = "import"
        return super().get_throttles()

    def get_parsers(self) -> list[Any]:
        # Only the upload carries a file; asked before the action is known when the schema is made.
        path = getattr(getattr(self, "request", None), "path", "")
        return [MultiPartParser()] if path.endswith("/imports/") else [JSONParser()]

    @extend_schema(request={"multipart/form-data": UploadSerializer}, responses={201: ImportSerializer})
    def create(self, request: Request) -> Response:
        """Upload a sheet for the acting company (staff without a company: for the platform)."""
        parsed = UploadSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        imported = imports.upload_catalogue(
            actor=request.user,
            company=getattr(request, "company", None) or None,
            file=parsed.validated_data["file"],
        )
        return Response(self.get_serializer(imported).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=MappingSerializer, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def mapping(self, request: Request, pk: str) -> Response:
        """Correct which column holds which field."""
        parsed = MappingSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        imported = imports.map_columns(
            imported=self.get_object(), actor=request.user, sheets=parsed.validated_data["sheets"]
        )
        return Response(self.get_serializer(imported).data)

    @extend_schema(request=None, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Check every row; ask for the import again until its status is `checked`."""
        imported = imports.request_check(imported=self.get_object(), actor=request.user)
        return Response(self.get_serializer(imported).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=WriteSerializer, responses={202: ImportSerializer})
    @action(detail=True, methods=["post"])
    def write(self, request: Request, pk: str) -> Response:
        """Write all rows, or only the good ones; ask again until the status is `written`."""
        parsed = WriteSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        imported = imports.request_write(
            imported=self.get_object(), actor=request.user, only_good=parsed.validated_data["only_good"]
        )
        return Response(self.get_serializer(imported).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="imports_rejected_sheet",
        responses={
            (200, CONTENT_TYPES["xlsx"]): OpenApiResponse(OpenApiTypes.BINARY, description="A workbook")
        },
    )
    @action(
        detail=True,
        methods=["get"],
        url_path="rejected.xlsx",
        renderer_classes=[JSONRenderer, WorkbookRenderer],
    )
    def rejected(self, request: Request, pk: str) -> HttpResponse:
        """The rejected rows with their reasons, as a spreadsheet to correct and upload again."""
        content = imports.rejected_workbook(imported=self.get_object())
        return HttpResponse(
            content,
            content_type=CONTENT_TYPES["xlsx"],
            headers={"Content-Disposition": 'attachment; filename="rejected.xlsx"'},
        )


router = DefaultRouter()
router.include_root_view = False
router.register("imports", ImportViewSet, basename="import")
urlpatterns = router.urls
