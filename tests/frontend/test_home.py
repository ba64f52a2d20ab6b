"""The first page, the language, the navigation and the error pages."""

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from companies.enums import Role
from frontend.home.figures import forget_figures
from tenders.enums import Visibility
from tests.factories.people import (
    make_agency,
    make_company,
    make_member,
    make_need,
    make_product,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_figures():
    forget_figures()
    yield
    forget_figures()


def english(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_home_counts_published_products_of_listed_suppliers(client):
    supplier = make_company(name_vi="HTX Bến Sông")
    make_product(supplier, stars=5)
    make_product(supplier, stars=3)
    make_product(supplier, published=False)
    make_product(make_company(verification="rejected"))
    page = english(client).get(reverse("home:index"))
    figures = page.context["figures"]
    assert (figures.products, figures.five_stars, figures.suppliers, figures.provinces) == (2, 1, 1, 1)


def test_home_shows_a_visitor_only_needs_open_to_everyone_and_never_the_buyer(client):
    buyer = make_company(kind="supermarket", name_vi="Siêu thị Bí Mật", name_en="Secret Mart")
    make_need(buyer, title="Nhu cầu công khai", visibility=Visibility.PUBLIC)
    make_need(buyer, title="Chỉ cho nhà cung cấp", visibility=Visibility.VERIFIED)
    make_need(buyer, title="Chỉ người được mời", visibility=Visibility.INVITED)
    make_need(buyer, title="Bản nháp", visibility=Visibility.PUBLIC, published=False)
    text = client.get(reverse("home:index")).content.decode()
    assert "Nhu cầu công khai" in text
    for hidden in ("Chỉ cho nhà cung cấp", "Chỉ người được mời", "Bản nháp", "Siêu thị Bí Mật"):
        assert hidden not in text


def test_home_says_that_data_is_simulated_only_when_it_is(client):
    make_company()
    assert "Simulated data" not in english(client).get(reverse("home:index")).content.decode()
    make_company(is_simulated=True)
    forget_figures()
    assert "Simulated data" in client.get(reverse("home:index")).content.decode()


def test_home_asks_the_same_number_of_questions_for_one_and_three_needs(client, django_assert_num_queries):
    buyer = make_company(kind="supermarket")
    make_need(buyer, visibility=Visibility.PUBLIC)
    client.get(reverse("home:index"))
    with django_assert_num_queries(3):
        client.get(reverse("home:index"))
    for _ in range(2):
        make_need(buyer, visibility=Visibility.PUBLIC)
    with django_assert_num_queries(3):
        client.get(reverse("home:index"))


def test_language_switch_works_without_javascript_and_comes_back(client):
    reply = client.post(reverse("home:language-set"), {"language": "en", "next": "/more/"})
    assert reply.status_code == 302
    assert reply["Location"] == "/more/"
    assert 'lang="en"' in client.get("/more/").content.decode()


def test_language_switch_never_leads_to_another_host(client):
    reply = client.post(
        reverse("home:language-set"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert reply["Location"] == "/"


def test_language_of_a_person_is_kept_and_followed_on_another_browser(client):
    person = make_user(language="vi")
    client.force_login(person)
    client.post(reverse("home:language-set"), {"language": "en"})
    person.refresh_from_db()
    assert person.language == "en"
    other = Client(headers={"accept-language": "vi"})
    other.force_login(person)
    assert 'lang="en"' in other.get("/more/").content.decode()


def test_language_defaults_to_vietnamese(client):
    assert 'lang="vi"' in client.get(reverse("home:index")).content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "Không có gì ở đây"), ("en", "There is nothing here")]
)
def test_missing_page_says_so_in_the_readers_language(client, language, words):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    reply = client.get("/no-such-page/")
    assert reply.status_code == 404
    assert words in reply.content.decode()


def test_expired_form_says_what_to_do():
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    reply = strict.post(reverse("home:language-set"), {"language": "en"})
    assert reply.status_code == 403
    assert "The form was open for too long" in reply.content.decode()


def test_failure_page_needs_no_database(rf, django_assert_num_queries):
    from frontend.errors import server_error

    with django_assert_num_queries(0):
        reply = server_error(rf.get("/"))
    assert reply.status_code == 500
    assert "Traceback" not in reply.content.decode()


def test_policy_forbids_inline_scripts_and_styles_on_every_kind_of_page(client):
    for address in ("/", "/no-such-page/", "/api/v1/docs/"):
        policy = client.get(address).headers.get("Content-Security-Policy", "")
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy


def test_desk_asks_a_visitor_to_sign_in(client):
    assert client.get(reverse("desk:home")).status_code == 302


def test_desk_of_a_person_without_company_says_what_to_do(client):
    client.force_login(make_user())
    assert "You do not act for a company yet" in english(client).get(reverse("desk:home")).content.decode()


def test_desk_of_a_buyer_lists_own_needs_only(client):
    mine, rival = make_company(kind="supermarket"), make_company(kind="supermarket")
    make_need(mine, title="Nhu cầu của tôi")
    make_need(mine, title="Bản nháp của tôi", published=False)
    make_need(rival, title="Nhu cầu của đối thủ", visibility=Visibility.PUBLIC)
    client.force_login(make_member(mine))
    page = english(client).get(reverse("desk:home"))
    assert [one.card.title for one in page.context["needs"]] == ["Nhu cầu của tôi", "Bản nháp của tôi"]
    assert "Nhu cầu của đối thủ" not in page.content.decode()


def test_desk_of_a_supplier_shows_own_invitations_and_what_expires(client, settings):
    from datetime import timedelta

    from django.utils import timezone

    from tenders.models import Invitation

    supplier, rival = make_company(), make_company()
    need = make_need(
        make_company(kind="supermarket", name_en="Blue Cloud"), title="Mời tôi", visibility="invited"
    )
    other = make_need(make_company(kind="supermarket"), title="Mời đối thủ", visibility="invited")
    Invitation.objects.create(need=need, company=supplier)
    Invitation.objects.create(need=other, company=rival)
    today = timezone.localdate()
    make_product(supplier, name_en="Ends soon", stars=4, stars_valid_until=today + timedelta(days=89))
    make_product(supplier, name_en="Ends late", stars=4, stars_valid_until=today + timedelta(days=91))
    make_product(rival, name_en="Not mine", stars=4, stars_valid_until=today)
    client.force_login(make_member(supplier))
    page = english(client).get(reverse("desk:home"))
    assert [one.card.title for one in page.context["invitations"]] == ["Mời tôi"]
    assert [one.product for one in page.context["expiries"]] == ["Ends soon"]
    text = page.content.decode()
    assert "Blue Cloud" in text
    assert "Mời đối thủ" not in text


def test_desk_of_an_agency_counts_its_own_provinces_only(client):
    from companies.models import CompanyClaim

    agency = make_agency("33")
    here, elsewhere = make_company(province="33"), make_company(province="66")
    for company in (here, elsewhere):
        CompanyClaim.objects.create(company=company, user=make_user(), proof="Giấy phép")
    client.force_login(make_member(agency))
    page = english(client).get(reverse("desk:home"))
    waiting = {one.url: one.count for one in page.context["agency"].waiting}
    assert waiting[reverse("verification:queue-of", args=["claims"])] == 1
    assert page.context["agency"].unclaimed == 1


@pytest.mark.parametrize("kind", ["supermarket", "cooperative"])
def test_desk_asks_the_same_number_of_questions_for_one_and_three_rows(client, kind):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tenders.models import Invitation

    company = make_company(kind=kind)
    client.force_login(make_member(company))

    def add():
        if kind == "supermarket":
            make_need(company)
        else:
            Invitation.objects.create(need=make_need(make_company(kind="supermarket")), company=company)
            make_product(company, stars=4, stars_valid_until=date(2026, 12, 1))

    client.get(reverse("desk:home"))  # the figures of the page's foot are counted once
    counts = []
    for extra in (1, 2):
        for _ in range(extra):
            add()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(reverse("desk:home")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_navigation_marks_the_current_page_and_fits_the_phone(client):
    client.force_login(make_member(make_company(kind="supermarket"), role=Role.VIEWER))
    items = client.get(reverse("desk:home")).context["site"].nav
    assert [item.current for item in items][:1] == [True]
    assert sum(item.current for item in items) == 1
    assert all(item.beyond == (place >= 4) for place, item in enumerate(items))


def test_desk_fits_show_a_need_for_what_we_offer(client):
    from tests.factories.people import make_capacity

    supplier = make_company()
    product = make_product(supplier, name_vi="Long nhãn sấy", name_en="Dried longan pulp")
    for month in (date(2027, 8, 1), date(2027, 9, 1)):
        make_capacity(product, month, 1000)
    make_need(make_company(kind="supermarket"), title="Mua long nhãn sấy")
    client.force_login(make_member(supplier))
    page = english(client).get(reverse("desk:fits"))
    assert [(fit.card.title, fit.covered) for fit in page.context["fits"]] == [("Mua long nhãn sấy", 0.5)]
    assert "you cover 50%" in page.content.decode()


def test_desk_fits_are_for_suppliers_only(client):
    client.force_login(make_member(make_company(kind="supermarket")))
    assert client.get(reverse("desk:fits")).status_code == 404


def test_every_entry_of_the_navigation_leads_somewhere():
    from frontend import navigation

    entries = [value for value in vars(navigation).values() if isinstance(value, navigation.Entry)]
    assert len(entries) > 12
    assert [entry.name for entry in entries if not navigation.page(entry.name)] == []
