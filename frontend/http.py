"""The request as our middleware leaves it, for the type checker."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from companies.models import Company, Membership, User


class SiteRequest(HttpRequest):
    """What a view gets. `company` and `membership` are lazy and may hold nothing: ask `if request.company`.

    Behind `login_required` the user is a person; elsewhere look at `is_authenticated` first.
    """

    user: User
    company: Company | None
    membership: Membership | None
    htmx: HtmxDetails
