"""What waits to be confirmed, for whom: selectors of the verification queue."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from companies.enums import CompanyKind, Verification
from companies.models import Certification, Company, CompanyClaim, StarRating
from companies.querysets import AnyUser, standing_of

WAITING = [Verification.PENDING, Verification.LISTED]


def _in_provinces(user: AnyUser, path: str) -> Q:
    """Rows of the provinces that the user's agencies are responsible for."""
    standing = standing_of(user)
    if standing.is_staff or standing.is_central:
        return Q()
    return Q(**{f"{path}province_id__in": standing.provinces})


def ratings_waiting(user: AnyUser) -> QuerySet[StarRating]:
    """Ratings that the user's level issues: a province its 3 and 4 stars, the ministry 5; staff all."""
    standing = standing_of(user)
    mine = Q()
    if not standing.is_staff:
        mine = (
            Q(stars=5) if standing.is_central else Q(stars__lt=5) & _in_provinces(user, "product__company__")
        )
        if not standing.is_agency:
            return StarRating.objects.none()
    return StarRating.objects.filter(mine, status__in=WAITING).select_related(
        "product__company__province", "listed_by", "document"
    )


def certifications_waiting(user: AnyUser) -> QuerySet[Certification]:
    if not _looks(user):
        return Certification.objects.none()
    return Certification.objects.filter(_in_provinces(user, "company__"), status__in=WAITING).select_related(
        "company__province", "scheme", "product", "document"
    )


def companies_waiting(user: AnyUser) -> QuerySet[Company]:
    """Companies that asked to be confirmed. Those merely listed wait until their people claim them."""
    if not _looks(user):
        return Company.objects.none()
    return (
        Company.objects.filter(_in_provinces(user, ""), verification=Verification.PENDING)
        .exclude(kind=CompanyKind.AGENCY)
        .select_related("province", "commune")
    )


def claims_waiting(user: AnyUser) -> QuerySet[CompanyClaim]:
    if not _looks(user):
        return CompanyClaim.objects.none()
    return CompanyClaim.objects.filter(
        _in_provinces(user, "company__"), status=Verification.PENDING
    ).select_related("company__province", "user", "document")


def _looks(user: AnyUser) -> bool:
    standing = standing_of(user)
    return standing.is_staff or standing.is_agency


def queue_counts(user: AnyUser) -> dict[str, Any]:
    """Counts by kind; four queries."""
    return {
        "companies": companies_waiting(user).count(),
        "ratings": ratings_waiting(user).count(),
        "certifications": certifications_waiting(user).count(),
        "claims": claims_waiting(user).count(),
    }
