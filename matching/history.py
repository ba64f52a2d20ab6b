"""What might have been shown for past needs: the features and order that a simulated market is written with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.utils import timezone
from numpy.typing import NDArray

from matching.engine.eligibility import judge
from matching.engine.features import compute_features, row_to_json
from matching.engine.prior import prior_ranker
from matching.engine.supply import Supply, month_index
from matching.lines import LineReader, with_criteria
from matching.supply import load_supply


@dataclass(frozen=True)
class Candidates:
    """The eligible products of one line. `features` is (rows, FEATURES); `prior_score` (rows,) points of 0..100."""

    line_id: UUID
    product_ids: list[UUID]
    company_ids: list[UUID]
    features: NDArray[np.float64]
    prior_score: NDArray[np.float64]

    def features_json(self, row: int) -> dict[str, float | None]:
        """What `Match.features` of this row holds."""
        return row_to_json(self.features[row])


def past_candidates(
    lines: Any,
    *,
    now: datetime | None = None,
    progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
) -> Iterator[Candidates]:
    """Eligible products of past need lines with the features of today's catalogue.

    Args:
        lines: a queryset of need lines, or an iterable of saved ones.
        progress: wraps the iteration, e.g. tqdm.

    Months of the past are moved by whole years into the stated capacity: seasons repeat. All offered products are
    read once; a line costs a few milliseconds.
    """
    from tenders.models import NeedLine as Row

    moment = now or timezone.now()
    keys = [line.pk for line in lines]
    rows = list(with_criteria(Row.objects.filter(pk__in=keys)).order_by("need__published_at", "pk"))
    if not rows:
        return
    reader, supply, prior = LineReader(), load_supply(now=moment), prior_ranker()
    parts = _by_set(supply)
    first = month_index(timezone.localtime(moment).date())
    for line in progress(rows) if progress else rows:
        wanted = [month_index(m.month) for m in line.months.all()]
        shift = 12 * max(0, -(-(first - min(wanted)) // 12)) if wanted else 0
        asked = reader.read(line, now=moment, shift=shift)
        if asked is None:
            continue
        part = supply
        if len(asked.product_sets) == 1:
            part = parts.get(next(iter(asked.product_sets)), supply)
        verdict = judge(asked, part)
        at = np.flatnonzero(verdict.eligible)
        if not at.size:
            continue
        chosen = part.take(at)
        features = compute_features(asked, chosen, verdict.words[at])
        yield Candidates(
            line.pk, list(chosen.product), list(chosen.company), features, prior.predict(features)
        )


def _by_set(supply: Supply) -> dict[int, Supply]:
    return {int(n): supply.take(supply.product_set == n) for n in np.unique(supply.product_set)}
