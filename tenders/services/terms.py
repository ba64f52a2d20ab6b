"""What a supplier receives of a price once the buyer's terms are taken off."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from core import formats
from tenders.enums import VatBasis
from tenders.models import NeedLine, SourcingNeed


@dataclass(frozen=True)
class Step:
    """One subtraction: `amount` for one unit is below zero or zero; `label` in the active language."""

    code: str
    label: str
    amount: Decimal


@dataclass(frozen=True)
class Received:
    """`net` for one `unit` of `price`, paid after `days`; the steps sum from the price to the net."""

    price: Decimal
    net: Decimal
    currency: str
    unit: str
    days: int
    steps: tuple[Step, ...]
    vat_included: bool

    @property
    def sentence(self) -> str:
        """ "You receive 354.050 ₫/kg after 30 days"."""
        if self.days == 0:
            return _("You receive %(net)s on delivery") % {"net": self.net_text}
        return _("You receive %(net)s after %(days)d days") % {"net": self.net_text, "days": self.days}

    @property
    def net_text(self) -> str:
        """ "354.050 ₫/kg"."""
        return formats.price(self.net, self.currency, self.unit)

    @property
    def arithmetic(self) -> str:
        """ "365.000 ₫ − 3 % discount (10.950 ₫)"; just the price where nothing is taken off."""
        parts = [formats.money(self.price, self.currency)]
        parts += [f"− {s.label} ({formats.money(-s.amount, self.currency)})" for s in self.steps if s.amount]
        return " ".join(parts)


def supplier_receives(
    *, need: SourcingNeed, line: NeedLine, price: Decimal, quantity: Decimal | None = None
) -> Received:
    """The effective net price for one unit of a line, at a price per unit.

    The discount is taken off the price; the promotion fee and returns (their upper limit) are shares of what is then
    invoiced; the listing fee is charged once for the line's product code and is spread over the quantity.

    Args:
        price: per unit of the line, in the need's currency.
        quantity: what the supplier would deliver in all, in the line's unit; the line's whole quantity by default.
    """
    total = quantity if quantity is not None else sum(line.quantities.values(), Decimal(0))
    discount = price * need.discount_percent / 100
    invoiced = price - discount
    promotion = invoiced * need.promotion_fee_percent / 100
    returned = invoiced * need.returns_percent / 100
    listing = need.listing_fee / total if total > 0 else Decimal(0)
    place = Decimal(1) if need.currency == "VND" else Decimal("0.01")

    def rounded(amount: Decimal) -> Decimal:
        return amount.quantize(place, rounding=ROUND_HALF_UP)

    def share(value: Decimal) -> str:
        return formats.percent(value / 100, 0 if value == value.to_integral() else 2)

    steps = (
        Step(
            "discount", _("%(share)s discount") % {"share": share(need.discount_percent)}, -rounded(discount)
        ),
        Step(
            "promotion",
            _("%(share)s promotion fee") % {"share": share(need.promotion_fee_percent)},
            -rounded(promotion),
        ),
        Step(
            "returns",
            _("returns of up to %(share)s") % {"share": share(need.returns_percent)},
            -rounded(returned),
        ),
        Step("listing", _("listing fee spread over the quantity"), -rounded(listing)),
    )
    price = rounded(price)
    return Received(
        price=price,
        net=price + sum((step.amount for step in steps), Decimal(0)),
        currency=need.currency,
        unit=line.unit_id,
        days=need.payment_days,
        steps=steps,
        vat_included=need.vat_basis == VatBasis.INCLUDED,
    )
