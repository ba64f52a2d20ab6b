"""Builds the engine's `Supply` from the database: what is offered, as columns, in six queries whatever the size."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import F, FloatField, IntegerField, Max, Q
from django.db.models.functions import Cast, Coalesce, ExtractMonth, ExtractYear
from django.utils import timezone

from companies.enums import Audience, CapacityProof, Verification
from companies.models import (
    Certification,
    CertificationScheme,
    LabReport,
    MonthlyCapacity,
    Product,
    ProductSet,
)
from core.text import fold
from matching.engine.eligibility import Count
from matching.engine.need import NeedLine
from matching.engine.supply import (
    FOREVER,
    HORIZON,
    SUPPLIER_KINDS,
    Supply,
    code_of,
    month_index,
    peer_prices,
)
from matching.engine.text import is_product, tokens
from matching.lines import unit_factor

PROOF_CODE = {CapacityProof.STATED: 0, CapacityProof.CHECKED: 1, CapacityProof.DELIVERED: 2}
COLUMNS = (
    "id", "company_id", "product_set__number", "hs_id", "name_vi", "name_en", "product_words", "unit_id",
    "pack_content", "stars", "stars_confirmed", "stars_valid_until", "price", "currency", "price_audience",
    "capacity_audience", "lead_time_days", "min_order", "shelf_life_days", "markets", "created_at", "company__kind",
    "company__province_id", "lat", "lon", "company__on_time_in_full", "company__deliveries_count",
)  # fmt: skip


def products_for(line: NeedLine) -> Q:
    """The products worth loading for a line: its sets, and others of the same HS-6 or with a word of it."""
    wanted = Q()
    if line.product_sets:
        wanted |= Q(product_set__number__in=line.product_sets)
    if line.hs6:
        wanted |= Q(hs_id=line.hs6)
    if line.words and not line.product_sets and not line.hs6:
        for word in tokens(line.words):
            for spelling in _spellings(word):
                wanted |= Q(search__contains=spelling)
    return wanted


def _spellings(token: str) -> list[str]:
    from matching.engine.synonyms import CONCEPTS, PROCESSING

    if token in PROCESSING:
        return []
    if not token.startswith("@"):
        return [fold(token)]
    return sorted(
        {
            fold(s)
            for concept, spellings in CONCEPTS.items()
            if token[1:] in concept.split("+")
            for s in spellings
        }
    )


@dataclass(frozen=True)
class Selection:
    """The products that are the one asked for, and what was left out to get there."""

    ids: list[UUID]
    counts: tuple[Count, ...]


def select_products(line: NeedLine) -> Selection:
    """Find the products that a line means by name and HS-6 alone, in one light query.

    Only they are read in full. The funnel's first steps (set, product) are counted here.
    """
    rows = Product.objects.offered().filter(products_for(line) or Q()).order_by("pk")
    found = list(
        rows.values_list("id", "product_set__number", "hs_id", "name_vi", "product_words", "name_en")
    )
    if not (line.words or line.hs6):
        return Selection([r[0] for r in found], ())
    codes = np.array([r[2] or "" for r in found], dtype=np.str_)
    named, _words = is_product(line.words, line.hs6, [_name(r[3], r[4], r[5]) for r in found], codes)
    in_set = (
        np.array([r[1] in line.product_sets for r in found], dtype=np.bool_)
        if line.product_sets
        else np.ones(len(found), dtype=np.bool_)
    )
    counts = []
    start = in_set | named
    if line.product_sets:
        counts.append(_count("product_set", "", ~start, int(start.sum())))
    named &= start
    counts.append(_count("product", line.words or line.hs6, start & ~named, int(named.sum())))
    return Selection([r[0] for r, n in zip(found, named, strict=True) if n], tuple(counts))


def _count(code: str, detail: str, removed: np.ndarray[Any, Any], left: int) -> Count:
    gone = int(removed.sum())
    return Count(code, detail, alone=gone, in_sequence=gone, left=left, only=0, relaxable=False)


def _name(name_vi: str, words: str, name_en: str) -> str:
    return " ".join(part for part in (name_vi, words, name_en) if part)


def load_supply(
    products: Q | None = None,
    *,
    now: Any = None,
    currency: str = "VND",
    buyer_verified: bool = True,
    own: bool = False,
    product_ids: Iterable[UUID] | None = None,
) -> Supply:
    """Read offered products as columns.

    Args:
        products: which ones; None = all offered.
        now: the moment: certificates and stars that ended before count as ended, and the first month is its month.
        currency: prices in other currencies count as not known.
        buyer_verified: whether the buyer may read prices and capacities meant for verified buyers. What the buyer
            may not read is not used either, so that neither score nor counts give it away: such a price is unknown,
            such a capacity not stated.
        own: the products are the reader's own, from whom nothing is hidden.
        product_ids: further restricts to these, published or not at the caller's choice of `products`.
    """
    today = timezone.localtime(now or timezone.now()).date()
    rows = Product.objects.offered()
    if products is not None:
        rows = rows.filter(products)
    if product_ids is not None:
        rows = rows.filter(pk__in=list(product_ids))
    place = {
        "lat": Coalesce("company__lat", "company__commune__lat", "company__province__lat"),
        "lon": Coalesce("company__lon", "company__commune__lon", "company__province__lon"),
    }
    table = list(rows.annotate(**place).order_by("pk").values_list(*COLUMNS))
    readers = {Audience.PUBLIC, Audience.VERIFIED_BUYERS} if buyer_verified else {Audience.PUBLIC}
    if own:
        readers = set(Audience)
    return _columns(table, today, currency, readers)


def _columns(table: list[tuple[Any, ...]], today: date, currency: str, readers: set[Audience]) -> Supply:
    values: list[Sequence[Any]] = list(zip(*table, strict=True)) if table else [()] * len(COLUMNS)
    column: dict[str, Sequence[Any]] = dict(zip(COLUMNS, values, strict=True))
    ids = list(column["id"])
    row_of = {pk: i for i, pk in enumerate(ids)}
    units = [unit_factor(u, net) for u, net in zip(column["unit_id"], column["pack_content"], strict=True)]
    dimension = np.array([u[0] for u in units], dtype=np.int64)
    factor = np.array([u[1] for u in units], dtype=np.float64)
    product_set = np.array([n or 0 for n in column["product_set__number"]], dtype=np.int64)
    hs6 = np.array([h or "" for h in column["hs_id"]], dtype=np.str_)
    price = _prices(column, currency, readers) / factor
    first = month_index(today)
    told = [pk for pk, audience in zip(ids, column["capacity_audience"], strict=True) if audience in readers]
    available, proof = _capacity(told, row_of, factor, first)
    schemes, held, confirmed = _certificates(column, product_set, row_of, today)
    markets = tuple(sorted({m for ms in column["markets"] for m in ms}))
    return Supply(
        first_month=first,
        product=_objects(ids),
        company=_objects(column["company_id"]),
        product_set=product_set,
        hs6=hs6,
        name_vi=[
            f"{n} {w}" if w else n for n, w in zip(column["name_vi"], column["product_words"], strict=True)
        ],
        name_en=list(column["name_en"]),
        dimension=dimension,
        stars=_floats(column["stars"], nothing=0.0),
        stars_verified=np.array(column["stars_confirmed"], dtype=np.bool_),
        stars_until=_until(column["stars_valid_until"], today),
        schemes=schemes,
        certificates=held,
        confirmed=confirmed,
        markets=markets,
        sold_in=np.array([[m in ms for m in markets] for ms in column["markets"]], dtype=np.bool_).reshape(
            len(ids), len(markets)
        ),
        available=available,
        proof=proof,
        price=price,
        peer_price=peer_prices(product_set, hs6, dimension, price),
        lead_days=_floats(column["lead_time_days"]),
        minimum_order=_floats(column["min_order"]) * factor,
        shelf_life_days=_floats(column["shelf_life_days"]),
        latitude=_floats(column["lat"]),
        longitude=_floats(column["lon"]),
        province=np.array([p or "" for p in column["company__province_id"]], dtype=np.str_),
        supplier_kind=np.array(
            [code_of(k, SUPPLIER_KINDS) for k in column["company__kind"]], dtype=np.float64
        ),
        on_time=_floats(column["company__on_time_in_full"]),
        deliveries=_floats(column["company__deliveries_count"], nothing=0.0),
        listed_month=np.array([month_index(c) for c in column["created_at"]], dtype=np.int64),
        lab=_lab(ids, row_of),
    )


def _objects(values: Sequence[Any]) -> np.ndarray[Any, np.dtype[Any]]:
    found = np.empty(len(values), dtype=object)
    found[:] = list(values)
    return found


def _floats(values: Sequence[Any], *, nothing: float = np.nan) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([nothing if v is None else float(v) for v in values], dtype=np.float64)


def _until(values: Sequence[date | None], today: date) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Last month of validity: the month before this one for what ended already, FOREVER for what has no end."""
    this = month_index(today)
    return np.array(
        [
            FOREVER if v is None else month_index(v) if v >= today else min(month_index(v), this - 1)
            for v in values
        ],
        dtype=np.int64,
    )


