"""Certifications and lab reports: recorded by the holder or an agency, checked against the original by an agency."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from companies.enums import Verification
from companies.models import Certification, CertificationScheme, Company, Document, LabReport, Product, User
from companies.services.notifications import audience
from core import events
from core.errors import DomainError, from_validation


class CertificationFields(TypedDict, total=False):
    """What a certificate says; the expiry is the printed one, never computed."""

    product: Product | None
    scheme: CertificationScheme
    scope: str
    site: str
    number: str
    body: str
    valid_from: date | None
    valid_to: date | None
    document: Document | None


class LabReportFields(TypedDict, total=False):
    lot: str
    parameter: str
    result: Decimal | None
    result_text: str
    limit: Decimal | None
    unit_text: str
    laboratory: str
    tested_on: date
    document: Document | None


def _may_write(actor: User, company: Company) -> bool:
    return actor.has_perm("companies.change_company", company) or actor.has_perm(
        "companies.check_certification", company
    )


def _clean(row: Certification | LabReport) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise from_validation(error) from error


@transaction.atomic
def record_certification(
    *, company: Company, actor: User, listed_by: Company | None, **fields: Unpack[CertificationFields]
) -> Certification:
    """Write down a certificate; it waits to be checked against the original.

    Raises:
        DomainError: `forbidden`; `invalid` with the fields at fault (dates out of order, another company's product).
    """
    if not _may_write(actor, company):
        raise DomainError("forbidden", _("You may not enter certificates of this company."), status=403)
    product = fields.get("product")
    if product is not None and product.company_id != company.pk:
        text = _("This product belongs to another company.")
        raise DomainError("invalid", text, fields={"product": [text]}, status=400)
    row = Certification(company=company, listed_by=listed_by, status=Verification.PENDING, **fields)
    _clean(row)
    row.save()
    events.record(kind="certification.recorded", actor=actor, company=company, obj=row)
    return row


@transaction.atomic
def correct_certification(
    *, certification: Certification, actor: User, **fields: Unpack[CertificationFields]
) -> Certification:
    """Change what was written down; it must then be checked again."""
    row = (
        Certification.objects.select_for_update(of=("self",))
        .select_related("company")
        .get(pk=certification.pk)
    )
    if not _may_write(actor, row.company):
        raise DomainError("forbidden", _("You may not change this certificate."), status=403)
    product = fields.get("product")
    if product is not None and product.company_id != row.company_id:
        text = _("This product belongs to another company.")
        raise DomainError("invalid", text, fields={"product": [text]}, status=400)
    for name, value in fields.items():
        setattr(row, name, value)
    row.status, row.checked_by, row.checked_at = Verification.PENDING, None, None
    _clean(row)
    row.save()
    events.record(kind="certification.corrected", actor=actor, company=row.company, obj=row)
    return row


@transaction.atomic
def decide_certification(
    *,
    certification: Certification,
    actor: User,
    confirm: bool,
    note: str = "",
    now: datetime | None = None,
    **fields: Unpack[CertificationFields],
) -> Certification:
    """An agency of the province (or staff) has checked the certificate against the original.

    Args:
        fields: what the original says where the entry was wrong or silent.

    Raises:
        DomainError: `forbidden`; `reason-missing` when it is refused without a reason.
    """
    row = (
        Certification.objects.select_for_update(of=("self",))
        .select_related("company")
        .get(pk=certification.pk)
    )
    if not actor.has_perm("companies.check_certification", row):
        raise DomainError(
            "forbidden", _("Only an agency of the province may check this certificate."), status=403
        )
    if not confirm and not note.strip():
        text = _("Please give a reason.")
        raise DomainError("reason-missing", text, fields={"note": [text]}, status=400)
    for name, value in fields.items():
        setattr(row, name, value)
    row.status = Verification.CONFIRMED if confirm else Verification.REJECTED
    row.checked_by, row.checked_at = actor, now or timezone.now()
    row.decision_note = note.strip()[:500]
    _clean(row)
    row.save()
    kind = "certification.confirmed" if confirm else "certification.rejected"
    told = audience(
        companies=[row.company],
        names={"company": row.company, "title": row.scheme, "note": row.decision_note},
        url="/proofs/",
    )
    events.record(kind=kind, actor=actor, company=row.company, obj=row, payload=told)
    return row


@transaction.atomic
def delete_certification(*, certification: Certification, actor: User) -> None:
    """Take a certificate out; its history stays."""
    if not _may_write(actor, certification.company):
        raise DomainError("forbidden", _("You may not delete this certificate."), status=403)
    events.record(kind="certification.deleted", actor=actor, company=certification.company, obj=certification)
    certification.delete()


@transaction.atomic
def record_lab_report(*, product: Product, actor: User, **fields: Unpack[LabReportFields]) -> LabReport:
    """Write down what a laboratory found for one parameter of one lot."""
    if not _may_write(actor, product.company):
        raise DomainError("forbidden", _("You may not enter lab reports of this product."), status=403)
    row = LabReport(product=product, **fields)
    if row.tested_on and row.tested_on > timezone.localdate():
        text = _("The test lies in the future.")
        raise DomainError("invalid", text, fields={"tested_on": [text]}, status=400)
    _clean(row)
    row.save()
    events.record(kind="lab_report.recorded", actor=actor, company=product.company, obj=row)
    return row


@transaction.atomic
def delete_lab_report(*, report: LabReport, actor: User) -> None:
    """Take a lab report out."""
    if not _may_write(actor, report.product.company):
        raise DomainError("forbidden", _("You may not delete this lab report."), status=403)
    events.record(kind="lab_report.deleted", actor=actor, company=report.product.company, obj=report)
    report.delete()
