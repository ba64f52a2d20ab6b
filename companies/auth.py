"""Signing in by e-mail or phone number, with a password."""

from __future__ import annotations

from typing import Any

import phonenumbers
from django.contrib.auth.backends import ModelBackend
from django.db.models import Q
from django.http import HttpRequest

from companies.models import User


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
        if not username or password is None:
            return None
        user = User.objects.filter(Q(email__iexact=username) | Q(phone=normalise_phone(username))).first()
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
