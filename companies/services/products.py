"""Writing products: create, change, price tiers, photos, taking down and putting back, deleting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypedDict, Unpack
from uuid import UUID

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max, ProtectedError
from django.utils.translation import gettext as _
from stdnum import ean

from companies.models import (
    Company,
    HsCode,
    Market,
    MonthlyCapacity,
    PriceTier,
    Product,
    ProductPhoto,
    ProductSet,
    Unit,
    User,
)
from companies.services.documents import delete_file_of, store_photo
from core import events
from core.errors import DomainError, from_validation

MAX_PAIRS = 30
MAX_TIERS = 10
MAX_PHOTOS = 8


class ProductFields(TypedDict, total=False):
    """What a supplier writes about a product; only the given fields are changed."""

    name_vi: str
    name_en: str
    product_set: ProductSet | None
    hs: HsCode | None
    product_words: str
    unit: Unit
    pack: str
    pack_content: Decimal | None
    specification: Mapping[str, str]
    gtin: str
    shelf_life_days: int | None
    min_order: Decimal | None
    lead_time_days: int | None
    price: Decimal | None
    currency: str
    price_audience: str
    capacity_audience: str
    markets: Sequence[str]
    story_vi: str
    story_en: str


@transaction.atomic
def create_product(
    *, company: Company, actor: User, published: bool = True, **fields: Unpack[ProductFields]
) -> Product:
    """Add a product to a company's catalogue; it is public at once unless `published` is False.

    Raises:
        DomainError: `forbidden`; `not-a-supplier`; `invalid` with the fields at fault.
    """
    if not actor.has_perm("companies.change_company", company):
        raise DomainError("forbidden", _("You may not add products for this company."), status=403)
    if not company.sells:
        raise DomainError("not-a-supplier", _("This company is not registered as a supplier."))
    product = Product(company=company, published=published, is_simulated=company.is_simulated)
    _write(product, fields)
    product.save()
    events.record(kind="product.created", actor=actor, company=company, obj=product)
    return product


@transaction.atomic
def update_product(*, product: Product, actor: User, **fields: Unpack[ProductFields]) -> Product:
    """Change the given fields; two people who change different fields both keep their changes.

    Raises:
        DomainError: `forbidden`; `unit-in-use` (capacity is stated in the old unit); `invalid`.
    """
    product = _locked(product, actor)
    unit = fields.get("unit")
    if (
        unit is not None
        and unit.pk != product.unit_id
        and MonthlyCapacity.objects.filter(product=product).exists()
    ):
        message = _("The capacity is stated in the old unit. Add a product of its own for another unit.")
        raise DomainError("unit-in-use", message, fields={"unit": [message]})
    if "product_set" in fields:
        product.set_confirmed = True
    _write(product, fields)
    changed = [*fields, *(["set_confirmed"] if "product_set" in fields else [])]
    product.save(update_fields=[*changed, "updated_at"])
    events.record(
        kind="product.changed",
        actor=actor,
        company=product.company,
        obj=product,
        payload={"fields": sorted(fields)},
    )
    return product


@transaction.atomic
def set_price_tiers(
    *, product: Product, actor: User, tiers: Sequence[tuple[Decimal, Decimal]]
) -> list[PriceTier]:
    """Replace the tiers: pairs of a monthly quantity (in the product's unit) and the price from there on.

    Raises:
        DomainError: `forbidden`; `invalid`: no base price, a quantity twice, more than ten, not above nothing.
    """
    product = _locked(product, actor)
    wrong = ""
    if tiers and product.price is None:
        wrong = _("Set the price first: tiers are for larger quantities.")
    elif len(tiers) > MAX_TIERS:
        wrong = _("At most %(count)d tiers.") % {"count": MAX_TIERS}
    elif len({quantity for quantity, _price in tiers}) < len(tiers):
        wrong = _("Each quantity may stand once.")
    elif any(quantity <= 0 or price <= 0 for quantity, price in tiers):
        wrong = _("Quantities and prices of tiers must be above nothing.")
    if wrong:
        raise DomainError("invalid", wrong, fields={"tiers": [wrong]}, status=400)
    PriceTier.objects.filter(product=product).delete()
    rows = PriceTier.objects.bulk_create(
        PriceTier(product=product, from_quantity=quantity, price=price) for quantity, price in sorted(tiers)
    )
    Product.objects.filter(pk=product.pk).update(updated_at=product.updated_at)
    events.record(
        kind="product.changed",
        actor=actor,
        company=product.company,
        obj=product,
        payload={"fields": ["price_tiers"]},
    )
    return rows


@transaction.atomic
def set_published(*, product: Product, actor: User, published: bool) -> Product:
    """Take a product down or put it back. Nothing changes when it already is so.

    Raises:
        DomainError: `forbidden`.
    """
    product = _locked(product, actor)
    if product.published != published:
        product.published = published
        product.save(update_fields=["published", "updated_at"])
        kind = "product.published" if published else "product.unpublished"
        events.record(kind=kind, actor=actor, company=product.company, obj=product)
    return product


@transaction.atomic
def delete_product(*, product: Product, actor: User) -> None:
    """Delete a product on which nothing depends: no commitment, and no record of another part of the platform.

    Raises:
        DomainError: `forbidden`; `in-use`: it can be taken down instead.
    """
    product = _locked(product, actor)
    in_use = DomainError(
        "in-use",
        _("Something depends on this product, so it cannot be deleted. You can take it down instead."),
    )
    own = {"companies"}
    for relation in Product._meta.related_objects:
        other = relation.related_model
        if isinstance(other, str) or other._meta.app_label in own or not relation.field.concrete:
            continue
        if other._base_manager.filter(**{relation.field.name: product}).exists():
            raise in_use
    photos = list(ProductPhoto.objects.filter(product=product).select_related("document"))
    key, company = product.pk, product.company
    try:
        product.delete()
    except ProtectedError:
        raise in_use from None
    for photo in photos:
        delete_file_of(photo.document)
        photo.document.delete()
    events.record(kind="product.deleted", actor=actor, company=company, payload={"product": str(key)})


@transaction.atomic
def add_photo(*, product: Product, actor: User, file: UploadedFile[Any], alt_text: str = "") -> ProductPhoto:
    """Add a photo after the others, at most eight; see `documents.store_photo`.

    Raises:
        DomainError: `forbidden`; `too-many`; as `store_photo`.
    """
    product = _locked(product, actor)
    photos = ProductPhoto.objects.filter(product=product)
    if photos.count() >= MAX_PHOTOS:
        raise DomainError(
            "too-many", _("At most %(count)d photos. Delete one first.") % {"count": MAX_PHOTOS}
        )
    last = photos.aggregate(last=Max("position"))["last"]
    document = store_photo(company=product.company, uploaded_by=actor, file=file)
    photo = ProductPhoto(
        product=product,
        document=document,
        alt_text=alt_text.strip(),
        position=0 if last is None else last + 1,
    )
    _clean(photo)
    photo.save()
    events.record(kind="product.photo_added", actor=actor, company=product.company, obj=product)
    return photo


@transaction.atomic
def remove_photo(*, photo: ProductPhoto, actor: User) -> None:
    """Delete a photo and its file.

    Raises:
        DomainError: `forbidden`.
    """
    product = _locked(photo.product, actor)
    document = photo.document
    photo.delete()
    delete_file_of(document)
    document.delete()
    events.record(kind="product.photo_removed", actor=actor, company=product.company, obj=product)


@transaction.atomic
def put_photo_first(*, photo: ProductPhoto, actor: User) -> None:
    """Show this photo in lists; the others keep their order.

    Raises:
        DomainError: `forbidden`.
    """
    product = _locked(photo.product, actor)
    others = ProductPhoto.objects.filter(product=product).exclude(pk=photo.pk)
    order: list[UUID] = [photo.pk, *others.values_list("pk", flat=True)]
    for position, key in enumerate(order):
        ProductPhoto.objects.filter(pk=key).update(position=position)


def _locked(product: Product, actor: User) -> Product:
    """The row as it is now, locked against other writers; commitments may go on."""
    row: Product | None = (
        Product.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company", "unit")
        .filter(pk=product.pk)
        .first()
    )
    if row is None:
        raise DomainError("not-there", _("This product is not there any more."), status=404)
    if not actor.has_perm("companies.change_product", row):
        raise DomainError("forbidden", _("You may not change this product."), status=403)
    return row


def _write(product: Product, fields: Mapping[str, Any]) -> None:
    """Set the fields and check the whole row."""
    problems: dict[str, list[str]] = {}
    for name, value in fields.items():
        setattr(product, name, value)
    if "gtin" in fields:
        product.gtin = ean.compact(product.gtin.strip())
        if product.gtin and not ean.is_valid(product.gtin):
            problems["gtin"] = [
                _("This is no valid GTIN: 8, 12, 13 or 14 digits, the last one is a check digit.")
            ]
    if "specification" in fields:
        product.specification, problem = _pairs(fields["specification"])
        if problem:
            problems["specification"] = [problem]
    if "currency" in fields:
        product.currency = product.currency.upper()
        if product.currency not in list_currencies():
            problems["currency"] = [_("This is no ISO 4217 currency code, such as VND or USD.")]
    if "markets" in fields:
        product.markets = sorted(set(fields["markets"]))
        if Market.objects.filter(code__in=product.markets).count() != len(product.markets):
            problems["markets"] = [_("One of these markets is unknown.")]
    if problems:
        first = next(iter(problems.values()))[0]
        raise DomainError("invalid", first, fields=problems, status=400)
    _clean(product)


def _clean(row: Product | ProductPhoto) -> None:
    for field in row._meta.concrete_fields:
        if field.generated:  # the database's own columns are not there before the row is
            continue
        value = getattr(row, field.attname)
        if isinstance(value, str) and "\x00" in value:
            message = _("Null characters are not allowed.")
            raise DomainError("invalid", message, fields={field.name: [message]}, status=400)
    try:
        row.full_clean()
    except ValidationError as error:
        raise from_validation(error) from error


def _pairs(given: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Free pairs, trimmed, and what is wrong with them."""
    pairs = {str(key).strip(): str(value).strip() for key, value in given.items()}
    pairs = {key: value for key, value in pairs.items() if key and value}
    if len(pairs) > MAX_PAIRS:
        return pairs, _("At most %(count)d lines of specification.") % {"count": MAX_PAIRS}
    if any(len(key) > 60 or len(value) > 200 for key, value in pairs.items()):
        return pairs, _("A name has at most 60 characters and a value 200.")
    if any("\x00" in key + value for key, value in pairs.items()):
        return pairs, _("Null characters are not allowed.")
    return pairs, ""
