"""Who acts for a company: invited by an owner, joined by a link, changed, revoked at once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from companies.auth import parse_address
from companies.enums import LinkPurpose, Role
from companies.models import ApiToken, Company, MemberInvitation, Membership, TaskLink, User
from companies.notices import paste_text
from companies.querysets import forget_standing
from companies.sending import Message, NotSentError, sender
from companies.services import links
from companies.services.accounts import create_person
from companies.services.codes import find_user
from companies.services.notifications import audience
from core import events
from core.errors import DomainError

INVITATION_VALID_FOR = timedelta(days=14)
MOST_OPEN = 50  # open invitations of one company


@transaction.atomic
def invite_member(
    *, company: Company, actor: User, role: str, address: str, full_name: str = "", now: datetime
) -> MemberInvitation:
    """Ask a person to act for the company. `links.link_url(link=row.link)` is what the owner passes on.

    An open invitation of the same address is replaced, and its link withdrawn.

    Raises:
        DomainError: `not-allowed` (403), `address-invalid`, `role-unknown`, `already-member` (409), `too-many` (409).
    """
    _must_manage(actor, company)
    _check_role(role)
    where = parse_address(address)
    Company.objects.select_for_update().get(pk=company.pk)
    person = find_user(where)
    if person and Membership.objects.active().filter(user=person, company=company).exists():
        text = _("This person already acts for the company.")
        raise DomainError("already-member", text, fields={"address": [text]})
    waiting = MemberInvitation.objects.open().filter(company=company)
    for earlier in waiting.filter(**{where.field: where.value}):
        revoke_invitation(invitation=earlier, actor=actor)
    if waiting.count() >= MOST_OPEN:
        raise DomainError("too-many", _("Too many invitations are open. Withdraw some first."))
    invitation = MemberInvitation(
        company=company,
        role=role,
        full_name=" ".join(full_name.split())[:120],
        invited_by=actor,
        **{where.field: where.value},
    )
    invitation.link = links.create_link(
        purpose=LinkPurpose.MEMBERSHIP,
        company=company,
        object_id=invitation.pk,
        expires_at=now + INVITATION_VALID_FOR,
        created_by=actor,
    )
    invitation.save(force_insert=True)
    events.record(kind="member.invited", actor=actor, company=company, obj=invitation, payload={"role": role})
    transaction.on_commit(lambda: _enqueue(invitation), robust=True)
    return invitation


def send_invitation(*, invitation_id: str) -> bool:
    """Send an open invitation's text to the invited address (called by the task); once. Returns whether it left.

    Where the sender has no way to the address, the owner's own chat is the way.
    """
    with transaction.atomic():
        row = (
            MemberInvitation.objects.open()
            .select_for_update(of=("self",))
            .select_related("company", "link", "invited_by")
            .filter(pk=invitation_id, sent_at__isnull=True)
            .first()
        )
        if row is None or row.link is None:
            return False
        language = row.invited_by.language if row.invited_by else "vi"
        with translation.override(language):
            subject = _("%(company)s invites you") % {"company": row.company.name}
        message = Message(address=row.address, subject=subject, body=invitation_text(row, language))
        try:
            sender().send(message)
        except NotSentError:
            return False
        row.sent_at = timezone.now()
        row.save(update_fields=["sent_at", "updated_at"])
    return True


def invitation_text(invitation: MemberInvitation, language: str) -> str:
    """The short text with the link, to send or to paste into a chat."""
    assert invitation.link is not None
    with translation.override(language):
        context = {
            "company": invitation.company.name,
            "role": Role(invitation.role).label,
            "url": links.link_url(link=invitation.link),
        }
    return paste_text("membership", context, language=language)


def unsent_invitations(*, now: datetime) -> list[str]:
    """Ids of open invitations of the last hour that have not left: their task was lost."""
    rows = MemberInvitation.objects.open().filter(
        sent_at__isnull=True, created_at__gt=now - timedelta(hours=1)
    )
    return [str(pk) for pk in rows.values_list("pk", flat=True)[:200]]


def _enqueue(invitation: MemberInvitation) -> None:
    from companies.tasks import send_invitation as task

    task.delay(str(invitation.pk))


@transaction.atomic
def revoke_invitation(*, invitation: MemberInvitation, actor: User) -> MemberInvitation:
    """Withdraw an open invitation and its link. Raises `not-allowed` (403), `invitation-accepted` (409)."""
    _must_manage(actor, invitation.company)
    now = timezone.now()
    changed = MemberInvitation.objects.open().filter(pk=invitation.pk).update(revoked_at=now, updated_at=now)
    invitation.refresh_from_db()
    if not changed:
        if invitation.accepted_at is not None:
            raise DomainError("invitation-accepted", _("The invitation was accepted already."))
        return invitation
    if invitation.link is not None:
        links.revoke_link(link=invitation.link, actor=actor)
    events.record(kind="member.invitation-revoked", actor=actor, company=invitation.company, obj=invitation)
    return invitation


@transaction.atomic
def accept_invitation(*, link: TaskLink, user: User, now: datetime) -> Membership:
    """Make the membership that the link offers, for the person who opened it and signed in.

    Someone who already acts for the company keeps the membership, with the higher of the two roles.

    Raises:
        DomainError: `link-revoked`, `link-expired` (410), `invitation-over` (410).
    """
    link = TaskLink.objects.select_for_update().get(pk=link.pk)
    invitation = (
        MemberInvitation.objects.select_for_update(of=("self",))
        .select_related("company")
        .filter(link_id=link.pk)
        .first()
    )
    if invitation is not None and invitation.accepted_at is not None:
        return _accepted(invitation, user)
    links.check_link(link=link, now=now)
    if invitation is None or invitation.revoked_at is not None:
        raise _over()
    membership = Membership.objects.active().filter(user=user, company=invitation.company).first()
    if membership is None:
        membership = Membership.objects.create(user=user, company=invitation.company, role=invitation.role)
    elif _rank(invitation.role) > _rank(membership.role):
        membership.role = invitation.role
        membership.save(update_fields=["role", "updated_at"])
    invitation.accepted_by, invitation.accepted_at = user, now
    invitation.save(update_fields=["accepted_by", "accepted_at", "updated_at"])
    forget_standing(user)
    events.record(
        kind="member.joined",
        actor=user,
        company=invitation.company,
        obj=membership,
        payload={
            "role": membership.role,
            **audience(
                companies=[invitation.company],
                names={"person": user, "company": invitation.company},
                url="/accounts/members/",
            ),
        },
    )
    return membership


@transaction.atomic
def join_as_new_person(
    *, link: TaskLink, full_name: str, language: str, password: str = "", now: datetime
) -> tuple[User, Membership]:
    """Accept an invitation without an account: the account is made with the invited address, not yet confirmed.

    Raises:
        DomainError: as `accept_invitation`; `sign-in-first` (409) where the invited address has an account.
    """
    from companies.services.accounts import check_new_password

    links.check_link(link=TaskLink.objects.select_for_update().get(pk=link.pk), now=now)
    invitation = MemberInvitation.objects.open().filter(link_id=link.pk).first()
    if invitation is None:
        raise _over()
    if find_user(parse_address(invitation.address)) is not None:
        raise DomainError(
            "sign-in-first", _("There is an account for this address: sign in first, then accept.")
        )
    if password:
        check_new_password(password=password)
    user = create_person(
        address=invitation.address, full_name=full_name, language=language, password=password
    )
    return user, accept_invitation(link=link, user=user, now=now)


@transaction.atomic
def change_role(*, membership: Membership, role: str, actor: User) -> Membership:
    """Give a member another role.

    Raises:
        DomainError: `not-allowed` (403), `role-unknown` (400), `last-owner`, `not-member` (409).
    """
    _must_manage(actor, membership.company)
    _check_role(role)
    row = _locked(membership)
    if row.role == role:
        return row
    if row.role == Role.OWNER:
        _must_not_be_last_owner(row)
    if row.role == Role.OWNER:
        _withdraw_invitations_of(row, actor)
    row.role = role
    row.save(update_fields=["role", "updated_at"])
    forget_standing(actor)
    events.record(
        kind="member.role-changed",
        actor=actor,
        company=row.company,
        obj=row,
        payload={
            "role": role,
            **audience(users=[row.user], names={"company": row.company}, url="/accounts/profile/"),
        },
    )
    return row


@transaction.atomic
def revoke_membership(*, membership: Membership, actor: User) -> Membership:
    """End a membership at once, with the person's tokens and links of that company. Members may go by themselves.

    Raises:
        DomainError: `not-allowed` (403), `last-owner` (409).
    """
    if actor.pk != membership.user_id:
        _must_manage(actor, membership.company)
    row = _locked(membership, gone_is_error=False)
    if row.revoked_at is not None:
        return row
    if row.role == Role.OWNER:
        _must_not_be_last_owner(row)
    end_membership(row=row, actor=actor)
    forget_standing(actor)
    return row


def end_membership(*, row: Membership, actor: User) -> None:
    """Write the end of a membership and of what hung on it. The caller has checked and locked."""
    now = timezone.now()
    row.revoked_at = now
    row.save(update_fields=["revoked_at", "updated_at"])
    ApiToken.objects.filter(user=row.user, company=row.company, revoked_at__isnull=True).update(
        revoked_at=now, updated_at=now
    )
    TaskLink.objects.filter(user=row.user, company=row.company, revoked_at__isnull=True).update(
        revoked_at=now, updated_at=now
    )
    _withdraw_invitations_of(row, actor)
    events.record(
        kind="member.revoked",
        actor=actor,
        company=row.company,
        obj=row,
        payload=audience(users=[row.user], names={"company": row.company}),
    )


def _locked(membership: Membership, *, gone_is_error: bool = True) -> Membership:
    """The membership read again under the company's lock: two owners cannot remove each other at once."""
    Company.objects.select_for_update().get(pk=membership.company_id)
    row = Membership.objects.select_related("user", "company").get(pk=membership.pk)
    if row.revoked_at is not None and gone_is_error:
        raise DomainError("not-member", _("This person no longer acts for the company."))
    return row


