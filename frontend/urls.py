"""The site: one line an area."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from frontend.accounts.members import link_open

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
]
