"""The catalogue import: upload, map the columns, check, write, and what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies.enums import ImportStatus
from companies.forms.imports import MappingForm, UploadForm
from companies.models import CatalogueImport, Company
from companies.services import imports
from companies.services.exports import CONTENT_TYPES
from companies.services.import_words import left_out_words, note_words
from core.errors import DomainError
from frontend.http import SiteRequest

SHOWN_PROBLEMS = 200
STOP_POLLING = 286  # htmx stops asking when it gets this status


def _company(request: SiteRequest) -> Company | None:
    """The company that the import is for (None: staff); 404 where one may not import."""
    company = request.company or None
    if not imports.may_import(actor=request.user, company=company):
        raise Http404
    if company is not None and not (company.is_agency or company.sells):
        raise Http404
    return company


def _import(request: HttpRequest, pk: Any) -> CatalogueImport:
    rows = CatalogueImport.objects.visible_to(request.user).select_related("company", "started_by")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def import_list(request: SiteRequest) -> HttpResponse:
    company = _company(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = imports.upload_catalogue(
                actor=request.user,
                company=company,
                file=form.cleaned_data["file"],
            )
        except DomainError as error:
            form.add_error("file", error.message)
        else:
            return redirect("imports:import-detail", pk=imported.pk)
    rows = (
        CatalogueImport.objects.visible_to(request.user)
        .filter(company=company)
        .select_related("started_by")
        .defer("rejected", "result", "mapping")
    )
    page = Paginator(rows, 20).get_page(request.GET.get("page"))
    status = 422 if form.errors else 200
    return render(
        request, "imports/list.html", {"form": form, "page_obj": page, "company": company}, status=status
    )


@login_required
@require_GET
def import_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    return _detail(request, _import(request, pk))


def _detail(request: HttpRequest, imported: CatalogueImport, form: MappingForm | None = None) -> HttpResponse:
    is_bound = form is not None
    if form is None and imported.status in {ImportStatus.UPLOADED, ImportStatus.FAILED}:
        form = MappingForm(imported=imported)
    context = _context(imported) | {"form": form}
    return render(request, "imports/detail.html", context, status=422 if is_bound else 200)


def _context(imported: CatalogueImport) -> dict[str, Any]:
    result = imported.result
    total = imported.rows or None
    warnings = result.get("warnings", [])
    return {
        "imported": imported,
        "steps": [_("Upload"), _("Columns"), _("Check"), _("Write")],
        "step": _step(imported),
        "is_running": imported.status in {ImportStatus.CHECKING, ImportStatus.WRITING},
        "done": imports.rows_done(imported),
        "total": total,
        "problems": imports.told(imported.rejected[:SHOWN_PROBLEMS]),
        "rejected_rows": len({(item["sheet"], item["row"]) for item in imported.rejected}),
        "more_problems": max(0, len(imported.rejected) - SHOWN_PROBLEMS),
        "warnings": imports.told(warnings[:SHOWN_PROBLEMS]),
        "warning_count": len(warnings) + result.get("more_warnings", 0),
        "notes": [note_words(code, count) for code, count in result.get("notes", {}).items()],
        "left_out": [(name, left_out_words(code)) for name, code in result.get("left_out", [])],
        "has_sheets": len(imported.mapping.get("sheets", [])) > 1,
    }


def _step(imported: CatalogueImport) -> int:
    if imported.status in {ImportStatus.CHECKING, ImportStatus.CHECKED}:
        return 3
    return 4 if imported.status in {ImportStatus.WRITING, ImportStatus.WRITTEN} else 2


@login_required
@require_GET
def import_progress(request: HttpRequest, pk: Any) -> HttpResponse:
    """What a running import shows, asked every second; when it is done the page is fetched anew."""
    imported = _import(request, pk)
    context = _context(imported)
    response = render(request, "imports/_progress.html", context)
    if not context["is_running"]:
        response.status_code = STOP_POLLING
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def import_map(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take the columns as chosen and have the rows checked."""
    imported = _import(request, pk)
    form = MappingForm(request.POST, imported=imported)
    if form.is_valid():
        sheets = form.chosen()
        if not form.errors:
            try:
                imported = imports.map_columns(imported=imported, actor=request.user, sheets=sheets)
                imports.request_check(imported=imported, actor=request.user)
            except DomainError as error:
                form.add_error(None, error.message)
            else:
                return redirect("imports:import-detail", pk=imported.pk)
    return _detail(request, imported, form)


@login_required
@require_http_methods(["GET", "POST"])
def import_write(request: HttpRequest, pk: Any) -> HttpResponse:
    """Write all rows or the good ones; `columns` goes back to the columns."""
    imported = _import(request, pk)
    if request.method == "POST":
        try:
            if "columns" in request.POST:
                return _detail_columns(request, imported)
            imports.request_write(imported=imported, actor=request.user, only_good="good" in request.POST)
        except DomainError as error:
            messages.error(request, error.message)
    return redirect("imports:import-detail", pk=imported.pk)


def _detail_columns(request: HttpRequest, imported: CatalogueImport) -> HttpResponse:
    if imported.status not in {ImportStatus.CHECKED, ImportStatus.FAILED, ImportStatus.UPLOADED}:
        return redirect("imports:import-detail", pk=imported.pk)
    context = _context(imported) | {"form": MappingForm(imported=imported), "step": 2, "show_columns": True}
    return render(request, "imports/detail.html", context)


@login_required
@require_GET
def import_rejected(request: HttpRequest, pk: Any) -> HttpResponse:
    content = imports.rejected_workbook(imported=_import(request, pk))
    return HttpResponse(
        content,
        content_type=CONTENT_TYPES["xlsx"],
        headers={"Content-Disposition": 'attachment; filename="rejected.xlsx"'},
    )
