"""API tokens: `Authorization: Token <raw>`; only the SHA-256 is stored."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from companies.models import ApiToken, User
from companies.services.tokens import token_of


class TokenAuthentication(authentication.BaseAuthentication):
    """Refuses revoked tokens, inactive users, and tokens of a company that the person no longer acts for, at once."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = authentication.get_authorization_header(request).split()
        if not words or words[0].lower() != b"token":
            return None
        token = token_of(words[1]) if len(words) == 2 else None
        if token is None:
            raise exceptions.AuthenticationFailed(_("The token is unknown or revoked."))
        user = token.user
        if token.company_id is not None:
            # Read by `standing_of`: this company alone, and nothing of what staff may do. Never saved.
            user.only_company_id = token.company_id  # type: ignore[attr-defined]
            user.is_staff = user.is_superuser = False
        return user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema speaks of it."""

    target_class = "companies.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Authorization: Token <token>`",
        }
