"""Live figures of the catalogue, counted at most once in some minutes by each process."""

from __future__ import annotations

import time
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.utils.translation import get_language

from companies.models import Company, Product, ProductSet
from tenders.models import SourcingNeed

SECONDS = 300
_known: list[tuple[float, Figures]] = []  # at most one; no cache server, so that an error page needs none


@dataclass(frozen=True, slots=True)
class Figures:
    """What a visitor may count: published products of listed suppliers, and needs that everyone sees."""

    products: int
    five_stars: int
    suppliers: int
    provinces: int
    open_needs: int
    has_simulated: bool
    sets: tuple[tuple[str, str, str, int], ...]  # code, name vi, name en, products; largest first

    @property
    def largest_sets(self) -> list[tuple[str, str, int]]:
        """Code, name in the active language and products of the six largest product sets."""
        english = (get_language() or "vi").startswith("en")
        return [(code, en if english else vi, count) for code, vi, en, count in self.sets]


def catalogue_figures() -> Figures:
    """The figures as counted within the last minutes, or now."""
    if _known and time.monotonic() - _known[0][0] < SECONDS:
        return _known[0][1]
    figures = _count()
    _known[:] = [(time.monotonic(), figures)]
    return figures


def forget_figures() -> None:
    """Count again at the next call (after a bulk load, in tests)."""
    _known.clear()


def _count() -> Figures:
    offered = Product.objects.offered()
    totals = offered.aggregate(
        products=Count("pk"),
        five_stars=Count("pk", filter=Q(stars=5)),
        suppliers=Count("company", distinct=True),
        provinces=Count("company__province", distinct=True),
    )
    sets = (
        ProductSet.objects.filter(product__in=offered)
        .annotate(products=Count("product"))
        .order_by("-products", "number")
        .values_list("code", "name_vi", "name_en", "products")[:6]
    )
    return Figures(
        products=totals["products"],
        five_stars=totals["five_stars"],
        suppliers=totals["suppliers"],
        provinces=totals["provinces"],
        open_needs=SourcingNeed.objects.visible_to(AnonymousUser()).open().count(),
        has_simulated=Company.objects.filter(is_simulated=True).exists(),
        sets=tuple(sets),
    )
