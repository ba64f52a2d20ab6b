"""URLs of the matching API."""

from __future__ import annotations

from django.urls import path

from matching.api import matches

urlpatterns = [
    path("needs/<uuid:pk>/matches/", matches.NeedMatchesView.as_view(), name="need-matches"),
    path("needs/<uuid:pk>/matches/save/", matches.SaveView.as_view(), name="need-match-save"),
    path("needs/<uuid:pk>/matches/dismiss/", matches.DismissView.as_view(), name="need-match-dismiss"),
    path("needs/<uuid:pk>/matches/restore/", matches.RestoreView.as_view(), name="need-match-restore"),
    path("needs/<uuid:pk>/matches/invite/", matches.InviteView.as_view(), name="need-match-invite"),
    path("my/fitting-needs/", matches.FittingNeedsView.as_view(), name="my-fitting-needs"),
    path("match-count/", matches.CountView.as_view(), name="match-count"),
    path("ranker/", matches.RankerInfoView.as_view(), name="ranker-info"),
]
