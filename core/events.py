"""The event log: written with the act, read by consumers that keep a receipt per event."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.models import Event, EventReceipt

logger = logging.getLogger(__name__)


def record(
    *,
    kind: str,
    actor: models.Model | None = None,
    company: models.Model | None = None,
    obj: models.Model | None = None,
    payload: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> Event:
    """Write one event row in the caller's transaction.

    Args:
        kind: `"<noun>.<past verb>"`, e.g. `"need.published"`.
        actor: the user who did it, `None` for the system.
        company: the company on whose behalf.
        obj: the row it is about.
        payload: small JSON; never a secret, price or contact.
    """
    event = Event.objects.create(
        kind=kind,
        actor_id=_uuid(actor),
        company_id=_uuid(company),
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=_uuid(obj),
        payload=dict(payload or {}),
        at=at or timezone.now(),
    )
    _wake_after_commit()
    return event


def _wake_after_commit() -> None:
    """Once a transaction: the fast path. A sweep finds the event should the broker be away or lose the task."""
    waiting = transaction.get_connection().run_on_commit
    if not any(function is _wake_consumers for _sids, function, _robust in waiting):
        transaction.on_commit(_wake_consumers, robust=True)


def _wake_consumers() -> None:
    for name in settings.EVENT_TASKS:
        current_app.send_task(name, retry=False)


def _uuid(row: models.Model | None) -> UUID | None:
    return row.pk if row is not None else None


def deliver(
    *,
    consumer: str,
    kinds: Mapping[str, Callable[[Event], None]],
    since: timedelta = timedelta(days=30),
    limit: int = 500,
) -> int:
    """Hand each event without a receipt of this consumer to its function, once.

    Each event is dealt with in its own transaction together with its receipt; two deliverers at once skip each
    other's rows. An event whose function fails is logged, holds up no other, and is tried again by the next delivery.
    Returns the number of events dealt with. Safe to run twice.
    """
    receipts = EventReceipt.objects.filter(event=OuterRef("pk"), consumer=consumer)
    waiting = (
        Event.objects.filter(kind__in=kinds, at__gte=timezone.now() - since)
        .filter(~Exists(receipts))
        .order_by("at", "id")
        .values_list("pk", flat=True)[:limit]
    )
    done = 0
    for pk in list(waiting):
        try:
            done += _deliver_one(pk, consumer, kinds)
        except Exception:
            logger.exception("consumer %s failed on event %s", consumer, pk)
    return done


def _deliver_one(pk: UUID, consumer: str, kinds: Mapping[str, Callable[[Event], None]]) -> int:
    with transaction.atomic():
        event = Event.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if event is None or EventReceipt.objects.filter(event=event, consumer=consumer).exists():
            return 0
        kinds[event.kind](event)
        EventReceipt.objects.create(event=event, consumer=consumer)
    return 1
