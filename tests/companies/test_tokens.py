from __future__ import annotations

import pytest

from companies.enums import Role
from companies.models import ApiToken
from companies.services import members, tokens
from core.errors import DomainError
from tests.factories.people import make_company, make_member, make_product
from tests.people import api_of, company_of

ME = "/api/v1/me/"


def test_token_is_stored_only_as_a_hash(buyer):
    token, raw = tokens.create_token(user=buyer, name="ERP")
    assert tokens.token_of(raw.encode()) == token
    stored = [str(value) for value in ApiToken.objects.filter(pk=token.pk).values().get().values()]
    assert not any(raw in value for value in stored)
    assert raw.startswith(token.prefix)
    assert len(raw) > len(token.prefix) + 30


def test_revoked_token_stops_at_once(buyer):
    token, raw = tokens.create_token(user=buyer, name="ERP")
    assert api_of(token=raw).get(ME).status_code == 200
    tokens.revoke_token(token=token, actor=buyer)
    assert api_of(token=raw).get(ME).status_code == 401


def test_token_of_an_inactive_person_stops(buyer):
    _token, raw = tokens.create_token(user=buyer, name="ERP")
    buyer.is_active = False
    buyer.save(update_fields=["is_active"])
    assert api_of(token=raw).get(ME).status_code == 401


def test_token_of_a_company_acts_for_no_other(buyer):
    second = make_company(code="hai", kind="supermarket")
    make_member(second, user=buyer)
    _token, raw = tokens.create_token(user=buyer, name="ERP", company=second)
    me = api_of(token=raw).get(ME).json()
    assert [row["company"]["code"] for row in me["memberships"]] == ["hai"]
    own = company_of(buyer)
    assert api_of(token=raw).get(f"/api/v1/companies/{second.pk}/members/").status_code == 200
    assert api_of(token=raw).get(f"/api/v1/companies/{own.pk}/members/").status_code == 404


def test_token_of_a_company_does_not_speak_for_the_person(buyer):
    _token, raw = tokens.create_token(user=buyer, name="ERP", company=company_of(buyer))
    api = api_of(token=raw)
    assert api.delete(f"{ME}?confirm=delete").status_code == 403
    assert api.get(f"{ME}export/").status_code == 403
    assert api.post(f"{ME}tokens/", {"name": "another"}).status_code == 403
    assert api.patch(ME, {"full_name": "Khác"}).status_code == 403


def test_token_of_a_company_is_never_staff(staff):
    company = make_company()
    make_member(company, user=staff)
    foreign = make_company()
    _token, raw = tokens.create_token(user=staff, name="ERP", company=company)
    assert api_of(token=raw).get(f"/api/v1/companies/{foreign.pk}/members/").status_code == 404
    _token, full = tokens.create_token(user=staff, name="all")
    assert api_of(token=full).get(f"/api/v1/companies/{foreign.pk}/members/").status_code == 200
    staff.refresh_from_db()
    assert staff.is_staff


def test_token_of_a_company_stops_with_the_membership(supplier):
    company = company_of(supplier)
    second = make_member(company, role=Role.EDITOR)
    _token, raw = tokens.create_token(user=second, name="ERP", company=company)
    assert api_of(token=raw).get(ME).status_code == 200
    members.revoke_membership(membership=second.memberships.get(), actor=supplier)
    assert api_of(token=raw).get(ME).status_code == 401


def test_token_for_a_company_of_others_is_refused(buyer, rival_buyer):
    with pytest.raises(DomainError) as refused:
        tokens.create_token(user=buyer, name="ERP", company=company_of(rival_buyer))
    assert refused.value.status == 404


def test_tokens_api_makes_lists_and_revokes(buyer, rival_buyer):
    tokens.create_token(user=rival_buyer, name="rival")
    api = api_of(buyer)
    made = api.post("/api/v1/me/tokens/", {"name": "ERP", "company": str(company_of(buyer).pk)})
    assert made.status_code == 201
    assert made["Cache-Control"] == "no-store"
    raw = made.json()["token"]
    listed = api.get("/api/v1/me/tokens/").json()["results"]
    assert [row["name"] for row in listed] == ["ERP"]
    assert raw not in str(listed)
    assert api.delete(f"/api/v1/me/tokens/{made.json()['id']}/").status_code == 204
    assert api_of(token=raw).get(ME).status_code == 401
    other = ApiToken.objects.get(name="rival")
    assert api.delete(f"/api/v1/me/tokens/{other.pk}/").status_code == 404


def test_x_company_chooses_and_refuses(buyer, rival_buyer):
    second = make_company(code="hai", kind="supermarket")
    make_member(second, user=buyer)
    from django.test import RequestFactory

    from companies.middleware import ActingCompanyMiddleware

    def acting(header):
        request = RequestFactory().get("/api/v1/x/", headers={"X-Company": header} if header else {})
        request.user, request.session = buyer, {}
        ActingCompanyMiddleware(lambda _request: None)(request)
        return request.company.code

    assert acting("") == "may-xanh"
    assert acting("hai") == "hai"
    assert acting(str(second.pk)) == "hai"
    with pytest.raises(DomainError) as refused:
        acting(company_of(rival_buyer).code)
    assert refused.value.status == 404


def test_wrong_credentials_are_401_in_words(db):
    answer = api_of(token="oft_wrong").get(ME)
    assert answer.status_code == 401
    assert set(answer.json()) == {"code", "detail", "fields"}
    assert api_of().get(ME).status_code == 401


def test_foreign_rows_do_not_follow_a_token(supplier, rival_supplier):
    product = make_product(company_of(rival_supplier), published=False)
    _token, raw = tokens.create_token(user=supplier, name="ERP", company=company_of(supplier))
    from companies.models import Product

    person = tokens.token_of(raw.encode()).user
    person.only_company_id = company_of(supplier).pk
    assert product not in Product.objects.visible_to(person)
