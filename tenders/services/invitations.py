"""Inviting suppliers to quote; opening, answering and revoking an invitation."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from companies.enums import SUPPLIER_KINDS, LinkPurpose, Verification
from companies.models import Company, Product, TaskLink, User
from companies.services import links, notifications
from core import events
from core.errors import DomainError
from tenders.enums import InvitationStatus, NeedStatus
from tenders.models import Invitation, NeedLine, SourcingNeed
from tenders.services.access import lock_need, require, require_status
from tenders.services.clock import database_now

ANSWERS = {"accept": InvitationStatus.ACCEPTED, "decline": InvitationStatus.DECLINED}


@transaction.atomic
def invite_supplier(
    *,
    need: SourcingNeed,
    supplier: Company,
    actor: User,
    line: NeedLine | None = None,
    product: Product | None = None,
    message: str = "",
    now: datetime | None = None,
) -> Invitation:
    """Ask a supplier to quote. A second invitation of the same supplier returns the first.

    The invitation carries a link that opens just this task until the need's deadline.

    Raises:
        DomainError: `not-allowed`, `need-draft` (or its other states), `deadline-passed`, `not-a-supplier`,
            `own-company`, `other-need` (the line is not of this need), `other-supplier` (the product is not theirs),
            `invalid`.

    Records `invitation.sent`, which notifies the supplier's members.
    """
    need = lock_need(need)
    require(actor, "tenders.invite_supplier", need)
    moment = database_now(now)
    known = Invitation.objects.live().filter(need=need, company=supplier).first()
    if known is not None:
        return cast(Invitation, known)
    _refuse_invitation(need, supplier, line, product, message, moment)
    invitation = Invitation(
        need=need, company=supplier, line=line, product=product, message=message.strip(), invited_by=actor,
        created_at=moment,
    )  # fmt: skip
    try:
        with transaction.atomic():
            invitation.save(force_insert=True)
    except IntegrityError:  # invited at the same moment by somebody who did not take the need's lock
        return cast(Invitation, Invitation.objects.live().get(need=need, company=supplier))
    assert need.quote_deadline is not None
    invitation.link = links.create_link(
        purpose=LinkPurpose.INVITATION,
        company=supplier,
        object_id=invitation.pk,
        expires_at=need.quote_deadline,
        created_by=actor,
    )
    invitation.save(update_fields=["link", "updated_at"])
    _event("invitation.sent", invitation, actor, moment)
    return invitation


def _refuse_invitation(
    need: SourcingNeed,
    supplier: Company,
    line: NeedLine | None,
    product: Product | None,
    message: str,
    moment: datetime,
) -> None:
    require_status(need, NeedStatus.PUBLISHED)
    _require_open(need, moment)
    if supplier.pk == need.company_id:
        raise DomainError("own-company", _("You cannot invite your own company."), status=400)
    if (
        not supplier.sells
        or supplier.kind not in SUPPLIER_KINDS
        or supplier.verification == Verification.REJECTED
    ):
        raise DomainError("not-a-supplier", _("This company is no supplier of the catalogue."), status=400)
    if line is not None and line.need_id != need.pk:
        raise DomainError("other-need", _("This line belongs to another need."), status=400)
    if product is not None and product.company_id != supplier.pk:
        raise DomainError("other-supplier", _("This product belongs to another supplier."), status=400)
    if len(message.strip()) > 1000:
        text = _("At most 1,000 characters.")
        raise DomainError("invalid", text, fields={"message": [text]}, status=400)


def _require_open(need: SourcingNeed, moment: datetime) -> None:
    if need.quote_deadline is None or need.quote_deadline <= moment:
        raise DomainError("deadline-passed", _("The deadline of this need has passed."))


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: User, now: datetime | None = None) -> Invitation:
    """Take an invitation back; its link stops at once. A second call changes nothing.

    Raises DomainError `not-allowed`. Records `invitation.revoked`.
    """
    invitation = _lock(invitation)
    require(actor, "tenders.invite_supplier", invitation)
    if invitation.status == InvitationStatus.REVOKED:
        return invitation
    invitation.status = InvitationStatus.REVOKED
    invitation.save(update_fields=["status", "updated_at"])
    if invitation.link is not None:
        links.revoke_link(link=invitation.link, actor=actor)
    _event("invitation.revoked", invitation, actor, database_now(now))
    return invitation


@transaction.atomic
def open_invitation(
    *, invitation: Invitation, actor: User | None = None, now: datetime | None = None
) -> Invitation:
    """Note that the supplier looked at it, the first time. Records `invitation.opened`.

    Raises DomainError `invitation-revoked`.
    """
    invitation = _lock(invitation)
    _refuse_revoked(invitation)
    if invitation.status == InvitationStatus.SENT:
        moment = database_now(now)
        invitation.status, invitation.opened_at = InvitationStatus.OPENED, moment
        invitation.save(update_fields=["status", "opened_at", "updated_at"])
        _event("invitation.opened", invitation, actor, moment)
    return invitation


@transaction.atomic
def answer_invitation(
    *,
    invitation: Invitation,
    answer: str,
    note: str = "",
    actor: User | None = None,
    link: TaskLink | None = None,
    now: datetime | None = None,
) -> Invitation:
    """The supplier says that it will quote (`accept`) or not (`decline`), until the deadline; it may change its mind.

    Who answers is a member who may (`actor`), or whoever holds the invitation's valid link (`link`).

    Raises DomainError `not-allowed`, `invitation-revoked`, `need-closed`, `deadline-passed`, `invalid`. Records
    `invitation.accepted` or `invitation.declined`; the buyer is told.
    """
    invitation = _lock(invitation)
    if link is None or link.pk != invitation.link_id:
        require(actor, "tenders.answer_invitation", invitation)
    _refuse_revoked(invitation)
    if answer not in ANSWERS:
        text = _("Answer with “accept” or “decline”.")
        raise DomainError("invalid", text, fields={"answer": [text]}, status=400)
    if len(note.strip()) > 500:
        text = _("At most 500 characters.")
        raise DomainError("invalid", text, fields={"note": [text]}, status=400)
    moment = database_now(now)
    require_status(invitation.need, NeedStatus.PUBLISHED)
    _require_open(invitation.need, moment)
    if invitation.status == ANSWERS[answer] and invitation.answer_note == note.strip():
        return invitation
    invitation.status, invitation.answer_note = ANSWERS[answer], note.strip()
    invitation.answered_at, invitation.answered_by = moment, actor
    invitation.opened_at = invitation.opened_at or moment
    invitation.save(
        update_fields=["status", "answer_note", "answered_at", "answered_by", "opened_at", "updated_at"]
    )
    _event(f"invitation.{invitation.status}", invitation, actor, moment)
    return invitation


def close_links(*, need: SourcingNeed, actor: User) -> None:
    """Links of a need that ended open nothing any more."""
    for link in TaskLink.objects.filter(invitation__need=need, revoked_at__isnull=True).select_related(
        "company"
    ):
        links.revoke_link(link=link, actor=actor)


def extend_links(*, need: SourcingNeed) -> None:
    """Links of live invitations are valid until the need's deadline, also after it was moved."""
    assert need.quote_deadline is not None
    TaskLink.objects.filter(invitation__in=Invitation.objects.live().filter(need=need)).update(
        expires_at=need.quote_deadline
    )


