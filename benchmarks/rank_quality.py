"""How well does the ranker order? Against LightGBM LambdaMART, stars only and coverage only.

    .venv/bin/python benchmarks/rank_quality.py [DIR...] [--json] [--seeds 5]

DIR holds train.csv, test.csv (qid, label, optional rank_shown, features; empty = missing) and schema.json.
Without DIR, markets of our own are generated: additive tastes, threshold tastes, logs biased by place.
Prints NDCG@10 and NDCG@5, the ratio to LightGBM with a paired bootstrap interval over needs, fit seconds,
microseconds a row, and the largest error of "sum of contributions = score".
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import warnings
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from matching.engine.metrics import bootstrap_ratio, ndcg_by_query
from matching.engine.ranker import AdditiveRanker
from matching.engine.schema import schema_from_json

KINDS = ("additive", "threshold", "biased")


def generate(kind: str, folder: Path, *, train: int = 500, test: int = 250, seed: int = 11) -> Path:
    """Write one simulated market: two traits that no column shows, and noisy choices."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    rows = []
    for need in range(train + test):
        n = int(rng.integers(20, 60))
        segment = int(rng.integers(0, 4))
        size = rng.lognormal(0, 1, n)
        coverage = np.clip(size * rng.uniform(0.1, 0.9), 0, 1)
        worst = coverage * rng.beta(4, 1.5, n)
        price = np.exp(rng.normal(-0.15, 0.25, n))
        stars = rng.choice([0, 3, 4, 5], n, p=[0.1, 0.6, 0.25, 0.05]).astype(float)
        preferred = rng.choice([0, 0.5, 1.0], n, p=[0.5, 0.3, 0.2])
        distance = rng.gamma(2, 0.3, n)
        known = rng.random(n) < 0.6
        on_time = np.where(known, rng.beta(8, 1.5, n), np.nan)
        deliveries = np.where(known, rng.poisson(8, n) + 1.0, 0.0)
        lead = rng.choice([3, 7, 14, 30], n).astype(float)
        supplier_kind = rng.integers(0, 3, n).astype(float)
        noise_a, noise_b = rng.normal(size=n), rng.normal(size=n)
        hidden = 0.8 * rng.normal(size=n) + 0.6 * (rng.random(n) < 0.2)
        taste = np.array([[2.5, 1.0, 1.5], [1.0, 2.4, 0.6], [1.6, 0.8, 2.6], [0.6, 1.6, 1.0]])[segment]
        ontime_seen = np.where(known, on_time, 0.72)
        if kind == "threshold":
            utility = (
                taste[0] * (coverage > 0.5) + 1.2 * (worst > 0.3) + taste[1] * (stars >= 4)
                + taste[2] * (price < 0.9) + 1.5 * ((distance < 0.4) & (preferred > 0.4))
                + 1.5 * (ontime_seen > 0.85) + hidden
            )  # fmt: skip
        else:
            utility = (
                taste[0] * np.sqrt(coverage) + 0.8 * worst + taste[1] * 0.5 * (stars - 3).clip(0)
                - taste[2] * 1.6 * np.log(price) - 1.1 * np.sqrt(distance) + 1.1 * preferred
                + 2.0 * ontime_seen + 0.1 * np.log1p(deliveries) - 0.02 * lead + hidden
            )  # fmt: skip
        utility += rng.gumbel(0, 0.55, n)
        shown = np.empty(n)
        if kind == "biased" and need < train:
            shown[np.argsort(-(1.5 * coverage + 0.4 * stars + rng.normal(0, 0.7, n)))] = np.arange(1, n + 1)
            looked = rng.random(n) < np.maximum(shown**-0.6, 0.1)
        else:
            shown[rng.permutation(n)] = np.arange(1, n + 1)
            looked = np.ones(n, dtype=bool)
        cut = np.quantile(utility, [0.78, 0.9, 0.96])
        label = np.searchsorted(cut, utility) * looked
        rows.append(
            pd.DataFrame(
                {
                    "qid": need,
                    "label": label,
                    "rank_shown": shown,
                    "coverage": coverage,
                    "worst_month": worst,
                    "price_ratio": price,
                    "stars": stars,
                    "preferred": preferred,
                    "distance": distance,
                    "on_time": on_time,
                    "deliveries": deliveries,
                    "lead_time": lead,
                    "supplier_kind": supplier_kind,
                    "segment": float(segment),
                    "noise_a": noise_a,
                    "noise_b": noise_b,
                }
            )
        )
    direction = {
        "coverage": 1, "worst_month": 1, "price_ratio": -1, "stars": 1, "preferred": 1, "distance": -1,
        "on_time": 1, "deliveries": 1, "lead_time": -1, "supplier_kind": 0, "segment": 0, "noise_a": 0,
        "noise_b": 0,
    }  # fmt: skip
    out = folder / kind
    out.mkdir(parents=True, exist_ok=True)
    pd.concat(rows[:train]).to_csv(out / "train.csv", index=False)
    pd.concat(rows[train:]).drop(columns="rank_shown").to_csv(out / "test.csv", index=False)
    kinds = {"supplier_kind": "category", "segment": "category"}
    features = [
        {"name": name, "monotone": d, "kind": kinds.get(name, "numeric")} for name, d in direction.items()
    ]
    (out / "schema.json").write_text(json.dumps({"features": features}))
    return out


