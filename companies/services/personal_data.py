"""A person's own data: all of it in one file, and its deletion."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import Role
from companies.models import (
    ApiToken,
    Company,
    CompanyClaim,
    Document,
    MemberInvitation,
    Membership,
    Notification,
    OneTimeCode,
    TaskLink,
    User,
)
from companies.services.documents import delete_file_of
from companies.services.members import end_membership
from core import events
from core.errors import DomainError
from core.models import Event, IdempotentReply


def export_person(*, user: User) -> dict[str, Any]:
    """Everything that is kept about a person, as plain values for JSON. No secret is in it."""
    return {
        "person": {
            "id": str(user.pk),
            "full_name": user.full_name,
            "email": user.email,
            "phone": user.phone,
            "language": user.language,
            "email_confirmed_at": user.email_confirmed_at,
            "phone_confirmed_at": user.phone_confirmed_at,
            "created_at": user.created_at,
            "last_sign_in": user.last_login,
        },
        "memberships": [
            {
                "company": row.company.name_vi,
                "company_id": str(row.company_id),
                "role": row.role,
                "since": row.created_at,
                "until": row.revoked_at,
            }
            for row in Membership.objects.filter(user=user).select_related("company").order_by("created_at")
        ],
        "claims": list(
            CompanyClaim.objects.filter(user=user)
            .order_by("created_at")
            .values("company__name_vi", "proof", "status", "decided_at", "decision_note", "created_at")
        ),
        "invitations_to_companies": list(
            _invitations_of(user).values(
                "company__name_vi", "role", "full_name", "email", "phone", "created_at", "accepted_at"
            )
        ),
        "tokens": list(
            ApiToken.objects.filter(user=user).values(
                "name", "prefix", "created_at", "last_used_at", "revoked_at"
            )
        ),
        "documents": list(
            Document.objects.filter(uploaded_by=user).values("original_name", "size", "sha256", "created_at")
        ),
        "notifications": list(
            Notification.objects.filter(user=user).values("kind", "context", "url", "created_at", "read_at")
        ),
        "codes": list(
            OneTimeCode.objects.filter(user=user).values("purpose", "address", "created_at", "used_at")
        ),
        "acts": list(
            Event.objects.filter(actor_id=user.pk)
            .order_by("at")
            .values("at", "kind", "object_type", "object_id", "company_id")
        ),
    }


@transaction.atomic
def delete_person(*, user: User) -> None:
    """Make the person unknown: name, e-mail and phone go; sessions, tokens, memberships and links end at once.

    Rows that others rely on (who confirmed a rating, who posted a need) keep pointing at an account without a name.

    Raises:
        DomainError: `last-owner` (409) where the person is the only owner of a company with other members.
    """
    row = User.objects.select_for_update().get(pk=user.pk)
    memberships = list(Membership.objects.active().filter(user=row).select_related("company", "user"))
    list(
        Company.objects.select_for_update().filter(pk__in=[m.company_id for m in memberships]).order_by("pk")
    )
    for membership in memberships:
        _must_not_strand(membership)
    for membership in memberships:
        end_membership(row=membership, actor=row)
    _scrub(row)
    events.record(kind="person.deleted", actor=row, obj=row)
    addresses = [row.email, row.phone]
    row.full_name, row.email, row.phone = "", None, None
    row.email_confirmed_at = row.phone_confirmed_at = row.last_login = None
    row.is_active = row.is_staff = row.is_superuser = False
    row.deleted_at = timezone.now()
    row.session_epoch = F("session_epoch") + 1
    row.set_unusable_password()
    row.save()
    row.groups.clear()
    row.user_permissions.clear()
    OneTimeCode.objects.filter(address__in=[text for text in addresses if text]).delete()
    user.refresh_from_db()


def _must_not_strand(membership: Membership) -> None:
    """Raises `last-owner` where the others would be left without an owner."""
    if membership.role != Role.OWNER:
        return
    others = Membership.objects.active().filter(company=membership.company).exclude(pk=membership.pk)
    if others.exists() and not others.filter(role=Role.OWNER).exists():
        raise DomainError(
            "last-owner",
            _(
                "You are the only owner of %(company)s, which has other members. Make one of them an owner first."
            )
            % {"company": membership.company.name},
        )


def _scrub(row: User) -> None:
    """Remove what is the person's from rows beside the account; all in the caller's transaction."""
    now = timezone.now()
    _invitations_of(row).update(full_name="", email="", phone="", updated_at=now)
    for claim in CompanyClaim.objects.filter(user=row).select_related("document"):
        if claim.document is not None:
            _delete_document(claim.document)
    CompanyClaim.objects.filter(user=row, status="pending").delete()
    CompanyClaim.objects.filter(user=row).update(proof="", updated_at=now)
    _scrub_names_of(row)
    Notification.objects.filter(user=row).delete()
    OneTimeCode.objects.filter(user=row).delete()
    ApiToken.objects.filter(user=row).delete()
    TaskLink.objects.filter(user=row).delete()
    IdempotentReply.objects.filter(scope__startswith=f"{row.pk}:").delete()
    users = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=users, object_id=str(row.pk)).update(object_repr="")


def _scrub_names_of(row: User) -> None:
    """Other people's notifications that name the person."""
    acts = Event.objects.filter(actor_id=row.pk, kind__in=["claim.made", "member.joined"])
    for notification in Notification.objects.filter(event_id__in=acts.values("pk")):
        notification.context = {**notification.context, "person": ""}
        notification.save(update_fields=["context", "updated_at"])


def _delete_document(document: Document) -> None:
    delete_file_of(document)
    document.delete()


def _invitations_of(user: User) -> Any:
    mine = Q(accepted_by=user)
    if user.email:
        mine |= Q(email=user.email)
    if user.phone:
        mine |= Q(phone=user.phone)
    return MemberInvitation.objects.filter(mine).order_by("created_at")
