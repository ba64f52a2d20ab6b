"""Who is excluded, why, and what is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from matching.engine.eligibility import judge
from matching.engine.explain import by_family, facts_of, to_points, whole_points
from matching.engine.features import FEATURES, NAMES, compute_features, row_from_json, row_to_json
from matching.engine.need import Certificate, LabLimit, Law
from matching.engine.prior import prior_ranker
from matching.engine.supply import FOREVER
from matching.engine.text import is_product, similarity
from tests.matching.engine.build import AUGUST, NOW, a_line, a_supply

HACCP = Certificate("haccp", ("haccp", "iso_22000"))


def test_each_criterion_counts_alone_and_in_sequence() -> None:
    supply = a_supply(4, stars=np.array([3.0, 0.0, 0.0, 5.0]), name_vi=["Long nhãn", "Long nhãn", "Mít sấy", "Mít sấy"],
                      name_en=["", "", "", ""])  # fmt: skip
    found = judge(a_line(least_stars=3), supply)
    counts = {c.code: (c.alone, c.in_sequence, c.left, c.only) for c in found.counts}
    assert counts["product"] == (2, 2, 2, 1)
    assert counts["stars"] == (2, 1, 1, 1)
    assert found.eligible.tolist() == [True, False, False, False]
    assert [c.code for c in found.reasons(2)] == ["product", "stars"]


def test_an_equivalent_certificate_is_enough() -> None:
    held = np.array([[FOREVER, 0], [0, FOREVER], [0, 0], [NOW - 1, 0]])
    found = judge(a_line(required=(HACCP,)), a_supply(4, certificates=held))
    assert found.eligible.tolist() == [True, True, False, False]


def test_a_lapse_excludes_only_if_the_buyer_says_so() -> None:
    supply = a_supply(1, certificates=np.array([[AUGUST + 1, 0]]))
    line = a_line(required=(HACCP,))
    assert judge(line, supply).eligible.tolist() == [True]
    assert judge(replace(line, lapse_excludes=True), supply).eligible.tolist() == [False]
    told = [f for f in facts_of(line, supply, 0) if f.key == "certificate_ends"]
    assert told[0].values == {"scheme": "haccp", "month": AUGUST + 1, "place": 2, "of": 5}


def test_capacity_that_is_not_stated_is_neither_zero_nor_infinite() -> None:
    available = a_supply(3).available.copy()
    available[1] = np.nan
    available[2] = 0.0
    found = judge(a_line(minimum_share=0.1), a_supply(3, available=available))
    assert found.eligible.tolist() == [True, True, False]
    assert found.unstated.tolist() == [False, True, False]


def test_smallest_share_is_asked_of_every_month() -> None:
    available = a_supply(1).available.copy()
    available[0, 3] = 100.0
    supply = a_supply(1, available=available)
    assert judge(a_line(minimum_share=0.05), supply).eligible.tolist() == [True]
    assert judge(a_line(minimum_share=0.06), supply).eligible.tolist() == [False]


def test_law_excludes_only_the_sets_that_it_names() -> None:
    law = Law("cn", "gacc", ("gacc",), frozenset({7}))
    assert judge(a_line(laws=(law,)), a_supply(1)).eligible.tolist() == [False]
    other = replace(law, sets=frozenset({8}))
    assert judge(a_line(laws=(other,)), a_supply(1)).eligible.tolist() == [True]


def test_required_laboratory_limit_excludes_and_a_preferred_one_ranks() -> None:
    supply = a_supply(3, lab={"moisture": np.array([17.0, 19.0, np.nan])})
    required = a_line(lab=(LabLimit("Moisture", most=18.0, required=True),))
    assert judge(required, supply).eligible.tolist() == [True, False, False]
    wished = a_line(lab=(LabLimit("Moisture", most=18.0),))
    found = judge(wished, supply)
    assert found.eligible.all()
    X = compute_features(wished, supply, found.words)
    assert X[:, NAMES.index("lab_wishes")].tolist() == [1.0, 0.0, 0.0]


def test_ceiling_excludes_only_by_choice() -> None:
    supply = a_supply(2, price=np.array([500_000.0, np.nan]))
    assert judge(a_line(), supply).eligible.tolist() == [True, True]
    assert judge(a_line(ceiling_excludes=True), supply).eligible.tolist() == [False, True]


def test_buyer_is_not_its_own_supplier() -> None:
    assert judge(a_line(buyer_company="c1"), a_supply(2)).eligible.tolist() == [True, False]


@pytest.mark.parametrize(
    ("wish", "name", "same"),
    [
        ("long nhãn", "Long nhãn Bến Sông", True),
        ("dried longan pulp", "Long nhãn sấy khô", True),
        ("long nhan say", "Long nhãn Hưng Yên", True),
        ("long nhãn sấy", "Nhãn lồng tươi", False),
        ("nhãn", "Mật ong hoa nhãn", False),
        ("nhãn", "Cà phê nhân", False),
        ("ca phe sach", "Cà phê sạch Đắk Lắk", True),
        ("hạt điều", "Cashew nut roasted", True),
        ("xoài sấy", "Long nhãn sấy", False),
        ("nước mắm Phú Quốc", "Nước mắm Phú Quốc Khải Hoàn 40 độ đạm", True),
        ("hoà bình", "Cam Hòa Bình", True),
    ],
)  # fmt: skip
def test_product_words_find_the_product_in_both_languages(wish: str, name: str, same: bool) -> None:
    assert is_product(wish, "", [name], np.array([""]))[0].tolist() == [same]


def test_another_hs_code_is_another_product_and_an_unknown_one_needs_the_words() -> None:
    names, codes = (
        ["Long nhãn", "Long nhãn", "Mít sấy", "Mít sấy"],
        np.array(["081340", "200899", "", "081340"]),
    )
    assert is_product("long nhãn", "081340", names, codes)[0].tolist() == [True, False, False, False]
    assert is_product("long nhãn", "081340", names, np.array([""] * 4))[0].tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert is_product("", "081340", names, codes)[0].tolist() == [True, False, False, True]


def test_an_empty_wish_has_no_similarity() -> None:
    assert np.isnan(similarity("", ["a", "b"])).all()


def test_features_have_their_hand_worked_values() -> None:
    line = a_line(
        preferred=(Certificate("iso_22000", ("iso_22000",)),), days_until_first=14.0, wished_stars=4
    )
    supply = a_supply(1, on_time=np.array([0.9]), deliveries=np.array([7.0]), price=np.array([378_000.0]))
    row = dict(zip(NAMES, compute_features(line, supply, np.array([1.0]))[0], strict=True))
    assert row["coverage"] == pytest.approx(0.25)
    assert row["worst_month"] == pytest.approx(0.25)
    assert row["spare"] == pytest.approx(np.log2(1.25))
    assert row["price_ceiling"] == pytest.approx(0.9)
    assert row["price_market"] == pytest.approx(0.945)
    assert (row["stars"], row["stars_wish"], row["preferred_certificates"]) == (3.0, 0.0, 0.0)
    assert (row["on_time"], row["deliveries"], row["lead_time"]) == pytest.approx((0.9, 3.0, 0.5))
    assert row["minimum_order"] == pytest.approx(0.025)
    assert row["distance"] == pytest.approx(0.30, abs=0.01)
    assert (row["same_province"], row["validity"], row["newness"]) == (0.0, 1.0, 1.0)


def test_features_of_what_is_not_known_are_missing() -> None:
    supply = a_supply(1, available=np.full((1, 24), np.nan), price=np.array([np.nan]))
    row = dict(zip(NAMES, compute_features(a_line(), supply, np.array([1.0]))[0], strict=True))
    assert all(np.isnan(row[n]) for n in ("coverage", "worst_month", "spare", "price_ceiling", "on_time"))


def test_stored_features_come_back_as_they_were() -> None:
    row = compute_features(a_line(), a_supply(1), np.array([0.8]))[0]
    again = row_from_json(row_to_json(row))
    assert np.allclose(row, again, atol=1e-6, equal_nan=True)
    assert len(row) == len(FEATURES)


def test_points_sum_also_after_rounding() -> None:
    supply = a_supply(3, stars=np.array([3.0, 4.0, 5.0]), price=np.array([300e3, 400e3, 900e3]))
    X = compute_features(a_line(), supply, np.ones(3))
    points = to_points(prior_ranker(), X)
    assert np.abs(points.base + points.terms.sum(axis=1) - points.score).max() < 1e-9
    for row in range(3):
        parts = by_family(points.names, points.terms[row])
        score, base, whole = whole_points(points.base[row], np.array(list(parts.values())))
        assert base + sum(whole) == score == int(np.floor(points.score[row] + 0.5))
        assert base == int(np.floor(points.base[0] + 0.5))


@pytest.mark.parametrize(
    ("base", "values"), [(59.6, [0.4, 0.4]), (59.4, [0.3, 0.3]), (59.5, [-0.6]), (0.4, [])]
)
def test_whole_points_sum_whatever_the_remainders(base: float, values: list[float]) -> None:
    score, start, parts = whole_points(base, np.array(values))
    assert start + sum(parts) == score == int(np.floor(base + sum(values) + 0.5))


def test_gap_of_a_month_is_told() -> None:
    available = np.full((1, 24), 3000.0)
    available[0, 4] = 1600.0
    fact = facts_of(a_line(), a_supply(1, available=available), 0)[0]
    assert fact.key == "coverage"
    assert fact.values["short"] == [(NOW + 4, pytest.approx(400.0))]
    assert fact.values["share"] == pytest.approx(0.96)
