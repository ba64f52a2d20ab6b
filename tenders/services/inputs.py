"""What the edges hand to the services: lines of a need with their criteria, as plain values and codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from tenders.enums import Level


@dataclass(frozen=True, kw_only=True)
class CertificateInput:
    """A certificate asked for; `or_equivalent` accepts every scheme that satisfies it."""

    scheme: str
    level: str = Level.REQUIRED
    or_equivalent: bool = True
    also_accepted: Sequence[str] = ()
    must_be_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class LabLimitInput:
    """A laboratory value with at least one bound, in the unit that `unit_text` names."""

    parameter: str
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    unit_text: str = ""
    level: str = Level.PREFERRED


@dataclass(frozen=True, kw_only=True)
class LineInput:
    """A line as typed. `id` keeps the row (and what points at it) when lines are replaced.

    `months` holds quantities by first day of the month in `unit`; `ceiling_price` is for one `unit`.
    """

    id: UUID | None = None
    product_words: str = ""
    hs: str | None = None
    product_set: str | None = None
    unit: str = "KGM"
    months: Mapping[date, Decimal] = field(default_factory=dict)
    specification: Mapping[str, str] = field(default_factory=dict)
    required_stars: int | None = None
    preferred_stars: int | None = None
    stars_must_be_confirmed: bool = False
    certificates: Sequence[CertificateInput] = ()
    lab_limits: Sequence[LabLimitInput] = ()
    ceiling_price: Decimal | None = None
    ceiling_excludes: bool = False
    pack: str = ""
    min_shelf_life_days: int | None = None
    preferred_markets: Sequence[str] = ()
    min_share_percent: Decimal = Decimal(0)
    max_suppliers: int | None = None
    partial_allowed: bool = True


SCALARS = (
    "product_words", "required_stars", "preferred_stars", "stars_must_be_confirmed", "ceiling_price",
    "ceiling_excludes", "pack", "min_shelf_life_days", "min_share_percent", "max_suppliers", "partial_allowed",
)  # fmt: skip


def line_input(line: Any) -> LineInput:
    """The input that would write this line as it is; its months and criteria should be prefetched."""
    return LineInput(
        id=line.pk,
        hs=line.hs_id,
        product_set=line.product_set_id,
        unit=line.unit_id,
        months=line.quantities,
        specification=dict(line.specification),
        certificates=[
            CertificateInput(
                scheme=row.scheme_id,
                level=row.level,
                or_equivalent=row.or_equivalent,
                also_accepted=list(row.also_accepted),
                must_be_confirmed=row.must_be_confirmed,
            )
            for row in line.certificates.all()
            if not row.from_market
        ],
        lab_limits=[
            LabLimitInput(
                parameter=row.parameter,
                at_most=row.at_most,
                at_least=row.at_least,
                unit_text=row.unit_text,
                level=row.level,
            )
            for row in line.lab_limits.all()
        ],
        preferred_markets=list(line.preferred_markets),
        **{name: getattr(line, name) for name in SCALARS},
    )
