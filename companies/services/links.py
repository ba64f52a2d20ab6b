"""Links that open one task without a password: made, signed, resolved, granted to a browser, revoked.

The address carries the link's signed id, so that no secret is stored and the link can be shown again. A browser that
opened it keeps the link's id in its session; each use reads the row again, so that revoking works at once.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import MutableMapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import Company, TaskLink, User
from core import events
from core.errors import DomainError

SESSION_KEY = "task_links"
MOST_GRANTS = 20  # of one browser: the oldest gives way


def create_link(
    *,
    purpose: str,
    company: Company | None,
    object_id: UUID | None,
    expires_at: datetime,
    created_by: User | None,
    user: User | None = None,
    single_use: bool = False,
) -> TaskLink:
    """Write a link. It opens the task `purpose` about the row `object_id`, until `expires_at`."""
    return TaskLink.objects.create(
        purpose=purpose,
        company=company,
        object_id=object_id,
        expires_at=expires_at,
        created_by=created_by,
        user=user,
        single_use=single_use,
    )


def link_url(*, link: TaskLink) -> str:
    """The absolute address, `https://…/l/<signed id>/`."""
    return f"{settings.SITE_URL}/l/{sign(link)}/"


def sign(link: TaskLink) -> str:
    return _signer().sign(base64.urlsafe_b64encode(link.pk.bytes).rstrip(b"=").decode())


def resolve_link(*, signed: str, now: datetime) -> TaskLink:
    """The link of an address.

    Raises:
        DomainError: `link-forged` (404), `link-expired`, `link-revoked` or `link-used` (410).
    """
    try:
        short = _signer().unsign(signed)
        pk = UUID(bytes=base64.urlsafe_b64decode(short + "=="))
    except (BadSignature, ValueError, binascii.Error):
        raise _refused(
            "link-forged", _("This link is not complete. Copy all of it from the message."), 404
        ) from None
    link = TaskLink.objects.select_related("company").filter(pk=pk).first()
    if link is None:
        raise _refused("link-revoked", _("This link is no longer valid. Ask whoever sent it for a new one."))
    check_link(link=link, now=now)
    return link


def check_link(*, link: TaskLink, now: datetime) -> None:
    """Raises `DomainError` where the link is revoked, used up or past its time (the instant itself is too late)."""
    if link.revoked_at is not None:
        raise _refused("link-revoked", _("This link was withdrawn. Ask whoever sent it for a new one."))
    if link.expires_at <= now:
        raise _refused("link-expired", _("The time of this link is over. Ask whoever sent it for a new one."))
    if link.single_use and link.opened_at is not None:
        raise _refused("link-used", _("This link was used already. Ask whoever sent it for a new one."))


def grant(*, session: MutableMapping[str, Any], link: TaskLink) -> None:
    """Let a browser do the link's task: nothing else, and without signing in."""
    kept = [pk for pk in session.get(SESSION_KEY, []) if pk != str(link.pk)]
    session[SESSION_KEY] = [*kept, str(link.pk)][-MOST_GRANTS:]


def granted_link(
    *, session: MutableMapping[str, Any], purpose: str, object_id: UUID, now: datetime | None = None
) -> TaskLink | None:
    """The link by which this browser may do the task, read again from the database; None without one."""
    ids = session.get(SESSION_KEY, [])
    if not ids:
        return None
    return (
        TaskLink.objects.select_related("company", "user")
        .filter(pk__in=ids, purpose=purpose, object_id=object_id, revoked_at__isnull=True)
        .filter(expires_at__gt=now or timezone.now())
        .order_by("-created_at")
        .first()
    )


def note_opened(*, link: TaskLink, now: datetime) -> None:
    """Remember when the link was first opened. A chat's preview opens it too: it proves nothing."""
    TaskLink.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=now)


@transaction.atomic
def revoke_link(*, link: TaskLink, actor: User | None = None) -> TaskLink:
    """Withdraw a link at once, also from browsers that opened it; a second time changes nothing."""
    now = timezone.now()
    if TaskLink.objects.filter(pk=link.pk, revoked_at__isnull=True).update(revoked_at=now, updated_at=now):
        events.record(
            kind="link.revoked",
            actor=actor,
            company=link.company,
            obj=link,
            payload={"purpose": link.purpose},
        )
    link.refresh_from_db()
    return link


def _signer() -> Signer:
    return Signer(salt="companies.services.links", sep=".")


def _refused(code: str, text: str, status: int = 410) -> DomainError:
    return DomainError(code, text, status=status)
