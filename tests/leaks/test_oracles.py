"""Filters, orders, counts and scores do not tell what the answers themselves hide."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from companies.enums import Audience, Verification
from companies.models import MonthlyCapacity, Product
from matching.services.fitting import needs_that_fit
from matching.services.rank import rank_need
from tenders.models import NeedLine
from tests.factories.people import make_commune
from tests.leaks.routes import ask, content_of
from tests.leaks.test_content import text_of
from tests.leaks.world import World, the_months


def ids(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def found(world: World, role: str, query: str) -> list[str]:
    return ids(ask(world, role, f"{reverse('product-list')}?{query}"))


@pytest.mark.parametrize("role", ["visitor", "rival_supplier", "other_agency", "rival_buyer"])
def test_a_price_filter_does_not_find_a_hidden_price(world, role):
    hidden = {str(world.hidden_product.pk)}
    if role != "rival_buyer":
        hidden.add(str(world.product.pk))
    for query in ("price_min=1", "price_max=717172", "price_min=717171&price_max=717171", "price_max=313131"):
        assert hidden.isdisjoint(found(world, role, query)), query


def test_a_price_filter_finds_what_one_may_read(world):
    assert found(world, "rival_buyer", "price_min=313131&price_max=313131") == [str(world.product.pk)]
    assert str(world.hidden_product.pk) in found(world, "supplier", "price_min=717171")


@pytest.mark.parametrize("role", ["visitor", "rival_supplier", "other_agency"])
def test_a_capacity_filter_does_not_find_hidden_capacity(world, role):
    month = f"{the_months()[0]:%Y-%m}"
    for query in (f"available_from={month}", f"available_from={month}&available_min=1", "available_min=876"):
        assert {str(world.product.pk), str(world.hidden_product.pk)}.isdisjoint(found(world, role, query)), (
            query
        )


def test_a_capacity_filter_finds_what_one_may_read(world):
    month = f"{the_months()[0]:%Y-%m}"
    query = f"available_from={month}&available_to={month}&available_min=876"
    assert found(world, "rival_buyer", query) == [str(world.product.pk)]
    assert str(world.hidden_product.pk) in found(world, "supplier", query)


READS = [
    ("product-list", ""),
    ("product-list", "?sort=stars"),
    ("product-list", "?sort=name"),
    ("product-list", "?sort=newest"),
    ("product-list", "?price_min=1"),
    ("product-list", "?price_max=800000"),
    ("product-list", "?available_min=1"),
    ("product-facets", ""),
    ("product-facets", "?price_min=1"),
    ("product-facets", "?available_min=1"),
    ("catalogue:product-list", "?price_min=1"),
    ("catalogue:company-list", ""),
    ("my-fitting-needs", ""),
    ("match-count", "?product_words=long+nhan&unit=KGM"),
    ("home:index", ""),
]


def _answers(world: World, role: str) -> dict[str, bytes]:
    found = {}
    for name, query in READS:
        response = ask(world, role, reverse(name) + query)
        found[f"{name}{query}"] = (
            b"".join(
                line for line in content_of(response).splitlines(keepends=True) if b"csrf" not in line.lower()
            )
            + repr(response.headers.get("ETag")).encode()
        )
    for fmt in ("csv",):
        found[f"export {fmt}"] = text_of(ask(world, role, reverse("product-export", args=[fmt]))).encode()
    return found


@pytest.mark.parametrize("role", ["visitor", "rival_supplier", "other_agency"])
def test_two_worlds_that_differ_in_what_is_hidden_look_the_same(world, role):
    """Prices and capacities change; what a stranger can fetch is byte for byte the same."""
    before = _answers(world, role)
    Product.objects.filter(pk=world.product.pk).update(price=Decimal(999))
    Product.objects.filter(pk=world.hidden_product.pk).update(price=None)
    MonthlyCapacity.objects.filter(product=world.product).update(stated=Decimal(1))
    MonthlyCapacity.objects.filter(product=world.hidden_product).delete()
    after = _answers(world, role)
    assert [name for name in before if before[name] != after[name]] == []


def test_two_worlds_that_differ_in_what_is_public_look_different(world):
    """Negative control of the comparison."""
    before = _answers(world, "visitor")
    Product.objects.filter(pk=world.product.pk).update(price_audience=Audience.PUBLIC)
    after = _answers(world, "visitor")
    assert [name for name in before if before[name] != after[name]]


def _ranked(world: World) -> list[tuple[Any, ...]]:
    [found] = rank_need(need=world.need)
    rows = [(str(r.product_id), r.score, r.stated) for r in (*found.ranked, *found.unstated)]
    counts = [(c.code, c.in_sequence, c.alone, c.left) for c in found.counts]
    return [*rows, *counts, found.eligible]


def test_matches_do_not_tell_a_price_or_a_capacity_on_request(world):
    """Not by rank, score, coverage nor by who is excluded: with a ceiling and a share they could be searched for."""
    NeedLine.objects.filter(pk=world.line.pk).update(
        ceiling_price=Decimal(500000), ceiling_excludes=True, min_share_percent=Decimal(50)
    )
    before = _ranked(world)
    Product.objects.filter(pk=world.hidden_product.pk).update(price=Decimal(1))
    MonthlyCapacity.objects.filter(product=world.hidden_product).update(stated=Decimal(1))
    assert _ranked(world) == before
    Product.objects.filter(pk=world.product.pk).update(price=Decimal(1))
    assert _ranked(world) != before


def test_matches_of_an_unconfirmed_buyer_use_only_what_is_public(world):
    company = world.buyer_company
    company.verification = Verification.LISTED
    company.save(update_fields=["verification"])
    try:
        before = _ranked(world)
        Product.objects.filter(pk=world.product.pk).update(price=Decimal(1))
        MonthlyCapacity.objects.filter(product=world.product).update(stated=Decimal(1))
        assert _ranked(world) == before
    finally:
        company.verification = Verification.CONFIRMED


@pytest.mark.parametrize("role", ["rival_supplier", "other_agency"])
def test_the_live_count_tells_no_stranger_a_capacity(world, role):
    def count() -> Any:
        month = the_months()[0]
        query = f"?product_words=long+nhan&unit=KGM&month={month:%Y-%m}&quantity=800&min_share_percent=100"
        return ask(world, role, reverse("match-count") + query).json()

    before = count()
    MonthlyCapacity.objects.all().update(stated=Decimal(1))
    Product.objects.all().update(price=Decimal(1))
    assert count() == before


def test_the_company_filter_does_not_find_a_withheld_buyer(world):
    for role in ("visitor", "rival_supplier", "supplier", "agency", "rival_buyer"):
        assert ids(ask(world, role, reverse("open-need-list") + "?company=vo-danh-quan")) == []
        page = ask(world, role, reverse("needs:open-list") + "?company=vo-danh-quan")
        assert b"Long nh\xc3\xa3n gi\xe1\xba\xa5u t\xc3\xaan" not in page.content
        assert str(world.withheld.pk) in ids(ask(world, role, reverse("open-need-list")))


def test_searching_open_needs_does_not_search_a_withheld_buyer(world):
    assert ids(ask(world, "supplier", reverse("open-need-list") + "?q=vo+danh+quan")) == []
    assert ids(ask(world, "supplier", reverse("open-need-list") + "?q=gia+lam")) == []


def test_a_fitting_need_does_not_tell_where_a_withheld_buyer_is(world):
    """The distance is that of the province: from a distance to a commune the buyer could be found."""
    company, user = world.supplier_company, world.people["supplier"]

    def told() -> Any:
        [one] = [
            one for one in needs_that_fit(company=company, user=user) if one.line.need_id == world.withheld.pk
        ]
        return one.score, one.facts

    world.withheld.delivery_commune = None
    before = told()
    type(world.withheld).objects.filter(pk=world.withheld.pk).update(delivery_commune=make_commune("66"))
    assert told() == before


def test_the_ceiling_changes_nothing_that_a_supplier_reads(world):
    role = "supplier"

    def read() -> list[bytes]:
        need = world.need.pk
        return [
            ask(world, role, reverse("my-fitting-needs")).content,
            ask(world, role, reverse("open-need-detail", args=[need])).content,
            ask(world, role, reverse("open-need-receives", args=[need]) + "?price=424243").content,
            ask(world, role, reverse("invitation-list")).content,
        ]

    before = read()
    NeedLine.objects.filter(need=world.need).update(ceiling_price=Decimal(1), ceiling_excludes=True)
    assert read() == before


def test_a_draft_and_a_hidden_need_are_not_told_from_one_that_is_not_there(world):
    """The same answer, word for word, so that ids cannot be tried."""
    for role in ("visitor", "rival_buyer", "rival_supplier", "other_agency"):
        nothing = ask(
            world,
            role,
            reverse(
                "open-need-detail",
                args=[timezone.now().strftime("%f").zfill(8) + "-0000-4000-8000-000000000000"],
            ),
        )
        for need in (world.draft, world.invited_need):
            answer = ask(world, role, reverse("open-need-detail", args=[need.pk]))
            assert (answer.status_code, answer.content) == (404, nothing.content)
