"""Companies and who they belong to: founding, claiming an imported one, and the confirmation by an agency."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.text import slugify
from django.utils.translation import gettext as _

from companies.enums import BUYER_KINDS, SUPPLIER_KINDS, CompanyKind, Role, Verification
from companies.models import Company, CompanyClaim, Document, Membership, Province, User
from companies.querysets import forget_standing
from companies.services.notifications import audience
from core import events
from core.errors import DomainError, from_validation
from core.text import fold

MOST_OPEN_CLAIMS = 5  # of one person


@transaction.atomic
def found_company(
    *,
    actor: User,
    kind: str,
    name_vi: str,
    province: Province,
    name_en: str = "",
    tax_code: str = "",
    address: str = "",
) -> Company:
    """Write a new company with the person as its owner; it waits for confirmation by the agency of its province.

    Agencies are not founded here: staff makes them.

    Raises:
        DomainError: `invalid` (400), `kind-not-allowed` (400), `company-exists` (409): claim that one instead.
    """
    if kind not in CompanyKind.values or kind == CompanyKind.AGENCY:
        text = _("Choose what the company is.")
        raise DomainError("kind-not-allowed", text, fields={"kind": [text]}, status=400)
    name = " ".join(name_vi.split())
    company = Company(
        code=_code(name),
        kind=kind,
        name_vi=name,
        name_en=" ".join(name_en.split()),
        tax_code=_tax_code(tax_code),
        province=province,
        address=" ".join(address.split()),
        sells=kind in SUPPLIER_KINDS,
        buys=kind in BUYER_KINDS or kind == CompanyKind.ENTERPRISE,
        verification=Verification.PENDING,
    )
    _check(company)
    _save(company)
    membership = Membership.objects.create(user=actor, company=company, role=Role.OWNER)
    forget_standing(actor)
    events.record(kind="company.founded", actor=actor, company=company, obj=company, payload={"kind": kind})
    events.record(
        kind="member.joined", actor=actor, company=company, obj=membership, payload={"role": Role.OWNER}
    )
    return company


@transaction.atomic
def ask_for_confirmation(*, company: Company, actor: User) -> Company:
    """Put the company into the agency's queue. Raises `not-allowed` (403), `already-confirmed` (409)."""
    if not actor.has_perm("companies.change_company", company):
        raise _not_allowed()
    changed = (
        Company.objects.filter(pk=company.pk)
        .exclude(verification__in=[Verification.CONFIRMED, Verification.PENDING])
        .update(verification=Verification.PENDING, updated_at=timezone.now())
    )
    company.refresh_from_db()
    if company.verification == Verification.CONFIRMED:
        raise DomainError("already-confirmed", _("The company is confirmed already."))
    if changed:
        events.record(kind="company.asked", actor=actor, company=company, obj=company)
    return company


@transaction.atomic
def claim_company(
    *, company: Company, actor: User, proof: str, document: Document | None = None
) -> CompanyClaim:
    """Say that an imported company is one's own; the agency of its province decides.

    Raises:
        DomainError: `company-has-owner` (409), `already-claimed` (409), `too-many` (409), `invalid` (400).
    """
    locked = Company.objects.select_for_update().get(pk=company.pk)
    if locked.kind == CompanyKind.AGENCY:
        raise DomainError("not-claimable", _("An agency cannot be claimed."))
    if Membership.objects.active().filter(company=locked).exists():
        raise DomainError(
            "company-has-owner", _("This company already has its people here. Ask them to invite you.")
        )
    mine = CompanyClaim.objects.waiting().filter(user=actor)
    if mine.filter(company=locked).exists():
        raise DomainError("already-claimed", _("Your claim on this company is waiting for the agency."))
    if mine.count() >= MOST_OPEN_CLAIMS:
        raise DomainError("too-many", _("Several of your claims are waiting already."))
    if document is not None and document.uploaded_by_id != actor.pk:
        raise DomainError("document-not-yours", _("Attach a document of your own."), status=404)
    claim = CompanyClaim(company=locked, user=actor, proof=proof.strip(), document=document)
    try:
        claim.full_clean()
    except ValidationError as error:
        raise from_validation(error) from None
    claim.save(force_insert=True)
    events.record(
        kind="claim.made",
        actor=actor,
        company=locked,
        obj=claim,
        payload=audience(
            companies=Company.objects.filter(mandate=locked.province_id) if locked.province_id else [],
            names={"person": actor, "company": locked},
            url="/verification/claims/",
        ),
    )
    return claim


@transaction.atomic
def confirm_claim(
    *, claim: CompanyClaim, actor: User, note: str = "", now: datetime | None = None
) -> CompanyClaim:
    """Make the person the company's owner; the company counts as confirmed, other claims on it are refused.

    Raises:
        DomainError: `not-allowed` (403), `claim-decided`, `company-has-owner` (409).
    """
    now = now or timezone.now()
    company = Company.objects.select_for_update().get(pk=claim.company_id)
    claim = _waiting(claim, actor)
    if Membership.objects.active().filter(company=company).exists():
        raise DomainError("company-has-owner", _("This company has an owner by now."))
    _decide(claim, actor, Verification.CONFIRMED, note, now)
    Membership.objects.create(user=claim.user, company=company, role=Role.OWNER)
    forget_standing(claim.user)
    _record(claim, actor, "claim.confirmed", "/desk/", note)
    for other in CompanyClaim.objects.waiting().filter(company=company).select_related("user", "company"):
        reason = _("Another claim on this company was confirmed.")
        _decide(other, actor, Verification.REJECTED, reason, now)
        _record(other, actor, "claim.refused", "", reason)
    if company.verification != Verification.CONFIRMED:
        verify_company(company=company, actor=actor, note=note, now=now)
    return claim


