"""One's own account: name, language, addresses, password, sessions, personal data."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.auth import caller_address
from companies.enums import CodePurpose
from companies.forms.accounts import CodeForm, DeleteForm, NewAddressForm, PasswordForm, ProfileForm
from companies.sending import sender
from companies.services import accounts, codes, personal_data
from core.errors import DomainError
from frontend.accounts.entering import add_errors, posted
from frontend.http import SiteRequest

NEW_ADDRESS = "new_address"  # in the session: the address that waits for its code


@login_required
@never_cache
@sensitive_post_parameters("old_password", "new_password", "code")
@require_http_methods(["GET", "POST"])
def profile(request: SiteRequest) -> HttpResponse:
    """Several small forms on one page; `act` says which one was sent."""
    act = request.POST.get("act", "")
    forms: dict[str, Any] = {
        "profile": ProfileForm(
            request.POST if act == "profile" else None,
            initial={"full_name": request.user.full_name, "language": request.user.language},
            prefix=None,
        ),
        "address": NewAddressForm(request.POST if act == "address" else None),
        "code": CodeForm(request.POST if act == "code" else None),
        "password": PasswordForm(request.POST if act == "password" else None),
    }
    if not request.user.has_usable_password():
        del forms["password"].fields["old_password"]
    form = forms.get(act)
    if form is not None and form.is_valid():
        try:
            text = ACTS[act](request, form.cleaned_data)
        except DomainError as error:
            add_errors(form, error, {"address": "address" if act == "address" else "code"})
        else:
            messages.success(request, text)
            return redirect("accounts:profile")
    context = {
        "forms": forms,
        "waiting_address": request.session.get(NEW_ADDRESS),
        "is_console": sender().is_console,
        "has_password": request.user.has_usable_password(),
    }
    status = 422 if form is not None else 200
    return render(request, "accounts/profile.html", context, status=status)


def _change_profile(request: SiteRequest, data: dict[str, Any]) -> str:
    accounts.update_profile(user=request.user, full_name=data["full_name"], language=data["language"])
    return _("Saved.")


def _ask_address(request: SiteRequest, data: dict[str, Any]) -> str:
    codes.request_code(
        address=data["address"],
        purpose=CodePurpose.CONFIRM,
        now=timezone.now(),
        caller=caller_address(request),
        user=request.user,
    )
    request.session[NEW_ADDRESS] = data["address"]
    return _("A code is on its way to %(address)s. Type it below.") % {"address": data["address"]}


def _confirm_address(request: SiteRequest, data: dict[str, Any]) -> str:
    accounts.confirm_address(
        user=request.user,
        address=request.session.get(NEW_ADDRESS, ""),
        code=data["code"],
        now=timezone.now(),
        caller=caller_address(request),
    )
    request.session.pop(NEW_ADDRESS, None)
    return _("The address is confirmed. You can sign in with it.")


def _change_password(request: SiteRequest, data: dict[str, Any]) -> str:
    user = accounts.change_password(
        user=request.user,
        old_password=data.get("old_password", ""),
        new_password=data["new_password"],
    )
    update_session_auth_hash(request, user)
    return _("The password is changed. Everywhere else you are signed out.")


ACTS = {
    "profile": _change_profile,
    "address": _ask_address,
    "code": _confirm_address,
    "password": _change_password,
}


@login_required
@require_POST
def sessions_end(request: SiteRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    accounts.end_sessions(user=request.user)
    logout(request)
    messages.success(request, _("You are signed out everywhere."))
    return redirect("accounts:sign-in")


@login_required
@require_GET
@never_cache
def data_export(request: SiteRequest) -> HttpResponse:
    """Everything that is kept about the person, as a file."""
    body = personal_data.export_person(user=request.user)
    headers = {
        "Content-Disposition": 'attachment; filename="offtake-my-data.json"',
        "Cache-Control": "no-store",
    }
    return JsonResponse(body, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 1})


@login_required
@require_http_methods(["GET", "POST"])
def account_delete(request: SiteRequest) -> HttpResponse:
    form = DeleteForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            personal_data.delete_person(user=request.user)
        except DomainError as error:
            add_errors(form, error)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted."))
            return redirect("home:index")
    status = 422 if form.errors else 200
    return render(request, "accounts/account_delete.html", {"form": form}, status=status)
