"""Certificates and lab reports, and the agency's queue."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from companies import verification
from companies.enums import Verification
from companies.models import Certification, CertificationScheme, LabReport
from companies.services import certifications
from core.errors import DomainError
from tests.factories.people import make_agency, make_company, make_member, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def haccp():
    return CertificationScheme.objects.create(
        code="haccp_codex", name_vi="HACCP", name_en="HACCP", kind="food_safety", issuer_type="accredited_cb",
        scope="site", legal_status="voluntary",
    )  # fmt: skip


@pytest.fixture
def company():
    return make_company(province="33")


def entered(company, scheme, **fields):
    return certifications.record_certification(
        company=company, actor=make_member(company), listed_by=company, scheme=scheme, number="H-1", **fields
    )


def test_an_agency_of_the_province_checks_a_certificate(company, haccp):
    row = certifications.decide_certification(
        certification=entered(company, haccp), actor=make_member(make_agency("33")), confirm=True
    )
    assert row.status == Verification.CONFIRMED
    assert row.checked_at is not None


def test_another_provinces_agency_does_not(company, haccp):
    with pytest.raises(DomainError) as refusal:
        certifications.decide_certification(
            certification=entered(company, haccp), actor=make_member(make_agency("66")), confirm=True
        )
    assert refusal.value.code == "forbidden"


def test_dates_out_of_order_are_refused(company, haccp):
    with pytest.raises(DomainError) as refusal:
        entered(company, haccp, valid_from=date(2027, 1, 1), valid_to=date(2026, 1, 1))
    assert refusal.value.status == 400


def test_another_companys_product_is_refused(company, haccp):
    foreign = make_product(make_company(province="66"))
    with pytest.raises(DomainError) as refusal:
        entered(company, haccp, scope="product", product=foreign)
    assert "product" in refusal.value.fields


def test_a_rival_may_not_enter_certificates(company, haccp):
    rival = make_member(make_company(province="33"))
    with pytest.raises(DomainError) as refusal:
        certifications.record_certification(company=company, actor=rival, listed_by=None, scheme=haccp)
    assert refusal.value.code == "forbidden"


def test_a_correction_must_be_checked_again(company, haccp):
    row = certifications.decide_certification(
        certification=entered(company, haccp), actor=make_member(make_agency("33")), confirm=True
    )
    row = certifications.correct_certification(
        certification=row, actor=make_member(company), valid_to=date(2030, 1, 1)
    )
    assert (row.status, row.checked_at) == (Verification.PENDING, None)


def test_a_test_in_the_future_is_refused(company):
    with pytest.raises(DomainError) as refusal:
        certifications.record_lab_report(
            product=make_product(company), actor=make_member(company), lot="L1", parameter="Aflatoxin B1",
            result=Decimal("1.2"), laboratory="Quatest 1", tested_on=date(2099, 1, 1),
        )  # fmt: skip
    assert "tested_on" in refusal.value.fields


def test_lab_reports_are_private_to_supplier_buyers_and_agency(company):
    owner = make_member(company)
    certifications.record_lab_report(
        product=make_product(company), actor=owner, lot="L1", parameter="Aflatoxin B1", result=Decimal("1.2"),
        laboratory="Quatest 1", tested_on=date(2026, 1, 1),
    )  # fmt: skip
    buyer = make_member(make_company(kind="supermarket", province="01"))
    rival = make_member(make_company(province="33"))
    seen = {
        name: LabReport.objects.private_to(user, buyers=True).count()
        for name, user in {
            "owner": owner, "buyer": buyer, "agency": make_member(make_agency("33")), "rival": rival,
            "other agency": make_member(make_agency("66")),
        }.items()
    }  # fmt: skip
    assert seen == {"owner": 1, "buyer": 1, "agency": 1, "rival": 0, "other agency": 0}


def test_the_queue_holds_only_the_provinces_rows(company, haccp):
    entered(company, haccp)
    entered(make_company(province="66"), haccp)
    agency, ministry = make_member(make_agency("33")), make_member(make_agency(None))
    assert verification.certifications_waiting(agency).count() == 1
    assert verification.certifications_waiting(ministry).count() == 2
    assert verification.certifications_waiting(make_member(company)).count() == 0


def test_a_rival_reads_certificates_but_no_document_name(company, haccp, client):
    row = entered(company, haccp)
    body = client.get(f"/api/v1/certifications/{row.pk}/").json()
    assert body["number"] == "H-1"
    assert "document" not in body


@pytest.mark.parametrize("count", [1, 3])
def test_the_certificate_list_has_constant_queries(company, haccp, client, count, django_assert_num_queries):
    for number in range(count):
        entered(company, haccp if number == 0 else CertificationScheme.objects.create(
            code=f"s{number}", name_vi="S", name_en="S", kind="quality", issuer_type="x", scope="site", legal_status="v"
        ))  # fmt: skip
    with django_assert_num_queries(1):
        assert len(client.get("/api/v1/certifications/").json()["results"]) == count


def test_deleting_keeps_history(company, haccp):
    row = entered(company, haccp)
    pk = row.pk
    certifications.delete_certification(certification=row, actor=make_member(company))
    assert not Certification.objects.exists()
    assert Certification.pgh_event_model.objects.filter(pgh_obj_id=pk).count() == 2


def test_the_agency_corrects_a_certificate_while_confirming(company, haccp, client):
    row = entered(company, haccp)
    client.force_login(make_member(make_agency("33")))
    answer = {"decision": "confirm", "number": "H-77", "valid_to": "2028-02-01"}
    assert client.post(f"/verification/certificates/{row.pk}/", answer).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.number, row.valid_to) == ("confirmed", "H-77", date(2028, 2, 1))


def test_a_refusal_needs_a_reason_and_changes_nothing_else(company, haccp, client):
    row = entered(company, haccp)
    client.force_login(make_member(make_agency("33")))
    address = f"/verification/certificates/{row.pk}/"
    assert client.post(address, {"decision": "refuse", "number": "H-2"}).status_code == 422
    assert (
        client.post(
            address, {"decision": "refuse", "number": "H-2", "note": "Không khớp bản gốc"}
        ).status_code
        == 302
    )
    row.refresh_from_db()
    assert (row.status, row.number) == ("rejected", "H-1")


def test_a_refused_certificate_is_nobody_elses_business(company, haccp, client):
    row = entered(company, haccp)
    agency, owner = make_member(make_agency("33")), make_member(company)
    certifications.decide_certification(certification=row, actor=agency, confirm=False, note="Không khớp")
    rival = make_member(make_company(province="66"))
    seen = {
        name: Certification.objects.visible_to(user).count()
        for name, user in {"owner": owner, "agency": agency, "rival": rival}.items()
    }
    assert seen == {"owner": 1, "agency": 1, "rival": 0}
    assert client.get(f"/api/v1/certifications/{row.pk}/").status_code == 404
