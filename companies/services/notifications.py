"""Notifications: made from events, shown on the site, sent by mail where the sender does that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from companies.enums import Role
from companies.models import Membership, Notification, User
from companies.notices import NOTICES, sentence
from companies.sending import Message, sender
from core import events
from core.models import Event

CONSUMER = "notifications"
MAILED_WITHIN = timedelta(days=2)


def audience(
    *,
    companies: Iterable[models.Model | UUID] = (),
    users: Iterable[models.Model | UUID] = (),
    names: Mapping[str, Any] | None = None,
    url: str = "",
) -> dict[str, Any]:
    """The part of an event's payload that says who is told, with which names, and where it leads.

    Args:
        companies: owners and editors of these are told.
        users: single people who are told.
        names: for the sentence of `companies.notices`; rows with two names are kept in both languages.
        url: a path on this site.
    """
    return {
        "notify": {
            "companies": [_id(row) for row in companies],
            "users": [_id(row) for row in users],
            "names": {name: _name(value) for name, value in (names or {}).items()},
            "url": url,
        }
    }


def deliver_notifications() -> int:
    """Make notifications of the events that have none yet. Returns how many events were dealt with; run it twice."""
    return events.deliver(consumer=CONSUMER, kinds=dict.fromkeys(NOTICES, notify))


def notify(event: Event) -> None:
    """One notification for each person whom the event names, except for who did it."""
    told = event.payload.get("notify")
    if not told:
        return
    people = set(
        Membership.objects.active()
        .filter(company_id__in=told.get("companies", []), role__in=[Role.OWNER, Role.EDITOR])
        .values_list("user_id", "company_id")
    )
    company_of: dict[UUID, UUID | None] = dict(people)
    single = User.objects.filter(pk__in=told.get("users", []), is_active=True).values_list("pk", flat=True)
    for user in single:
        company_of.setdefault(user, None)
    if event.actor_id is not None:
        company_of.pop(event.actor_id, None)
    names = _resolve(told.get("names", {}))
    Notification.objects.bulk_create(
        [
            Notification(
                user_id=user,
                company_id=company,
                event_id=event.pk,
                kind=event.kind,
                context=names,
                url=str(told.get("url", ""))[:300],
                created_at=event.at,
            )
            for user, company in company_of.items()
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def mark_read(*, user: User, notification: Notification, now: datetime) -> Notification:
    """Mark one's own notification as read; a second time changes nothing."""
    Notification.objects.visible_to(user).unread().filter(pk=notification.pk).update(
        read_at=now, updated_at=now
    )
    notification.refresh_from_db()
    return notification


def mark_all_read(*, user: User, now: datetime) -> int:
    """Mark all of a person's notifications as read; returns how many were not."""
    return int(Notification.objects.visible_to(user).unread().update(read_at=now, updated_at=now))


def unread_count(*, user: User) -> int:
    return int(Notification.objects.visible_to(user).unread().count())


def to_mail(*, now: datetime) -> list[str]:
    """Ids of notifications that should leave by mail: recent, unread, not sent, the person's e-mail confirmed."""
    if not sender().sends_notices:
        return []
    rows = Notification.objects.filter(sent_at__isnull=True, read_at__isnull=True).filter(
        created_at__gt=now - MAILED_WITHIN, user__is_active=True, user__email_confirmed_at__isnull=False
    )
    rows = rows.exclude(Q(user__email__isnull=True) | Q(user__is_simulated=True))
    return [str(pk) for pk in rows.order_by("created_at").values_list("pk", flat=True)[:200]]


@transaction.atomic
def mail_notification(*, notification_id: str) -> bool:
    """Send one notification by mail. Returns whether it left; a sent one is not sent again."""
    row = (
        Notification.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("user")
        .filter(pk=notification_id, sent_at__isnull=True)
        .first()
    )
    if row is None or not row.user.email or not row.user.is_active:
        return False
    with translation.override(row.user.language):
        text = sentence(kind=row.kind, context=row.context)
        url = f"{settings.SITE_URL}{row.url or '/'}"
        message = Message(
            address=row.user.email,
            subject=text[:120],
            body=_("%(text)s\n\nOpen it: %(url)s") % {"text": text, "url": url},
        )
    sender().send(message)
    row.sent_at = timezone.now()
    row.save(update_fields=["sent_at", "updated_at"])
    return True


def _id(row: models.Model | UUID) -> str:
    return str(row.pk if isinstance(row, models.Model) else row)


def _resolve(names: Mapping[str, Any]) -> dict[str, Any]:
    """People are named now: an event, which nobody can change, carries only their ids."""
    ids = {
        name: value["user"] for name, value in names.items() if isinstance(value, dict) and "user" in value
    }
    known = {
        str(pk): text for pk, text in User.objects.filter(pk__in=ids.values()).values_list("pk", "full_name")
    }
    return {**names, **{name: known.get(pk, "") for name, pk in ids.items()}}


def _name(value: Any) -> Any:
    if isinstance(value, User):
        return {"user": str(value.pk)}
    if isinstance(value, models.Model):
        vi = getattr(value, "name_vi", None)
        if vi is not None:
            return {"vi": vi, "en": getattr(value, "name_en", "") or vi}
        return str(value)
    return value
