"""Search, filters and facets of the catalogue, asked as the API and the site ask them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.utils import timezone

from companies.enums import Audience, Verification
from companies.facets import product_facets
from companies.filters import ProductFilter
from companies.models import Certification, CertificationScheme, Market, Product
from core.keyset import BadCursor, keyset_page
from core.months import add_months, first_day
from tests.factories.people import make_capacity, make_company, make_product, make_product_set

pytestmark = pytest.mark.django_db


class Asked:
    def __init__(self, user: Any) -> None:
        self.user = user


def filtered(query: str, user: Any = None) -> ProductFilter:
    user = user or AnonymousUser()
    return ProductFilter(QueryDict(query), queryset=Product.objects.visible_to(user), request=Asked(user))


def names(query: str, user: Any = None) -> list[str]:
    filterset = filtered(query, user)
    return [product.name_vi for product in filterset.qs.order_by(*filterset.ordering)]


def counts(query: str, facet: str, user: Any = None) -> dict[str, int]:
    groups = {group.name: group for group in product_facets(filtered(query, user)).groups}
    return {option.value: option.count for option in groups[facet].options}


def make_scheme(code: str, applies_to: list[str]) -> CertificationScheme:
    return CertificationScheme.objects.create(
        code=code, name_vi=code, name_en=code, kind="food_safety", applies_to=applies_to, issuer_type="body",
        scope="company", legal_status="voluntary",
    )  # fmt: skip


def certify(owner: Product, scheme: CertificationScheme, **fields: Any) -> Certification:
    defaults: dict[str, Any] = {"company": owner.company, "status": Verification.PENDING}
    return Certification.objects.create(scheme=scheme, **{**defaults, **fields})


def test_search_without_accents_finds_the_accented_name() -> None:
    company = make_company()
    make_product(company, name_vi="Cà phê sạch Buôn Hồ", name_en="")
    make_product(company, name_vi="Chè Tân Cương", name_en="")
    assert names("q=ca phe sach") == ["Cà phê sạch Buôn Hồ"]


def test_search_forgives_a_typo_when_nothing_better_is_there() -> None:
    company = make_company(name_vi="HTX Một", name_en="")
    make_product(company, name_vi="Cà phê sạch Buôn Hồ", name_en="")
    make_product(company, name_vi="Nước mắm Cái Rồng", name_en="")
    assert names("q=ca phe sahc") == ["Cà phê sạch Buôn Hồ"]


def test_search_ranks_the_phrase_before_scattered_words() -> None:
    company = make_company()
    make_product(company, name_vi="Sấy dẻo long, hạt và nhãn", name_en="", stars=5)
    make_product(company, name_vi="Long nhãn sấy", name_en="", stars=3)
    make_product(company, name_vi="Hộp quà long nhãn sấy", name_en="", stars=4)
    assert names("q=long nhan say") == ["Long nhãn sấy", "Hộp quà long nhãn sấy", "Sấy dẻo long, hạt và nhãn"]


def test_search_puts_the_typed_accents_first() -> None:
    company = make_company()
    make_product(company, name_vi="Mắm cà", name_en="", stars=5)
    make_product(company, name_vi="Mắm cá", name_en="", stars=3)
    assert names("q=mắm cá") == ["Mắm cá", "Mắm cà"]


def test_search_finds_products_by_their_supplier() -> None:
    make_product(make_company(name_vi="HTX Bến Sông"), name_vi="Long nhãn sấy", name_en="")
    make_product(make_company(name_vi="HTX Đồi Chè"), name_vi="Trà xanh", name_en="")
    assert names("q=htx ben song") == ["Long nhãn sấy"]


def test_search_reads_signs_of_the_database_as_text() -> None:
    make_product(make_company(), name_vi="Mật ong 100% hoa nhãn", name_en="")
    assert names("q=%25") == []
    assert names("q=100%25") == ["Mật ong 100% hoa nhãn"]


def test_unpublished_products_and_rejected_suppliers_are_not_found() -> None:
    make_product(make_company(), name_vi="Chè ẩn", published=False)
    make_product(make_company(verification=Verification.REJECTED), name_vi="Chè bị từ chối")
    assert names("q=che") == []


def test_filters_narrow_by_set_stars_and_province() -> None:
    north, south = make_company(province="33"), make_company(province="66")
    make_product(north, name_vi="A", product_set=make_product_set("01"), stars=4)
    make_product(north, name_vi="B", product_set=make_product_set("02"), stars=3)
    make_product(south, name_vi="C", product_set=make_product_set("01"), stars=5)
    assert names("set=01&sort=name") == ["A", "C"]
    assert names("set=01&set=02&province=33&sort=name") == ["A", "B"]
    assert names("stars=3&stars=5&sort=name") == ["B", "C"]
    assert names("stars_min=4&sort=name") == ["A", "C"]


def test_confirmed_only_leaves_out_listed_and_ended_stars() -> None:
    company = make_company()
    yesterday = timezone.localdate() - timedelta(days=1)
    make_product(company, name_vi="Xác nhận", stars=4, stars_confirmed=True)
    make_product(company, name_vi="Hết hạn", stars=4, stars_confirmed=True, stars_valid_until=yesterday)
    make_product(company, name_vi="Theo danh sách", stars=5)
    assert names("confirmed=true") == ["Xác nhận"]


def test_certificate_filter_asks_for_validity_and_sector() -> None:
    food = make_product_set("01", product_sectors=["processed_food"])
    craft = make_product_set("02", product_sectors=["handicraft"])
    haccp = make_scheme("haccp", ["processed_food"])
    today = timezone.localdate()
    holder = make_company()
    held = make_product(holder, name_vi="Đủ", product_set=food)
    make_product(holder, name_vi="Khác ngành", product_set=craft)
    certify(held, haccp, valid_to=today)
    ended = make_product(make_company(), name_vi="Hết hạn", product_set=food)
    certify(ended, haccp, valid_to=today - timedelta(days=1))
    refused = make_product(make_company(), name_vi="Bị từ chối", product_set=food)
    certify(refused, haccp, status=Verification.REJECTED)
    other = make_company()
    certify(
        make_product(other, name_vi="Riêng một", product_set=food),
        haccp,
        product=make_product(other, name_vi="Có riêng", product_set=food),
    )
    assert names("certificate=haccp&sort=name") == ["Có riêng", "Đủ"]
    assert counts("", "certificate") == {"haccp": 2}


def test_market_filter_and_facet() -> None:
    for code in ("jp", "eu"):
        Market.objects.create(code=code, name_vi=code, name_en=code, kind="country")
    company = make_company()
    make_product(company, name_vi="A", markets=["jp", "eu"])
    make_product(company, name_vi="B", markets=["jp"])
    assert names("market=eu") == ["A"]
    assert counts("market=eu", "market") == {"jp": 2, "eu": 1}


def test_each_facet_is_counted_under_the_other_filters() -> None:
    north, south = make_company(province="33"), make_company(province="66")
    make_product(north, product_set=make_product_set("01"), stars=4)
    make_product(north, product_set=make_product_set("02"), stars=3)
    make_product(south, product_set=make_product_set("01"), stars=4)
    query = "province=33&set=01"
    assert counts(query, "province") == {"33": 1, "66": 1}
    assert counts(query, "set") == {"01": 1, "02": 1}
    assert counts(query, "stars") == {"4": 1}
    assert product_facets(filtered(query)).total == 1


def test_facets_take_a_constant_number_of_queries(django_assert_num_queries: Any) -> None:
    company = make_company()
    make_product(company, product_set=make_product_set("01"), stars=3)
    with django_assert_num_queries(3):
        product_facets(filtered(""))
    for number in range(2, 5):
        make_product(make_company(province="66"), product_set=make_product_set(f"0{number}"), stars=4)
    with django_assert_num_queries(3):
        product_facets(filtered(""))


def test_available_months_must_all_have_something_left(buyer: Any) -> None:
    start = add_months(first_day(timezone.localdate()), 2)
    company = make_company()
    full = make_product(company, name_vi="Đủ tháng")
    half = make_product(company, name_vi="Một tháng")
    none = make_product(company, name_vi="Tháng trống")
    for offset in range(2):
        make_capacity(full, add_months(start, offset), 100)
        make_capacity(none, add_months(start, offset), 0)
    make_capacity(half, start, 100)
    make_product(company, name_vi="Chưa nêu")
    span = f"available_from={start:%Y-%m}&available_to={add_months(start, 1):%Y-%m}"
    assert names(span, buyer) == ["Đủ tháng"]
    assert names(f"{span}&available_min=100", buyer) == ["Đủ tháng"]
    assert names(f"{span}&available_min=101", buyer) == []


def test_available_minimum_is_in_kilograms(buyer: Any) -> None:
    start = add_months(first_day(timezone.localdate()), 1)
    tonnes = make_product(make_company(), name_vi="Theo tấn", unit="TNE")
    make_capacity(tonnes, start, 2)
    assert names(f"available_from={start:%Y-%m}&available_min=2000", buyer) == ["Theo tấn"]
    assert names(f"available_from={start:%Y-%m}&available_min=2001", buyer) == []


def test_a_reader_without_the_right_learns_nothing_from_capacity_filters(
    buyer: Any, rival_supplier: Any, supplier: Any, agency: Any, other_agency: Any, staff: Any
) -> None:
    from tests.people import company_of

    start = add_months(first_day(timezone.localdate()), 1)
    product = make_product(
        company_of(supplier), name_vi="Long nhãn", capacity_audience=Audience.VERIFIED_BUYERS
    )
    make_capacity(product, start, 4321)
    query = f"available_from={start:%Y-%m}&available_min=4000"
    for reader in (AnonymousUser(), rival_supplier, other_agency):
        assert names(query, reader) == []
        assert product_facets(filtered(query, reader)).total == 0
    for reader in (buyer, supplier, agency, staff):
        assert names(query, reader) == ["Long nhãn"]


def test_a_reader_without_the_right_learns_nothing_from_price_filters(
    buyer: Any, rival_supplier: Any, supplier: Any, agency: Any, other_agency: Any
) -> None:
    from tests.people import company_of

    company = company_of(supplier)
    make_product(company, name_vi="Kín", price=Decimal(987654), price_audience=Audience.ON_REQUEST)
    make_product(company, name_vi="Bên mua", price=Decimal(987654), price_audience=Audience.VERIFIED_BUYERS)
    make_product(company, name_vi="Công khai", price=Decimal(987654), price_audience=Audience.PUBLIC)
    for query in ("price_min=900000&sort=name", "price_max=1000000&sort=name"):
        assert names(query) == ["Công khai"]
        assert names(query, rival_supplier) == ["Công khai"]
        assert names(query, other_agency) == ["Công khai"]
        assert names(query, buyer) == ["Bên mua", "Công khai"]
        assert names(query, supplier) == ["Bên mua", "Công khai", "Kín"]
        assert names(query, agency) == ["Bên mua", "Công khai", "Kín"]


def test_one_row_rule_agrees_with_the_filters_of_rights(
    buyer: Any,
    rival_supplier: Any,
    supplier: Any,
    agency: Any,
    other_agency: Any,
    ministry: Any,
    staff: Any,
    visitor: Any,
) -> None:
    from tests.people import company_of

    company = company_of(supplier)
    for audience in Audience.values:
        make_product(company, price_audience=audience, capacity_audience=audience)
    for reader in (buyer, rival_supplier, supplier, agency, other_agency, ministry, staff, visitor):
        for kind in ("price", "capacity"):
            rows = set(getattr(Product.objects.all(), f"with_readable_{kind}")(reader))
            one_by_one = {
                row
                for row in Product.objects.select_related("company")
                if reader.has_perm(f"companies.view_{kind}", row)
            }
            assert rows == one_by_one


def test_keyset_pages_pass_through_ties_both_ways() -> None:
    company = make_company()
    for number in range(7):
        make_product(company, name_vi="Cùng tên", name_en=str(number), stars=3)
    filterset = filtered("")
    seen: list[Any] = []
    cursor = None
    pages = []
    while True:
        page = keyset_page(filterset.qs, ordering=filterset.ordering, cursor=cursor, size=3)
        pages.append([row.pk for row in page.rows])
        seen += pages[-1]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len(set(seen)) == 7
    back = keyset_page(filterset.qs, ordering=filterset.ordering, cursor=page.previous_cursor, size=3)
    assert [row.pk for row in back.rows] == pages[1]


def test_keyset_pages_put_nulls_where_the_database_does() -> None:
    company = make_company()
    for stars in (None, 5, None, 3, 4):
        make_product(company, stars=stars)
    for ordering in (("stars", "id"), ("-stars", "-id")):
        whole = [row.pk for row in Product.objects.order_by(*ordering)]
        seen, cursor = [], None
        while True:
            page = keyset_page(Product.objects.all(), ordering=ordering, cursor=cursor, size=2)
            seen += [row.pk for row in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == whole


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WzAsMSwibm8iXQ", "WzAsW10sIiIsIiJd", "////", "é"])
def test_a_broken_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        keyset_page(Product.objects.all(), ordering=("sort_key", "id"), cursor=cursor, size=3)


def test_newest_first_does_not_depend_on_the_name() -> None:
    company = make_company()
    make_product(company, name_vi="A", created_at=timezone.now() - timedelta(days=2))
    make_product(company, name_vi="B", created_at=timezone.now())
    assert names("sort=newest") == ["B", "A"]
    assert names("sort=name") == ["A", "B"]


def test_a_code_that_is_not_there_finds_nothing_and_a_wrong_month_is_an_error() -> None:
    make_product(make_company(), name_vi="A")
    assert names("set=nix") == []
    assert names("certificate=nix&market=nix&province=nix") == []
    filterset = filtered("stars=9&available_from=13/2027&available_min=-1")
    assert not filterset.is_valid()
    assert set(filterset.errors) == {"stars", "available_from", "available_min"}


def test_months_out_of_order_find_nothing(buyer: Any) -> None:
    product = make_product(make_company())
    make_capacity(product, date(2027, 5, 1), 10)
    assert names("available_from=2027-06&available_to=2027-05", buyer) == []
