"""The company that the request acts for: chosen by the person (session) or the program (`X-Company`)."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from companies.models import Membership
from companies.services.accounts import acting_membership, not_your_company

SESSION_KEY = "company"


class ActingCompanyMiddleware:
    """Sets `request.membership` (or None) and `request.company` (or None), lazily, one query.

    Under /api/ the header `X-Company` (id or code) decides; a company that the caller does not act for is refused
    when the view asks (`DomainError`, 404), rather than replaced by another one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.membership = SimpleLazyObject(lambda: _membership(request))  # type: ignore[attr-defined]
        request.company = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: request.membership.company if request.membership else None  # type: ignore[attr-defined]
        )
        return self.get_response(request)


def _membership(request: HttpRequest) -> Membership | None:
    user = request.user
    if not user.is_authenticated:
        return None
    header = request.headers.get("X-Company", "").strip() if request.path.startswith("/api/") else ""
    # A token of one company acts for that company alone (companies.api.authentication).
    only = getattr(user, "only_company_id", None)
    row = acting_membership(user=user, wanted=header or request.session.get(SESSION_KEY), only_company=only)
    if header and (row is None or header not in (str(row.company_id), row.company.code)):
        raise not_your_company()
    return row
