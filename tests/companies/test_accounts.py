from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from companies.auth import caller_address, parse_address
from companies.enums import CodePurpose
from companies.models import OneTimeCode, User
from companies.services import accounts, codes
from core.errors import DomainError
from core.models import Event
from tests.factories.people import PASSWORD, make_company, make_member, make_user
from tests.outbox import last_code

CALLER = "203.0.113.7"


def ask(address, outbox, purpose=CodePurpose.SIGN_IN, now=None, user=None):
    """Ask for a code and have the task send it; returns the six digits, or nothing where none left."""
    before = len(outbox)
    row = codes.request_code(
        address=address, purpose=purpose, now=now or timezone.now(), caller=CALLER, user=user
    )
    codes.send_code(code_id=str(row.pk))
    return last_code(outbox) if len(outbox) > before else None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0912 345 678", "+84912345678"),
        ("+84 912-345-678", "+84912345678"),
        (" Lan@MayXanh.example ", "lan@mayxanh.example"),
    ],
)
def test_parse_address_normalises(typed, meant):
    assert parse_address(typed).value == meant


@pytest.mark.parametrize("typed", ["", "12", "lan@", "a@b", "hello", "0912345678 ext. 5", "\0@b.example"])
def test_parse_address_refuses(typed):
    with pytest.raises(DomainError):
        parse_address(typed)


def test_password_signs_in_by_phone_and_by_email(buyer):
    by_phone = accounts.sign_in_with_password(address="0900 000 001", password=PASSWORD, caller=CALLER)
    by_mail = accounts.sign_in_with_password(address="LAN@mayxanh.example", password=PASSWORD, caller=CALLER)
    assert by_phone == by_mail == buyer


@pytest.mark.parametrize("address", ["lan@mayxanh.example", "nobody@mayxanh.example"])
def test_wrong_password_says_the_same_for_unknown_accounts(buyer, address):
    with pytest.raises(DomainError) as refused:
        accounts.sign_in_with_password(address=address, password="wrong", caller=CALLER)
    assert (refused.value.code, refused.value.status) == ("sign-in-wrong", 400)


def test_inactive_account_does_not_sign_in(buyer):
    User.objects.filter(pk=buyer.pk).update(is_active=False)
    with pytest.raises(DomainError):
        accounts.sign_in_with_password(address=buyer.email, password=PASSWORD, caller=CALLER)


def test_passwords_are_limited_by_account_and_caller(buyer):
    for _ in range(10):
        with pytest.raises(DomainError) as refused:
            accounts.sign_in_with_password(address=buyer.email, password="wrong", caller=CALLER)
        assert refused.value.code == "sign-in-wrong"
    with pytest.raises(DomainError) as refused:
        accounts.sign_in_with_password(address=buyer.email, password=PASSWORD, caller=CALLER)
    assert (refused.value.code, refused.value.status) == ("too-often", 429)
    # The person at another place is not locked out by it.
    assert (
        accounts.sign_in_with_password(address=buyer.email, password=PASSWORD, caller="198.51.100.1") == buyer
    )


def test_code_signs_in_once(buyer, outbox):
    code = ask("0900000001", outbox)
    assert outbox[-1].address == "+84900000001"
    now = timezone.now()
    assert accounts.sign_in_with_code(address="+84900000001", code=code, now=now, caller=CALLER) == buyer
    with pytest.raises(DomainError) as refused:
        accounts.sign_in_with_code(address="+84900000001", code=code, now=now, caller=CALLER)
    assert refused.value.code == "code-wrong"


def test_code_is_stored_only_as_a_keyed_hash(buyer, outbox):
    code = ask(buyer.email, outbox)
    row = OneTimeCode.objects.get()
    stored = " ".join(str(value) for value in OneTimeCode.objects.filter(pk=row.pk).values().get().values())
    assert code not in stored.split()
    assert len(row.code_hash) == 64


@pytest.mark.parametrize(("late", "works"), [(-1, True), (0, False), (1, False)])
def test_code_expires_after_ten_minutes(buyer, outbox, late, works):
    made = timezone.now()
    code = ask(buyer.email, outbox, now=made)
    then = made + timedelta(minutes=10, microseconds=late)
    if works:
        assert accounts.sign_in_with_code(address=buyer.email, code=code, now=then, caller=CALLER) == buyer
    else:
        with pytest.raises(DomainError, match=r"no longer valid|không còn"):
            accounts.sign_in_with_code(address=buyer.email, code=code, now=then, caller=CALLER)


