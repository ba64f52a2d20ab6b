"""A person's account: signing in and up, confirming addresses, password, language, the company acted for."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from companies.auth import parse_address
from companies.enums import CodePurpose
from companies.models import ApiToken, Company, Membership, OneTimeCode, User
from companies.services import codes, limits
from core import events
from core.errors import DomainError, from_validation


def sign_in_with_password(*, address: str, password: str, caller: str) -> User:
    """The account of an e-mail address or phone number and its password.

    Raises:
        DomainError: `sign-in-wrong` (400; the same for unknown accounts), `too-often` (429), `address-invalid`.
    """
    where = parse_address(address)
    limits.count_try(account=where.value, caller=caller)
    user = authenticate(None, username=where.value, password=password)
    if user is None:
        raise DomainError(
            "sign-in-wrong",
            _("The address or the password is not right. You can also sign in with a code."),
            status=400,
        )
    limits.forget_tries(account=where.value, caller=caller)
    return user


def sign_in_with_code(*, address: str, code: str, now: datetime, caller: str) -> User:
    """The account of an address and the code that was sent to it; the address counts as confirmed.

    Raises:
        DomainError: `code-wrong` (400), `too-often` (429), `address-invalid`.
    """
    row = codes.check_code(address=address, code=code, purpose=CodePurpose.SIGN_IN, now=now, caller=caller)
    if row.user is None or not row.user.is_active:
        raise codes.wrong_code()
    _mark_confirmed(row.user, row, now)
    return row.user


def sign_up(
    *,
    address: str,
    code: str,
    full_name: str,
    language: str,
    now: datetime,
    caller: str,
    password: str = "",
) -> tuple[User, bool]:
    """Make the account of a person who typed the code that was sent to the address.

    Where the address already has an account, that account is returned unchanged: whoever holds the code may sign in.

    Returns:
        The account, and whether it is new.

    Raises:
        DomainError: `code-wrong`, `too-often`, `address-invalid`, `invalid` (name, password).
    """
    name = " ".join(full_name.split())
    if not name:
        raise _missing("full_name", _("Type your name."))
    if password:
        check_new_password(password=password)
    row = codes.check_code(address=address, code=code, purpose=CodePurpose.SIGN_UP, now=now, caller=caller)
    where = parse_address(address)
    known = codes.find_user(where)
    if known is not None:
        _mark_confirmed(known, row, now)
        return known, False
    try:
        user = create_person(
            address=address, full_name=name, language=language, password=password, confirmed_at=now
        )
    except DomainError:
        known = codes.find_user(where)
        if known is None:
            raise
        return known, False
    OneTimeCode.objects.filter(pk=row.pk).update(user=user)
    return user, True


@transaction.atomic
def create_person(
    *,
    address: str,
    full_name: str,
    language: str,
    password: str = "",
    confirmed_at: datetime | None = None,
) -> User:
    """Write the account of a person. Raises `DomainError` `address-taken` (409) or `invalid` (400)."""
    where = parse_address(address)
    fields = {where.field: where.value, f"{where.field}_confirmed_at": confirmed_at}
    user = User(full_name=" ".join(full_name.split()), language=_language(language), **fields)
    user.set_password(password or None)
    if User.objects.filter(**{where.field: where.value}).exists():
        raise _taken()
    try:
        user.full_clean(exclude=["password"])
        with transaction.atomic():
            user.save(force_insert=True)
    except ValidationError as error:
        raise from_validation(error) from None
    except IntegrityError:
        raise _taken() from None
    events.record(kind="person.signed-up", actor=user, obj=user)
    return user


def update_profile(*, user: User, full_name: str | None = None, language: str | None = None) -> User:
    """Change the name or the language. Raises `DomainError("invalid")`."""
    changed = []
    if full_name is not None:
        user.full_name = " ".join(full_name.split())
        if not user.full_name:
            raise _missing("full_name", _("Type your name."))
        changed.append("full_name")
    if language is not None:
        user.language = language
        changed.append("language")
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        raise from_validation(error) from None
    if changed:
        user.save(update_fields=changed)
    return user


def confirm_address(*, user: User, address: str, code: str, now: datetime, caller: str) -> User:
    """Set and confirm the person's e-mail address or phone number by the code sent to it.

    Raises:
        DomainError: `code-wrong`, `too-often`, `address-invalid`, `address-taken` (409).
    """
    row = codes.check_code(
        address=address, code=code, purpose=CodePurpose.CONFIRM, now=now, caller=caller, user=user
    )
    where = parse_address(address)
    setattr(user, where.field, row.address)
    setattr(user, f"{where.field}_confirmed_at", now)
    try:
        with transaction.atomic():
            user.save(update_fields=[where.field, f"{where.field}_confirmed_at"])
            events.record(
                kind="person.address-confirmed", actor=user, obj=user, payload={"field": where.field}
            )
    except IntegrityError:
        user.refresh_from_db()
        raise _taken() from None
    return user


def change_password(*, user: User, old_password: str, new_password: str) -> User:
    """Set a new password; every other session of the person ends. A person without one types no old one.

    Raises:
        DomainError: `password-wrong`, or `invalid` where the new one is too weak.
    """
    if user.has_usable_password() and not user.check_password(old_password):
        text = _("This is not your present password.")
        raise DomainError("password-wrong", text, fields={"old_password": [text]}, status=400)
    check_new_password(password=new_password, user=user, field="new_password")
    with transaction.atomic():
        user.set_password(new_password)
        user.save(update_fields=["password"])
        events.record(kind="person.password-changed", actor=user, obj=user)
    return user


def check_new_password(*, password: str, user: User | None = None, field: str = "password") -> None:
    """Raises `DomainError("invalid")` where Django's validators refuse the password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError(
            "invalid", str(error.messages[0]), fields={field: error.messages}, status=400
        ) from None


