"""Sourcing needs with their lines and criteria, amendments, and invitations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from companies.models import (
    CertificationScheme,
    Commune,
    Company,
    HsCode,
    Incoterm,
    Market,
    Product,
    ProductSet,
    Province,
    TaskLink,
    Unit,
    User,
)
from core.models import BaseModel
from tenders.enums import InvitationStatus, Level, NeedStatus, QuoteMode, VatBasis, Visibility
from tenders.querysets import InvitationQuerySet, NeedQuerySet


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SourcingNeed(BaseModel):
    """What a buyer posts. A published need changes only through a recorded amendment."""

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)  # NM-2026-0001
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="needs")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    status = models.CharField(max_length=10, choices=NeedStatus, default=NeedStatus.DRAFT, editable=False)
    quote_mode = models.CharField(_("quotes are"), max_length=6, choices=QuoteMode, default=QuoteMode.DIRECT)
    visibility = models.CharField(
        _("who sees it"), max_length=10, choices=Visibility, default=Visibility.VERIFIED
    )
    name_withheld = models.BooleanField(_("withhold our name until the invitation"), default=False)
    market = models.ForeignKey(
        Market, verbose_name=_("market"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    quote_deadline = models.DateTimeField(_("quotes until"), null=True, blank=True)
    # Terms that decide the deal.
    discount_percent = models.DecimalField(
        _("discount, %"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    listing_fee = models.DecimalField(_("listing fee"), max_digits=14, decimal_places=2, default=Decimal(0))
    promotion_fee_percent = models.DecimalField(
        _("promotion fee, %"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    payment_days = models.PositiveSmallIntegerField(_("payment after (days)"), default=30)
    returns_percent = models.DecimalField(
        _("returns, up to %"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    vat_basis = models.CharField(_("prices"), max_length=8, choices=VatBasis, default=VatBasis.EXCLUDED)
    delivery_place = models.CharField(_("delivery place"), max_length=300, blank=True)
    delivery_province = models.ForeignKey(
        Province,
        verbose_name=_("delivery province"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    delivery_commune = models.ForeignKey(
        Commune,
        verbose_name=_("delivery commune"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    deliveries_per_month = models.PositiveSmallIntegerField(_("deliveries a month"), default=1)
    incoterm = models.ForeignKey(  # export only
        Incoterm,
        verbose_name=_("Incoterm"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    # A certificate or star that lapses within the months: told always, excludes only if the buyer says so.
    exclude_on_lapse = models.BooleanField(
        _("exclude if a required certificate or star lapses"), default=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(null=True, blank=True, editable=False)
    closing_reason = models.CharField(max_length=500, blank=True, editable=False)  # told to the invited
    version = models.PositiveIntegerField(default=1, editable=False)  # raised by each amendment
    is_simulated = models.BooleanField(default=False, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    discount_percent__range=(0, 100),
                    promotion_fee_percent__range=(0, 100),
                    returns_percent__range=(0, 100),
                    listing_fee__gte=0,
                ),
                name="need_terms_in_range",
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(published_at__isnull=False) | Q(status="cancelled"),
                name="published_need_has_instant",
            ),
            models.CheckConstraint(
                condition=Q(deliveries_per_month__range=(1, 31)), name="need_deliveries_in_range"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-published_at"]),
            models.Index(fields=["company", "status"]),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class NeedLine(BaseModel):
    """A product wanted: what, how much in each month, under which criteria."""

    need = models.ForeignKey(SourcingNeed, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField(default=1)
    hs = models.ForeignKey(
        HsCode, verbose_name=_("HS code"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    product_words = models.CharField(_("product"), max_length=200, blank=True)
    product_set = models.ForeignKey(
        ProductSet,
        verbose_name=_("OCOP product set"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    specification = models.JSONField(_("specification"), default=dict, blank=True)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT, related_name="+")
    required_stars = models.PositiveSmallIntegerField(_("stars required"), null=True, blank=True)
    preferred_stars = models.PositiveSmallIntegerField(_("stars preferred"), null=True, blank=True)
    stars_must_be_confirmed = models.BooleanField(_("only confirmed stars count"), default=False)
    ceiling_price = models.DecimalField(  # per unit, in the need's currency; never shown to suppliers
        _("ceiling price"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    ceiling_excludes = models.BooleanField(_("exclude listed prices above the ceiling"), default=False)
    pack = models.CharField(_("pack"), max_length=120, blank=True)
    min_shelf_life_days = models.PositiveIntegerField(_("shelf life, at least (days)"), null=True, blank=True)
    preferred_markets = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    min_share_percent = models.DecimalField(  # of each month, that one supplier must bring
        _("smallest share of one supplier, %"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    max_suppliers = models.PositiveSmallIntegerField(_("suppliers, at most"), null=True, blank=True)
    partial_allowed = models.BooleanField(_("part quantities are welcome"), default=True)

    class Meta(BaseModel.Meta):
        ordering = ["need_id", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "position"],
                name="one_line_per_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(required_stars__isnull=True) | Q(required_stars__range=(3, 5)),
                name="required_stars_3_to_5",
            ),
            models.CheckConstraint(
                condition=Q(preferred_stars__isnull=True) | Q(preferred_stars__range=(3, 5)),
                name="preferred_stars_3_to_5",
            ),
            models.CheckConstraint(
                condition=Q(ceiling_price__isnull=True) | Q(ceiling_price__gt=0), name="ceiling_positive"
            ),
            models.CheckConstraint(condition=Q(min_share_percent__range=(0, 100)), name="min_share_in_range"),
            models.CheckConstraint(
                condition=Q(max_suppliers__isnull=True) | Q(max_suppliers__gte=1),
                name="max_suppliers_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What is wanted, in the buyer's words, else the HS code's or the set's name."""
        return (
            self.product_words
            or (self.hs.name if self.hs else "")
            or (self.product_set.name if self.product_set else "")
        )

    @property
    def quantities(self) -> dict[date, Decimal]:
        """Quantity by month, in the line's unit."""
        return {row.month: row.quantity for row in self.months.all()}


