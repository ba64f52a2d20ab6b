"""How much waits for the acting company: the small numbers in the navigation."""

from __future__ import annotations

from django.http import HttpRequest


def waiting_counts(request: HttpRequest) -> dict[str, int]:
    """Counts by navigation entry; at most one query each, kept on the request."""
    return {}
