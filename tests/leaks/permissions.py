"""Who may what: every route of the project, with those who are let in when its row is the buyer's or the supplier's.

A new route must be declared here. `reads`: who is let in with GET (None: the route does not answer GET). `acts`: the
same for POST, PUT, PATCH and DELETE, by method where they differ. The bodies that are sent are empty, or what
`BODIES` holds where the view looks at the body before it looks at the person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.leaks.world import ROLES, World

Who = frozenset[str]
ALL: Who = frozenset(ROLES)
SIGNED: Who = ALL - {"visitor"}
NOBODY: Who = frozenset()
WRITERS: Who = SIGNED - {"buyer_viewer", "supplier_viewer"}  # each for their own company


def who(names: str) -> Who:
    """A set of roles from their names."""
    roles = frozenset(names.split())
    assert roles <= ALL, roles - ALL
    return roles


STAFF = who("staff")
BUYER = who("buyer staff")
BUYER_READS = who("buyer buyer_viewer staff")
BUYERS = who("buyer rival_buyer")
SUPPLIER = who("supplier staff")
SUPPLIER_READS = who("supplier supplier_viewer staff")
SUPPLIERS = who("supplier rival_supplier")
SUPPLIERS_READ = who("supplier supplier_viewer rival_supplier")
OVERSEERS = who("agency ministry staff")
AGENCIES = who("agency other_agency ministry staff")
WITH_OVERSEERS = SUPPLIER | OVERSEERS
READ_WITH_OVERSEERS = SUPPLIER_READS | OVERSEERS
LAB = READ_WITH_OVERSEERS | BUYER_READS | who("rival_buyer")
NEED_SHOWN = ALL - {"visitor", "rival_buyer"}  # a need for verified suppliers and agencies
INVITED = who("supplier supplier_viewer")


@dataclass(frozen=True)
class Route:
    reads: Who | None = None
    acts: Who | None = None
    by_method: dict[str, Who] = field(default_factory=dict)

    def may(self, method: str) -> Who | None:
        if method == "GET":
            return self.reads
        return self.by_method.get(method, self.acts)


def reads(roles: Who) -> Route:
    return Route(reads=roles)


def acts(roles: Who) -> Route:
    return Route(acts=roles)


PERMISSIONS: dict[str, Route] = {
    # -- the API --------------------------------------------------------------------------------------------
    "healthz": Route(ALL, ALL),
    "schema": reads(ALL),
    "api-docs": reads(ALL),
    "auth-code": acts(ALL),
    "auth-token": acts(ALL),
    "me": Route(SIGNED, SIGNED),
    "me-export": reads(SIGNED),
    "token-list": Route(SIGNED, SIGNED),
    "token-detail": acts(who("supplier")),
    "notification-list": reads(SIGNED),
    "notification-read": acts(who("supplier")),
    "notification-read-all": acts(SIGNED),
    "member-list": reads(SUPPLIER_READS),
    "member-detail": Route(None, SUPPLIER, {"DELETE": SUPPLIER_READS}),  # the row is the viewer's: one may leave
    "member-invitation-list": Route(SUPPLIER_READS, SUPPLIER),
    "member-invitation-detail": acts(SUPPLIER),
    "member-invitation-accept": acts(NOBODY),  # the link is not a link
    "company-claims": acts(SIGNED),
    "claim-list": reads(SIGNED),
    "claim-detail": reads(OVERSEERS),
    "claim-confirm": acts(OVERSEERS),
    "claim-refuse": acts(OVERSEERS),
    "need-list": Route(SIGNED, BUYERS),
    "need-detail": Route(BUYER_READS, BUYER),
    "need-check": reads(BUYER_READS),
    "need-publish": acts(BUYER),
    "need-close": acts(BUYER),
    "need-cancel": acts(BUYER),
    "need-duplicate": acts(BUYER),
    "need-amend": acts(BUYER),
    "need-amendments": reads(BUYER_READS),
    "need-ceiling": acts(BUYER),
    "need-import-lines": acts(BUYER),
    "need-invitations": Route(BUYER_READS, BUYER),
    "need-invitation-revoke": acts(BUYER),
    "need-matches": reads(BUYER_READS),
    "need-match-save": acts(BUYER),
    "need-match-dismiss": acts(BUYER),
    "need-match-restore": acts(BUYER),
    "need-match-invite": acts(BUYER),
    "my-fitting-needs": reads(SIGNED),
    "match-count": reads(SIGNED),
    "ranker-info": reads(SIGNED),
    "open-need-list": reads(ALL),
    "open-need-detail": reads(NEED_SHOWN),
    "open-need-amendments": reads(NEED_SHOWN),
    "open-need-receives": reads(NEED_SHOWN),
    "invitation-list": reads(SIGNED),
    "invitation-detail": reads(INVITED),
    "invitation-open": acts(INVITED),
    "invitation-answer": acts(who("supplier")),
    "verification-queue": reads(SIGNED),
    "rating-list": Route(ALL, WITH_OVERSEERS),
    "rating-detail": Route(ALL, WITH_OVERSEERS),
    "rating-confirm": acts(who("agency staff")),
    "rating-refuse": acts(who("agency staff")),
    "certification-list": Route(ALL, WITH_OVERSEERS),
    "certification-detail": Route(ALL, WITH_OVERSEERS),
    "certification-confirm": acts(OVERSEERS),
    "certification-refuse": acts(OVERSEERS),
    "lab-report-list": Route(SIGNED, WITH_OVERSEERS),
    "lab-report-detail": Route(LAB, WITH_OVERSEERS),
    "product-list": Route(ALL, SUPPLIER),
    "product-export": reads(ALL),
    "product-facets": reads(ALL),
    "product-detail": Route(ALL, SUPPLIER),
    "product-publish": acts(SUPPLIER),
    "product-unpublish": acts(SUPPLIER),
    "product-photos": acts(SIGNED),  # the file is asked for first: tests/leaks/test_files.py
    "product-photo": acts(SUPPLIER),
    "product-price-tiers": acts(SUPPLIER),
    "product-capacity": Route(ALL, SUPPLIER),
    "product-capacity-check": acts(OVERSEERS),
    "product-capacity-statement": reads(READ_WITH_OVERSEERS),
    "product-capacity-confirm": acts(SUPPLIER),
    "product-capacity-month": acts(SUPPLIER),
    "document-list": Route(SIGNED, SIGNED),  # the file is asked for first: tests/leaks/test_files.py
    "document-detail": reads(READ_WITH_OVERSEERS),
    "document-file": reads(READ_WITH_OVERSEERS),
    "document-photo": reads(ALL),
    "company-list": reads(ALL),
    "company-detail": Route(ALL, SUPPLIER),
    "import-list": Route(SIGNED, SIGNED),  # the file is asked for first
    "import-detail": reads(who("agency staff")),
    "import-check": acts(who("agency staff")),
    "import-mapping": acts(who("agency staff")),
    "import-write": acts(who("agency staff")),
    "import-rejected": reads(who("agency staff")),
    **{
        f"reference-{name}": reads(ALL)
        for name in (
            "provinces", "communes", "product-sets", "schemes", "markets", "units", "hs-codes", "incoterms"
        )
    },
    # -- the site -------------------------------------------------------------------------------------------
    "admin:*": Route(STAFF, STAFF),
    "set_language": Route(ALL, ALL),
    "home:index": reads(ALL),
    "home:more": reads(ALL),
    "home:language-set": acts(ALL),
    "desk:home": reads(SIGNED),
    "desk:fits": reads(SUPPLIERS_READ),
    "styleguide:index": Route(STAFF, STAFF),
    "catalogue:product-list": reads(ALL),
    "catalogue:product-export": reads(ALL),
    "catalogue:product-detail": reads(ALL),
    "catalogue:company-list": reads(ALL),
    "catalogue:company-detail": reads(ALL),
    "catalogue:photo": reads(ALL),
    "catalogue:document": reads(READ_WITH_OVERSEERS),
    "supplier:product-list": reads(SIGNED - STAFF),  # one's own, maybe none
    "supplier:product-create": Route(SIGNED - STAFF - who("buyer_viewer supplier_viewer"),
                                     SIGNED - STAFF - who("buyer_viewer supplier_viewer")),
    "supplier:product-edit": Route(SUPPLIER, SUPPLIER),
    "supplier:product-prices": acts(SUPPLIER),
    "supplier:product-publish": acts(SUPPLIER),
    "supplier:product-delete": acts(SUPPLIER),
    "supplier:photo-add": acts(SUPPLIER),
    "supplier:photo-remove": acts(SUPPLIER),
    "supplier:photo-first": acts(SUPPLIER),
    "supplier:capacity": reads(READ_WITH_OVERSEERS),
    "supplier:capacity-state": Route(SUPPLIER, SUPPLIER),
    "supplier:capacity-correct": acts(SUPPLIER),
    "supplier:capacity-check": acts(READ_WITH_OVERSEERS),  # its own people are told why not: test_viewers.py
    "supplier:capacity-confirm": Route(SUPPLIER, SUPPLIER),
    "needs:need-list": reads(SIGNED),
    "needs:open-list": reads(ALL),
    "needs:need-create": reads(BUYERS),
    "needs:need-detail": reads(NEED_SHOWN),
    "needs:need-edit": Route(BUYER, BUYER),
    "needs:need-autosave": acts(BUYER),
    "needs:need-review": reads(BUYER),
    "needs:need-import": Route(BUYER, BUYER),
    "needs:need-publish": acts(BUYER),
    "needs:need-amend": Route(BUYER, BUYER),
    "needs:need-ceiling": acts(BUYER),
    "needs:need-close": Route(BUYER, BUYER),
    "needs:need-cancel": Route(BUYER, BUYER),
    "needs:need-duplicate": acts(BUYER),
    "needs:need-delete": acts(BUYER),
    "invitations:invitation-list": reads(SIGNED),
    "invitations:invitation-detail": reads(INVITED),
    "invitations:invitation-answer": Route(ALL, INVITED),  # GET only leads to the page; a viewer is told why not
    "invitations:invitation-revoke": acts(BUYER_READS),  # a viewer is told why not: test_viewers.py
    "invitations:need-invitations": Route(BUYER_READS, BUYER),
    "matches:fit": reads(SIGNED),
    "matches:need-matches": reads(BUYER_READS),
    "matches:match-save": acts(BUYER),
    "matches:match-dismiss": acts(BUYER),
    "matches:match-restore": acts(BUYER),
    "matches:match-invite": acts(BUYER),
    "matches:invite-saved": acts(BUYER),
    "matches:match-open": reads(BUYER_READS),
    "verification:queue": Route(AGENCIES, AGENCIES),
    "verification:queue-of": Route(AGENCIES, AGENCIES),
    "verification:item": Route(OVERSEERS, OVERSEERS),
    "proofs:proof-list": Route(SUPPLIERS_READ, SUPPLIERS_READ),
    "proofs:proof-add": Route(SUPPLIERS, SUPPLIERS),
    "proofs:proof-edit": Route(who("supplier"), who("supplier")),
    "proofs:proof-delete": acts(INVITED),  # a viewer is told why not: test_viewers.py
    "accounts:sign-in": Route(ALL, ALL),
    "accounts:sign-up": Route(ALL, ALL),
    "accounts:sign-out": acts(ALL),
    "accounts:code": Route(ALL, ALL),
    "accounts:code-again": acts(ALL),
    "accounts:profile": Route(SIGNED, SIGNED),
    "accounts:sessions-end": acts(SIGNED),
    "accounts:data-export": reads(SIGNED),
    "accounts:account-delete": Route(SIGNED, SIGNED),
    "accounts:company-choose": Route(SIGNED, SIGNED),
    "accounts:company-create": Route(SIGNED, SIGNED),
    "accounts:company-edit": Route(SIGNED, WRITERS),
    "accounts:company-ask": acts(SIGNED - STAFF),
    "accounts:claim-search": reads(SIGNED),
    "accounts:claim-make": Route(SIGNED, SIGNED),
    "accounts:member-list": Route(SIGNED, WRITERS),
    "accounts:member-change": acts(SUPPLIER_READS),  # a viewer is told why not: test_viewers.py
    "accounts:member-revoke": acts(SUPPLIER_READS),
    "accounts:invitation-revoke": acts(SUPPLIER),
    "accounts:membership-join": Route(NOBODY, NOBODY),  # without the link
    "accounts:token-list": Route(SIGNED, SIGNED),
    "accounts:token-revoke": acts(who("supplier")),
    "accounts:notification-list": reads(SIGNED),
    "accounts:notification-open": acts(who("supplier")),
    "accounts:notification-read-all": acts(SIGNED),
    "imports:import-list": Route(AGENCIES | SUPPLIERS, AGENCIES | SUPPLIERS),  # one's own, maybe none
    "imports:import-detail": reads(who("agency staff")),
    "imports:import-progress": reads(who("agency staff")),
    "imports:import-map": acts(who("agency staff")),
    "imports:import-write": acts(who("agency staff")),
    "imports:import-rejected": reads(who("agency staff")),
    "link-open": reads(NOBODY),  # a link that is none
}  # fmt: skip

Body = Callable[[World], dict[str, Any]]
_MATCH: Body = lambda w: {"line": str(w.line.pk), "product": str(w.product.pk), "reason": "distance"}  # noqa: E731
_REASON: Body = lambda w: {"note": "Vì thế", "reason": "Vì thế"}  # noqa: E731
BODIES: dict[str, Body] = {
    "member-detail": lambda w: {"role": "viewer"},
    "member-invitation-list": lambda w: {"address": "them@bensong.example", "role": "viewer"},
    "member-invitation-accept": lambda w: {"link": "khong-phai-lien-ket"},
    "claim-refuse": _REASON,
    "rating-refuse": _REASON,
    "certification-refuse": _REASON,
    "rating-list": lambda w: {"product": str(w.product.pk), "stars": 3},
    "certification-list": lambda w: {"company": str(w.supplier_company.pk), "scheme": "haccp_codex"},
    "lab-report-list": lambda w: {
        "product": str(w.product.pk), "lot": "2", "parameter": "pH", "result": "4", "laboratory": "Q",
        "tested_on": "2026-01-01",
    },
    "product-list": lambda w: {"company": str(w.supplier_company.pk), "name_vi": "Nhãn", "unit": "KGM"},
    "product-detail": lambda w: {"name_vi": "Nhãn", "unit": "KGM"},
    "product-price-tiers": lambda w: {"tiers": []},
    "product-capacity": lambda w: {"method": "monthly", "months": [{"month": "2027-08", "quantity": "5"}]},
    "product-capacity-month": lambda w: {"stated": "5", "reason": "Mưa đá"},
    "invitation-answer": lambda w: {"answer": "decline"},
    "need-amend": _REASON,
    "need-cancel": _REASON,
    "need-close": _REASON,
    "need-ceiling": lambda w: {"line": str(w.line.pk), "ceiling_price": "1"},
    "need-import-lines": lambda w: {"text": "Sản phẩm\tTháng 8\nNhãn\t5"},
    "need-invitations": lambda w: {"company": w.rival_company.code},
    "import-mapping": lambda w: {"sheets": {}},
    **{f"need-match-{act}": _MATCH for act in ("save", "dismiss", "restore", "invite")},
    **{f"matches:match-{act}": _MATCH for act in ("save", "dismiss", "restore", "invite")},
    "matches:invite-saved": _MATCH,
    "invitations:need-invitations": lambda w: {"company": w.rival_company.code},
}  # fmt: skip
