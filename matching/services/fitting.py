"""The supplier's side: open needs that its products fit, best first, and what is missing for the near misses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import Q

from companies.models import Company
from matching.engine.eligibility import Criterion, judge
from matching.engine.explain import Fact, facts_of, to_points
from matching.engine.features import compute_features
from matching.engine.supply import Supply
from matching.lines import LineReader, with_criteria
from matching.services.registry import active_ranker
from matching.supply import load_supply
from tenders import models as tenders

NEAR = 2  # so many unmet requirements still count as near
HOPELESS = frozenset({"product", "unit", "own_company", "product_set"})


@dataclass(frozen=True)
class FittingNeed:
    """A need line and the supplier's best product for it; `missing` is empty where all that is required is met."""

    line: tenders.NeedLine
    product_id: Any
    score: float
    covered: float | None  # share of the line's quantities, None = capacity not stated
    missing: list[Criterion]
    facts: list[Fact]


def needs_that_fit(
    *, company: Company, user: Any, now: datetime | None = None, near: bool = True
) -> list[FittingNeed]:
    """Open needs that `user` may see, ranked for the company's offered products.

    Fitting lines come first, by score; then near misses (the product asked for, at most two requirements unmet), the
    fewest first. The ceiling price neither excludes nor ranks here: a supplier must not be able to find it out. The
    number of queries does not depend on the number of needs.
    """
    supply = load_supply(Q(company=company), now=now, own=True)
    if not len(supply):
        return []
    visible = tenders.SourcingNeed.objects.visible_to(user).open().exclude(company=company)
    lines: Any = with_criteria(tenders.NeedLine.objects.filter(need__in=visible)).order_by("pk")
    reader, ranker = LineReader(), active_ranker()
    found: list[FittingNeed] = []
    for line in lines:
        one = _best(line, supply, reader, ranker.model, now)
        if one is not None and (not one.missing or near):
            found.append(one)
    return sorted(found, key=lambda f: (len(f.missing), -f.score, str(f.line.pk)))


def _best(
    line: tenders.NeedLine, supply: Supply, reader: LineReader, model: Any, now: datetime | None
) -> FittingNeed | None:
    from dataclasses import replace

    if line.need.name_withheld:
        # Distances to a commune would tell where the buyer is; its delivery place is withheld with its name.
        line.need.delivery_commune = None
    asked = reader.read(line, now=now)
    if asked is None:
        return None
    # Neither by its effect nor by the order may a supplier learn the ceiling.
    asked = replace(asked, ceiling=float("nan"), ceiling_excludes=False)
    verdict = judge(asked, supply)
    unmet = [verdict.reasons(row) for row in range(len(supply))]
    rows = [
        row
        for row, reasons in enumerate(unmet)
        if len(reasons) <= NEAR and not any(r.code in HOPELESS for r in reasons)
    ]
    if not rows:
        return None
    at = np.array(rows)
    X = compute_features(asked, supply.take(at), verdict.words[at])
    scores = to_points(model, X).score
    best = min(
        range(len(rows)), key=lambda i: (len(unmet[rows[i]]), -scores[i], str(supply.product[rows[i]]))
    )
    row = rows[best]
    share = X[best, 0]
    return FittingNeed(
        line=line,
        product_id=supply.product[row],
        score=float(scores[best]),
        covered=None if np.isnan(share) else float(share),
        missing=unmet[row],
        facts=facts_of(asked, supply, row),
    )
