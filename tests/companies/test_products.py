"""Writing products: what the services take, what they refuse, and what becomes of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from companies.models import Commitment, Market, MonthlyCapacity, PriceTier, Product
from companies.services import products
from core.errors import DomainError
from core.models import Event
from tests.factories.people import make_capacity, make_company, make_hs, make_member, make_product, make_unit
from tests.people import api_of, client_of, company_of

pytestmark = pytest.mark.django_db


def valid_gtin() -> str:
    from stdnum import ean

    return "893000000001" + str(ean.calc_check_digit("893000000001"))


def test_create_product_records_an_event(supplier: Any) -> None:
    company = company_of(supplier)
    product = products.create_product(
        company=company,
        actor=supplier,
        name_vi="Long nhãn sấy",
        unit=make_unit(),
        specification={"Độ ẩm ": " 18 %", "": "x"},
    )
    assert product.specification == {"Độ ẩm": "18 %"}
    assert product.sort_key != ""
    assert (
        Event.objects.filter(kind="product.created", object_id=product.pk, actor_id=supplier.pk).count() == 1
    )


def test_a_gtin_needs_its_check_digit(supplier: Any) -> None:
    good = valid_gtin()
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    product = make_product(company_of(supplier))
    assert products.update_product(product=product, actor=supplier, gtin=f" {good} ").gtin == good
    with pytest.raises(DomainError) as refused:
        products.update_product(product=product, actor=supplier, gtin=bad)
    assert list(refused.value.fields) == ["gtin"]
    product.refresh_from_db()
    assert product.gtin == good


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_vi", ""),
        ("name_vi", "x" * 201),
        ("name_vi", "a\x00b"),
        ("price", Decimal(0)),
        ("currency", "VNĐ"),
        ("markets", ["nix"]),
        ("specification", {"x" * 61: "1"}),
        ("specification", {str(number): "1" for number in range(31)}),
        ("min_order", Decimal(-1)),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(field: str, value: Any, supplier: Any) -> None:
    product = make_product(company_of(supplier))
    before = Product.objects.filter(pk=product.pk).values().get()
    with pytest.raises(DomainError) as refused:
        products.update_product(product=product, actor=supplier, **{field: value})
    assert refused.value.status == 400
    assert Product.objects.filter(pk=product.pk).values().get() == before


def test_two_who_change_different_fields_both_keep_theirs(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    mine, yours = Product.objects.get(pk=product.pk), Product.objects.get(pk=product.pk)
    products.update_product(product=mine, actor=supplier, pack="Túi 500 g")
    products.update_product(product=yours, actor=supplier, price=Decimal(400000))
    product.refresh_from_db()
    assert (product.pack, product.price) == ("Túi 500 g", Decimal(400000))


def test_a_rival_an_agency_and_a_viewer_may_not_write(
    supplier: Any, rival_supplier: Any, agency: Any, buyer: Any
) -> None:
    company = company_of(supplier)
    product = make_product(company)
    viewer = make_member(company, role="viewer")
    for person in (rival_supplier, agency, buyer, viewer):
        for act in (
            lambda who: products.update_product(product=product, actor=who, pack="x"),
            lambda who: products.set_published(product=product, actor=who, published=False),
            lambda who: products.delete_product(product=product, actor=who),
            lambda who: products.set_price_tiers(product=product, actor=who, tiers=[]),
            lambda who: products.create_product(company=company, actor=who, name_vi="x", unit=make_unit()),
        ):
            with pytest.raises(DomainError) as refused:
                act(person)
            assert refused.value.status == 403


def test_a_company_that_does_not_sell_has_no_products(buyer: Any) -> None:
    with pytest.raises(DomainError) as refused:
        products.create_product(company=company_of(buyer), actor=buyer, name_vi="x", unit=make_unit())
    assert refused.value.code == "not-a-supplier"


def test_the_unit_stays_once_capacity_is_stated_in_it(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    make_capacity(product, date(2027, 8, 1), 100)
    with pytest.raises(DomainError) as refused:
        products.update_product(product=product, actor=supplier, unit=make_unit("TNE"))
    assert refused.value.code == "unit-in-use"


def test_choosing_the_set_confirms_a_guess(supplier: Any) -> None:
    product = make_product(company_of(supplier), set_confirmed=False)
    products.update_product(product=product, actor=supplier, pack="Túi")
    product.refresh_from_db()
    assert product.set_confirmed is False
    products.update_product(product=product, actor=supplier, product_set=product.product_set)
    product.refresh_from_db()
    assert product.set_confirmed is True


def test_price_tiers_are_replaced_as_a_whole(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    products.set_price_tiers(product=product, actor=supplier, tiers=[(Decimal(500), Decimal(350000))])
    products.set_price_tiers(
        product=product,
        actor=supplier,
        tiers=[(Decimal(2000), Decimal(330000)), (Decimal(1000), Decimal(340000))],
    )
    assert list(PriceTier.objects.filter(product=product).values_list("from_quantity", "price")) == [
        (Decimal(1000), Decimal(340000)),
        (Decimal(2000), Decimal(330000)),
    ]
    with pytest.raises(DomainError):
        products.set_price_tiers(
            product=product, actor=supplier, tiers=[(Decimal(1), Decimal(1)), (Decimal(1), Decimal(2))]
        )
    assert PriceTier.objects.filter(product=product).count() == 2


def test_a_product_that_something_depends_on_is_not_deleted(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    month = date(2027, 8, 1)
    make_capacity(product, month, 100)
    Commitment.objects.create(
        product=product, month=month, quantity=1, expires_at=timezone.now() + timedelta(days=1),
        source_type="test", source_id=product.pk,
    )  # fmt: skip
    with pytest.raises(DomainError) as refused:
        products.delete_product(product=product, actor=supplier)
    assert refused.value.code == "in-use"
    free = make_product(company_of(supplier))
    make_capacity(free, month, 5)
    products.delete_product(product=free, actor=supplier)
    assert not Product.objects.filter(pk=free.pk).exists()
    assert not MonthlyCapacity.objects.filter(product=free.pk).exists()


def test_a_matched_product_is_not_deleted(supplier: Any, buyer: Any) -> None:
    from matching.models import Match
    from tests.factories.people import make_need

    product = make_product(company_of(supplier))
    need = make_need(company_of(buyer))
    Match.objects.create(line=need.lines.get(), product=product)
    with pytest.raises(DomainError) as refused:
        products.delete_product(product=product, actor=supplier)
    assert refused.value.code == "in-use"
    assert Match.objects.filter(product=product).exists()


def test_api_walks_a_product_from_creation_to_deletion(supplier: Any) -> None:
    make_unit(), make_hs()
    Market.objects.create(code="jp", name_vi="Nhật Bản", name_en="Japan", kind="country")
    client = api_of(supplier)
    created = client.post(
        "/api/v1/products/",
        {
            "name_vi": "Long nhãn sấy",
            "unit": "KGM",
            "hs": "081340",
            "price": "365000",
            "gtin": valid_gtin(),
            "markets": ["jp"],
        },
    )
    assert created.status_code == 201, created.json()
    url = f"/api/v1/products/{created.json()['id']}/"
    assert client.patch(url, {"pack": "Túi 500 g"}).json()["price"] == "365000.00"
    replaced = client.put(url, {"name_vi": "Long nhãn", "unit": "KGM"}).json()
    assert (replaced["price"], replaced["pack"], replaced["markets"]) == (None, "", [])
    assert (
        client.put(f"{url}price-tiers/", {"tiers": [{"from_quantity": "5", "price": "1"}]}).status_code == 400
    )
    client.patch(url, {"price": "365000"})
    assert (
        client.put(f"{url}price-tiers/", {"tiers": [{"from_quantity": "5", "price": "1"}]}).status_code == 200
    )
    assert client.post(f"{url}unpublish/").json()["published"] is False
    assert client.post(f"{url}publish/").json()["published"] is True
    assert client.delete(url).status_code == 204
    assert client.get(url).status_code == 404


def test_api_names_the_wrong_field(supplier: Any) -> None:
    make_unit()
    answer = api_of(supplier).post("/api/v1/products/", {"name_vi": "x", "unit": "KGM", "gtin": "123"})
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == ["gtin"]


def test_api_refuses_strangers_by_kind(supplier: Any, rival_supplier: Any, visitor: Any) -> None:
    product = make_product(company_of(supplier))
    url = f"/api/v1/products/{product.pk}/"
    assert api_of(visitor).patch(url, {"pack": "x"}).status_code in {401, 403}
    assert api_of(rival_supplier).patch(url, {"pack": "x"}).status_code == 403
    product.published = False
    product.save()
    assert api_of(rival_supplier).patch(url, {"pack": "x"}).status_code == 404
    answer = api_of(rival_supplier).post(
        "/api/v1/products/", {"name_vi": "x", "unit": "KGM", "company": str(product.company_id)}
    )
    assert answer.status_code == 403


FORM = {
    "name_vi": "Long nhãn sấy", "name_en": "", "product_set": "", "hs": "081340 Quả sấy", "product_words": "",
    "unit": "KGM", "pack": "", "pack_content": "", "specification": "Độ ẩm: 18 %", "gtin": "", "shelf_life_days": "",
    "lead_time_days": "", "min_order": "", "price": "365,000", "currency": "VND",
    "price_audience": "verified_buyers", "capacity_audience": "verified_buyers", "story_vi": "", "story_en": "",
}  # fmt: skip


def test_page_creates_and_changes_a_product(supplier: Any) -> None:
    make_unit(), make_hs()
    client = client_of(supplier)
    assert client.get("/my/products/new/").status_code == 200
    made = client.post("/my/products/new/", FORM)
    product = Product.objects.get()
    assert made["Location"] == f"/my/products/{product.pk}/"
    assert (product.price, product.hs_id, product.specification) == (
        Decimal(365000),
        "081340",
        {"Độ ẩm": "18 %"},
    )
    client.post(f"/my/products/{product.pk}/", {**FORM, "pack": "Túi 500 g"})
    product.refresh_from_db()
    assert product.pack == "Túi 500 g"
    assert client.get("/my/products/").status_code == 200


def test_page_keeps_what_was_typed_when_it_is_wrong(supplier: Any) -> None:
    make_unit()
    answer = client_of(supplier).post(
        "/my/products/new/", {**FORM, "hs": "", "gtin": "8930000000010", "pack": "Túi lạ"}
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Túi lạ" in text
    assert "check digit" in text
    assert Product.objects.count() == 0


def test_page_of_anothers_product_is_not_there(supplier: Any, rival_supplier: Any, agency: Any) -> None:
    product = make_product(company_of(supplier))
    for person in (rival_supplier, agency):
        client = client_of(person)
        for path in (
            "",
            "prices/",
            "photos/",
            "published/",
            "delete/",
            "capacity/state/season/",
            "capacity/correct/",
        ):
            url = f"/my/products/{product.pk}/{path}"
            assert client.post(url).status_code == 404, url
    assert client_of(rival_supplier).get(f"/my/products/{product.pk}/capacity/").status_code == 404


def test_page_takes_a_product_down_and_deletes_it(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    client = client_of(supplier)
    client.post(f"/my/products/{product.pk}/published/", {"published": "0"})
    product.refresh_from_db()
    assert product.published is False
    client.post(f"/my/products/{product.pk}/delete/")
    assert not Product.objects.filter(pk=product.pk).exists()


def test_page_saves_tiers(supplier: Any) -> None:
    product = make_product(company_of(supplier))
    rows = {
        "tier-TOTAL_FORMS": "2", "tier-INITIAL_FORMS": "0", "tier-0-from_quantity": "500", "tier-0-price": "350,000",
        "tier-1-from_quantity": "", "tier-1-price": "",
    }  # fmt: skip
    client_of(supplier).post(f"/my/products/{product.pk}/prices/", rows)
    assert list(PriceTier.objects.values_list("from_quantity", "price")) == [(Decimal(500), Decimal(350000))]
    assert make_company().products.count() == 0