@transaction.atomic
def refuse_claim(*, claim: CompanyClaim, actor: User, note: str, now: datetime | None = None) -> CompanyClaim:
    """Refuse a claim with a reason. Raises `not-allowed` (403), `note-missing` (400), `claim-decided` (409)."""
    _must_have_note(note)
    Company.objects.select_for_update().get(pk=claim.company_id)
    claim = _waiting(claim, actor)
    _decide(claim, actor, Verification.REJECTED, note, now or timezone.now())
    _record(claim, actor, "claim.refused", "", note)
    return claim


@transaction.atomic
def verify_company(*, company: Company, actor: User, note: str = "", now: datetime | None = None) -> Company:
    """Confirm a company, as an agency of its province, the ministry or staff. A second time changes nothing.

    Raises:
        DomainError: `not-allowed` (403); an agency is confirmed by staff alone, nobody confirms their own company.
    """
    row = _verifiable(company, actor)
    if row.verification == Verification.CONFIRMED:
        return row
    _set_verification(row, actor, Verification.CONFIRMED, now or timezone.now())
    _record_verification(row, actor, "company.verified", note)
    return row


@transaction.atomic
def reject_company(*, company: Company, actor: User, note: str, now: datetime | None = None) -> Company:
    """Do not confirm a company, with a reason: it leaves the public catalogue.

    Raises:
        DomainError: `not-allowed` (403), `note-missing` (400).
    """
    _must_have_note(note)
    row = _verifiable(company, actor)
    if row.verification == Verification.REJECTED:
        return row
    _set_verification(row, actor, Verification.REJECTED, now or timezone.now())
    _record_verification(row, actor, "company.rejected", note)
    return row


def _waiting(claim: CompanyClaim, actor: User) -> CompanyClaim:
    """The claim read again, still undecided, and the actor's to decide."""
    row = (
        CompanyClaim.objects.select_for_update(of=("self",))
        .select_related("company", "user")
        .get(pk=claim.pk)
    )
    if not actor.has_perm("companies.verify_company", row.company) or row.user_id == actor.pk:
        raise _not_allowed()
    if row.status != Verification.PENDING:
        raise DomainError("claim-decided", _("This claim was decided already."))
    return row


def _decide(claim: CompanyClaim, actor: User, status: str, note: str, now: datetime) -> None:
    claim.status, claim.decided_by, claim.decided_at = status, actor, now
    claim.decision_note = note.strip()[:500]
    claim.save(update_fields=["status", "decided_by", "decided_at", "decision_note", "updated_at"])


def _record(claim: CompanyClaim, actor: User, kind: str, url: str, note: str) -> None:
    events.record(
        kind=kind,
        actor=actor,
        company=claim.company,
        obj=claim,
        payload=audience(users=[claim.user], names={"company": claim.company, "note": note}, url=url),
    )


def _verifiable(company: Company, actor: User) -> Company:
    row = Company.objects.select_for_update().get(pk=company.pk)
    allowed = actor.has_perm("companies.verify_company", row)
    if row.kind == CompanyKind.AGENCY or Membership.objects.active().filter(user=actor, company=row).exists():
        allowed = actor.is_staff
    if not allowed:
        raise _not_allowed()
    return row


def _set_verification(row: Company, actor: User, status: str, now: datetime) -> None:
    row.verification, row.verified_by, row.verified_at = status, actor, now
    row.save(update_fields=["verification", "verified_by", "verified_at", "updated_at"])


def _record_verification(row: Company, actor: User, kind: str, note: str) -> None:
    agency = (
        Membership.objects.active()
        .filter(user=actor, company__kind=CompanyKind.AGENCY)
        .select_related("company")
        .first()
    )
    events.record(
        kind=kind,
        actor=actor,
        company=row,
        obj=row,
        payload=audience(
            companies=[row],
            names={"company": row, "agency": agency.company if agency else "Offtake", "note": note},
            url="/accounts/company/",
        ),
    )


def _must_have_note(note: str) -> None:
    if not note.strip():
        text = _("Say why, so that they can put it right.")
        raise DomainError("note-missing", text, fields={"note": [text]}, status=400)


def _check(company: Company) -> None:
    if company.tax_code:
        same = Company.objects.filter(tax_code=company.tax_code).exclude(pk=company.pk).first()
        if same is not None:
            text = _("A company with this tax code is here already: %(company)s. Claim that one.")
            text %= {"company": same.name}
            raise DomainError("company-exists", text, fields={"tax_code": [text]})
    try:
        company.full_clean(exclude=["sort_key", "search"])
    except ValidationError as error:
        raise from_validation(error) from None


def _save(company: Company) -> None:
    try:
        with transaction.atomic():
            company.save(force_insert=True)
    except IntegrityError:
        raise DomainError("conflict", _("Somebody else was quicker. Please look again and repeat.")) from None


def _tax_code(text: str) -> str:
    return "".join(text.split())


def _code(name: str) -> str:
    """A code for addresses: the name's words and a few random letters."""
    stem = slugify(fold(name))[:48].strip("-") or "cong-ty"
    return f"{stem}-{get_random_string(6, 'abcdefghjkmnpqrstuvwxyz23456789')}"


def _not_allowed() -> DomainError:
    return DomainError("not-allowed", _("This is not yours to decide."), status=403)
