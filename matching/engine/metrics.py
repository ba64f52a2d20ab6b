"""How good is an order? NDCG and recall, per query, with ties counted fairly.

Gain of a label is ``2**label - 1`` and the discount of place r (1-based) is ``1 / log2(1 + r)``
(Järvelin and Kekäläinen, 2002). Rows with equal scores share the mean gain of their places
(McSherry and Najork, 2008), so that a scorer that says nothing earns what a random order earns on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def gains(labels: ArrayLike) -> Floats:
    """Return ``2**label - 1`` for graded labels of any shape."""
    return np.asarray(np.exp2(np.asarray(labels, dtype=np.float64)) - 1.0)


def discounts(size: int, k: int | None = None) -> Floats:
    """Return ``1 / log2(1 + place)`` for places 1..size; zero beyond place `k`."""
    values = 1.0 / np.log2(np.arange(2, size + 2, dtype=np.float64))
    if k is not None:
        values[k:] = 0.0
    return values


def _tie_averaged(values: Floats, scores: Floats, weights: Floats) -> float:
    """Sum of values x weights in descending score order, ties taking the mean value of their group."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    group = np.concatenate(([0], np.cumsum(ordered[1:] != ordered[:-1])))
    means = np.bincount(group, weights=values[order]) / np.bincount(group)
    return float(means[group] @ weights)


def ndcg_at_k(labels: ArrayLike, scores: ArrayLike, k: int = 10) -> float:
    """NDCG@k of one query.

    Parameters
    ----------
    labels, scores : (rows,) graded labels (0 = not relevant) and the scores to judge.
    k : places that count.

    Returns
    -------
    A value in 0..1, or NaN when no row has a gain (such a query cannot tell good from bad).
    """
    if k < 1:
        raise ValueError("k must be at least 1")
    gain = gains(labels)
    score = np.asarray(scores, dtype=np.float64)
    if gain.shape != score.shape or gain.ndim != 1:
        raise ValueError("labels and scores must be one-dimensional and of the same length")
    if gain.size == 0 or not gain.any():
        return float("nan")
    weights = discounts(gain.size, k)
    ideal = float(np.sort(gain)[::-1] @ weights)
    return _tie_averaged(gain, score, weights) / ideal


def recall_at_k(relevant: ArrayLike, scores: ArrayLike, k: int = 10) -> float:
    """Share of the relevant rows that stand among the first k (ties: expected share); NaN without any."""
    if k < 1:
        raise ValueError("k must be at least 1")
    hit = np.asarray(relevant, dtype=np.float64)
    score = np.asarray(scores, dtype=np.float64)
    total = float(hit.sum())
    if total == 0:
        return float("nan")
    window = np.zeros(hit.size)
    window[:k] = 1.0
    return _tie_averaged(hit, score, window) / total


def group_slices(qid: ArrayLike) -> tuple[Ints, list[slice]]:
    """Return (order, slices): rows sorted by query, stable, and one slice of that order per query."""
    query = np.asarray(qid)
    order = np.argsort(query, kind="stable").astype(np.int64)
    if order.size == 0:
        return order, []
    ordered = query[order]
    starts = np.concatenate(([0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1, [ordered.size]))
    return order, [slice(int(a), int(b)) for a, b in pairwise(starts)]


def ndcg_by_query(labels: ArrayLike, scores: ArrayLike, qid: ArrayLike, k: int = 10) -> Floats:
    """NDCG@k of each query, in ascending order of query id; NaN where a query has no gain."""
    label, score = np.asarray(labels, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    order, slices = group_slices(qid)
    return np.array([ndcg_at_k(label[order[s]], score[order[s]], k) for s in slices], dtype=np.float64)


def recall_by_query(
    labels: ArrayLike, scores: ArrayLike, qid: ArrayLike, k: int = 10, threshold: float = 1.0
) -> Floats:
    """Recall@k of each query, a row counting as relevant from label `threshold` on."""
    relevant = (np.asarray(labels, dtype=np.float64) >= threshold).astype(np.float64)
    score = np.asarray(scores, dtype=np.float64)
    order, slices = group_slices(qid)
    return np.array([recall_at_k(relevant[order[s]], score[order[s]], k) for s in slices], dtype=np.float64)


@dataclass(frozen=True)
class Interval:
    """A mean over queries with its bootstrap interval."""

    mean: float
    low: float
    high: float
    queries: int


def bootstrap_mean(values: ArrayLike, *, seed: int = 0, rounds: int = 2000, level: float = 0.95) -> Interval:
    """Mean of per-query values with a percentile bootstrap interval over queries; NaN values are left out.

    Pass differences of two methods (same queries) for a paired interval.
    """
    value = np.asarray(values, dtype=np.float64)
    value = value[~np.isnan(value)]
    if value.size == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    draw = np.random.default_rng(seed).integers(0, value.size, size=(rounds, value.size))
    means = value[draw].mean(axis=1)
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(float(value.mean()), float(low), float(high), int(value.size))


def bootstrap_ratio(
    first: ArrayLike, second: ArrayLike, *, seed: int = 0, rounds: int = 2000, level: float = 0.95
) -> Interval:
    """Ratio of two methods' means with a paired bootstrap interval over the queries both were judged on."""
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    known = ~np.isnan(a) & ~np.isnan(b)
    a, b = a[known], b[known]
    if a.size == 0:
        return Interval(float("nan"), float("nan"), float("nan"), 0)
    draw = np.random.default_rng(seed).integers(0, a.size, size=(rounds, a.size))
    ratios = a[draw].mean(axis=1) / b[draw].mean(axis=1)
    tail = (1 - level) / 2
    low, high = np.quantile(ratios, [tail, 1 - tail])
    return Interval(float(a.mean() / b.mean()), float(low), float(high), int(a.size))
