"""Uploaded files leave through here only: to those who may see them, never as a page."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from companies.models import Document, Product
from companies.services.documents import response_headers, thumbnail_name


@require_GET
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A product's photo inline, to those who see the product; `?size=small` for lists."""
    products = Product.objects.visible_to(request.user)
    row = get_object_or_404(Document, pk=pk, is_public=True, photo__product__in=products)
    name = str(row.file.name)
    if request.GET.get("size") == "small" and default_storage.exists(thumbnail_name(row)):
        name = thumbnail_name(row)
    return _send(row, name, inline=True)


@require_GET
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A document as a download, to those who may see it; 404 to anyone else."""
    row = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return _send(row, str(row.file.name), inline=False)


def _send(row: Document, name: str, *, inline: bool) -> HttpResponseBase:
    try:
        opened = default_storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(opened, as_attachment=not inline, filename=row.original_name)
    for header, value in response_headers(row, inline=inline).items():
        response[header] = value
    # The site's own policy is not added to a file's: this one allows nothing at all.
    response._csp_exempt = True  # type: ignore[attr-defined]
    return response
