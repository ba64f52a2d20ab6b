"""COPY fills in what a model's defaults would, and leaves generated columns to the database."""

from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone

from companies.models import Company, Membership
from companies.reference.loader import load_reference
from demo.copying import Ids, copy_rows

pytestmark = pytest.mark.django_db


def test_copy_rows_fills_defaults_and_generated_columns() -> None:
    load_reference()
    now = timezone.now()
    rows = [("ban-thu", "cooperative", "HTX Bản Thử", "01", "HTX \\ \t lạ\n")]
    columns = ("code", "kind", "name_vi", "province_id", "story_vi")
    assert copy_rows(Company, columns, rows, ids=Ids(np.random.default_rng(1)), now=now) == 1
    company = Company.objects.get()
    assert company.search.strip() == "htx ban thu"
    assert (company.created_at, company.updated_at) == (now, now)
    assert (company.deliveries_count, company.on_time_in_full, company.is_simulated) == (0, None, False)
    assert company.story_vi == "HTX \\ \t lạ\n"


def test_copy_rows_refuses_columns_that_the_model_lacks() -> None:
    with pytest.raises(ValueError, match="colour"):
        copy_rows(
            Membership, ("user_id", "colour"), [], ids=Ids(np.random.default_rng(1)), now=timezone.now()
        )


def test_copy_rows_refuses_generated_columns() -> None:
    with pytest.raises(ValueError, match="search"):
        copy_rows(Company, ("code", "search"), [], ids=Ids(np.random.default_rng(1)), now=timezone.now())


def test_ids_are_the_same_for_the_same_seed_and_never_repeat() -> None:
    first, second = Ids(np.random.default_rng(7)), Ids(np.random.default_rng(7))
    drawn = [first() for _ in range(5000)]
    assert drawn == [second() for _ in range(5000)]
    assert len(set(drawn)) == 5000
    assert {row.version for row in drawn} == {4}
