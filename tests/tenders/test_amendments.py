"""A published need changes only by a recorded amendment; the ceiling price is in none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from core.errors import DomainError
from core.models import Event
from tenders.services.amendments import amend_need, change_ceiling
from tenders.services.inputs import CertificateInput
from tenders.services.invitations import invite_supplier
from tenders.services.publishing import cancel_need, close_need
from tests.factories.needs import DEADLINE, NOW, make_published


def test_amend_need_records_old_new_and_reason(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    line = need.lines.get()
    months = {**line.quantities, date(2090, 8, 1): Decimal(1500)}
    amendment = amend_need(
        need=need, actor=people.lan, reason=" Kho đổi lịch ", changes={"payment_days": 15},
        lines={line.pk: {"months": months}}, now=NOW,
    )  # fmt: skip
    assert (amendment.version, amendment.reason) == (2, "Kho đổi lịch")
    assert set(amendment.changes) == {"payment_days", "lines.1.months"}
    assert amendment.changes["payment_days"] == [30, 15]
    before, after = amendment.changes["lines.1.months"]
    assert (before["2090-08"], after["2090-08"]) == ("2000", "1500")
    line.refresh_from_db()
    assert line.ceiling_price == Decimal(420000)  # untouched, and in no record
    assert "420" not in str(amendment.changes)


def test_amend_need_tells_the_invited(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)
    amend_need(need=need, actor=people.lan, reason="Lý do", changes={"payment_days": 15}, now=NOW)
    event = Event.objects.get(kind="need.amended")
    assert event.payload["notify"]["companies"] == [str(people.supplier.pk)]
    assert event.payload["fields"] == ["payment_days"]


def test_later_deadline_keeps_links_alive_as_long(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    invitation = invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)
    later = DEADLINE + timedelta(days=7)
    amend_need(
        need=need, actor=people.lan, reason="Thêm thời gian", changes={"quote_deadline": later}, now=NOW
    )
    invitation.link.refresh_from_db()
    assert invitation.link.expires_at == later


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"quote_deadline": DEADLINE - timedelta(days=1)}, "quote_deadline"),
        ({"visibility": "invited"}, "visibility"),
        ({"name_withheld": True}, "name_withheld"),
        ({"quote_mode": "sealed"}, "quote_mode"),
        ({"market": None}, "market"),
    ],
)
def test_what_would_narrow_or_change_the_deal_is_refused(
    people: SimpleNamespace, changes: dict, field: str
) -> None:
    need = make_published(people.buyer, people.lan)
    with pytest.raises(DomainError) as refused:
        amend_need(need=need, actor=people.lan, reason="x", changes=changes, now=NOW)
    assert list(refused.value.fields) == [field]
    assert need.amendments.count() == 0


def test_ceiling_and_product_are_not_amendable(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    line = need.lines.get()
    for change in ({"ceiling_price": Decimal(1)}, {"product_words": "Vải"}, {"unit": "TNE"}):
        with pytest.raises(DomainError) as refused:
            amend_need(need=need, actor=people.lan, reason="x", lines={line.pk: change}, now=NOW)
        assert refused.value.code == "not-amendable"


def test_amendment_needs_a_reason_a_change_and_a_sound_need(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    line = need.lines.get()
    for reason, changes, lines, code in [
        (" ", {"payment_days": 15}, {}, "reason-needed"),
        ("x", {"payment_days": 30}, {}, "nothing-changed"),
        ("x", {}, {line.pk: {"months": {}}}, "need-incomplete"),
        ("x", {}, {line.pk: {"certificates": [CertificateInput(scheme="nope")]}}, "invalid"),
    ]:
        with pytest.raises(DomainError) as refused:
            amend_need(need=need, actor=people.lan, reason=reason, changes=changes, lines=lines, now=NOW)
        assert refused.value.code == code
    assert len(need.lines.get().quantities) == 5


def test_sealed_need_is_not_amended_once_its_deadline_is_there(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan, changes={"quote_mode": "sealed"})
    later = {"quote_deadline": DEADLINE + timedelta(days=1)}
    with pytest.raises(DomainError) as refused:
        amend_need(need=need, actor=people.lan, reason="x", changes=later, now=DEADLINE)
    assert refused.value.code == "deadline-passed"
    amend_need(
        need=need, actor=people.lan, reason="x", changes=later, now=DEADLINE - timedelta(microseconds=1)
    )


def test_months_that_have_passed_may_stay_but_not_change(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    line = need.lines.get()
    october = NOW.replace(month=10)
    amend_need(need=need, actor=people.lan, reason="x", changes={"payment_days": 10}, now=october)
    changed = {**line.quantities, date(2090, 8, 1): Decimal(1)}
    with pytest.raises(DomainError):
        amend_need(need=need, actor=people.lan, reason="x", lines={line.pk: {"months": changed}}, now=october)


def test_change_ceiling_is_no_amendment_and_its_event_holds_no_price(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    change_ceiling(need=need, line=need.lines.get(), actor=people.lan, price=Decimal(431234), now=NOW)
    assert need.lines.get().ceiling_price == Decimal(431234)
    assert need.amendments.count() == 0
    assert "431234" not in str(Event.objects.get(kind="need.ceiling-changed").payload)


def test_close_and_cancel_end_a_need_once(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    invitation = invite_supplier(need=need, supplier=people.supplier, actor=people.lan, now=NOW)
    close_need(need=need, actor=people.lan, reason="Đã đủ hàng", now=NOW)
    need.refresh_from_db()
    assert (need.status, need.closed_at, need.closing_reason) == ("closed", NOW, "Đã đủ hàng")
    invitation.link.refresh_from_db()
    assert invitation.link.revoked_at is not None
    for act in (close_need, cancel_need):
        with pytest.raises(DomainError) as refused:
            act(need=need, actor=people.lan, reason="x", now=NOW)
        assert refused.value.code == "need-closed"


def test_cancel_asks_for_a_reason(people: SimpleNamespace) -> None:
    need = make_published(people.buyer, people.lan)
    with pytest.raises(DomainError) as refused:
        cancel_need(need=need, actor=people.lan, reason=" ", now=NOW)
    assert refused.value.code == "reason-needed"
