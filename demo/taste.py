"""What simulated buyers like. It stands apart from the ranker on purpose: it shares no code and no columns with it,
is noisy, differs between kinds of buyers and from buyer to buyer, and looks at traits that stand in no database:
how well a product is packed, how winning its seller is, and whether the two have dealt with each other before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Traits:
    """What a buyer finds out about each product, the hidden traits included. All (rows,) but `left` (rows, months)."""

    left: Floats  # what can still be supplied in each month asked for; NaN = not stated
    proven: Floats  # 0 stated, 0.5 checked on site, 1 delivered before
    price: Floats  # per unit; NaN = not told
    stars: Floats
    stars_sure: Bools
    papers: Floats  # how many food-safety certificates beyond the licence count today
    wished: Floats  # share of the preferred certificates; 0 without a wish
    deliveries: Floats
    kept: Floats  # share on time and in full; NaN = no deliveries
    kilometres: Floats
    near: Bools  # same province
    lead_days: Floats
    smallest: Floats  # minimum order; NaN = none told
    household: Bools
    abroad: Bools  # sold to the market asked for already
    packing: Floats  # hidden, 0..1
    charm: Floats  # hidden, 0..1
    friends: Bools  # hidden: dealt with each other before


@dataclass(frozen=True)
class Wish:
    """What one line asks for: `monthly` (months,), the ceiling (NaN = none), a typical price, and its kind."""

    monthly: Floats
    ceiling: float
    usual_price: float
    fresh: bool
    export: bool
    days_until_first: float


@dataclass(frozen=True)
class Temper:
    """How much each thing weighs with one kind of buyer."""

    volume: float
    price: float
    stars: float
    papers: float
    record: float
    distance: float
    near: float
    packing: float
    charm: float
    friends: float
    noise: float
    enough: float  # the share of the volume below which an offer is not worth the trouble


TEMPERS = {
    "supermarket": Temper(1.7, 0.9, 0.8, 0.9, 1.2, 0.5, 0.1, 0.8, 0.3, 0.8, 0.22, 0.35),
    "distributor": Temper(1.5, 2.0, 0.25, 0.35, 0.8, 0.8, 0.2, 0.4, 0.45, 0.9, 0.24, 0.3),
    "exporter": Temper(2.0, 0.9, 0.15, 1.5, 1.0, 0.2, 0.0, 0.4, 0.35, 0.7, 0.24, 0.4),
    "point_of_sale": Temper(0.6, 0.7, 1.4, 0.2, 0.5, 0.7, 1.1, 0.7, 0.7, 0.8, 0.30, 0.25),
}


def temper_of(kind: str, buyer_seed: int) -> Temper:
    """The temper of one buyer: its kind's, each weight up to a third more or less."""
    base = TEMPERS.get(kind, TEMPERS["distributor"])
    rng = np.random.default_rng(buyer_seed)
    values = [getattr(base, name) for name in base.__dataclass_fields__]
    shift = np.exp(rng.normal(0, 0.22, len(values)))
    shift[-2:] = 1.0  # noise and threshold are the kind's
    return Temper(*(float(v * s) for v, s in zip(values, shift, strict=True)))


