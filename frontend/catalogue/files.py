"""Uploaded files leave through here only: to those who may see them, never as a page."""

from __future__ import annotations

from uuid import UUID

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from companies.api.documents import send
from companies.models import Document, Product
from companies.services.documents import thumbnail_name


@require_GET
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A product's photo inline, to those who see the product; `?size=small` for lists."""
    products = Product.objects.visible_to(request.user)
    row = get_object_or_404(Document, pk=pk, is_public=True, photo__product__in=products)
    name = str(row.file.name)
    if request.GET.get("size") == "small" and default_storage.exists(thumbnail_name(row)):
        name = thumbnail_name(row)
    return send(row, name, inline=True)


@require_GET
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A document as a download, to those who may see it; 404 to anyone else."""
    row = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return send(row, str(row.file.name), inline=False)
