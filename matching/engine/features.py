"""One function for training and serving: what the ranker sees of a product for a line. NaN = not known.

All columns are dimensionless or have the scale given beside them, so that one model serves all products.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .eligibility import coverage, lab_passes, last_valid_month, valid_stars
from .need import NeedLine
from .schema import Feature
from .supply import Supply, distance_km

Floats = NDArray[np.float64]

FEATURES: tuple[Feature, ...] = (
    Feature("coverage", 1),  # share of all months' demand that is available, 0..1
    Feature("worst_month", 1),  # the same of the worst month
    Feature("spare", 1),  # log2(1 + available / demand) over the months, 0..4
    Feature(
        "capacity_proof", 1
    ),  # share of the stated months that were checked (0.5) or delivered before (1)
    Feature("price_ceiling", -1),  # price / ceiling, 0..3
    Feature("price_market", -1),  # price / median price of the same product, 0..3
    Feature("stars", 1),  # stars that count now, 0 or 3..5
    Feature("stars_verified", 1),  # 1 if the issuing level confirmed them
    Feature("stars_wish", 1),  # 1 if the preferred stars are reached; NaN without a wish
    Feature("preferred_certificates", 1),  # share of the preferred ones that is held; NaN without any
    Feature("certificates", 1),  # number of schemes held now, at most 6
    Feature("market_habits", 1),  # share of what buyers of the market usually ask for; NaN without a market
    Feature("sold_there", 1),  # share of the preferred markets in which it is sold already; NaN without any
    Feature("lab_wishes", 1),  # share of the preferred laboratory limits that are met; NaN without any
    Feature("validity", 1),  # share of the months in which all that is required still holds
    Feature("distance", -1),  # hundreds of km to the delivery place; NaN for export
    Feature("same_province", 1),
    Feature("on_time", 1),  # share of deliveries on time and in full; NaN without deliveries
    Feature("deliveries", 1),  # log2(1 + deliveries), at most 7
    Feature("lead_time", -1),  # lead time / days until the first month, 0..3
    Feature("minimum_order", -1),  # minimum order / mean month, 0..5
    Feature("words", 1),  # how well the name fits the words, 0..1
    Feature("newness", 0),  # years since it was listed, 0..5
    Feature("supplier_kind", 0, "category"),
    Feature("buyer_kind", 0, "category"),
    Feature("destination", 0, "category"),  # 0 domestic, 1 export
)
NAMES: tuple[str, ...] = tuple(f.name for f in FEATURES)


def compute_features(line: NeedLine, supply: Supply, words: Floats) -> Floats:
    """(rows, FEATURES) what the ranker sees.

    Parameters
    ----------
    words : (rows,) how well the names fit (`Eligibility.words`).
    """
    rows = len(supply)
    share = coverage(line, supply)
    stated = ~np.isnan(share)
    any_stated = stated.any(axis=1)
    column: dict[str, ArrayLike] = {}

    def when_stated(values: Floats) -> Floats:
        return np.where(any_stated, values, np.nan)

    known = np.where(stated, share, 0.0)
    available = np.nan_to_num(supply.months(line.months), nan=0.0).clip(min=0.0)
    column["coverage"] = when_stated(known @ line.demand / line.total)
    column["worst_month"] = when_stated(known.min(axis=1))
    column["spare"] = when_stated(np.log2(1 + available.sum(axis=1) / line.total).clip(0, 4))
    proofs = np.where(stated, supply.proofs(line.months) / 2.0, 0.0)
    column["capacity_proof"] = when_stated(proofs.sum(axis=1) / np.maximum(stated.sum(axis=1), 1))
    column["price_ceiling"] = np.clip(supply.price / line.ceiling, 0, 3)
    column["price_market"] = np.clip(supply.price / supply.peer_price, 0, 3)
    column |= _quality(line, supply)
    column |= _place_and_record(line, supply)
    column["minimum_order"] = np.clip(supply.minimum_order / line.demand.mean(), 0, 5)
    column["words"] = words
    column["newness"] = np.clip((line.now_month - supply.listed_month) / 12.0, 0, 5)
    column["supplier_kind"] = supply.supplier_kind
    column["buyer_kind"] = np.full(rows, line.buyer_code)
    column["destination"] = np.full(rows, float(line.export))
    return np.column_stack([np.asarray(column[name], dtype=np.float64) for name in NAMES])


def _quality(line: NeedLine, supply: Supply) -> dict[str, ArrayLike]:
    rows = len(supply)
    stars = valid_stars(line, supply)
    nothing = np.full(rows, np.nan)
    found: dict[str, ArrayLike] = {
        "stars": stars,
        "stars_verified": (supply.stars_verified & (stars > 0)).astype(np.float64),
        "stars_wish": (stars >= line.wished_stars).astype(np.float64) if line.wished_stars else nothing,
        "certificates": np.minimum((supply.certificates >= line.now_month).sum(axis=1), 6),
        "market_habits": nothing,
        "sold_there": nothing,
        "preferred_certificates": nothing,
        "lab_wishes": nothing,
    }
    if line.preferred:
        held = [
            supply.scheme_until(c.schemes, confirmed=c.confirmed) >= line.now_month for c in line.preferred
        ]
        found["preferred_certificates"] = np.mean(held, axis=0)
    if line.habits:
        found["market_habits"] = np.mean(
            [supply.scheme_until((s,)) >= line.now_month for s in line.habits], axis=0
        )
    if line.markets:
        at = [supply.markets.index(m) for m in line.markets if m in supply.markets]
        found["sold_there"] = supply.sold_in[:, at].sum(axis=1) / len(line.markets)
    wishes = [limit for limit in line.lab if not limit.required]
    if wishes:
        found["lab_wishes"] = np.mean([lab_passes(limit, supply) for limit in wishes], axis=0)
    until = last_valid_month(line, supply)
    found["validity"] = (line.months[None, :] <= until[:, None]).mean(axis=1)
    return found


def _place_and_record(line: NeedLine, supply: Supply) -> dict[str, ArrayLike]:
    rows = len(supply)
    far = np.full(rows, np.nan)
    if line.place is not None and not line.export:
        far = distance_km(supply.latitude, supply.longitude, line.place) / 100.0
    local = np.full(rows, np.nan)
    if line.province and not line.export:
        local = (supply.province == line.province).astype(np.float64)
    return {
        "distance": far,
        "same_province": local,
        "on_time": np.where(supply.deliveries > 0, supply.on_time, np.nan),
        "deliveries": np.log2(1 + supply.deliveries).clip(0, 7),
        "lead_time": np.clip(supply.lead_days / max(line.days_until_first, 1.0), 0, 3)
        if not np.isnan(line.days_until_first)
        else np.full(rows, np.nan),
    }


def row_to_json(row: Floats) -> dict[str, float | None]:
    """One row of features as it is stored with a match; NaN becomes null."""
    return {name: None if np.isnan(v) else round(float(v), 6) for name, v in zip(NAMES, row, strict=True)}


def row_from_json(stored: Mapping[str, Any]) -> Floats:
    """The inverse of `row_to_json`; what is not there is missing."""
    return np.array(
        [float("nan") if stored.get(name) is None else float(stored[name]) for name in NAMES],
        dtype=np.float64,
    )
