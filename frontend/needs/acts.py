"""Acts on a need: publish, amend, change the ceiling, close, cancel, copy, throw away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError
from frontend.http import SiteRequest
from frontend.needs.draft import review_context
from tenders.enums import NeedStatus
from tenders.forms.acts import AmendForm, CeilingForm, ReasonForm
from tenders.models import SourcingNeed
from tenders.reading import own_needs
from tenders.services.amendments import amend_need, change_ceiling
from tenders.services.needs import delete_draft, duplicate_need
from tenders.services.publishing import cancel_need, close_need, publish_need


def _need(request: SiteRequest, pk: UUID) -> SourcingNeed:
    need: SourcingNeed = get_object_or_404(own_needs(request.user), pk=pk)
    if not request.user.has_perm("tenders.change_need", need):
        raise PermissionDenied
    return need


@login_required
@require_POST
def need_publish(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Publish, or show the review again with what is missing."""
    need = _need(request, pk)
    try:
        publish_need(need=need, actor=request.user)
    except DomainError as error:
        if error.fields:
            return render(request, "needs/need_review.html", review_context(need, error.fields), status=422)
        messages.error(request, error.message)
        return redirect("needs:need-detail", pk=pk)
    messages.success(request, _("The need is published. These suppliers can fill it."))
    return redirect("matches:need-matches", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def need_amend(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Change a published need, with a reason; the ceiling price has a form of its own."""
    need = _need(request, pk)
    if need.status != NeedStatus.PUBLISHED:
        return redirect("needs:need-detail", pk=pk)
    form = AmendForm(request.POST if request.method == "POST" else None, need=need)
    if request.method == "POST" and form.is_valid():
        try:
            amend_need(
                need=need,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                changes=form.changes(),
                lines=form.line_changes(),
            )
        except DomainError as error:
            for name, texts in error.fields.items():
                for text in texts:
                    form.add_error(name if name in form.fields else None, text)
            if not error.fields:
                form.add_error(None, error.message)
        else:
            messages.success(request, _("The change is recorded and the invited suppliers are told."))
            return redirect("needs:need-detail", pk=pk)
    context = {"need": need, "form": form, "ceilings": [CeilingForm(line=line) for line in form.lines]}
    return render(request, "needs/need_amend.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def need_ceiling(request: SiteRequest, pk: UUID, line: UUID) -> HttpResponse:
    """Change what only the buyer sees."""
    need = _need(request, pk)
    row = get_object_or_404(need.lines, pk=line)
    form = CeilingForm(request.POST, line=row)
    if not form.is_valid():
        messages.error(request, next(iter(form.errors.values()))[0])
        return redirect("needs:need-amend", pk=pk)
    try:
        change_ceiling(need=need, line=row, actor=request.user, price=form.cleaned_data["ceiling_price"])
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The ceiling price is changed. Suppliers are not told."))
    return redirect("needs:need-amend", pk=pk)


def _end(
    request: SiteRequest,
    pk: UUID,
    template: str,
    act: Callable[..., SourcingNeed],
    done: str,
    allowed: set[str],
) -> HttpResponse:
    need = _need(request, pk)
    if need.status not in allowed:
        return redirect("needs:need-detail", pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(need=need, actor=request.user, reason=form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error("reason" if "reason" in error.fields else None, error.message)
        else:
            messages.success(request, done)
            return redirect("needs:need-detail", pk=pk)
    context: dict[str, Any] = {"need": need, "form": form}
    return render(request, template, context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def need_close(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Nobody can answer any more."""
    return _end(
        request, pk, "needs/need_close.html", close_need, _("The need is closed."), {NeedStatus.PUBLISHED}
    )


@login_required
@require_http_methods(["GET", "POST"])
def need_cancel(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Withdraw it, with a reason."""
    allowed = {NeedStatus.DRAFT, NeedStatus.PUBLISHED}
    return _end(request, pk, "needs/need_cancel.html", cancel_need, _("The need is cancelled."), allowed)


@login_required
@require_POST
def need_duplicate(request: SiteRequest, pk: UUID) -> HttpResponse:
    """A new draft with the same lines and terms."""
    try:
        copy = duplicate_need(need=_need(request, pk), actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("needs:need-detail", pk=pk)
    messages.success(request, _("This is a copy. Set a deadline and check the months."))
    return redirect("needs:need-edit", pk=copy.pk)


@login_required
@require_POST
def need_delete(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away."""
    need = _need(request, pk)
    if need.status != NeedStatus.DRAFT:
        raise Http404
    try:
        delete_draft(need=need, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("needs:need-edit", pk=pk)
    messages.success(request, _("The draft is deleted."))
    return redirect("needs:need-list")
