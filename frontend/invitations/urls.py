"""URLs of invitations: what a supplier received, and whom a buyer invited to a need."""

from __future__ import annotations

from django.urls import path

from frontend.invitations import views

app_name = "invitations"
urlpatterns = [
    path("", views.invitation_list, name="invitation-list"),
    path("<uuid:pk>/", views.invitation_detail, name="invitation-detail"),
    path("<uuid:pk>/answer/", views.invitation_answer, name="invitation-answer"),
    path("<uuid:pk>/revoke/", views.invitation_revoke, name="invitation-revoke"),
    path("need/<uuid:pk>/", views.need_invitations, name="need-invitations"),
]
