"""The company that one acts for: choosing, founding, describing, claiming it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.forms.accounts import ClaimForm, CompanyEditForm, CompanyFoundForm
from companies.middleware import SESSION_KEY
from companies.models import Company, CompanyClaim, Membership
from companies.services import accounts, claims, companies, documents
from core.errors import DomainError
from core.text import fold
from frontend.accounts.entering import add_errors, local_next, posted
from frontend.http import SiteRequest

FOUND = 20  # companies shown by the search for one's own


@login_required
@require_http_methods(["GET", "POST"])
def choose(request: SiteRequest) -> HttpResponse:
    """Which company one acts for; one's claims; how to come to another company."""
    if request.method == "POST":
        try:
            company = accounts.choose_company(
                user=request.user, company_id=_uuid(request.POST.get("company"))
            )
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("accounts:company-choose")
        request.session[SESSION_KEY] = str(company.pk)
        messages.success(request, _("You now act for %(company)s.") % {"company": company.name})
        return redirect(local_next(request) or "desk:home")
    rows = (
        Membership.objects.active()
        .filter(user=request.user)
        .select_related("company__province")
        .order_by("created_at")
    )
    context = {
        "memberships": rows,
        "claims": CompanyClaim.objects.filter(user=request.user).select_related("company"),
    }
    return render(request, "accounts/company_choose.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def create(request: SiteRequest) -> HttpResponse:
    form = CompanyFoundForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            company = claims.found_company(actor=request.user, **form.company_fields())
        except DomainError as error:
            add_errors(form, error, form.FIELD_OF)
        else:
            request.session[SESSION_KEY] = str(company.pk)
            messages.success(
                request,
                _("%(company)s is registered. It waits to be confirmed by its province's agency.")
                % {"company": company.name},
            )
            return redirect("desk:home")
    return render(request, "accounts/company_create.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: SiteRequest) -> HttpResponse:
    """What the acting company says of itself, and where its confirmation stands."""
    company = request.company or None
    if company is None:
        return redirect("accounts:company-choose")
    may_change = request.user.has_perm("companies.change_company", company)
    row = Company.objects.get(pk=company.pk)
    form = CompanyEditForm(posted(request), instance=row)
    if request.method == "POST":
        if not may_change:
            raise Http404
        if form.is_valid():
            try:
                companies.update_company(company=row, actor=request.user, **form.cleaned_data)
            except DomainError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("accounts:company-edit")
    if not may_change:
        for field in form.fields.values():
            field.disabled = True
    context = {"form": form, "company": company, "may_change": may_change}
    return render(request, "accounts/company_edit.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def ask(request: SiteRequest) -> HttpResponse:
    """Ask the agency to confirm the acting company."""
    company = request.company or None
    if company is None:
        raise Http404
    try:
        claims.ask_for_confirmation(company=company, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The agency of your province will look at it."))
    return redirect("accounts:company-edit")


@login_required
@require_GET
def claim_search(request: SiteRequest) -> HttpResponse:
    """Find one's company among those without people."""
    words = " ".join(request.GET.get("q", "").replace("\0", "").split())[:100]
    rows = Company.objects.none()
    if words:
        rows = (
            Company.objects.visible_to(request.user)
            .exclude(kind="agency")
            .exclude(memberships__revoked_at__isnull=True, memberships__isnull=False)
            .filter(search__contains=fold(words))
            .select_related("province", "commune")
            .order_by("sort_key", "id")[: FOUND + 1]
        )
    found = list(rows)
    context = {"words": words, "found": found[:FOUND], "is_cut": len(found) > FOUND}
    return render(request, "accounts/claim_search.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def claim(request: SiteRequest, code: str) -> HttpResponse:
    """Say that a company is one's own, with proof."""
    company = get_object_or_404(
        Company.objects.visible_to(request.user).select_related("province").exclude(kind="agency"), code=code
    )
    form = ClaimForm(posted(request), request.FILES if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            document = None
            if form.cleaned_data["file"]:
                document = documents.store_document(
                    company=None, uploaded_by=request.user, file=form.cleaned_data["file"]
                )
            claims.claim_company(
                company=company, actor=request.user, proof=form.cleaned_data["proof"], document=document
            )
        except DomainError as error:
            add_errors(form, error, {"document": "file"})
        else:
            messages.success(request, _("The agency of the province decides. You are told here."))
            return redirect("accounts:company-choose")
    context = {"form": form, "company": company}
    return render(request, "accounts/claim.html", context, status=422 if form.errors else 200)


def _uuid(text: str | None) -> object:
    from uuid import UUID

    try:
        return UUID(text or "")
    except ValueError:
        return None
