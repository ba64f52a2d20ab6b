"""Keyset pagination: page 1,000 costs what page 1 costs, and rows that arrive do not shift the pages."""

from __future__ import annotations

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """`{"next", "previous", "results"}`; a view may set `ordering`. No count: it costs as much as the list."""

    ordering: str | tuple[str, ...] = ("-created_at", "-id")
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"
