from __future__ import annotations

import pytest

from companies.enums import CompanyKind, Role, Verification
from companies.models import Company, CompanyClaim, Membership
from companies.services import claims
from core.errors import DomainError
from tests.factories.people import make_company, make_member, make_province, make_user
from tests.people import company_of


@pytest.fixture
def listed(db) -> Company:
    """An imported company of Hưng Yên without people."""
    return make_company(code="htx-nhap", name_vi="HTX Nhập", verification=Verification.LISTED)


def claim(company, person=None):
    return claims.claim_company(company=company, actor=person or make_user(), proof="Tôi là giám đốc.")


def test_confirming_a_claim_makes_the_owner_and_confirms_the_company(listed, agency):
    row = claim(listed)
    claims.confirm_claim(claim=row, actor=agency)
    listed.refresh_from_db()
    assert listed.verification == Verification.CONFIRMED
    assert listed.verified_by == agency
    assert Membership.objects.active().get(company=listed).role == Role.OWNER


def test_other_claims_are_refused_when_one_is_confirmed(listed, agency):
    first, second = claim(listed), claim(listed)
    claims.confirm_claim(claim=first, actor=agency)
    second.refresh_from_db()
    assert second.status == Verification.REJECTED
    assert listed.memberships.get().user == first.user


@pytest.mark.parametrize("who", ["other_agency", "buyer", "rival_supplier"])
def test_only_the_agency_of_the_province_decides(listed, who, request):
    row = claim(listed)
    actor = request.getfixturevalue(who)
    for act in (
        lambda: claims.confirm_claim(claim=row, actor=actor),
        lambda: claims.refuse_claim(claim=row, actor=actor, note="Không"),
        lambda: claims.verify_company(company=listed, actor=actor),
        lambda: claims.reject_company(company=listed, actor=actor, note="Không"),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.status == 403
    row.refresh_from_db()
    assert row.status == Verification.PENDING


@pytest.mark.parametrize("who", ["agency", "ministry", "staff"])
def test_agency_ministry_and_staff_may_decide(listed, who, request):
    row = claims.confirm_claim(claim=claim(listed), actor=request.getfixturevalue(who))
    assert row.status == Verification.CONFIRMED


def test_viewer_of_an_agency_decides_nothing(listed, agency, ministry):
    row = claim(listed)
    for boss in (agency, ministry):
        viewer = make_member(company_of(boss), role=Role.VIEWER)
        with pytest.raises(DomainError) as refused:
            claims.confirm_claim(claim=row, actor=viewer)
        assert refused.value.status == 403


def test_nobody_decides_their_own_claim(listed, agency):
    row = claim(listed, agency)
    with pytest.raises(DomainError):
        claims.confirm_claim(claim=row, actor=agency)


def test_company_with_people_cannot_be_claimed(supplier):
    with pytest.raises(DomainError) as refused:
        claim(company_of(supplier))
    assert refused.value.code == "company-has-owner"


def test_claim_is_decided_once_and_refused_with_a_reason(listed, agency):
    row = claim(listed)
    with pytest.raises(DomainError) as refused:
        claims.refuse_claim(claim=row, actor=agency, note=" ")
    assert refused.value.code == "note-missing"
    claims.refuse_claim(claim=row, actor=agency, note="Không đúng người")
    with pytest.raises(DomainError) as refused:
        claims.confirm_claim(claim=row, actor=agency)
    assert refused.value.code == "claim-decided"
    assert not Membership.objects.filter(company=listed).exists()


def test_a_second_claim_of_the_same_person_is_refused(listed):
    row = claim(listed)
    with pytest.raises(DomainError) as refused:
        claim(listed, row.user)
    assert refused.value.code == "already-claimed"


def test_claims_are_seen_by_claimant_agency_and_staff_only(
    listed, agency, other_agency, ministry, staff, buyer, visitor
):
    row = claim(listed)
    rival = claim(listed)
    assert set(CompanyClaim.objects.visible_to(agency)) == {row, rival}
    assert set(CompanyClaim.objects.visible_to(staff)) == {row, rival}
    assert set(CompanyClaim.objects.visible_to(ministry)) == {row, rival}
    assert list(CompanyClaim.objects.visible_to(row.user)) == [row]
    for nobody in (other_agency, buyer, visitor):
        assert not CompanyClaim.objects.visible_to(nobody).exists()


def test_found_company_waits_for_its_agency(buyer):
    company = claims.found_company(
        actor=buyer, kind=CompanyKind.EXPORTER, name_vi="  Xuất khẩu  Sen Vàng ", province=make_province("33")
    )
    assert company.name_vi == "Xuất khẩu Sen Vàng"
    assert (company.sells, company.buys, company.verification) == (True, True, Verification.PENDING)
    assert company.memberships.get().role == Role.OWNER
    assert company.code.startswith("xuat-khau-sen-vang-")


def test_found_company_refuses_agencies_and_known_tax_codes(buyer, listed):
    province = make_province("33")
    with pytest.raises(DomainError) as refused:
        claims.found_company(actor=buyer, kind=CompanyKind.AGENCY, name_vi="Sở", province=province)
    assert refused.value.code == "kind-not-allowed"
    Company.objects.filter(pk=listed.pk).update(tax_code="0101234567")
    with pytest.raises(DomainError) as refused:
        claims.found_company(
            actor=buyer,
            kind=CompanyKind.COOPERATIVE,
            name_vi="HTX",
            province=province,
            tax_code="0101 234567",
        )
    assert refused.value.code == "company-exists"


def test_verify_company_is_not_for_its_own_people_or_for_agencies(agency, other_agency, staff):
    own = make_company(verification=Verification.PENDING)
    make_member(own, user=agency)
    with pytest.raises(DomainError):
        claims.verify_company(company=own, actor=agency)
    office = company_of(other_agency)
    Company.objects.filter(pk=office.pk).update(verification=Verification.PENDING, province=own.province)
    with pytest.raises(DomainError):
        claims.verify_company(company=office, actor=agency)
    assert claims.verify_company(company=office, actor=staff).is_verified


def test_rejected_company_can_ask_again(supplier, agency):
    company = company_of(supplier)
    claims.reject_company(company=company, actor=agency, note="Thiếu giấy tờ")
    company.refresh_from_db()
    assert claims.ask_for_confirmation(company=company, actor=supplier).verification == Verification.PENDING
    claims.verify_company(company=company, actor=agency)
    with pytest.raises(DomainError) as refused:
        claims.ask_for_confirmation(company=company, actor=supplier)
    assert refused.value.code == "already-confirmed"
