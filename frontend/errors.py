"""Error pages; under /api/ the API's one shape. The 500 page asks nothing of the database, which may be what failed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _

CODES = {400: "invalid", 403: "permission_denied", 404: "not_found", 500: "error"}


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _json(status, title)
    return render(
        request, "frontend/error.html", {"status": status, "title": title, "text": text}, status=status
    )


def _json(status: int, detail: str) -> HttpResponse:
    return JsonResponse({"code": CODES[status], "detail": detail, "fields": {}}, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request, 400, _("That request could not be read"), _("Go back, reload the page and try once more.")
    )


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        403,
        _("This is not yours to do"),
        _("Your role in this company does not allow it. An owner of the company can change your role."),
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(
        request,
        403,
        _("The form was open for too long"),
        _("Go back, reload the page and send the form once more. What you typed may still be there."),
    )


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("The address may be mistyped, or the page is not for the company that you act for."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith("/api/"):
        return _json(500, _("Something failed on our side"))
    return HttpResponse(get_template("frontend/500.html").render({}), status=500)
