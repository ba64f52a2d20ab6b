"""What the address of each route names: rows of the buyer and of the supplier of the world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import NoReverseMatch, reverse

from tests.leaks.world import World

Arguments = Callable[[World], dict[str, Any]]


def _pk(name: str, key: str = "pk") -> Arguments:
    return lambda world: {key: world.rows[name].pk}


def _company(name: str = "supplier_company", **more: str) -> Arguments:
    return lambda w: {"company_id": w.rows[name].pk, **{k: w.rows[row].pk for k, row in more.items()}}


def _product(**more: Any) -> Arguments:
    return lambda w: {"product_id": w.product.pk, **{k: v(w) for k, v in more.items()}}


def _kind(kind: str, row: str = "") -> Arguments:
    return lambda w: {"kind": kind, **({"pk": w.rows[row].pk} if row else {})}


# By the beginning of the name, the longest that fits; what stands nowhere has no arguments.
ARGUMENTS: dict[str, Arguments] = {
    "token-detail": _pk("token"),
    "notification-read": _pk("notification"),
    "notification-read-all": lambda w: {},
    "member-list": _company(),
    "member-detail": _company(pk="colleague"),
    "member-invitation-list": _company(),
    "member-invitation-detail": _company(pk="member_invitation"),
    "company-claims": _company("claimed"),
    "claim-": _pk("claim"),
    "rating-": _pk("rating"),
    "certification-": _pk("certification"),
    "lab-report-": _pk("lab_report"),
    "need-": _pk("need"),
    "need-publish": _pk("draft"),
    "need-check": _pk("draft"),
    "need-import-lines": _pk("draft"),
    "need-invitation-revoke": lambda w: {"pk": w.need.pk, "invitation": w.invitation.pk},
    "open-need-": _pk("need"),
    "invitation-": _pk("invitation"),
    "product-detail": _pk("product"),
    "product-photos": _pk("product"),
    "product-price-tiers": _pk("product"),
    "product-publish": _pk("product"),
    "product-unpublish": _pk("product"),
    "product-photo": lambda w: {"pk": w.product.pk, "photo_id": w.photo.pk},
    "product-export": lambda w: {"fmt": "csv"},
    "product-facets": lambda w: {},
    "product-capacity": _product(),
    "product-capacity-check": _product(),
    "product-capacity-month": _product(month=lambda w: "2027-08"),
    "product-capacity-statement": _product(statement_id=lambda w: w.statement.pk),
    "product-capacity-confirm": _product(statement_id=lambda w: w.statement.pk),
    "document-": _pk("document"),
    "document-photo": lambda w: {"pk": w.photo.document_id},
    "company-": _pk("supplier_company"),
    "import": _pk("import"),
    "catalogue:product-export": lambda w: {"fmt": "xlsx"},
    "catalogue:product-detail": _pk("product"),
    "catalogue:company-detail": lambda w: {"code": w.supplier_company.code},
    "catalogue:photo": lambda w: {"pk": w.photo.document_id},
    "catalogue:document": _pk("document"),
    "supplier:": _pk("product"),
    "supplier:product-list": lambda w: {},
    "supplier:product-create": lambda w: {},
    "supplier:photo-": _pk("photo"),
    "supplier:photo-add": _pk("product"),
    "supplier:capacity-state": lambda w: {"pk": w.product.pk, "method": "season"},
    "supplier:capacity-confirm": _pk("statement"),
    "needs:need-": _pk("need"),
    "needs:need-list": lambda w: {},
    "needs:need-create": lambda w: {},
    "needs:need-edit": _pk("draft"),
    "needs:need-autosave": _pk("draft"),
    "needs:need-review": _pk("draft"),
    "needs:need-import": _pk("draft"),
    "needs:need-publish": _pk("draft"),
    "needs:need-delete": _pk("draft"),
    "needs:need-ceiling": lambda w: {"pk": w.need.pk, "line": w.line.pk},
    "invitations:": _pk("invitation"),
    "invitations:invitation-list": lambda w: {},
    "invitations:need-invitations": _pk("need"),
    "matches:": _pk("need"),
    "matches:fit": lambda w: {},
    "matches:match-open": lambda w: {"pk": w.need.pk, "line": w.line.pk, "product": w.product.pk},
    "verification:queue-of": _kind("claims"),
    "verification:item": _kind("claims", "claim"),
    "proofs:proof-add": _kind("certificate"),
    "proofs:": _kind("certificate", "certification"),
    "proofs:proof-list": lambda w: {},
    "accounts:claim-make": lambda w: {"code": w.claimed.code},
    "accounts:member-": _pk("colleague"),
    "accounts:member-list": lambda w: {},
    "accounts:invitation-revoke": _pk("member_invitation"),
    "accounts:membership-join": _pk("member_invitation"),
    "accounts:token-revoke": _pk("token"),
    "accounts:notification-open": _pk("notification"),
    "imports:": _pk("import"),
    "link-open": lambda w: {"signed": "not-a-signed-link"},
}
# What a route must be asked to answer at all.
QUERIES = {
    "open-need-receives": "?price=350000",
    "match-count": "?product_words=long+nhan",
    "reference-communes": "?province=33",
}


def address_of(name: str, world: World) -> str:
    """The route's address in this world."""
    if name == "admin:*":
        return "/admin/"
    for length in range(len(name), 0, -1):
        arguments = ARGUMENTS.get(name[:length])
        if arguments is not None:
            break
    else:
        arguments = lambda world: {}  # noqa: E731
    for kwargs in (arguments(world), {}):
        try:
            return reverse(name, kwargs=kwargs) + QUERIES.get(name, "")
        except NoReverseMatch:
            continue
    raise LookupError(f"{name}: say in tests/leaks/addresses.py which rows its address names.")
