"""Known answers, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from matching.engine.metrics import (
    bootstrap_mean,
    bootstrap_ratio,
    ndcg_at_k,
    ndcg_by_query,
    recall_at_k,
    recall_by_query,
)


def test_ndcg_of_a_worked_order() -> None:
    # Gains 7, 3, 0, 1 in the order shown: 7/1 + 3/log2(3) + 0 + 1/log2(5); ideal 7/1 + 3/log2(3) + 1/log2(4).
    got = ndcg_at_k([3, 2, 0, 1], [4.0, 3.0, 2.0, 1.0], k=4)
    dcg = 7 + 3 / math.log2(3) + 1 / math.log2(5)
    ideal = 7 + 3 / math.log2(3) + 1 / 2
    assert got == pytest.approx(dcg / ideal, abs=1e-12)
    assert got == pytest.approx(0.992620, abs=1e-6)


def test_ndcg_counts_only_the_first_k_places() -> None:
    assert ndcg_at_k([0, 0, 3], [3, 2, 1], k=2) == 0.0
    assert ndcg_at_k([0, 0, 3], [3, 2, 1], k=3) == pytest.approx(1 / 2)


def test_ndcg_of_the_ideal_order_is_one_and_of_nothing_relevant_is_unknown() -> None:
    assert ndcg_at_k([0, 1, 2, 3], [0, 1, 2, 3]) == pytest.approx(1.0)
    assert math.isnan(ndcg_at_k([0, 0], [1, 2]))
    assert math.isnan(ndcg_at_k([], []))


def test_ndcg_of_ties_is_the_mean_over_their_orders() -> None:
    first, second = ndcg_at_k([1, 0], [2, 1], k=2), ndcg_at_k([1, 0], [1, 2], k=2)
    assert ndcg_at_k([1, 0], [5, 5], k=2) == pytest.approx((first + second) / 2)


def test_recall_of_a_worked_order() -> None:
    assert recall_at_k([1, 0, 1, 1], [4, 3, 2, 1], k=2) == pytest.approx(1 / 3)
    assert recall_at_k([1, 0, 1, 1], [4, 3, 2, 1], k=4) == 1.0
    assert math.isnan(recall_at_k([0, 0], [1, 2]))


def test_recall_of_ties_is_the_expected_share() -> None:
    assert recall_at_k([1, 0, 0, 0], [1, 1, 1, 1], k=1) == pytest.approx(1 / 4)


def test_queries_are_judged_apart_whatever_their_row_order() -> None:
    labels, scores, qid = [0, 3, 1, 0], [1, 2, 2, 9], ["b", "a", "b", "a"]
    by_query = ndcg_by_query(labels, scores, qid, k=10)
    assert by_query[0] == pytest.approx(1 / math.log2(3))
    assert by_query[1] == 1.0
    assert recall_by_query(labels, scores, qid, k=1).tolist() == [0.0, 1.0]


def test_bad_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        ndcg_at_k([1, 2], [1])
    with pytest.raises(ValueError, match="at least 1"):
        ndcg_at_k([1], [1], k=0)


def test_bootstrap_interval_holds_the_mean_and_leaves_out_the_unknown() -> None:
    found = bootstrap_mean([0.0, 1.0, float("nan"), 1.0, 0.0])
    assert (found.mean, found.queries) == (0.5, 4)
    assert found.low <= 0.5 <= found.high
    same = bootstrap_ratio(np.array([0.2, 0.4]), np.array([0.1, 0.2]))
    assert (same.low, same.mean, same.high) == pytest.approx((2.0, 2.0, 2.0))
