"""The one door through which rows are read: `visible_to(user)` and the other named filters.

Anonymous users are Django's `AnonymousUser`. What one may not see is simply not in the queryset (404, never 403).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from companies.enums import SUPPLIER_KINDS, AgencyLevel, Audience, CompanyKind, Role, Verification

AnyUser = Any  # companies.models.User or AnonymousUser


@dataclass(frozen=True)
class Standing:
    """What a user is, in one query: kept on the user object for the length of a request."""

    is_staff: bool = False
    companies: frozenset[UUID] = frozenset()  # those it acts for
    editable: frozenset[UUID] = frozenset()  # owner or editor
    owned: frozenset[UUID] = frozenset()
    is_verified_buyer: bool = False
    is_verified_supplier: bool = False
    is_agency: bool = False
    is_central: bool = False  # a ministry: every province
    edits_centrally: bool = False  # and as its owner or editor
    provinces: frozenset[str] = frozenset()  # of the agencies it acts for
    editable_provinces: frozenset[str] = frozenset()

    def oversees(self, province_code: str | None) -> bool:
        """Whether it acts for an agency that is responsible for the province."""
        return self.is_central or (province_code is not None and province_code in self.provinces)


def standing_of(user: AnyUser) -> Standing:
    """The standing of a user; one query, remembered on the user object until `forget_standing`."""
    if user is None or isinstance(user, AnonymousUser) or not user.is_active:
        return Standing()
    known = getattr(user, "_standing", None)
    if known is not None:
        return known
    memberships = apps.get_model("companies", "Membership").objects.filter(user=user, revoked_at__isnull=True)
    # A token of one company acts for that company alone, and never as staff.
    only = getattr(user, "only_company_id", None)
    if only is not None:
        memberships = memberships.filter(company_id=only)
    rows = list(
        memberships.values_list(
            "company_id", "role", "company__kind", "company__agency_level", "company__buys", "company__sells",
            "company__verification", "company__mandate",
        )
    )  # fmt: skip
    confirmed = [row for row in rows if row[6] == Verification.CONFIRMED]
    agencies = [row for row in confirmed if row[2] == CompanyKind.AGENCY]
    writers = {Role.OWNER, Role.EDITOR}
    standing = Standing(
        is_staff=bool(user.is_staff) and only is None,
        companies=frozenset(row[0] for row in rows),
        editable=frozenset(row[0] for row in rows if row[1] in writers),
        owned=frozenset(row[0] for row in rows if row[1] == Role.OWNER),
        is_verified_buyer=any(row[4] for row in confirmed),
        is_verified_supplier=any(row[5] for row in confirmed),
        is_agency=bool(agencies),
        is_central=any(row[3] == AgencyLevel.CENTRAL for row in agencies),
        edits_centrally=any(row[3] == AgencyLevel.CENTRAL and row[1] in writers for row in agencies),
        provinces=frozenset(row[7] for row in agencies if row[7]),
        editable_provinces=frozenset(row[7] for row in agencies if row[7] and row[1] in writers),
    )
    user._standing = standing
    return standing


def forget_standing(user: AnyUser) -> None:
    """After a membership changed within the same request or test."""
    if hasattr(user, "_standing"):
        del user._standing


def _listed_company(prefix: str = "") -> Q:
    """Companies of the public catalogue: those that sell and were not rejected."""
    return Q(**{f"{prefix}sells": True, f"{prefix}kind__in": SUPPLIER_KINDS}) & ~Q(
        **{f"{prefix}verification": Verification.REJECTED}
    )


class CompanyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> CompanyQuerySet:
        """The public catalogue's suppliers; one's own companies; for agencies their provinces'; for staff all."""
        standing = standing_of(user)
        if standing.is_staff or standing.is_central:
            return self.all()
        return self.filter(
            _listed_company()
            | Q(pk__in=standing.companies)
            | Q(province_id__in=standing.provinces)
            | Q(kind="agency")
        )

    def suppliers(self) -> CompanyQuerySet:
        return self.filter(_listed_company())

    def editable_by(self, user: AnyUser) -> CompanyQuerySet:
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(pk__in=standing.editable)

    def overseen_by(self, user: AnyUser) -> CompanyQuerySet:
        """Those whose rows the user's agencies may confirm."""
        standing = standing_of(user)
        if standing.is_staff or standing.is_central:
            return self.all()
        return self.filter(province_id__in=standing.provinces)


class MembershipQuerySet(models.QuerySet[Any]):
    def active(self) -> MembershipQuerySet:
        return self.filter(revoked_at__isnull=True, user__is_active=True)

    def visible_to(self, user: AnyUser) -> MembershipQuerySet:
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(company_id__in=standing.companies)


class ProductQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> ProductQuerySet:
        """Published products of listed suppliers; one's own in any state; an agency's provinces'; staff all."""
        standing = standing_of(user)
        if standing.is_staff or standing.is_central:
            return self.all()
        return self.filter(
            (Q(published=True) & _listed_company("company__"))
            | Q(company_id__in=standing.companies)
            | Q(company__province_id__in=standing.provinces)
        )

    def offered(self) -> ProductQuerySet:
        """What may be matched: published products of listed suppliers."""
        return self.filter(Q(published=True) & _listed_company("company__"))

    def editable_by(self, user: AnyUser) -> ProductQuerySet:
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(company_id__in=standing.editable)

    def with_readable_price(self, user: AnyUser) -> ProductQuerySet:
        """Products whose price the user may read: the only ones a price filter or ordering may speak of."""
        return self.filter(audience_filter(user, "price_audience"))

    def with_readable_capacity(self, user: AnyUser) -> ProductQuerySet:
        return self.filter(audience_filter(user, "capacity_audience"))


def audience_filter(user: AnyUser, field: str, prefix: str = "") -> Q:
    """Rows whose price or capacity (`field` on the product at `prefix`) the user may read."""
    standing = standing_of(user)
    if standing.is_staff or standing.is_central:
        return Q()
    allowed = [Audience.PUBLIC, Audience.VERIFIED_BUYERS] if standing.is_verified_buyer else [Audience.PUBLIC]
    return (
        Q(**{f"{prefix}{field}__in": allowed})
        | Q(**{f"{prefix}company_id__in": standing.companies})
        | Q(**{f"{prefix}company__province_id__in": standing.provinces})
    )


class OfProductQuerySet(models.QuerySet[Any]):
    """Rows that belong to a product: ratings (public), and lab reports, statements, commitments (not public)."""

    def visible_to(self, user: AnyUser) -> OfProductQuerySet:
        products = apps.get_model("companies", "Product").objects.visible_to(user)
        return self.filter(product__in=products)

    def private_to(self, user: AnyUser, *, buyers: bool = False) -> OfProductQuerySet:
        """For one's own companies, agencies of the province and staff; with `buyers` also for verified buyers."""
        standing = standing_of(user)
        if standing.is_staff or standing.is_central or (buyers and standing.is_verified_buyer):
            return self.visible_to(user)
        return self.filter(
            Q(product__company_id__in=standing.companies)
            | Q(product__company__province_id__in=standing.provinces)
        )


class RatingQuerySet(OfProductQuerySet):
    def visible_to(self, user: AnyUser) -> OfProductQuerySet:
        """As public as the product; refused ones only for its company, agencies of the province and staff."""
        return super().visible_to(user).filter(_not_refused_or_own(user, "product__company"))


class CertificationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> CertificationQuerySet:
        """As public as the company; refused ones only for it, agencies of the province and staff."""
        companies = apps.get_model("companies", "Company").objects.visible_to(user)
        return self.filter(_not_refused_or_own(user, "company"), company__in=companies)


def _not_refused_or_own(user: AnyUser, company: str) -> Q:
    standing = standing_of(user)
    if standing.is_staff or standing.is_central:
        return Q()
    return (
        ~Q(status=Verification.REJECTED)
        | Q(**{f"{company}_id__in": standing.companies})
        | Q(**{f"{company}__province_id__in": standing.provinces})
    )


class CapacityQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> CapacityQuerySet:
        products = apps.get_model("companies", "Product").objects.visible_to(user)
        return self.filter(audience_filter(user, "capacity_audience", "product__"), product__in=products)


class DocumentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> DocumentQuerySet:
        """Public photos; one's own companies'; uploads that belong to no company; an agency's provinces'; staff all.

        What somebody uploaded for a company stays with the company when the membership ends.
        """
        standing = standing_of(user)
        if standing.is_staff or standing.is_central:
            return self.all()
        own = (
            Q(is_public=True)
            | Q(company_id__in=standing.companies)
            | Q(company__province_id__in=standing.provinces)
        )
        if not isinstance(user, AnonymousUser):
            # A claim's proof is seen by who decides on it, not by who turns out to own the company.
            claims = apps.get_model("companies", "CompanyClaim").objects.visible_to(user)
            own |= Q(uploaded_by=user, company__isnull=True)
            own |= Q(pk__in=claims.filter(document__isnull=False).values("document_id"))
        return self.filter(own)


class OwnQuerySet(models.QuerySet[Any]):
    """Rows that belong to one person and are shown to nobody else."""

    def visible_to(self, user: AnyUser) -> Self:
        return self.none() if isinstance(user, AnonymousUser) else self.filter(user=user)


class NotificationQuerySet(OwnQuerySet):
    def unread(self) -> NotificationQuerySet:
        return self.filter(read_at__isnull=True)


class ClaimQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> ClaimQuerySet:
        """One's own claims; those on companies of an agency's provinces; for staff all."""
        standing = standing_of(user)
        if standing.is_staff or standing.is_central:
            return self.all()
        if isinstance(user, AnonymousUser):
            return self.none()
        return self.filter(Q(user=user) | Q(company__province_id__in=standing.provinces))

    def waiting(self) -> ClaimQuerySet:
        return self.filter(status=Verification.PENDING)


class MemberInvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> MemberInvitationQuerySet:
        """For the owners of the company, who invite; for staff all."""
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(company_id__in=standing.owned)

    def open(self) -> MemberInvitationQuerySet:
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)


class ImportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> ImportQuerySet:
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(company_id__in=standing.companies)
