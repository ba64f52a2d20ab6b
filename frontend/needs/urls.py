"""URLs of sourcing needs: the buyer's own, and the open ones."""

from __future__ import annotations

from django.urls import path

from frontend.needs import acts, draft, views

app_name = "needs"
urlpatterns = [
    path("", views.need_list, name="need-list"),
    path("open/", views.open_list, name="open-list"),
    path("new/", draft.need_create, name="need-create"),
    path("<uuid:pk>/", views.need_detail, name="need-detail"),
    path("<uuid:pk>/edit/", draft.need_edit, name="need-edit"),
    path("<uuid:pk>/autosave/", draft.need_autosave, name="need-autosave"),
    path("<uuid:pk>/review/", draft.need_review, name="need-review"),
    path("<uuid:pk>/import/", draft.need_import, name="need-import"),
    path("<uuid:pk>/publish/", acts.need_publish, name="need-publish"),
    path("<uuid:pk>/amend/", acts.need_amend, name="need-amend"),
    path("<uuid:pk>/ceiling/<uuid:line>/", acts.need_ceiling, name="need-ceiling"),
    path("<uuid:pk>/close/", acts.need_close, name="need-close"),
    path("<uuid:pk>/cancel/", acts.need_cancel, name="need-cancel"),
    path("<uuid:pk>/duplicate/", acts.need_duplicate, name="need-duplicate"),
    path("<uuid:pk>/delete/", acts.need_delete, name="need-delete"),
]
