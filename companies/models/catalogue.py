"""Products, price tiers, photos and uploaded documents."""

from __future__ import annotations

from typing import Any

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from companies.enums import Audience
from companies.models.company import Company, Fold
from companies.models.people import User
from companies.models.reference import HsCode, ProductSet, Unit
from companies.querysets import DocumentQuerySet, ProductQuerySet
from core.models import BaseModel
from core.text import vietnamese_sort_key

# Twice the stars, one more when confirmed: the catalogue's order, an integer and never null.
STAR_RANK = Coalesce(F("stars"), Value(0)) * 2 + Cast(F("stars_confirmed"), models.IntegerField())


class Document(BaseModel):
    """An uploaded file: checked, stored under a random name, served only through a guarded view."""

    company = models.ForeignKey(
        Company, on_delete=models.CASCADE, related_name="documents", null=True, blank=True
    )
    uploaded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to="documents/%Y/%m")
    original_name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    is_public = models.BooleanField(default=False)  # product photos only

    objects = DocumentQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        pass

    def __str__(self) -> str:
        return self.original_name


@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=[
        "company",
        "name_vi",
        "product_set",
        "hs",
        "price",
        "currency",
        "price_audience",
        "published",
        "unit",
    ],
)
class Product(BaseModel):
    """What a supplier offers. Its star belongs to it, not to the company."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="products")
    name_vi = models.CharField(_("name (Vietnamese)"), max_length=200)
    name_en = models.CharField(_("name (English)"), max_length=200, blank=True)
    product_set = models.ForeignKey(
        ProductSet, verbose_name=_("OCOP product set"), on_delete=models.PROTECT, null=True, blank=True
    )
    set_confirmed = models.BooleanField(default=True)  # False: guessed by an import
    hs = models.ForeignKey(
        HsCode,
        verbose_name=_("HS code"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
    )
    product_words = models.CharField(_("other names and words"), max_length=300, blank=True)
    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.PROTECT)
    pack = models.CharField(_("pack"), max_length=120, blank=True)
    pack_content = models.DecimalField(  # net content of one pack, in the base unit of `unit`'s dimension
        _("net content"), max_digits=12, decimal_places=4, null=True, blank=True
    )
    specification = models.JSONField(
        _("specification"), default=dict, blank=True
    )  # free pairs: {"grade": "A"}
    gtin = models.CharField(_("GTIN"), max_length=14, blank=True)
    shelf_life_days = models.PositiveIntegerField(_("shelf life (days)"), null=True, blank=True)
    min_order = models.DecimalField(
        _("minimum order"), max_digits=14, decimal_places=3, null=True, blank=True
    )
    lead_time_days = models.PositiveSmallIntegerField(_("lead time (days)"), null=True, blank=True)
    price = models.DecimalField(_("price"), max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, default="VND")
    price_audience = models.CharField(
        _("who sees the price"), max_length=16, choices=Audience, default=Audience.VERIFIED_BUYERS
    )
    capacity_audience = models.CharField(
        _("who sees the capacity"), max_length=16, choices=Audience, default=Audience.VERIFIED_BUYERS
    )
    markets = ArrayField(
        models.CharField(max_length=40), default=list, blank=True
    )  # where it is sold already
    story_vi = models.TextField(_("story (Vietnamese)"), max_length=4000, blank=True)
    story_en = models.TextField(_("story (English)"), max_length=4000, blank=True)
    published = models.BooleanField(_("published"), default=True)
    source_text = models.JSONField(
        default=dict, blank=True, editable=False
    )  # cells as the imported list had them
    is_simulated = models.BooleanField(default=False, editable=False)
    # Derived from the ratings by `companies.services.ratings.refresh_stars`, so that lists need no join.
    stars = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    stars_confirmed = models.BooleanField(default=False, editable=False)
    stars_valid_until = models.DateField(null=True, blank=True, editable=False)
    sort_key = models.CharField(max_length=200, db_collation="C", default="", editable=False)
    search = models.GeneratedField(
        expression=Fold(Concat(F("name_vi"), Value(" "), F("name_en"), Value(" "), F("product_words"))),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = ProductQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gt=0), name="price_positive"),
            models.CheckConstraint(
                condition=Q(min_order__isnull=True) | Q(min_order__gt=0), name="min_order_positive"
            ),
            models.CheckConstraint(
                condition=Q(stars__isnull=True) | Q(stars__range=(1, 5)), name="product_stars_one_to_five"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="product_search_trgm", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["product_set", "published"]),
            models.Index(fields=["company", "published"]),
            models.Index(fields=["sort_key", "id"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(STAR_RANK.desc(), "sort_key", "id", name="product_by_stars"),
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


class PriceTier(BaseModel):
    """From this monthly quantity on, this price."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="price_tiers")
    from_quantity = models.DecimalField(_("from quantity"), max_digits=14, decimal_places=3)
    price = models.DecimalField(_("price"), max_digits=16, decimal_places=2)

    class Meta(BaseModel.Meta):
        ordering = ["from_quantity"]
        constraints = [
            models.UniqueConstraint(fields=["product", "from_quantity"], name="one_tier_per_quantity"),
            models.CheckConstraint(condition=Q(price__gt=0, from_quantity__gt=0), name="tier_positive"),
        ]

    def __str__(self) -> str:
        return f"≥ {self.from_quantity}"


class ProductPhoto(BaseModel):
    """A photo, re-encoded on upload (no metadata, bounded size)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="photos")
    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="photo")
    alt_text = models.CharField(_("description"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta(BaseModel.Meta):
        ordering = ["position", "created_at"]

    def __str__(self) -> str:
        return self.alt_text
