"""Products as lists show them, with the reader's rights already applied: one reading for the API and the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from companies.certificates import counts_for, valid_on
from companies.enums import Audience
from companies.models import Certification, Document, Product, ProductPhoto
from companies.querysets import AnyUser


@dataclass(slots=True)
class Card:
    """One product in a list. `price` is None unless the reader may read it."""

    product: Product
    price: Decimal | None
    price_readable: bool
    price_note: str
    certificates: list[Certification]
    photo: Document | None
    stars_confirmed: bool

    @property
    def scheme_names(self) -> list[str]:
        """Short names of the valid certificates' schemes, each once."""
        return list(dict.fromkeys(one.scheme.short_name or one.scheme.name for one in self.certificates))


def with_card_rows(products: QuerySet[Product]) -> QuerySet[Product]:
    """Everything that cards read, in a constant number of queries."""
    photos = ProductPhoto.objects.select_related("document").order_by("position", "created_at")
    return products.select_related(
        "company__province", "company__commune", "product_set", "unit"
    ).prefetch_related(Prefetch("photos", queryset=photos))


def cards(products: Sequence[Product], user: AnyUser) -> list[Card]:
    """The cards of a page of products (loaded `with_card_rows`)."""
    today = timezone.localdate()
    held: dict[Any, list[Certification]] = {}
    companies = {product.company_id for product in products}
    for certificate in Certification.objects.filter(valid_on(today), company__in=companies).select_related(
        "scheme"
    ):
        held.setdefault(certificate.company_id, []).append(certificate)
    found = []
    for product in products:
        photos = list(product.photos.all())
        readable = user.has_perm("companies.view_price", product)
        found.append(
            Card(
                product=product,
                price=product.price if readable else None,
                price_readable=readable,
                price_note=price_note(product, readable),
                certificates=[one for one in held.get(product.company_id, []) if counts_for(one, product)],
                photo=photos[0].document if photos else None,
                stars_confirmed=stars_confirmed(product, today),
            )
        )
    return found


def stars_confirmed(product: Product, today: date) -> bool:
    until = product.stars_valid_until
    return product.stars_confirmed and (until is None or until >= today)


def price_note(product: Product, readable: bool) -> str:
    """Why no price is shown. The same words whether there is none or it is hidden from this reader."""
    if readable and product.price is not None:
        return ""
    if not readable and product.price_audience == Audience.VERIFIED_BUYERS:
        return gettext("Price for verified buyers")
    return gettext("Price on request")
