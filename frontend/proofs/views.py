"""A supplier's own star ratings, certificates and lab reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from companies.forms.proofs import CertificationForm, LabReportForm, RatingForm
from companies.models import Certification, Company, Document, LabReport, StarRating
from companies.services import certifications, ratings
from companies.services.documents import store_document
from core.errors import DomainError


@dataclass(frozen=True)
class Kind:
    """What differs between the three kinds of proof."""

    title: Any
    form: type[Any]
    record: Callable[..., Any]
    correct: Callable[..., Any] | None


def _record_lab_report(*, company: Company, listed_by: Company, **fields: Any) -> LabReport:
    return certifications.record_lab_report(**fields)


def _record_rating(*, company: Company, **fields: Any) -> StarRating:
    return ratings.record_rating(**fields)


def _correct_rating(*, row: StarRating, **fields: Any) -> StarRating:
    fields.pop("product", None)  # a rating does not move to another product
    return ratings.correct_rating(rating=row, **fields)


def _correct_certification(*, row: Certification, **fields: Any) -> Certification:
    return certifications.correct_certification(certification=row, **fields)


KINDS = {
    "certificate": Kind(
        _("Add a certificate"), CertificationForm, certifications.record_certification, _correct_certification
    ),
    "rating": Kind(_("Add a star rating"), RatingForm, _record_rating, _correct_rating),
    "lab-report": Kind(_("Add a lab report"), LabReportForm, _record_lab_report, None),
}


def _own(request: HttpRequest, kind: str) -> Any:
    """Rows of the acting company."""
    company = _company(request)
    if kind == "certificate":
        return Certification.objects.visible_to(request.user).filter(company=company)
    if kind == "rating":
        return StarRating.objects.visible_to(request.user).filter(product__company=company)
    if kind == "lab-report":
        return LabReport.objects.private_to(request.user).filter(product__company=company)
    raise Http404


def _company(request: HttpRequest) -> Company:
    company = request.company or None  # type: ignore[attr-defined]
    if company is None or not company.sells:
        raise Http404
    return company


@login_required
def proof_list(request: HttpRequest) -> HttpResponse:
    context = {
        "company": _company(request),
        "certificates": _own(request, "certificate").select_related("scheme", "product", "document"),
        "ratings": _own(request, "rating").select_related("product", "listed_by", "document"),
        "lab_reports": _own(request, "lab-report").select_related("product", "document")[:200],
        "may_edit": request.user.has_perm("companies.change_company", _company(request)),
    }
    return render(request, "proofs/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def proof_add(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    return _edit(request, kind, row=None)


@login_required
@require_http_methods(["GET", "POST"])
def proof_edit(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    row = get_object_or_404(_own(request, kind), pk=pk)
    if KINDS[kind].correct is None:
        raise Http404
    return _edit(request, kind, row=row)


def _edit(request: HttpRequest, kind: str, *, row: Any) -> HttpResponse:
    company = _company(request)
    if not request.user.has_perm("companies.change_company", company):
        raise Http404
    form = KINDS[kind].form(request.POST or None, request.FILES or None, company=company, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            _write(request, kind, form, company=company, row=row)
        except DomainError as error:
            _show(form, error)
        else:
            messages.success(request, _("Saved. It waits to be checked against the original."))
            return redirect("proofs:proof-list")
    status = 422 if request.method == "POST" else 200
    context = {
        "form": form,
        "kind": kind,
        "title": KINDS[kind].title if row is None else _("Correct the entry"),
    }
    return render(request, "proofs/form.html", context, status=status)


def _write(request: HttpRequest, kind: str, form: Any, *, company: Company, row: Any) -> None:
    fields = {name: form.cleaned_data[name] for name in form.Meta.fields}
    document = _stored(request, company, form.cleaned_data.get("file"))
    if document is not None:
        fields["document"] = document
    if row is None:
        KINDS[kind].record(company=company, actor=request.user, listed_by=company, **fields)
    else:
        correct = KINDS[kind].correct
        assert correct is not None
        correct(row=row, actor=request.user, **fields)


def _stored(request: HttpRequest, company: Company, file: Any) -> Document | None:
    return store_document(company=company, uploaded_by=request.user, file=file) if file else None


def _show(form: Any, error: DomainError) -> None:
    """A service's refusal beside the fields at fault, else above the form."""
    placed = False
    for name, texts in error.fields.items():
        if name in form.fields:
            form.add_error(name, texts)
            placed = True
    if not placed:
        form.add_error(None, error.message)


@login_required
@require_POST
def proof_delete(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    row = get_object_or_404(_own(request, kind), pk=pk)
    try:
        if kind == "certificate":
            certifications.delete_certification(certification=row, actor=request.user)
        elif kind == "lab-report":
            certifications.delete_lab_report(report=row, actor=request.user)
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Deleted."))
    return redirect("proofs:proof-list")
