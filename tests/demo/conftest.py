"""A small simulated market, loaded once for the tests of a module and rolled back after them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from demo.market import Loaded, load_quick_market


@pytest.fixture(scope="module")
def market(django_db_setup: None, django_db_blocker: Any) -> Iterator[Loaded]:
    """300 producers, 600 products, 60 needs. Ask for `db` too: each test then works in a savepoint of its own."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            yield load_quick_market(now=timezone.now())
            transaction.set_rollback(True)
        connection.close()
