"""What the catalogue's pages show of a product, with the reader's rights already applied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from companies.certificates import counts_for
from companies.enums import CapacityProof, Verification
from companies.listing import Card, cards, with_card_rows
from companies.models import Certification, MonthlyCapacity, Product, StarRating
from companies.querysets import AnyUser
from core.months import first_day, month_range
from frontend import charts

MONTHS = 12


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
    left = [max(Decimal(rows[m].available), zero) if m in rows else zero for m in months]
    series = [charts.Series(gettext("Left"), left)]
    if own:
        promised = [rows[m].reserved + rows[m].bound if m in rows else zero for m in months]
        if any(promised):
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


__all__ = [
    "CapacityPanel",
    "Card",
    "capacity_panel",
    "cards",
    "certificates_of",
    "ratings_of",
    "stated_products",
    "with_card_rows",
]
