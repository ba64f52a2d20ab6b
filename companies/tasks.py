"""Tasks of this app: ids in, one service call, safe to run twice."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from companies.services import codes, imports, ledger, members, notifications, ratings
from core.drf.idempotency import forget_replies


@shared_task
def deliver_notifications() -> int:
    """Make notifications of the events that have none yet, and hand over those that leave by mail."""
    count = notifications.deliver_notifications()
    for pk in notifications.to_mail(now=timezone.now()):
        send_notification.delay(pk)
    return count


@shared_task(autoretry_for=(OSError,), retry_backoff=5, max_retries=5)
def send_code(code_id: str) -> bool:
    """Send a one-time code. The argument is the row's id: the code itself is in no task, log or queue."""
    return codes.send_code(code_id=code_id)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=5)
def send_notification(notification_id: str) -> bool:
    """Send one notification by mail."""
    return notifications.mail_notification(notification_id=notification_id)


@shared_task(autoretry_for=(OSError,), retry_backoff=30, max_retries=5)
def send_invitation(invitation_id: str) -> bool:
    """Send the text and link of an invitation to act for a company."""
    return members.send_invitation(invitation_id=invitation_id)


@shared_task
def sweep_messages() -> int:
    """Codes and invitations whose task was lost, sent now."""
    now = timezone.now()
    waiting = codes.unsent_codes(now=now)
    for pk in waiting:
        send_code.delay(pk)
    invited = members.unsent_invitations(now=now)
    for pk in invited:
        send_invitation.delay(pk)
    return len(waiting) + len(invited)


@shared_task
def purge_accounts() -> int:
    """Forget codes that lapsed, with them addresses of people who never signed up, and answers kept for repeats."""
    return codes.purge_codes(now=timezone.now()) + forget_replies()


@shared_task
def check_import(import_id: str) -> None:
    """Check the rows of an uploaded catalogue."""
    imports.run_check(import_id=UUID(import_id))


@shared_task
def write_import(import_id: str) -> None:
    """Write the good rows of a checked catalogue."""
    imports.run_write(import_id=UUID(import_id))


@shared_task
def resume_imports() -> int:
    """Imports whose task was lost, handed out again."""
    return imports.resume_imports()


@shared_task
def refresh_stars() -> int:
    """Derive every product's stars again: validity is a matter of the day."""
    return ratings.refresh_stars()


@shared_task
def expire_reservations() -> int:
    """Give back what awards reserved and nobody confirmed in time."""
    return ledger.expire_reservations(now=timezone.now())
