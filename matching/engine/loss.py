"""The ranking loss: logistic over pairs of one query, weighted by what swapping them would do to NDCG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from .metrics import discounts, gains, group_slices

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Pairs of rows, `better` with the higher label; `gap` is the difference of gains over the ideal DCG."""

    better: Ints
    worse: Ints
    gap: Floats
    order: Ints
    slices: list[slice]
    rows: int

    @property
    def size(self) -> int:
        """How many pairs there are."""
        return int(self.better.size)


def make_pairs(labels: ArrayLike, qid: ArrayLike) -> Pairs:
    """All pairs of rows of one query whose labels differ; queries with one label give none."""
    label = np.asarray(labels, dtype=np.float64)
    gain = gains(label)
    order, slices = group_slices(qid)
    better, worse, gap = [], [], []
    for part in slices:
        rows = order[part]
        ideal = float(np.sort(gain[rows])[::-1] @ discounts(rows.size))
        first, second = np.nonzero(label[rows][:, None] > label[rows][None, :])
        if first.size == 0 or ideal <= 0:
            continue
        better.append(rows[first])
        worse.append(rows[second])
        gap.append((gain[rows[first]] - gain[rows[second]]) / ideal)
    empty: Ints = np.zeros(0, dtype=np.int64)
    return Pairs(
        better=np.concatenate(better) if better else empty,
        worse=np.concatenate(worse) if worse else empty,
        gap=np.concatenate(gap) if gap else np.zeros(0),
        order=order,
        slices=slices,
        rows=label.size,
    )


def delta_ndcg(pairs: Pairs, scores: Floats) -> Floats:
    """(pairs,) how much NDCG changes when the two rows of a pair swap places in the order of `scores`."""
    discount = np.empty(pairs.rows)
    for part in pairs.slices:
        rows = pairs.order[part]
        place = np.argsort(-scores[rows], kind="stable")
        discount[rows[place]] = discounts(rows.size)
    return pairs.gap * np.abs(discount[pairs.better] - discount[pairs.worse])


def pair_loss(pairs: Pairs, weights: Floats, scores: Floats) -> tuple[float, Floats]:
    """Weighted sum of ``log(1 + exp(-(better - worse)))`` and its gradient by row."""
    margin = scores[pairs.better] - scores[pairs.worse]
    loss = float(weights @ np.logaddexp(0.0, -margin))
    slope = weights * expit(-margin)
    gradient: Floats = np.zeros(pairs.rows)
    gradient += np.bincount(pairs.worse, slope, pairs.rows)
    gradient -= np.bincount(pairs.better, slope, pairs.rows)
    return loss, gradient
