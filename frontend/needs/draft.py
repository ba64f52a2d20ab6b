"""Posting a need: the guided form, saved as one types; lines from a sheet; the review before publishing."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import DomainError
from frontend.http import SiteRequest
from frontend.needs import page
from tenders.enums import NeedStatus
from tenders.forms.acts import ImportForm
from tenders.forms.draft import DraftForms
from tenders.models import SourcingNeed
from tenders.reading import own_needs
from tenders.services.access import require_buyer
from tenders.services.importing import import_lines
from tenders.services.inputs import LineInput, line_input
from tenders.services.needs import create_need, update_draft
from tenders.services.publishing import publishing_problems


def _draft(request: SiteRequest, pk: UUID) -> SourcingNeed | None:
    """The stored draft of a form, or None while it has not been saved; nobody else's need is there."""
    need: SourcingNeed | None = own_needs(request.user).filter(pk=pk).first()
    if need is None:
        if SourcingNeed.objects.filter(pk=pk).exists():
            raise Http404
        return None
    if not request.user.has_perm("tenders.change_need", need):
        raise PermissionDenied
    return need


def _refuse_non_buyers(request: SiteRequest) -> None:
    if not request.company:
        raise PermissionDenied
    try:
        require_buyer(request.user, request.company)
    except DomainError:
        raise PermissionDenied from None


@login_required
@require_GET
def need_create(request: SiteRequest) -> HttpResponse:
    """An empty form. Its key is chosen now, so that whatever saves first makes the one draft."""
    _refuse_non_buyers(request)
    return _page(request, uuid4(), None, DraftForms())


