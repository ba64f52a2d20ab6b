"""How far given suppliers fill the months, taken one after the other. (The optimal pool is another matter.)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .need import NeedLine
from .supply import Supply

Floats = NDArray[np.float64]


def fill_in_order(line: NeedLine, supply: Supply, rows: Sequence[int]) -> Floats:
    """(rows, months) quantity that each row brings, in base units, when the earlier ones bring all they can.

    Capacity that is not stated brings nothing: nothing can be promised on it.
    """
    brought = np.zeros((len(rows), line.demand.size))
    left = line.demand.astype(np.float64).copy()
    if rows:
        available = np.nan_to_num(supply.take(np.asarray(rows)).months(line.months), nan=0.0)
        for place in range(len(rows)):
            brought[place] = np.minimum(available[place].clip(min=0.0), left)
            left -= brought[place]
    return brought


def enough_in_order(line: NeedLine, supply: Supply, rows: Sequence[int], *, most: int) -> list[int]:
    """The first rows that fill the line together, at most `most`; rows that add nothing are passed over."""
    chosen: list[int] = []
    left = line.demand.astype(np.float64).copy()
    for row in rows:
        if len(chosen) == most or not (left > 1e-9).any():
            break
        available = np.nan_to_num(supply.take(np.array([row])).months(line.months)[0], nan=0.0).clip(min=0.0)
        part = np.minimum(available, left)
        if part.sum() > 0:
            chosen.append(int(row))
            left -= part
    return chosen
