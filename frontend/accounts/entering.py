"""Signing in (password or code), signing up, signing out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from companies.auth import caller_address
from companies.enums import CodePurpose
from companies.forms.accounts import CLAIM, NEW, CodeForm, NewAccountCodeForm, SignInForm, SignUpForm
from companies.models import Province, User
from companies.sending import sender
from companies.services import accounts, claims, codes
from core.errors import DomainError
from frontend.http import SiteRequest

BACKEND = "companies.auth.EmailOrPhoneBackend"
WAITING = "code_waiting"  # in the session: what the code is for


def local_next(request: HttpRequest) -> str:
    """The page to go to afterwards, if it is one of this site; else nothing."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    is_local = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if is_local else ""


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, also when nothing was filled in; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None


def enter(request: HttpRequest, user: User) -> None:
    """Sign the person in: a new session key, what a visitor's session held (links opened) is kept."""
    login(request, user, backend=BACKEND)


def add_errors(form: Form, error: DomainError, names: dict[str, str] | None = None) -> None:
    """Put a refusal where it belongs: at the fields it names, else above the form."""
    named = False
    for field, texts in error.fields.items():
        field = (names or {}).get(field, field)
        if field in form.fields:
            form.add_error(field, texts)
            named = True
    if not named:
        form.add_error(None, error.message)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: SiteRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(local_next(request) or "desk:home")
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            if form.wants_code():
                return _ask_code(request, form.cleaned_data["address"], CodePurpose.SIGN_IN)
            user = accounts.sign_in_with_password(
                address=form.cleaned_data["address"],
                password=form.cleaned_data["password"],
                caller=caller_address(request),
            )
        except DomainError as error:
            add_errors(form, error)
        else:
            enter(request, user)
            return redirect(local_next(request) or "desk:home")
    return _form_page(request, "accounts/sign_in.html", form)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: SiteRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accounts:company-choose")
    form = SignUpForm(posted(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        extra = {
            "full_name": data["full_name"],
            "what": data["what"],
            "company": {
                "kind": data["kind"],
                "name_vi": data["company_name"],
                "province": data["province"].pk if data["province"] else "",
                "tax_code": data["tax_code"],
            },
        }
        try:
            return _ask_code(request, data["address"], CodePurpose.SIGN_UP, extra)
        except DomainError as error:
            add_errors(form, error)
    return _form_page(request, "accounts/sign_up.html", form)


@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
def code(request: SiteRequest) -> HttpResponse:
    """Type the code that was sent: to sign in, or to sign up."""
    waiting: dict[str, Any] | None = request.session.get(WAITING)
    if waiting is None:
        return redirect("accounts:sign-in")
    signs_up = waiting["purpose"] == CodePurpose.SIGN_UP
    form = (NewAccountCodeForm if signs_up else CodeForm)(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            user, is_new = _check(request, waiting, form)
        except DomainError as error:
            add_errors(form, error)
        else:
            del request.session[WAITING]
            enter(request, user)
            return _after_code(request, waiting, user, is_new)
    context = {
        "address": waiting["address"],
        "signs_up": signs_up,
        "is_console": sender().is_console,
        "next": waiting["next"],
    }
    return _form_page(request, "accounts/code.html", form, **context)


@require_POST
def code_again(request: SiteRequest) -> HttpResponse:
    """Send another code to the same address."""
    waiting = request.session.get(WAITING)
    if waiting is None:
        return redirect("accounts:sign-in")
    try:
        codes.request_code(
            address=waiting["address"],
            purpose=waiting["purpose"],
            now=timezone.now(),
            caller=caller_address(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("A new code is on its way. The earlier one no longer works."))
    return redirect("accounts:code")


@require_POST
def sign_out(request: SiteRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home:index")


def _ask_code(
    request: SiteRequest, address: str, purpose: str, extra: dict[str, Any] | None = None
) -> HttpResponse:
    codes.request_code(address=address, purpose=purpose, now=timezone.now(), caller=caller_address(request))
    request.session[WAITING] = {
        "address": address,
        "purpose": str(purpose),
        "next": local_next(request),
        **(extra or {}),
    }
    return redirect("accounts:code")


def _check(request: SiteRequest, waiting: dict[str, Any], form: Form) -> tuple[User, bool]:
    shared: dict[str, Any] = {
        "address": waiting["address"],
        "code": form.cleaned_data["code"],
        "now": timezone.now(),
        "caller": caller_address(request),
    }
    if waiting["purpose"] == CodePurpose.SIGN_IN:
        return accounts.sign_in_with_code(**shared), False
    return accounts.sign_up(
        **shared,
        full_name=waiting["full_name"],
        language=translation.get_language() or "vi",
        password=form.cleaned_data["password"],
    )


def _after_code(request: SiteRequest, waiting: dict[str, Any], user: User, is_new: bool) -> HttpResponse:
    if waiting["purpose"] == CodePurpose.SIGN_IN:
        return redirect(waiting["next"] or "desk:home")
    if not is_new:
        messages.info(request, _("You already had an account: you are signed in to it."))
        return redirect(waiting["next"] or "accounts:company-choose")
    if waiting["what"] == NEW:
        typed = waiting["company"]
        try:
            company = claims.found_company(
                actor=user, **{**typed, "province": Province.objects.get(pk=typed["province"])}
            )
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(f"{reverse('accounts:company-choose')}")
        messages.success(
            request,
            _("Welcome. %(company)s waits to be confirmed by its province's agency.")
            % {"company": company.name},
        )
    elif waiting["what"] == CLAIM:
        return redirect("accounts:claim-search")
    else:
        messages.success(request, _("Welcome."))
    return redirect(waiting["next"] or "desk:home")


def _form_page(request: SiteRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    context = {"form": form, "next": local_next(request), **context}
    return render(request, template, context, status=422 if form.errors else 200)
