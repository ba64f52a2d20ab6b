"""The admin's view of needs. Ceiling prices stay with the buyer, also here."""

from __future__ import annotations

from django.contrib import admin

from companies.admin import ReadOnlyAdmin
from tenders.models import Invitation, SourcingNeed


@admin.register(SourcingNeed)
class SourcingNeedAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "company", "status", "quote_mode", "visibility", "published_at"]
    list_filter = ["status", "quote_mode", "visibility", "is_simulated"]
    list_select_related = ["company"]
    search_fields = ["number", "title", "company__name_vi"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["need", "company", "status", "created_at"]
    list_filter = ["status"]
    list_select_related = ["need", "company"]
