"""Signing in by e-mail or phone number, with a password; and who is calling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import phonenumbers
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest
from django.utils.translation import gettext as _

from companies.models import User
from companies.services import limits
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address (lower case) or a phone number (E.164)."""

    value: str

    @property
    def is_mail(self) -> bool:
        return "@" in self.value

    @property
    def field(self) -> str:
        """The user's field that holds it."""
        return "email" if self.is_mail else "phone"


class EmailOrPhoneBackend(ModelBackend):
    """Django's password check, with the e-mail or the phone number as the user name."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        username = (username or kwargs.get("email") or "").strip()
        if not username or password is None or "\0" in username:
            return None
        if request is not None:
            # A form that is not ours (the admin's) asks: its tries are counted like those of the site.
            _count_try(request, username)
        if "@" in username:
            user = User.objects.filter(email=username.lower()).first()
        else:
            user = User.objects.filter(phone=normalise_phone(username)).first()
        if user is None:
            User().set_password(password)  # the same time is spent whether or not the account exists
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


def normalise_phone(text: str) -> str:
    """E.164 with Vietnam as the default country: `"0900 000 001"` -> `"+84900000001"`; unknown forms unchanged."""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return text
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def parse_address(text: str) -> Address:
    """An e-mail address or phone number as people type them.

    Raises:
        DomainError: `address-invalid` (400), with the field `address`.
    """
    text = text.strip()
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            raise _invalid() from None
        if len(text) > 254:
            raise _invalid()
        return Address(text.lower())
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        raise _invalid() from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise _invalid()
    return Address(str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)))


def caller_address(request: HttpRequest) -> str:
    """The network address of the caller; behind `TRUSTED_PROXIES` proxies, what the outermost of them saw."""
    proxies: int = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    if proxies and forwarded:
        return forwarded[-min(proxies, len(forwarded))]
    return str(request.META.get("REMOTE_ADDR", ""))


def _count_try(request: HttpRequest, username: str) -> None:
    account = username.lower() if "@" in username else normalise_phone(username)
    try:
        limits.count_try(account=account, caller=caller_address(request))
    except DomainError:
        raise PermissionDenied from None  # Django's `authenticate` asks no other backend then


def _invalid() -> DomainError:
    text = _("Type a phone number, for example 0912 345 678, or an e-mail address.")
    return DomainError("address-invalid", text, fields={"address": [text]}, status=400)
