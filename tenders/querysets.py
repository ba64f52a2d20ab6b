"""Which needs and invitations a user may read."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q, Value

from companies.querysets import AnyUser, standing_of
from tenders.enums import InvitationStatus, NeedStatus, Visibility


class NeedQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> NeedQuerySet:
        """One's own in any state; for others only published or closed ones that are shown to them.

        `public` to everyone, `verified` to members of verified suppliers and to agencies, `invited` to the invited.
        """
        standing = standing_of(user)
        if standing.is_staff:
            return self.all()
        seen = Q(visibility=Visibility.PUBLIC)
        if standing.is_verified_supplier or standing.is_agency:
            seen |= Q(visibility=Visibility.VERIFIED)
        shown = Q(status__in=[NeedStatus.PUBLISHED, NeedStatus.CLOSED]) & seen
        if not standing.companies:
            return self.filter(shown)
        invited = Q(Exists(_live_invitations(standing.companies))) & ~Q(status=NeedStatus.DRAFT)
        return self.filter(Q(company_id__in=standing.companies) | shown | invited)

    def owned_by(self, user: AnyUser) -> NeedQuerySet:
        """The buyer's own view: needs of the companies that the user acts for (staff: all)."""
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(company_id__in=standing.companies)

    def open(self) -> NeedQuerySet:
        return self.filter(status=NeedStatus.PUBLISHED)

    def with_buyer_shown(self, user: AnyUser) -> NeedQuerySet:
        """Adds `buyer_shown`: whether this user may know who the buyer is. Names, filters and orders obey it."""
        standing = standing_of(user)
        if standing.is_staff:
            return self.annotate(buyer_shown=Value(True))
        known = Q(name_withheld=False) | Q(company_id__in=standing.companies)
        if standing.companies:
            known |= Q(Exists(_live_invitations(standing.companies)))
        return self.annotate(buyer_shown=ExpressionWrapper(known, output_field=models.BooleanField()))

    def with_parts(self) -> NeedQuerySet:
        """Lines with their months and criteria and the names that pages show: a constant number of queries."""
        return self.select_related(
            "company", "market", "delivery_province", "delivery_commune", "incoterm"
        ).prefetch_related(
            "lines__months", "lines__certificates__scheme", "lines__lab_limits", "lines__hs", "lines__product_set",
            "lines__unit",
        )  # fmt: skip


def _live_invitations(companies: Any) -> Any:
    return (
        apps.get_model("tenders", "Invitation")
        .objects.filter(need=OuterRef("pk"), company_id__in=companies)
        .exclude(status=InvitationStatus.REVOKED)
    )


class InvitationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> InvitationQuerySet:
        """The buyer's and the invited supplier's; staff all. A rival supplier never learns who else was invited."""
        standing = standing_of(user)
        if standing.is_staff:
            return self.all()
        return self.filter(
            Q(need__company_id__in=standing.companies)
            | (Q(company_id__in=standing.companies) & ~Q(status=InvitationStatus.REVOKED))
        )

    def live(self) -> InvitationQuerySet:
        return self.exclude(status=InvitationStatus.REVOKED)
