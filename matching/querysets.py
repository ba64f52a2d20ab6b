"""Which matches a user may read: only the buyer's own, and staff."""

from __future__ import annotations

from typing import Any

from django.db import models

from companies.querysets import AnyUser, standing_of


class MatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: AnyUser) -> MatchQuerySet:
        standing = standing_of(user)
        return self.all() if standing.is_staff else self.filter(line__need__company_id__in=standing.companies)
