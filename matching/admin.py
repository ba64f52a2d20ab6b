"""The admin's view of the model registry; the artefact itself is not shown."""

from __future__ import annotations

from django.contrib import admin

from companies.admin import ReadOnlyAdmin
from matching.models import RankerModel


@admin.register(RankerModel)
class RankerModelAdmin(ReadOnlyAdmin):
    list_display = ["version", "active", "trained_until", "needs_count", "rows_count", "activated_at"]
    exclude = ["artefact"]
