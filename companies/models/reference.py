"""Reference data, loaded from `companies/reference/` by `manage.py load_reference`."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language


class Named(models.Model):
    """A code with a name in both languages."""

    code = models.CharField(primary_key=True, max_length=40)
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)

    class Meta:
        abstract = True
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the active language, else the other one."""
        vi_first = (get_language() or "vi").startswith("vi")
        first, second = (self.name_vi, self.name_en) if vi_first else (self.name_en, self.name_vi)
        return first or second


class Province(Named):
    full_name_vi = models.CharField(max_length=120)
    full_name_en = models.CharField(max_length=120)
    lat = models.FloatField()
    lon = models.FloatField()
    sort_key = models.CharField(max_length=200, db_collation="C", default="")

    class Meta(Named.Meta):
        ordering = ["sort_key"]


class Commune(Named):
    province = models.ForeignKey(Province, on_delete=models.PROTECT, related_name="communes")
    full_name_vi = models.CharField(max_length=120)
    full_name_en = models.CharField(max_length=120)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    sort_key = models.CharField(max_length=200, db_collation="C", default="")

    class Meta(Named.Meta):
        ordering = ["sort_key"]


class ProductSet(Named):
    """One of the 26 OCOP product sets; the platform's category."""

    number = models.PositiveSmallIntegerField(unique=True)
    sector = models.CharField(max_length=40)  # one of the 6 OCOP sectors
    sector_name_vi = models.CharField(max_length=120, default="")
    sector_name_en = models.CharField(max_length=120, default="")
    product_sectors = ArrayField(
        models.CharField(max_length=40), default=list
    )  # of the certification schemes
    ministry = models.CharField(max_length=40, blank=True, default="")

    class Meta(Named.Meta):
        ordering = ["number"]


class OcopRuleVersion(models.Model):
    """Star bands, validity and issuing level by star, as one decision sets them."""

    code = models.CharField(primary_key=True, max_length=40)
    decision = models.CharField(max_length=60)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    validity_months = models.PositiveSmallIntegerField(null=True)
    rules = models.JSONField()  # the whole version as in ocop_rules.json

    class Meta:
        ordering = ["effective_from"]

    def __str__(self) -> str:
        return self.decision


class CertificationScheme(Named):
    kind = models.CharField(max_length=30)
    applies_to = ArrayField(models.CharField(max_length=40), default=list)
    issuer_type = models.CharField(max_length=40)
    scope = models.CharField(max_length=20)
    legal_status = models.CharField(max_length=30)
    typical_validity_months = models.PositiveSmallIntegerField(null=True)
    recognised_in = ArrayField(models.CharField(max_length=40), default=list)
    verify_hint = models.TextField(blank=True)
    short_name = models.CharField(max_length=40, default="")
    # ISO 22000 satisfies "HACCP or equivalent"; HACCP does not satisfy ISO 22000.
    satisfies = models.ManyToManyField("self", symmetrical=False, related_name="satisfied_by", blank=True)


class Market(Named):
    kind = models.CharField(max_length=20)
    label_languages = ArrayField(models.CharField(max_length=120), default=list)
    details = models.JSONField(default=dict)  # documents, other requirements, notes


class MarketRequirement(models.Model):
    """A market asks for a scheme. Only `basis = law` may exclude; see docs/domain.md."""

    market = models.ForeignKey(Market, on_delete=models.CASCADE, related_name="requirements")
    scheme = models.ForeignKey(CertificationScheme, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=20)  # law, law_if_claimed, buyer_habit
    sectors = ArrayField(models.CharField(max_length=40), default=list)
    note = models.TextField(blank=True)
    effective_from = models.DateField(null=True)

    class Meta:
        ordering = ["market", "scheme", "basis", "pk"]

    def __str__(self) -> str:
        return f"{self.market_id}: {self.scheme_id} ({self.basis})"


class Unit(Named):
    """A UN/CEFACT unit; `factor` turns it into the dimension's base unit (kg, l, piece)."""

    symbol = models.CharField(max_length=20)
    dimension = models.CharField(max_length=20)
    base_unit = models.CharField(max_length=20)
    factor = models.DecimalField(max_digits=18, decimal_places=9, null=True)


class HsCode(Named):
    """A six-digit HS heading of the subset that OCOP products fall under."""

    chapter = models.CharField(max_length=2)
    product_set = models.ForeignKey(ProductSet, on_delete=models.PROTECT, related_name="hs_codes", null=True)
    mapping_confidence = models.CharField(max_length=20, blank=True)


class Incoterm(Named):
    details = models.JSONField(default=dict)
