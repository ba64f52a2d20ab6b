"""Uploaded files leave through here only: to those who may see them, never as a page."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from companies.api.documents import send, send_photo
from companies.models import Document


@require_GET
def photo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A product's photo inline, to those who see the product; `?size=small` for lists."""
    return send_photo(request.user, pk, small=request.GET.get("size") == "small")


@require_GET
def document(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """A document as a download, to those who may see it; 404 to anyone else."""
    row = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return send(row, str(row.file.name), inline=False)
