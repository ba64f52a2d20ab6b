from __future__ import annotations

import json

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.utils import timezone

from companies.enums import Role, Verification
from companies.models import ApiToken, Membership, Notification, User
from companies.services import claims, members, notifications, personal_data, tokens
from core.errors import DomainError
from tests.factories.people import PASSWORD, make_company, make_member, make_user
from tests.people import api_of, client_of, company_of

NAMES = ["Nguyễn Văn Bền", "htx@bensong.example", "+84900000003"]


def everything_in_the_database() -> str:
    """All rows of all our tables, as text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT coalesce(json_agg(t)::text, '') FROM \"{table}\" t")
            rows.append(cursor.fetchone()[0])
    return "\n".join(rows)


def test_export_holds_what_is_kept_and_no_secret(supplier, agency):
    token, raw = tokens.create_token(user=supplier, name="ERP")
    found = make_company(verification=Verification.LISTED)
    claims.claim_company(company=found, actor=supplier, proof="Giấy đăng ký số 1")
    text = json.dumps(personal_data.export_person(user=supplier), cls=DjangoJSONEncoder, ensure_ascii=False)
    for word in [*NAMES, "HTX Bến Sông", "Giấy đăng ký số 1", "ERP"]:
        assert word in text
    for secret in [raw, token.token_hash, supplier.password]:
        assert secret not in text


def test_deleted_person_is_nowhere_in_the_database(supplier, buyer, agency):
    company = company_of(supplier)
    second = make_member(company, role=Role.OWNER)
    invitation = members.invite_member(
        company=company_of(buyer), actor=buyer, role=Role.VIEWER, address=supplier.email, now=timezone.now()
    )
    members.accept_invitation(link=invitation.link, user=supplier, now=timezone.now())
    claims.claim_company(
        company=make_company(verification=Verification.LISTED), actor=supplier, proof="Tôi, Nguyễn Văn Bền"
    )
    notifications.deliver_notifications()
    LogEntry.objects.create(
        user=buyer,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(supplier.pk),
        object_repr=str(supplier),
        action_flag=CHANGE,
    )
    before = everything_in_the_database()
    assert all(name in before for name in NAMES)
    personal_data.delete_person(user=supplier)
    after = everything_in_the_database()
    assert [name for name in NAMES if name in after] == []
    assert Membership.objects.active().filter(company=company).get().user == second


def test_deleted_person_is_signed_out_everywhere(supplier):
    browser, api = client_of(supplier), api_of(supplier)
    _token, raw = tokens.create_token(user=supplier, name="ERP")
    assert browser.get("/desk/").status_code == 200
    personal_data.delete_person(user=User.objects.get(pk=supplier.pk))
    assert browser.get("/desk/").status_code == 302
    assert api.get("/api/v1/me/").status_code in (401, 403)
    assert api_of(token=raw).get("/api/v1/me/").status_code == 401
    assert not ApiToken.objects.filter(user=supplier).exists()
    assert not Notification.objects.filter(user=supplier).exists()


def test_last_owner_with_other_members_is_refused_in_words(supplier):
    company = company_of(supplier)
    make_member(company, role=Role.EDITOR)
    with pytest.raises(DomainError) as refused:
        personal_data.delete_person(user=supplier)
    assert refused.value.code == "last-owner"
    assert "HTX Bến Sông" in refused.value.message
    supplier.refresh_from_db()
    assert supplier.is_active
    assert supplier.memberships.get().revoked_at is None


def test_sole_member_may_go_and_the_company_can_be_claimed_again(supplier):
    company = company_of(supplier)
    personal_data.delete_person(user=supplier)
    claims.claim_company(company=company, actor=make_user(), proof="Tôi là giám đốc mới")


def test_the_address_is_free_again(supplier):
    personal_data.delete_person(user=supplier)
    assert make_user(email="htx@bensong.example", phone="+84900000003").pk != supplier.pk


def test_delete_by_api_needs_the_word(supplier):
    api = api_of(supplier)
    assert api.delete("/api/v1/me/").status_code == 400
    assert api.delete("/api/v1/me/?confirm=delete").status_code == 204
    assert User.objects.get(pk=supplier.pk).deleted_at is not None


def test_export_by_api_and_page_is_one_s_own(supplier, buyer):
    assert api_of(supplier).get("/api/v1/me/export/").json()["person"]["email"] == supplier.email
    answer = client_of(buyer).get("/accounts/profile/data/")
    assert answer.json()["person"]["email"] == buyer.email
    assert "attachment" in answer["Content-Disposition"]
    assert PASSWORD not in answer.content.decode()
