"""The public catalogue: search and narrow, a product, a company, export."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from companies.certificates import valid_on
from companies.facets import Facets, product_facets
from companies.filters import CompanyFilter, ProductFilter
from companies.models import Certification, Company, LabReport, PriceTier, Product
from companies.services import exports
from core.keyset import BadCursor, KeysetPage, keyset_page
from frontend.catalogue import cards

PAGE = 24
OTHERS = 6
EXPORT_LIMIT = 20_000


def _page(
    queryset: QuerySet[Any], ordering: tuple[str, ...], cursor: str | None, size: int = PAGE
) -> KeysetPage[Any]:
    """A page; a cursor of another list leads to the first one."""
    try:
        return keyset_page(queryset, ordering=ordering, cursor=cursor, size=size)
    except BadCursor:
        return keyset_page(queryset, ordering=ordering, cursor=None, size=size)


@require_GET
@vary_on_headers("HX-Request")
def product_list(request: HttpRequest) -> HttpResponse:
    """Search as you type, facets with counts, sort, a URL to share. htmx gets the part that changes."""
    visible = Product.objects.visible_to(request.user)
    filterset = ProductFilter(request.GET, queryset=visible, request=request)
    found = _page(cards.with_card_rows(filterset.qs), filterset.ordering, request.GET.get("cursor"))
    facets = product_facets(filterset)
    context = {
        "filterset": filterset,
        "form": filterset.form,
        "facets": facets,
        "cards": cards.cards(found.rows, request.user),
        "page": found,
        "sort": filterset.chosen_sort,
        "is_narrow": filterset.is_narrow(),
        "chosen": _chosen(facets),
        "query": _clean_query(request),
    }
    if not getattr(request, "htmx", False):
        return render(request, "catalogue/product_list.html", context)
    response = render(request, "catalogue/_found.html", context)
    query = context["query"]
    response["HX-Push-Url"] = f"{request.path}?{query}" if query else request.path
    return response


def _clean_query(request: HttpRequest) -> str:
    """The query without empty fields and without a place in the list: what is worth sharing."""
    query = request.GET.copy()
    for name in list(query):
        values = [value for value in query.getlist(name) if value]
        if values and name != "cursor":
            query.setlist(name, values)
        else:
            del query[name]
    return query.urlencode()


def _chosen(facets: Facets) -> list[str]:
    """What narrows the list, as words for chips."""
    return [option.label for group in facets.groups for option in group.options if option.selected]


@require_GET
def product_export(request: HttpRequest, fmt: str) -> HttpResponseBase:
    """What is filtered, as a spreadsheet; prices and capacities only where the reader may read them."""
    if fmt not in {"xlsx", "csv"}:
        raise Http404
    visible = Product.objects.visible_to(request.user)
    filterset = ProductFilter(request.GET, queryset=visible, request=request)
    rows = filterset.qs.order_by(*filterset.ordering)[:EXPORT_LIMIT]
    return export_response(rows, fmt, request)


def export_response(rows: QuerySet[Product], fmt: str, request: HttpRequest) -> HttpResponseBase:
    """The writer's file as a download."""
    name = exports.export_name(fmt)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    content = exports.export_products(rows, fmt, request.user)
    return HttpResponse(content, content_type=exports.CONTENT_TYPES[fmt], headers=headers)


@require_GET
def product_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A product: story, stars with their decision, certificates with validity, price and capacity as far as allowed."""
    visible = Product.objects.visible_to(request.user)
    product = get_object_or_404(
        cards.with_card_rows(visible).select_related("company__listed_by", "hs"), pk=pk
    )
    card = cards.cards([product], request.user)[0]
    others = cards.with_card_rows(visible.filter(company=product.company_id).exclude(pk=pk))
    others = others.order_by("sort_key", "id")[:OTHERS]
    context = {
        "product": product,
        "company": product.company,
        "card": card,
        "tiers": PriceTier.objects.filter(product=product) if card.price is not None else [],
        "photos": list(product.photos.all()),
        "ratings": cards.ratings_of(product, request.user),
        "certificates": cards.certificates_of(product, request.user),
        "lab_reports": LabReport.objects.private_to(request.user, buyers=True).filter(product=product)[:20],
        "capacity": cards.capacity_panel(product, request.user),
        "others": cards.cards(list(others), request.user),
        "may_change": request.user.has_perm("companies.change_product", product),
        "may_check": request.user.has_perm("companies.check_capacity", product),
        "today": timezone.localdate(),
    }
    return render(request, "catalogue/product_detail.html", context)


@require_GET
def company_list(request: HttpRequest) -> HttpResponse:
    """Suppliers by name."""
    visible = Company.objects.visible_to(request.user).suppliers()
    filterset = CompanyFilter(request.GET, queryset=visible, request=request)
    rows = filterset.qs.select_related("province", "commune")
    found = _page(rows, ("sort_key", "id"), request.GET.get("cursor"))
    return render(request, "catalogue/company_list.html", {"form": filterset.form, "page": found})


@require_GET
def company_detail(request: HttpRequest, code: str) -> HttpResponse:
    """A company: who it is, who confirmed it, certificates, products. Contacts to its own and its agency."""
    visible = Company.objects.visible_to(request.user).select_related("province", "commune", "listed_by")
    company = visible.filter(code=code).first()
    if company is None:
        company = get_object_or_404(visible, pk=_uuid(code))
    products = Product.objects.visible_to(request.user).filter(company=company)
    found = _page(cards.with_card_rows(products), ("sort_key", "id"), request.GET.get("cursor"))
    today = timezone.localdate()
    certificates = (
        Certification.objects.visible_to(request.user)
        .filter(valid_on(today), company=company, product__isnull=True)
        .select_related("scheme", "listed_by")
    )
    context = {
        "company": company,
        "cards": cards.cards(found.rows, request.user),
        "page": found,
        "certificates": certificates,
        "may_see_contacts": request.user.has_perm("companies.view_company", company),
        "may_change": request.user.has_perm("companies.change_company", company),
        "today": today,
    }
    return render(request, "catalogue/company_detail.html", context)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
