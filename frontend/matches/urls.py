"""URLs of the pages "Matches of a need" and "Needs that fit me"."""

from __future__ import annotations

from django.urls import path

from frontend.matches import views

app_name = "matches"
urlpatterns = [
    path("fit/", views.fit, name="fit"),
    path("<uuid:pk>/", views.need_matches, name="need-matches"),
    path("<uuid:pk>/save/", views.match_save, name="match-save"),
    path("<uuid:pk>/dismiss/", views.match_dismiss, name="match-dismiss"),
    path("<uuid:pk>/restore/", views.match_restore, name="match-restore"),
    path("<uuid:pk>/invite/", views.match_invite, name="match-invite"),
    path("<uuid:pk>/invite-saved/", views.invite_saved, name="invite-saved"),
    path("<uuid:pk>/open/<uuid:line>/<uuid:product>/", views.match_open, name="match-open"),
]
