"""A supplier's own products: list, write, prices, photos, taking down, deleting."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.forms.products import PhotoForm, ProductForm, TierFormSet
from companies.models import HsCode, PriceTier, Product, ProductPhoto
from companies.search import search_products, words_of
from companies.services import products
from core.errors import DomainError
from core.keyset import BadCursor, keyset_page
from frontend.catalogue import cards
from frontend.http import SiteRequest

PAGE = 50


def own_product(request: HttpRequest, pk: UUID) -> Product:
    """A product that this person may change; anything else is not there."""
    rows: Any = Product.objects.visible_to(request.user)
    found: Product = get_object_or_404(
        rows.editable_by(request.user).select_related("company", "unit", "product_set"), pk=pk
    )
    return found


def add_domain_error(form: BaseForm, error: DomainError) -> None:
    """What a service refused, beside the fields at fault."""
    placed = False
    for name, texts in error.fields.items():
        if name in form.fields:
            for text in texts:
                form.add_error(name, text)
            placed = True
    if not placed:
        form.add_error(None, error.message)


@login_required
@require_GET
def product_list(request: SiteRequest) -> HttpResponse:
    """All products of the acting company, taken-down ones too."""
    if not request.company:
        raise Http404
    rows: QuerySet[Product] = Product.objects.visible_to(request.user).filter(company=request.company.pk)
    query = request.GET.get("q", "")
    if words_of(query):
        rows = search_products(rows, query)
    shown = cards.with_card_rows(rows)
    try:
        page = keyset_page(shown, ordering=("sort_key", "id"), cursor=request.GET.get("cursor"), size=PAGE)
    except BadCursor:
        page = keyset_page(shown, ordering=("sort_key", "id"), cursor=None, size=PAGE)
    context = {
        "cards": cards.cards(page.rows, request.user),
        "stated": cards.stated_products(page.rows),
        "page": page,
        "q": query,
        "may_write": request.user.has_perm("companies.change_company", request.company),
    }
    return render(request, "supplier/product_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def product_create(request: SiteRequest) -> HttpResponse:
    """A new product; what was typed stays when something is wrong."""
    if not request.company or not request.user.has_perm("companies.change_company", request.company):
        raise Http404
    form = ProductForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            product = products.create_product(
                company=request.company, actor=request.user, **form.service_fields()
            )
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The product is in the catalogue. Add photos and its capacity now."))
            return redirect("supplier:product-edit", pk=product.pk)
    return _form_page(request, form, None)


@login_required
@require_http_methods(["GET", "POST"])
def product_edit(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Change a product; photos and prices have their own small forms on the same page."""
    product = own_product(request, pk)
    form = ProductForm(request.POST or None, instance=product)
    if request.method == "POST" and form.is_valid():
        try:
            if fields := form.service_fields():
                products.update_product(product=product, actor=request.user, **fields)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("supplier:product-edit", pk=pk)
    return _form_page(request, form, own_product(request, pk))


def _form_page(
    request: SiteRequest,
    form: ProductForm,
    product: Product | None,
    *,
    tiers: Any = None,
    photo_form: PhotoForm | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "product": product, "hs_codes": HsCode.objects.all()}
    if product is not None:
        rows = PriceTier.objects.filter(product=product).values("from_quantity", "price")
        context |= {
            "tiers": tiers or TierFormSet(initial=list(rows), prefix="tier"),
            "photo_form": photo_form or PhotoForm(),
            "photos": ProductPhoto.objects.filter(product=product).select_related("document"),
            "max_photos": products.MAX_PHOTOS,
        }
    bound = [one for one in (form, tiers, photo_form) if one is not None]
    wrong = any(one.is_bound and not one.is_valid() for one in bound)
    return render(request, "supplier/product_form.html", context, status=422 if wrong else 200)


@login_required
@require_POST
def price_tiers(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Replace the price tiers."""
    product = own_product(request, pk)
    tiers = TierFormSet(request.POST, prefix="tier")
    if tiers.is_valid():
        pairs = [
            (row["from_quantity"], row["price"])
            for row in tiers.cleaned_data
            if row.get("from_quantity") is not None
        ]
        try:
            products.set_price_tiers(product=product, actor=request.user, tiers=pairs)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, _("Saved."))
        return redirect("supplier:product-edit", pk=pk)
    return _form_page(request, ProductForm(instance=product), product, tiers=tiers)


@login_required
@require_POST
def photo_add(request: SiteRequest, pk: UUID) -> HttpResponse:
    product = own_product(request, pk)
    form = PhotoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            products.add_photo(product=product, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            add_domain_error(form, error)
        else:
            messages.success(request, _("The photo is there."))
            return redirect("supplier:product-edit", pk=pk)
    return _form_page(request, ProductForm(instance=product), product, photo_form=form)


def _own_photo(request: SiteRequest, pk: UUID) -> ProductPhoto:
    rows: Any = Product.objects.visible_to(request.user)
    photos = ProductPhoto.objects.filter(product__in=rows.editable_by(request.user))
    return get_object_or_404(photos.select_related("product", "document"), pk=pk)


@login_required
@require_POST
def photo_remove(request: SiteRequest, pk: UUID) -> HttpResponse:
    photo = _own_photo(request, pk)
    products.remove_photo(photo=photo, actor=request.user)
    messages.success(request, _("The photo is deleted."))
    return redirect("supplier:product-edit", pk=photo.product_id)


@login_required
@require_POST
def photo_first(request: SiteRequest, pk: UUID) -> HttpResponse:
    photo = _own_photo(request, pk)
    products.put_photo_first(photo=photo, actor=request.user)
    return redirect("supplier:product-edit", pk=photo.product_id)


@login_required
@require_POST
def product_publish(request: SiteRequest, pk: UUID) -> HttpResponse:
    """Take down or put back: `published=1` or `0`."""
    product = own_product(request, pk)
    published = request.POST.get("published") == "1"
    products.set_published(product=product, actor=request.user, published=published)
    text = _("The product is in the catalogue again.") if published else _("The product is taken down.")
    messages.success(request, text)
    return redirect("supplier:product-edit", pk=pk)


@login_required
@require_POST
def product_delete(request: SiteRequest, pk: UUID) -> HttpResponse:
    product = own_product(request, pk)
    try:
        products.delete_product(product=product, actor=request.user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("supplier:product-edit", pk=pk)
    messages.success(request, _("The product is deleted."))
    return redirect("supplier:product-list")