@login_required
@require_http_methods(["GET", "POST"])
def need_edit(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The form of a draft: saves, adds and removes lines and rows, spreads quantities, goes on to the review."""
    need = _draft(request, pk)
    if need is None:
        if request.method == "GET":
            raise Http404
        _refuse_non_buyers(request)
    elif need.status != NeedStatus.DRAFT:
        return redirect("needs:need-detail", pk=pk)
    if request.method == "GET":
        return _page(request, pk, need, DraftForms(need=need))
    forms = DraftForms(request.POST, need=need)
    act, _colon, index = request.POST.get("act", "save").partition(":")
    saved = _save(
        request, pk, need, forms, drop=int(index) if act == "remove-line" and index.isdigit() else None
    )
    if saved is None:
        return _page(request, pk, need, forms, status=422)
    if act == "add-line":
        lines = [line_input(line) for line in saved.lines.all()]
        _try(forms, lambda: update_draft(need=saved, actor=request.user, lines=[*lines, LineInput()]))
        return _after(request, pk, f"line-{len(lines) + 1}")
    if act == "review":
        return redirect("needs:need-review", pk=pk)
    if act == "import":
        return redirect("needs:need-import", pk=pk)
    if act == "save":
        messages.success(request, _("The draft is saved."))
        return redirect("needs:need-edit", pk=pk)
    return _after(
        request, pk, f"line-{int(index) + 1}" if index.isdigit() and act != "remove-line" else "lines"
    )


@login_required
@require_POST
def need_autosave(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Save what has been typed, if it can be read; answers the live count and months that were spread anew."""
    need = _draft(request, pk)
    if need is None:
        _refuse_non_buyers(request)
    if need is not None and need.status != NeedStatus.DRAFT:
        raise Http404
    forms = DraftForms(request.POST, need=need)
    saved = _save(request, pk, need, forms)
    context: dict[str, Any] = {"need": saved, "forms": forms, "problem": "" if saved else forms.first_problem}
    if saved is not None:
        context["live"] = page.live_lines(saved)
        context["respread"] = [line for line in forms.lines if getattr(line, "respread", False)]
    return render(request, "needs/_live.html", context)


def _save(
    request: SiteRequest, pk: UUID, need: SourcingNeed | None, forms: DraftForms, drop: int | None = None
) -> SourcingNeed | None:
    """Write what was typed (without line `drop`); None, with the problems in the forms, where it cannot be."""
    if not forms.is_valid():
        return None
    lines = [line for at, line in enumerate(forms.line_inputs()) if at != drop]
    changes = forms.need.changes()
    try:
        if need is None:
            need = _create(request, pk, changes, lines)
        else:
            update_draft(need=need, actor=request.user, changes=changes, lines=lines)
    except DomainError as error:
        forms.add_problems(error)
        return None
    saved: SourcingNeed = own_needs(request.user).get(pk=need.pk)
    return saved


def _create(request: SiteRequest, pk: UUID, changes: dict[str, Any], lines: list[LineInput]) -> SourcingNeed:
    assert request.company is not None
    try:
        with transaction.atomic():
            return create_need(
                company=request.company, actor=request.user, changes=changes, lines=lines, id=pk
            )
    except IntegrityError:  # two first saves of the same form: the second changes what the first made
        need = get_object_or_404(own_needs(request.user), pk=pk)
        return update_draft(need=need, actor=request.user, changes=changes, lines=lines)


def _try(forms: DraftForms, act: Any) -> None:
    try:
        act()
    except DomainError as error:
        forms.add_problems(error)


def _after(request: SiteRequest, pk: UUID, anchor: str) -> HttpResponse:
    """The form as it is stored now: alone for htmx, else the page at the place where it was changed."""
    if request.htmx:
        need = get_object_or_404(own_needs(request.user), pk=pk)
        return render(request, "needs/_form.html", _context(request, pk, need, DraftForms(need=need)))
    return redirect(f"{reverse('needs:need-edit', args=[pk])}#{anchor}")


def _context(request: SiteRequest, pk: UUID, need: SourcingNeed | None, forms: DraftForms) -> dict[str, Any]:
    return {
        "key": pk,
        "need": need,
        "forms": forms,
        "hs_codes": forms.choices.hs,
        "live": page.live_lines(need) if need is not None else [],
        "steps": [_("Describe"), _("Review"), _("Publish")],
    }


def _page(
    request: SiteRequest, pk: UUID, need: SourcingNeed | None, forms: DraftForms, status: int = 200
) -> HttpResponse:
    template = "needs/_form.html" if request.htmx else "needs/need_form.html"
    return render(request, template, _context(request, pk, need, forms), status=status)


@login_required
@require_http_methods(["GET", "POST"])
def need_import(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Lines from a spreadsheet or pasted rows: checked first, then the good ones written."""
    need = _draft(request, pk)
    if need is None or need.status != NeedStatus.DRAFT:
        raise Http404
    form = ImportForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"need": need, "form": form}
    if request.method == "GET":
        context["form"] = ImportForm()
        return render(request, "needs/need_import.html", context)
    if not form.is_valid():
        return render(request, "needs/need_import.html", context, status=422)
    write = request.POST.get("act") == "write"
    try:
        found = import_lines(
            need=need,
            actor=request.user,
            handle=form.cleaned_data["file"],
            text=form.cleaned_data["text"],
            write=write,
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return render(request, "needs/need_import.html", context, status=422)
    if write and found.lines:
        text = _("%(good)d of %(rows)d rows were added.") % {"good": len(found.lines), "rows": found.rows}
        messages.success(request, text)
        if not found.rejected:
            return redirect("needs:need-edit", pk=pk)
    return render(request, "needs/need_import.html", {**context, "found": found, "written": write})


@login_required
@require_GET
def need_review(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What suppliers will read, what is still missing, and the button that publishes."""
    need = _draft(request, pk)
    if need is None:
        raise Http404
    if need.status != NeedStatus.DRAFT:
        return redirect("needs:need-detail", pk=pk)
    return render(request, "needs/need_review.html", review_context(need, publishing_problems(need=need)))


def review_context(need: SourcingNeed, problems: dict[str, list[str]]) -> dict[str, Any]:
    """The review page; problems carry the anchor of the field that they speak of."""
    return {
        "need": need,
        "lines": page.line_views(need),
        "terms": page.terms_rows(need),
        "live": page.live_lines(need),
        "problems": [(_anchor(name), text) for name, texts in problems.items() for text in texts],
        "steps": [_("Describe"), _("Review"), _("Publish")],
    }


def _anchor(name: str) -> str:
    parts = name.split(".")
    if parts[0] == "lines" and len(parts) == 3:
        field = {"months": "each", "partial_allowed": "whole_only"}.get(parts[2], parts[2])
        return f"id_lines-{parts[1]}-{field}"
    return "lines" if parts[0] == "lines" else f"id_need-{parts[0]}"
