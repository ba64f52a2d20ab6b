"""Which needs and invitations a user may read."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

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
        invitations = apps.get_model("tenders", "Invitation").objects.filter(
            need=OuterRef("pk"), company_id__in=standing.companies
        ).exclude(status=InvitationStatus.REVOKED)  # fmt: skip
        invited = Q(Exists(invitations)) & ~Q(status=NeedStatus.DRAFT)
        return self.filter(Q(company_id__in=standing.companies) | shown | invited)

    def owned_by(self, user: AnyUser) -> NeedQuerySet:
        """The buyer's own view: needs of the companies that the user acts for (staff: all)."""
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(company_id__in=standing.companies)

    def open(self) -> NeedQuerySet:
        return self.filter(status=NeedStatus.PUBLISHED)


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
