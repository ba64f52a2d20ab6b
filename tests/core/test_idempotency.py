from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from companies.models import ApiToken, CompanyClaim, MemberInvitation
from companies.services import members, tokens
from core.drf.idempotency import forget_replies
from core.models import IdempotentReply
from tests.factories.people import make_company, make_member, make_user
from tests.people import api_of, company_of


def url_of(user):
    return f"/api/v1/companies/{company_of(user).pk}/member-invitations/"


BODY = {"address": "0911222333", "role": "editor"}


def post(api, url, body=BODY, key="k1", **extra):
    return api.post(url, body, headers={"Idempotency-Key": key, **extra})


def test_three_repeats_act_once_and_answer_the_same(supplier):
    api = api_of(supplier)
    first, second, third = (post(api, url_of(supplier)) for _ in range(3))
    assert first.status_code == second.status_code == third.status_code == 201
    assert first.json() == second.json() == third.json()
    assert MemberInvitation.objects.count() == 1
    assert "Idempotent-Replay" not in first
    assert second["Idempotent-Replay"] == "true"


def test_without_the_key_each_post_acts(supplier):
    api = api_of(supplier)
    for _ in range(2):
        assert api.post(url_of(supplier), BODY).status_code == 201
    assert MemberInvitation.objects.count() == 2


@pytest.mark.parametrize("change", ["body", "path", "company"])
def test_changed_request_with_the_same_key_is_refused(supplier, change):
    api = api_of(supplier)
    assert post(api, url_of(supplier)).status_code == 201
    body, url, extra = BODY, url_of(supplier), {}
    if change == "body":
        body = {**BODY, "role": "owner"}
    elif change == "path":
        url = f"{url}?x=1"
    else:
        extra = {"X-Company": str(company_of(supplier).pk)}
    answer = post(api, url, body, **extra)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency-key-reused")
    assert MemberInvitation.objects.count() == 1


def test_keys_of_two_people_never_meet(supplier, rival_supplier):
    assert post(api_of(supplier), url_of(supplier)).status_code == 201
    assert post(api_of(rival_supplier), url_of(rival_supplier)).status_code == 201
    assert MemberInvitation.objects.count() == 2


def test_refused_request_may_be_tried_again_with_the_key(supplier):
    api = api_of(supplier)
    assert post(api, url_of(supplier), {**BODY, "address": "x"}).status_code == 400
    assert not IdempotentReply.objects.exists()
    assert post(api, url_of(supplier)).status_code == 201


def test_revoked_token_gets_nothing_from_memory(supplier):
    token, raw = tokens.create_token(user=supplier, name="ERP")
    assert post(api_of(token=raw), url_of(supplier)).status_code == 201
    tokens.revoke_token(token=token, actor=supplier)
    answer = post(api_of(token=raw), url_of(supplier))
    assert answer.status_code == 401
    assert "0911222333" not in answer.content.decode()


def test_revoked_member_gets_nothing_from_memory(supplier):
    company = company_of(supplier)
    second = make_member(company)
    api = api_of(second)
    url = url_of(supplier)
    assert post(api, url).status_code == 201
    members.revoke_membership(membership=second.memberships.get(), actor=supplier)
    answer = post(api, url)
    assert answer.status_code == 404
    assert "link" not in answer.json()


def test_signed_out_browser_gets_nothing_from_memory(supplier):
    api = api_of(supplier)
    assert post(api, url_of(supplier)).status_code == 201
    supplier.session_epoch += 1
    supplier.save(update_fields=["session_epoch"])
    assert post(api, url_of(supplier)).status_code in (401, 403)


def test_secrets_are_not_kept_for_repeats(supplier):
    api = api_of(supplier)
    raw = post(api, "/api/v1/me/tokens/", {"name": "ERP"}).json()["token"]
    answer = post(api, "/api/v1/me/tokens/", {"name": "ERP"})
    assert (answer.status_code, answer.json()["code"]) == (409, "already-done")
    assert ApiToken.objects.count() == 1
    assert raw not in str(IdempotentReply.objects.values_list())


def test_a_key_does_not_undo_the_count_of_wrong_codes(supplier, outbox):
    from companies.enums import CodePurpose
    from companies.models import OneTimeCode
    from companies.services import codes

    codes.request_code(
        address=supplier.email, purpose=CodePurpose.SIGN_IN, now=timezone.now(), caller="203.0.113.1"
    )
    for number in range(3):
        body = {"address": supplier.email, "code": f"00000{number}"}
        post(api_of(), "/api/v1/auth/token/", body, key=str(number))
    assert OneTimeCode.objects.get().attempts == 3


def test_database_error_in_the_view_is_a_conflict_also_with_a_key(supplier, monkeypatch):
    """PostgreSQL refuses everything after an error until the savepoint: the reply must still be answered."""
    from django.db import IntegrityError

    from companies.api import members as edge

    def fail(**_fields):
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO core_eventreceipt (event_id, consumer, at) VALUES (NULL, 'x', now())")
        raise IntegrityError("unreachable")

    monkeypatch.setattr(edge.members, "invite_member", fail)
    assert post(api_of(supplier), url_of(supplier)).status_code == 409
    monkeypatch.undo()
    assert post(api_of(supplier), url_of(supplier)).status_code == 201


def test_long_key_is_refused(supplier):
    assert post(api_of(supplier), url_of(supplier), key="k" * 201).status_code == 400


def test_replies_are_forgotten_after_a_day(supplier):
    api = api_of(supplier)
    assert post(api, url_of(supplier)).status_code == 201
    IdempotentReply.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "Idempotent-Replay" not in post(api, url_of(supplier))
    IdempotentReply.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert forget_replies() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_repeats_act_once(settings):
    settings.EVENT_TASKS = []
    company = make_company(verification="listed")
    _token, raw = tokens.create_token(user=make_user(), name="ERP")
    url = f"/api/v1/companies/{company.pk}/claims/"
    barrier = threading.Barrier(4)
    answers = []

    def run():
        try:
            api = api_of(token=raw)
            barrier.wait(timeout=20)
            answer = post(api, url, {"proof": "Tôi là giám đốc"})
            answers.append((answer.status_code, answer.json().get("id")))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert CompanyClaim.objects.count() == 1
    assert set(answers) == {(201, str(CompanyClaim.objects.get().pk))}
    assert len(answers) == 4