def test_code_stops_after_five_attempts(buyer, outbox):
    code = ask(buyer.email, outbox)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(DomainError):
            accounts.sign_in_with_code(address=buyer.email, code=wrong, now=timezone.now(), caller=CALLER)
    with pytest.raises(DomainError) as refused:
        accounts.sign_in_with_code(address=buyer.email, code=code, now=timezone.now(), caller=CALLER)
    assert refused.value.code == "code-wrong"
    assert OneTimeCode.objects.get().attempts == 5


def test_newer_code_replaces_the_earlier(buyer, outbox):
    first = ask(buyer.email, outbox)
    second = ask(buyer.email, outbox)
    now = timezone.now()
    if first != second:
        with pytest.raises(DomainError):
            accounts.sign_in_with_code(address=buyer.email, code=first, now=now, caller=CALLER)
    assert accounts.sign_in_with_code(address=buyer.email, code=second, now=now, caller=CALLER) == buyer


def test_code_of_another_purpose_does_not_sign_in(buyer, outbox):
    code = ask(buyer.email, outbox, purpose=CodePurpose.CONFIRM, user=buyer)
    with pytest.raises(DomainError):
        accounts.sign_in_with_code(address=buyer.email, code=code, now=timezone.now(), caller=CALLER)


def test_unknown_address_gets_a_row_but_no_message(db, outbox):
    assert ask("0999999999", outbox) is None
    row = OneTimeCode.objects.get()
    assert (row.user, row.address, outbox) == (None, "", [])


def test_asking_for_a_code_costs_the_same_queries_with_and_without_account(buyer, django_assert_num_queries):
    for address in [buyer.email, "nobody@mayxanh.example"]:
        with django_assert_num_queries(4):  # look up, savepoint, insert, release
            codes.request_code(
                address=address, purpose=CodePurpose.SIGN_IN, now=timezone.now(), caller=CALLER
            )


def test_codes_are_limited_also_for_unknown_addresses(db):
    for _ in range(5):
        codes.request_code(
            address="a@b.example", purpose=CodePurpose.SIGN_IN, now=timezone.now(), caller=CALLER
        )
    with pytest.raises(DomainError) as refused:
        codes.request_code(
            address="a@b.example", purpose=CodePurpose.SIGN_IN, now=timezone.now(), caller=CALLER
        )
    assert refused.value.code == "too-often"


def test_send_code_sends_once(buyer, outbox):
    row = codes.request_code(
        address=buyer.email, purpose=CodePurpose.SIGN_IN, now=timezone.now(), caller=CALLER
    )
    assert codes.unsent_codes(now=timezone.now()) == [str(row.pk)]
    assert codes.send_code(code_id=str(row.pk))
    assert not codes.send_code(code_id=str(row.pk))
    assert len(outbox) == 1
    assert codes.unsent_codes(now=timezone.now()) == []


def test_code_is_worded_in_the_language_of_the_person(db, outbox):
    make_user(email="en@buyer.example", language="en")
    ask("en@buyer.example", outbox)
    assert "is your Offtake code" in outbox[-1].body


def test_sign_up_makes_a_confirmed_account(db, outbox):
    code = ask("0912345678", outbox, purpose=CodePurpose.SIGN_UP)
    user, is_new = accounts.sign_up(
        address="0912 345 678",
        code=code,
        full_name="  Nguyễn  Văn Bền ",
        language="vi",
        now=timezone.now(),
        caller=CALLER,
    )
    assert is_new
    assert (user.full_name, user.phone, user.email) == ("Nguyễn Văn Bền", "+84912345678", None)
    assert user.phone_confirmed_at is not None
    assert not user.has_usable_password()
    assert Event.objects.filter(kind="person.signed-up", actor_id=user.pk).exists()


def test_sign_up_with_a_known_address_signs_in_instead(buyer, outbox):
    code = ask(buyer.email, outbox, purpose=CodePurpose.SIGN_UP)
    user, is_new = accounts.sign_up(
        address=buyer.email, code=code, full_name="Kẻ khác", language="en", now=timezone.now(), caller=CALLER
    )
    assert (user, is_new) == (buyer, False)
    buyer.refresh_from_db()
    assert buyer.full_name == "Trần Thị Lan"


def test_confirm_address_sets_the_phone(supplier, outbox):
    code = ask("0987654321", outbox, purpose=CodePurpose.CONFIRM, user=supplier)
    accounts.confirm_address(
        user=supplier, address="0987654321", code=code, now=timezone.now(), caller=CALLER
    )
    supplier.refresh_from_db()
    assert supplier.phone == "+84987654321"