def liking(traits: Traits, wish: Wish, temper: Temper) -> Floats:
    """(rows,) how much a buyer likes each product, before chance comes in."""
    share = np.clip(np.nan_to_num(traits.left, nan=0.0) / wish.monthly, 0, 1)
    told = ~np.isnan(traits.left).all(axis=1)
    covered = share @ wish.monthly / wish.monthly.sum()
    steady = share.min(axis=1)
    enough = 1 / (1 + np.exp(-(covered - temper.enough) / 0.06))  # a threshold, hardly a slope
    volume = np.where(told, 1.4 * enough + 0.5 * covered + 0.35 * (steady > 0.6) - 1.0, -0.55)
    total = temper.volume * volume * (0.9 + 0.2 * traits.proven)
    total = total + _money(traits, wish, temper)
    stars = np.where(traits.stars >= 5, 1.0, np.where(traits.stars >= 4, 0.62, 0.0))
    total = total + temper.stars * stars * np.where(traits.stars_sure, 1.0, 0.35)
    # Papers count for double when the supplier can also bring the volume, abroad even more.
    paper = np.minimum(traits.papers, 3) / 3 + 0.8 * traits.wished
    together = 1 + (0.9 if wish.export else 0.35) * (covered > 0.5)
    total = total + temper.papers * paper * together * 0.6
    total = total + temper.record * _record(traits)
    far = np.minimum(traits.kilometres, 1500) / 100
    total = total - temper.distance * (0.16 if wish.fresh else 0.045) * far * (0.3 if wish.export else 1.0)
    total = total + temper.near * traits.near
    total = total + (0.5 * traits.abroad if wish.export else 0.0)
    total = total - 0.7 * (traits.lead_days > wish.days_until_first)
    total = total - 1.1 * (np.nan_to_num(traits.smallest, nan=0.0) > wish.monthly.mean())
    total = total - 0.3 * traits.household * (temper.volume > 1)
    hidden = temper.packing * 2 * (traits.packing - 0.5) + temper.charm * 2 * (traits.charm - 0.5)
    return np.asarray(total + hidden + temper.friends * traits.friends, dtype=np.float64)


def _money(traits: Traits, wish: Wish, temper: Temper) -> Floats:
    """Beyond the ceiling it hurts quickly; four stars that look good may cost more; an untold price annoys a little."""
    limit = wish.ceiling if not np.isnan(wish.ceiling) else 1.25 * wish.usual_price
    against = traits.price / limit
    pain = 1.1 * np.clip(against - 0.6, 0, None) + 4.0 * np.clip(against - 1.0, 0, 0.5)
    forgiven = np.where((traits.stars >= 4) & (traits.packing > 0.6), 0.5, 1.0)
    return np.where(np.isnan(against), -0.45, -temper.price * pain * forgiven)


def _record(traits: Traits) -> Floats:
    known = np.nan_to_num(traits.kept, nan=0.0)
    weight = np.log1p(traits.deliveries) / np.log(40)
    good = np.where(known >= 0.93, 0.6, np.where(known >= 0.8, 0.15, -0.9))
    return np.where(np.isnan(traits.kept), 0.0, good * np.minimum(weight + 0.25, 1.2))


@dataclass(frozen=True)
class Decision:
    """What a buyer did with what was shown: labels 0..3, which it looked at, and liked after chance."""

    labels: NDArray[np.int64]
    looked: Bools
    felt: Floats


def decide(likes: Floats, temper: Temper, rng: np.random.Generator) -> Decision:
    """Go down the list as it was shown (row 0 first), look at some, shortlist, award, sign.

    Attention falls with the rank; the award is made on a second look with its own chance (quotes, a visit, a taste).
    """
    count = len(likes)
    rank = np.arange(count)
    looked = rng.random(count) < 0.97 / (1 + 0.055 * rank)
    felt = likes + rng.gumbel(0, temper.noise, count)
    labels = np.zeros(count, dtype=np.int64)
    bar = max(float(np.quantile(likes, 0.45)), -0.6)
    liked = np.flatnonzero(looked & (felt > bar))
    short = liked[np.argsort(-felt[liked])][: int(rng.integers(2, 8))]
    labels[short] = 1
    if short.size and rng.random() < 0.92:
        second = likes[short] + rng.gumbel(0, temper.noise * 0.8, short.size)
        order = np.argsort(-second)[: 1 + int(rng.random() < 0.45) + int(rng.random() < 0.15)]
        chosen = short[order]
        labels[chosen] = 2
        signs = 1 / (1 + np.exp(-(second[order] - 1.0)))
        labels[chosen[rng.random(chosen.size) < 0.2 + 0.6 * signs]] = 3
    return Decision(labels, looked, felt)
