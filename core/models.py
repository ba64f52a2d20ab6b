"""Base model, the event log and idempotency records: what every app needs and no app owns."""

from __future__ import annotations

import uuid

import pgtrigger
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class BaseModel(models.Model):
    """UUID key and the two instants that every row carries (UTC)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        ordering = ["-created_at", "-id"]


class Event(models.Model):
    """One business act. Append-only: a database trigger refuses UPDATE and DELETE.

    Bare UUIDs and no foreign keys, so that an event outlives what it speaks of.
    Never holds a secret, a price, or a person's contact.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=60)
    actor_id = models.UUIDField(null=True, blank=True)
    company_id = models.UUIDField(null=True, blank=True)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.UUIDField(null=True, blank=True)
    payload = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)

    class Meta:
        indexes = [
            models.Index(fields=["object_type", "object_id", "at"]),
            models.Index(fields=["company_id", "at"]),
            models.Index(fields=["kind", "at"]),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"


class EventReceipt(models.Model):
    """A consumer has dealt with an event. A cursor over ids would skip commits that come late."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="receipts")
    consumer = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "consumer"], name="one_receipt_per_consumer")]

    def __str__(self) -> str:
        return f"{self.consumer} {self.event_id}"


class IdempotentReply(models.Model):
    """What a POST with an `Idempotency-Key` answered, so that a repeat answers the same and acts once."""

    scope = models.CharField(max_length=80)  # who asked: user or token id
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField(null=True)  # null while the first request is under way
    body = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_reply_per_key")]

    def __str__(self) -> str:
        return self.key
