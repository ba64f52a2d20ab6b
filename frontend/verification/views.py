"""The agency's queue: companies, claims, ratings and certificates to confirm, the document beside the form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from companies import verification
from companies.forms.proofs import CertificationDecisionForm, DecisionForm, RatingDecisionForm
from companies.querysets import standing_of
from companies.services import certifications, claims, ratings
from core.errors import DomainError

QUEUES = {
    "ratings": (gettext_lazy("Star ratings"), verification.ratings_waiting),
    "certificates": (gettext_lazy("Certificates"), verification.certifications_waiting),
    "companies": (gettext_lazy("Companies"), verification.companies_waiting),
    "claims": (gettext_lazy("Claims"), verification.claims_waiting),
}
FORMS: dict[str, type[DecisionForm]] = {
    "ratings": RatingDecisionForm,
    "certificates": CertificationDecisionForm,
}
COUNT_OF = {
    "ratings": "ratings",
    "certificates": "certifications",
    "companies": "companies",
    "claims": "claims",
}


def _require_verifier(request: HttpRequest) -> None:
    standing = standing_of(request.user)
    if not (standing.is_agency or standing.is_staff):
        raise Http404


@login_required
def queue(request: HttpRequest, kind: str = "") -> HttpResponse:
    _require_verifier(request)
    counts = verification.queue_counts(request.user)
    if not kind:
        kind = next((name for name in QUEUES if counts[COUNT_OF[name]]), "ratings")
    if kind not in QUEUES:
        raise Http404
    rows = QUEUES[kind][1](request.user).order_by("created_at", "pk")
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    tabs = [(name, title, counts[COUNT_OF[name]]) for name, (title, _select) in QUEUES.items()]
    return render(request, "verification/queue.html", {"tabs": tabs, "kind": kind, "page_obj": page})


@login_required
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    _require_verifier(request)
    if kind not in QUEUES:
        raise Http404
    row = get_object_or_404(QUEUES[kind][1](request.user), pk=pk)
    form_class = FORMS.get(kind, DecisionForm)
    form = form_class(
        request.POST or None, initial={name: getattr(row, name) for name in form_class.of_original}
    )
    if request.method == "POST" and form.is_valid():
        confirm = form.cleaned_data["decision"] == "confirm"
        try:
            _decide(request, kind, row, form, confirm=confirm)
        except DomainError as error:
            _show(form, error)
        else:
            messages.success(request, _("Confirmed.") if confirm else _("Refused; its holder is told why."))
            return redirect("verification:queue-of", kind=kind)
    status = 422 if request.method == "POST" else 200
    context = {
        "row": row,
        "kind": kind,
        "title": QUEUES[kind][0],
        "form": form,
        "company": _company_of(kind, row),
    }
    return render(request, "verification/item.html", context, status=status)


def _show(form: DecisionForm, error: DomainError) -> None:
    """A service's refusal beside the fields at fault, else above the form."""
    named = {name: texts for name, texts in error.fields.items() if name in form.fields}
    for name, texts in named.items():
        form.add_error(name, texts)
    if not named:
        form.add_error(None, error.message)


def _company_of(kind: str, row: Any) -> Any:
    if kind == "companies":
        return row
    return row.product.company if kind == "ratings" else row.company


def _decide(request: HttpRequest, kind: str, row: Any, form: DecisionForm, *, confirm: bool) -> None:
    actor: Any = request.user
    note = form.cleaned_data["note"]
    if kind == "ratings":
        if confirm:
            ratings.confirm_rating(rating=row, actor=actor, **form.corrections())
        else:
            ratings.reject_rating(rating=row, actor=actor, note=note)
    elif kind == "certificates":
        certifications.decide_certification(
            certification=row,
            actor=actor,
            confirm=confirm,
            note=note,
            **(form.corrections() if confirm else {}),
        )
    elif kind == "claims":
        (claims.confirm_claim if confirm else claims.refuse_claim)(claim=row, actor=actor, note=note)
    else:
        (claims.verify_company if confirm else claims.reject_company)(company=row, actor=actor, note=note)
