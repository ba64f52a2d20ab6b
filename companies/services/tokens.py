"""API tokens: shown once, kept as SHA-256, revoked at once."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.models import ApiToken, Company, Membership, User
from companies.services.accounts import not_your_company
from core import events
from core.errors import DomainError

PREFIX = "oft_"
MOST = 50  # live tokens of one person
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(*, user: User, name: str, company: Company | None = None) -> tuple[ApiToken, str]:
    """Make a token that acts as the person; tied to a company it acts for that company alone.

    Returns:
        The row, and the raw token: the only time that it is seen.

    Raises:
        DomainError: `invalid` (name), `not-your-company` (404), `too-many-tokens` (409).
    """
    name = " ".join(name.split())
    if not name or len(name) > 80:
        text = _("Give the token a name of at most 80 characters.")
        raise DomainError("invalid", text, fields={"name": [text]}, status=400)
    if company is not None and not Membership.objects.active().filter(user=user, company=company).exists():
        raise not_your_company()
    if ApiToken.objects.filter(user=user, revoked_at__isnull=True).count() >= MOST:
        raise DomainError(
            "too-many-tokens", _("You have %(most)d tokens. Revoke one first.") % {"most": MOST}
        )
    raw = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, company=company, name=name, prefix=raw[:10], token_hash=hash_token(raw.encode())
    )
    events.record(kind="token.created", actor=user, company=company, obj=token)
    return token, raw


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User) -> ApiToken:
    """Revoke at once; a second time changes nothing."""
    now = timezone.now()
    if ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now, updated_at=now):
        events.record(kind="token.revoked", actor=actor, company=token.company, obj=token)
    token.refresh_from_db()
    return token


def token_of(raw: bytes) -> ApiToken | None:
    """The live token, its person active, and acting for its company if it is tied to one; else nothing.

    Notes that it was used, at most once a minute.
    """
    active = Membership.objects.active().filter(user=OuterRef("user"), company=OuterRef("company"))
    token = (
        ApiToken.objects.select_related("user", "company")
        .filter(token_hash=hash_token(raw), revoked_at__isnull=True, user__is_active=True)
        .filter(Q(company__isnull=True) | Exists(active))
        .first()
    )
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def hash_token(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
