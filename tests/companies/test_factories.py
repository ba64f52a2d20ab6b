from __future__ import annotations

from companies.models import Company, Product
from companies.querysets import standing_of
from tenders.models import SourcingNeed
from tests.factories.people import make_agency, make_company, make_member, make_need, make_product
from tests.people import api_of, client_of, company_of


def test_people_stand_where_their_companies_stand(buyer, supplier, agency, ministry, staff, visitor):
    assert standing_of(buyer).is_verified_buyer
    assert standing_of(supplier).is_verified_supplier
    assert standing_of(agency).provinces == {"33"}
    assert standing_of(ministry).is_central
    assert standing_of(staff).is_staff
    assert standing_of(visitor).companies == frozenset()


def test_factories_make_rows_that_are_visible(buyer, rival_buyer, supplier):
    product = make_product(company_of(supplier), unit="TNE", hs="081340")
    need = make_need(company_of(buyer))
    assert Product.objects.visible_to(buyer).get() == product
    assert SourcingNeed.objects.visible_to(supplier).get() == need
    assert need.lines.get().months.count() == 2
    assert not SourcingNeed.objects.visible_to(rival_buyer).exists()


def test_make_member_adds_the_person_given(db):
    company = make_company()
    person = make_member(company, role="viewer")
    make_member(make_agency("66"), user=person)
    assert person.memberships.count() == 2
    assert Company.objects.filter(memberships__user=person).count() == 2


def test_clients_are_signed_in(supplier):
    assert client_of(supplier).get("/desk/").status_code == 200
    assert client_of().get("/desk/").status_code == 302
    assert api_of(supplier, company=company_of(supplier)).get("/api/v1/nothing/").status_code == 404
