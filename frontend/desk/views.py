"""My work: the first page after signing in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from frontend import navigation
from frontend.desk import work
from frontend.http import SiteRequest


@login_required
@require_GET
def home(request: SiteRequest) -> HttpResponse:
    """What waits for the acting company, most urgent first."""
    company = request.company or None
    context: dict[str, Any] = {"company": company}
    if company is None:
        context["links"] = {
            "create": navigation.page("accounts:company-create"),
            "claim": navigation.page("accounts:claim-search"),
        }
    if company is None and request.user.is_staff:
        context["agency"] = work.agency_work(request.user, None)
    elif company is not None and company.is_agency:
        context["agency"] = work.agency_work(request.user, company)
    if company is not None and company.buys:
        context["needs"] = work.buyer_needs(request.user, company)
        context["need_create_url"] = navigation.page("needs:need-create")
        context["need_list_url"] = navigation.page("needs:need-list")
    if company is not None and company.sells:
        context["invitations"] = work.invitations_to_answer(request.user, company)
        context["fit_url"] = navigation.page("matches:fit")
        context["expiries"] = work.expiries(company, today=timezone.localdate())
    if "agency" in context:
        context["queue_url"] = navigation.page("verification:queue")
        context["imports_url"] = navigation.page("imports:import-list")
        context["import_create_url"] = navigation.page("imports:import-create")
    return render(request, "desk/home.html", context)


@login_required
@require_GET
def fits(request: SiteRequest) -> HttpResponse:
    """The needs that fit us: a part of the desk that is fetched after the page is there."""
    company = request.company or None
    if company is None or not company.sells:
        raise Http404
    context = {
        "fits": work.fitting_needs(request.user, company),
        "fit_url": navigation.page("matches:fit"),
        "products_url": navigation.page("supplier:product-list"),
        "has_products": company.products.exists(),
    }
    return render(request, "desk/_fits.html", context)
