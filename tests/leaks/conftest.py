"""The world is built once for this folder; each test's own changes are rolled back."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.leaks.world import World, build_world


@pytest.fixture(scope="package")
def built_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(built_world: World, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The world; hundreds of requests a test are neither throttled nor written down one by one here."""
    from rest_framework.throttling import SimpleRateThrottle

    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", defaultdict(lambda: None))
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    yield built_world
    logger.setLevel(level)
