"""Design columns of the ranker's terms: what is fitted, and how coefficients become a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .schema import Feature, Schema
from .terms import (
    ByCategoryTerm,
    CategoryTerm,
    NumericTerm,
    PairTerm,
    Term,
    category_codes,
    good_ramps,
    ramps,
)

Floats = NDArray[np.float64]
PAIR_KNOTS = 4
MAX_CATEGORIES = 24
SCREENED = 20


@dataclass
class Block:
    """Columns of one term; `lower` is 0 where a coefficient may not be negative and -inf where it is free."""

    features: tuple[int, ...]
    columns: Floats
    lower: Floats
    to_term: Callable[[Floats], Term]

    @property
    def width(self) -> int:
        """Number of coefficients."""
        return int(self.columns.shape[1])


def knots_of(x: Floats, most: int) -> Floats:
    """At most `most` different quantiles of the known values, ascending; empty when fewer than two differ."""
    known = x[~np.isnan(x)]
    different = np.unique(known)
    if different.size > most:
        different = np.unique(np.quantile(known, np.linspace(0, 1, most)))
    return different if different.size > 1 else np.zeros(0)


def main_blocks(X: Floats, schema: Schema, most: int) -> list[Block]:
    """One block for each feature that varies in the data."""
    found = []
    for index, feature in enumerate(schema):
        x = X[:, index]
        block = (
            _category_block(x, index, feature)
            if feature.kind == "category"
            else _numeric_block(x, index, feature, most)
        )
        if block is not None:
            found.append(block)
    return found


def _numeric_block(x: Floats, index: int, feature: Feature, most: int) -> Block | None:
    knots = knots_of(x, most)
    unknown = np.isnan(x)
    has_missing = bool(unknown.any() and not unknown.all())
    if knots.size == 0 and not has_missing:
        return None
    if knots.size == 0:
        knots = np.unique(x[~unknown])[:1]
    sign = float(feature.monotone or 1)
    slopes = ramps(x, knots) if knots.size > 1 else np.zeros((x.size, 0))
    # Between two values there is no telling a ramp from a step: steps only where a feature is continuous.
    stepped = knots[1:-1] if np.unique(x[~unknown]).size > most else np.zeros(0)
    jumps = np.where(unknown[:, None], 0.0, x[:, None] >= stepped).astype(np.float64)
    columns = np.hstack((sign * slopes, sign * jumps, unknown[:, None].astype(np.float64)))
    bound = 0.0 if feature.monotone else -np.inf
    lower = np.full(columns.shape[1], bound)
    lower[-1] = -np.inf
    m, s = slopes.shape[1], jumps.shape[1]

    def to_term(theta: Floats) -> Term:
        values = sign * np.concatenate(([0.0], np.cumsum(theta[:m])))
        step_values = sign * np.concatenate(([0.0], np.cumsum(theta[m : m + s])))
        usual = 0.0
        if has_missing:
            usual = float(theta[-1])
        else:  # never missing in training: a missing value then counts as the mean
            known = NumericTerm(feature.name, (index,), 0.0, knots, values, stepped, step_values)
            usual = float(np.mean(known.raw(np.where(np.arange(index + 1) == index, x[:, None], 0.0))))
        return NumericTerm(
            feature.name, (index,), 0.0, knots, values, stepped, step_values, np.array([usual])
        )

    return Block((index,), columns, lower, to_term)


def _category_block(x: Floats, index: int, feature: Feature) -> Block | None:
    categories = _frequent(x)
    if categories.size < 2:
        return None
    columns = (category_codes(x, categories)[:, None] == np.arange(categories.size)).astype(np.float64)

    def to_term(theta: Floats) -> Term:
        other = float(np.mean(columns @ theta))
        return CategoryTerm(feature.name, (index,), 0.0, categories, theta.copy(), np.array([other]))

    return Block((index,), columns, np.full(categories.size, -np.inf), to_term)


def _frequent(x: Floats) -> Floats:
    known, counts = np.unique(x[~np.isnan(x)], return_counts=True)
    keep = np.argsort(-counts, kind="stable")[:MAX_CATEGORIES]
    return np.sort(known[keep])


def pair_candidates(X: Floats, schema: Schema, strength: Floats) -> Iterator[Block]:
    """Blocks of feature pairs worth trying: numeric x category, and numeric x numeric among the strongest."""
    numeric = [
        i for i, f in enumerate(schema) if f.kind == "numeric" and knots_of(X[:, i], PAIR_KNOTS).size > 1
    ]
    numeric = sorted(sorted(numeric, key=lambda i: (-strength[i], i))[:SCREENED])
    categories = [i for i, f in enumerate(schema) if f.kind == "category" and _frequent(X[:, i]).size > 1]
    for a in numeric:
        for c in categories:
            yield _by_category_block(X, schema, a, c)
    for a, b in combinations(numeric, 2):
        yield _pair_block(X, schema, a, b)


def _by_category_block(X: Floats, schema: Schema, a: int, c: int) -> Block:
    knots = knots_of(X[:, a], PAIR_KNOTS)
    categories = _frequent(X[:, c])
    sign = float(schema[a].monotone or 1)
    slopes = sign * ramps(X[:, a], knots)
    member = category_codes(X[:, c], categories)[:, None] == np.arange(categories.size)
    columns = (member[:, :, None] * slopes[:, None, :]).reshape(X.shape[0], -1)
    lower = np.full(columns.shape[1], 0.0 if schema[a].monotone else -np.inf)
    name = f"{schema[a].name} x {schema[c].name}"

    def to_term(theta: Floats) -> Term:
        steps = np.cumsum(theta.reshape(categories.size, -1), axis=1)
        values = sign * np.hstack((np.zeros((categories.size, 1)), steps))
        other = float(np.mean(columns @ theta))
        return ByCategoryTerm(name, (a, c), 0.0, knots, categories, values, np.array([other]))

    return Block((a, c), columns, lower, to_term)


def _pair_block(X: Floats, schema: Schema, a: int, b: int) -> Block:
    knots_a, knots_b = knots_of(X[:, a], PAIR_KNOTS), knots_of(X[:, b], PAIR_KNOTS)
    mono = np.array([schema[a].monotone, schema[b].monotone], dtype=np.float64)
    left = good_ramps(X[:, a], knots_a, schema[a].monotone)
    right = good_ramps(X[:, b], knots_b, schema[b].monotone)
    columns = (left[:, :, None] * right[:, None, :]).reshape(X.shape[0], -1)
    lower = np.full(columns.shape[1], 0.0 if mono.any() else -np.inf)
    name = f"{schema[a].name} x {schema[b].name}"
    shape = (left.shape[1], right.shape[1])

    def to_term(theta: Floats) -> Term:
        return PairTerm(name, (a, b), 0.0, knots_a, knots_b, mono, theta.reshape(shape).copy())

    return Block((a, b), columns, lower, to_term)
