"""Everything under /api/v1/: one line an area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("companies.api.people")),
    path("", include("matching.api.urls")),
    path("", include("companies.api.proofs")),
    path("", include("tenders.api.urls")),
    path("", include("companies.api.products")),
    path("", include("companies.api.capacity")),
    path("", include("companies.api.documents")),
    path("", include("companies.api.companies")),
    path("", include("companies.api.reference")),
    path("", include("companies.api.imports")),
]
