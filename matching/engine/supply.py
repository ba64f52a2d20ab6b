"""Everything offered, as columns: one row a product. All arrays have the same number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

HORIZON = 24
FOREVER = 10**6  # the month index of what has no end
DIMENSIONS = ("kg", "l", "piece")
SUPPLIER_KINDS = ("cooperative", "cooperative_group", "household", "enterprise", "exporter")
BUYER_KINDS = ("supermarket", "distributor", "exporter", "point_of_sale", "enterprise", "cooperative")
PROOFS = ("stated", "checked", "delivered")


def month_index(day: date) -> int:
    """Months since the year 0, so that months can be compared and subtracted."""
    return day.year * 12 + day.month - 1


def month_date(index: int) -> date:
    """The first day of a month index."""
    return date(index // 12, index % 12 + 1, 1)


def code_of(word: str, words: Sequence[str]) -> float:
    """Place of a word in a fixed list of categories; NaN for a word that is not on it."""
    return float(words.index(word)) if word in words else float("nan")


@dataclass(frozen=True)
class Supply:
    """Offered products as columns.

    Quantities are in the base unit of `dimension` (index into DIMENSIONS, -1 = cannot be converted); prices for
    one base unit; months as `month_index`; NaN = not known. `available` is (rows, HORIZON): capacity less
    commitments, its first column being month `first_month`; `proof` is the index into PROOFS alike.
    `certificates` is (rows, schemes): last month of validity, 0 = none, FOREVER = no end; `confirmed` counts
    only certificates checked against the original. `sold_in` is (rows, markets). `lab` holds one column a parameter.
    """

    first_month: int
    product: NDArray[Any]
    company: NDArray[Any]
    product_set: Ints
    hs6: NDArray[np.str_]
    name_vi: list[str]
    name_en: list[str]
    dimension: Ints
    stars: Floats
    stars_verified: Bools
    stars_until: Ints
    schemes: tuple[str, ...]
    certificates: Ints
    confirmed: Ints
    markets: tuple[str, ...]
    sold_in: Bools
    available: Floats
    proof: Ints
    price: Floats
    peer_price: Floats
    lead_days: Floats
    minimum_order: Floats
    shelf_life_days: Floats
    latitude: Floats
    longitude: Floats
    province: NDArray[np.str_]
    supplier_kind: Floats
    on_time: Floats
    deliveries: Floats
    listed_month: Ints
    lab: dict[str, Floats]

    def __len__(self) -> int:
        return int(self.product.shape[0])

    def __post_init__(self) -> None:
        rows = len(self)
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray | list) and len(value) != rows:
                raise ValueError(f"column {column.name} has {len(value)} rows, not {rows}")
        shapes = {
            "available": (rows, HORIZON),
            "proof": (rows, HORIZON),
            "certificates": (rows, len(self.schemes)),
            "confirmed": (rows, len(self.schemes)),
            "sold_in": (rows, len(self.markets)),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"column {name} must have shape {shape}")

    def take(self, rows: Ints | Bools) -> Supply:
        """The same columns for some rows."""
        at = np.flatnonzero(rows) if np.asarray(rows).dtype == np.bool_ else np.asarray(rows)
        changed: dict[str, Any] = {}
        for column in fields(self):
            value = getattr(self, column.name)
            if isinstance(value, np.ndarray):
                changed[column.name] = value[at]
            elif isinstance(value, list):
                changed[column.name] = [value[i] for i in at]
        changed["lab"] = {name: values[at] for name, values in self.lab.items()}
        return replace(self, **changed)

    def months(self, wanted: Ints) -> Floats:
        """(rows, wanted) available capacity; NaN for months beyond the horizon."""
        at = np.asarray(wanted) - self.first_month
        inside = (at >= 0) & (at < HORIZON)
        found = np.full((len(self), at.size), np.nan)
        found[:, inside] = self.available[:, at[inside]]
        return found

    def proofs(self, wanted: Ints) -> Ints:
        """(rows, wanted) index into PROOFS; 0 (stated) for months beyond the horizon."""
        at = np.asarray(wanted) - self.first_month
        inside = (at >= 0) & (at < HORIZON)
        found = np.zeros((len(self), at.size), dtype=np.int64)
        found[:, inside] = self.proof[:, at[inside]]
        return found

    def scheme_until(self, schemes: Sequence[str], *, confirmed: bool = False) -> Ints:
        """(rows,) last month in which any of the schemes is valid; 0 where none is held."""
        at = [self.schemes.index(s) for s in schemes if s in self.schemes]
        if not at:
            return np.zeros(len(self), dtype=np.int64)
        table = self.confirmed if confirmed else self.certificates
        return np.asarray(table[:, at].max(axis=1), dtype=np.int64)


def peer_prices(product_set: Ints, hs6: NDArray[np.str_], dimension: Ints, price: Floats) -> Floats:
    """(rows,) median known price of the same HS-6 and set in the same base unit; NaN without any."""
    found = np.full(price.shape, np.nan)
    keys = np.array([f"{s}|{h}|{d}" for s, h, d in zip(product_set, hs6, dimension, strict=True)])
    for key in np.unique(keys):
        rows = keys == key
        known = price[rows & ~np.isnan(price)]
        if known.size:
            found[rows] = np.median(known)
    return found


def distance_km(latitude: Floats, longitude: Floats, to: tuple[float, float]) -> Floats:
    """(rows,) great-circle distance by the haversine formula on a sphere of 6,371 km."""
    lat, lon = np.radians(latitude), np.radians(longitude)
    lat0, lon0 = np.radians(to[0]), np.radians(to[1])
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    result: Floats = 2 * 6371.0 * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return result
