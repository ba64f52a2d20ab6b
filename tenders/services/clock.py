"""The time that decides: the database's, so that every web host and worker agrees."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection
from django.utils import timezone


def database_now(now: datetime | None = None) -> datetime:
    """The database's clock at this moment, or the given instant."""
    if now is not None:
        return now
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found


def this_month(now: datetime) -> date:
    """The calendar month of an instant, as it is in Vietnam."""
    return timezone.localtime(now).date().replace(day=1)
