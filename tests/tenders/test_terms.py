"""What a supplier receives: worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from tenders.services.terms import supplier_receives
from tests.factories.needs import longan_line, make_draft


def test_discount_is_taken_off_the_price(people: SimpleNamespace) -> None:
    need = make_draft(people.buyer, people.lan)
    received = supplier_receives(need=need, line=need.lines.get(), price=Decimal(365000))
    assert received.net == Decimal(354050)
    assert received.sentence == "Bạn nhận 354.050\u00a0₫/kg sau 30 ngày"
    assert received.arithmetic == "365.000\u00a0₫ − 3\u00a0% chiết khấu (10.950\u00a0₫)"


def test_fees_and_returns_are_shares_of_what_is_invoiced_and_the_listing_fee_is_spread(
    people: SimpleNamespace,
) -> None:
    changes = {
        "discount_percent": Decimal(10), "promotion_fee_percent": Decimal(5), "returns_percent": Decimal(2),
        "listing_fee": Decimal(10_000_000), "payment_days": 0,
    }  # fmt: skip
    need = make_draft(people.buyer, people.lan, changes=changes)
    received = supplier_receives(need=need, line=need.lines.get(), price=Decimal(100_000))
    # 100,000 - 10,000 = 90,000; 5 % = 4,500; 2 % = 1,800; 10,000,000 / 10,000 kg = 1,000
    assert [step.amount for step in received.steps] == [-10_000, -4_500, -1_800, -1_000]
    assert received.net == Decimal(82_700)
    assert received.sentence.endswith("khi giao hàng")


def test_listing_fee_is_spread_over_what_the_supplier_brings(people: SimpleNamespace) -> None:
    changes = {"discount_percent": Decimal(0), "listing_fee": Decimal(1_000_000)}
    need = make_draft(people.buyer, people.lan, changes=changes)
    line = need.lines.get()
    half = supplier_receives(need=need, line=line, price=Decimal(100_000), quantity=Decimal(1000))
    assert half.net == Decimal(99_000)


def test_foreign_money_is_rounded_to_cents(people: SimpleNamespace) -> None:
    lines = [longan_line(months={date(2090, 8, 1): Decimal(3)}, ceiling_price=None)]
    need = make_draft(
        people.buyer,
        people.lan,
        lines=lines,
        changes={"currency": "USD", "discount_percent": Decimal("3.33")},
    )
    received = supplier_receives(need=need, line=need.lines.get(), price=Decimal("12.50"))
    assert received.net == Decimal("12.08")
