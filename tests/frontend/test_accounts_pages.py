from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from companies.enums import LinkPurpose, Role, Verification
from companies.models import CompanyClaim, Membership, OneTimeCode, User
from companies.services import codes, links, members
from tests.factories.people import PASSWORD, make_company, make_member, make_province, make_user
from tests.outbox import last_code
from tests.people import client_of, company_of

SIGN_IN = "/accounts/sign-in/"


def sign_in(client, address="0900 000 001", password=PASSWORD, **extra):
    return client.post(SIGN_IN, {"address": address, "password": password, "act": "password", **extra})


def code_for(outbox):
    """Let the task send the newest code; its six digits."""
    codes.send_code(code_id=str(OneTimeCode.objects.latest("created_at").pk))
    return last_code(outbox)


def test_sign_in_by_phone_and_password(buyer):
    client = client_of()
    assert sign_in(client).status_code == 302
    assert client.get("/desk/").status_code == 200


def test_sign_in_keeps_what_was_typed_and_says_what_is_wrong(buyer):
    answer = sign_in(client_of(), address="lan@mayxanh.example", password="wrong")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="lan@mayxanh.example"' in page
    assert "not right" in page
    assert "wrong" not in page.replace("field-wrong", "")


def test_sign_in_page_is_the_same_for_unknown_accounts(buyer):
    known = sign_in(client_of(), address="lan@mayxanh.example", password="wrong").content.decode()
    unknown = sign_in(client_of(), address="nobody@xanh.example", password="wrong").content.decode()
    assert known.count("<") == unknown.count("<")


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/accounts/members/", "/accounts/members/"),
        ("https://evil.example/", "/desk/"),
        ("//evil.example/", "/desk/"),
        ("/\\evil.example", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
        ("evil", "/desk/"),
    ],
)
def test_next_leads_only_to_this_site(buyer, target, goes):
    assert sign_in(client_of(), next=target)["Location"] == goes
    assert client_of(buyer).get(SIGN_IN, {"next": target})["Location"] == goes


def test_session_key_changes_at_sign_in(buyer):
    client = client_of()
    session = client.session
    session["kept"] = "yes"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.session.session_key != before
    assert client.session["kept"] == "yes"
    assert not client.session.exists(before)


def test_sign_in_form_is_protected_against_foreign_posts(buyer):
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_sign_in_by_code(buyer, outbox):
    client = client_of()
    answer = client.post(SIGN_IN, {"address": "0900000001", "act": "code", "next": "/accounts/members/"})
    assert answer["Location"] == "/accounts/code/"
    answer = client.post("/accounts/code/", {"code": code_for(outbox)})
    assert answer["Location"] == "/accounts/members/"
    assert client.get("/desk/").status_code == 200


def test_asking_for_a_code_looks_the_same_for_unknown_addresses(buyer):
    pages = []
    for address in ("0900000001", "0900000009"):
        client = client_of()
        answer = client.post(SIGN_IN, {"address": address, "act": "code"})
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/code/")
        pages.append(client.get("/accounts/code/").content.decode().replace(address, "…").count("<"))
    assert pages[0] == pages[1]


def test_wrong_code_is_refused_in_words(buyer, outbox):
    client = client_of()
    client.post(SIGN_IN, {"address": "0900000001", "act": "code"})
    wrong = "000000" if code_for(outbox) != "000000" else "111111"
    answer = client.post("/accounts/code/", {"code": wrong})
    assert answer.status_code == 422
    assert "not right" in answer.content.decode()
    assert client.get("/desk/").status_code == 302


def sign_up_body(**changes):
    return {
        "full_name": "Nguyễn Thị Hoa",
        "address": "0987 654 321",
        "what": "new",
        "kind": "cooperative",
        "company_name": "HTX Hoa Sen",
        "province": make_province("33").pk,
        **changes,
    }


def test_sign_up_makes_person_and_company(db, outbox):
    client = client_of()
    assert client.post("/accounts/sign-up/", sign_up_body())["Location"] == "/accounts/code/"
    assert not User.objects.exists()
    answer = client.post("/accounts/code/", {"code": code_for(outbox), "password": "mot mat khau dai"})
    assert answer["Location"] == "/desk/"
    user = User.objects.get()
    assert user.check_password("mot mat khau dai")
    company = company_of(user)
    assert (company.name_vi, company.verification) == ("HTX Hoa Sen", Verification.PENDING)
    assert client.get("/desk/").status_code == 200


def test_sign_up_asks_for_the_company_only_if_it_is_to_be_registered(db):
    answer = client_of().post("/accounts/sign-up/", sign_up_body(company_name=""))
    assert answer.status_code == 422
    assert "Needed to register the company" in answer.content.decode()
    answer = client_of().post("/accounts/sign-up/", sign_up_body(company_name="", kind="", what="claim"))
    assert answer.status_code == 302


def test_sign_up_tells_nobody_whether_an_address_is_known(buyer):
    for address in (buyer.email, "new@person.example"):
        answer = client_of().post("/accounts/sign-up/", sign_up_body(address=address))
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/code/")


