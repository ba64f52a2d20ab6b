"""From raw contributions to points that a person can add up, and to facts that words are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .eligibility import coverage
from .need import NeedLine
from .ranker import AdditiveRanker
from .supply import FOREVER, Supply, distance_km

Floats = NDArray[np.float64]

FAMILIES: dict[str, tuple[str, ...]] = {
    "supply": ("coverage", "worst_month", "spare", "capacity_proof"),
    "stars": ("stars", "stars_verified", "stars_wish"),
    "certificates": ("preferred_certificates", "certificates", "validity", "lab_wishes"),
    "price": ("price_ceiling", "price_market"),
    "distance": ("distance", "same_province"),
    "record": ("on_time", "deliveries", "newness"),
    "market": ("market_habits", "sold_there"),
    "terms": ("lead_time", "minimum_order"),
    "product": ("words",),
    "supplier": ("supplier_kind", "buyer_kind", "destination"),
}
FAMILY_OF: dict[str, str] = {name: family for family, names in FAMILIES.items() for name in names}


def family_of(term: str) -> str:
    """The family of a term; a pair belongs to the family of its first feature."""
    return FAMILY_OF.get(term.split(" x ")[0], "other")


@dataclass(frozen=True)
class Points:
    """Scores of 0..100 points: `base` (rows,) and `terms` (rows, names) sum to `score` (rows,) within 1e-9.

    A score beyond the ends of the scale is cut there; what was cut is the last term, "limit".
    """

    score: Floats
    base: Floats
    terms: Floats
    names: list[str]


def to_points(model: AdditiveRanker, X: Floats) -> Points:
    """Score rows and put score and contributions on the scale 0..100."""
    parts = model.explain(X)
    low, high = model.scale_
    unit = 100.0 / (high - low)
    base = (parts[:, 0] - low) * unit
    terms = parts[:, 1:] * unit
    raw = base.copy()
    for column in range(terms.shape[1]):
        raw += terms[:, column]
    score = np.clip(raw, 0.0, 100.0)
    limit = score - raw
    return Points(score, base, np.column_stack((terms, limit)), [*model.term_names_, "limit"])


def whole_points(base: float, values: Floats) -> tuple[int, int, list[int]]:
    """Score, base and contributions as integers that sum exactly (largest remainder).

    The base is rounded by itself, so that it reads the same for every supplier of a line.
    """
    score = int(np.floor(base + float(values.sum()) + 0.5))
    start = int(np.floor(base + 0.5))
    floors = np.floor(values)
    result = floors.astype(int)
    left = score - start - int(floors.sum())  # 0 .. len(values), as both roundings move by half at most
    order = np.argsort(-(values - floors), kind="stable")
    result[order[:left]] += 1
    return score, start, [int(value) for value in result]


def by_family(names: list[str], values: Floats) -> dict[str, float]:
    """Contributions of one row summed by family, in the order of `FAMILIES`; absent families are left out."""
    sums: dict[str, float] = {}
    for name, value in zip(names, values, strict=True):
        if name != "limit" or abs(value) > 1e-9:
            key = "limit" if name == "limit" else family_of(name)
            sums[key] = sums.get(key, 0.0) + float(value)
    order = [*FAMILIES, "other", "limit"]
    return {key: sums[key] for key in order if key in sums}


@dataclass(frozen=True)
class Fact:
    """Something to tell about a match: a stable key and its values; words are made of it outside."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)


def facts_of(line: NeedLine, supply: Supply, row: int) -> list[Fact]:
    """What is worth telling about one product: coverage and gaps, lapses by month, price, distance, record."""
    one = supply.take(np.array([row]))
    found = _coverage_facts(line, one)
    found += _lapse_facts(line, one)
    price = float(one.price[0])
    if np.isnan(price):
        found.append(Fact("price_on_request"))
    elif not np.isnan(line.ceiling):
        found.append(Fact("price_ceiling", {"ratio": price / line.ceiling}))
    if line.place is not None and not line.export and not np.isnan(one.latitude[0]):
        found.append(Fact("distance", {"km": float(distance_km(one.latitude, one.longitude, line.place)[0])}))
    if one.deliveries[0] > 0:
        found.append(Fact("record", {"deliveries": int(one.deliveries[0]), "on_time": float(one.on_time[0])}))
    else:
        found.append(Fact("no_record"))
    return found


def _coverage_facts(line: NeedLine, one: Supply) -> list[Fact]:
    share = coverage(line, one)[0]
    stated = ~np.isnan(share)
    if not stated.any():
        return [Fact("capacity_unstated")]
    known = np.where(stated, share, 0.0)
    whole = float(known @ line.demand / line.total)
    short = [
        (int(month), float(demand * (1 - part)))
        for month, demand, part, told in zip(line.months, line.demand, share, stated, strict=True)
        if told and part < 1 - 1e-9
    ]
    facts = [
        Fact(
            "coverage",
            {
                "share": whole,
                "full_months": int((known >= 1 - 1e-9).sum()),
                "months": int(line.months.size),
                "short": short,
                "empty": [int(m) for m, p, t in zip(line.months, share, stated, strict=True) if t and p <= 0],
            },
        )
    ]
    if not stated.all():
        facts.append(Fact("partly_stated", {"months": [int(m) for m in line.months[~stated]]}))
    return facts


def _lapse_facts(line: NeedLine, one: Supply) -> list[Fact]:
    """ "HACCP ends in month 7 of 12": only what is held now and ends before the last month."""
    last, size = int(line.months.max()), int(line.months.size)
    facts = []

    def ends(until: int) -> dict[str, Any]:
        return {"month": until, "place": int((line.months <= until).sum()), "of": size}

    if one.stars[0] > 0 and line.now_month <= one.stars_until[0] < last:
        facts.append(Fact("stars_end", ends(int(one.stars_until[0]))))
    elif one.stars[0] > 0 and one.stars_until[0] < line.now_month:
        facts.append(Fact("stars_ended", {"month": int(one.stars_until[0])}))
    told: set[str] = set()
    for wanted in (*line.required, *line.preferred):
        until = int(one.scheme_until(wanted.schemes, confirmed=wanted.confirmed)[0])
        if line.now_month <= until < last and until < FOREVER:
            best = max(
                (s for s in wanted.schemes if s in one.schemes), key=lambda s: int(one.scheme_until((s,))[0])
            )
            if best not in told:
                told.add(best)
                facts.append(Fact("certificate_ends", {"scheme": best} | ends(until)))
    return facts
