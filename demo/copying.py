"""Writes many rows with COPY: what a model's defaults would fill in is filled in, generated columns are left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Jsonb


class Ids:
    """UUIDs (version 4 by form) of a seed: the same seed gives the same keys."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.left: Iterator[UUID] = iter(())

    def take(self, count: int) -> list[UUID]:
        raw = self.rng.bytes(16 * count)
        return [UUID(bytes=raw[at : at + 16], version=4) for at in range(0, len(raw), 16)]

    def __call__(self) -> UUID:
        found = next(self.left, None)
        if found is None:
            self.left = iter(self.take(2000))
            found = next(self.left)
        return found


def copy_rows(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    ids: Ids,
    now: datetime,
) -> int:
    """COPY rows of `columns` (attribute names) into a model's table; returns how many.

    Columns that are not named get the field's default; `created_at` and `updated_at` get `now`; a UUID key that is
    not named is drawn from `ids`, a serial key is left to its sequence. Triggers and constraints work as always.
    """
    fields = {
        field.attname: field
        for field in model._meta.concrete_fields
        if not field.generated and not (field.primary_key and isinstance(field, models.AutoField))
    }
    unknown = set(columns) - set(fields)
    if unknown:
        raise ValueError(f"{model.__name__} has no columns {sorted(unknown)}")
    missing = [name for name in fields if name not in columns]
    draws_key = model._meta.pk.attname in missing
    constants = [_default(fields[name], now) for name in missing if not fields[name].primary_key]
    names = [*columns, *([model._meta.pk.attname] if draws_key else [])]
    names += [name for name in missing if not fields[name].primary_key]
    json_at = [at for at, name in enumerate(columns) if isinstance(fields[name], models.JSONField)]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(str(fields[name].column)) for name in names]),
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = list(row)
            for at in json_at:
                if values[at] is not None:
                    values[at] = Jsonb(values[at])
            if draws_key:
                values.append(ids())
            copy.write_row([*values, *constants])
            count += 1
    return count


def _default(field: models.Field[Any, Any], now: datetime) -> Any:
    if isinstance(field, models.DateTimeField) and (field.auto_now or field.name == "created_at"):
        return now
    value = field.get_default()
    return Jsonb(value) if isinstance(field, models.JSONField) and value is not None else value