def test_weak_password_at_sign_up_does_not_use_up_the_code(db, outbox):
    client = client_of()
    client.post("/accounts/sign-up/", sign_up_body())
    code = code_for(outbox)
    assert client.post("/accounts/code/", {"code": code, "password": "short"}).status_code == 422
    assert client.post("/accounts/code/", {"code": code}).status_code == 302


def test_sign_out_ends_the_session(buyer):
    client = client_of(buyer)
    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.post("/accounts/sign-out/").status_code == 302
    assert client.get("/desk/").status_code == 302


def test_revoked_membership_stops_at_once_in_an_open_session(supplier):
    company = company_of(supplier)
    second = make_member(company, role=Role.EDITOR)
    client = client_of(second)
    assert client.get("/accounts/members/").status_code == 200
    members.revoke_membership(membership=second.memberships.get(), actor=supplier)
    assert client.get("/accounts/members/")["Location"] == "/accounts/companies/"


def test_signing_out_everywhere_ends_other_sessions(buyer):
    here, there = client_of(buyer), client_of(buyer)
    assert here.post("/accounts/profile/sessions/end/").status_code == 302
    assert there.get("/desk/").status_code == 302
    assert here.get("/desk/").status_code == 302


def test_changing_the_password_ends_other_sessions_only(buyer):
    here, there = client_of(buyer), client_of(buyer)
    body = {"act": "password", "old_password": PASSWORD, "new_password": "mot mat khau moi"}
    assert here.post("/accounts/profile/", body).status_code == 302
    assert here.get("/desk/").status_code == 200
    assert there.get("/desk/").status_code == 302


def test_profile_changes_name_and_adds_an_address(buyer, outbox):
    client = client_of(buyer)
    client.post("/accounts/profile/", {"act": "profile", "full_name": "Lan Mới", "language": "en"})
    client.post("/accounts/profile/", {"act": "address", "address": "new@lan.example"})
    assert "new@lan.example" in client.get("/accounts/profile/").content.decode()
    client.post("/accounts/profile/", {"act": "code", "code": code_for(outbox)})
    buyer.refresh_from_db()
    assert (buyer.full_name, buyer.language, buyer.email) == ("Lan Mới", "en", "new@lan.example")


def test_owner_invites_and_the_person_joins_by_the_link_without_an_account(supplier):
    owner, visitor = client_of(supplier), client_of()
    body = {"address": "0911222333", "full_name": "Lê Văn Mới", "role": "editor"}
    assert owner.post("/accounts/members/", body).status_code == 302
    page = owner.get("/accounts/members/").content.decode()
    assert "/l/" in page
    assert "+84911222333" in page
    invitation = company_of(supplier).member_invitations.get()
    url = links.link_url(link=invitation.link).partition("/l/")[2]
    answer = visitor.get(f"/l/{url}")
    assert answer["Referrer-Policy"] == "no-referrer"
    join = answer["Location"]
    assert (
        "Bến Sông" in visitor.get(join).content.decode() or "Ben Song" in visitor.get(join).content.decode()
    )
    assert visitor.get("/desk/").status_code == 302
    assert visitor.post(join, {"full_name": "Lê Văn Mới"}).status_code == 302
    assert visitor.get("/desk/").status_code == 200
    person = User.objects.get(phone="+84911222333")
    assert Membership.objects.active().get(user=person).role == Role.EDITOR


def test_join_page_is_closed_without_its_link(supplier):
    invitation = members.invite_member(
        company=company_of(supplier), actor=supplier, role="owner", address="0911222333", now=timezone.now()
    )
    for client in (client_of(), client_of(make_user())):
        answer = client.get(f"/accounts/join/{invitation.pk}/")
        assert answer.status_code == 410
        assert "Ben Song" not in answer.content.decode()
        assert client.post(f"/accounts/join/{invitation.pk}/", {"full_name": "X"}).status_code == 410
    assert company_of(supplier).memberships.count() == 1


def test_forged_expired_and_revoked_links_say_so(supplier):
    company = company_of(supplier)
    link = links.create_link(
        purpose=LinkPurpose.MEMBERSHIP,
        company=company,
        object_id=company.pk,
        expires_at=timezone.now() - timedelta(seconds=1),
        created_by=supplier,
    )
    answer = client_of().get(f"/l/{links.sign(link)}/")
    assert (answer.status_code, "time of this link is over" in answer.content.decode()) == (410, True)
    assert client_of().get("/l/forged.link/").status_code == 404


def test_member_pages_refuse_others(supplier, rival_supplier):
    viewer = make_member(company_of(supplier), role=Role.VIEWER)
    pk = supplier.memberships.get().pk
    rival = client_of(rival_supplier)
    assert rival.post(f"/accounts/members/{pk}/revoke/").status_code == 404
    assert rival.post(f"/accounts/members/{pk}/role/", {"role": "viewer"}).status_code == 404
    assert (
        client_of(viewer).post("/accounts/members/", {"address": "0911222333", "role": "owner"}).status_code
        == 404
    )
    client_of(viewer).post(f"/accounts/members/{pk}/revoke/")
    assert supplier.memberships.get().revoked_at is None
    assert "htx@bensong.example" not in rival.get("/accounts/members/").content.decode()


