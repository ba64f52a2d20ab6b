"""What the ranker promises: directions kept, sums exact, one answer for one input."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.metrics import ndcg_by_query
from matching.engine.prior import prior_ranker
from matching.engine.ranker import AdditiveRanker
from matching.engine.schema import Feature, schema_from_json

SCHEMA = (
    Feature("stars", 1),
    Feature("price", -1),
    Feature("coverage", 1),
    Feature("age", 0),
    Feature("segment", 0, "category"),
)


def market(seed: int, needs: int = 40, rows: int = 12) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = needs * rows
    X = np.column_stack(
        [
            rng.choice([0, 3, 4, 5], n).astype(float),
            rng.lognormal(0, 0.4, n),
            rng.random(n),
            rng.normal(size=n),
            np.repeat(rng.integers(0, 3, needs), rows).astype(float),
        ]
    )
    X[rng.random(X.shape) < 0.1] = np.nan
    taste = np.where(np.nan_to_num(X[:, 4]) == 1, 3.0, 0.5)
    value = (
        np.nan_to_num(X[:, 0]) * 0.4 - taste * np.nan_to_num(X[:, 1]) + 2 * np.nan_to_num(X[:, 2])
        + rng.normal(0, 0.7, n)
    )  # fmt: skip
    y = np.zeros(n)
    qid = np.repeat(np.arange(needs), rows)
    for q in range(needs):
        at = np.flatnonzero(qid == q)
        best = at[np.argsort(-value[at])]
        y[best[:1]], y[best[1:3]] = 3, 1
    return X, y, qid


def fitted(seed: int = 0, **options: int) -> AdditiveRanker:
    X, y, qid = market(seed)
    return AdditiveRanker(SCHEMA, max_iter=25, **options).fit(X, y, qid=qid)


@pytest.fixture(scope="module")
def model() -> AdditiveRanker:
    return fitted()


def test_fit_orders_unseen_needs_better_than_any_single_feature(model: AdditiveRanker) -> None:
    X, y, qid = market(99)
    own = np.nanmean(ndcg_by_query(y, model.predict(X), qid))
    for column, sign in ((0, 1), (1, -1), (2, 1)):
        alone = np.nanmean(ndcg_by_query(y, sign * np.nan_to_num(X[:, column]), qid))
        assert own > alone + 0.05


def test_explanation_sums_to_the_score(model: AdditiveRanker) -> None:
    X, _, _ = market(5)
    parts = model.explain(X)
    assert parts.shape == (len(X), len(model.term_names_) + 1)
    assert np.abs(parts.sum(axis=1) - model.predict(X)).max() < 1e-9
    assert any(" x " in name for name in model.term_names_)


def test_one_row_scores_as_it_does_in_a_batch(model: AdditiveRanker) -> None:
    X, _, _ = market(6)
    batch = model.predict(X)
    assert [float(model.predict(X[i : i + 1])[0]) for i in range(40)] == batch[:40].tolist()


def test_fit_is_deterministic() -> None:
    X, _, _ = market(7)
    assert fitted().predict(X).tolist() == fitted().predict(X).tolist()


def test_unseen_categories_and_missing_values_get_a_finite_score(model: AdditiveRanker) -> None:
    X = np.array([[np.nan] * 5, [5, 0.5, 1, 0, 77], [5, 0.5, 1, 0, np.nan]])
    scores = model.predict(X)
    assert np.isfinite(scores).all()
    assert scores[1] == scores[2]


def test_stored_parts_give_the_same_model_again(model: AdditiveRanker) -> None:
    facts, arrays = model.to_parts()
    again = AdditiveRanker.from_parts(json.loads(json.dumps(facts)), dict(arrays))
    X, _, _ = market(8)
    assert again.predict(X).tolist() == model.predict(X).tolist()
    assert again.scale_ == model.scale_


def test_parts_that_do_not_fit_are_refused(model: AdditiveRanker) -> None:
    facts, arrays = model.to_parts()
    with pytest.raises(ValueError, match="hash"):
        AdditiveRanker.from_parts(facts | {"schema_hash": "0"}, dict(arrays))
    with pytest.raises(ValueError, match="lacks"):
        AdditiveRanker.from_parts(facts, {})
    with pytest.raises(ValueError, match="format"):
        AdditiveRanker.from_parts(facts | {"format": 2}, dict(arrays))


def test_bad_input_is_refused() -> None:
    X, y, qid = market(1)
    with pytest.raises(ValueError, match="nothing to learn"):
        AdditiveRanker(SCHEMA).fit(X, np.zeros(len(y)), qid=qid)
    with pytest.raises(ValueError, match="same number of rows"):
        AdditiveRanker(SCHEMA).fit(X, y[:-1], qid=qid)
    with pytest.raises(ValueError, match="infinite"):
        AdditiveRanker(SCHEMA).fit(np.where(np.isnan(X), np.inf, X), y, qid=qid)
    with pytest.raises(ValueError, match="names must differ"):
        schema_from_json([{"name": "a"}, {"name": "a"}])


MODELS = {seed: fitted(seed) for seed in (0, 3)}
value = st.floats(-3, 8, allow_nan=False) | st.just(float("nan"))
rows = st.tuples(*[value] * 4, st.sampled_from([0.0, 1.0, 2.0, 9.0, float("nan")]))


@settings(max_examples=300, deadline=None)
@given(
    seed=st.sampled_from(sorted(MODELS)),
    row=rows,
    column=st.sampled_from([0, 1, 2]),
    low=st.floats(-3, 8, allow_nan=False),
    more=st.floats(0, 6, allow_nan=False),
)
def test_no_input_breaks_a_direction(
    seed: int, row: tuple[float, ...], column: int, low: float, more: float
) -> None:
    X = np.array([row, row])
    X[0, column], X[1, column] = low, low + more
    before, after = MODELS[seed].predict(X)
    assert after >= before if SCHEMA[column].monotone > 0 else after <= before


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_prior_keeps_every_direction_of_the_schema(data: st.DataObject) -> None:
    prior = prior_ranker()
    column = data.draw(st.sampled_from([i for i, f in enumerate(prior.schema_) if f.monotone]))
    row = np.array(
        data.draw(st.lists(st.floats(0, 6), min_size=prior.n_features_in_, max_size=prior.n_features_in_))
    )
    X = np.vstack([row, row])
    X[1, column] += data.draw(st.floats(0, 5))
    before, after = prior.predict(X)
    assert after >= before if prior.schema_[column].monotone > 0 else after <= before


def test_places_shown_are_not_mistaken_for_quality() -> None:
    rng = np.random.default_rng(4)
    needs, size = 150, 12
    good = rng.normal(size=needs * size)
    vain = rng.normal(size=needs * size)
    qid = np.repeat(np.arange(needs), size)
    y, shown = np.zeros(needs * size), np.zeros(needs * size)
    for q in range(needs):
        at = np.flatnonzero(qid == q)
        shown[at[np.argsort(-vain[at])]] = np.arange(1, size + 1)
        seen = at[rng.random(size) < shown[at] ** -1.0]
        y[seen[np.argsort(-good[seen])[:2]]] = 1
    X = np.column_stack([good, vain])
    schema = (Feature("good", 1), Feature("vain", 1))
    fit = AdditiveRanker(schema, interactions=0).fit

    def vanity(model: AdditiveRanker) -> float:
        parts = dict(zip(model.term_names_, model.explain(X)[:, 1:].std(axis=0), strict=True))
        return float(parts.get("vain", 0.0) / parts["good"])

    naive = vanity(fit(X, y, qid=qid))
    corrected = vanity(fit(X, y, qid=qid, rank_shown=shown))
    assert corrected < 0.5 * naive