def load(folder: Path) -> dict[str, Any]:
    """Read one market; categories become numbers by their place among the training values."""
    schema = schema_from_json(json.loads((folder / "schema.json").read_text())["features"])
    train, test = pd.read_csv(folder / "train.csv"), pd.read_csv(folder / "test.csv")
    for feature in schema:
        if feature.kind == "category":
            values = pd.Index(sorted(train[feature.name].dropna().unique()))
            for frame in (train, test):
                code = values.get_indexer(frame[feature.name]).astype(float)
                frame[feature.name] = np.where(frame[feature.name].isna(), np.nan, code)
    names = [f.name for f in schema]
    place = train["rank_shown"].to_numpy(float) if "rank_shown" in train else None
    return {
        "schema": schema,
        "train": (
            train[names].to_numpy(float),
            train["label"].to_numpy(float),
            train["qid"].to_numpy(),
            place,
        ),
        "test": (test[names].to_numpy(float), test["label"].to_numpy(float), test["qid"].to_numpy()),
    }


def lightgbm_scores(market: dict[str, Any], seed: int) -> np.ndarray:
    """Scores of the rival on the test rows."""
    from lightgbm import LGBMRanker

    schema = market["schema"]
    X, y, qid, _ = market["train"]
    order = np.argsort(qid, kind="stable")
    groups = np.unique(qid[order], return_counts=True)[1]
    model = LGBMRanker(
        n_estimators=200, learning_rate=0.05, subsample=0.9, subsample_freq=1, colsample_bytree=0.9,
        monotone_constraints=[f.monotone for f in schema], random_state=seed, verbosity=-1, n_jobs=2,
    )  # fmt: skip
    category = [i for i, f in enumerate(schema) if f.kind == "category"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(X[order], y[order].astype(int), group=groups, categorical_feature=category or "auto")
        return np.asarray(model.predict(market["test"][0]))


def judge(folder: Path, *, seeds: int = 5) -> dict[str, Any]:
    """All figures of one market."""
    market = load(folder)
    schema = market["schema"]
    X, y, qid, place = market["train"]
    Xt, yt, qt = market["test"]
    start = time.perf_counter()
    model = AdditiveRanker(schema).fit(X, y, qid=qid, rank_shown=place)
    fit_seconds = time.perf_counter() - start
    timings = []
    for _ in range(5):
        start = time.perf_counter()
        own = model.predict(Xt)
        timings.append((time.perf_counter() - start) / len(Xt) * 1e6)
    error = float(np.abs(model.explain(Xt).sum(axis=1) - own).max())
    scores: dict[str, np.ndarray] = {"offtake": own}
    for name, column in (("stars", "stars"), ("coverage", "coverage")):
        at = [i for i, f in enumerate(schema) if f.name == column]
        if at:
            scores[name] = np.nan_to_num(Xt[:, at[0]], nan=-1.0)
    scores["random"] = np.zeros(len(Xt))
    by_query = {k: {n: ndcg_by_query(yt, s, qt, k) for n, s in scores.items()} for k in (5, 10)}
    rivals = [lightgbm_scores(market, seed) for seed in range(seeds)]
    rivals.sort(key=lambda s: float(np.nanmean(ndcg_by_query(yt, s, qt, 10))))
    for k in (5, 10):
        by_query[k]["lightgbm"] = ndcg_by_query(yt, rivals[len(rivals) // 2], qt, k)
    ratio = bootstrap_ratio(by_query[10]["offtake"], by_query[10]["lightgbm"])
    return {
        "market": folder.name,
        "needs": ratio.queries,
        "ndcg10": {n: round(float(np.nanmean(v)), 4) for n, v in by_query[10].items()},
        "ndcg5": {n: round(float(np.nanmean(v)), 4) for n, v in by_query[5].items()},
        "ratio_to_lightgbm": round(ratio.mean, 4),
        "interval": [round(ratio.low, 4), round(ratio.high, 4)],
        "fit_seconds": round(fit_seconds, 2),
        "microseconds_a_row": round(median(timings), 2),
        "explain_error": error,
        "interactions": [t for t in model.term_names_ if " x " in t],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seeds", type=int, default=5, help="seeds of LightGBM; its median counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folders = options.folders or [generate(kind, Path(scratch)) for kind in KINDS]
        results = [judge(folder, seeds=options.seeds) for folder in folders]
    if options.json:
        print(json.dumps(results, indent=2))
        return
    names = list(dict.fromkeys(n for r in results for n in r["ndcg10"]))
    print(
        f"{'market':<14}{'needs':>6}  "
        + "".join(f"{n:>10}" for n in names)
        + "   ratio [95 %]         fit s  us/row  error"
    )
    for r in results:
        values = "".join(f"{r['ndcg10'].get(n, float('nan')):>10.4f}" for n in names)
        low, high = r["interval"]
        print(
            f"{r['market']:<14}{r['needs']:>6}  {values}   {r['ratio_to_lightgbm']:.4f} [{low:.4f}, {high:.4f}]"
            f"  {r['fit_seconds']:>5.1f}  {r['microseconds_a_row']:>6.2f}  {r['explain_error']:.1e}"
        )
    print("NDCG@10; ties count at their mean. `--json` has NDCG@5 and the chosen interactions.")


if __name__ == "__main__":
    main()
