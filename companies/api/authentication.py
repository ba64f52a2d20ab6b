"""API tokens: `Authorization: Token <raw>`; only the SHA-256 is stored."""

from __future__ import annotations

import hashlib

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from companies.models import ApiToken, User


class TokenAuthentication(authentication.BaseAuthentication):
    """Refuses revoked tokens and inactive users at once."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = authentication.get_authorization_header(request).split()
        if len(words) != 2 or words[0].lower() != b"token":
            return None
        token = (
            ApiToken.objects.select_related("user")
            .filter(token_hash=hashlib.sha256(words[1]).hexdigest(), revoked_at__isnull=True, user__is_active=True)
            .first()
        )
        if token is None:
            raise exceptions.AuthenticationFailed(_("The token is unknown or revoked."))
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
