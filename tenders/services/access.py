"""The one question that every service of this app asks before it writes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from companies.models import Company
from companies.querysets import standing_of
from core.errors import DomainError
from tenders.enums import NeedStatus
from tenders.models import SourcingNeed


def require(actor: Any, permission: str, obj: Any) -> None:
    """Raises DomainError `not-allowed` (403) unless the actor has the permission on the row."""
    if not actor.has_perm(permission, obj):
        raise DomainError("not-allowed", _("Your role in this company does not allow this."), status=403)


def require_buyer(actor: Any, company: Company) -> None:
    """Raises DomainError `not-allowed` unless the actor edits for the company, `not-a-buyer` unless it buys."""
    standing = standing_of(actor)
    if not (standing.is_staff or company.pk in standing.editable):
        raise DomainError("not-allowed", _("Your role in this company does not allow this."), status=403)
    if not company.buys:
        raise DomainError(
            "not-a-buyer",
            _("This company is not registered as a buyer. Change that under “Our company”."),
            status=403,
        )


def lock_need(need: SourcingNeed) -> SourcingNeed:
    """The row as it is now, locked until the transaction ends."""
    locked: SourcingNeed = SourcingNeed.objects.select_for_update().get(pk=need.pk)
    return locked


def require_status(need: SourcingNeed, *allowed: NeedStatus) -> None:
    """Raises DomainError with a code of the need's status, e.g. `need-published`, unless it is one of `allowed`."""
    if need.status in allowed:
        return
    messages = {
        NeedStatus.DRAFT: _("This need is still a draft."),
        NeedStatus.PUBLISHED: _("This need is published; it is changed only by a recorded amendment."),
        NeedStatus.CLOSED: _("This need is closed."),
        NeedStatus.CANCELLED: _("This need was cancelled."),
    }
    raise DomainError(f"need-{need.status}", messages[NeedStatus(need.status)])
