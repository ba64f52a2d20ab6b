"""The site: one line an area."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, path
from django.urls import include as django_include


def include(module: str) -> tuple[list[object], str | None, str | None]:
    """Django's, or nothing while the module is still to be written."""
    return django_include(module) if find_spec(module) else ([], None, None)  # type: ignore[return-value]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("frontend.home.urls")),
    path("desk/", include("frontend.desk.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
    path("verification/", include("frontend.verification.urls")),
    path("proofs/", include("frontend.proofs.urls")),
    # Each area: path("<area>/", include("frontend.<area>.urls")), app_name set in its urls.py.
]
