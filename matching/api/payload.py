"""The one JSON form of a need's matches: the command and the API print the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from matching.engine.supply import month_date
from matching.models import Match
from matching.services.rank import LineMatches, RankedProduct
from matching.services.shown import ShownMatch, shown_matches
from matching.wording import Names, basis_words, criterion_words
from tenders.models import SourcingNeed


def need_payload(
    need: SourcingNeed,
    lines: Sequence[LineMatches],
    *,
    top: int,
    states: dict[Any, dict[Any, Match]] | None = None,
) -> dict[str, Any]:
    """A need, its lines, and of each the first `top` products. Plain JSON values only."""
    names = Names()
    return {
        "need": {
            "id": str(need.pk),
            "number": need.number,
            "title": need.title,
            "status": need.status,
            "buyer": need.company.name,
        },
        "model_version": lines[0].ranker.version if lines else "",
        "lines": [
            line_payload(found, top=top, names=names, states=(states or {}).get(found.line.pk))
            for found in lines
        ],
    }


def line_payload(
    found: LineMatches, *, top: int, names: Names, states: dict[Any, Match] | None = None
) -> dict[str, Any]:
    """One line: how many are eligible, who was excluded by what, and the ranked products."""
    asked = found.asked
    demand = {} if asked is None else _by_month(found, asked.demand / found.factor)
    return {
        "line": {
            "id": str(found.line.pk),
            "position": found.line.position,
            "product": found.line.label,
            "unit": found.line.unit_id,
            "months": demand,
        },
        "model_version": found.ranker.version,
        "looked_at": found.start,
        "eligible": found.eligible,
        "suppliers": found.suppliers,
        "capacity_not_stated": len(found.unstated),
        "excluded": [
            {
                "reason": count.code,
                "detail": count.detail,
                "words": criterion_words(count, names),
                "alone": count.alone,
                "in_sequence": count.in_sequence,
                "left": count.left,
                "would_return": count.only,
            }
            for count in found.counts
        ],
        "to_check": [
            {"market": c.market, "scheme": c.scheme, "basis": basis_words(c.basis), "note": c.note}
            for c in (asked.to_check if asked is not None else ())
        ],
        "ranked": [
            match_payload(found, s)
            for s in shown_matches(found, found.ranked[:top], names=names, states=states)
        ],
        "unstated": [
            match_payload(found, s)
            for s in shown_matches(found, found.unstated[:top], names=names, states=states)
        ],
    }


def match_payload(found: LineMatches, shown: ShownMatch) -> dict[str, Any]:
    """One ranked product; `contributions` with the base sum to `score`."""
    ranked = shown.ranked
    return {
        "rank": ranked.rank,
        "product": {"id": str(shown.product.pk), "name": shown.product.name, "stars": shown.product.stars},
        "supplier": {
            "id": str(shown.company.pk),
            "name": shown.company.name,
            "province": shown.company.province_id,
            "simulated": shown.company.is_simulated,
        },
        "score": ranked.score,
        "contributions": {"base": ranked.base} | ranked.contributions,
        "coverage": _share(found, ranked),
        "coverage_by_month": _by_month(found, found.covered(ranked)),
        "certificates": shown.schemes,
        "explanation": shown.words,
        "state": shown.state,
        "model_version": found.ranker.version,
    }


def _share(found: LineMatches, ranked: RankedProduct) -> float | None:
    covered = found.covered(ranked)
    if found.asked is None or np.isnan(covered).all():
        return None
    return round(float(np.nansum(covered) / (found.asked.total / found.factor)), 6)


def _by_month(found: LineMatches, values: Any) -> dict[str, float | None]:
    if found.asked is None:
        return {}
    return {
        f"{month_date(int(m)):%Y-%m}": None if np.isnan(v) else round(float(v), 3)
        for m, v in zip(found.asked.months, values, strict=True)
    }
