"""`/me/notifications/`: what the person who asks was told."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from companies.models import Notification
from companies.serializers.accounts import NotificationSerializer, ReadCountSerializer
from companies.services import notifications


class NotificationFilter(filters.FilterSet):
    unread = filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    company = filters.UUIDFilter(field_name="company_id")

    class Meta:
        model = Notification
        fields = ["kind"]


class NotificationViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[Any]):
    serializer_class = NotificationSerializer
    permission_classes = [IsAuthenticated]
    filterset_class = NotificationFilter
    queryset = Notification.objects.none()

    def get_queryset(self) -> Any:
        rows = Notification.objects.visible_to(self.request.user)
        only = getattr(self.request.user, "only_company_id", None)
        return rows if only is None else rows.filter(company_id=only)

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: str) -> Response:
        """Mark one as read."""
        row = notifications.mark_read(
            user=request.user,
            notification=self.get_object(),
            now=timezone.now(),
        )
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses=ReadCountSerializer, filters=False)
    @action(detail=False, methods=["post"], url_path="read-all", pagination_class=None)
    def read_all(self, request: Request) -> Response:
        """Mark all as read; answers how many were not."""
        count = notifications.mark_all_read(user=request.user, now=timezone.now())
        return Response({"count": count})
