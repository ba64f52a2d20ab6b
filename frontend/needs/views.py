"""Reading needs: my list, the open needs, one need as its buyer and as everybody else sees it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Count, F, IntegerField, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from frontend import navigation
from frontend.http import SiteRequest
from frontend.needlist import need_card
from frontend.needs import page
from matching.enums import MatchState
from tenders.enums import NeedStatus, QuoteMode
from tenders.filters import NeedFilter, OpenNeedFilter
from tenders.forms.acts import PriceForm
from tenders.models import SourcingNeed
from tenders.reading import open_needs, own_needs, received_invitations, shown_needs
from tenders.services.clock import database_now

PER_PAGE = 20
_STATUS_ORDER = [NeedStatus.DRAFT, NeedStatus.PUBLISHED, NeedStatus.CLOSED, NeedStatus.CANCELLED]


@login_required
@require_GET
def need_list(request: SiteRequest) -> HttpResponse:
    """The acting company's needs: drafts first, then the soonest deadline."""
    needs = own_needs(request.user, request.company or None).annotate(
        saved_count=Count("lines__matches", filter=Q(lines__matches__state=MatchState.SAVED), distinct=True),
        place=Case(
            *[When(status=status, then=Value(at)) for at, status in enumerate(_STATUS_ORDER)],
            output_field=IntegerField(),
        ),
    )
    found = NeedFilter(request.GET, queryset=needs)
    rows = found.qs.order_by("place", F("quote_deadline").asc(nulls_last=True), "-created_at", "-id")
    page_obj = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page_obj,
        "cards": [(need, need_card(need)) for need in page_obj],
        "filter": found,
        "statuses": NeedStatus.choices,
        "chosen": request.GET.getlist("status"),
        "may_buy": bool(request.company and request.company.buys) or request.user.is_staff,
    }
    return render(request, "needs/_list.html" if request.htmx else "needs/need_list.html", context)


@require_GET
def open_list(request: SiteRequest) -> HttpResponse:
    """Needs that can still be answered, as far as one may see them."""
    now = database_now()
    found = OpenNeedFilter(request.GET, queryset=open_needs(request.user, now))
    rows = found.qs.order_by("quote_deadline", "-id")
    page_obj = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page_obj,
        "cards": [(need, need_card(need)) for need in page_obj],
        "filter": found,
        "filtered": any(request.GET.get(name) for name in found.filters),
    }
    return render(request, "needs/_open_list.html" if request.htmx else "needs/open_list.html", context)


@require_GET
def need_detail(request: SiteRequest, pk: UUID) -> HttpResponse:
    """The buyer's page for its buyer, the suppliers' page for everybody else who may see the need."""
    own = own_needs(request.user).filter(pk=pk).first()
    if own is not None:
        return _buyers_page(request, own)
    need = get_object_or_404(shown_needs(request.user), pk=pk)
    return _suppliers_page(request, need)


def _buyers_page(request: SiteRequest, need: SourcingNeed) -> HttpResponse:
    context = {
        "need": need,
        "lines": page.line_views(need),
        "terms": page.terms_rows(need),
        "amendments": page.amendment_views(need),
        "may_change": request.user.has_perm("tenders.change_need", need),
        "matches_url": navigation.page("matches:need-matches", need.pk),
        "is_over": need.quote_deadline is not None and need.quote_deadline <= database_now(),
        "sealed": need.quote_mode == QuoteMode.SEALED,
    }
    return render(request, "needs/need_detail.html", context)


def _suppliers_page(request: SiteRequest, need: Any) -> HttpResponse:
    context = supplier_context(request, need)
    invitation = None
    if request.company:
        invitation = received_invitations(request.user).filter(need=need, company=request.company).first()
    context |= {"invitation": invitation, "fit_url": navigation.page("matches:fit")}
    return render(request, "needs/open_detail.html", context)


def supplier_context(request: SiteRequest, need: Any) -> dict[str, Any]:
    """What a supplier reads of a need, and what it would receive of the price that it typed."""
    form = PriceForm(request.GET or None)
    price: Decimal | None = form.cleaned_data["price"] if form.is_bound and form.is_valid() else None
    lines = sorted(need.lines.all(), key=lambda line: line.position)
    wanted = request.GET.get("line", "")
    line = next((one for one in lines if str(one.position) == wanted), lines[0] if lines else None)
    return {
        "need": need,
        "lines": page.line_views(need),
        "terms": page.terms_rows(need, buyer_shown=need.buyer_shown),
        "amendments": page.amendment_views(need, buyer_shown=need.buyer_shown),
        "buyer": need.company if need.buyer_shown else None,
        "price_form": form,
        "price_line": line,
        "received": page.receives(need, line, price) if line else None,
        "is_over": need.status != NeedStatus.PUBLISHED
        or need.quote_deadline is None
        or need.quote_deadline <= database_now(),
        "sealed": need.quote_mode == QuoteMode.SEALED,
    }
