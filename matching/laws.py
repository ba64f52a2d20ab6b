"""Which requirements of a market the data can decide. Everything else is "to check", and excludes nobody.

A market's row excludes only if its basis is `law`, it is in force, and its case can be told from the product's set.
Rows without a note are decided by their sectors; for rows with a note, the table of `tenders.markets` says for which
sectors the note's case follows from the sector alone, and which other certificates the note itself accepts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from companies.models import MarketRequirement
from matching.engine.need import Law, ToCheck
from tenders.markets import DECIDABLE, Case


@dataclass(frozen=True)
class MarketCase:
    """What a market asks for of products of the given sets."""

    laws: tuple[Law, ...]
    to_check: tuple[ToCheck, ...]
    habits: tuple[str, ...]


def market_case(
    rows: Iterable[MarketRequirement],
    sectors_of_set: dict[int, frozenset[str]],
    accepted: dict[str, tuple[str, ...]],
    *,
    on: date,
) -> MarketCase:
    """Sort a market's requirements into laws that exclude, things to check, and habits that rank.

    Args:
        rows: the market's requirements.
        sectors_of_set: product sectors by number of the product set, of the sets in question.
        accepted: scheme -> schemes that satisfy it, itself among them.
        on: the day; a row that takes effect later is told and does not bind.
    """
    laws: list[Law] = []
    to_check: list[ToCheck] = []
    habits: list[str] = []
    concerned = frozenset().union(*sectors_of_set.values()) if sectors_of_set else frozenset()
    for row in rows:
        named = frozenset(row.sectors)
        if "all" not in named and concerned and not named & concerned:
            continue
        if row.basis == "buyer_habit":
            habits.append(row.scheme_id)
            continue
        note = row.note or ""
        if row.basis != "law" or (row.effective_from and row.effective_from > on):
            to_check.append(ToCheck(row.market_id, row.scheme_id, row.basis, note))
            continue
        case = DECIDABLE.get((row.market_id, row.scheme_id), Case(named if not note else frozenset()))
        # The case applies for sure where every sector of the set falls under it.
        bound = frozenset(
            number
            for number, sectors in sectors_of_set.items()
            if sectors and sectors <= case.sectors & named
        )
        if bound:
            schemes = tuple(dict.fromkeys((*accepted.get(row.scheme_id, (row.scheme_id,)), *case.also)))
            laws.append(Law(row.market_id, row.scheme_id, schemes, bound))
        if len(bound) < len(sectors_of_set) or not sectors_of_set:
            to_check.append(ToCheck(row.market_id, row.scheme_id, row.basis, note))
    return MarketCase(tuple(laws), tuple(to_check), tuple(dict.fromkeys(habits)))
