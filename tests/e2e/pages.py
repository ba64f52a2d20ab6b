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
    Page("matches:need-matches", "buyer", lambda world: {"pk": world.need.pk}),
    Page("matches:fit", "supplier"),
    Page("proofs:proof-list", "supplier"),
    Page("proofs:proof-add", "supplier", lambda world: {"kind": "certificate"}),
    Page("proofs:proof-add", "supplier", lambda world: {"kind": "rating"}),
    Page("proofs:proof-add", "supplier", lambda world: {"kind": "lab-report"}),
    Page("proofs:proof-edit", "supplier", lambda world: {"kind": "certificate", "pk": world.certificate.pk}),
    Page("verification:queue", "agency"),
    Page("verification:queue-of", "agency", lambda world: {"kind": "claims"}),
    Page("verification:item", "agency", lambda world: {"kind": "ratings", "pk": world.rating.pk}),
    Page("verification:item", "agency", lambda world: {"kind": "certificates", "pk": world.certificate.pk}),
    Page("verification:item", "agency", lambda world: {"kind": "claims", "pk": world.claim.pk}),
    Page("accounts:sign-in"),
    Page("accounts:sign-up"),
    Page("accounts:profile", "supplier"),
    Page("accounts:account-delete", "newcomer"),
    Page("accounts:company-choose", "buyer"),
    Page("accounts:company-create", "newcomer"),
    Page("accounts:company-edit", "supplier"),
    Page("accounts:claim-search", "newcomer"),
    Page("accounts:claim-make", "newcomer", lambda world: {"code": world.unclaimed.code}),
    Page("accounts:member-list", "buyer"),
    Page("accounts:token-list", "buyer"),
    Page("accounts:notification-list", "supplier"),
    Page("catalogue:product-list"),
    Page("catalogue:product-list", "buyer", query="?q=long+nhan"),
    Page("catalogue:product-list", query="?q=khong-co-gi"),
    Page("catalogue:product-detail", "", lambda world: {"pk": world.product.pk}),
    Page("catalogue:product-detail", "buyer", lambda world: {"pk": world.product.pk}),
    Page("catalogue:company-list"),
    Page("catalogue:company-detail", "", lambda world: {"code": world.supplier_company.code}),
    Page("supplier:product-list", "supplier"),
    Page("supplier:product-create", "supplier"),
    Page("supplier:product-edit", "supplier", lambda world: {"pk": world.product.pk}),
    Page("supplier:capacity", "supplier", lambda world: {"pk": world.product.pk}),
    Page("supplier:capacity-state", "supplier", lambda world: {"pk": world.product.pk, "method": "season"}),
    Page("supplier:capacity-state", "supplier", lambda world: {"pk": world.product.pk, "method": "monthly"}),
    Page("needs:need-list", "buyer"),
    Page("needs:open-list"),
    Page("needs:open-list", "supplier"),
    Page("needs:need-create", "buyer"),
    Page("needs:need-detail", "buyer", lambda world: {"pk": world.need.pk}),
    Page("needs:need-detail", "supplier", lambda world: {"pk": world.need.pk}),
    Page("needs:need-detail", "", lambda world: {"pk": world.public_need.pk}),
    Page("needs:need-edit", "buyer", lambda world: {"pk": world.draft.pk}),
    Page("needs:need-review", "buyer", lambda world: {"pk": world.draft.pk}),
    Page("needs:need-import", "buyer", lambda world: {"pk": world.draft.pk}),
    Page("needs:need-amend", "buyer", lambda world: {"pk": world.need.pk}),
    Page("imports:import-list", "agency"),
    Page("imports:import-detail", "agency", lambda world: {"pk": world.catalogue_import.pk}),
    Page("invitations:invitation-list", "supplier"),
    Page("invitations:invitation-detail", "supplier", lambda world: {"pk": world.invitation.pk}),
    Page("invitations:need-invitations", "buyer", lambda world: {"pk": world.need.pk}),
]
# Routes that answer with something else than a page: acts, parts of pages, downloads, redirects.
NOT_PAGES = {
    "home:language-set": "act",
    "desk:fits": "part of the desk",
    "matches:match-save": "act",
    "matches:match-dismiss": "act",
    "matches:match-restore": "act",
    "matches:match-invite": "act",
    "matches:invite-saved": "act",
    "matches:match-open": "records the opening and leads to the product",
    "proofs:proof-delete": "act",
    "needs:need-autosave": "act",
    "needs:need-publish": "act",
    "needs:need-ceiling": "act",
    "needs:need-close": "act",
    "needs:need-cancel": "act",
    "needs:need-duplicate": "act",
    "needs:need-delete": "act",
    "imports:import-progress": "part of the import's page",
    "imports:import-map": "act",
    "imports:import-write": "act",
    "imports:import-rejected": "download",
    "invitations:invitation-answer": "act",
    "invitations:invitation-revoke": "act",
    "accounts:sign-out": "act",
    "accounts:code": "the second step of signing in",
    "accounts:code-again": "act",
    "accounts:sessions-end": "act",
    "accounts:data-export": "download",
    "accounts:company-ask": "act",
    "accounts:member-change": "act",
    "accounts:member-revoke": "act",
    "accounts:invitation-revoke": "act",
    "accounts:membership-join": "opened by a link in a message",
    "accounts:token-revoke": "act",
    "accounts:notification-open": "leads on",
    "accounts:notification-read-all": "act",
    "link-open": "leads on to the task of a link",
    "catalogue:product-export": "download",
    "catalogue:photo": "file",
    "catalogue:document": "file",
    "supplier:product-prices": "act",
    "supplier:photo-add": "act",
    "supplier:photo-remove": "act",
    "supplier:photo-first": "act",
    "supplier:product-publish": "act",
    "supplier:product-delete": "act",
    "supplier:capacity-correct": "act",
    "supplier:capacity-check": "act",
    "supplier:capacity-confirm": "shown after stating a capacity",
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


def people() -> list[str]:
    return sorted({page.who for page in PAGES})


def pages_of(who: str) -> list[Page]:
    return [page for page in PAGES if page.who == who]
