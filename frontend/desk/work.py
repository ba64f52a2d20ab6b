"""What "My work" shows a buyer, a supplier, an agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from companies.enums import ImportStatus, Verification
from companies.models import CatalogueImport, Certification, Company, Membership, Product
from frontend import navigation
from frontend.needlist import NeedCard, need_card, need_cards
from frontend.waiting import waiting_for_agency, waiting_invitations
from matching.enums import MatchState
from matching.services.fitting import FittingNeed, needs_that_fit
from tenders.enums import InvitationStatus, NeedStatus
from tenders.models import Invitation, SourcingNeed

EXPIRY_DAYS = 90
SHOWN = 8
SHOWN_FITS = 4


@dataclass(frozen=True, slots=True)
class BuyerNeed:
    """A need of ours with what waits in it."""

    need: SourcingNeed
    card: NeedCard
    matches_url: str
    edit_url: str
    saved: int
    invited: int
    will_quote: int
    declined: int
    unopened: int

    @property
    def is_draft(self) -> bool:
        return bool(self.need.status == NeedStatus.DRAFT)


@dataclass(frozen=True, slots=True)
class InvitationToAnswer:
    invitation: Invitation
    buyer: Company
    card: NeedCard
    url: str


@dataclass(frozen=True, slots=True)
class Expiry:
    """A star or certificate that ends within the next 90 days, or has ended."""

    product: str
    what: str
    stars: int
    until: date
    url: str
    is_over: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of thing that waits for the agency's decision."""

    label: Any
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class AgencyWork:
    waiting: Sequence[Waiting]
    unclaimed: int
    imports: Sequence[CatalogueImport]


WAITING_LABELS = {
    "ratings": _("star ratings"),
    "certificates": _("certificates"),
    "companies": _("companies to confirm"),
    "claims": _("companies claimed"),
}


def buyer_needs(user: Any, company: Company) -> list[BuyerNeed]:
    """Our drafts and published needs, soonest deadline first; a constant number of queries."""
    needs = (
        SourcingNeed.objects.owned_by(user)
        .filter(company=company, status__in=[NeedStatus.DRAFT, NeedStatus.PUBLISHED])
        .select_related("delivery_province", "market")
        .prefetch_related("lines__months", "lines__hs", "lines__product_set")
        .annotate(
            saved=Count("lines__matches", filter=Q(lines__matches__state=MatchState.SAVED), distinct=True),
            invited=Count(
                "invitations", filter=~Q(invitations__status=InvitationStatus.REVOKED), distinct=True
            ),
            will_quote=Count(
                "invitations", filter=Q(invitations__status=InvitationStatus.ACCEPTED), distinct=True
            ),
            declined=Count(
                "invitations", filter=Q(invitations__status=InvitationStatus.DECLINED), distinct=True
            ),
            unopened=Count("invitations", filter=Q(invitations__status=InvitationStatus.SENT), distinct=True),
        )
        .order_by("-status", F("quote_deadline").asc(nulls_last=True), "-created_at")
    )
    return [
        BuyerNeed(
            need=need,
            card=need_card(need),
            matches_url=navigation.page("matches:need-matches", need.pk),
            edit_url=navigation.page("needs:need-edit", need.pk),
            saved=need.saved,
            invited=need.invited,
            will_quote=need.will_quote,
            declined=need.declined,
            unopened=need.unopened,
        )
        for need in needs[:SHOWN]
    ]


def invitations_to_answer(user: Any, company: Company) -> list[InvitationToAnswer]:
    """Invitations that can still be answered, soonest deadline first; the invited may know the buyer."""
    rows = (
        waiting_invitations(user, company)
        .select_related("need__company", "need__delivery_province", "need__market")
        .prefetch_related("need__lines__months", "need__lines__hs", "need__lines__product_set")
        .order_by(F("need__quote_deadline").asc(nulls_last=True), "created_at")
    )
    return [
        InvitationToAnswer(
            invitation=row,
            buyer=row.need.company,
            card=need_card(row.need),
            url=navigation.page("invitations:invitation-detail", row.pk),
        )
        for row in rows[:SHOWN]
    ]


def expiries(company: Company, *, today: date) -> list[Expiry]:
    """Stars and certificates of ours that end within 90 days or ended in the last 90, soonest first."""
    window = (today - timedelta(days=EXPIRY_DAYS), today + timedelta(days=EXPIRY_DAYS))
    products = Product.objects.filter(company=company, published=True, stars_valid_until__range=window)
    found = [
        Expiry(
            product=product.name,
            what="",
            stars=product.stars or 0,
            until=product.stars_valid_until,
            url=navigation.page("supplier:product-edit", product.pk),
            is_over=bool(product.stars_valid_until and product.stars_valid_until < today),
        )
        for product in products
    ]
    certificates = (
        Certification.objects.filter(company=company, valid_to__range=window)
        .exclude(status=Verification.REJECTED)
        .select_related("scheme", "product")
    )
    found += [
        Expiry(
            product=row.product.name if row.product else "",
            what=row.scheme.short_name or row.scheme.name,
            stars=0,
            until=row.valid_to,
            url=navigation.page("proofs:proof-list"),
            is_over=bool(row.valid_to and row.valid_to < today),
        )
        for row in certificates
    ]
    return sorted(found, key=lambda one: one.until)


def agency_work(user: Any, company: Company | None) -> AgencyWork:
    """The queue of an agency, or for staff of the whole country."""
    overseen = Company.objects.overseen_by(user)
    waiting = [
        Waiting(WAITING_LABELS[kind], rows.count(), navigation.page("verification:queue-of", kind))
        for kind, rows in waiting_for_agency(user).items()
    ]
    imports: QuerySet[CatalogueImport] = CatalogueImport.objects.visible_to(user).exclude(
        status=ImportStatus.FAILED
    )
    if company is not None:
        imports = imports.filter(company=company)
    return AgencyWork(
        waiting=waiting,
        unclaimed=overseen.suppliers()
        .filter(~Exists(Membership.objects.active().filter(company=OuterRef("pk"))))
        .count(),
        imports=list(imports.order_by("-created_at")[:4]),
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """An open need that one of our products fits."""

    card: NeedCard
    covered: float | None  # share of the asked quantities; None: our capacity is not stated
    score: float


def fitting_needs(user: Any, company: Company) -> list[Fit]:
    """The open needs that our products fit best. Slower than a page should be: asked for on its own."""
    found = needs_that_fit(company=company, user=user, near=False)
    best: dict[UUID, FittingNeed] = {}
    for one in found:
        best.setdefault(one.line.need_id, one)
        if len(best) == SHOWN_FITS:
            break
    needs = SourcingNeed.objects.visible_to(user).filter(pk__in=best)
    cards = {card.need_id: card for card in need_cards(needs)}
    return [
        Fit(card=cards[key], covered=one.covered, score=one.score)
        for key, one in best.items()
        if key in cards
    ]
