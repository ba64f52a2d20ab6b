"""Facets of the catalogue: how many products each further choice would leave, under all other choices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F
from django.utils import timezone
from django.utils.translation import gettext

from companies.certificates import COUNTS_FOR_SQL
from companies.filters import FACETS, STAR_CHOICES, ProductFilter, confirmed_stars
from companies.models import CertificationScheme, Market, ProductSet, Province


@dataclass(frozen=True, slots=True)
class FacetOption:
    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One group of choices; `options` the most frequent first."""

    name: str
    label: str
    options: list[FacetOption]

    @property
    def is_chosen(self) -> bool:
        return any(option.selected for option in self.options)


@dataclass(frozen=True, slots=True)
class Facets:
    """How many products are found, how many of them with confirmed stars, and the groups of choices."""

    total: int
    confirmed: int
    groups: list[Facet]


def product_facets(filterset: ProductFilter) -> Facets:
    """Count everything in one statement: the products under the other filters are read once.

    Each facet is counted under the choices of all other facets, so that ticking a second box of the same facet
    shows what it adds. Queries: one, and one for the names of each facet but the stars.
    """
    counts = _counts(filterset)
    found = []
    for name in FACETS:
        own = counts.get(name, {})
        chosen = _chosen(filterset, name)
        labels = _labels(name, {*own, *chosen})
        options = [
            FacetOption(value, label, own.get(value, 0), value in chosen)
            for value, label in labels.items()
            if own.get(value) or value in chosen
        ]
        if name != "stars":
            options.sort(key=lambda option: -option.count)
        found.append(Facet(name, str(filterset.filters[name].label), options))
    totals = counts.get("total", {})
    return Facets(totals.get("all", 0), totals.get("confirmed", 0), found)


def _chosen(filterset: ProductFilter, name: str) -> set[str]:
    value = filterset.cleaned.get(name) or []
    return {str(getattr(one, "pk", one)) for one in value}


def _counts(filterset: ProductFilter) -> dict[str, dict[str, int]]:
    """Counts by facet and value. Only our own querysets and constants make the SQL; every value is a parameter."""
    day = timezone.localdate()
    chosen = {name: q for name in FACETS if (q := filterset.choice(name)) is not None}
    marks = {f"in_{name}": ExpressionWrapper(q, BooleanField()) for name, q in chosen.items()}
    rows = filterset.narrowed(without=FACETS).annotate(
        is_confirmed=ExpressionWrapper(confirmed_stars(day), BooleanField()), **marks
    )
    columns = rows.values(
        "id", "company_id", "product_set_id", "stars", "markets", "is_confirmed", *marks,
        province=F("company__province_id"), sectors=F("product_set__product_sectors"),
    )  # fmt: skip
    inner, parameters = columns.query.sql_with_params()

    def under(*without: str) -> str:
        return " AND ".join([f"p.in_{name}" for name in chosen if name not in without] or ["true"])

    sql = f"""
        WITH p AS MATERIALIZED ({inner})
        SELECT 'total', 'all', count(*) FROM p WHERE {under()}
        UNION ALL SELECT 'total', 'confirmed', count(*) FROM p WHERE is_confirmed AND {under()}
        UNION ALL SELECT 'set', product_set_id, count(*) FROM p WHERE {under("set")} GROUP BY 2
        UNION ALL SELECT 'stars', coalesce(stars, 0)::text, count(*) FROM p WHERE {under("stars")} GROUP BY 2
        UNION ALL SELECT 'province', province, count(*) FROM p WHERE {under("province")} GROUP BY 2
        UNION ALL SELECT 'market', market, count(*) FROM p, unnest(p.markets) market
            WHERE {under("market")} GROUP BY 2
        UNION ALL SELECT 'certificate', scheme_id, count(*) FROM (
            SELECT DISTINCT p.id, c.scheme_id FROM p
            JOIN companies_certification c ON c.company_id = p.company_id
            JOIN companies_certificationscheme s ON s.code = c.scheme_id
            WHERE {COUNTS_FOR_SQL} AND {under("certificate")}) held GROUP BY 2
    """  # noqa: S608
    found: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, day, day])
        for name, value, count in cursor.fetchall():
            if value:
                found.setdefault(name, {})[value] = count
    return found


NAMES: dict[str, Any] = {
    "set": ProductSet,
    "province": Province,
    "certificate": CertificationScheme,
    "market": Market,
}


def _labels(name: str, values: Iterable[str]) -> dict[str, str]:
    if name == "stars":
        return {
            value: gettext("No star") if value == "0" else gettext("%(stars)s stars") % {"stars": value}
            for value, _label in STAR_CHOICES
        }
    return {row.pk: row.name for row in NAMES[name].objects.filter(pk__in=list(values))}
