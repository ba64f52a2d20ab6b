"""A sourcing need in a few words, for lists outside the needs' own pages. Never names the buyer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from frontend import navigation
from tenders.models import NeedLine, SourcingNeed


@dataclass(frozen=True, slots=True)
class NeedCard:
    """What a need is about: its first line, months and place."""

    need_id: UUID
    number: str
    title: str
    url: str
    product: str
    more_lines: int
    monthly: Decimal | None  # of the first line, in `unit`: each month's, or the average to three digits
    is_even: bool  # every month asks for the same
    unit: str
    first_month: date | None
    last_month: date | None
    place: str
    deadline: datetime | None
    is_simulated: bool


def need_cards(needs: QuerySet[SourcingNeed]) -> list[NeedCard]:
    """Cards in the order of `needs`; a constant number of queries."""
    rows = needs.select_related("delivery_province", "market").prefetch_related(
        "lines__months", "lines__hs", "lines__product_set"
    )
    return [need_card(need) for need in rows]


def need_card(need: SourcingNeed) -> NeedCard:
    """One card; `lines__months` and the places should be prefetched."""
    lines: list[NeedLine] = list(need.lines.all())
    first = lines[0] if lines else None
    quantities = first.quantities if first else {}
    place = (
        need.delivery_province.name if need.delivery_province else (need.market.name if need.market else "")
    )
    return NeedCard(
        need_id=need.pk,
        number=need.number,
        title=need.title,
        url=navigation.page("needs:need-detail", need.pk),
        product=first.label if first else "",
        more_lines=max(len(lines) - 1, 0),
        monthly=_monthly(list(quantities.values())),
        is_even=len(set(quantities.values())) <= 1,
        unit=first.unit_id if first else "",
        first_month=min(quantities, default=None),
        last_month=max(quantities, default=None),
        place=place,
        deadline=need.quote_deadline,
        is_simulated=need.is_simulated,
    )


def _monthly(quantities: list[Decimal]) -> Decimal | None:
    if not quantities:
        return None
    average = sum(quantities, Decimal(0)) / len(quantities)
    if len(set(quantities)) == 1:
        return average
    return round(average, 2 - average.adjusted())