def test_confirm_address_of_another_account_is_refused(supplier, buyer, outbox):
    code = ask(buyer.email, outbox, purpose=CodePurpose.CONFIRM, user=supplier)
    with pytest.raises(DomainError) as refused:
        accounts.confirm_address(
            user=supplier, address=buyer.email, code=code, now=timezone.now(), caller=CALLER
        )
    assert refused.value.code == "address-taken"
    supplier.refresh_from_db()
    assert supplier.email == "htx@bensong.example"


def test_confirm_code_of_one_person_is_of_no_use_to_another(supplier, rival_supplier, outbox):
    code = ask("0987654321", outbox, purpose=CodePurpose.CONFIRM, user=supplier)
    with pytest.raises(DomainError):
        accounts.confirm_address(
            user=rival_supplier, address="0987654321", code=code, now=timezone.now(), caller=CALLER
        )


def test_change_password_needs_the_present_one(buyer):
    with pytest.raises(DomainError) as refused:
        accounts.change_password(user=buyer, old_password="wrong", new_password="mot mat khau moi")
    assert refused.value.fields.keys() == {"old_password"}
    with pytest.raises(DomainError) as refused:
        accounts.change_password(user=buyer, old_password=PASSWORD, new_password="short")
    assert refused.value.fields.keys() == {"new_password"}
    accounts.change_password(user=buyer, old_password=PASSWORD, new_password="mot mat khau moi")
    assert User.objects.get(pk=buyer.pk).check_password("mot mat khau moi")


def test_acting_membership_prefers_the_wanted_company(buyer):
    second = make_company(code="hai")
    make_member(second, user=buyer)
    assert accounts.acting_membership(user=buyer, wanted="hai").company == second
    assert accounts.acting_membership(user=buyer, wanted=None).company.code == "may-xanh"
    assert accounts.acting_membership(user=buyer, wanted="khong-co").company.code == "may-xanh"


def test_choose_company_refuses_a_company_of_others(buyer, rival_buyer):
    other = rival_buyer.memberships.get().company
    with pytest.raises(DomainError) as refused:
        accounts.choose_company(user=buyer, company_id=other.pk)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "198.51.100.9", "203.0.113.7"),
        (1, "10.9.9.9, 198.51.100.9", "198.51.100.9"),
        (2, "198.51.100.9, 10.0.0.2", "198.51.100.9"),
        (1, "", "203.0.113.7"),
    ],
)
def test_caller_address_believes_only_our_proxies(rf, settings, proxies, forwarded, seen):
    settings.TRUSTED_PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert caller_address(rf.get("/", headers=headers, REMOTE_ADDR=CALLER)) == seen


def test_purge_codes_forgets_strangers(db):
    old = timezone.now() - timedelta(days=2)
    codes.request_code(address="0912345678", purpose=CodePurpose.SIGN_UP, now=old, caller=CALLER)
    assert codes.purge_codes(now=timezone.now()) == 1


def test_admin_s_own_sign_in_form_is_limited_too(staff, client):
    body = {"username": staff.email, "password": "wrong"}
    for _ in range(10):
        assert client.post("/admin/login/", body).status_code == 200
    assert client.post("/admin/login/", {**body, "password": PASSWORD}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("way", ["sign in", "sign up"])
def test_who_proves_an_address_first_ends_what_a_stranger_left_in_the_account(db, outbox, way):
    """A stranger with a leaked invitation could make an account at somebody's address, with a password and a token."""
    from companies.services import tokens

    stranger = accounts.create_person(
        address="0911222333", full_name="Kẻ lạ", language="vi", password="mat khau cua ke la"
    )
    _token, raw = tokens.create_token(user=stranger, name="x")
    purpose = CodePurpose.SIGN_IN if way == "sign in" else CodePurpose.SIGN_UP
    shared = {"address": "0911222333", "code": ask("0911222333", outbox, purpose), "now": timezone.now()}
    if way == "sign in":
        accounts.sign_in_with_code(**shared, caller=CALLER)
    else:
        accounts.sign_up(**shared, full_name="Lê Thị Thật", language="vi", caller=CALLER)
    user = User.objects.get()
    assert not user.has_usable_password()
    assert user.session_epoch == 1
    assert user.phone_confirmed_at is not None
    assert tokens.token_of(raw.encode()) is None


def test_confirmed_person_keeps_the_password_when_signing_in_by_code(buyer, outbox):
    code = ask(buyer.email, outbox)
    accounts.sign_in_with_code(address=buyer.email, code=code, now=timezone.now(), caller=CALLER)
    assert User.objects.get(pk=buyer.pk).check_password(PASSWORD)
