"""The API keeps what its schema says: the schema is checked in, and schemathesis throws cases at every operation."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from rest_framework.throttling import SimpleRateThrottle
from schemathesis.generation import GenerationMode

from tests.api.world import RAW_TOKEN, World, make_world

CHECKED_IN = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
CASES_WITH_KNOWN_IDS = 14
CASES_AT_RANDOM = 8
SHARE_THAT_SUCCEEDS = 0.6


def current_schema() -> dict[str, Any]:
    """As an English reader gets it: the labels in it follow the language."""
    with translation.override("en"):
        return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True), default=str))


def test_the_checked_in_schema_is_current():
    """Changed on purpose? `manage.py spectacular --lang en --format openapi-json --file docs/openapi.json`."""
    assert json.loads(CHECKED_IN.read_text()) == current_schema()


@pytest.fixture
def world(db, monkeypatch) -> Iterator[World]:
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", defaultdict(lambda: None))
    # As Django's own test client does: the request's end must not close the test's connection.
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield make_world()
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


def test_every_operation_withstands_schemathesis(world):
    """No 5xx in at least 20 cases an operation, and most operations reach a 2xx."""
    app = get_wsgi_application()
    schema = schemathesis.openapi.from_dict(current_schema())
    schema.app = app
    reached: dict[str, Counter[int]] = {}
    faults: list[str] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        statuses: Counter[int] = Counter()
        known = world.parameters(operation.path)
        rounds = [
            (
                CASES_WITH_KNOWN_IDS if known else CASES_WITH_KNOWN_IDS + CASES_AT_RANDOM,
                known,
                GenerationMode.POSITIVE,
            )
        ]
        if known:
            rounds.append((CASES_AT_RANDOM, None, GenerationMode.POSITIVE))
        for cases, parameters, mode in rounds:
            throw(operation, cases=cases, parameters=parameters, mode=mode, statuses=statuses, faults=faults)
        reached[operation.label] = statuses
    succeeded = [label for label, statuses in reached.items() if any(200 <= code < 300 for code in statuses)]
    missed = {label: dict(statuses) for label, statuses in reached.items() if label not in succeeded}
    assert faults == []
    assert min(sum(statuses.values()) for statuses in reached.values()) >= 20
    assert len(succeeded) / len(reached) >= SHARE_THAT_SUCCEEDS, missed


def throw(operation, *, cases, parameters, mode, statuses, faults) -> None:
    """Throw `cases` cases at an operation; each is undone, so that the next finds the world as it was."""

    @settings(
        max_examples=cases,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        verbosity=hypothesis.Verbosity.quiet,
    )
    @given(case=operation.as_strategy(generation_mode=mode, path_parameters=parameters))
    def run(case: Any) -> None:
        with transaction.atomic():
            response = case.call(headers={"Authorization": f"Token {RAW_TOKEN}"})
            transaction.set_rollback(True)
        statuses[response.status_code] += 1
        if response.status_code >= 500:
            faults.append(f"{response.status_code} {case.as_curl_command()}")

    # Hypothesis may find fewer distinct cases than asked for where the input space is small.
    while sum(statuses.values()) < 20 or not statuses:
        before = sum(statuses.values())
        run()
        if sum(statuses.values()) - before >= cases:
            break