def _withdraw_invitations_of(row: Membership, actor: User) -> None:
    """Someone who is no longer an owner leaves no open link behind by which to come back."""
    now = timezone.now()
    opened = MemberInvitation.objects.open().filter(company=row.company, invited_by=row.user)
    for invitation in opened.select_related("link"):
        MemberInvitation.objects.filter(pk=invitation.pk).update(revoked_at=now, updated_at=now)
        if invitation.link is not None:
            links.revoke_link(link=invitation.link, actor=actor)


def _must_not_be_last_owner(row: Membership) -> None:
    others = Membership.objects.active().filter(company_id=row.company_id, role=Role.OWNER).exclude(pk=row.pk)
    if not others.exists():
        raise DomainError(
            "last-owner",
            _("This is the company's only owner. Make somebody else an owner first."),
        )


def _must_manage(actor: User, company: Company) -> None:
    if not actor.has_perm("companies.manage_members", company):
        raise DomainError("not-allowed", _("Only an owner of the company may do this."), status=403)


def _check_role(role: str) -> None:
    if role not in Role.values:
        text = _("This role does not exist.")
        raise DomainError("role-unknown", text, fields={"role": [text]}, status=400)


def _rank(role: str) -> int:
    return [Role.VIEWER, Role.EDITOR, Role.OWNER].index(Role(role))


def _accepted(invitation: MemberInvitation, user: User) -> Membership:
    """A repeat by who accepted it answers the same; anybody else is refused."""
    row: Membership | None = Membership.objects.active().filter(user=user, company=invitation.company).first()
    if invitation.accepted_by_id != user.pk or row is None:
        raise _over()
    return row


def _over() -> DomainError:
    return DomainError(
        "invitation-over", _("This invitation is no longer open. Ask the company for a new one."), status=410
    )
