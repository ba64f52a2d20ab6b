"""How many suppliers remain for a line that is still being written, and what each requirement costs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict

import numpy as np
from django.utils import timezone

from companies.models import Company, HsCode, Market, ProductSet
from core.months import add_months
from matching.engine.eligibility import Count, Criterion, judge
from matching.lines import LineReader
from matching.services.rank import supply_for
from tenders import models as tenders
from tenders.enums import Level


class LineSpec(TypedDict, total=False):
    """A line as typed so far; every key may be absent. Codes, not rows."""

    company: Company | None
    market: str
    exclude_on_lapse: bool
    product_set: str
    hs: str
    product_words: str
    unit: str
    months: dict[date, Decimal]
    required_stars: int | None
    stars_must_be_confirmed: bool
    required_certificates: list[str]  # scheme codes, equivalents counting
    exact_certificates: list[str]  # scheme codes without equivalents
    ceiling_price: Decimal | None
    ceiling_excludes: bool
    min_shelf_life_days: int | None
    min_share_percent: Decimal
    partial_allowed: bool


@dataclass(frozen=True)
class DraftCount:
    """`remaining` suppliers (companies) and `products`; `criteria` in the order in which they apply."""

    remaining: int
    products: int
    looked_at: int
    unstated: int
    criteria: list[Count]

    def as_json(self) -> dict[str, Any]:
        """For the API and the form."""
        return asdict(self)


@dataclass(frozen=True)
class _Rows:
    """What `LineReader` reads through a manager, from a list."""

    rows: list[Any]

    def all(self) -> list[Any]:
        """The rows."""
        return self.rows


class _Draft:
    """Stands for a need line that is not in the database: the same attributes, lists instead of managers."""

    def __init__(self, line: tenders.NeedLine, months: list[Any], certificates: list[Any]) -> None:
        self._line = line
        self.months, self.certificates, self.lab_limits = _Rows(months), _Rows(certificates), _Rows([])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)


def count_for_draft(line_spec: LineSpec, *, now: datetime | None = None) -> DraftCount | None:
    """What remains for a line as typed so far.

    Returns None while neither a product, a code nor a set is named, or the unit cannot be converted: there is
    nothing to count yet. Months that are missing are taken as one kilogram next month, so that capacity says
    whether there is anything at all.
    """
    if not any(line_spec.get(k) for k in ("product_words", "hs", "product_set")):
        return None
    line = _draft(line_spec, now)
    asked = LineReader().read(line, now=now)  # type: ignore[arg-type]
    if asked is None:
        return None
    supply, before = supply_for(line, asked, now=now)  # type: ignore[arg-type]
    verdict = judge(asked, supply, before)
    companies = set(supply.company[verdict.eligible])
    return DraftCount(
        remaining=len(companies),
        products=int(verdict.eligible.sum()),
        looked_at=verdict.looked_at,
        unstated=int(verdict.unstated.sum()),
        criteria=verdict.counts,
    )


def _draft(spec: LineSpec, now: datetime | None) -> _Draft:
    company = spec.get("company") or Company(kind="supermarket")
    need = tenders.SourcingNeed(company=company, exclude_on_lapse=bool(spec.get("exclude_on_lapse")))
    if spec.get("market"):
        need.market = Market.objects.prefetch_related("requirements").filter(pk=spec["market"]).first()
    line = tenders.NeedLine(
        need=need,
        product_words=spec.get("product_words", "")[:200],
        unit_id=spec.get("unit") or "KGM",
        required_stars=spec.get("required_stars"),
        stars_must_be_confirmed=bool(spec.get("stars_must_be_confirmed")),
        ceiling_price=spec.get("ceiling_price"),
        ceiling_excludes=bool(spec.get("ceiling_excludes")),
        min_shelf_life_days=spec.get("min_shelf_life_days"),
        min_share_percent=spec.get("min_share_percent") or Decimal(0),
        partial_allowed=spec.get("partial_allowed", True),
    )
    if spec.get("hs"):
        line.hs = HsCode.objects.select_related("product_set").filter(pk=spec["hs"]).first()
    if spec.get("product_set"):
        line.product_set = ProductSet.objects.filter(pk=spec["product_set"]).first()
    today = timezone.localtime(now or timezone.now()).date()
    wanted = {m: q for m, q in spec.get("months", {}).items() if q and q > 0} or {
        add_months(today, 1): Decimal(1)
    }
    months = [tenders.NeedMonth(month=m, quantity=q) for m, q in sorted(wanted.items())]
    exact = spec.get("exact_certificates", [])
    certificates = [
        tenders.NeedCertificate(scheme_id=code, level=Level.REQUIRED, or_equivalent=code not in exact)
        for code in dict.fromkeys([*spec.get("required_certificates", []), *exact])
    ]
    return _Draft(line, months, certificates)


@dataclass(frozen=True)
class SupplierStep:
    """A criterion counted in suppliers: how many are `left` after it, and how many it `costs` all by itself."""

    criterion: Criterion
    left: int
    costs: int


@dataclass(frozen=True)
class LineCount:
    """`remaining` suppliers of a stored line, those of them whose capacity is not stated, and the way there."""

    remaining: int
    unstated: int
    steps: tuple[SupplierStep, ...]


def count_for_line(*, line: tenders.NeedLine, now: datetime | None = None) -> LineCount | None:
    """How many suppliers remain for a stored line of a draft, and what each required criterion costs in suppliers.

    As `count_for_draft`, with all that is stored (laboratory limits, place, market). None while neither a product, a
    code nor a set is named, or the unit cannot be converted. Steps that can keep nobody out are left away.
    """
    if not (line.product_words or line.hs_id or line.product_set_id):
        return None
    today = timezone.localtime(now or timezone.now()).date()
    months = list(line.months.all()) or [tenders.NeedMonth(month=add_months(today, 1), quantity=Decimal(1))]
    draft = _Draft(line, months, list(line.certificates.all()))
    draft.lab_limits = _Rows(list(line.lab_limits.all()))
    asked = LineReader().read(draft, now=now)  # type: ignore[arg-type]
    if asked is None:
        return None
    supply, before = supply_for(line, asked, now=now)
    verdict = judge(asked, supply, before)
    fit = set(supply.company[verdict.eligible])
    steps: list[SupplierStep] = []
    alive = np.ones(len(supply), dtype=np.bool_)
    failures = np.sum([~c.passes for c in verdict.criteria], axis=0)
    for criterion in verdict.criteria:
        alive &= criterion.passes
        back = set(supply.company[(failures == 1) & ~criterion.passes]) - fit
        if criterion.relaxable or criterion.code in {"product", "law"}:
            steps.append(SupplierStep(criterion, len(set(supply.company[alive])), len(back)))
    return LineCount(len(fit), len(set(supply.company[verdict.unstated])), tuple(steps))
