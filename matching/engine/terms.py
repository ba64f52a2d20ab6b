"""The pieces an additive ranker is made of: each maps a feature matrix to one column of contributions.

Every term is monotone *exactly*, also in floating point: values between two knots are clamped to the
knots' own values, and sums of non-negative parts are taken in a fixed order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Arrays = Mapping[str, NDArray[Any]]


def piecewise(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Linear interpolation, constant outside the knots, never leaving the range of a segment's two ends."""
    if knots.size == 1:
        return np.full(x.shape, values[0])
    at = np.clip(np.searchsorted(knots, x, side="right") - 1, 0, knots.size - 2)
    share = np.clip((x - knots[at]) / (knots[at + 1] - knots[at]), 0.0, 1.0)
    left, right = values[at], values[at + 1]
    line = left + (right - left) * share
    clamped: Floats = np.clip(line, np.minimum(left, right), np.maximum(left, right))
    return clamped


def ramps(x: Floats, knots: Floats) -> Floats:
    """(rows, knots - 1): how far x has come through each segment, 0..1; rows with NaN get zeros."""
    known = ~np.isnan(x)
    filled = np.where(known, x, knots[0])
    share = np.clip((filled[:, None] - knots[:-1]) / (knots[1:] - knots[:-1]), 0.0, 1.0)
    share[~known] = 0.0
    return share


def good_ramps(x: Floats, knots: Floats, monotone: int) -> Floats:
    """Ramps that rise in the good direction of the feature; for a feature without one: both directions."""
    up = ramps(x, knots)
    if monotone > 0:
        return up
    down = np.where(np.isnan(x)[:, None], 0.0, 1.0 - up)
    return down if monotone < 0 else np.hstack((up, down))


def category_codes(x: Floats, categories: Floats) -> NDArray[np.int64]:
    """Position of each value in the sorted `categories`, or -1 where it is missing or was never seen."""
    if categories.size == 0:
        return np.full(x.shape, -1, dtype=np.int64)
    at = np.clip(np.searchsorted(categories, x), 0, categories.size - 1)
    return np.where(categories[at] == x, at, -1).astype(np.int64)


@dataclass
class Term:
    """One named part of a score, less `centre`: a contribution tells the difference to what is usual."""

    name: str
    features: tuple[int, ...]
    centre: float = 0.0
    kind: ClassVar[str] = ""
    arrays: ClassVar[tuple[str, ...]] = ()

    def raw(self, X: Floats) -> Floats:
        """(rows,) the term's value before centring."""
        raise NotImplementedError

    def contribution(self, X: Floats) -> Floats:
        """(rows,) what this term adds to the score."""
        value: Floats = self.raw(X) - self.centre
        return value

    def to_parts(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Plain JSON and plain arrays from which `term_from_parts` makes the same term again."""
        facts = {"kind": self.kind, "name": self.name, "features": list(self.features)}
        stored = {"centre": np.array([self.centre])}
        return facts, stored | {
            name: np.asarray(getattr(self, name), dtype=np.float64) for name in self.arrays
        }


@dataclass
class NumericTerm(Term):
    """Piecewise linear in one feature, plus steps, with a value of its own where the feature is missing."""

    knots: Floats = field(default_factory=lambda: np.zeros(1))
    values: Floats = field(default_factory=lambda: np.zeros(1))
    steps: Floats = field(default_factory=lambda: np.zeros(0))
    step_values: Floats = field(default_factory=lambda: np.zeros(1))
    missing: Floats = field(default_factory=lambda: np.zeros(1))
    kind: ClassVar[str] = "numeric"
    arrays: ClassVar[tuple[str, ...]] = ("knots", "values", "steps", "step_values", "missing")

    def raw(self, X: Floats) -> Floats:
        x = X[:, self.features[0]]
        unknown = np.isnan(x)
        filled = np.where(unknown, self.knots[0], x)
        value = piecewise(filled, self.knots, self.values)
        value = value + self.step_values[np.searchsorted(self.steps, filled, side="right")]
        return np.where(unknown, self.missing[0], value)


@dataclass
class CategoryTerm(Term):
    """One value per category; `other` where the category is missing or was not seen in training."""

    categories: Floats = field(default_factory=lambda: np.zeros(0))
    values: Floats = field(default_factory=lambda: np.zeros(0))
    other: Floats = field(default_factory=lambda: np.zeros(1))
    kind: ClassVar[str] = "category"
    arrays: ClassVar[tuple[str, ...]] = ("categories", "values", "other")

    def raw(self, X: Floats) -> Floats:
        code = category_codes(X[:, self.features[0]], self.categories)
        return np.concatenate((self.values, self.other))[code]


@dataclass
class ByCategoryTerm(Term):
    """A piecewise-linear function of the first feature for each category of the second."""

    knots: Floats = field(default_factory=lambda: np.zeros(2))
    categories: Floats = field(default_factory=lambda: np.zeros(0))
    values: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    other: Floats = field(default_factory=lambda: np.zeros(1))
    kind: ClassVar[str] = "by_category"
    arrays: ClassVar[tuple[str, ...]] = ("knots", "categories", "values", "other")

    def raw(self, X: Floats) -> Floats:
        x = X[:, self.features[0]]
        code = category_codes(X[:, self.features[1]], self.categories)
        value = np.full(x.shape, self.other[0])
        known = ~np.isnan(x)
        for position in range(self.categories.size):
            rows = known & (code == position)
            if rows.any():
                value[rows] = piecewise(x[rows], self.knots, self.values[position])
        return value


@dataclass
class PairTerm(Term):
    """Two features together: products of their good ramps with coefficients; nothing where one is missing."""

    knots_a: Floats = field(default_factory=lambda: np.zeros(2))
    knots_b: Floats = field(default_factory=lambda: np.zeros(2))
    monotone: Floats = field(default_factory=lambda: np.zeros(2))
    coefficients: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    kind: ClassVar[str] = "pair"
    arrays: ClassVar[tuple[str, ...]] = ("knots_a", "knots_b", "monotone", "coefficients")

    def raw(self, X: Floats) -> Floats:
        a = good_ramps(X[:, self.features[0]], self.knots_a, int(self.monotone[0]))
        b = good_ramps(X[:, self.features[1]], self.knots_b, int(self.monotone[1]))
        value = np.zeros(X.shape[0])
        for i, row in enumerate(self.coefficients):
            for j, coefficient in enumerate(row):
                if coefficient:
                    value = value + coefficient * (a[:, i] * b[:, j])
        return value


KINDS: dict[str, type[Term]] = {t.kind: t for t in (NumericTerm, CategoryTerm, ByCategoryTerm, PairTerm)}


def term_from_parts(facts: Mapping[str, Any], arrays: Arrays) -> Term:
    """Make a term from `Term.to_parts`; raises ValueError on an unknown kind or a missing array."""
    kind = KINDS.get(str(facts.get("kind")))
    if kind is None:
        raise ValueError(f"unknown kind of term: {facts.get('kind')!r}")
    lacking = {*kind.arrays, "centre"} - set(arrays)
    if lacking:
        raise ValueError(f"term {facts.get('name')!r} lacks {', '.join(sorted(lacking))}")
    values = {name: np.asarray(arrays[name], dtype=np.float64) for name in kind.arrays}
    return kind(
        name=str(facts["name"]),
        features=tuple(int(i) for i in facts["features"]),
        centre=float(arrays["centre"][0]),
        **values,
    )
