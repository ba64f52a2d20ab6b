"""`/auth/`, `/me/`: signing in, one's own account and personal data."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import logout
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.auth import caller_address
from companies.enums import CodePurpose
from companies.serializers.accounts import (
    CodeRequestSerializer,
    CodeSentSerializer,
    MeSerializer,
    RawTokenSerializer,
    SignInSerializer,
)
from companies.services import accounts, codes, personal_data
from core.errors import DomainError

NO_STORE = {"Cache-Control": "no-store"}


class CodeView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_scope = "sign-in"

    @extend_schema(
        request=CodeRequestSerializer,
        responses={202: CodeSentSerializer},
        operation_id="auth_code_create",
        examples=[OpenApiExample("A phone", {"address": "0912 345 678"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Ask for a one-time code. The answer is the same whether or not the address has an account."""
        parsed = CodeRequestSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        codes.request_code(
            address=parsed.validated_data["address"],
            purpose=CodePurpose.SIGN_IN,
            now=timezone.now(),
            caller=caller_address(request),
        )
        text = _("If the address has an account, a code is on its way. It works for 10 minutes.")
        return Response({"detail": text}, status=status.HTTP_202_ACCEPTED)


class SignInView(APIView):
    authentication_classes: list[Any] = []
    permission_classes = [AllowAny]
    throttle_scope = "sign-in"

    @extend_schema(
        request=SignInSerializer,
        responses={201: RawTokenSerializer},
        operation_id="auth_token_create",
        examples=[
            OpenApiExample(
                "With a password",
                {"address": "lan@mayxanh.example", "password": "offtake-demo", "name": "ERP"},
                request_only=True,
            ),
            OpenApiExample(
                "With a code", {"address": "0912 345 678", "code": "123456", "name": "ERP"}, request_only=True
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Exchange a password or a one-time code for a token. The token is in this answer only."""
        parsed = SignInSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        fields = parsed.validated_data
        caller = caller_address(request)
        if fields.get("code"):
            user = accounts.sign_in_with_code(
                address=fields["address"], code=fields["code"], now=timezone.now(), caller=caller
            )
        elif fields.get("password"):
            user = accounts.sign_in_with_password(
                address=fields["address"], password=fields["password"], caller=caller
            )
        else:
            raise DomainError("invalid", _("Send the password or the code."), status=400)
        token, raw = accounts.token_for_sign_in(user=user, name=fields.get("name") or _("Signed in"))
        body = {**RawTokenSerializer(token).data, "token": raw}
        return Response(body, status=status.HTTP_201_CREATED, headers=NO_STORE)


class MeView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses=MeSerializer, operation_id="me_retrieve")
    def get(self, request: Request) -> Response:
        """Who is signed in, and for which companies."""
        return Response(MeSerializer(request.user).data)

    @extend_schema(request=MeSerializer, responses=MeSerializer, operation_id="me_partial_update")
    def patch(self, request: Request) -> Response:
        """Change the name or the language."""
        parsed = MeSerializer(data=request.data, partial=True)
        parsed.is_valid(raise_exception=True)
        user = accounts.update_profile(user=person_of(request), **parsed.validated_data)
        return Response(MeSerializer(user).data)

    @extend_schema(
        responses={204: None},
        operation_id="me_destroy",
        parameters=[
            OpenApiParameter(
                "confirm",
                str,
                required=True,
                enum=["delete"],
                description="The word `delete`: there is no way back.",
            )
        ],
    )
    def delete(self, request: Request) -> Response:
        """Delete the person: name, e-mail and phone go; sessions, tokens and memberships end at once."""
        if request.query_params.get("confirm") != "delete":
            raise DomainError("not-confirmed", _("Add confirm=delete: there is no way back."), status=400)
        personal_data.delete_person(user=person_of(request))
        if request.auth is None:
            logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ExportView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(responses={200: OpenApiTypes.OBJECT}, operation_id="me_export_retrieve")
    def get(self, request: Request) -> Response:
        """Everything that is kept about the person who asks."""
        return Response(personal_data.export_person(user=person_of(request)), headers=NO_STORE)


def person_of(request: Request) -> Any:
    """The person, not a token of one company: such a token does not speak for the person's own account."""
    if getattr(request.user, "only_company_id", None) is not None:
        raise DomainError(
            "token-of-company",
            _("This token acts for one company only, not for your own account."),
            status=403,
        )
    return request.user