def tell_invited(*, need: SourcingNeed, note: str = "") -> dict[str, Any]:
    """The part of an event's payload by which the invited are told; each reads it on the need's page."""
    invited = Invitation.objects.live().filter(need=need).exclude(status=InvitationStatus.DECLINED)
    return notifications.audience(
        companies=list(invited.values_list("company_id", flat=True)),
        names={"buyer": need.company, "title": need.title, "note": note},
        url=reverse("needs:need-detail", args=[need.pk]),
    )


def _lock(invitation: Invitation) -> Invitation:
    locked: Invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("need__company", "company", "link")
        .get(pk=invitation.pk)
    )
    return locked


def _refuse_revoked(invitation: Invitation) -> None:
    if invitation.status == InvitationStatus.REVOKED:
        raise DomainError("invitation-revoked", _("This invitation was taken back by the buyer."))


def _event(kind: str, invitation: Invitation, actor: User | None, moment: datetime) -> None:
    """The event of an act, with those who are told: the supplier of what the buyer did, and the other way round."""
    need = invitation.need
    by_buyer = kind in {"invitation.sent", "invitation.revoked"}
    told: dict[str, Any] = {}
    if kind != "invitation.opened":
        told = notifications.audience(
            companies=[invitation.company if by_buyer else need.company],
            names={"buyer": need.company, "company": invitation.company, "title": need.title},
            url=_leads_to(kind, invitation),
        )
    events.record(
        kind=kind,
        actor=actor,
        company=need.company if by_buyer else invitation.company,
        obj=invitation,
        payload={"need": str(need.pk), "number": need.number, **told},
        at=moment,
    )


def _leads_to(kind: str, invitation: Invitation) -> str:
    """The page on which the told see what became of it; an invitation that was taken back has none any more."""
    if kind == "invitation.revoked":
        return reverse("invitations:invitation-list")
    if kind == "invitation.sent":
        return reverse("invitations:invitation-detail", args=[invitation.pk])
    return reverse("needs:need-detail", args=[invitation.need_id])
