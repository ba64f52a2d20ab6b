"""One line of a sourcing need, as the engine reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .supply import BUYER_KINDS, code_of

NAN = float("nan")


@dataclass(frozen=True)
class Certificate:
    """A certificate asked for: any scheme of `schemes` will do ("HACCP or equivalent")."""

    code: str
    schemes: tuple[str, ...]
    confirmed: bool = False


@dataclass(frozen=True)
class Law:
    """What the law of a market asks for goods of some product sets; empty `sets` = of all."""

    market: str
    scheme: str
    schemes: tuple[str, ...]
    sets: frozenset[int] = frozenset()


@dataclass(frozen=True)
class ToCheck:
    """Something of a market that the data cannot decide: told, never excluding."""

    market: str
    scheme: str
    basis: str
    note: str = ""


@dataclass(frozen=True)
class LabLimit:
    """A laboratory value that must not be above (`most`) or below (`least`) a limit."""

    parameter: str
    most: float = NAN
    least: float = NAN
    required: bool = False


@dataclass(frozen=True)
class NeedLine:
    """What is asked for, in base units (see Supply) and month indexes.

    `demand` is (months,) beside `months`, zero months left out. `ceiling` is VND for one base unit, NaN = none;
    `ceiling_excludes` is the buyer's choice, as is `lapse_excludes` (a star rating or certificate that ends
    within the months). `minimum_share` is the least share of each month that one supplier must cover;
    `whole` = one supplier must cover all of it.
    """

    months: NDArray[np.int64]
    demand: NDArray[np.float64]
    now_month: int
    product_sets: frozenset[int] = frozenset()
    hs6: str = ""
    words: str = ""
    dimension: int = 0
    least_stars: int = 0
    stars_must_be_verified: bool = False
    wished_stars: int = 0
    required: tuple[Certificate, ...] = ()
    preferred: tuple[Certificate, ...] = ()
    laws: tuple[Law, ...] = ()
    to_check: tuple[ToCheck, ...] = ()
    habits: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    lab: tuple[LabLimit, ...] = ()
    ceiling: float = NAN
    ceiling_excludes: bool = False
    minimum_share: float = 0.0
    whole: bool = False
    least_shelf_life_days: float = 0.0
    lapse_excludes: bool = False
    place: tuple[float, float] | None = None
    province: str = ""
    export: bool = False
    buyer_kind: str = "other"
    buyer_company: Any = None
    days_until_first: float = NAN
    barred_companies: frozenset[Any] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if self.months.shape != self.demand.shape or self.months.ndim != 1:
            raise ValueError("months and demand must be one-dimensional and of the same length")
        if self.demand.size == 0 or not (self.demand > 0).all():
            raise ValueError("a line needs at least one month, and every quantity must be above zero")

    @property
    def total(self) -> float:
        """All months together."""
        return float(self.demand.sum())

    @property
    def buyer_code(self) -> float:
        """The buyer's kind as a category."""
        return code_of(self.buyer_kind, BUYER_KINDS)
