"""The company that the request acts for: chosen by the person (session) or the program (`X-Company`)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from companies.models import Membership


class ActingCompanyMiddleware:
    """Sets `request.membership` (or None) and `request.company` (or None), lazily, one query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = SimpleLazyObject(lambda: _membership(request))  # type: ignore[attr-defined]
        request.company = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: request.membership.company if request.membership else None  # type: ignore[attr-defined]
        )
        return self.get_response(request)


def _membership(request: HttpRequest) -> Membership | None:
    if not request.user.is_authenticated:
        return None
    wanted = request.headers.get("X-Company") or request.session.get("company")
    rows = list(
        Membership.objects.active()
        .filter(user=request.user)
        .select_related("company", "company__province", "company__commune")
        .order_by("created_at", "id")
    )
    for row in rows:
        if wanted in (str(row.company_id), row.company.code):
            return row
    return rows[0] if rows else None
