"""Every page of the site, who opens it, and what its address needs. An undeclared route fails a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from companies.models import User
from tests.e2e.world import World

Arguments = Callable[[World], dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """`who` names a person of the world ("" = a visitor)."""

    name: str
    who: str = ""
    arguments: Arguments | None = None
    query: str = ""

    def address(self, world: World) -> str:
        kwargs = self.arguments(world) if self.arguments else {}
        return reverse(self.name, kwargs=kwargs) + self.query

    def user(self, world: World) -> User | None:
        return getattr(world, self.who) if self.who else None


PAGES = [
    Page("home:index"),
    Page("home:index", "buyer"),
    Page("home:more", "supplier"),
    Page("api-docs"),
    Page("styleguide:index", "staff"),
    Page("desk:home", "buyer"),
    Page("desk:home", "supplier"),
    Page("desk:home", "agency"),
    Page("desk:home", "staff"),
    Page("desk:home", "newcomer"),
]
# Routes that answer with something else than a page: acts, parts of pages, downloads, redirects.
NOT_PAGES = {
    "home:language-set": "act",
    "desk:fits": "part of the desk",
}
ADDRESSES_WITHOUT_PAGES = ("admin", "schema", "healthz", "set_language")


def routes() -> Iterator[str]:
    """Names of all HTML routes, with their namespaces."""
    yield from _routes(get_resolver().url_patterns, "", "")


def _routes(patterns: list[Any], space: str, prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if route.startswith(("admin/", "api/", "i18n/", "healthz", "static/", "media/")):
            continue
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _routes(pattern.url_patterns, inner, route)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{space}{pattern.name}"
