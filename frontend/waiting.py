"""How much waits for the acting company: the small numbers in the navigation."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from companies import verification
from companies.models import Company, Notification
from tenders.enums import InvitationStatus, NeedStatus
from tenders.models import Invitation


def waiting_counts(request: HttpRequest) -> dict[str, int]:
    """Counts by navigation entry for the acting company; at most five queries, kept on the request."""
    known: dict[str, int] | None = getattr(request, "_waiting_counts", None)
    if known is None:
        known = _count(request)
        request._waiting_counts = known  # type: ignore[attr-defined]
    return known


def _count(request: HttpRequest) -> dict[str, int]:
    company = getattr(request, "company", None) or None
    counts = {"notices": Notification.objects.visible_to(request.user).filter(read_at__isnull=True).count()}
    if company is None:
        return counts
    if company.is_agency:
        counts["verification"] = sum(rows.count() for rows in waiting_for_agency(request.user).values())
    elif company.sells:
        counts["invitations"] = waiting_invitations(request.user, company).count()
    return counts


def waiting_invitations(user: object, company: Company) -> QuerySet[Invitation]:
    """Invitations that the company has not answered and still can."""
    return (
        Invitation.objects.visible_to(user)
        .filter(
            company=company,
            status__in=[InvitationStatus.SENT, InvitationStatus.OPENED],
            need__status=NeedStatus.PUBLISHED,
        )
        .exclude(need__quote_deadline__lt=timezone.now())
    )


def waiting_for_agency(user: object) -> dict[str, QuerySet[Any]]:
    """What waits for confirmation by the user's agencies (staff: by anyone), by the queue's own names."""
    return {
        "ratings": verification.ratings_waiting(user),
        "certificates": verification.certifications_waiting(user),
        "companies": verification.companies_waiting(user),
        "claims": verification.claims_waiting(user),
    }
