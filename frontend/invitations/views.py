"""Invitations: a supplier reads and answers them, signed in or by the text's link; a buyer sends and revokes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.enums import LinkPurpose
from companies.models import Company, Product, TaskLink
from companies.services import links
from core.errors import DomainError
from frontend import navigation
from frontend.http import SiteRequest
from frontend.needlist import need_card
from frontend.needs.views import supplier_context
from tenders.enums import InvitationStatus, NeedStatus
from tenders.filters import InvitationFilter
from tenders.forms.acts import AnswerForm, InviteForm
from tenders.models import Invitation
from tenders.reading import needs_of_link, own_needs, received_invitations, sent_invitations
from tenders.services.clock import database_now
from tenders.services.invitations import (
    answer_invitation,
    invite_supplier,
    open_invitation,
    revoke_invitation,
)
from tenders.services.texts import invitation_text

PER_PAGE = 20


@login_required
@require_GET
def invitation_list(request: SiteRequest) -> HttpResponse:
    """What waits for an answer first, the soonest deadline on top."""
    rows = received_invitations(request.user)
    if request.company:
        rows = rows.filter(company=request.company)
    now = database_now()
    waiting = Q(
        status__in=[InvitationStatus.SENT, InvitationStatus.OPENED],
        need__status=NeedStatus.PUBLISHED,
        need__quote_deadline__gt=now,
    )
    rows = rows.annotate(
        place=Case(When(waiting, then=Value(0)), default=Value(1), output_field=IntegerField())
    )
    found = InvitationFilter(request.GET, queryset=rows)
    page_obj = Paginator(
        found.qs.order_by("place", "need__quote_deadline", "-created_at", "-id"), PER_PAGE
    ).get_page(request.GET.get("page"))
    context = {
        "page_obj": page_obj,
        "cards": [(row, need_card(row.need), row.place == 0) for row in page_obj],
        "fit_url": navigation.page("matches:fit"),
    }
    return render(request, "invitations/invitation_list.html", context)


def _reached(request: SiteRequest, pk: UUID) -> tuple[Invitation, Any, TaskLink | None]:
    """The invitation, its need as the invited read it, and the link by which it was reached without signing in."""
    row = received_invitations(request.user).filter(pk=pk).first() if request.user.is_authenticated else None
    if row is not None:
        return row, row.need, None
    link = links.granted_link(session=request.session, purpose=LinkPurpose.INVITATION, object_id=pk)
    if link is None:
        raise Http404
    invitation: Invitation = get_object_or_404(
        Invitation.objects.live().select_related("company", "line", "product"), pk=pk, link=link
    )
    return invitation, get_object_or_404(needs_of_link(link)), link


@require_GET
def invitation_detail(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The invitation and the need: never the ceiling price, never who else was invited."""
    invitation, need, link = _reached(request, pk)
    may_answer = link is not None or request.user.has_perm("tenders.answer_invitation", invitation)
    if may_answer and request.headers.get("Sec-Purpose") != "prefetch":
        open_invitation(invitation=invitation, actor=request.user if request.user.is_authenticated else None)
        invitation.refresh_from_db(fields=["status", "opened_at"])
    context = supplier_context(request, need) | _answer_context(invitation, link, may_answer)
    template = "invitations/invitation_task.html" if link else "invitations/invitation_detail.html"
    return render(request, template, context)


def _answer_context(invitation: Invitation, link: TaskLink | None, may_answer: bool) -> dict[str, Any]:
    return {
        "invitation": invitation,
        "by_link": link is not None,
        "may_answer": may_answer,
        "answer_form": AnswerForm(initial={"note": invitation.answer_note}),
    }


@require_http_methods(["GET", "POST"])
def invitation_answer(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Will quote, or declines; both may be changed until the deadline. The text's link leads here."""
    if request.method == "GET":
        return redirect("invitations:invitation-detail", pk=pk)
    invitation, need, link = _reached(request, pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answered = answer_invitation(
                invitation=invitation,
                answer=request.POST.get("answer", ""),
                note=form.cleaned_data["note"],
                actor=request.user if request.user.is_authenticated else None,
                link=link,
            )
        except DomainError as error:
            form.add_error("note" if "note" in error.fields else None, error.message)
        else:
            if answered.status == InvitationStatus.ACCEPTED:
                messages.success(request, _("Thank you. The buyer is told that you will quote."))
            else:
                messages.success(request, _("Thank you. The buyer is told that you decline."))
            return redirect("invitations:invitation-detail", pk=pk)
    context = (
        supplier_context(request, need) | _answer_context(invitation, link, True) | {"answer_form": form}
    )
    template = "invitations/invitation_task.html" if link else "invitations/invitation_detail.html"
    return render(request, template, context, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def need_invitations(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Whom the buyer invited, with the text to paste into a chat; POST invites a supplier of the catalogue."""
    need = get_object_or_404(own_needs(request.user), pk=pk)
    may_invite = request.user.has_perm("tenders.invite_supplier", need)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not may_invite:
            raise PermissionDenied
        if form.is_valid():
            supplier = get_object_or_404(
                Company.objects.visible_to(request.user), code=request.POST.get("company", "")
            )
            product = _product(request, supplier)
            try:
                invitation = invite_supplier(
                    need=need,
                    supplier=supplier,
                    actor=request.user,
                    product=product,
                    message=form.cleaned_data["message"],
                )
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                messages.success(request, _("Invited. Copy the text below into a chat with them."))
                return redirect(f"{request.path}#i-{invitation.pk}")
    rows = [_sent(row) for row in sent_invitations(need)]
    context = {
        "need": need,
        "card": need_card(need),
        "rows": rows,
        "may_invite": may_invite,
        "form": form,
        "supplier": request.GET.get("company", ""),
        "matches_url": navigation.page("matches:need-matches", need.pk),
        "is_open": need.status == NeedStatus.PUBLISHED,
    }
    return render(request, "invitations/need_invitations.html", context, status=422 if form.errors else 200)


def _product(request: SiteRequest, supplier: Company) -> Product | None:
    try:
        key = UUID(request.POST.get("product", ""))
    except ValueError:
        return None
    return Product.objects.offered().filter(pk=key, company=supplier).first()


def _sent(invitation: Invitation) -> dict[str, Any]:
    address = links.link_url(link=invitation.link) if invitation.link else ""
    return {
        "invitation": invitation,
        "is_live": invitation.status != InvitationStatus.REVOKED,
        "text_vi": invitation_text(invitation=invitation, link=address, language="vi"),
        "text_en": invitation_text(invitation=invitation, link=address, language="en"),
    }


@login_required
@require_POST
def invitation_revoke(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Take an invitation back; its link stops at once."""
    invitation = get_object_or_404(
        Invitation.objects.filter(need__in=own_needs(request.user).values("pk")).select_related("need"), pk=pk
    )
    try:
        revoke_invitation(invitation=invitation, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The invitation is taken back; its link no longer opens."))
    return redirect("invitations:need-invitations", pk=invitation.need_id)
