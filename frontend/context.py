"""The context processor `site`: what every page needs of navigation, account and notice."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import get_language

from frontend import navigation
from frontend.home.figures import catalogue_figures
from frontend.waiting import waiting_counts


class Site:
    """Read by templates as `site.nav`, `site.layout`, `site.language`; asks the database only if asked."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.user = getattr(request, "user", None)
        self.company = getattr(request, "company", None) or None  # lazy objects that may hold None
        self.membership = getattr(request, "membership", None) or None
        self.is_known = bool(self.user and self.user.is_authenticated)
        self.layout = "frontend/layouts/desk.html" if self.is_known else "frontend/layouts/public.html"
        self.language = "en" if (get_language() or "vi").startswith("en") else "vi"
        self.other_language = "vi" if self.language == "en" else "en"
        self.debug = settings.DEBUG

    @cached_property
    def nav(self) -> list[navigation.Item]:
        if self.user is None:
            return []
        counts = waiting_counts(self.request) if self.is_known else {}
        return navigation.items(self.request, counts)

    @property
    def beyond_count(self) -> int:
        """What waits behind the phone's "more"."""
        return sum(item.count for item in self.nav if item.beyond)

    @property
    def account_pages(self) -> list[tuple[str, object, str]]:
        """Address, label and icon of the account's own pages that exist."""
        found = []
        for entry in (navigation.PROFILE, navigation.TOKENS):
            if url := navigation.page(entry.name):
                found.append((url, entry.label, entry.icon))
        return found

    @property
    def pages(self) -> dict[str, str]:
        """Addresses of pages of other areas, by name, where they exist: `{{ site.pages.sign_in }}`."""
        names = {
            "catalogue": "catalogue:product-list",
            "open_needs": "needs:open-list",
            "sign_in": "accounts:sign-in",
            "sign_up": "accounts:sign-up",
            "sign_out": "accounts:sign-out",
            "company_choose": "accounts:company-choose",
            "api_docs": "api-docs",
        }
        return {key: navigation.page(name) for key, name in names.items()}

    @property
    def market_is_simulated(self) -> bool:
        """Whether any company in this catalogue is made up; every page's foot says so then."""
        return catalogue_figures().has_simulated


def site(request: HttpRequest) -> dict[str, Any]:
    """Adds `site`."""
    return {"site": SimpleLazyObject(lambda: Site(request))}
