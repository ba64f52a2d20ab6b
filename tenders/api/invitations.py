"""`/invitations/`: what a supplier was invited to, and its answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenders.filters import InvitationFilter
from tenders.models import Invitation
from tenders.reading import received_invitations
from tenders.serializers.invitations import AnswerSerializer, ReceivedInvitationSerializer
from tenders.services import invitations


@extend_schema(tags=["invitations"])
class InvitationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Any]):
    """Invitations of the suppliers that you act for."""

    serializer_class = ReceivedInvitationSerializer
    filterset_class = InvitationFilter
    queryset = Invitation.objects.none()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        return received_invitations(self.request.user)

    @extend_schema(request=None, responses=ReceivedInvitationSerializer)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: str) -> Response:
        """Note that you have seen it; the buyer is shown that."""
        row = self.get_object()
        invitations.open_invitation(invitation=row, actor=request.user)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=AnswerSerializer, responses=ReceivedInvitationSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: str) -> Response:
        """Say whether you will quote; until the deadline you may change your mind."""
        parsed = AnswerSerializer(data=request.data)
        parsed.is_valid(raise_exception=True)
        invitations.answer_invitation(
            invitation=self.get_object(), actor=request.user, **parsed.validated_data
        )
        return Response(self.get_serializer(self.get_object()).data)
