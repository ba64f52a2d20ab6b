"""What the catalogue's pages show of a product, with the reader's rights already applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from companies.certificates import counts_for, valid_on
from companies.enums import Audience, CapacityProof, Verification
from companies.models import Certification, Document, MonthlyCapacity, Product, ProductPhoto, StarRating
from companies.querysets import AnyUser
from core.months import first_day, month_range
from frontend import charts

MONTHS = 12


@dataclass(slots=True)
class Card:
    """One product in a list. `price` is None unless the reader may read it."""

    product: Product
    price: Decimal | None
    price_note: str
    schemes: list[str]
    photo: Document | None
    stars_confirmed: bool


@dataclass(frozen=True, slots=True)
class CapacityPanel:
    """A product's coming months, or why the reader does not see them."""

    readable: bool
    stated: bool
    chart: charts.Chart | None = None
    unknown: list[date] = field(default_factory=list)
    short: list[date] = field(default_factory=list)
    proof: str = ""
    audience: str = ""


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
        names = [
            one.scheme.short_name or one.scheme.name
            for one in held.get(product.company_id, [])
            if counts_for(one, product)
        ]
        photos = list(product.photos.all())
        readable = user.has_perm("companies.view_price", product)
        found.append(
            Card(
                product=product,
                price=product.price if readable else None,
                price_note=price_note(product, readable),
                schemes=list(dict.fromkeys(names)),
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


def capacity_panel(product: Product, user: AnyUser) -> CapacityPanel:
    """What is left in the coming twelve months; for the product's own people and its agency also what is promised."""
    if not user.has_perm("companies.view_capacity", product):
        return CapacityPanel(readable=False, stated=False, audience=product.capacity_audience)
    months = month_range(first_day(timezone.localdate()), MONTHS)
    rows = {row.month: row for row in MonthlyCapacity.objects.filter(product=product, month__in=months)}
    if not rows:
        return CapacityPanel(readable=True, stated=False)
    own = user.has_perm("companies.view_company", product.company)
    zero = Decimal(0)
    left = [max(Decimal(rows[m].available), zero) if m in rows else zero for m in months]  # type: ignore[arg-type]
    series = [charts.Series(gettext("Left"), left)]
    if own:
        promised = [rows[m].reserved + rows[m].bound if m in rows else zero for m in months]
        series.insert(0, charts.Series(gettext("Promised"), promised))
    proofs = {row.proof for row in rows.values()}
    weakest = CapacityProof.STATED if CapacityProof.STATED in proofs else min(proofs)
    return CapacityPanel(
        readable=True,
        stated=True,
        chart=charts.coverage_chart(
            months, series, unit=product.unit_id, caption=gettext("Capacity by month")
        ),
        unknown=[month for month in months if month not in rows],
        short=[m for m in months if own and m in rows and rows[m].available < 0],  # type: ignore[operator]
        proof=str(CapacityProof(weakest).label),
    )


def ratings_of(product: Product, user: AnyUser) -> list[StarRating]:
    """The ratings to show: the one that counts first, refused ones left out."""
    today = timezone.localdate()
    rows = list(
        StarRating.objects.visible_to(user)
        .filter(product=product)
        .exclude(status=Verification.REJECTED)
        .select_related("listed_by", "issuing_province")
    )
    rows.sort(
        key=lambda row: (
            row.status != Verification.CONFIRMED,
            row.valid_until is not None and row.valid_until < today,
        )
    )
    return rows


def certificates_of(product: Product, user: AnyUser) -> list[Certification]:
    """Certificates that count for the product, ended ones too (the page says so); refused ones not."""
    rows = (
        Certification.objects.visible_to(user)
        .filter(company=product.company_id)
        .exclude(status=Verification.REJECTED)
        .select_related("scheme", "listed_by", "product")
    )
    return [row for row in rows if counts_for(row, product)]


def stated_products(products: Sequence[Product]) -> set[Any]:
    """Which of the products have a capacity from this month on."""
    this = first_day(timezone.localdate())
    rows = MonthlyCapacity.objects.filter(product__in=[product.pk for product in products], month__gte=this)
    return set(rows.order_by().values_list("product_id", flat=True).distinct())
