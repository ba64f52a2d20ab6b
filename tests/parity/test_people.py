"""The same act through the API and the site gets the same verdict, for every kind of person."""

from __future__ import annotations

import pytest

from companies.enums import Role, Verification
from companies.models import CompanyClaim, MemberInvitation
from companies.services import claims
from tests.factories.people import make_company, make_member, make_user
from tests.people import api_of, client_of, company_of

PEOPLE = ["owner", "editor", "viewer", "rival_supplier", "agency", "visitor"]


@pytest.fixture
def owner(supplier):
    return supplier


@pytest.fixture
def editor(supplier):
    return make_member(company_of(supplier), role=Role.EDITOR)


@pytest.fixture
def viewer(supplier):
    return make_member(company_of(supplier), role=Role.VIEWER)


@pytest.mark.parametrize("who", PEOPLE)
def test_inviting_a_member(supplier, who, request):
    """The site's page is about one's own company: another company is not reachable there at all."""
    actor = request.getfixturevalue(who)
    company = company_of(supplier)
    body = {"address": "0911222333", "role": "viewer"}
    mine = MemberInvitation.objects.filter(company=company)
    api_of(actor).post(f"/api/v1/companies/{company.pk}/member-invitations/", body)
    by_api = mine.exists()
    mine.delete()
    client_of(actor).post("/accounts/members/", body)
    assert by_api == mine.exists() == (who == "owner")


@pytest.mark.parametrize("who", PEOPLE)
def test_ending_a_membership(supplier, who, request):
    actor = request.getfixturevalue(who)
    company = company_of(supplier)
    verdicts = []
    for edge in ("api", "site"):
        row = make_member(company, role=Role.VIEWER).memberships.get()
        if edge == "api":
            api_of(actor).delete(f"/api/v1/companies/{company.pk}/members/{row.pk}/")
        else:
            client_of(actor).post(f"/accounts/members/{row.pk}/revoke/")
        row.refresh_from_db()
        verdicts.append(row.revoked_at is not None)
    assert verdicts == [who == "owner"] * 2


@pytest.mark.parametrize("who", ["agency", "other_agency", "ministry", "staff", "supplier", "visitor"])
def test_confirming_a_claim(who, request, db):
    actor = request.getfixturevalue(who)
    verdicts = []
    for edge in ("api", "site"):
        listed = make_company(verification=Verification.LISTED)
        claim = claims.claim_company(company=listed, actor=make_user(), proof="Tôi là giám đốc")
        if edge == "api":
            api_of(actor).post(f"/api/v1/claims/{claim.pk}/confirm/", {})
        else:
            client_of(actor).post(f"/verification/claims/{claim.pk}/", {"decision": "confirm", "note": ""})
        verdicts.append(CompanyClaim.objects.get(pk=claim.pk).status == Verification.CONFIRMED)
    assert verdicts == [who in ("agency", "ministry", "staff")] * 2
