"""A need answered: each line's eligible products in order, with what their scores are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from companies.enums import Verification
from matching.engine.eligibility import Count, Eligibility, coverage, judge
from matching.engine.explain import Fact, Points, by_family, facts_of, to_points, whole_points
from matching.engine.features import compute_features, row_to_json
from matching.engine.need import NeedLine
from matching.engine.supply import Supply
from matching.lines import LineReader, unit_factor, with_criteria
from matching.services.registry import ActiveRanker, active_ranker
from matching.supply import load_supply, select_products
from tenders import models as tenders

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RankedProduct:
    """One eligible product: its place, score and what the score is made of (points of 100)."""

    rank: int
    row: int
    product_id: UUID
    company_id: UUID
    score: float
    base: float
    contributions: dict[str, float]
    stated: bool

    @property
    def families(self) -> dict[str, float]:
        """Contributions by family; with the base they sum to the score."""
        return by_family(list(self.contributions), np.array(list(self.contributions.values())))

    @property
    def whole(self) -> tuple[int, int, dict[str, int]]:
        """(score, base, contributions by family) as integers that still sum exactly."""
        families = self.families
        score, base, parts = whole_points(self.base, np.array(list(families.values())))
        return score, base, dict(zip(families, parts, strict=True))


@dataclass
class LineMatches:
    """A line's answer. `ranked` has those whose capacity is stated, `unstated` the section of those that have not."""

    line: tenders.NeedLine
    asked: NeedLine | None
    ranker: ActiveRanker
    supply: Supply | None = None
    verdict: Eligibility | None = None
    features: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    ranked: list[RankedProduct] = field(default_factory=list)
    unstated: list[RankedProduct] = field(default_factory=list)
    factor: float = 1.0  # base units in one unit of the line

    @property
    def counts(self) -> list[Count]:
        """The funnel: what each required criterion removes."""
        return self.verdict.counts if self.verdict is not None else []

    @property
    def start(self) -> int:
        """How many products were looked at."""
        return self.verdict.looked_at if self.verdict is not None else 0

    @property
    def eligible(self) -> int:
        """How many products meet all required criteria."""
        return len(self.ranked) + len(self.unstated)

    @property
    def suppliers(self) -> int:
        """How many companies these are."""
        return len({r.company_id for r in (*self.ranked, *self.unstated)})

    def facts(self, match: RankedProduct) -> list[Fact]:
        """What is worth telling about a product."""
        if self.asked is None or self.supply is None:
            return []
        return facts_of(self.asked, self.supply, match.row)

    def covered(self, match: RankedProduct) -> Floats:
        """(months,) quantity that the product brings, capped at the demand, in the line's unit; NaN = not stated."""
        if self.asked is None or self.supply is None:
            return np.zeros(0)
        part: Floats = coverage(self.asked, self.supply.take(np.array([match.row])))[0]
        quantity: Floats = part * self.asked.demand / self.factor
        return quantity

    def stored_features(self, match: RankedProduct) -> dict[str, float | None]:
        """The features as they are stored with what was shown."""
        return row_to_json(self.features[match.row])

    def find(self, product_id: UUID) -> RankedProduct | None:
        """The ranked product of an id, in either section."""
        return next((r for r in (*self.ranked, *self.unstated) if r.product_id == product_id), None)


def match_line(
    *,
    line: tenders.NeedLine,
    reader: LineReader | None = None,
    ranker: ActiveRanker | None = None,
    supply: Supply | None = None,
    now: datetime | None = None,
) -> LineMatches:
    """Judge and rank all offered products for a line.

    Args:
        line: from `matching.lines.with_criteria`, so that the number of queries does not depend on it.
        supply: products to look at instead of the whole catalogue (a supplier's own).

    A line without quantities or with a unit that cannot be converted gives an empty answer (`asked` is None).
    """
    reader = reader or LineReader()
    ranker = ranker or active_ranker()
    asked = reader.read(line, now=now)
    if asked is None:
        return LineMatches(line, None, ranker)
    before: tuple[Count, ...] = ()
    if supply is None:
        supply, before = supply_for(line, asked, now=now)
    verdict = judge(asked, supply, before)
    features = np.full((len(supply), len(ranker.model.schema_)), np.nan)
    rows = np.flatnonzero(verdict.eligible)
    if rows.size:
        features[rows] = compute_features(asked, supply.take(rows), verdict.words[rows])
    found = LineMatches(line, asked, ranker, supply, verdict, features, factor=unit_factor(line.unit_id)[1])
    if rows.size:
        _order(found, rows, to_points(ranker.model, features[rows]))
    return found


def supply_for(
    line: tenders.NeedLine, asked: NeedLine, *, now: datetime | None = None
) -> tuple[Supply, tuple[Count, ...]]:
    """The offered products that a line means, with the prices that its buyer may read, and what was left out."""
    chosen = select_products(asked)
    supply = load_supply(
        now=now,
        currency=line.need.currency,
        buyer_verified=line.need.company.verification == Verification.CONFIRMED,
        product_ids=chosen.ids,
    )
    return supply, chosen.counts


def _order(found: LineMatches, rows: NDArray[np.int64], points: Points) -> None:
    assert found.supply is not None and found.verdict is not None
    supply = found.supply
    # Equal scores: the product id decides, so that the order is the same on every page.
    order = np.lexsort((supply.product[rows].astype(str), -points.score))
    for at in order:
        row = int(rows[at])
        stated = not bool(found.verdict.unstated[row])
        section = found.ranked if stated else found.unstated
        values = dict(zip(points.names, map(float, points.terms[at]), strict=True))
        if abs(values["limit"]) < 1e-9:
            del values["limit"]
        section.append(
            RankedProduct(
                rank=len(section) + 1,
                row=row,
                product_id=supply.product[row],
                company_id=supply.company[row],
                score=float(points.score[at]),
                base=float(points.base[at]),
                contributions=values,
                stated=stated,
            )
        )


def rank_need(*, need: tenders.SourcingNeed, now: datetime | None = None) -> list[LineMatches]:
    """All lines of a need, in their order. The number of queries grows with the lines, not with the products."""
    lines: Any = with_criteria(tenders.NeedLine.objects.filter(need=need)).order_by("position")
    reader, ranker = LineReader(), active_ranker()
    return [match_line(line=line, reader=reader, ranker=ranker, now=now) for line in lines]


def line_with_criteria(line_id: UUID) -> tenders.NeedLine:
    """One line, ready for `match_line`."""
    found: tenders.NeedLine = with_criteria(tenders.NeedLine.objects.all()).get(pk=line_id)
    return found
