"""Keyset pages: a page is found by the last row's values, so that page 1,000 costs what page 1 costs.

One implementation for the API and the site. Every column of the ordering takes part in the comparison, so that
thousands of rows with the same first value (three stars, one bulk load) are paged through like any others.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

Row = TypeVar("Row", bound=models.Model)
MAX_INTEGER = 2**63 - 1


class BadCursor(ValueError):
    """The cursor is not one of ours, or belongs to another ordering."""


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[Row]):
    """The rows of a page and the cursors of its neighbours (None where there is none)."""

    rows: list[Row]
    next_cursor: str | None
    previous_cursor: str | None


def keyset_page(
    queryset: models.QuerySet[Row], *, ordering: Sequence[str], cursor: str | None, size: int
) -> KeysetPage[Row]:
    """One page of a queryset; one query.

    Args:
        ordering: fields or annotations, "-" for descending; the last one unique. Nulls stand as PostgreSQL puts
            them: last when ascending, first when descending.
        cursor: as a page before gave it; None or "" for the first page.
        size: rows a page.

    Raises:
        BadCursor: the cursor cannot be read.
    """
    backwards, position = (False, None) if not cursor else _decode(queryset, ordering, cursor)
    order = [_turn(name) for name in ordering] if backwards else list(ordering)
    rows = queryset.order_by(*order)
    if position is not None:
        rows = rows.filter(_after(order, position))
    found = list(rows[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, position is not None)
    if not found:
        return KeysetPage([], None, None)
    return KeysetPage(
        found,
        _encode(found[-1], ordering, backwards=False) if has_next else None,
        _encode(found[0], ordering, backwards=True) if has_previous else None,
    )


def _turn(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _after(order: Sequence[str], position: Sequence[Any]) -> Q:
    """Rows that stand after the position: greater in the first column, or equal there and greater in the next..."""
    found = Q(pk__in=[])
    equal = Q()
    for name, value in zip(order, position, strict=True):
        descending = name.startswith("-")
        field = name.lstrip("-")
        if value is not None:
            beyond = Q(**{f"{field}__{'lt' if descending else 'gt'}": value})
            if not descending:
                beyond |= Q(**{f"{field}__isnull": True})
            found |= equal & beyond
            equal &= Q(**{field: value})
        else:
            if descending:
                found |= equal & Q(**{f"{field}__isnull": False})
            equal &= Q(**{f"{field}__isnull": True})
    return found


def _encode(row: models.Model, ordering: Sequence[str], *, backwards: bool) -> str:
    values = [_plain(getattr(row, name.lstrip("-"))) for name in ordering]
    text = json.dumps([int(backwards), *values], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID | Decimal) else value


def _decode(queryset: models.QuerySet[Any], ordering: Sequence[str], cursor: str) -> tuple[bool, list[Any]]:
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != len(ordering) + 1 or parts[0] not in (0, 1):
            raise BadCursor(cursor)
        values = [
            _read(queryset, name.lstrip("-"), value) for name, value in zip(ordering, parts[1:], strict=True)
        ]
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError, ValidationError) as error:
        raise BadCursor(cursor) from error
    return bool(parts[0]), values


def _read(queryset: models.QuerySet[Any], name: str, value: Any) -> Any:
    """The value as its column has it; what the column could not hold is a bad cursor, not a database error."""
    if isinstance(value, bool | list | dict) or (isinstance(value, str) and "\x00" in value):
        raise BadCursor(name)
    if value is None:
        return None
    annotation = queryset.query.annotations.get(name)
    field = annotation.output_field if annotation is not None else queryset.model._meta.get_field(name)
    read = field.to_python(value)
    if isinstance(read, int | float) and abs(read) > MAX_INTEGER:
        raise BadCursor(name)
    return read
