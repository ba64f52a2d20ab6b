"""Small supplies and lines, in plain numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from matching.engine.need import NeedLine
from matching.engine.supply import FOREVER, HORIZON, Supply

NOW = 2027 * 12 + 6  # July 2027
AUGUST = NOW + 1


def a_supply(rows: int = 1, **changed: Any) -> Supply:
    """`rows` alike products of dried longan pulp: 500 kg a month, three stars, HACCP without end."""
    held = np.zeros((rows, 2), dtype=np.int64)
    held[:, 0] = FOREVER
    base = Supply(
        first_month=NOW,
        product=np.array([f"p{i}" for i in range(rows)], dtype=object),
        company=np.array([f"c{i}" for i in range(rows)], dtype=object),
        product_set=np.full(rows, 7),
        hs6=np.array(["081340"] * rows),
        name_vi=["Long nhãn sấy"] * rows,
        name_en=["Dried longan pulp"] * rows,
        dimension=np.zeros(rows, dtype=np.int64),
        stars=np.full(rows, 3.0),
        stars_verified=np.ones(rows, dtype=bool),
        stars_until=np.full(rows, FOREVER),
        schemes=("haccp", "iso_22000"),
        certificates=held,
        confirmed=held.copy(),
        markets=("eu",),
        sold_in=np.zeros((rows, 1), dtype=bool),
        available=np.full((rows, HORIZON), 500.0),
        proof=np.zeros((rows, HORIZON), dtype=np.int64),
        price=np.full(rows, 400_000.0),
        peer_price=np.full(rows, 400_000.0),
        lead_days=np.full(rows, 7.0),
        minimum_order=np.full(rows, 50.0),
        shelf_life_days=np.full(rows, 365.0),
        latitude=np.full(rows, 20.8),
        longitude=np.full(rows, 106.0),
        province=np.array(["33"] * rows),
        supplier_kind=np.zeros(rows),
        on_time=np.full(rows, np.nan),
        deliveries=np.zeros(rows),
        listed_month=np.full(rows, NOW - 12),
        lab={},
    )
    return replace(base, **changed)


def a_line(**changed: Any) -> NeedLine:
    """2 t a month from August to December 2027."""
    base = NeedLine(
        months=np.arange(AUGUST, AUGUST + 5),
        demand=np.full(5, 2000.0),
        now_month=NOW,
        words="long nhãn sấy",
        hs6="081340",
        ceiling=420_000.0,
        place=(21.03, 105.85),
        province="01",
        buyer_kind="supermarket",
    )
    return replace(base, **changed)
