"""What proves quality: OCOP star ratings, certifications, lab reports; who confirmed what, and when."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from companies.enums import CertificateScope, IssuingLevel, Verification
from companies.models.catalogue import Document, Product
from companies.models.company import Company
from companies.models.people import User
from companies.models.reference import CertificationScheme, OcopRuleVersion, Province
from companies.querysets import CertificationQuerySet, OfProductQuerySet, RatingQuerySet
from core.models import BaseModel


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class StarRating(BaseModel):
    """An OCOP rating of a product by a decision.

    Confirmed only by its issuing level (an agency of the province for 3 and 4 stars, the ministry for 5) or staff;
    anything else is as listed by `listed_by` and counts as unverified.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="ratings")
    stars = models.PositiveSmallIntegerField(_("stars"))
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)
    decision_number = models.CharField(_("decision number"), max_length=80, blank=True)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    issuing_level = models.CharField(_("issuing level"), max_length=10, choices=IssuingLevel, blank=True)
    issuing_province = models.ForeignKey(Province, on_delete=models.PROTECT, null=True, blank=True)
    rule_version = models.ForeignKey(OcopRuleVersion, on_delete=models.PROTECT, null=True, blank=True)
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Verification, default=Verification.LISTED)
    listed_by = models.ForeignKey(Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering = ["-issued_on", "-created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(stars__range=(3, 5)), name="rating_three_to_five"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__range=(0, 100)), name="rating_points_in_range"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(issued_on__isnull=True)
                | Q(valid_until__gte=F("issued_on")),
                name="rating_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed")
                | Q(issued_on__isnull=False, confirmed_at__isnull=False) & ~Q(decision_number=""),
                name="confirmed_rating_has_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stars}★ {self.decision_number}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Certification(BaseModel):
    """A certificate of a company, one of its products, sites or growing areas. Expiry is what is printed on it."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="certifications")
    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="certifications", null=True, blank=True
    )
    scheme = models.ForeignKey(CertificationScheme, verbose_name=_("scheme"), on_delete=models.PROTECT)
    scope = models.CharField(
        _("holder"), max_length=12, choices=CertificateScope, default=CertificateScope.COMPANY
    )
    site = models.CharField(_("site or growing area"), max_length=200, blank=True)
    number = models.CharField(_("certificate number"), max_length=80, blank=True)
    body = models.CharField(_("certification body"), max_length=160, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)  # null = no fixed term printed
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    status = models.CharField(max_length=10, choices=Verification, default=Verification.PENDING)
    listed_by = models.ForeignKey(Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    checked_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=500, blank=True)
    is_simulated = models.BooleanField(default=False, editable=False)

    objects = CertificationQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering = ["scheme_id", "-valid_to"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="certification_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(scope="product") | Q(product__isnull=False),
                name="product_certificate_names_product",
            ),
            models.CheckConstraint(
                condition=~Q(status="confirmed") | Q(checked_at__isnull=False),
                name="confirmed_certificate_was_checked",
            ),
        ]
        indexes = [models.Index(fields=["scheme", "valid_to"])]

    def __str__(self) -> str:
        return f"{self.scheme_id} {self.number}"


class LabReport(BaseModel):
    """One parameter of one lot, as a laboratory found it."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="lab_reports")
    lot = models.CharField(_("lot"), max_length=80)
    parameter = models.CharField(_("parameter"), max_length=120)
    result = models.DecimalField(_("result"), max_digits=14, decimal_places=5, null=True, blank=True)
    result_text = models.CharField(_("result as printed"), max_length=80, blank=True)  # "not detected"
    limit = models.DecimalField(_("limit"), max_digits=14, decimal_places=5, null=True, blank=True)
    unit_text = models.CharField(_("unit"), max_length=30, blank=True)
    laboratory = models.CharField(_("laboratory"), max_length=160)
    tested_on = models.DateField(_("tested on"))
    document = models.ForeignKey(Document, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = OfProductQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering = ["-tested_on", "parameter"]
        constraints = [
            models.CheckConstraint(
                condition=Q(result__isnull=False) | ~Q(result_text=""), name="lab_report_has_result"
            )
        ]

    def __str__(self) -> str:
        return f"{self.parameter} ({self.lot})"
