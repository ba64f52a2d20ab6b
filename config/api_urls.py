"""Everything under /api/v1/: one line an area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("companies.api.people")),
    path("", include("matching.api.urls")),
    path("", include("companies.api.proofs")),
    path("", include("tenders.api.urls")),
]
