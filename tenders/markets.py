"""Which requirements of a market bind a line: what the data can decide. Everything else is "to check".

A market's row excludes only if its basis is `law`, it is in force, and its case can be told from the product's set.
Rows without a note are decided by their sectors. For rows with a note, the table below says for which sectors the
note's case follows from the sector alone, and which other certificates the note itself accepts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from companies.models import MarketRequirement

_MADE = frozenset({"processed_food", "beverage", "tea_coffee_cocoa"})
_ANIMAL = frozenset({"aquaculture", "capture_fishery", "honey", "livestock"})
_FOOD_SAFETY = ("haccp_codex", "iso_22000", "gmp_food", "fssc_22000", "brcgs_food", "ifs_food")


@dataclass(frozen=True)
class Case:
    """For these sectors the note's case applies whenever the sector does; `also` are certificates it accepts."""

    sectors: frozenset[str]
    also: tuple[str, ...] = field(default=())


DECIDABLE: dict[tuple[str, str], Case] = {
    ("eu", "eu_approved_establishment"): Case(_ANIMAL),
    ("us", "us_fda_ffr"): Case(frozenset({"processed_food", "beverage"})),
    ("cn", "gacc_registration"): Case(_MADE),
    ("my", "halal_jakim"): Case(frozenset({"livestock"})),
    ("ae_gcc", "halal_gcc"): Case(frozenset({"livestock"})),
    ("vn_modern_trade", "food_safety_eligibility_vn"): Case(_MADE, _FOOD_SAFETY),
    ("vn_traditional", "food_safety_eligibility_vn"): Case(_MADE, _FOOD_SAFETY),
}


@dataclass(frozen=True)
class Asked:
    """One thing that a market asks for of a product, and how much of it can be decided here.

    `weight`: `law` excludes, `check` is told, `habit` ranks.
    """

    scheme: str
    weight: str
    note: str = ""
    effective_from: date | None = None
    also: tuple[str, ...] = ()


def asked_of(rows: Iterable[MarketRequirement], sectors: frozenset[str], *, on: date) -> list[Asked]:
    """What a market asks for of a product of these sectors (empty: not known), each scheme once, laws first.

    Args:
        rows: the market's requirements.
        sectors: product sectors of the line's product set.
        on: the day; a row that takes effect later is told and does not bind.
    """
    found: dict[str, Asked] = {}
    for row in rows:
        named = frozenset(row.sectors)
        if "all" not in named and sectors and not named & sectors:
            continue
        one = _asked(row, named, sectors, on)
        known = found.get(one.scheme)
        if known is None or _ORDER[one.weight] < _ORDER[known.weight]:
            found[one.scheme] = one
    return sorted(found.values(), key=lambda one: (_ORDER[one.weight], one.scheme))


_ORDER = {"law": 0, "check": 1, "habit": 2}


def _asked(row: MarketRequirement, named: frozenset[str], sectors: frozenset[str], on: date) -> Asked:
    if row.basis == "buyer_habit":
        return Asked(row.scheme_id, "habit", row.note)
    if row.basis != "law" or (row.effective_from and row.effective_from > on):
        return Asked(row.scheme_id, "check", row.note, row.effective_from)
    case = DECIDABLE.get((row.market_id, row.scheme_id), Case(named if not row.note else frozenset()))
    if sectors and sectors <= case.sectors & named:
        return Asked(row.scheme_id, "law", row.note, row.effective_from, case.also)
    return Asked(row.scheme_id, "check", row.note, row.effective_from)
