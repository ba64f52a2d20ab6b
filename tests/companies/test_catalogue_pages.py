"""The catalogue's pages and API: what each reader sees, and at what cost."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.enums import Audience
from companies.models import PriceTier
from core.months import add_months, first_day
from tests.factories.people import make_capacity, make_company, make_product
from tests.people import api_of, client_of, company_of

pytestmark = pytest.mark.django_db

# Long enough not to turn up in a key or an instant by chance.
PRICES = ("98765432", "98.765.432", "98,765,432", "97654321", "97.654.321", "97,654,321")
QUANTITIES = ("43218765", "43.218.765", "43,218,765", "43,218.", "43.218,")


@pytest.fixture
def secret(supplier: Any) -> Any:
    """A product with a price, a tier and a capacity that only verified buyers may read."""
    product = make_product(
        company_of(supplier),
        name_vi="Long nhãn kín",
        name_en="Secret longan",
        price=Decimal(98765432),
        price_audience=Audience.VERIFIED_BUYERS,
        capacity_audience=Audience.VERIFIED_BUYERS,
    )
    PriceTier.objects.create(product=product, from_quantity=500, price=Decimal(97654321))
    make_capacity(product, add_months(first_day(timezone.localdate()), 1), 43218765)
    return product


def pages_of(product: Any) -> list[str]:
    return [
        "/catalogue/",
        "/catalogue/?q=secret",
        f"/catalogue/products/{product.pk}/",
        f"/catalogue/companies/{product.company.code}/",
        "/api/v1/products/",
        "/api/v1/products/facets/",
        f"/api/v1/products/{product.pk}/",
        f"/api/v1/products/{product.pk}/capacity/",
    ]


@pytest.mark.parametrize("reader", ["visitor", "rival_supplier", "other_agency"])
def test_a_reader_without_the_right_sees_no_price_and_no_capacity(
    reader: str, secret: Any, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(reader))
    for url in pages_of(secret):
        response = client.get(url)
        assert response.status_code == 200, url
        text = response.content.decode()
        assert not [figure for figure in (*PRICES, *QUANTITIES) if figure in text], url


@pytest.mark.parametrize("reader", ["buyer", "supplier", "agency", "ministry", "staff"])
def test_a_reader_with_the_right_sees_both(reader: str, secret: Any, request: pytest.FixtureRequest) -> None:
    client = client_of(request.getfixturevalue(reader))
    page = client.get(f"/catalogue/products/{secret.pk}/").content.decode()
    assert "98,765,432" in page
    assert "97,654,321" in page
    body = client.get(f"/api/v1/products/{secret.pk}/").json()
    assert body["price"] == "98765432.00"
    assert body["price_tiers"] == [{"from_quantity": "500.000", "price": "97654321.00"}]
    months = client.get(f"/api/v1/products/{secret.pk}/capacity/").json()["months"]
    assert [row["available"] for row in months] == ["43218765.000"]


def export_text(response: Any) -> str:
    """Every cell of an exported spreadsheet."""
    if "csv" in response["Content-Type"]:
        return response.content.decode()
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    return "\n".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
@pytest.mark.parametrize("root", ["/catalogue/export/{}/", "/api/v1/products/export/{}/"])
def test_exports_hold_prices_and_capacities_only_for_those_with_the_right(
    fmt: str, root: str, secret: Any, visitor: Any, rival_supplier: Any, other_agency: Any, buyer: Any
) -> None:
    url = root.format(fmt) + "?q=secret"
    for reader in (visitor, rival_supplier, other_agency):
        text = export_text(client_of(reader).get(url))
        assert "Long nhãn kín" in text
        assert not [figure for figure in (*PRICES, *QUANTITIES) if figure in text]
    text = export_text(client_of(buyer).get(url))
    assert "98765432" in text
    assert "43218765" in text
    assert "Long nhãn kín" not in export_text(client_of(visitor).get(root.format(fmt) + "?q=zzzzzz"))


def test_buyers_see_what_is_left_but_not_what_is_promised(secret: Any, buyer: Any, supplier: Any) -> None:
    url = f"/api/v1/products/{secret.pk}/capacity/"
    assert set(api_of(buyer).get(url).json()["months"][0]) == {"month", "available", "proof"}
    assert api_of(supplier).get(url).json()["months"][0]["bound"] == "0.000"


@pytest.mark.parametrize("reader", ["visitor", "rival_supplier", "buyer", "other_agency"])
def test_an_unpublished_product_is_not_there_for_others(
    reader: str, secret: Any, request: pytest.FixtureRequest
) -> None:
    secret.published = False
    secret.save(update_fields=["published"])
    client = client_of(request.getfixturevalue(reader))
    for url in (
        f"/catalogue/products/{secret.pk}/",
        f"/api/v1/products/{secret.pk}/",
        f"/api/v1/products/{secret.pk}/capacity/",
    ):
        assert client.get(url).status_code == 404, url
    assert "Secret longan" not in client.get("/catalogue/").content.decode()
    assert client.get("/api/v1/products/").json()["results"] == []


def test_contacts_are_for_the_company_and_its_agency(
    supplier: Any, agency: Any, buyer: Any, visitor: Any
) -> None:
    company = company_of(supplier)
    company.phone, company.email, company.tax_code = "+84912345678", "tin@htx.example", "0101234567"
    company.save()
    for reader in (buyer, visitor):
        page = client_of(reader).get(f"/catalogue/companies/{company.code}/").content.decode()
        body = client_of(reader).get(f"/api/v1/companies/{company.pk}/").content.decode()
        assert not [word for word in ("912345678", "tin@htx", "0101234567") if word in page + body]
    for reader in (supplier, agency):
        assert (
            "tin@htx.example"
            in client_of(reader).get(f"/catalogue/companies/{company.code}/").content.decode()
        )
        assert api_of(reader).get(f"/api/v1/companies/{company.pk}/").json()["phone"] == "+84912345678"


@pytest.mark.parametrize(
    "url",
    ["/catalogue/", "/catalogue/companies/", "/api/v1/products/", "/api/v1/companies/", "/my/products/"],
)
def test_lists_take_a_constant_number_of_queries(url: str, supplier: Any) -> None:
    client = client_of(supplier)
    company = company_of(supplier)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    make_product(company, stars=3)
    client.get(url)
    one = queries()
    for _ in range(2):
        make_product(make_company(), stars=4)
        make_product(company, stars=4)
    assert queries() == one


def test_htmx_gets_the_part_that_changes_and_a_clean_address() -> None:
    make_product(make_company(), name_vi="Chè xanh", name_en="Green tea")
    client = client_of()
    part = client.get("/catalogue/?q=che&price_min=&sort=", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part["HX-Push-Url"] == "/catalogue/?q=che"
    assert "Green tea" in part.content.decode()
    assert "<html" in client.get("/catalogue/?q=che").content.decode()


def test_a_shared_address_leads_to_the_next_page() -> None:
    company = make_company()
    for number in range(30):
        make_product(company, name_vi=f"Chè {number:02}", name_en="")
    client = client_of()
    first = client.get("/catalogue/?sort=name")
    cursor = first.context["page"].next_cursor
    second = client.get(f"/catalogue/?sort=name&cursor={cursor}")
    names = [card.product.name_vi for card in (*first.context["cards"], *second.context["cards"])]
    assert names == [f"Chè {number:02}" for number in range(30)]
    assert second.context["page"].next_cursor is None
    assert client.get("/catalogue/?cursor=broken").status_code == 200


def test_api_pages_by_keyset_and_refuses_a_foreign_cursor() -> None:
    company = make_company()
    for number in range(5):
        make_product(company, name_vi=f"Chè {number}")
    client = api_of()
    first = client.get("/api/v1/products/?page_size=3&sort=name").json()
    second = client.get(first["next"]).json()
    assert [row["name_vi"] for row in first["results"] + second["results"]] == [f"Chè {n}" for n in range(5)]
    assert second["next"] is None
    assert client.get("/api/v1/products/?cursor=broken").json()["code"] == "not_found"
    assert client.get("/api/v1/products/?stars=9").status_code == 400


def test_simulated_products_are_labelled() -> None:
    company = make_company(is_simulated=True)
    product = make_product(company, is_simulated=True)
    client = client_of()
    for url in ("/catalogue/", f"/catalogue/products/{product.pk}/", f"/catalogue/companies/{company.code}/"):
        assert "simulated" in client.get(url).content.decode()
    assert client.get(f"/api/v1/products/{product.pk}/").json()["is_simulated"] is True


def test_reference_lists_answer_from_the_cache(django_assert_num_queries: Any) -> None:
    make_company()
    client = api_of()
    first = client.get("/api/v1/reference/provinces/")
    assert [row["code"] for row in first.json()] == ["33"]
    assert "max-age" in first["Cache-Control"]
    with django_assert_num_queries(0):
        assert client.get("/api/v1/reference/provinces/").json() == first.json()
    for name in (
        "communes/?province=33",
        "product-sets/",
        "schemes/",
        "markets/",
        "units/",
        "hs-codes/",
        "incoterms/",
    ):
        assert client.get(f"/api/v1/reference/{name}").status_code == 200
