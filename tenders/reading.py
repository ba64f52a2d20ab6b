"""What each side reads: the buyer's needs, the open needs, invitations. API and site share these."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from companies.models import Company, TaskLink
from companies.querysets import standing_of
from tenders.enums import InvitationStatus, NeedStatus
from tenders.models import Invitation, SourcingNeed


def own_needs(user: Any, company: Company | None = None) -> QuerySet[SourcingNeed]:
    """The buyer's needs (of one company where given), with the number of invitations and of answers."""
    needs = SourcingNeed.objects.owned_by(user).with_parts()
    if company is not None:
        needs = needs.filter(company=company)
    live = ~Q(invitations__status=InvitationStatus.REVOKED)
    return needs.annotate(
        invited_count=Count("invitations", filter=live, distinct=True),
        accepted_count=Count(
            "invitations", filter=Q(invitations__status=InvitationStatus.ACCEPTED), distinct=True
        ),
    )


def shown_needs(user: Any) -> QuerySet[SourcingNeed]:
    """Needs as suppliers and visitors see them, with what they may know of each (`buyer_shown`, `is_invited`)."""
    return (
        SourcingNeed.objects.visible_to(user)
        .filter(status__in=[NeedStatus.PUBLISHED, NeedStatus.CLOSED, NeedStatus.CANCELLED])
        .with_parts()
        .with_buyer_shown(user)
        .annotate(is_invited=Exists(_invitations_of(user)))
    )


def open_needs(user: Any, now: datetime) -> QuerySet[SourcingNeed]:
    """Those that can still be answered."""
    return shown_needs(user).filter(status=NeedStatus.PUBLISHED, quote_deadline__gt=now)


def needs_of_link(link: TaskLink) -> QuerySet[SourcingNeed]:
    """The one need that an invitation's link shows; its holder knows the buyer."""
    from django.db.models import Value

    return (
        SourcingNeed.objects.filter(invitations__link=link)
        .exclude(status=NeedStatus.DRAFT)
        .with_parts()
        .annotate(buyer_shown=Value(True), is_invited=Value(True))
    )


def _invitations_of(user: Any) -> QuerySet[Invitation]:
    return Invitation.objects.live().filter(need=OuterRef("pk"), company_id__in=standing_of(user).companies)


def received_invitations(user: Any) -> QuerySet[Invitation]:
    """Invitations of the suppliers that the user acts for, with the need as the invited read it."""
    from django.db.models import Prefetch, Value

    needs = SourcingNeed.objects.with_parts().annotate(buyer_shown=Value(True), is_invited=Value(True))
    return (
        Invitation.objects.visible_to(user)
        .live()
        .filter(company_id__in=standing_of(user).companies)
        .select_related("company", "line", "product")
        .prefetch_related(Prefetch("need", queryset=needs))
    )


def sent_invitations(need: SourcingNeed) -> QuerySet[Invitation]:
    """The buyer's invitations of a need, the latest first, with what their texts need."""
    return (
        Invitation.objects.filter(need=need)
        .select_related("company", "company__province", "link", "product", "need__company")
        .prefetch_related("need__lines__months", "need__lines__hs", "need__lines__product_set")
        .order_by("-created_at", "-id")
    )
