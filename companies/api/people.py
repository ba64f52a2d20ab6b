"""Addresses of accounts, tokens, notifications, members and claims."""

from __future__ import annotations

from django.urls import include, path
from rest_framework.routers import SimpleRouter

from companies.api.accounts import CodeView, ExportView, MeView, SignInView
from companies.api.members import AcceptView, MemberInvitationViewSet, MemberViewSet
from companies.api.notifications import NotificationViewSet
from companies.api.tokens import TokenViewSet

router = SimpleRouter()
router.register("me/tokens", TokenViewSet, basename="token")
router.register("me/notifications", NotificationViewSet, basename="notification")

of_company = SimpleRouter()
of_company.register("members", MemberViewSet, basename="member")
of_company.register("member-invitations", MemberInvitationViewSet, basename="member-invitation")

urlpatterns = [
    path("auth/code/", CodeView.as_view(), name="auth-code"),
    path("auth/token/", SignInView.as_view(), name="auth-token"),
    path("me/", MeView.as_view(), name="me"),
    path("me/export/", ExportView.as_view(), name="me-export"),
    path("", include(router.urls)),
    path("companies/<uuid:company_id>/", include(of_company.urls)),
    path("member-invitations/accept/", AcceptView.as_view(), name="member-invitation-accept"),
    path("", include("companies.api.claims")),
]
