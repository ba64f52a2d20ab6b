"""The score that serves while there is nothing to learn from: the same additive form, its numbers set by hand.

Points are meant on a scale of 100; they were chosen by judgement, not fitted, and docs/ranking.md lists them.
"""

from __future__ import annotations

import numpy as np

from .features import FEATURES, NAMES
from .ranker import AdditiveRanker
from .terms import NumericTerm, Term

VERSION = "prior"

# name: (places, points at each place, points where it is not known). Linear between places, flat outside.
TABLE: dict[str, tuple[tuple[float, ...], tuple[float, ...], float]] = {
    "coverage": ((0.0, 0.1, 0.5, 1.0), (0, 5, 18, 26), 6),
    "worst_month": ((0.0, 1.0), (0, 8), 2),
    "capacity_proof": ((0.0, 1.0), (0, 4), 0),
    "price_ceiling": ((0.6, 1.0, 1.3), (10, 2, -8), 2),
    "price_market": ((0.6, 1.0, 1.6), (3, 0, -3), 0),
    "stars": ((0.0, 3.0, 4.0, 5.0), (0, 4, 9, 14), 0),
    "stars_verified": ((0.0, 1.0), (0, 3), 0),
    "stars_wish": ((0.0, 1.0), (0, 4), 0),
    "preferred_certificates": ((0.0, 1.0), (0, 10), 0),
    "certificates": ((0.0, 6.0), (0, 5), 0),
    "market_habits": ((0.0, 1.0), (0, 4), 0),
    "sold_there": ((0.0, 1.0), (0, 3), 0),
    "lab_wishes": ((0.0, 1.0), (0, 3), 0),
    "validity": ((0.0, 1.0), (-4, 0), 0),
    "distance": ((0.0, 2.0, 8.0, 18.0), (5, 3, -1, -3), 0),
    "same_province": ((0.0, 1.0), (0, 1), 0),
    "on_time": ((0.5, 0.8, 1.0), (-6, 4, 10), 4),
    "deliveries": ((0.0, 5.0), (0, 2), 0),
    "lead_time": ((0.0, 1.0, 2.0), (1, 0, -4), 0),
    "minimum_order": ((0.0, 1.0, 3.0), (0, 0, -4), 0),
    "words": ((0.4, 1.0), (0, 3), 2),
}
BASE = 8.0
SCALE = (0.0, 100.0)


def prior_ranker() -> AdditiveRanker:
    """The documented prior; it has every direction that the schema states."""
    terms: list[Term] = []
    for name, (places, points, missing) in TABLE.items():
        terms.append(
            NumericTerm(
                name,
                (NAMES.index(name),),
                0.0,
                np.array(places, dtype=np.float64),
                np.array(points, dtype=np.float64),
                missing=np.array([float(missing)]),
            )
        )
    return AdditiveRanker.from_terms(FEATURES, terms, base=BASE, scale=SCALE)
