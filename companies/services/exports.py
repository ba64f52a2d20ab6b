"""The catalogue as a spreadsheet that the import reads again unchanged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from companies.enums import Verification
from companies.importing.rows import UNIT_NOT_STATED
from companies.models import Certification, MonthlyCapacity, Product, StarRating
from companies.services.workbooks import csv_lines, write_rows
from core.months import month_range
from core.quantities import QuantityError, get_unit, parse_unit

MONTHS = 12
CHUNK = 500
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(slots=True)
class _Extras:
    """What belongs to a chunk of products and may be read by the user: prices by id, capacity by month.

    `inside` holds the companies that the user acts for or oversees: their tax codes, addresses and stated capacities.
    """

    inside: set[UUID] = field(default_factory=set)
    priced: set[UUID] = field(default_factory=set)
    capacity: dict[UUID, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    certificates: dict[UUID, list[str]] = field(default_factory=lambda: defaultdict(list))


def export_products(queryset: QuerySet[Product], fmt: str, user: Any) -> bytes | Iterator[bytes]:
    """The products as a spreadsheet in the active language.

    Prices and capacities stand only in rows where the user may read them, tax codes and addresses only for those who
    act for the company or oversee it; others read of a capacity what is left of it. Cells that a spreadsheet could
    take for a formula are made harmless.

    Args:
        queryset: products that the user may see (`Product.objects.visible_to(user)`, filtered and ordered).
        fmt: `"xlsx"` (bytes) or `"csv"` (lines as they are made, in UTF-8 with a byte-order mark).

    Raises:
        ValueError: another format.
    """
    rows = export_rows(queryset, user)
    if fmt == "xlsx":
        return write_rows([(_("Products"), rows)])
    if fmt == "csv":
        return csv_lines(rows)
    raise ValueError(f"no such format: {fmt!r}")


def export_rows(queryset: QuerySet[Product], user: Any) -> Iterator[Sequence[Any]]:
    """The heading row and one row a product. Queries: a constant number per 500 products."""
    months = month_range(timezone.localdate(), MONTHS)
    yield _headings(months)
    products = queryset.select_related(
        "company__province", "company__commune", "product_set", "unit"
    ).prefetch_related(
        Prefetch(
            "ratings",
            StarRating.objects.exclude(status=Verification.REJECTED).order_by("-issued_on", "-created_at"),
        )
    )
    chunk: list[Product] = []
    for product in products.iterator(chunk_size=CHUNK):
        chunk.append(product)
        if len(chunk) == CHUNK:
            yield from _rows(chunk, months, user)
            chunk = []
    if chunk:
        yield from _rows(chunk, months, user)


def _headings(months: Sequence[date]) -> list[str]:
    return [
        _("Product name"),
        _("English name"),
        _("Producer"),
        _("Tax code"),
        _("Address"),
        _("Commune"),
        _("Province"),
        _("Product set"),
        _("HS code"),
        _("Other names"),
        _("Stars"),
        _("Points"),
        _("Decision number"),
        _("Decision date"),
        _("Valid until"),
        _("Unit of measure"),
        _("Pack"),
        _("GTIN"),
        _("Shelf life (days)"),
        _("Minimum order"),
        _("Lead time (days)"),
        _("Price"),
        _("Currency"),
        _("Certificates"),
        *(_("Capacity %(month)s") % {"month": f"{month:%m/%Y}"} for month in months),
    ]


def _rows(products: list[Product], months: Sequence[date], user: Any) -> Iterator[list[Any]]:
    extras = _extras(products, months, user)
    for product in products:
        yield _row(product, months, extras)


def _extras(products: list[Product], months: Sequence[date], user: Any) -> _Extras:
    ids = [product.pk for product in products]
    found = _Extras()
    for product in products:
        if user.has_perm("companies.view_company", product.company):
            found.inside.add(product.company_id)
    inside = {product.pk for product in products if product.company_id in found.inside}
    readable = Product.objects.filter(pk__in=ids).with_readable_price(user)
    found.priced = set(readable.values_list("pk", flat=True))
    capacity = MonthlyCapacity.objects.visible_to(user).filter(product_id__in=ids, month__in=months)
    for row in capacity:
        left = max(row.stated - row.reserved - row.bound, Decimal(0))
        found.capacity[row.product_id][row.month] = row.stated if row.product_id in inside else left
    companies = {product.company_id for product in products}
    certificates = (
        Certification.objects.filter(company_id__in=companies)
        .exclude(status=Verification.REJECTED)
        .order_by("scheme_id")
        .values_list("company_id", "product_id", "scheme__short_name")
        .distinct()
    )
    of_company: dict[UUID, list[tuple[UUID | None, str]]] = defaultdict(list)
    for company_id, product_id, name in certificates:
        of_company[company_id].append((product_id, name))
    for product in products:
        names = [name for only, name in of_company[product.company_id] if only in {None, product.pk}]
        found.certificates[product.pk] = list(dict.fromkeys(names))
    return found


def _row(product: Product, months: Sequence[date], extras: _Extras) -> list[Any]:
    company = product.company
    rating = _rating(product)
    price = product.price if product.pk in extras.priced else None
    capacity = extras.capacity.get(product.pk, {})
    is_inside = product.company_id in extras.inside
    return [
        product.name_vi,
        product.name_en,
        company.name_vi,
        company.tax_code if is_inside else "",
        company.address if is_inside else "",
        company.commune.full_name_vi if company.commune else "",
        company.province.full_name_vi if company.province else "",
        _set_text(product),
        product.hs_id or "",
        product.product_words,
        product.stars,
        rating.points if rating else None,
        rating.decision_number if rating else "",
        _day(rating.issued_on if rating else None),
        _day(rating.valid_until if rating else None),
        _unit_text(product.unit_id),
        product.pack,
        product.gtin,
        product.shelf_life_days,
        product.min_order,
        product.lead_time_days,
        price,
        product.currency if price is not None else "",
        ", ".join(extras.certificates[product.pk]),
        *(capacity.get(month) for month in months),
    ]


def _rating(product: Product) -> StarRating | None:
    """The rating that the product's stars come from (`refresh_stars`): confirmed before listed, then the latest."""
    ratings = [rating for rating in product.ratings.all() if rating.stars == product.stars]
    return next((rating for rating in ratings if rating.status == Verification.CONFIRMED), None) or next(
        iter(ratings), None
    )


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""


def _set_text(product: Product) -> str:
    """The set's name; one that was only guessed says so, and is not read back as stated."""
    if product.product_set is None:
        return ""
    name = product.product_set.name
    return name if product.set_confirmed else f"{name} (?)"


def _unit_text(code: str) -> str:
    """The unit's symbol where it reads back as the same unit, else its code; nothing where none was stated."""
    if code == UNIT_NOT_STATED:
        return ""
    symbol = get_unit(code).symbol_vi
    try:
        word = parse_unit(symbol)
    except QuantityError:
        return code
    return symbol if word.code == code and word.multiplier == 1 else code


def export_name(fmt: str) -> str:
    """A file name for the download, without accents."""
    with override(None):
        return f"offtake-{timezone.localdate():%Y%m%d}.{fmt}"
