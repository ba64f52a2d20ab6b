"""The ranker: additive with a few named pairs, monotone by construction, explained exactly.

Every score is a base plus one contribution a term. A term is a non-negative combination of ramps and steps
in the good direction of its feature, so that no fit whatever can break a direction that the schema states.
It is fitted on the order itself: a logistic loss over the pairs of each query, weighted by how much NDCG a
swap would change (the weights of LambdaMART: Burges, 2010), re-estimated in a few passes, with L-BFGS-B.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from .blocks import Block, main_blocks, pair_candidates
from .loss import Pairs, delta_ndcg, make_pairs, pair_loss
from .schema import Feature, Schema, schema_from_json, schema_hash, schema_to_json
from .terms import Term, ramps, term_from_parts

Floats = NDArray[np.float64]
SCALE_TAIL = 0.005
FOLDS = 4


class AdditiveRanker(BaseEstimator):  # type: ignore[misc]
    """Rank rows of a query by an additive, monotone score.

    Parameters
    ----------
    schema : features in the order of the columns; None takes every column as numeric without direction.
    max_knots : most knots of a feature's main curve.
    interactions : most pairs of features that are added to the main curves.
    ridge : strength of the penalty on coefficients (per unit of a standardised column).
    passes : how often the pair weights are re-estimated from the current order.
    max_iter : L-BFGS-B iterations a pass.
    random_state : kept for the interface; the fit draws no random number.

    Attributes
    ----------
    terms_ : list of `Term`; base_ : float; term_names_ : names of the columns of `explain` after the base;
    scale_ : (low, high) raw scores that 0 and 100 points stand for.
    """

    def __init__(
        self,
        schema: Schema | None = None,
        *,
        max_knots: int = 12,
        interactions: int = 8,
        ridge: float = 3e-4,
        passes: int = 3,
        max_iter: int = 60,
        random_state: int = 0,
    ) -> None:
        self.schema = schema
        self.max_knots = max_knots
        self.interactions = interactions
        self.ridge = ridge
        self.passes = passes
        self.max_iter = max_iter
        self.random_state = random_state

    def fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        qid: ArrayLike | None = None,
        rank_shown: ArrayLike | None = None,
    ) -> Self:
        """Learn from graded labels.

        Parameters
        ----------
        X : (rows, features) floats, NaN = missing, categories as numbers.
        y : (rows,) graded labels, 0 = nothing came of it.
        qid : (rows,) the query of each row; None = all rows are one query.
        rank_shown : (rows,) place (1-based) at which the row had been shown, NaN = unknown. A falling curve
            of the place is fitted beside the features and left out of the score, so that being shown first is
            not mistaken for being good.

        Raises ValueError on shapes that do not fit and on labels of which no query has two different ones.
        """
        X = self._matrix(X, fitting=True)
        label = np.asarray(y, dtype=np.float64)
        query = np.zeros(label.size, dtype=np.int64) if qid is None else np.asarray(qid)
        if label.shape != (X.shape[0],) or query.shape != label.shape:
            raise ValueError("X, y and qid must have the same number of rows")
        if np.isnan(label).any() or (label < 0).any():
            raise ValueError("labels must be known and not negative")
        pairs = make_pairs(label, query)
        if pairs.size == 0:
            raise ValueError("no query has rows of different labels: there is nothing to learn")
        nuisance = _place_columns(rank_shown, label.size)
        blocks = main_blocks(X, self.schema_, self.max_knots)
        weights = pairs.gap / pairs.gap.sum()
        theta, scores = self._descend(blocks, nuisance, pairs, weights, None, passes=max(1, self.passes - 1))
        if self.interactions > 0:
            with threadpool_limits(limits=1):
                chosen = self._choose_pairs(X, blocks, theta, pairs, scores)
            if chosen:
                own = theta.size - nuisance.shape[1]
                start = np.concatenate((theta[:own], np.zeros(sum(b.width for b in chosen)), theta[own:]))
                blocks = blocks + chosen
                weights = _swap_weights(pairs, scores)
                theta, scores = self._descend(blocks, nuisance, pairs, weights, start, passes=self.passes)
        self._keep(X, blocks, theta)
        return self

    def predict(self, X: ArrayLike) -> Floats:
        """(rows,) scores; only their order within a query means something."""
        parts = self.explain(X)
        total = parts[:, 0].copy()
        for column in range(1, parts.shape[1]):
            total += parts[:, column]
        return total

    def explain(self, X: ArrayLike) -> Floats:
        """(rows, terms + 1): the base and each term's contribution; a row sums to its `predict`."""
        check_is_fitted(self, "terms_")
        X = self._matrix(X, fitting=False)
        parts = np.empty((X.shape[0], len(self.terms_) + 1))
        parts[:, 0] = self.base_
        for column, term in enumerate(self.terms_, start=1):
            parts[:, column] = term.contribution(X)
        return parts

    @property
    def term_names_(self) -> list[str]:
        """Names of the contributions, in the order of `explain`'s columns after the base."""
        return [term.name for term in self.terms_]

    @classmethod
    def from_terms(
        cls,
        schema: Schema,
        terms: Sequence[Term],
        *,
        base: float = 0.0,
        scale: tuple[float, float] = (0.0, 1.0),
    ) -> Self:
        """Make a fitted ranker of given terms: a stored model, or a documented prior."""
        model = cls(tuple(schema))
        model.schema_ = tuple(schema)
        model.n_features_in_ = len(model.schema_)
        model.terms_ = list(terms)
        model.base_ = float(base)
        model.scale_ = (float(scale[0]), float(scale[1]))
        return model

    def to_parts(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """The fitted model as plain JSON and plain arrays (npz without pickle)."""
        check_is_fitted(self, "terms_")
        facts: dict[str, Any] = {
            "format": 1,
            "schema": schema_to_json(self.schema_),
            "schema_hash": schema_hash(self.schema_),
            "base": self.base_,
            "scale": list(self.scale_),
            "terms": [],
        }
        arrays: dict[str, NDArray[Any]] = {}
        for number, term in enumerate(self.terms_):
            about, stored = term.to_parts()
            facts["terms"].append(about)
            arrays |= {f"{number}.{name}": value for name, value in stored.items()}
        return facts, arrays

    @classmethod
    def from_parts(cls, facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Self:
        """The inverse of `to_parts`; raises ValueError on anything that does not fit together."""
        if facts.get("format") != 1:
            raise ValueError("unknown format of model")
        schema = schema_from_json(facts["schema"])
        if facts.get("schema_hash") != schema_hash(schema):
            raise ValueError("the model's schema and its hash differ")
        terms = []
        for number, about in enumerate(facts["terms"]):
            prefix = f"{number}."
            own = {key[len(prefix) :]: value for key, value in arrays.items() if key.startswith(prefix)}
            terms.append(term_from_parts(about, own))
        low, high = facts["scale"]
        return cls.from_terms(schema, terms, base=facts["base"], scale=(low, high))

    # -- inside -------------------------------------------------------------------------------

    def _matrix(self, X: ArrayLike, *, fitting: bool) -> Floats:
        matrix = np.asarray(X, dtype=np.float64)
        if matrix.ndim != 2:
            raise ValueError("X must have two dimensions")
        if np.isinf(matrix).any():
            raise ValueError("X must not hold infinite values")
        if fitting:
            given = self.schema
            self.schema_ = tuple(given) if given is not None else tuple(
                Feature(f"x{i}") for i in range(matrix.shape[1])
            )  # fmt: skip
            self.n_features_in_ = len(self.schema_)
        if matrix.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {matrix.shape[1]} features, {self.n_features_in_} are expected")
        return matrix

    def _descend(
        self,
        blocks: list[Block],
        nuisance: Floats,
        pairs: Pairs,
        weights: Floats,
        start: Floats | None,
        *,
        passes: int,
    ) -> tuple[Floats, Floats]:
        """Fit coefficients; returns (coefficients, scores without the nuisance columns)."""
        design = np.hstack([b.columns for b in blocks] + [nuisance])
        spread = _column_spread(design)
        design /= spread
        lower = np.concatenate([b.lower for b in blocks] + [np.zeros(nuisance.shape[1])])
        bounds = [(None if np.isinf(low) else low, None) for low in lower]
        theta = np.zeros(design.shape[1]) if start is None else start * spread
        own = design.shape[1] - nuisance.shape[1]

        def objective(values: Floats) -> tuple[float, Floats]:
            loss, by_row = pair_loss(pairs, weights, design @ values)
            return loss + 0.5 * self.ridge * float(values @ values), design.T @ by_row + self.ridge * values

        # One thread: many short products gain nothing from more, and lose much on a busy machine.
        with threadpool_limits(limits=1):
            for number in range(passes):
                if number:
                    weights = _swap_weights(pairs, design @ theta)
                theta = minimize(
                    objective,
                    theta,
                    jac=True,
                    method="L-BFGS-B",
                    bounds=bounds,
                    options={"maxiter": self.max_iter},
                ).x
        return theta / spread, design[:, :own] @ theta[:own]

    def _choose_pairs(
        self, X: Floats, blocks: list[Block], theta: Floats, pairs: Pairs, scores: Floats
    ) -> list[Block]:
        """The pairs whose columns the loss would use most, as far as separate parts of the needs agree on it."""
        _, by_row = pair_loss(pairs, _swap_weights(pairs, scores), scores)
        strength = np.zeros(self.n_features_in_)
        at = 0
        for block in blocks:
            coefficients = theta[at : at + block.width]
            at += block.width
            strength[block.features[0]] = float(np.std(block.columns @ coefficients))
        part = _folds(pairs)
        wanted = np.stack([-by_row * (part == fold) for fold in range(FOLDS)])
        found: list[tuple[float, int, Block]] = []
        for number, block in enumerate(pair_candidates(X, self.schema_, strength)):
            found.append((_agreement(block, wanted), -number, block))
            if len(found) > 4 * self.interactions:
                found = sorted(found, key=lambda f: f[:2], reverse=True)[: self.interactions]
        best = sorted(found, key=lambda f: f[:2], reverse=True)[: self.interactions]
        return [block for value, _, block in best if value > 0]

    def _keep(self, X: Floats, blocks: list[Block], theta: Floats) -> None:
        """Turn coefficients into terms, centre them on the training rows, and note the scale."""
        self.terms_ = []
        at = 0
        for block in blocks:
            own = theta[at : at + block.width]
            at += block.width
            if not own.any():  # says nothing: a column that never differs within a query
                continue
            term = block.to_term(own)
            term.centre = float(np.mean(term.raw(X)))
            self.terms_.append(term)
        # The order is all that was learned, so the base is free: the usual candidate stands at zero.
        self.base_ = 0.0
        low, high = np.quantile(self.predict(X), [SCALE_TAIL, 1 - SCALE_TAIL])
        self.scale_ = (float(low), float(high) if high > low else float(low) + 1.0)


def _folds(pairs: Pairs) -> NDArray[np.int64]:
    """(rows,) a fold for each row; the rows of a query share theirs."""
    part = np.empty(pairs.rows, dtype=np.int64)
    for number, rows in enumerate(pairs.slices):
        part[pairs.order[rows]] = number % FOLDS
    return part


def _agreement(block: Block, wanted: Floats) -> float:
    """How far the folds agree that the loss wants the block's columns: products of slopes of different folds.

    Noise gives zero on average, however many columns a block has; a large slope that one fold alone wants is noise.
    """
    spread = _column_spread(block.columns)
    slopes = wanted @ block.columns / spread
    total = slopes.sum(axis=0)
    shared = total**2 - (slopes**2).sum(axis=0)
    usable = np.isinf(block.lower) | (total > 0)
    return float(shared[usable].sum())


def _swap_weights(pairs: Pairs, scores: Floats) -> Floats:
    """Normalised |delta NDCG|, with a floor that keeps pairs far down the list in play."""
    weights = delta_ndcg(pairs, scores) + 0.02 * pairs.gap
    normal: Floats = weights / weights.sum()
    return normal


def _column_spread(columns: Floats) -> Floats:
    """Standard deviation of each column, 1 for columns that do not vary."""
    spread = columns.std(axis=0)
    result: Floats = np.where(spread > 1e-9, np.maximum(spread, 0.05), 1.0)
    return result


def _place_columns(rank_shown: ArrayLike | None, rows: int) -> Floats:
    """Falling ramps of the place shown, for the nuisance curve; no columns without places."""
    if rank_shown is None:
        return np.zeros((rows, 0))
    place = np.log(np.asarray(rank_shown, dtype=np.float64))
    if place.shape != (rows,):
        raise ValueError("rank_shown must have one value a row")
    known = place[~np.isnan(place)]
    if known.size == 0 or known.min() == known.max():
        return np.zeros((rows, 0))
    knots = np.unique(np.quantile(known, np.linspace(0, 1, 7)))
    return np.where(np.isnan(place)[:, None], 0.0, 1.0 - ramps(place, knots))
