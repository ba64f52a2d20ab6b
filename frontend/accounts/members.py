"""Who acts for the company; invitations; and the task links that open without a password."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.enums import LinkPurpose
from companies.forms.accounts import JoinForm, MemberInviteForm, RoleForm
from companies.models import Company, MemberInvitation, Membership, TaskLink
from companies.serializers.accounts import member_text
from companies.services import links, members
from companies.services.links import link_url
from core.errors import DomainError
from frontend.accounts.entering import add_errors, enter, posted
from frontend.http import SiteRequest

# Where each kind of link leads, with the object's id as its argument.
TASKS = {
    LinkPurpose.INVITATION: "invitations:invitation-answer",
    LinkPurpose.MEMBERSHIP: "accounts:membership-join",
}


@login_required
@require_http_methods(["GET", "POST"])
def member_list(request: SiteRequest) -> HttpResponse:
    company = request.company or None
    if company is None:
        return redirect("accounts:company-choose")
    may_manage = request.user.has_perm("companies.manage_members", company)
    form = MemberInviteForm(posted(request))
    if request.method == "POST":
        if not may_manage:
            raise Http404
        if form.is_valid():
            try:
                row = members.invite_member(
                    company=company, actor=request.user, now=timezone.now(), **form.cleaned_data
                )
            except DomainError as error:
                add_errors(form, error)
            else:
                messages.success(request, _("The invitation is ready: pass the text on."))
                return redirect(f"{reverse('accounts:member-list')}#invitation-{row.pk}")
    context = {
        "company": company,
        "may_manage": may_manage,
        "form": form,
        "members": _members(request, company),
        "invitations": _open_invitations(request, company),
    }
    return render(request, "accounts/member_list.html", context, status=422 if form.errors else 200)


def _members(request: SiteRequest, company: Company) -> list[dict[str, Any]]:
    rows = (
        Membership.objects.visible_to(request.user)
        .active()
        .filter(company=company)
        .select_related("user")
        .order_by("created_at", "id")
    )
    return [
        {"row": row, "form": RoleForm(initial={"role": row.role}, auto_id=f"role-{row.pk}-%s")}
        for row in rows
    ]


def _open_invitations(request: SiteRequest, company: Company) -> list[dict[str, Any]]:
    rows = (
        MemberInvitation.objects.visible_to(request.user)
        .open()
        .filter(company=company, link__expires_at__gt=timezone.now())
        .select_related("company", "link")
    )
    return [
        {
            "row": row,
            "url": link_url(link=row.link),
            "texts": [("vi", member_text(row, "vi")), ("en", member_text(row, "en"))],
        }
        for row in rows
        if row.link is not None
    ]


@login_required
@require_POST
def member_change(request: SiteRequest, pk: str) -> HttpResponse:
    return _act(
        request,
        lambda: members.change_role(
            membership=_membership(request, pk), role=request.POST.get("role", ""), actor=request.user
        ),
        _("The role is changed."),
    )


@login_required
@require_POST
def member_revoke(request: SiteRequest, pk: str) -> HttpResponse:
    return _act(
        request,
        lambda: members.revoke_membership(membership=_membership(request, pk), actor=request.user),
        _("This person no longer acts for the company."),
    )


@login_required
@require_POST
def invitation_revoke(request: SiteRequest, pk: str) -> HttpResponse:
    row = get_object_or_404(MemberInvitation.objects.visible_to(request.user), pk=pk)
    return _act(
        request,
        lambda: members.revoke_invitation(invitation=row, actor=request.user),
        _("The invitation is withdrawn; its link no longer works."),
    )


def _membership(request: SiteRequest, pk: str) -> Membership:
    return get_object_or_404(Membership.objects.visible_to(request.user).active(), pk=pk)


def _act(request: SiteRequest, act: Any, text: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, text)
    return redirect("accounts:member-list")


@never_cache
@require_GET
def link_open(request: SiteRequest, signed: str) -> HttpResponse:
    """A link from a text: lets this browser do the one task, and goes there."""
    now = timezone.now()
    try:
        link = links.resolve_link(signed=signed, now=now)
        url = _task_url(link)
    except DomainError as error:
        context = {"error": error}
        response = render(request, "accounts/link_refused.html", context, status=error.status)
    else:
        links.grant(session=request.session, link=link)
        links.note_opened(link=link, now=now)
        response = redirect(url)
    # The address is the key to the task: it goes to no other site, and no page of ours passes it on.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _task_url(link: TaskLink) -> str:
    try:
        return reverse(TASKS[LinkPurpose(link.purpose)], args=[link.object_id])
    except (KeyError, NoReverseMatch):
        raise DomainError("link-forged", _("This link leads nowhere."), status=404) from None


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def membership_join(request: SiteRequest, pk: str) -> HttpResponse:
    """Accept an invitation to act for a company, having opened its link."""
    now = timezone.now()
    link = links.granted_link(
        session=request.session,
        purpose=LinkPurpose.MEMBERSHIP,
        object_id=pk,
        now=now,
    )
    invitation = (
        MemberInvitation.objects.select_related("company", "invited_by").filter(link=link).first()
        if link
        else None
    )
    if link is None or invitation is None or invitation.accepted_at is not None:
        error = DomainError("invitation-over", _("This invitation is no longer open."), status=410)
        return render(request, "accounts/link_refused.html", {"error": error}, status=410)
    is_known = request.user.is_authenticated
    form = JoinForm(posted(request), initial={"full_name": invitation.full_name})
    if request.method == "POST" and (is_known or form.is_valid()):
        try:
            if is_known:
                members.accept_invitation(link=link, user=request.user, now=now)
            else:
                user, _membership_made = members.join_as_new_person(
                    link=link,
                    full_name=form.cleaned_data["full_name"],
                    password=form.cleaned_data["password"],
                    language=translation.get_language() or "vi",
                    now=now,
                )
                enter(request, user)
        except DomainError as error:
            if error.code == "sign-in-first":
                messages.info(request, error.message)
                return redirect(f"{reverse('accounts:sign-in')}?next={request.path}")
            add_errors(form, error)
        else:
            request.session["company"] = str(invitation.company_id)
            messages.success(
                request, _("You now act for %(company)s.") % {"company": invitation.company.name}
            )
            return redirect("desk:home")
    context = {"form": form, "invitation": invitation, "is_known": is_known}
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/membership_join.html", context, status=status)
