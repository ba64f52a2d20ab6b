"""`/companies/{id}/members/` and `/companies/{id}/member-invitations/`: who acts for a company."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.api.accounts import person_of
from companies.models import Company, MemberInvitation, Membership
from companies.querysets import standing_of
from companies.serializers.accounts import (
    AcceptSerializer,
    MemberInvitationSerializer,
    MemberInviteSerializer,
    MemberSerializer,
    OwnMembershipSerializer,
    RoleSerializer,
)
from companies.services import links, members

COMPANY = OpenApiParameter("company_id", OpenApiTypes.UUID, OpenApiParameter.PATH)
ROW = OpenApiParameter("id", OpenApiTypes.UUID, OpenApiParameter.PATH)


class OfCompany(viewsets.GenericViewSet[Any]):
    """Rows of one company that the person acts for; any other company does not exist here."""

    permission_classes = [IsAuthenticated]
    filter_backends: list[Any] = []

    def company(self) -> Company:
        standing = standing_of(self.request.user)
        rows = Company.objects.visible_to(self.request.user)
        if not standing.is_staff:
            rows = rows.filter(pk__in=standing.companies)
        return get_object_or_404(rows, pk=self.kwargs["company_id"])


@extend_schema_view(list=extend_schema(parameters=[COMPANY]))
class MemberViewSet(mixins.ListModelMixin, OfCompany):
    serializer_class = MemberSerializer
    queryset = Membership.objects.none()

    def get_queryset(self) -> Any:
        return (
            Membership.objects.visible_to(self.request.user)
            .active()
            .filter(company=self.company())
            .select_related("user")
        )

    @extend_schema(request=RoleSerializer, responses=MemberSerializer, parameters=[COMPANY, ROW])
    def partial_update(self, request: Request, company_id: str, pk: str) -> Response:
        """Give a member another role; for owners."""
        parsed = RoleSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        row = members.change_role(
            membership=self.get_object(),
            role=parsed.validated_data["role"],
            actor=request.user,
        )
        return Response(MemberSerializer(row).data)

    @extend_schema(responses={204: None}, parameters=[COMPANY, ROW])
    def destroy(self, request: Request, company_id: str, pk: str) -> Response:
        """End a membership at once; for owners, and for the member."""
        members.revoke_membership(membership=self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema_view(list=extend_schema(parameters=[COMPANY]))
class MemberInvitationViewSet(mixins.ListModelMixin, OfCompany):
    serializer_class = MemberInvitationSerializer
    queryset = MemberInvitation.objects.none()

    def get_queryset(self) -> Any:
        return (
            MemberInvitation.objects.visible_to(self.request.user)
            .filter(company=self.company())
            .select_related("company", "link")
        )

    @extend_schema(
        request=MemberInviteSerializer, responses={201: MemberInvitationSerializer}, parameters=[COMPANY]
    )
    def create(self, request: Request, company_id: str) -> Response:
        """Invite a person by phone or e-mail; the membership is made when they accept by the link."""
        company = self.company()
        parsed = MemberInviteSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        row = members.invite_member(
            company=company,
            actor=request.user,
            now=timezone.now(),
            **parsed.validated_data,
        )
        return Response(self.get_serializer(row).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None}, parameters=[COMPANY, ROW])
    def destroy(self, request: Request, company_id: str, pk: str) -> Response:
        """Withdraw an open invitation and its link."""
        members.revoke_invitation(invitation=self.get_object(), actor=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AcceptView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(
        request=AcceptSerializer,
        responses={201: OwnMembershipSerializer},
        operation_id="member_invitations_accept_create",
    )
    def post(self, request: Request) -> Response:
        """Accept an invitation to act for a company, by its link."""
        parsed = AcceptSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        now = timezone.now()
        link = links.resolve_link(signed=parsed.validated_data["link"], now=now)
        row = members.accept_invitation(link=link, user=person_of(request), now=now)
        return Response(OwnMembershipSerializer(row).data, status=status.HTTP_201_CREATED)
