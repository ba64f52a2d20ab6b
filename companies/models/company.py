"""Companies of every kind, their members, the agencies' mandates, and claims on imported companies."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from companies.enums import AgencyLevel, CompanyKind, Role, Verification
from companies.models.people import TaskLink, User
from companies.models.reference import Commune, Province
from companies.querysets import (
    ClaimQuerySet,
    CompanyQuerySet,
    MemberInvitationQuerySet,
    MembershipQuerySet,
)
from core.models import BaseModel
from core.text import vietnamese_sort_key


class Fold(Func):
    """The database's immutable `offtake_fold(text)`: lower case without accents."""

    function = "offtake_fold"
    output_field = models.TextField()


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=[
        "kind",
        "name_vi",
        "tax_code",
        "sells",
        "buys",
        "verification",
        "verified_by",
        "verified_at",
        "province",
    ],
)
class Company(BaseModel):
    """A supplier, buyer, agency, or several of these in one."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=CompanyKind)
    name_vi = models.CharField(_("name (Vietnamese)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    tax_code = models.CharField(_("tax code"), max_length=14, blank=True)
    sells = models.BooleanField(_("sells"), default=False)
    buys = models.BooleanField(_("buys"), default=False)
    province = models.ForeignKey(
        Province, verbose_name=_("province"), on_delete=models.PROTECT, null=True, blank=True
    )
    commune = models.ForeignKey(
        Commune, verbose_name=_("commune"), on_delete=models.PROTECT, null=True, blank=True
    )
    address = models.CharField(_("address"), max_length=300, blank=True)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    phone = models.CharField(_("phone number"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    website = models.URLField(_("website"), blank=True)
    story_vi = models.TextField(_("story (Vietnamese)"), max_length=4000, blank=True)
    story_en = models.TextField(_("story (English)"), max_length=4000, blank=True)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    members_count = models.PositiveIntegerField(_("number of members"), null=True, blank=True)
    verification = models.CharField(max_length=10, choices=Verification, default=Verification.LISTED)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    listed_by = models.ForeignKey(  # whose list it was imported from
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    agency_level = models.CharField(max_length=10, choices=AgencyLevel, blank=True)
    mandate = models.ManyToManyField(Province, related_name="agencies", blank=True)  # an agency's provinces
    is_simulated = models.BooleanField(default=False, editable=False)
    # Record of delivery, kept by the tenders app from deliveries whose date has passed; null = no data.
    deliveries_count = models.PositiveIntegerField(default=0, editable=False)
    on_time_in_full = models.FloatField(null=True, blank=True, editable=False)  # share 0..1
    sort_key = models.CharField(max_length=200, db_collation="C", default="", editable=False)
    search = models.GeneratedField(
        expression=Fold(Concat(F("name_vi"), Value(" "), F("name_en"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = CompanyQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="agency") | (~Q(agency_level="") & Q(sells=False) & Q(buys=False)),
                name="agency_has_level_and_does_not_trade",
            ),
            models.CheckConstraint(
                condition=Q(on_time_in_full__isnull=True) | Q(on_time_in_full__range=(0, 1)),
                name="otif_is_a_share",
            ),
            models.UniqueConstraint(
                fields=["tax_code"], condition=~Q(tax_code=""), name="one_company_per_tax_code"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="company_search_trgm", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["sort_key", "id"]),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = vietnamese_sort_key(self.name_vi)
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and "name_vi" in update_fields:
            kwargs["update_fields"] = {*update_fields, "sort_key"}
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        if (get_language() or "vi").startswith("vi"):
            return self.name_vi
        return self.name_en or self.name_vi

    @property
    def is_verified(self) -> bool:
        return self.verification == Verification.CONFIRMED

    @property
    def is_agency(self) -> bool:
        return self.kind == CompanyKind.AGENCY

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude: its own, else its commune's, else its province's."""
        for place in (self, self.commune, self.province):
            if place is not None and place.lat is not None and place.lon is not None:
                return place.lat, place.lon
        return None


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Membership(BaseModel):
    """A person acts for a company. Revoked at once by setting `revoked_at`."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["user", "company"], condition=Q(revoked_at__isnull=True), name="one_active_membership"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.company} · {self.role}"


class MemberInvitation(BaseModel):
    """An owner asks a person to act for the company; the membership is made when the person accepts by the link."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="member_invitations")
    role = models.CharField(_("role"), max_length=10, choices=Role)
    full_name = models.CharField(_("full name"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone number"), max_length=20, blank=True)
    link = models.OneToOneField(
        TaskLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="member_invitation"
    )
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # Left by mail or text; the owner may pass it on as well.
    sent_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = MemberInvitationQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="invitation_accepted_or_revoked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} · {self.role}"

    @property
    def address(self) -> str:
        return self.email or self.phone


class CompanyClaim(BaseModel):
    """Someone says that an imported company is theirs; the agency of the province confirms."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="claims")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="claims")
    proof = models.TextField(_("proof"), max_length=2000)
    document = models.ForeignKey(
        "companies.Document", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    status = models.CharField(max_length=10, choices=Verification, default=Verification.PENDING)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(status="pending"), name="one_open_claim_per_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"
