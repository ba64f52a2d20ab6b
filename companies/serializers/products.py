"""Products at the API's edge. Lists are plain rows (a model serializer costs ten times as much); writes are parsed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from companies.enums import Audience, CompanyKind
from companies.listing import Card
from companies.models import HsCode, PriceTier, Product, ProductPhoto, ProductSet, Unit
from companies.services.products import MAX_PAIRS, MAX_TIERS

QUANTITY = {"max_digits": 14, "decimal_places": 3}
PRICE = {"max_digits": 16, "decimal_places": 2}


class SupplierBriefSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=CompanyKind.choices)
    province = serializers.CharField(allow_null=True)
    is_simulated = serializers.BooleanField()


class PriceTierSerializer(serializers.Serializer[Any]):
    """From this monthly quantity (in the product's unit) on, this price."""

    from_quantity = serializers.DecimalField(min_value=Decimal("0.001"), **QUANTITY)
    price = serializers.DecimalField(min_value=Decimal("0.01"), **PRICE)


class PriceTiersSerializer(serializers.Serializer[Any]):
    tiers = PriceTierSerializer(many=True, max_length=MAX_TIERS)  # type: ignore[call-arg]


class PhotoSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    small_url = serializers.CharField()
    alt_text = serializers.CharField()


class ProductRowSerializer(serializers.Serializer[Any]):
    """A product in a list. `price` is null unless you may read it; the order never speaks of what you may not read."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="In the language of the request.")
    name_vi = serializers.CharField()
    name_en = serializers.CharField()
    company = SupplierBriefSerializer()
    product_set = serializers.CharField(allow_null=True)
    hs = serializers.CharField(allow_null=True)
    unit = serializers.CharField()
    pack = serializers.CharField()
    stars = serializers.IntegerField(allow_null=True, min_value=1, max_value=5)
    stars_confirmed = serializers.BooleanField()
    stars_valid_until = serializers.DateField(allow_null=True)
    certificates = serializers.ListField(child=serializers.CharField(), help_text="Schemes valid today.")
    markets = serializers.ListField(child=serializers.CharField())
    price = serializers.DecimalField(allow_null=True, **PRICE)
    price_readable = serializers.BooleanField()
    currency = serializers.CharField()
    photo = serializers.CharField(allow_null=True)
    published = serializers.BooleanField()
    is_simulated = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ProductDetailSerializer(ProductRowSerializer):
    """Everything of a product that you may read."""

    set_confirmed = serializers.BooleanField(help_text="False: guessed by an import.")
    product_words = serializers.CharField()
    pack_content = serializers.DecimalField(allow_null=True, max_digits=12, decimal_places=4)
    specification = serializers.DictField(child=serializers.CharField())
    gtin = serializers.CharField()
    shelf_life_days = serializers.IntegerField(allow_null=True)
    min_order = serializers.DecimalField(allow_null=True, **QUANTITY)
    lead_time_days = serializers.IntegerField(allow_null=True)
    price_audience = serializers.ChoiceField(choices=Audience.choices)
    capacity_audience = serializers.ChoiceField(choices=Audience.choices)
    capacity_readable = serializers.BooleanField()
    story_vi = serializers.CharField()
    story_en = serializers.CharField()
    price_tiers = PriceTierSerializer(many=True)
    photos = PhotoSerializer(many=True)


class PairNamesField(serializers.DictField):
    """Free pairs whose names are checked like any text."""

    child = serializers.CharField(max_length=200, allow_blank=True)

    def to_internal_value(self, data: Any) -> Any:
        pairs = super().to_internal_value(data)
        if len(pairs) > MAX_PAIRS:
            raise serializers.ValidationError(f"At most {MAX_PAIRS} pairs.")
        name = serializers.CharField(max_length=60)
        return {name.run_validation(key): value for key, value in pairs.items()}


@extend_schema_serializer(component_name="ProductWrite")
class ProductWriteSerializer(serializers.Serializer[Any]):
    """What a supplier writes. With PUT whatever is left out becomes empty; with PATCH it stays."""

    name_vi = serializers.CharField(max_length=200)
    name_en = serializers.CharField(max_length=200, allow_blank=True, default="")
    product_set = serializers.PrimaryKeyRelatedField(
        queryset=ProductSet.objects.all(), allow_null=True, default=None
    )
    hs = serializers.PrimaryKeyRelatedField(queryset=HsCode.objects.all(), allow_null=True, default=None)
    product_words = serializers.CharField(max_length=300, allow_blank=True, default="")
    unit = serializers.PrimaryKeyRelatedField(
        queryset=Unit.objects.all(), help_text="UN/CEFACT code, e.g. KGM."
    )
    pack = serializers.CharField(max_length=120, allow_blank=True, default="")
    pack_content = serializers.DecimalField(
        max_digits=12, decimal_places=4, min_value=Decimal("0.0001"), allow_null=True, default=None
    )
    specification = PairNamesField(default=dict, help_text="Free pairs, e.g. {'Moisture': '18 %'}.")
    gtin = serializers.RegexField(
        r"^\d*$",
        max_length=14,
        allow_blank=True,
        default="",
        help_text="8, 12, 13 or 14 digits; check digit.",
    )
    shelf_life_days = serializers.IntegerField(min_value=0, max_value=36_500, allow_null=True, default=None)
    min_order = serializers.DecimalField(
        min_value=Decimal("0.001"), allow_null=True, default=None, **QUANTITY
    )
    lead_time_days = serializers.IntegerField(min_value=0, max_value=3_650, allow_null=True, default=None)
    price = serializers.DecimalField(min_value=Decimal("0.01"), allow_null=True, default=None, **PRICE)
    currency = serializers.RegexField(r"^[A-Z]{3}$", max_length=3, default="VND")
    price_audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.VERIFIED_BUYERS)
    capacity_audience = serializers.ChoiceField(choices=Audience.choices, default=Audience.VERIFIED_BUYERS)
    markets = serializers.ListField(child=serializers.CharField(max_length=40), max_length=20, default=list)
    story_vi = serializers.CharField(max_length=4000, allow_blank=True, default="")
    story_en = serializers.CharField(max_length=4000, allow_blank=True, default="")


@extend_schema_serializer(component_name="ProductCreate")
class ProductCreateSerializer(ProductWriteSerializer):
    company = serializers.UUIDField(
        required=False, help_text="Whose product; by default the acting company's."
    )
    published = serializers.BooleanField(default=True)


class FacetOptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    selected = serializers.BooleanField()


class FacetGroupSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    options = FacetOptionSerializer(many=True)


class FacetsSerializer(serializers.Serializer[Any]):
    """How many products are found, and what each further choice would leave."""

    total = serializers.IntegerField()
    confirmed = serializers.IntegerField()
    groups = FacetGroupSerializer(many=True)


class PhotoUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField()
    alt_text = serializers.CharField(max_length=200, allow_blank=True, default="")


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def photo_url(document_id: Any, *, small: bool = False) -> str:
    return reverse("document-photo", args=[document_id]) + ("?size=small" if small else "")


def product_row(card: Card) -> dict[str, Any]:
    """One product of a list, as JSON."""
    product = card.product
    company = product.company
    return {
        "id": product.pk,
        "name": product.name,
        "name_vi": product.name_vi,
        "name_en": product.name_en,
        "company": {
            "id": company.pk,
            "code": company.code,
            "name": company.name,
            "kind": company.kind,
            "province": company.province_id,
            "is_simulated": company.is_simulated,
        },
        "product_set": product.product_set_id,
        "hs": product.hs_id,
        "unit": product.unit_id,
        "pack": product.pack,
        "stars": product.stars,
        "stars_confirmed": card.stars_confirmed,
        "stars_valid_until": product.stars_valid_until,
        "certificates": sorted({one.scheme_id for one in card.certificates}),
        "markets": product.markets,
        "price": _text(card.price),
        "price_readable": card.price_readable,
        "currency": product.currency,
        "photo": photo_url(card.photo.pk, small=True) if card.photo else None,
        "published": product.published,
        "is_simulated": product.is_simulated,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
    }


def product_detail(
    card: Card, *, tiers: list[PriceTier], photos: list[ProductPhoto], capacity_readable: bool
) -> dict[str, Any]:
    """Everything of a product that the reader may read; tiers are as readable as the price."""
    product: Product = card.product
    return {
        **product_row(card),
        "set_confirmed": product.set_confirmed,
        "product_words": product.product_words,
        "pack_content": _text(product.pack_content),
        "specification": product.specification,
        "gtin": product.gtin,
        "shelf_life_days": product.shelf_life_days,
        "min_order": _text(product.min_order),
        "lead_time_days": product.lead_time_days,
        "price_audience": product.price_audience,
        "capacity_audience": product.capacity_audience,
        "capacity_readable": capacity_readable,
        "story_vi": product.story_vi,
        "story_en": product.story_en,
        "price_tiers": [
            {"from_quantity": str(tier.from_quantity), "price": str(tier.price)}
            for tier in (tiers if card.price_readable else [])
        ],
        "photos": [photo_row(photo) for photo in photos],
    }


def photo_row(photo: ProductPhoto) -> dict[str, Any]:
    return {
        "id": photo.pk,
        "url": photo_url(photo.document_id),
        "small_url": photo_url(photo.document_id, small=True),
        "alt_text": photo.alt_text,
    }