def test_claim_by_page_waits_for_the_agency(buyer, agency):
    make_company(code="htx-nhap", name_vi="HTX Cà phê Sạch", name_en="", verification="listed")
    client = client_of(buyer)
    assert "htx-nhap" in client.get("/accounts/claims/", {"q": "ca phe"}).content.decode()
    assert client.post("/accounts/claims/htx-nhap/", {"proof": ""}).status_code == 422
    assert client.post("/accounts/claims/htx-nhap/", {"proof": "Tôi là giám đốc"}).status_code == 302
    assert CompanyClaim.objects.get().status == Verification.PENDING
    assert "Cà phê Sạch" in client.get("/accounts/companies/").content.decode()


def test_claim_search_leaves_out_companies_with_people(buyer, supplier):
    assert "htx-ben-song" not in client_of(buyer).get("/accounts/claims/", {"q": "ben song"}).content.decode()


def test_choosing_a_company_changes_what_the_session_acts_for(buyer, rival_buyer):
    second = make_company(code="hai", name_vi="Công ty Hai", name_en="Second", kind="supermarket")
    make_member(second, user=buyer)
    client = client_of(buyer)
    client.post("/accounts/companies/", {"company": str(second.pk)})
    assert client.session["company"] == str(second.pk)
    for wrong in (str(company_of(rival_buyer).pk), "x", ""):
        client.post("/accounts/companies/", {"company": wrong})
        assert client.session["company"] == str(second.pk)


def test_company_page_is_read_only_for_viewers(supplier):
    company = company_of(supplier)
    viewer = make_member(company, role=Role.VIEWER)
    body = {"name_vi": "HTX Khác", "province": "33"}
    assert client_of(viewer).post("/accounts/company/", body).status_code == 404
    assert client_of(supplier).post("/accounts/company/", body).status_code == 302
    company.refresh_from_db()
    assert company.name_vi == "HTX Khác"


def test_token_page_shows_the_token_once(buyer):
    client = client_of(buyer)
    page = client.post("/accounts/tokens/", {"name": "ERP"})
    assert "oft_" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    again = client.get("/accounts/tokens/").content.decode()
    assert "ERP" in again
    raw = page.content.decode().partition('value="oft_')[2].partition('"')[0]
    assert raw
    assert raw not in again


def test_delete_page_asks_and_deletes(buyer):
    client = client_of(buyer)
    assert client.post("/accounts/profile/delete/", {}).status_code == 422
    assert client.post("/accounts/profile/delete/", {"sure": "on"}).status_code == 302
    assert client.get("/desk/").status_code == 302
    buyer.refresh_from_db()
    assert not buyer.is_active


PAGES = [
    "sign-in", "sign-up", "profile", "profile/delete", "companies", "companies/new", "company", "claims",
    "members", "tokens", "notifications",
]  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_pages_have_security_headers_and_no_inline_code(supplier, page):
    client = client_of(None if page.startswith("sign") else supplier)
    answer = client.get(f"/accounts/{page}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert " style=" not in text
    assert "<script>" not in text
    assert " onclick=" not in text


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("sign")])
def test_pages_ask_visitors_to_sign_in(db, page):
    answer = client_of().get(f"/accounts/{page}/")
    assert answer["Location"] == f"/accounts/sign-in/?next=/accounts/{page}/"


def test_lists_cost_the_same_with_one_and_three_rows(supplier, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from companies.services import notifications, tokens
    from companies.services.notifications import audience
    from core import events

    company = company_of(supplier)
    client = client_of(supplier)
    urls = [f"/accounts/{name}/" for name in ("members", "tokens", "notifications", "companies")]
    urls += [
        f"/api/v1/companies/{company.pk}/members/",
        f"/api/v1/companies/{company.pk}/member-invitations/",
        "/api/v1/me/tokens/",
        "/api/v1/me/notifications/",
        "/api/v1/claims/",
    ]

    def more(number):
        make_member(company, role=Role.VIEWER)
        make_member(make_company(), user=supplier)
        tokens.create_token(user=supplier, name=f"t{number}", company=company)
        members.invite_member(
            company=company, actor=supplier, role="viewer", address=f"p{number}@b.example", now=timezone.now()
        )
        listed = make_company(verification="listed")
        CompanyClaim.objects.create(company=listed, user=supplier, proof="x")
        events.record(kind="need.closed", payload=audience(companies=[company], names={"title": "x"}))
        notifications.deliver_notifications()

    def count():
        counts = []
        for url in urls:
            client.get(url)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.append((url, len(captured)))
        return counts

    more(1)
    with_one = count()
    more(2)
    more(3)
    assert count() == with_one
