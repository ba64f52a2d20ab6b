"""Notifications and API tokens."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.forms.accounts import TokenForm
from companies.models import ApiToken, Company, Notification
from companies.notices import sentence
from companies.querysets import standing_of
from companies.services import notifications, tokens
from core.errors import DomainError
from frontend.accounts.entering import add_errors, posted
from frontend.http import SiteRequest


@login_required
@require_GET
def notification_list(request: SiteRequest) -> HttpResponse:
    rows = Notification.objects.visible_to(request.user).select_related("company")
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    lines = [{"row": row, "text": sentence(kind=row.kind, context=row.context)} for row in page]
    context = {"page_obj": page, "lines": lines, "unread": notifications.unread_count(user=request.user)}
    return render(request, "accounts/notification_list.html", context)


@login_required
@require_POST
def notification_open(request: SiteRequest, pk: str) -> HttpResponse:
    """Mark as read and go where it leads."""
    row = get_object_or_404(Notification.objects.visible_to(request.user), pk=pk)
    notifications.mark_read(user=request.user, notification=row, now=timezone.now())
    is_local = row.url.startswith("/") and url_has_allowed_host_and_scheme(row.url, allowed_hosts=None)
    return redirect(row.url if is_local else "accounts:notification-list")


@login_required
@require_POST
def notification_read_all(request: SiteRequest) -> HttpResponse:
    notifications.mark_all_read(user=request.user, now=timezone.now())
    return redirect("accounts:notification-list")


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def token_list(request: SiteRequest) -> HttpResponse:
    """The person's tokens; a new one is shown once, on the answer to its form."""
    companies = Company.objects.filter(pk__in=standing_of(request.user).companies).order_by("sort_key")
    form = TokenForm(posted(request), companies=companies)
    raw = ""
    if request.method == "POST" and form.is_valid():
        try:
            _token, raw = tokens.create_token(
                user=request.user, name=form.cleaned_data["name"], company=form.cleaned_data["company"]
            )
        except DomainError as error:
            add_errors(form, error)
        else:
            form = TokenForm(companies=companies)
    rows = ApiToken.objects.visible_to(request.user).filter(revoked_at__isnull=True).select_related("company")
    context = {"form": form, "raw": raw, "tokens": rows}
    response = render(request, "accounts/token_list.html", context, status=422 if form.errors else 200)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def token_revoke(request: SiteRequest, pk: str) -> HttpResponse:
    token = get_object_or_404(ApiToken.objects.visible_to(request.user), pk=pk)
    tokens.revoke_token(token=token, actor=request.user)
    messages.success(request, _("The token %(name)s no longer works.") % {"name": token.name})
    return redirect("accounts:token-list")