class NeedMonth(models.Model):
    line = models.ForeignKey(NeedLine, on_delete=models.CASCADE, related_name="months")
    month = models.DateField()
    quantity = models.DecimalField(max_digits=14, decimal_places=3)

    class Meta:
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["line", "month"], name="one_quantity_per_month"),
            models.CheckConstraint(condition=Q(quantity__gt=0, month__day=1), name="need_month_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.quantity}"


class NeedCertificate(models.Model):
    """A certificate asked for: the scheme, schemes that count as equivalent, and any others the buyer accepts."""

    line = models.ForeignKey(NeedLine, on_delete=models.CASCADE, related_name="certificates")
    scheme = models.ForeignKey(CertificationScheme, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=9, choices=Level, default=Level.REQUIRED)
    or_equivalent = models.BooleanField(_("or equivalent"), default=True)
    also_accepted = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    must_be_confirmed = models.BooleanField(_("only confirmed certificates count"), default=False)
    from_market = models.BooleanField(default=False)  # filled in by choosing a market

    class Meta:
        ordering = ["level", "scheme_id"]
        constraints = [models.UniqueConstraint(fields=["line", "scheme"], name="one_criterion_per_scheme")]

    def __str__(self) -> str:
        return f"{self.level} {self.scheme_id}"


class NeedLabLimit(models.Model):
    line = models.ForeignKey(NeedLine, on_delete=models.CASCADE, related_name="lab_limits")
    parameter = models.CharField(_("parameter"), max_length=120)
    at_most = models.DecimalField(_("at most"), max_digits=14, decimal_places=5, null=True, blank=True)
    at_least = models.DecimalField(_("at least"), max_digits=14, decimal_places=5, null=True, blank=True)
    unit_text = models.CharField(_("unit"), max_length=30, blank=True)
    level = models.CharField(max_length=9, choices=Level, default=Level.PREFERRED)

    class Meta:
        ordering = ["parameter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(at_most__isnull=False) | Q(at_least__isnull=False), name="lab_limit_has_bound"
            )
        ]

    def __str__(self) -> str:
        return self.parameter


class NeedAmendment(BaseModel):
    """A recorded change of a published need: what it was, what it became, why."""

    need = models.ForeignKey(SourcingNeed, on_delete=models.CASCADE, related_name="amendments")
    version = models.PositiveIntegerField()  # the version it made
    reason = models.CharField(_("reason"), max_length=500)
    changes = models.JSONField(
        default=dict, encoder=DjangoJSONEncoder
    )  # field -> [old, new]; never the ceiling price
    made_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta(BaseModel.Meta):
        constraints = [models.UniqueConstraint(fields=["need", "version"], name="one_amendment_per_version")]

    def __str__(self) -> str:
        return f"{self.need_id} v{self.version}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Invitation(BaseModel):
    """A buyer asks a supplier to quote. Its link opens just this task, until the deadline, unless revoked."""

    need = models.ForeignKey(SourcingNeed, on_delete=models.CASCADE, related_name="invitations")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations")
    line = models.ForeignKey(NeedLine, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    message = models.CharField(_("message"), max_length=1000, blank=True)
    status = models.CharField(max_length=10, choices=InvitationStatus, default=InvitationStatus.SENT)
    link = models.OneToOneField(
        TaskLink, on_delete=models.SET_NULL, null=True, blank=True, related_name="invitation"
    )
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answer_note = models.CharField(_("note"), max_length=500, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["need", "company"], condition=~Q(status="revoked"), name="one_live_invitation"
            )
        ]

    def __str__(self) -> str:
        return f"{self.need_id} → {self.company_id}"
