"""The site: one line an area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("frontend.home.urls")),
    path("desk/", include("frontend.desk.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
    path("verification/", include("frontend.verification.urls")),
    path("proofs/", include("frontend.proofs.urls")),
    # Each area: path("<area>/", include("frontend.<area>.urls")), app_name set in its urls.py.
]
