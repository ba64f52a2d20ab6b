"""Matches as a person reads them: names, stars and words beside the figures, for some rows in three queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from companies.models import Company, Product
from companies.querysets import standing_of
from matching.engine.explain import Fact
from matching.models import Match
from matching.services.rank import LineMatches, RankedProduct
from matching.wording import Names, fact_words


@dataclass(frozen=True)
class ShownMatch:
    """One ranked product with what a page or the API tells of it."""

    ranked: RankedProduct
    product: Product
    company: Company
    facts: list[Fact]
    words: list[str]
    schemes: list[str]
    price: Decimal | None
    match: Match | None = None

    @property
    def stars(self) -> int | None:
        """Stars of the product."""
        return self.product.stars

    @property
    def state(self) -> str:
        """What the buyer did with it."""
        return self.match.state if self.match is not None else ""


def shown_matches(
    found: LineMatches,
    rows: Sequence[RankedProduct],
    *,
    names: Names | None = None,
    states: dict[Any, Match] | None = None,
) -> list[ShownMatch]:
    """Dress ranked rows for showing; products that were withdrawn meanwhile are left out.

    The price is what the need's buyer may read, in the product's unit; None where it may not or none is listed.
    """
    names = names or Names()
    products = Product.objects.select_related(
        "company", "company__province", "company__commune", "unit"
    ).in_bulk([r.product_id for r in rows])
    shown = []
    for ranked in rows:
        product = products.get(ranked.product_id)
        if product is None or found.supply is None or found.asked is None:
            continue
        facts = found.facts(ranked)
        readable = found.supply.price[ranked.row] == found.supply.price[ranked.row]
        held = found.supply.certificates[ranked.row] >= found.asked.now_month
        shown.append(
            ShownMatch(
                ranked=ranked,
                product=product,
                company=product.company,
                facts=facts,
                words=[fact_words(f, names, unit=found.line.unit_id, factor=found.factor) for f in facts],
                schemes=[names.scheme(s) for s, h in zip(found.supply.schemes, held, strict=True) if h],
                price=product.price if readable else None,
                match=(states or {}).get(ranked.product_id),
            )
        )
    return shown


def may_act(user: Any, line: Any) -> bool:
    """Whether the user edits for the buyer of the line (or is staff)."""
    standing = standing_of(user)
    return standing.is_staff or line.need.company_id in standing.editable
