"""From the rows of a sourcing need to the engine's `NeedLine`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Prefetch
from django.utils import timezone

from companies.models import CertificationScheme, MarketRequirement, ProductSet
from core.quantities import QuantityError, to_base
from matching.engine.need import Certificate, LabLimit, NeedLine
from matching.engine.supply import month_index
from matching.laws import MarketCase, market_case
from tenders import models as tenders
from tenders.enums import Level

DIMENSION_OF = {"KGM": 0, "LTR": 1, "H87": 2}
NAN = float("nan")


def accepted_schemes() -> dict[str, tuple[str, ...]]:
    """Scheme -> itself and all schemes that satisfy it, in one query."""
    found: dict[str, list[str]] = defaultdict(list)
    through = CertificationScheme.satisfies.through
    for giver, asked in through.objects.values_list(
        "from_certificationscheme_id", "to_certificationscheme_id"
    ):
        found[asked].append(giver)
    return {asked: (asked, *sorted(givers)) for asked, givers in found.items()}


def sectors_by_set() -> dict[int, frozenset[str]]:
    """Product sectors by number of the product set, in one query."""
    return {n: frozenset(s) for n, s in ProductSet.objects.values_list("number", "product_sectors")}


def with_criteria(lines: Any) -> Any:
    """A queryset of need lines with everything that `LineReader` reads, in a constant number of queries."""
    return lines.select_related(
        "need", "need__company", "need__market", "need__delivery_province", "need__delivery_commune",
        "product_set", "hs__product_set", "unit",
    ).prefetch_related(
        "months", "certificates", "lab_limits", Prefetch("need__market__requirements")
    )  # fmt: skip


def unit_factor(unit: str, net: Decimal | None = None) -> tuple[int, float]:
    """(dimension, base units in one unit); dimension -1 for a unit that cannot be converted.

    A package counts by its net content, which is stored in base units of what is in it; kilograms are taken where
    nothing else is known.
    """
    try:
        base = to_base(Decimal(1), unit)
    except QuantityError:
        return (0, float(net)) if net else (-1, NAN)
    return DIMENSION_OF.get(base.unit, -1), float(base.value)


class LineReader:
    """Reads need lines; loads the reference tables that all lines share once."""

    def __init__(self) -> None:
        self.accepted = accepted_schemes()
        self.sectors = sectors_by_set()
        self._cases: dict[Any, MarketCase] = {}

    def read(self, line: tenders.NeedLine, *, now: datetime | None = None, shift: int = 0) -> NeedLine | None:
        """The engine's form of a line, or None while it has no month or a unit that cannot be converted.

        Args:
            line: from `with_criteria`.
            now: the moment from which validity and lead time are judged.
            shift: months by which the demand is moved, for past needs judged on today's seasons.
        """
        moment = now or timezone.now()
        today = timezone.localtime(moment).date()
        need = line.need
        dimension, factor = unit_factor(line.unit_id)
        wanted = sorted((row.month, row.quantity) for row in line.months.all())
        if dimension < 0 or not wanted:
            return None
        sets = self._sets(line)
        case = self._market(need, sets, today)
        certificates = list(line.certificates.all())
        # What a market filled in excludes only as law; as the buyer's own criterion it would exclude always.
        required = [c for c in certificates if c.level == Level.REQUIRED and not c.from_market]
        place = _place(need)
        return NeedLine(
            months=np.array([month_index(m) + shift for m, _ in wanted], dtype=np.int64),
            demand=np.array([float(q) * factor for _, q in wanted], dtype=np.float64),
            now_month=month_index(today),
            product_sets=sets if line.product_set_id else frozenset(),
            hs6=line.hs_id or "",
            words=line.product_words,
            dimension=dimension,
            least_stars=line.required_stars or 0,
            stars_must_be_verified=line.stars_must_be_confirmed,
            wished_stars=line.preferred_stars or 0,
            required=self._certificates(required),
            preferred=self._certificates([c for c in certificates if c.level == Level.PREFERRED]),
            laws=case.laws,
            to_check=case.to_check,
            habits=case.habits,
            markets=tuple(
                dict.fromkeys([*line.preferred_markets, *([need.market_id] if need.market_id else [])])
            ),
            lab=tuple(
                LabLimit(
                    parameter=limit.parameter.strip(),
                    most=NAN if limit.at_most is None else float(limit.at_most),
                    least=NAN if limit.at_least is None else float(limit.at_least),
                    required=limit.level == Level.REQUIRED,
                )
                for limit in line.lab_limits.all()
            ),
            ceiling=NAN if line.ceiling_price is None else float(line.ceiling_price) / factor,
            ceiling_excludes=line.ceiling_excludes,
            minimum_share=float(line.min_share_percent) / 100,
            whole=not line.partial_allowed,
            least_shelf_life_days=float(line.min_shelf_life_days or 0),
            lapse_excludes=need.exclude_on_lapse,
            place=place,
            province=need.delivery_province_id or "",
            export=need.market is not None and need.market.kind == "export",
            buyer_kind=need.company.kind,
            buyer_company=need.company_id,
            # Of a past need: as it was when it was published, else the ranker never learns what lead times do.
            days_until_first=float(max((wanted[0][0] - (_published_on(need) if shift else today)).days, 1)),
        )

    def _certificates(self, rows: Sequence[tenders.NeedCertificate]) -> tuple[Certificate, ...]:
        found = []
        for row in rows:
            schemes = (
                self.accepted.get(row.scheme_id, (row.scheme_id,)) if row.or_equivalent else (row.scheme_id,)
            )
            schemes = tuple(dict.fromkeys((row.scheme_id, *schemes, *row.also_accepted)))
            found.append(Certificate(row.scheme_id, schemes, row.must_be_confirmed))
        return tuple(found)

    def _sets(self, line: tenders.NeedLine) -> frozenset[int]:
        if line.product_set is not None:
            return frozenset({line.product_set.number})
        if line.hs is not None and line.hs.product_set is not None:
            return frozenset({line.hs.product_set.number})
        return frozenset()

    def _market(self, need: tenders.SourcingNeed, sets: frozenset[int], today: date) -> MarketCase:
        if need.market is None:
            return MarketCase((), (), ())
        key = (need.market_id, sets, today)
        if key not in self._cases:
            rows: Iterable[MarketRequirement] = need.market.requirements.all()
            concerned = {n: s for n, s in self.sectors.items() if not sets or n in sets}
            self._cases[key] = market_case(rows, concerned, self.accepted, on=today)
        return self._cases[key]


def _published_on(need: tenders.SourcingNeed) -> date:
    return timezone.localtime(need.published_at or need.created_at).date()


def _place(need: tenders.SourcingNeed) -> tuple[float, float] | None:
    for row in (need.delivery_commune, need.delivery_province):
        if row is not None and row.lat is not None and row.lon is not None:
            return row.lat, row.lon
    return None
