"""Simulated buyers: noisy, of several kinds, and with traits in mind that no ranker sees."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from demo import taste
from demo.taste import TEMPERS, Traits, Wish, decide, liking, temper_of
from matching.engine.features import NAMES

WISH = Wish(np.full(5, 1000.0), 100.0, 90.0, False, False, 60.0)


def traits(rows: int = 2, **changed: object) -> Traits:
    nothing = np.zeros(rows)
    base = Traits(
        left=np.full((rows, 5), 1000.0), proven=nothing, price=np.full(rows, 90.0), stars=np.full(rows, 3.0),
        stars_sure=np.ones(rows, bool), papers=nothing, wished=nothing, deliveries=nothing, kept=np.full(rows, np.nan),
        kilometres=np.full(rows, 100.0), near=np.zeros(rows, bool), lead_days=np.full(rows, 10.0),
        smallest=np.full(rows, np.nan), household=np.zeros(rows, bool), abroad=np.zeros(rows, bool),
        packing=np.full(rows, 0.5), charm=np.full(rows, 0.5), friends=np.zeros(rows, bool),
    )  # fmt: skip
    return replace(base, **{name: np.asarray(value) for name, value in changed.items()})  # type: ignore[arg-type]


def test_taste_imports_nothing_of_the_project() -> None:
    tree = ast.parse(Path(taste.__file__).read_text(encoding="utf-8"))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        (node.module or ".").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert names == {"__future__", "dataclasses", "numpy"}


@pytest.mark.parametrize("name", ["packing", "charm", "friends"])
def test_hidden_traits_sway_the_buyer_and_are_no_features(name: str) -> None:
    assert name not in NAMES
    low, high = liking(traits(**{name: [0, 1]}), WISH, TEMPERS["point_of_sale"])
    assert high > low + 0.3


@pytest.mark.parametrize(
    ("name", "worse", "better"),
    [
        ("stars", 3.0, 5.0),
        ("price", 140.0, 80.0),
        ("papers", 0.0, 2.0),
        ("kilometres", 900.0, 20.0),
        ("smallest", 5000.0, 100.0),
        ("lead_days", 90.0, 10.0),
    ],
)
def test_liking_grows_with_what_is_better(name: str, worse: float, better: float) -> None:
    low, high = liking(traits(**{name: [worse, better]}), WISH, TEMPERS["supermarket"])
    assert high > low


def test_volume_counts_by_a_threshold() -> None:
    left = np.repeat([[100.0], [200.0], [500.0], [600.0]], 5, axis=1)
    likes = liking(traits(4, left=left), WISH, TEMPERS["supermarket"])
    assert likes[2] - likes[1] > 4 * (likes[1] - likes[0])
    assert likes[2] - likes[1] > 4 * (likes[3] - likes[2])


def test_papers_count_for_more_together_with_volume() -> None:
    abroad = replace(WISH, export=True)
    left = np.repeat([[100.0], [100.0], [1000.0], [1000.0]], 5, axis=1)
    likes = liking(traits(4, left=left, papers=[0, 3, 0, 3]), abroad, TEMPERS["exporter"])
    assert likes[3] - likes[2] > 1.5 * (likes[1] - likes[0])


def test_kinds_of_buyers_differ_and_so_do_two_of_a_kind() -> None:
    rows = traits(2, stars=[5, 3], papers=[0, 3])
    star, paper = liking(rows, WISH, TEMPERS["point_of_sale"])
    assert star > paper
    star, paper = liking(rows, replace(WISH, export=True), TEMPERS["exporter"])
    assert paper > star
    assert temper_of("supermarket", 1) != temper_of("supermarket", 2)
    assert temper_of("supermarket", 1) == temper_of("supermarket", 1)


def test_decide_is_noisy_and_looks_more_at_the_top() -> None:
    likes = np.zeros(40)
    found = [decide(likes, TEMPERS["supermarket"], np.random.default_rng(seed)) for seed in range(200)]
    looked = np.mean([d.looked for d in found], axis=0)
    assert looked[0] > 0.9
    assert looked[-1] < 0.5
    picked = np.mean([d.labels > 0 for d in found], axis=0)
    assert picked[:10].mean() > 1.5 * picked[-10:].mean()
    assert len({tuple(d.labels) for d in found}) > 100
    assert all((d.labels[~d.looked] == 0).all() for d in found)


def test_decide_gives_better_ones_higher_labels() -> None:
    likes = np.linspace(2, -2, 30)
    labels = [
        decide(likes, TEMPERS["distributor"], np.random.default_rng(seed)).labels for seed in range(100)
    ]
    mean = np.mean(labels, axis=0)
    assert mean[:5].mean() > 5 * mean[15:].mean()
    assert {int(v) for row in labels for v in row} == {0, 1, 2, 3}
