"""The site: one line an area."""

from __future__ import annotations

import sys
from typing import Any

from django.urls import URLPattern, URLResolver, path
from django.urls import include as django_include

from frontend.accounts.members import link_open


def include(module: str) -> tuple[Any, str | None, str | None]:
    """Django's; a module that cannot be imported yet is named on stderr and left out."""
    try:
        return django_include(module)
    except ImportError as error:
        sys.stderr.write(f"frontend.urls: {module} left out: {error}\n")
        return [], None, None


urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("frontend.home.urls")),
    path("desk/", include("frontend.desk.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
    path("catalogue/", include("frontend.catalogue.urls")),
    path("my/", include("frontend.supplier.urls")),
    path("needs/", include("frontend.needs.urls")),
    path("invitations/", include("frontend.invitations.urls")),
    path("matches/", include("frontend.matches.urls")),
    path("verification/", include("frontend.verification.urls")),
    path("proofs/", include("frontend.proofs.urls")),
    path("accounts/", include("frontend.accounts.urls")),
    path("l/<str:signed>/", link_open, name="link-open"),
    path("imports/", include("frontend.imports.urls")),
    # Each area: path("<area>/", include("frontend.<area>.urls")), app_name set in its urls.py.
]
