"""Who can be meant at all: required criteria only, each with its reason and its count.

A criterion removes a product only on what is known. Capacity that is not stated neither passes nor fails;
such products are eligible and form a section of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .need import LabLimit, NeedLine
from .supply import FOREVER, Supply
from .text import is_product

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Criterion:
    """One required criterion: `passes` is (rows,); `code` is stable; `detail` tells which certificate, ..."""

    code: str
    passes: Bools
    detail: str = ""
    relaxable: bool = True


@dataclass(frozen=True)
class Count:
    """What one criterion removes `alone` and at its place `in_sequence`, and how many are `left` then.

    `only` counts the products that this criterion alone keeps out: they come back if it is dropped.
    """

    code: str
    detail: str
    alone: int
    in_sequence: int
    left: int
    only: int
    relaxable: bool


@dataclass(frozen=True)
class Eligibility:
    """The verdict on every row, with the funnel that led there.

    `before` are counts of criteria that were applied before the rows were read at all (see `matching.supply`);
    the rows are what was left after them.
    """

    eligible: Bools
    unstated: Bools
    criteria: tuple[Criterion, ...]
    words: Floats
    start: int
    before: tuple[Count, ...] = ()

    @property
    def looked_at(self) -> int:
        """How many products there were before any criterion."""
        return self.before[0].left + self.before[0].in_sequence if self.before else self.start

    @property
    def counts(self) -> list[Count]:
        """One row a criterion, in the order in which they are applied."""
        if not self.criteria:
            return list(self.before)
        told = {count.code for count in self.before}
        passes = np.column_stack([c.passes for c in self.criteria])
        failures = (~passes).sum(axis=1)
        alive = np.ones(self.start, dtype=np.bool_)
        rows = list(self.before)
        for at, criterion in enumerate(self.criteria):
            before = int(alive.sum())
            alive &= criterion.passes
            if criterion.code in told:
                continue
            rows.append(
                Count(
                    code=criterion.code,
                    detail=criterion.detail,
                    alone=int((~criterion.passes).sum()),
                    in_sequence=before - int(alive.sum()),
                    left=int(alive.sum()),
                    only=int(((failures == 1) & ~passes[:, at]).sum()),
                    relaxable=criterion.relaxable,
                )
            )
        return rows

    def reasons(self, row: int) -> list[Criterion]:
        """The criteria that keep one product out."""
        return [c for c in self.criteria if not c.passes[row]]


def judge(line: NeedLine, supply: Supply, before: tuple[Count, ...] = ()) -> Eligibility:
    """Apply all required criteria of a line to all rows.

    The market's rows exclude only on `law` and only products of the sets that the case names; see `NeedLine.laws`.
    """
    rows = len(supply)
    criteria: list[Criterion] = []

    def add(code: str, passes: Any, detail: str = "", *, relaxable: bool = True) -> None:
        criteria.append(Criterion(code, np.asarray(passes, dtype=np.bool_), detail, relaxable))

    named, words = is_product(
        line.words,
        line.hs6,
        [f"{a} {b}" for a, b in zip(supply.name_vi, supply.name_en, strict=True)],
        supply.hs6,
    )
    in_set = (
        np.isin(supply.product_set, list(line.product_sets))
        if line.product_sets
        else np.ones(rows, dtype=np.bool_)
    )
    if line.product_sets:
        add("product_set", in_set | named if line.words or line.hs6 else in_set, relaxable=False)
    if line.words or line.hs6:
        add("product", named, line.words or line.hs6, relaxable=False)
    add("unit", supply.dimension == line.dimension, relaxable=False)
    barred = set(line.barred_companies) | ({line.buyer_company} if line.buyer_company is not None else set())
    if barred:
        add("own_company", ~np.isin(supply.company, list(barred)), relaxable=False)
    if line.least_stars:
        _add_stars(line, supply, add)
    _add_certificates(line, supply, add)
    for limit in line.lab:
        if limit.required:
            add("lab", lab_passes(limit, supply), limit.parameter)
    if line.least_shelf_life_days:
        add("shelf_life", supply.shelf_life_days >= line.least_shelf_life_days)
    if line.ceiling_excludes and not np.isnan(line.ceiling):
        add("ceiling", ~(supply.price > line.ceiling * (1 + TOLERANCE)))
    unstated = _add_capacity(line, supply, add)
    eligible = np.ones(rows, dtype=np.bool_)
    for criterion in criteria:
        eligible &= criterion.passes
    return Eligibility(eligible, unstated & eligible, tuple(criteria), words, rows, before)


def valid_stars(line: NeedLine, supply: Supply) -> Floats:
    """(rows,) stars that count now: not expired, confirmed where the buyer asks for it; 0 = none."""
    counted = supply.stars_until >= line.now_month
    if line.stars_must_be_verified:
        counted &= supply.stars_verified
    return np.where(counted, supply.stars, 0.0)


def _add_stars(line: NeedLine, supply: Supply, add: Any) -> None:
    enough = valid_stars(line, supply) >= line.least_stars
    if line.lapse_excludes:
        enough &= supply.stars_until >= line.months.max()
    add("stars", enough, str(line.least_stars))


def _add_certificates(line: NeedLine, supply: Supply, add: Any) -> None:
    until_needed = int(line.months.max()) if line.lapse_excludes else line.now_month
    for wanted in line.required:
        until = supply.scheme_until(wanted.schemes, confirmed=wanted.confirmed)
        add("certificate", until >= until_needed, wanted.code)
    for law in line.laws:
        held = supply.scheme_until(law.schemes) >= line.now_month
        applies = (
            np.isin(supply.product_set, list(law.sets)) if law.sets else np.ones(len(supply), dtype=np.bool_)
        )
        add("law", held | ~applies, f"{law.market}:{law.scheme}", relaxable=False)


def lab_passes(limit: LabLimit, supply: Supply) -> Bools:
    """(rows,) whether a report is there and within the limit."""
    result = supply.lab.get(limit.parameter.casefold())
    if result is None:
        return np.zeros(len(supply), dtype=np.bool_)
    passes = ~np.isnan(result)
    if not np.isnan(limit.most):
        passes &= result <= limit.most
    if not np.isnan(limit.least):
        passes &= result >= limit.least
    return passes


def _add_capacity(line: NeedLine, supply: Supply, add: Any) -> Bools:
    """Capacity criteria; returns the rows of which no needed month is stated."""
    available = supply.months(line.months)
    stated = ~np.isnan(available)
    unstated: Bools = np.asarray(~stated.any(axis=1), dtype=np.bool_)
    brought = np.minimum(np.nan_to_num(available, nan=0.0), line.demand)
    # A month that is not stated is no proof of lack: only known months can exclude.
    add("capacity", (brought.sum(axis=1) > TOLERANCE) | ~stated.all(axis=1))
    share = np.where(stated, np.minimum(available, line.demand) / line.demand, np.inf).min(axis=1)
    if line.minimum_share > 0:
        add("minimum_share", share >= line.minimum_share - TOLERANCE, f"{line.minimum_share:g}")
    if line.whole:
        add("whole", share >= 1 - TOLERANCE)
    return unstated


def coverage(line: NeedLine, supply: Supply) -> Floats:
    """(rows, months) share of each month's demand that is available, 0..1; NaN = not stated."""
    result: Floats = np.clip(supply.months(line.months) / line.demand, 0.0, 1.0)
    return result


def last_valid_month(line: NeedLine, supply: Supply) -> NDArray[np.int64]:
    """(rows,) last month in which all that is required (stars, certificates, law) holds; FOREVER = no end."""
    until = np.full(len(supply), FOREVER, dtype=np.int64)
    if line.least_stars:
        until = np.minimum(until, supply.stars_until)
    for wanted in line.required:
        until = np.minimum(until, supply.scheme_until(wanted.schemes, confirmed=wanted.confirmed))
    for law in line.laws:
        until = np.minimum(until, supply.scheme_until(law.schemes))
    return until
