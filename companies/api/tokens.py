"""`/me/tokens/`: API tokens of the person who asks."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from companies.api.accounts import NO_STORE, person_of
from companies.models import ApiToken, Company
from companies.serializers.accounts import RawTokenSerializer, TokenCreateSerializer, TokenSerializer
from companies.services import tokens
from companies.services.accounts import not_your_company


class TokenViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    """Tokens are shown once, when they are made, and revoked at once."""

    serializer_class = TokenSerializer
    permission_classes = [IsAuthenticated]
    filter_backends: list[Any] = []
    queryset = ApiToken.objects.none()

    def get_queryset(self) -> Any:
        rows = ApiToken.objects.visible_to(self.request.user)
        only = getattr(self.request.user, "only_company_id", None)
        return rows if only is None else rows.filter(company_id=only)

    @extend_schema(request=TokenCreateSerializer, responses={201: RawTokenSerializer})
    def create(self, request: Request) -> Response:
        """Make a token. It is in this answer only."""
        parsed = TokenCreateSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        person = person_of(request)
        company = None
        if parsed.validated_data.get("company"):
            company = Company.objects.visible_to(person).filter(pk=parsed.validated_data["company"]).first()
            if company is None:
                raise not_your_company()
        token, raw = tokens.create_token(user=person, name=parsed.validated_data["name"], company=company)
        body = {**RawTokenSerializer(token).data, "token": raw}
        return Response(body, status=status.HTTP_201_CREATED, headers=NO_STORE)

    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a token, at once."""
        tokens.revoke_token(token=self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)
