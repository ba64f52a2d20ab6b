"""Keyset pagination: page 1,000 costs what page 1 costs, and rows that arrive do not shift the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from core.keyset import BadCursor, keyset_page


class KeysetPagination(CursorPagination):
    """`{"next", "previous", "results"}`; a view may set `ordering`. No count: it costs as much as the list.

    REST framework's own cursor compares the first column only and counts through ties, at most 1,000 of them; rows
    of one bulk load are all tied, so the comparison here is over every column (`core.keyset`).
    """

    ordering: str | tuple[str, ...] = ("-created_at", "-id")
    page_size = 25
    max_page_size = 100
    page_size_query_param = "page_size"

    def paginate_queryset(  # type: ignore[override]
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        self.request = request
        self.page_size = self.get_page_size(request) or self.page_size
        self.base_url = request.build_absolute_uri()
        wanted = getattr(view, "ordering", None) or self.ordering
        ordering = [wanted] if isinstance(wanted, str) else list(wanted)
        if ordering[-1].lstrip("-") not in {"id", "pk"}:
            ordering.append("id")
        try:
            page = keyset_page(
                queryset,
                ordering=ordering,
                cursor=request.query_params.get(self.cursor_query_param),
                size=self.page_size,
            )
        except BadCursor:
            raise NotFound(_("This cursor does not belong to this list.")) from None
        self.next_cursor, self.previous_cursor = page.next_cursor, page.previous_cursor
        return page.rows

    def get_next_link(self) -> str | None:
        return self._link(self.next_cursor)

    def get_previous_link(self) -> str | None:
        return self._link(self.previous_cursor)

    def _link(self, cursor: str | None) -> str | None:
        return replace_query_param(self.base_url or "", self.cursor_query_param, cursor) if cursor else None
