"""The API's docs page: the OpenAPI schema in our own look (no script, nothing from another host)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from frontend.apidocs.reference import reference


@require_GET
def docs(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters, body and replies."""
    groups = reference()
    context = {
        "groups": groups,
        "site_url": settings.SITE_URL,
        "total": sum(len(group.operations) for group in groups),
    }
    return render(request, "apidocs/index.html", context)