def _prices(
    column: dict[str, Sequence[Any]], currency: str, readers: set[Audience]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    told = zip(column["price"], column["currency"], column["price_audience"], strict=True)
    return np.array(
        [float(p) if p is not None and c == currency and a in readers else np.nan for p, c, a in told],
        dtype=np.float64,
    )


def _capacity(
    told: list[UUID], row_of: dict[UUID, int], factor: np.ndarray[Any, Any], first: int
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(available, proof) by product and month, of the products `told`; NaN where nothing is stated or to be read."""
    available = np.full((len(row_of), HORIZON), np.nan)
    proof = np.zeros((len(row_of), HORIZON), dtype=np.int64)
    month = Cast(ExtractYear("month") * 12 + ExtractMonth("month") - 1 - first, IntegerField())
    rows = (
        MonthlyCapacity.objects.filter(
            product_id__in=told,
            month__gte=date(first // 12, first % 12 + 1, 1),
            month__lt=date((first + HORIZON) // 12, (first + HORIZON) % 12 + 1, 1),
        )
        .order_by()
        .values("product_id")
        .annotate(
            at=ArrayAgg(month, order_by="month"),
            left=ArrayAgg(Cast(F("stated") - F("reserved") - F("bound"), FloatField()), order_by="month"),
            shown=ArrayAgg("proof", order_by="month"),
        )
        .values_list("product_id", "at", "left", "shown")
    )
    for product, at, left, shown in rows:
        row = row_of[product]
        # A shortfall (less than nothing left) is nothing left.
        available[row, at] = np.maximum(left, 0.0) * factor[row]
        proof[row, at] = [PROOF_CODE.get(p, 0) for p in shown]
    return available, proof


def _certificates(
    column: dict[str, Sequence[Any]],
    product_set: np.ndarray[Any, Any],
    row_of: dict[UUID, int],
    today: date,
) -> tuple[tuple[str, ...], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(schemes, last month of validity, the same for confirmed ones only).

    A company's certificate counts for its products of the sectors that the scheme applies to; one that names a
    product counts for that product alone. Rejected ones and those not yet valid count for nothing.
    """
    applies = {
        code: (pk, frozenset(sectors))
        for pk, (code, sectors) in enumerate(
            CertificationScheme.objects.order_by("code").values_list("code", "applies_to")
        )
    }
    schemes = tuple(applies)
    held = np.zeros((len(row_of), len(schemes)), dtype=np.int64)
    confirmed = np.zeros_like(held)
    sectors = {n: frozenset(s) for n, s in ProductSet.objects.values_list("number", "product_sectors")}
    of_company: dict[UUID, list[int]] = {}
    for row, company in enumerate(column["company_id"]):
        of_company.setdefault(company, []).append(row)
    found = (
        Certification.objects.filter(company_id__in=list(of_company))
        .exclude(status=Verification.REJECTED)
        .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=today))
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=today))
        .values_list("company_id", "product_id", "scheme_id", "status", "valid_to")
    )
    for company, product, scheme, status, valid_to in found:
        at, named = applies[scheme]
        until = FOREVER if valid_to is None else month_index(valid_to)
        if product is not None:
            rows = [row_of[product]] if product in row_of else []
        else:
            rows = [
                r
                for r in of_company[company]
                if not named
                or "all" in named
                or not sectors.get(int(product_set[r]))
                or named & sectors[int(product_set[r])]
            ]
        for row in rows:
            held[row, at] = max(held[row, at], until)
            if status == Verification.CONFIRMED:
                confirmed[row, at] = max(confirmed[row, at], until)
    return schemes, held, confirmed


def _lab(ids: list[UUID], row_of: dict[UUID, int]) -> dict[str, np.ndarray[Any, Any]]:
    """The newest numeric result of each parameter; the worst of several lots of that day."""
    found: dict[str, np.ndarray[Any, Any]] = {}
    newest: dict[tuple[int, str], date] = {}
    rows = (
        LabReport.objects.filter(product_id__in=ids, result__isnull=False)
        .order_by()
        .values("product_id", "parameter", "tested_on")
        .annotate(worst=Max("result"))
        .values_list("product_id", "parameter", "tested_on", "worst")
    )
    for product, parameter, tested_on, worst in rows:
        key = parameter.strip().casefold()
        row = row_of[product]
        if newest.get((row, key), date.min) <= tested_on:
            newest[row, key] = tested_on
            found.setdefault(key, np.full(len(ids), np.nan))[row] = float(worst)
    return found
