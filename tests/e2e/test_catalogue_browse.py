"""The catalogue in a browser: search as you type, facets, a link to share; and a supplier's capacity on a phone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone

from companies.models import MonthlyCapacity
from core.months import add_months, first_day
from tests.factories.people import make_capacity, make_company, make_member, make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def complaints(page: Any, live_server: Any) -> list[str]:
    """Errors in the console, and requests that leave the site."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((live_server.url, "data:")) else found.append(request.url)
        ),
    )
    return found


def sign_in(page: Any, live_server: Any, user: Any) -> None:
    client = Client()
    client.force_login(user, backend="companies.auth.EmailOrPhoneBackend")
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )


def assert_clean(page: Any) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


@pytest.mark.parametrize("width", [1280, 360])
def test_search_as_you_type_narrow_and_share(
    width: int, page: Any, live_server: Any, complaints: list[str]
) -> None:
    company = make_company(name_vi="HTX Bến Sông")
    make_product(company, name_vi="Cà phê sạch", name_en="", stars=4)
    make_product(company, name_vi="Cà phê bột", name_en="", stars=3)
    make_product(company, name_vi="Long nhãn sấy", name_en="", stars=5)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/catalogue/")
    assert page.locator(".product-card").count() == 3
    assert_clean(page)
    page.locator("#q").press_sequentially("ca phe")
    page.wait_for_url("**/catalogue/?q=ca+phe")
    page.wait_for_function("document.querySelectorAll('.product-card').length === 2")
    if width < 1000:
        page.locator(".filters-label").click()
    page.locator("#f-stars-4").check()
    page.wait_for_url("**stars=4*")
    page.wait_for_function("document.querySelectorAll('.product-card').length === 1")
    assert page.evaluate("document.activeElement.id") == "f-stars-4"
    shared = page.url
    page.goto(shared)
    assert page.locator(".product-card h3").all_inner_texts() == ["Cà phê sạch"]
    page.locator(".product-card h3 a").click()
    page.wait_for_url("**/catalogue/products/*/")
    assert_clean(page)
    assert complaints == []


def test_search_works_without_scripts(browser: Any, live_server: Any) -> None:
    company = make_company()
    make_product(company, name_vi="Cà phê sạch", name_en="")
    make_product(company, name_vi="Trà xanh", name_en="")
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto("/catalogue/")
        page.fill("#q", "ca phe")
        page.press("#q", "Enter")
        page.wait_for_load_state()
        assert page.locator(".product-card h3").all_inner_texts() == ["Cà phê sạch"]
    finally:
        context.close()


def test_a_supplier_tells_its_harvest_on_a_phone(page: Any, live_server: Any, complaints: list[str]) -> None:
    company = make_company(name_vi="HTX Bến Sông")
    owner = make_member(company)
    product = make_product(company, name_vi="Long nhãn sấy")
    month: date = add_months(first_day(timezone.localdate()), 1)
    make_capacity(product, add_months(month, 5), 70)
    sign_in(page, live_server, owner)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/my/products/")
    assert_clean(page)
    page.goto(f"/my/products/{product.pk}/capacity/")
    assert_clean(page)
    page.goto(f"/my/products/{product.pk}/capacity/state/season/")
    page.fill("#id_amount", "1.500")
    page.fill("#id_start", f"{month:%Y-%m}")
    page.fill("#id_end", f"{add_months(month, 2):%Y-%m}")
    page.locator(".form button.button-main").click()
    page.wait_for_url("**/confirm/")
    assert_clean(page)
    page.locator(".form button.button-main").click()
    page.wait_for_url(f"**/my/products/{product.pk}/capacity/")
    stated = dict(MonthlyCapacity.objects.filter(product=product).values_list("month", "stated"))
    assert stated == {
        **{add_months(month, offset): Decimal(500) for offset in range(3)},
        add_months(month, 5): Decimal(70),
    }
    assert complaints == []
