"""A product's capacity: overview, telling it, confirming the months, correcting one, the agency's check."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.enums import CapacityMethod
from companies.forms.capacity import CorrectForm, MonthsForm, StateForm
from companies.models import CapacityStatement, MonthlyCapacity, Product
from companies.services import capacity as service
from core import formats
from core.errors import DomainError
from core.months import first_day, month_range
from frontend.catalogue import cards
from frontend.http import SiteRequest
from frontend.supplier.views import add_domain_error, own_product

MONTHS = 12


def _product_for(request: SiteRequest, pk: UUID) -> Product:
    """For the supplier's own people, and for those who may check the capacity on site."""
    rows = Product.objects.visible_to(request.user).select_related("company__province", "unit")
    product = get_object_or_404(rows, pk=pk)
    user = request.user
    if not (
        user.has_perm("companies.view_company", product.company)
        or user.has_perm("companies.check_capacity", product)
    ):
        raise Http404
    return product


@login_required
@require_GET
def overview(request: SiteRequest, pk: UUID) -> HttpResponse:
    """What is stated month by month, what is promised of it, and the ways to tell it."""
    return _overview(request, _product_for(request, pk), CorrectForm())


def _overview(request: SiteRequest, product: Product, form: CorrectForm, status: int = 200) -> HttpResponse:
    rows = MonthlyCapacity.objects.visible_to(request.user).filter(
        product=product, month__gte=first_day(timezone.localdate())
    )
    waiting = CapacityStatement.objects.private_to(request.user).filter(
        product=product, confirmed_at__isnull=True
    )
    context = {
        "product": product,
        "capacity": cards.capacity_panel(product, request.user),
        "rows": rows.order_by("month"),
        "waiting": waiting.order_by("-created_at")[:3],
        "shortfalls": service.shortfalls_of(product),
        "form": form,
        "methods": [
            (method, method.label, _hints()[method])
            for method in CapacityMethod
            if method != CapacityMethod.MONTHLY
        ],
        "may_change": request.user.has_perm("companies.change_capacity", product),
        "may_check": request.user.has_perm("companies.check_capacity", product),
    }
    return render(request, "supplier/capacity.html", context, status=status)


def _hints() -> dict[str, str]:
    return {
        CapacityMethod.SEASON: _("You know the harvest and from which month to which you supply it."),
        CapacityMethod.AREA: _("You know your hectares and what one hectare yields."),
        CapacityMethod.BATCHES: _("You make it in batches all through the year."),
        CapacityMethod.STOCK: _("You have it in store and sell it over some months."),
    }


@login_required
@require_http_methods(["GET", "POST"])
def state(request: SiteRequest, pk: UUID, method: str) -> HttpResponse:
    """Tell it in one of the ways; the months that come of it are confirmed on the next page."""
    product = own_product(request, pk)
    if method not in CapacityMethod.values:
        raise Http404
    if method == CapacityMethod.MONTHLY:
        return _state_months(request, product)
    form = StateForm(request.POST or None, product=product, method=method)
    if request.method == "POST" and form.is_valid():
        try:
            statement = service.state_capacity(product=product, actor=request.user, **form.service_fields())
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return redirect("supplier:capacity-confirm", pk=statement.pk)
    context = {"product": product, "form": form, "method": CapacityMethod(method), "hint": _hints()[method]}
    return render(request, "supplier/capacity_state.html", context, status=422 if form.errors else 200)


def _coming(product: Product) -> dict[date, Decimal]:
    this = first_day(timezone.localdate())
    rows = MonthlyCapacity.objects.filter(product=product, month__gte=this)
    return {row.month: row.stated for row in rows}


def _state_months(request: SiteRequest, product: Product) -> HttpResponse:
    """Month by month, with what is stated now; stating and confirming are one act here."""
    months = month_range(first_day(timezone.localdate()), MONTHS)
    form = MonthsForm(request.POST or None, months=months, values=_coming(product))
    if request.method == "POST" and form.is_valid():
        typed = {month: value for month, value in form.months_typed().items() if value is not None}
        try:
            statement = service.state_capacity(
                product=product, actor=request.user, method=CapacityMethod.MONTHLY, months=typed
            )
            shortfalls = service.confirm_statement(statement=statement, actor=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return _confirmed(request, product, shortfalls)
    context = {"product": product, "form": form, "is_monthly": True}
    return render(request, "supplier/capacity_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def confirm(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The months that came of a statement, to correct and confirm."""
    statements = CapacityStatement.objects.private_to(request.user).select_related("product")
    statement = get_object_or_404(statements, pk=pk)
    product = own_product(request, statement.product_id)
    if statement.confirmed_at is not None:
        return redirect("supplier:capacity", pk=product.pk)
    proposed = service.statement_months(statement)
    first = min([first_day(timezone.localdate()), *proposed])
    count = max(MONTHS, (max(proposed).year - first.year) * 12 + max(proposed).month - first.month + 1)
    form = MonthsForm(request.POST or None, months=month_range(first, count), values=proposed)
    if request.method == "POST" and form.is_valid():
        try:
            shortfalls = service.confirm_statement(
                statement=statement, actor=request.user, months=form.months_typed()
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return _confirmed(request, product, shortfalls)
    context = {
        "product": product,
        "form": form,
        "statement": statement,
        "total": sum(proposed.values(), Decimal(0)),
        "known": [(month, value) for month, value in _coming(product).items() if month in proposed],
    }
    return render(request, "supplier/capacity_confirm.html", context, status=422 if form.errors else 200)


def _confirmed(request: SiteRequest, product: Product, shortfalls: list[service.Shortfall]) -> HttpResponse:
    if shortfalls:
        messages.warning(request, _shortfall_text(product, shortfalls))
    else:
        messages.success(request, _("The capacity is stated. Buyers' matches use it from now on."))
    return redirect("supplier:capacity", pk=product.pk)


def _shortfall_text(product: Product, shortfalls: list[service.Shortfall]) -> str:
    parts = [
        f"{formats.month(one.month)}: {formats.quantity(one.missing, product.unit_id)}" for one in shortfalls
    ]
    return _("Saved. More is promised than there is; tell your buyers. Missing: %(list)s.") % {
        "list": "; ".join(parts)
    }


@login_required
@require_POST
def correct(request: SiteRequest, pk: UUID) -> HttpResponse:
    """One month, with the reason."""
    product = own_product(request, pk)
    form = CorrectForm(request.POST)
    if form.is_valid():
        try:
            shortfalls = service.correct_month(product=product, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            return _confirmed(request, product, shortfalls)
    return _overview(request, product, form, status=422)


@login_required
@require_POST
def check(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The agency has seen the stated capacity on site."""
    product = _product_for(request, pk)
    try:
        service.check_capacity(product=product, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The coming months are marked as checked on site."))
    return redirect("supplier:capacity", pk=pk)
