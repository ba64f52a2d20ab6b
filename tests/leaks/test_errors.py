"""Errors say nothing of what they met: no value, no query, no setting; and races are conflicts, not failures."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.urls import reverse
from psycopg import errors as pg

from companies.models import Product
from core.drf.errors import exception_handler
from tests.leaks.routes import ask
from tests.people import api_of, client_of

SECRET = "gia-kin-313131"


def _fail(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError(f"{SECRET} SELECT price FROM companies_product {settings.SECRET_KEY}")


def test_the_tests_run_without_debug():
    assert settings.DEBUG is False


@pytest.mark.parametrize(
    ("address", "kind"), [("/catalogue/", "text/html"), ("/api/v1/products/", "application/json")]
)
def test_a_failure_shows_nothing_of_itself(world, monkeypatch, address, kind):
    monkeypatch.setattr(Product.objects, "visible_to", _fail)
    client = (api_of if "api" in address else client_of)(world.people["buyer"])
    client.raise_request_exception = False
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    response = client.get(address)
    assert response.status_code == 500
    assert response.headers["Content-Type"].startswith(kind)
    text = response.content.decode() + str(response.headers)
    for part in (SECRET, "SELECT", settings.SECRET_KEY, "Traceback", "RuntimeError", "companies", "lan@"):
        assert part not in text, part
    if kind == "application/json":
        assert set(json.loads(response.content)) == {"code", "detail", "fields"}


def test_an_address_that_is_not_there_answers_in_the_api_s_shape(db):
    response = api_of(None).get("/api/v1/nothing/")
    assert response.status_code == 404
    assert set(response.json()) == {"code", "detail", "fields"}


@pytest.mark.parametrize("state", ["40P01", "40001", "23P01"])
def test_a_lost_race_is_a_conflict(db, state):
    """A deadlock, a serialisation failure, an overlap: as PostgreSQL itself raises them."""
    with pytest.raises(Exception) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'gia 313131' USING ERRCODE = '{state}'; END $$")
    response = exception_handler(caught.value, {})
    assert response is not None
    assert response.status_code == 409
    assert response.data["code"] == "conflict"
    assert "313131" not in str(response.data)


def test_a_database_that_is_gone_is_no_conflict(db):
    """It is our failure, not somebody else's being quicker."""
    error = OperationalError("the connection is lost")
    error.__cause__ = pg.AdminShutdown()
    assert exception_handler(error, {}) is None


def test_acts_write_no_price_into_logs_events_or_addresses(world, caplog, django_capture_on_commit_callbacks):
    """A price is changed, a need's ceiling is changed: neither the log nor an event repeats the figure."""
    from core.models import Event

    before = set(Event.objects.values_list("pk", flat=True))
    with caplog.at_level(logging.DEBUG, logger="core"), caplog.at_level(logging.DEBUG, logger="companies"):
        changed = ask(
            world,
            "supplier",
            reverse("product-detail", args=[world.product.pk]),
            "PATCH",
            {"price": "272727", "name_vi": "Long nhãn sấy"},
        )
        ceiling = ask(
            world,
            "buyer",
            reverse("need-ceiling", args=[world.need.pk]),
            "POST",
            {"line": str(world.line.pk), "ceiling_price": "262626"},
        )
    assert (changed.status_code, ceiling.status_code) == (200, 200)
    assert Product.objects.get(pk=world.product.pk).price == Decimal(272727)
    assert not [line for line in caplog.messages if "272727" in line or "262626" in line]
    events = Event.objects.exclude(pk__in=before)
    assert events
    for event in events:
        assert "272727" not in json.dumps(event.payload), event.kind
        assert "262626" not in json.dumps(event.payload), event.kind


def test_no_event_of_the_world_holds_a_secret(world):
    from core.models import Event

    for event in Event.objects.all():
        text = json.dumps(event.payload, ensure_ascii=False)
        for part in (
            "424242",
            "313131",
            "717171",
            world.raw_token,
            "+849",
            "@bensong",
            "riêng 7531",
            "riêng 5511",
        ):
            assert part not in text, (event.kind, part)
