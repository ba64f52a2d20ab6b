"""Notifications and catalogue imports."""

from __future__ import annotations

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from companies.enums import ImportStatus
from companies.models.company import Company
from companies.models.people import User
from companies.querysets import ImportQuerySet, NotificationQuerySet
from core.models import BaseModel


class Notification(BaseModel):
    """What a person is told on the site, made from an event; worded when it is read, in the reader's language."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    event_id = models.UUIDField()
    kind = models.CharField(max_length=60)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)  # names for the sentence; no prices
    url = models.CharField(max_length=300, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)  # by mail or text

    objects = NotificationQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "event_id"], name="one_notification_per_event")
        ]
        indexes = [models.Index(fields=["user", "read_at"])]

    def __str__(self) -> str:
        return self.kind


class CatalogueImport(BaseModel):
    """One uploaded spreadsheet on its way into the catalogue."""

    company = models.ForeignKey(  # the agency or the supplier; null = staff
        Company, on_delete=models.CASCADE, null=True, blank=True, related_name="imports"
    )
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    file = models.FileField(upload_to="imports/%Y/%m")
    original_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField(max_length=120, blank=True)
    mapping = models.JSONField(default=dict)  # field -> column
    status = models.CharField(max_length=10, choices=ImportStatus, default=ImportStatus.UPLOADED)
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    rows = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    rejected = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    result = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    error = models.CharField(max_length=500, blank=True)

    objects = ImportQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        pass

    def __str__(self) -> str:
        return self.original_name
