"""Stating, confirming, correcting and checking capacity, by service, API and page."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from companies.enums import CapacityMethod, CapacityProof
from companies.models import CapacityStatement, Commitment, MonthlyCapacity, Product
from companies.services import capacity, ledger
from core.errors import DomainError
from core.models import Event
from core.months import add_months, first_day
from tests.factories.people import make_capacity, make_product
from tests.people import api_of, client_of, company_of

pytestmark = pytest.mark.django_db


def month(offset: int) -> date:
    return add_months(first_day(timezone.localdate()), offset)


@pytest.fixture
def product(supplier: Any) -> Product:
    return make_product(company_of(supplier))


def promise(product: Product, day: date, quantity: int) -> None:
    ledger.reserve(
        product=product,
        quantities={day: Decimal(quantity)},
        source_type="test",
        source_id=uuid.uuid4(),
        expires_at=timezone.now() + timedelta(days=2),
    )


def stated(product: Product) -> dict[date, Decimal]:
    return dict(MonthlyCapacity.objects.filter(product=product).values_list("month", "stated"))


def state(product: Product, actor: Any, **fields: Any) -> CapacityStatement:
    known = {"method": CapacityMethod.SEASON, "start": month(1), "end": month(3), "amount": Decimal(900)}
    return capacity.state_capacity(product=product, actor=actor, **{**known, **fields})


def test_a_statement_counts_only_once_it_is_confirmed(product: Product, supplier: Any) -> None:
    statement = state(product, supplier)
    assert stated(product) == {}
    assert capacity.confirm_statement(statement=statement, actor=supplier) == []
    assert stated(product) == dict.fromkeys([month(1), month(2), month(3)], Decimal(300))
    with pytest.raises(DomainError) as refused:
        capacity.confirm_statement(statement=statement, actor=supplier)
    assert refused.value.code == "already-confirmed"


def test_tonnes_become_the_products_kilograms(product: Product, supplier: Any) -> None:
    statement = state(product, supplier, amount=Decimal("1.5"), unit="TNE")
    assert capacity.statement_months(statement)[month(1)] == Decimal(500)
    with pytest.raises(DomainError) as refused:
        state(product, supplier, unit="LTR")
    assert list(refused.value.fields) == ["unit"]


def test_months_are_corrected_before_they_are_confirmed(product: Product, supplier: Any) -> None:
    statement = state(product, supplier)
    capacity.confirm_statement(
        statement=statement,
        actor=supplier,
        months={month(1): Decimal(100), month(2): None, month(5): Decimal(0)},
    )
    assert stated(product) == {month(1): Decimal(100), month(5): Decimal(0)}


def test_months_that_a_statement_does_not_name_stay(product: Product, supplier: Any) -> None:
    make_capacity(product, month(6), 42)
    capacity.confirm_statement(statement=state(product, supplier), actor=supplier)
    assert stated(product)[month(6)] == Decimal(42)
    assert month(4) not in stated(product)


def test_past_months_are_not_stated(product: Product, supplier: Any) -> None:
    with pytest.raises(DomainError) as refused:
        state(product, supplier, start=month(-3), end=month(-1))
    assert list(refused.value.fields) == ["months"]


def test_a_hail_storm_lowers_below_what_is_promised_and_blocks_more(product: Product, supplier: Any) -> None:
    make_capacity(product, month(1), 1000)
    promise(product, month(1), 800)
    found = capacity.correct_month(
        product=product, month=month(1), stated=Decimal(500), reason="mưa đá", actor=supplier
    )
    assert [(one.month, one.missing) for one in found] == [(month(1), Decimal(300))]
    assert capacity.shortfalls_of(product) == found
    assert Event.objects.filter(kind="capacity.shortfall", object_id=product.pk).count() == 1
    with pytest.raises(DomainError) as refused:
        promise(product, month(1), 1)
    assert refused.value.code == "capacity-exceeded"
    row = MonthlyCapacity.objects.get(product=product)
    assert (row.stated, row.reserved, row.correction) == (Decimal(500), Decimal(800), "mưa đá")


def test_a_correction_needs_its_reason(product: Product, supplier: Any) -> None:
    with pytest.raises(DomainError) as refused:
        capacity.correct_month(
            product=product, month=month(1), stated=Decimal(5), reason="  ", actor=supplier
        )
    assert refused.value.code == "reason-missing"


def test_a_month_becomes_unknown_again_unless_something_is_promised(product: Product, supplier: Any) -> None:
    make_capacity(product, month(1), 100)
    make_capacity(product, month(2), 100)
    promise(product, month(2), 1)
    capacity.correct_month(product=product, month=month(1), stated=None, reason="chưa rõ", actor=supplier)
    assert list(stated(product)) == [month(2)]
    with pytest.raises(DomainError) as refused:
        capacity.correct_month(product=product, month=month(2), stated=None, reason="chưa rõ", actor=supplier)
    assert refused.value.code == "promised"


def test_the_provinces_agency_checks_and_a_changed_figure_loses_the_proof(
    product: Product, supplier: Any, agency: Any, other_agency: Any
) -> None:
    make_capacity(product, month(1), 100)
    make_capacity(product, month(2), 100)
    for stranger in (supplier, other_agency):
        with pytest.raises(DomainError) as refused:
            capacity.check_capacity(product=product, actor=stranger)
        assert refused.value.status == 403
    capacity.check_capacity(product=product, actor=agency)
    capacity.correct_month(
        product=product, month=month(1), stated=Decimal(150), reason="thêm vụ", actor=supplier
    )
    proofs = dict(MonthlyCapacity.objects.values_list("month", "proof"))
    assert proofs == {month(1): CapacityProof.STATED, month(2): CapacityProof.CHECKED}


def test_only_the_products_own_people_state_its_capacity(
    product: Product, supplier: Any, rival_supplier: Any, buyer: Any, agency: Any
) -> None:
    statement = state(product, supplier)
    for stranger in (rival_supplier, buyer, agency):
        for act in (
            lambda who: state(product, who),
            lambda who: capacity.confirm_statement(statement=statement, actor=who),
            lambda who: capacity.correct_month(
                product=product, month=month(1), stated=Decimal(1), reason="x", actor=who
            ),
        ):
            with pytest.raises(DomainError) as refused:
                act(stranger)
            assert refused.value.status == 403
    assert stated(product) == {}


def test_api_states_confirms_and_corrects(product: Product, supplier: Any, buyer: Any) -> None:
    client, url = api_of(supplier), f"/api/v1/products/{product.pk}/capacity/"
    made = client.post(
        url, {"method": "season", "start": f"{month(1):%Y-%m}", "end": f"{month(2):%Y-%m}", "amount": "600"}
    )
    assert made.status_code == 201, made.json()
    statement = f"{url}statements/{made.json()['id']}/"
    assert client.get(statement).json()["months"][0] == {"month": f"{month(1):%Y-%m}", "quantity": "300.000"}
    assert api_of(buyer).get(statement).status_code == 404
    done = client.post(
        f"{statement}confirm/", {"months": [{"month": f"{month(1):%Y-%m}", "quantity": "250"}]}
    ).json()
    assert [row["stated"] for row in done["months"]] == ["250.000"]
    corrected = client.put(f"{url}{month(1):%Y-%m}/", {"stated": "100", "reason": "mưa đá"})
    assert corrected.json()["months"][0]["stated"] == "100.000"
    assert client.put(f"{url}2027-13/", {"stated": "100", "reason": "x"}).status_code == 404
    assert api_of(buyer).put(f"{url}{month(1):%Y-%m}/", {"stated": "1", "reason": "x"}).status_code == 403


def test_api_lets_the_agency_check(product: Product, agency: Any) -> None:
    make_capacity(product, month(1), 100)
    url = f"/api/v1/products/{product.pk}/capacity/check/"
    assert api_of(agency).post(url, {}).json()["months"][0]["proof"] == "checked"
    assert api_of(agency).post(url, {"months": [f"{month(5):%Y-%m}"]}).json()["code"] == "not-stated"


@pytest.mark.parametrize(
    ("method", "extra"),
    [
        ("season", {"share": "100"}),
        ("area", {"count": "1", "share": "100"}),
        ("batches", {"count": "1"}),
        ("stock", {}),
    ],
)
def test_pages_lead_from_what_is_known_to_confirmed_months(
    method: str, extra: dict[str, str], product: Product, supplier: Any
) -> None:
    client = client_of(supplier)
    url = f"/my/products/{product.pk}/capacity/state/{method}/"
    assert client.get(url).status_code == 200
    typed = {
        "amount": "900",
        "unit": "KGM",
        "start": f"{month(1):%Y-%m}",
        "end": f"{month(1):%Y-%m}",
        **extra,
    }
    preview = client.post(url, typed)["Location"]
    form = client.get(preview).context["form"]
    proposed = {name: field.initial for name, field in form.fields.items() if field.initial is not None}
    assert list(proposed) == [f"m{month(1):%Y%m}"]
    done = client.post(preview, dict.fromkeys(proposed, "123.5"))
    assert done["Location"] == f"/my/products/{product.pk}/capacity/"
    assert stated(product) == {month(1): Decimal("123.5")}
    assert "123.5" in client.get(done["Location"]).content.decode()


def test_page_takes_twelve_numbers(product: Product, supplier: Any) -> None:
    client = client_of(supplier)
    url = f"/my/products/{product.pk}/capacity/state/monthly/"
    assert client.get(url).status_code == 200
    client.post(url, {f"m{month(0):%Y%m}": "1,500", f"m{month(3):%Y%m}": "0"})
    assert stated(product) == {month(0): Decimal(1500), month(3): Decimal(0)}


def test_page_corrects_a_month_and_the_agency_checks_it(product: Product, supplier: Any, agency: Any) -> None:
    make_capacity(product, month(1), 100)
    url = f"/my/products/{product.pk}/capacity/"
    wrong = client_of(supplier).post(
        f"{url}correct/", {"month": f"{month(1):%Y-%m}", "stated": "50", "reason": ""}
    )
    assert wrong.status_code == 422
    client_of(supplier).post(
        f"{url}correct/", {"month": f"{month(1):%Y-%m}", "stated": "50", "reason": "mưa đá"}
    )
    assert stated(product) == {month(1): Decimal(50)}
    assert client_of(agency).get(url).status_code == 200
    client_of(agency).post(f"{url}check/")
    assert MonthlyCapacity.objects.get().proof == CapacityProof.CHECKED
    assert not Commitment.objects.exists()
