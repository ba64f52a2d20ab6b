"""The event log: written with the act, read by consumers that keep a receipt per event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from core.models import Event, EventReceipt


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
    return Event.objects.create(
        kind=kind,
        actor_id=_uuid(actor),
        company_id=_uuid(company),
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=_uuid(obj),
        payload=dict(payload or {}),
        at=at or timezone.now(),
    )


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
    other's rows. Returns the number of events dealt with. Safe to run twice.
    """
    done = 0
    while done < limit:
        with transaction.atomic():
            receipts = EventReceipt.objects.filter(event=OuterRef("pk"), consumer=consumer)
            event = (
                Event.objects.select_for_update(skip_locked=True, of=("self",))
                .filter(kind__in=kinds, at__gte=timezone.now() - since)
                .filter(~Exists(receipts))
                .order_by("at", "id")
                .first()
            )
            if event is None:
                return done
            kinds[event.kind](event)
            EventReceipt.objects.create(event=event, consumer=consumer)
        done += 1
    return done