def end_sessions(*, user: User) -> None:
    """Sign the person out everywhere, at once. API tokens stay: they are revoked one by one."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
        events.record(kind="person.sessions-ended", actor=user, obj=user)
    user.refresh_from_db(fields=["session_epoch"])


def acting_membership(*, user: User, wanted: str | None, only_company: object = None) -> Membership | None:
    """The active membership for the company `wanted` (id or code), else the person's first; one query.

    `only_company` (an id): no other company is looked at.
    """
    rows = (
        Membership.objects.active()
        .filter(user=user)
        .select_related("company", "company__province", "company__commune")
        .order_by("created_at", "id")
    )
    if only_company is not None:
        rows = rows.filter(company_id=only_company)
    found: list[Membership] = list(rows)
    for row in found:
        if wanted and wanted in (str(row.company_id), row.company.code):
            return row
    return found[0] if found else None


def choose_company(*, user: User, company_id: object) -> Company:
    """The company that the person may act for. Raises `DomainError("not-your-company", status=404)`."""
    row: Membership | None = (
        Membership.objects.active().filter(user=user, company_id=company_id).select_related("company").first()
    )
    if row is None:
        raise not_your_company()
    return row.company


def token_for_sign_in(*, user: User, name: str) -> tuple[ApiToken, str]:
    """An API token for a program in which the person signed in."""
    from companies.services.tokens import create_token

    return create_token(user=user, name=name)


def not_your_company() -> DomainError:
    return DomainError("not-your-company", _("You do not act for this company."), status=404)


def _mark_confirmed(user: User, row: OneTimeCode, now: datetime) -> None:
    """The person proved to hold the address.

    Was the account made by somebody who never proved it (from an invitation's link), then what that somebody may
    have left behind ends now: password, sessions, tokens.
    """
    field = parse_address(row.address).field
    if getattr(user, field) != row.address or getattr(user, f"{field}_confirmed_at") is not None:
        return
    fields = [f"{field}_confirmed_at"]
    with transaction.atomic():
        if user.email_confirmed_at is None and user.phone_confirmed_at is None:
            user.set_unusable_password()
            user.session_epoch += 1
            fields += ["password", "session_epoch"]
            ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now, updated_at=now)
        setattr(user, f"{field}_confirmed_at", now)
        user.save(update_fields=fields)


def _language(language: str) -> str:
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _taken() -> DomainError:
    text = _("Another account uses this address.")
    return DomainError("address-taken", text, fields={"address": [text]}, status=409)


def _missing(field: str, text: str) -> DomainError:
    return DomainError("invalid", text, fields={field: [text]}, status=400)
