"""Matches of a need (the buyer's heart) and needs that fit me (the supplier's)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from companies.models import Product
from core.errors import DomainError
from frontend import navigation
from frontend.matches.page import PAGE, Filters, LinePage, build
from matching.engine.explain import FAMILIES
from matching.enums import DismissReason, MatchState
from matching.lines import unit_factor, with_criteria
from matching.models import Match
from matching.services import feedback
from matching.services.fitting import FittingNeed, needs_that_fit
from matching.services.rank import match_line
from matching.wording import FAMILY_LABELS, Names, fact_words, missing_words
from tenders.enums import NeedStatus
from tenders.models import NeedLine, SourcingNeed


def _need(request: HttpRequest, pk: UUID) -> SourcingNeed:
    """The buyer's own need; for everybody else it is not there."""
    rows = SourcingNeed.objects.owned_by(request.user).select_related("company", "delivery_province")
    found: SourcingNeed = get_object_or_404(rows, pk=pk)
    return found


def _lines(need: SourcingNeed) -> list[NeedLine]:
    return list(with_criteria(NeedLine.objects.filter(need=need)).order_by("position"))


@login_required
@require_GET
def need_matches(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The ranked, explained list of one line; what is put before the buyer is recorded."""
    need = _need(request, pk)
    context = _context(request, need, request.GET.get("line", ""))
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "matches/_matches.html", context)
    return render(request, "matches/need_matches.html", context)


def _context(request: HttpRequest, need: SourcingNeed, wanted: str) -> dict[str, Any]:
    lines = _lines(need)
    line = next((one for one in lines if str(one.position) == wanted), lines[0] if lines else None)
    context: dict[str, Any] = {
        "need": need,
        "lines": lines,
        "line": line,
        "filters": Filters.read(request.GET),
        "may_act": request.user.has_perm("matching.change_match", need),
        "reasons": DismissReason.choices,
        "need_list_url": navigation.page("needs:need-list"),
        "need_url": navigation.page("needs:need-detail", need.pk),
        # A published need changes only by an amendment, which starts on its own page.
        "need_edit_url": navigation.page(
            "needs:need-edit" if need.status == NeedStatus.DRAFT else "needs:need-amend", need.pk
        ),
        "invitations_url": navigation.page("invitations:need-invitations", need.pk),
        "families": [FAMILY_LABELS[f] for f in FAMILIES],
    }
    if line is None:
        return context
    found = match_line(line=line)
    states = feedback.states_of(line)
    page = build(found, states, context["filters"])
    if need.status == NeedStatus.PUBLISHED and feedback.looks_as_buyer(request.user, need):
        _record(request, page)
    row = found.ranker.row
    return context | {
        "page": page,
        "found": found,
        "model": row,
        "figures": row.metrics.get("methods", {}) if row is not None else {},
        "next_top": context["filters"].top + PAGE,
    }


def _record(request: HttpRequest, page: LinePage) -> None:
    shown = [card.shown.ranked for card in (*page.cards, *page.unstated)]
    feedback.record_shown(found=page.found, shown=shown, actor=request.user)


def _match(request: HttpRequest, pk: UUID) -> tuple[SourcingNeed, NeedLine, Product]:
    """The rows that a form names, of a need that the person may change."""
    need = _need(request, pk)
    if not request.user.has_perm("matching.change_match", need):
        raise PermissionDenied
    try:
        line_id, product_id = UUID(request.POST.get("line", "")), UUID(request.POST.get("product", ""))
    except ValueError:
        raise Http404 from None
    line = get_object_or_404(NeedLine.objects.select_related("need__company"), need=need, pk=line_id)
    product = get_object_or_404(Product.objects.offered().select_related("company"), pk=product_id)
    return need, line, product


def _back(
    request: HttpRequest, need: SourcingNeed, line: NeedLine, product: Product | None = None
) -> HttpResponse:
    """The list as it is now: the partial for htmx, else back to the card."""
    if request.htmx:  # type: ignore[attr-defined]
        context = _context(request, need, str(line.position))
        return render(request, "matches/_matches.html", context | {"answer": True})
    query = request.GET.copy()
    query["line"] = str(line.position)
    anchor = f"#m-{product.pk}" if product is not None else ""
    return redirect(f"{reverse('matches:need-matches', args=[need.pk])}?{query.urlencode()}{anchor}")


@login_required
@require_POST
def match_save(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep a match on the short list."""
    need, line, product = _match(request, pk)
    try:
        feedback.save_match(line=line, product=product, actor=request.user)
        messages.success(request, _("%(name)s is saved.") % {"name": product.company.name})
    except DomainError as error:
        messages.error(request, error.message)
    return _back(request, need, line, product)


@login_required
@require_POST
def match_dismiss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put a match aside with a reason."""
    need, line, product = _match(request, pk)
    try:
        feedback.dismiss_match(
            line=line,
            product=product,
            reason=request.POST.get("reason", ""),
            note=request.POST.get("note", ""),
            actor=request.user,
        )
        messages.success(
            request, _("%(name)s is put aside; you find it below the list.") % {"name": product.company.name}
        )
    except DomainError as error:
        messages.error(request, error.message)
    return _back(request, need, line)


@login_required
@require_POST
def match_restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring a match back, or take it off the short list."""
    need, line, product = _match(request, pk)
    try:
        feedback.restore_match(line=line, product=product, actor=request.user)
        messages.success(request, _("%(name)s stands in the list again.") % {"name": product.company.name})
    except DomainError as error:
        messages.error(request, error.message)
    return _back(request, need, line, product)


@login_required
@require_POST
def match_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invite the supplier of a match to quote."""
    need, line, product = _match(request, pk)
    try:
        feedback.invite_match(
            line=line,
            product=product,
            message=request.POST.get("message", ""),
            actor=request.user,
        )
        messages.success(request, _("%(name)s is invited to quote.") % {"name": product.company.name})
    except DomainError as error:
        messages.error(request, error.message)
    return _back(request, need, line, product)


@login_required
@require_POST
def invite_saved(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invite all suppliers saved for a line; what refuses one is told and stops nothing else."""
    need = _need(request, pk)
    if not request.user.has_perm("matching.change_match", need):
        raise PermissionDenied
    try:
        line = get_object_or_404(
            NeedLine.objects.select_related("need__company"), need=need, pk=UUID(request.POST.get("line", ""))
        )
    except ValueError:
        raise Http404 from None
    saved = Match.objects.filter(line=line, state=MatchState.SAVED).select_related("product__company")
    done = 0
    for match in saved.order_by("rank_shown", "pk"):
        try:
            feedback.invite_match(line=line, product=match.product, actor=request.user)
            done += 1
        except DomainError as error:
            messages.error(request, f"{match.product.company.name}: {error.message}")
    if done:
        messages.success(
            request,
            ngettext(
                "%(count)s supplier is invited to quote.", "%(count)s suppliers are invited to quote.", done
            )
            % {"count": done},
        )
    return _back(request, need, line)


@login_required
@require_GET
def match_open(request: HttpRequest, pk: UUID, line: UUID, product: UUID) -> HttpResponse:
    """Note that the buyer looked closer, and go to the product's page."""
    need = _need(request, pk)
    row = get_object_or_404(NeedLine, need=need, pk=line)
    offered = get_object_or_404(Product.objects.offered().select_related("company"), pk=product)
    if feedback.looks_as_buyer(request.user, need):
        feedback.record_opened(line=row, product=offered, actor=request.user)
    target = navigation.page("catalogue:product-detail", offered.pk)
    return redirect(target or reverse("matches:need-matches", args=[need.pk]))


@login_required
@require_GET
def fit(request: HttpRequest) -> HttpResponse:
    """Open needs that the acting company's products fit, and what is missing for the near misses."""
    company = request.company or None  # type: ignore[attr-defined]
    rows: list[FittingNeed] = []
    if company is not None and company.sells:
        rows = needs_that_fit(company=company, user=request.user)
    names = Names()
    products = Product.objects.in_bulk([row.product_id for row in rows])
    cards = [_fit_card(row, products, names) for row in rows]
    return render(
        request,
        "matches/fit.html",
        {
            "company": company,
            "fitting": [c for c in cards if not c["missing"]],
            "near": [c for c in cards if c["missing"]],
            "has_products": company is not None and company.products.filter(published=True).exists(),
            "products_url": navigation.page("supplier:product-list"),
        },
    )


def _fit_card(row: FittingNeed, products: dict[Any, Product], names: Names) -> dict[str, Any]:
    line = row.line
    factor = unit_factor(line.unit_id)[1]
    months = sorted(m.month for m in line.months.all())
    skip = {"distance"} if line.need.delivery_province_id is None else set()
    return {
        "line": line,
        "need": line.need,
        "product": products[row.product_id],
        "score": round(row.score),
        "total": sum(m.quantity for m in line.months.all()),
        "first": months[0],
        "last": months[-1],
        "missing": [missing_words(m, names) for m in row.missing],
        "words": [
            fact_words(f, names, unit=line.unit_id, factor=factor)
            for f in row.facts
            if f.key not in {"no_record", "record", "price_on_request", *skip}
        ],
        "buyer": None if line.need.name_withheld else line.need.company,
        "url": navigation.page("needs:need-detail", line.need_id),
    }
